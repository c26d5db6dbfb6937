"""Is it really better? The sentence under the chart, and the comparison of each variant with the one before."""

from collections.abc import Mapping, Sequence
from statistics import fmean

from tinygpt.engine.records import RunView
from tinygpt.experiments.fairness import same_start
from tinygpt.experiments.significance import Comparison, Losses, compare
from tinygpt.spelling import brief
from tinygpt.ui.compare.shown import Shown
from tinygpt.ui.compare.standing import (
    Standing,
    broken_on_purpose,
    by_seed,
    is_over,
    known_losses,
    losses,
    standing,
    variant_loss,
)
from tinygpt.words import literal
from tinygpt.words.verdict import (
    Lost,
    broken_words,
    chosen_words,
    lost_words,
    names_or_number,
    so_far_words,
    stopped_words,
    verdict_words,
)

NOTHING = "what will appear here: the curves of the runs that you compare."
Groups = dict[str, list[RunView]]


def comparison_words(now: Shown) -> str:
    """The best variant against the next one; of what was broken on purpose, only how far it is from the healthy one."""
    groups, aside = now.variants(), broken_on_purpose(now)
    if len(groups) < 2:
        return alone(*next(iter(groups.items()))) if groups else NOTHING
    if words := of_breaks(now, aside):
        return words
    if is_over(now.runs):
        return verdict(groups, aside)
    each = {label: variant_loss(runs) for label, runs in groups.items() if label not in aside}
    means = {label: loss for label, loss in each.items() if loss is not None}
    best = min(means, key=means.__getitem__, default="")
    return so_far_words(literal.markdown(best), means[best]) if means else NOTHING


def alone(label: str, runs: Sequence[RunView]) -> str:
    """One variant and its seeds."""
    name, found = literal.markdown(label), losses(runs)
    notes = notes_on(standing({label: runs}), {label: runs})
    if not found:
        return notes or NOTHING
    loss = f"{brief(fmean(found))}{'' if is_over(runs) else ' so far'}"
    if len(found) > 1:
        return joined(f"how far the seeds of {name} lie apart: that is the noise. Its val loss is {loss}.", notes)
    return joined(f"where {name} stands among the floors: its val loss is {loss}.", notes)


def verdict(groups: Groups, aside: set[str]) -> str:
    """The best of those that came through against the next one, and what became of the others."""
    stand = standing(groups, aside)
    notes = notes_on(stand, groups)
    if aside:
        names = names_or_number([*map(literal.markdown, sorted(aside))])
        notes = joined(notes, f"Broken on purpose, and so without a rank: {names}.")
    if not stand.ranked:
        survivors = any(known_losses(by_seed(groups[label])) for label in stand.lost)
        few = "too few seeds are left to say which variant is lower." if survivors else ""
        return joined(few, notes) or NOTHING
    best, *others = stand.ranked
    name, loss = literal.markdown(best), _mean(stand.ranked[best])
    if not others:
        return joined(f"{name} is at {brief(loss)}; no other variant can be ranked with it.", notes)
    found = against(stand.ranked, groups, others[0], best)
    words = verdict_words(name, literal.markdown(others[0]), loss, found)
    if found.test:
        words += chosen_words(len(stand.ranked))
    return joined(words, notes)


def of_breaks(now: Shown, aside: set[str]) -> str:
    """Each broken variant beside its healthy one; "" where anything else is shown, or a pair is not whole."""
    pairs = [now.variants(one) for one in now.experiments if one.kind == "break"]
    if sum(map(len, pairs)) < len(now.variants()) or any(len(pair) != 2 or not aside & pair.keys() for pair in pairs):
        return ""
    return joined(*(against_healthy(pair, *sorted(pair, key=aside.__contains__)) for pair in pairs))


def against_healthy(groups: Groups, healthy: str, ill: str) -> str:
    """A broken variant beside the healthy one: neither is praised, the diagnosis says what it means."""
    names = literal.markdown(healthy), literal.markdown(ill)
    if not is_over([run for runs in groups.values() for run in runs]):
        known = {label: variant_loss(runs) for label, runs in groups.items()}
        parts = [f"{literal.markdown(label)} is at {brief(loss)}" for label, loss in known.items() if loss is not None]
        return f"so far {' and '.join(parts)}; the diagnosis comes below." if parts else NOTHING
    stand = standing(groups)
    notes = notes_on(stand, groups)
    if len(stand.ranked) == 2:
        found = against(stand.ranked, groups, healthy, ill)
        ends = [_mean(stand.ranked[label]) for label in (healthy, ill)]
        return joined(broken_words((names[0], ends[0]), (names[1], ends[1]), found), notes)
    ends_at = [f"{literal.markdown(label)} ends at {brief(_mean(seeds))}." for label, seeds in stand.ranked.items()]
    return joined(*ends_at, notes, "The diagnosis is below.")


def against(known: Mapping[str, Losses], groups: Groups, before: str, after: str) -> Comparison:
    """What the seeds say about `after` against `before`."""
    alike = same_start(groups[before][0].spec, groups[after][0].spec)
    return compare(known[before], known[after], same_start=alike)


def notes_on(stand: Standing, groups: Mapping[str, Sequence[RunView]]) -> str:
    """What became of those that have no rank, or lost a seed."""
    lost = [
        Lost(literal.markdown(label), len(runs), len(groups[label]), " or ".join(sorted({run.status for run in runs})))
        for label, runs in stand.lost.items()
    ]
    fewer = any(None in known.values() for known in stand.ranked.values())
    level = "Only the seeds that all of these have kept are counted." if fewer and len(stand.ranked) > 1 else ""
    return joined(lost_words(lost), level, stopped_words([literal.markdown(label) for label in stand.stopped]))


def _mean(known: Losses) -> float:
    return fmean(known_losses(known))


def joined(*sentences: str) -> str:
    """What there is to say, a sentence after the other."""
    return " ".join(sentence for sentence in sentences if sentence)

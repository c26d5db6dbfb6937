"""Is it really better? The sentence under the chart, and the comparison of each variant with the one before."""

from collections.abc import Mapping, Sequence
from statistics import fmean

from tinygpt.engine.records import RunView
from tinygpt.experiments.fairness import same_start
from tinygpt.experiments.significance import Comparison, Losses, compare
from tinygpt.models import leak
from tinygpt.spelling import brief
from tinygpt.ui import floors, texts
from tinygpt.ui.compare.shown import Shown
from tinygpt.ui.compare.standing import (
    Standing,
    broken_on_purpose,
    by_seed,
    comparable,
    is_over,
    known_losses,
    losses,
    see_the_answer,
    standing,
    variant_loss,
)
from tinygpt.words import literal
from tinygpt.words.leaks import AMONG, leak_words, left_out_words
from tinygpt.words.verdict import (
    NAMED,
    Lost,
    broken_words,
    chosen_words,
    lost_words,
    names_or_number,
    so_far_words,
    stopped_words,
    verdict_words,
)

NOTHING = "The curves of the runs that you compare will appear here."
NO_LOSS = "There is no final loss."
Groups = dict[str, list[RunView]]
Along = Mapping[str, Sequence[float]]  # the losses of a variant along the window, where they are measured


def comparison_words(now: Shown, along: Along | None = None) -> str:
    """The best variant against the next one; of what was broken on purpose, only how far it is from the healthy one.

    Whoever sees the answer is no part of that, and is asked about after it; `along` is what its losses show.
    """
    every, aside = now.variants(), broken_on_purpose(now)
    if words := of_breaks(now, aside, along):
        return words
    cheats, groups = see_the_answer(every), comparable(every)
    if cheats.isdisjoint(groups):
        return joined(ranking_words(groups, aside), of_leaks(every, along)) or NOTHING
    ranked = ranking_words(groups, set()) if len(groups) > 1 else ""
    return joined(AMONG if ranked else "", ranked, of_leaks(every, along))


def ranking_words(groups: Groups, aside: set[str]) -> str:
    """The lowest of these variants, or the only one; nobody in `aside` has a rank. "" while nothing is known."""
    if len(groups) < 2:
        return alone(*next(iter(groups.items()))) if groups else ""
    if is_over([run for runs in groups.values() for run in runs]):
        return verdict(groups, aside)
    each = {label: variant_loss(runs) for label, runs in groups.items() if label not in aside}
    means = {label: loss for label, loss in each.items() if loss is not None}
    best = min(means, key=means.__getitem__, default="")
    return so_far_words(literal.markdown(best), means[best]) if means else ""


def set_apart_words(every: Mapping[str, Sequence[RunView]], compared: Mapping[str, Sequence[RunView]]) -> str:
    """What is said under a table or a chart of those that are compared, `comparable(every)`; "" where nobody leaks."""
    if not see_the_answer(compared).isdisjoint(compared):
        return AMONG
    return left_out_words([literal.markdown(label) for label in every if label not in compared])


def of_leaks(groups: Groups, along: Along | None) -> str:
    """What is to be said of those that see the answer: of each, or of many how many they are."""
    cheats = {label: groups[label] for label in groups if label in see_the_answer(groups)}
    if len(cheats) > NAMED:
        return f"{len(cheats)} variants see the answer: their losses are no losses of guessing."
    return joined(*(of_leak(label, runs, along) for label, runs in cheats.items()))


def of_leak(label: str, runs: Sequence[RunView], along: Along | None) -> str:
    """Why the loss of one that sees the answer is too good, and what became of its seeds."""
    name, model, loss = literal.markdown(label), runs[0].spec.model, variant_loss(runs)
    notes = notes_on(standing({label: runs}), {label: runs}) if is_over(runs) else ""
    if loss is None and notes:
        return notes
    known = floors.of_model(runs[0].spec.corpus, model.block_size, texts.folder())
    so_far, by_position = not is_over(runs), (along or {}).get(label, ())
    return joined(leak_words(name, loss, leak(model), known, so_far=so_far, by_position=by_position), notes)


def alone(label: str, runs: Sequence[RunView]) -> str:
    """One variant and its seeds."""
    name, found = literal.markdown(label), losses(runs)
    notes = notes_on(standing({label: runs}), {label: runs})
    if not found:
        return joined(NO_LOSS, notes) if notes else ""
    loss = f"{brief(fmean(found))}{'' if is_over(runs) else ' so far'}"
    if len(found) > 1:
        apart = f"The seeds of {name} lie between {brief(min(found))} and {brief(max(found))}: that is the noise."
        return joined(f"{apart} Its val loss is {loss}.", notes)
    return joined(f"The val loss of {name} is {loss}; the dotted lines are what counting reaches.", notes)


def verdict(groups: Groups, aside: set[str]) -> str:
    """The best of those that came through against the next one, and what became of the others."""
    stand = standing(groups, aside)
    notes = notes_on(stand, groups)
    if aside:
        names = names_or_number([*map(literal.markdown, sorted(aside))])
        notes = joined(notes, f"Broken on purpose, and so without a rank: {names}.")
    if not stand.ranked:
        survivors = any(known_losses(by_seed(groups[label])) for label in stand.lost)
        few = "Too few seeds are left to say which variant is lower." if survivors else ""
        return joined(few or NO_LOSS, notes) if notes else ""
    best, *others = stand.ranked
    name, loss = literal.markdown(best), _mean(stand.ranked[best])
    if not others:
        return joined(f"The val loss of {name} is {brief(loss)}; no other variant can be ranked with it.", notes)
    found = against(stand.ranked, groups, others[0], best)
    words = verdict_words(name, literal.markdown(others[0]), loss, found)
    if found.test:
        words += chosen_words(len(stand.ranked))
    return joined(words, notes)


def of_breaks(now: Shown, aside: set[str], along: Along | None) -> str:
    """Each broken variant beside its healthy one; "" where anything else is shown, or a pair is not whole."""
    pairs = [now.variants(one) for one in now.experiments if one.kind == "break"]
    if sum(map(len, pairs)) < len(now.variants()) or any(len(pair) != 2 or not aside & pair.keys() for pair in pairs):
        return ""
    return joined(*(against_healthy(pair, *_healthy_first(pair, aside), along) for pair in pairs))


def _healthy_first(pair: Groups, aside: set[str]) -> tuple[str, str]:
    healthy, ill = sorted(pair, key=aside.__contains__)
    return healthy, ill


def against_healthy(groups: Groups, healthy: str, ill: str, along: Along | None) -> str:
    """A broken variant beside the healthy one: neither is praised, the diagnosis says what it means."""
    if ill in see_the_answer(groups):
        return joined(alone(healthy, groups[healthy]), of_leak(ill, groups[ill], along), "The diagnosis comes below.")
    names = literal.markdown(healthy), literal.markdown(ill)
    if not is_over([run for runs in groups.values() for run in runs]):
        known = {label: variant_loss(runs) for label, runs in groups.items()}
        parts = [f"{literal.markdown(label)} is at {brief(loss)}" for label, loss in known.items() if loss is not None]
        return f"So far {' and '.join(parts)}; the diagnosis comes below." if parts else NOTHING
    stand = standing(groups)
    notes = notes_on(stand, groups)
    if len(stand.ranked) == 2:
        found = against(stand.ranked, groups, healthy, ill)
        ends = [_mean(stand.ranked[label]) for label in (healthy, ill)]
        return joined(broken_words((names[0], ends[0]), (names[1], ends[1]), found), notes)
    ends_at = [
        f"The val loss of {literal.markdown(label)} ends at {brief(_mean(seeds))}."
        for label, seeds in stand.ranked.items()
    ]
    return joined(*(ends_at or [NO_LOSS]), notes, "The diagnosis is below.")


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

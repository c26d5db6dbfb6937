"""How the variants of a comparison stand: which losses count, who is ranked, and who is not."""

import math
from collections.abc import Collection, Mapping, Sequence
from statistics import fmean
from typing import NamedTuple

from tinygpt.engine.records import ENDED, RunView
from tinygpt.experiments.pairs import HEALTHY
from tinygpt.experiments.significance import Losses
from tinygpt.models import leak
from tinygpt.ui.compare.shown import Shown


def final_loss(run: RunView) -> float | None:
    """The long estimate at the end of a run that went all its way; None for any other."""
    return run.final[1] if run.final and run.status != "diverged" and math.isfinite(run.final[1]) else None


def by_seed(runs: Sequence[RunView]) -> dict[int, float | None]:
    """The final loss of each seed; None where no run with it has one."""
    found: dict[int, float | None] = {}
    for run in runs:
        loss = final_loss(run)
        if loss is not None or run.spec.train.seed not in found:
            found[run.spec.train.seed] = loss
    return found


def losses(runs: Sequence[RunView]) -> list[float]:
    """The final loss of each seed of a variant; while some of its runs are on their way, what they have reached."""
    return known_losses(by_seed(runs)) if is_over(runs) else reached_losses(runs)


def reached_losses(runs: Sequence[RunView]) -> list[float]:
    """Val losses where the farthest of these runs has measured its last; runs that are behind it do not count.

    A mean over different steps would be the loss of no model. Runs that broke off do not count.
    """
    looks = [look for run in runs if run.status not in ("diverged", "failed") and (look := last_look(run))]
    farthest = max((step for step, _ in looks), default=0)
    return [loss for step, loss in looks if step == farthest]


def last_look(run: RunView) -> tuple[int, float] | None:
    """The step at which the val loss of a run was measured last, and what it was; None before the first."""
    if (loss := final_loss(run)) is not None:
        return run.max_steps, loss
    if run.val is None or not math.isfinite(run.val):
        return None
    return max(0, run.step - 1) // run.spec.train.eval_interval * run.spec.train.eval_interval, run.val


def variant_loss(runs: Sequence[RunView]) -> float | None:
    """The one number that a variant has, in chart, table and sentence alike: the mean of `losses`.

    Where all that is left of it was stopped, what that had reached; None where there is no number.
    """
    found = losses(runs) or reached_losses(runs)
    return fmean(found) if found else None


def known_losses(known: Losses) -> list[float]:
    """The losses that are there."""
    return [loss for loss in known.values() if loss is not None]


def is_over(runs: Sequence[RunView]) -> bool:
    """Whether all of these runs have ended."""
    return all(run.status in ENDED for run in runs)


class Standing(NamedTuple):
    """How variants whose runs have ended stand. Rank and test look at the very same losses."""

    ranked: dict[str, Losses]  # the lowest mean first; None for a seed that does not count
    lost: dict[str, list[RunView]]  # of each variant, the runs that diverged or failed
    stopped: list[str]  # some of their runs were stopped

    @property
    def lowest(self) -> str:
        """The lowest of at least two variants none of which has lost a run; "" without one."""
        whole = len(self.ranked) > 1 and not any(None in known.values() for known in self.ranked.values())
        return next(iter(self.ranked)) if whole else ""


def standing(groups: Mapping[str, Sequence[RunView]], aside: Collection[str] = ()) -> Standing:
    """The rank of the variants, without those in `aside`.

    A variant that was stopped has no rank, and none that diverged: the seeds that survived would flatter it. Only where
    fewer than two have come through whole, those that came through in part are compared with them.
    """
    groups = {label: runs for label, runs in groups.items() if label not in aside}
    missing = {label: [run for run in runs if by_seed(runs)[run.spec.train.seed] is None]
               for label, runs in groups.items()}  # fmt: skip
    stopped = [label for label, runs in missing.items() if any(run.status == "stopped" for run in runs)]
    known: dict[str, Losses] = {label: by_seed(runs) for label, runs in groups.items() if label not in stopped}
    known = {label: seeds for label, seeds in known.items() if known_losses(seeds)}
    whole = {label: seeds for label, seeds in known.items() if not missing[label]}
    level = whole if len(whole) > 1 else leveled(known)
    ranked = sorted(level, key=lambda label: fmean(known_losses(level[label])))
    lost = {label: runs for label, runs in missing.items() if runs and label not in stopped}
    return Standing({label: level[label] for label in ranked}, lost, stopped)


def leveled(known: Mapping[str, Losses]) -> dict[str, Losses]:
    """Where all variants were planned with the same seeds, only those count that have a loss in every one.

    Nothing is left where no seed has one in all of them.
    """
    if len({frozenset(seeds) for seeds in known.values()}) > 1:
        return dict(known)
    every = set().union(*known.values())
    shared = {seed for seed in every if all(seeds[seed] is not None for seeds in known.values())}
    if not shared:
        return {}
    return {
        label: {seed: loss if seed in shared else None for seed, loss in seeds.items()}
        for label, seeds in known.items()
    }


def broken_on_purpose(now: Shown) -> set[str]:
    """The variants that were broken on purpose: a low loss of theirs is no merit."""
    breaks = {one.id for one in now.experiments if one.kind == "break"}
    return {now.labels[run.id] for run in now.runs if run.experiment in breaks and run.label != HEALTHY}


def see_the_answer(groups: Mapping[str, Sequence[RunView]]) -> set[str]:
    """The variants whose loss is no loss of guessing."""
    return {label for label, runs in groups.items() if leak(runs[0].spec.model)}


def comparable(groups: Mapping[str, Sequence[RunView]]) -> dict[str, list[RunView]]:
    """The variants that can be compared: all that do not see the answer, as if the others were not there.

    Where all of them see it, all of them.
    """
    aside = see_the_answer(groups)
    return {label: [*runs] for label, runs in groups.items() if label not in aside or len(aside) == len(groups)}

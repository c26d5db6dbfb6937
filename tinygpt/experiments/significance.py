"""Is a difference between two variants larger than what the seed alone does?

Each variant was trained with several seeds; its losses scatter. The interval says where the true difference of the
means lies, with 95 % confidence, and p how often chance alone would show a difference this large if there were none.

Two tests, and which one is used is settled by how the runs were planned, before any loss is known. Taking whichever
says more would raise more false alarms than the promised 5 %.

* Unpaired, by Welch: the two groups have nothing to do with each other, and each may scatter in its own way.
* Paired, by Student: both groups hold the same seeds, and one seed gives both the same first weights and the same
  batches (`fairness.same_start`). Then what is luck for one is luck for the other, and the differences seed by
  seed scatter less. Measured over 8 seeds on Shakespeare, the correlation of two such groups was 0.4 (another learning
  rate), 0.8 (LayerNorm) and 1.0 (another scale). Where sizes or n_head differ it was as a rule between -0.4 and 0.4,
  although the batches were the same: luck is in the first weights more than in the batches.

Pairing has a price: n pairs are n pieces of evidence, not 2n. In 40,000 simulated comparisons with 3 seeds each, a
difference of 3 standard deviations was found in 67 % of the cases unpaired and 51 % paired at a correlation of 0; in
72 and 75 % at 0.5; in 79 and 96 % at 0.8. So pairs are worth it where the first weights are equal, and only there.
When nothing differs, the paired test cries wolf in 5 % of all cases, as promised, and Welch's in at most that.

Of many variants, the lowest is tested against the next one, both chosen after all losses are known. That needs no
correction: the two lowest of many equal variants stand closer together than any two do (Gutmann and Maymin 1987, "Is
the selected population the best?"; Hung and Fithian 2019). Simulated with 2, 3 and 5 seeds, false alarms fell from 5 %
between 2 equal variants to below 3 % among 60; they rose to 5 % again, and no further, where two equal ones were far
better than the rest; nor did the interval miss more often. Bonferroni over all pairs would only hide true differences.
What does suffer is the loss of the lowest itself: it was picked because it is low, so with new seeds it will as a rule
be higher.

What no test sees: all losses come from the same windows of val. It is about other seeds, not about other texts. And
of twenty comparisons where nothing differs, one looks like a difference on average: whoever tests each variant against
the one before it makes as many comparisons as there are rows.
"""

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Literal

Test = Literal["", "unpaired", "paired"]
Verdict = Literal["too few", "larger than the noise", "within the noise"]
CONFIDENCE = 0.95
RARE = 0.002  # of one difference alone, where nobody repeats it: three standard errors and not two
EXACT = 1e-9  # nats: losses this close together do not scatter at all


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the seeds say about variant b against variant a. With "too few", p and the interval are None."""

    verdict: Verdict
    test: Test  # "" where there are too few
    seeds: tuple[int, int]  # how many losses of a and of b went into it
    left_out: tuple[int, int]  # how many did not: diverged, or without a partner
    difference: float | None  # mean of b - mean of a, in nats: below 0, b is better
    low: float | None = None  # the 95 % interval of that difference
    high: float | None = None
    p: float | None = None
    smallest: float | None = None  # the least difference that would have been larger than the noise, either way


Losses = Mapping[int, float | None]  # seed -> final val loss; None or not a number: that run diverged


def compare(a: Losses, b: Losses, *, same_start: bool = False) -> Comparison:
    """Compare two variants by their losses; `same_start`: a seed gave both the same first weights and batches."""
    finite_a, finite_b = _finite(a), _finite(b)
    paired = same_start and a.keys() == b.keys()
    if paired:
        both = [seed for seed in finite_a if seed in finite_b]
        finite_a, finite_b = ({seed: side[seed] for seed in both} for side in (finite_a, finite_b))
    left, right = list(finite_a.values()), list(finite_b.values())
    seeds, left_out = (len(left), len(right)), (len(a) - len(left), len(b) - len(right))
    if min(seeds) < 2:
        difference = fmean(right) - fmean(left) if min(seeds) else None
        return Comparison("too few", "", seeds, left_out, difference)
    difference = fmean(right) - fmean(left)
    p, smallest = _test(left, right, paired=paired)
    verdict: Verdict = "larger than the noise" if p < 1 - CONFIDENCE else "within the noise"
    low, high = difference - smallest, difference + smallest
    test: Test = "paired" if paired else "unpaired"
    return Comparison(verdict, test, seeds, left_out, difference, low, high, p, smallest)


def _test(a: Sequence[float], b: Sequence[float], *, paired: bool) -> tuple[float, float]:
    """p of the difference of two means, and the smallest difference that chance rarely makes.

    Paired by Student, unpaired by Welch ("The generalization of Student's problem", 1947).
    """
    from scipy import stats  # imported late: whoever compares nothing need not wait

    scattered = [[after - before for before, after in zip(a, b, strict=True)]] if paired else [a, b]
    if all(max(values) - min(values) <= EXACT for values in scattered):  # then any difference is one
        return (1.0 if abs(fmean(b) - fmean(a)) <= EXACT else 0.0), 0.0
    # scipy warns of a group that does not scatter; here that is fine. Two threads at once may leave the filter set.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Precision loss occurred", RuntimeWarning)
        result = stats.ttest_rel(b, a) if paired else stats.ttest_ind(b, a, equal_var=False)
    low, high = result.confidence_interval(CONFIDENCE)
    return float(result.pvalue), float(high - low) / 2


def by_chance(differences: Sequence[float]) -> float:
    """How far from 0 the mean of such differences is by chance alone, but for one time in 500: Student's t.

    That is three standard errors where they are many, and more where they are few; infinite for a single one.
    """
    from scipy import stats

    n = len(differences)
    return float(stats.t.ppf(1 - RARE / 2, n - 1)) * stdev(differences) / math.sqrt(n) if n > 1 else math.inf


def _finite(losses: Losses) -> dict[int, float]:
    return {seed: loss for seed, loss in losses.items() if loss is not None and math.isfinite(loss)}

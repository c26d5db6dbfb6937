"""How long a slice should be: short enough for a live curve and a quick pause, long enough to be mostly training.

And how much a model should write at its end: often enough to be live, and never much of a run's time.
"""

from tinygpt.engine.slices import SAMPLE_LENGTH

# Seconds of a run's second slice, after a first one of a single step, which puts a point on the chart at once; and of
# one after a mishap: everybody sees the beginning of a curve, or that it goes on.
FIRST = 0.15
SHORTEST, ALONE, LONGEST = 0.2, 0.5, 2.0  # seconds
ROUND = 3.0  # seconds in which, in a crowd, everybody should have had a turn
WORTH = 40  # a slice lasts this many times what it costs beyond its training: 97.5 % of the time is training
WORTH_IN_AN_EXPERIMENT = 60  # 98.3 %: nobody else waits for a turn
WORTH_IN_A_CROWD = 20  # 95 %
SAMPLE_SHARE = 0.05  # of the time that a run has trained may go into samples of its writing
SAMPLE_EVERY = 1.0  # seconds of training between two samples: they are as long as that allows, ...
SHORTEST_SAMPLE = 40  # ... but at least so many characters, as a line has


def slice_seconds(overhead: float, *, waiting: int, lanes: int, crowd: bool = True) -> float:
    """Seconds of training for the next slice of a run whose slices cost `overhead` seconds beyond it.

    `waiting` runs are ready beside it; without a `crowd` all of them are of the same student, as in an experiment, and
    nobody else waits for her slice to end.
    """
    if waiting == 0:
        return min(LONGEST, max(ALONE, WORTH * overhead))
    fair = min(ALONE, ROUND * lanes / (waiting + lanes))
    return min(LONGEST, max(SHORTEST, fair, (WORTH_IN_A_CROWD if crowd else WORTH_IN_AN_EXPERIMENT) * overhead))


def sample_length(*, spent: float, written: int, trained: float) -> int:
    """How many characters a model should write at the end of the next slice, 0 for none.

    So far it has `written` so many in all, for which it `spent` so many seconds. A run that ends writes in any case.
    """
    if spent > SAMPLE_SHARE * trained:
        return 0
    affordable = int(SAMPLE_SHARE * SAMPLE_EVERY * written / spent) if spent else 0
    return min(SAMPLE_LENGTH, max(SHORTEST_SAMPLE, affordable))

"""How long a slice should be: short enough for a live curve and a quick pause, long enough to be mostly training."""

FIRST = 0.15  # seconds: everybody sees the beginning of a curve at once, or that it goes on after a mishap
SHORTEST, ALONE, LONGEST = 0.2, 0.5, 2.0  # seconds
ROUND = 3.0  # seconds in which, in a crowd, everybody should have had a turn
WORTH = 40  # a slice lasts this many times what it costs beyond its training: 97.5 % of the time is training
WORTH_IN_A_CROWD = 20  # 95 %
FIRST_SAMPLE = 1.0  # seconds of training before the first sample
SAMPLE_SHARE = 0.01  # of a run's time may go into samples of its writing


def slice_seconds(overhead: float, *, waiting: int, lanes: int) -> float:
    """Seconds of training for the next slice of a run whose slices cost `overhead` seconds beyond it."""
    if waiting == 0:
        return min(LONGEST, max(ALONE, WORTH * overhead))
    fair = min(ALONE, ROUND * lanes / (waiting + lanes))
    return min(LONGEST, max(SHORTEST, fair, WORTH_IN_A_CROWD * overhead))


def sample_is_due(*, has_one: bool, val_is_news: bool, spent: float, trained: float) -> bool:
    """Whether to let the model write: early once, then with each new val loss as far as the time allows.

    Not in the first slices, which a whole class may wait behind. A finished run writes in any case.
    """
    if not has_one:
        return trained >= FIRST_SAMPLE
    return val_is_news and spent <= SAMPLE_SHARE * trained

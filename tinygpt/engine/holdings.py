"""What runs take: bytes on disk by student, and curves in memory."""

from collections import Counter
from collections.abc import Mapping

from tinygpt.engine.records import ENDED, Run

MOST_CURVES = 500  # of ended runs in memory, some 80 kB each; the others are read again when somebody looks


class Holdings:
    """Kept up to date by the run table, under its lock."""

    def __init__(self) -> None:
        self.bytes: Counter[str] = Counter()  # on disk, by student
        self._curves: dict[str, None] = {}  # ended runs whose curve is in memory; looked at last stands last

    def weigh(self, run: Run, size: int) -> None:
        """From now on a run takes so many bytes on disk."""
        self.bytes[run.about.student] += size - run.size
        run.size = size
        if not self.bytes[run.about.student]:
            del self.bytes[run.about.student]

    def keep_curve(self, run: Run, runs: Mapping[str, Run]) -> None:
        """The curve of a run that has ended was looked at; those looked at longest ago are left to the disk."""
        self._curves.pop(run.about.id, None)
        self._curves[run.about.id] = None
        while len(self._curves) > MOST_CURVES:
            oldest = next(iter(self._curves))
            del self._curves[oldest]
            if (gone := runs.get(oldest)) and gone.status in ENDED and gone.refused is None:
                gone.curve, gone.samples = None, ()

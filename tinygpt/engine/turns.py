"""Whose turn is it? Shares of worker time that are equal for every student, however many runs she has.

Each student has a clock of the worker time she has had. The ready student whose clock is furthest behind goes first,
and her runs take turns among themselves. Whoever comes new, or back after a pause, starts at the clock of the student
served last: she waits for nobody's past and gains nothing from her own. ("Start-time fair queueing", Goyal, Vin and
Cheng, 1996.) With equal slices this is a plain round robin by student.
"""

from collections import deque


class Turns:
    """The runs that are ready for a slice, in fair order. Not safe for threads: its owner holds a lock."""

    def __init__(self) -> None:
        self._ready: dict[str, deque[str]] = {}  # student -> her runs, the next one first; never empty
        self._had: dict[str, float] = {}  # student -> seconds of worker time, on the common clock
        self._urgent: deque[tuple[str, str]] = deque()  # (student, run) whose slice was lost through no fault of hers
        self._now = 0.0  # the clock of the student served last

    def __len__(self) -> int:
        """How many runs are ready."""
        return len(self._urgent) + sum(map(len, self._ready.values()))

    def add(self, student: str, run: str, *, urgent: bool = False) -> None:
        """`run` is ready for a slice; an urgent one goes before everybody else."""
        if urgent:
            self._urgent.append((student, run))
        else:
            self._had[student] = max(self._had.get(student, 0.0), self._now)
            self._ready.setdefault(student, deque()).append(run)

    def take(self) -> str | None:
        """The run whose turn it is, or None when no run is ready."""
        if self._urgent:
            return self._urgent.popleft()[1]
        if not self._ready:
            return None
        student = min(self._ready, key=lambda name: self._had[name])  # among equals, who has been ready longest
        self._now = self._had[student]
        run = self._ready[student].popleft()
        waiting = self._ready.pop(student)
        if waiting:
            self._ready[student] = waiting  # at the end of the line
        return run

    def charge(self, student: str, seconds: float) -> None:
        """`student` has had `seconds` of worker time; less than 0 gives back what was charged too much."""
        self._had[student] = self._had.get(student, self._now) + seconds

    def drop(self, student: str, run: str) -> None:
        """`run` is not ready any more. Nothing happens if it was not."""
        if (student, run) in self._urgent:
            self._urgent.remove((student, run))
        if run in self._ready.get(student, ()):
            self._ready[student].remove(run)
            if not self._ready[student]:
                del self._ready[student]

"""Whose turn is it? Shares of worker time that are equal for every student, however many runs she has.

Each student has a clock of the worker time she has had. The ready student whose clock is furthest behind goes first.
Inside a student the same rule holds among her groups: each of her single runs is a group of its own, and an
experiment is one as a whole. The runs of a group go one after the other, so the curves of a race grow together.
"""

from collections import deque


class Clocks:
    """The names that want a turn, and the clocks of these and of those that were served a moment ago."""

    def __init__(self) -> None:
        self._had: dict[str, float] = {}  # name -> seconds, on the common clock
        self._ready: dict[str, None] = {}  # names in the order of their turns: of two equals the first one goes first
        self._now = 0.0  # the clock of the one served last

    def __bool__(self) -> bool:
        """Whether anybody wants a turn."""
        return bool(self._ready)

    def join(self, name: str) -> None:
        """`name` wants a turn; again changes nothing."""
        self._had[name] = max(self._had.get(name, 0.0), self._now)
        self._ready.setdefault(name)

    def leave(self, name: str) -> None:
        """`name` wants no turn any more."""
        self._ready.pop(name, None)

    def first(self) -> str:
        """Whose turn it is; among equals that of the one who has waited longest. It stays in line, at the end."""
        name = min(self._ready, key=lambda ready: self._had[ready])
        self._now = self._had[name]
        self._ready[name] = self._ready.pop(name)
        # A clock that time has overtaken says nothing more: a run that has ended must not be remembered for ever.
        self._had = {one: had for one, had in self._had.items() if had > self._now or one in self._ready}
        return name

    def charge(self, name: str, seconds: float) -> None:
        """`name` has had so much; less than 0 gives it back."""
        self._had[name] = self._had.get(name, self._now) + seconds


class Turns:
    """The runs that are ready for a slice, in fair order. Not safe for threads: its owner holds a lock."""

    def __init__(self) -> None:
        self._students = Clocks()
        self._groups: dict[str, Clocks] = {}  # student -> her groups
        self._runs: dict[tuple[str, str], deque[str]] = {}  # (student, group) -> runs, the next one first; never empty
        self._urgent: deque[tuple[str, str]] = deque()  # (student, run) whose slice was lost through no fault of hers

    def __len__(self) -> int:
        """How many runs are ready."""
        return len(self._urgent) + sum(map(len, self._runs.values()))

    def others(self, student: str) -> bool:
        """Whether a run of somebody else is ready."""
        return any(one != student for one, _ in (*self._runs, *self._urgent))

    def add(self, student: str, run: str, *, group: str = "", urgent: bool = False) -> None:
        """`run` is ready for a slice; an urgent one goes before everybody else. "": it is a group of its own."""
        if urgent:
            self._urgent.append((student, run))
        else:
            self._students.join(student)
            self._groups.setdefault(student, Clocks()).join(group or run)
            self._runs.setdefault((student, group or run), deque()).append(run)

    def take(self) -> str | None:
        """The run whose turn it is, or None when no run is ready."""
        if self._urgent:
            return self._urgent.popleft()[1]
        if not self._students:
            return None
        student = self._students.first()
        group = self._groups[student].first()
        run = self._runs[student, group].popleft()
        self._tidy(student, group)
        return run

    def charge(self, student: str, group: str, seconds: float) -> None:
        """`group` of `student` has had `seconds` of worker time; less than 0 gives back what was charged too much."""
        self._students.charge(student, seconds)
        self._groups.setdefault(student, Clocks()).charge(group, seconds)

    def drop(self, student: str, run: str, *, group: str = "") -> None:
        """`run` is not ready any more. Nothing happens if it was not."""
        if (student, run) in self._urgent:
            self._urgent.remove((student, run))
        if run in self._runs.get((student, group or run), ()):
            self._runs[student, group or run].remove(run)
            self._tidy(student, group or run)

    def _tidy(self, student: str, group: str) -> None:
        """Whoever has no ready run left leaves the line; her clock stays."""
        if self._runs[student, group]:
            return
        del self._runs[student, group]
        self._groups[student].leave(group)
        if not self._groups[student]:
            self._students.leave(student)

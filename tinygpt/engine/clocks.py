"""A line in which whoever has had the least goes first.

Each name has a clock of what it has had. Whoever comes new, or back after a pause, starts at the clock of the one
served last: it waits for nobody's past and gains nothing from its own. ("Start-time fair queueing", Goyal, Vin and
Cheng, 1996.) With equal charges this is a plain round robin.
"""


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

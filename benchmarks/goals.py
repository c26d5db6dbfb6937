"""What a benchmark must reach. A goal that is missed is said at the end, and the command fails with exit code 1."""

from dataclasses import dataclass, field


@dataclass
class Goals:
    """The goals that were looked at; `settle` is the last thing a benchmark does."""

    missed: list[str] = field(default_factory=list)

    def at_least(self, goal: float, reached: float, what: str) -> None:
        """`reached` must not be below `goal`; a number that is no number misses every goal."""
        if not reached >= goal:
            self.missed.append(f"{what}: {reached:.4g}, the goal is at least {goal:g}")

    def at_most(self, goal: float, reached: float, what: str) -> None:
        """`reached` must not be above `goal`."""
        if not reached <= goal:
            self.missed.append(f"{what}: {reached:.4g}, the goal is at most {goal:g}")

    def settle(self) -> None:
        """Leave the program with the goals that were missed, if any."""
        if self.missed:
            raise SystemExit("\n".join(f"goal missed: {words}" for words in self.missed))

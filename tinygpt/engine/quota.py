"""How much of the server's disk the runs may take, of one student and of all together; said before it is reached.

A run that has ended takes what its files take. One on its way is counted with all that it may come to.
"""

import os
from dataclasses import dataclass

from tinygpt.engine.slices import BYTES_OF_A_SNAPSHOT, snapshot_steps
from tinygpt.models import count_parameters
from tinygpt.training.spec import RunSpec

GIGABYTES = 10.0  # for the runs of everybody, unless TINYGPT_DISK says otherwise
SHARES = 10  # one student may have a tenth of that
NEAR = 0.8  # of a bound: from here on a page says so
# What a run may come to: state, model and best model; its points; its samples and the rest; beside its snapshots.
BYTES_OF_A_PARAMETER, BYTES_OF_A_STEP, BYTES_OF_A_RUN = 28, 130, 400_000
WAY = "Delete runs that you no longer need: in the menu of a run on Train, or a whole experiment on Compare."


def expected_bytes(spec: RunSpec) -> int:
    """What a run may take on disk at most, before its end."""
    of_a_parameter = BYTES_OF_A_PARAMETER + BYTES_OF_A_SNAPSHOT * len(snapshot_steps(spec))
    return of_a_parameter * count_parameters(spec.model) + BYTES_OF_A_STEP * spec.train.max_steps + BYTES_OF_A_RUN


@dataclass(frozen=True)
class Quota:
    """Bounds in bytes."""

    of_all: int
    of_student: int

    @classmethod
    def from_environment(cls) -> "Quota":
        """What TINYGPT_DISK says, in GB. ValueError in plain words where that is no number above 0."""
        text = os.environ.get("TINYGPT_DISK", "").strip()
        try:
            gigabytes = float(text) if text else GIGABYTES
        except ValueError:
            gigabytes = 0.0
        if not 0 < gigabytes < 1e6:
            raise ValueError(f"TINYGPT_DISK should be a number of GB, such as {GIGABYTES:g}, got {text[:20]!r}")
        return cls(int(gigabytes * 1e9), int(gigabytes * 1e9 / SHARES))

    def check(self, mine: int, everybodys: int, more: int) -> None:
        """Raise ValueError, in words for a student, where there is no room for `more` bytes."""
        if mine + more > self.of_student:
            raise ValueError(
                f"Your runs take {_size(mine)} of the server's disk, and this would need up to {_size(more)} more; "
                f"{_size(self.of_student)} is the most for one student. {WAY}"
            )
        if everybodys + more > self.of_all:
            raise ValueError(
                f"The runs of everybody take {_size(everybodys)} of the server's disk, and this would need up to "
                f"{_size(more)} more; {_size(self.of_all)} is the most. {WAY} "
                "Whoever runs the server can raise that: TINYGPT_DISK."
            )

    def warning(self, mine: int, everybodys: int) -> str:
        """What a student should know before there is no room left; "" while there is plenty."""
        if mine > NEAR * self.of_student:
            return f"Your runs take {_size(mine)} of the {_size(self.of_student)} that one student may have. {WAY}"
        if everybodys > NEAR * self.of_all:
            return f"The runs of everybody take {_size(everybodys)} of {_size(self.of_all)} on this server. {WAY}"
        return ""


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{max(1, round(count / 1e6)):,} MB"

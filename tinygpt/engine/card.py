"""The card of a run: who, what, when, in which color. It is written before the first step."""

import json
from dataclasses import asdict, dataclass, replace

from tinygpt.engine.facts import is_count, is_number, is_text
from tinygpt.spec import RunSpec

COLORS = 10  # slots of the palette


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of a run before its first step."""

    id: str
    student: str
    name: str
    spec: RunSpec
    created: float  # seconds since 1970
    slot: int  # its color, 0 to 9, for life

    def renamed(self, name: str) -> "Card":
        """The same run under another name."""
        return replace(self, name=name)

    def to_json(self) -> bytes:
        """One line of JSON that `from_json` reads back."""
        facts = {**asdict(self), "spec": json.loads(self.spec.to_json())}
        return json.dumps(facts, allow_nan=False).encode() + b"\n"

    @classmethod
    def from_json(cls, run: str, text: bytes) -> "Card":
        """The card of `run` that `to_json` wrote; ValueError for anything else, whatever it is."""
        try:
            facts = json.loads(text)
            student, name, created, slot = (facts[key] for key in ("student", "name", "created", "slot"))
            if not (is_text(student) and is_text(name) and is_number(created) and is_count(slot)):
                raise ValueError("a value on it is not what it should be")
            return cls(run, student, name, RunSpec.from_json(json.dumps(facts["spec"])), float(created), slot % COLORS)
        except (KeyError, TypeError, OverflowError, RecursionError) as error:
            raise ValueError(f"this is not the card of a run: {error!r}") from None


def free_slot(taken: list[int]) -> int:
    """A color that is not taken; when all are, the one taken least."""
    return min(range(COLORS), key=lambda slot: (taken.count(slot), slot))

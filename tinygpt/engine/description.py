"""What is known of a run before its first step: who, what, when, in which color, as a part of which experiment."""

import json
from dataclasses import asdict, astuple, dataclass, replace

from tinygpt.files import checked
from tinygpt.settings import as_plain
from tinygpt.texts.cleaning import clean_name
from tinygpt.training.spec import RunSpec

COLORS = 10  # slots of the palette
# Of what is read back: longer or larger was not written by us, and a page could not show it.
MOST_LETTERS = 200
LATEST = 253_402_300_799.0  # seconds since 1970: the last one of the year 9999
LARGEST_SETTING = 2**63


@dataclass(frozen=True, slots=True)
class Membership:
    """The experiment that a run is a part of. Each of its runs says it, so no other file is needed."""

    id: str
    kind: str  # of the plan
    title: str
    label: str  # of the variant: runs of one experiment with one label differ in their seed alone


@dataclass(frozen=True, slots=True)
class Origin:
    """The run that another one was forked from, and the step up to which they are the same."""

    run: str
    step: int


@dataclass(frozen=True, slots=True)
class RunDescription:
    """A run as it is described in its card.json."""

    id: str
    student: str
    name: str
    spec: RunSpec
    created: float  # seconds since 1970
    slot: int  # its color, 0 to 9, for life
    experiment: Membership | None = None  # None: a single run
    origin: Origin | None = None  # None: it began at its first step

    @property
    def group(self) -> str:
        """The runs that share its turns, as a name: the id of its experiment; a single run is a group of its own."""
        return self.experiment.id if self.experiment else self.id

    def to_json(self) -> bytes:
        """One line of JSON that `from_json` reads back."""
        facts = {**asdict(self), "spec": json.loads(self.spec.to_json())}
        return json.dumps(facts, allow_nan=False).encode() + b"\n"

    @classmethod
    def from_json(cls, run: str, text: bytes) -> "RunDescription":
        """The description of `run` that `to_json` wrote; ValueError for anything else, whatever it is."""
        try:
            facts = json.loads(text)
            part = facts.get("experiment")  # older ones say nothing of it
            if part is not None and not (part := checked(Membership, part)).id:
                raise ValueError("its experiment has no id")
            begun = facts.get("origin")
            if begun is not None and (begun := checked(Origin, begun)).step < 0:
                raise ValueError("it was forked before its first step")
            spec = RunSpec.from_json(json.dumps(facts["spec"]))
            about: RunDescription = checked(
                cls, {**facts, "id": run, "spec": spec, "experiment": part, "origin": begun}
            )
            settings = [*as_plain(spec.model).values(), *as_plain(spec.train).values()]
            if any(isinstance(value, int) and value > LARGEST_SETTING for value in settings):
                raise ValueError("a setting is too large")
            words = (about.student, spec.corpus, begun.run if begun else "", *(astuple(part) if part else ()))
            if any(len(each) > MOST_LETTERS for each in words) or not 0 <= about.created <= LATEST:
                raise ValueError("it says more than a run has to say")
            return replace(about, name=clean_name(about.name) or "Run", slot=about.slot % COLORS)
        except (AttributeError, KeyError, TypeError, OverflowError, RecursionError) as error:
            raise ValueError(f"this is not the description of a run: {error!r}") from None

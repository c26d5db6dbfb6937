"""What a model wrote on its way: a few of its samples, the closer together the earlier, as it changes most at first."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from tinygpt.engine.slices import Slice
from tinygpt.files import checked

MOST = 32  # samples of a run that are kept
LONGEST = 1_000  # characters that one can have; SAMPLE_LENGTH is far below


@dataclass(frozen=True, slots=True)
class Sample:
    """What the model of `step` wrote."""

    step: int
    text: str

    def to_json(self) -> str:
        """One line of JSON that `from_json` reads back."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, line: bytes) -> "Sample":
        """The sample that `to_json` wrote; ValueError for anything else."""
        try:
            sample: Sample = checked(cls, json.loads(line))
        except (TypeError, RecursionError) as error:
            raise ValueError(f"this is no sample: {error}") from None
        if len(sample.text) > LONGEST:
            raise ValueError("this sample is too long")
        return sample


def samples_of_slice(slice_: Slice) -> list[Sample]:
    """What was written in a slice, in order."""
    first = [Sample(0, slice_.first_sample)] if slice_.first_sample else []
    return first + ([Sample(slice_.step, slice_.sample)] if slice_.sample else [])


def with_samples(kept: tuple[Sample, ...], more: Iterable[Sample]) -> tuple[Sample, ...]:
    """The samples that stay of those `kept` and `more`, which come after them, in the order of their steps.

    A step that comes again replaces what was kept from it on: its run went on from an earlier state. Of too many goes
    the one that leaves the smallest gap, as a factor between steps; the first and the last stay.
    """
    all_ = list(kept)
    for sample in more:
        while all_ and all_[-1].step >= sample.step:
            all_.pop()
        all_.append(sample)
        if len(all_) > MOST:
            del all_[min(range(1, MOST), key=lambda i: (all_[i + 1].step + 1) / (all_[i - 1].step + 1))]
    return tuple(all_)

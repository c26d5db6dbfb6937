"""The models that a run has left on its way, and what each does with a text. None of them ever changes, so what was
looked at once is kept, as long as all that is kept fits into one bound (texts/keeping.py)."""

import math
import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from tinygpt.bigram import BigramLanguageModel
from tinygpt.checkpoint.model_file import load
from tinygpt.engine.records import RunView
from tinygpt.experiments.clicks import Click, click_of
from tinygpt.experiments.curves import LossCurve
from tinygpt.inside.moments import Moment, chances, moment_at, writes
from tinygpt.lessons.measured import loaded
from tinygpt.models import LanguageModel
from tinygpt.texts.keeping import kept
from tinygpt.tokenizer import CharTokenizer
from tinygpt.training.loop import one_thread
from tinygpt.training.spec import RunSpec
from tinygpt.training.state import at_the_start
from tinygpt.ui import pace, session
from tinygpt.ui.cookie import is_name


def steps_of_run(run: RunView) -> list[int]:
    """Of which steps there is a model: the first weights, those kept on the way, and the one it has reached.

    The last one is left out while the run moves: it would be another one at each look.
    """
    steps = [0, *(step for step in session.engine().snapshots(run.id) if step <= run.step)]
    if not pace.will_change(run) and run.step > steps[-1]:
        steps.append(run.step)
    return steps


def steps_of_shipped(file: str) -> list[int]:
    """The first weights of a shipped model, and its last ones."""
    return [0, int(loaded(file).info["step"])]


@kept
def model_after(name: str, step: int) -> LanguageModel:
    """The model of a run, or a shipped one by its file, after `step` steps. ValueError with a sentence without one."""
    return _of_run(name, step) if is_name(name) else _shipped(name, step)


def _of_run(run: str, step: int) -> LanguageModel:
    engine = session.engine()
    view = engine.view(run)
    if view and step == 0:
        return at_the_start(view.spec)
    blob = engine.snapshot(run, step) if step in engine.snapshots(run) else engine.model_bytes(run)
    found = load(blob) if blob else None
    if found is None or found.info.get("step") != step:  # it went on since somebody asked
        raise ValueError(f"The model of step {step:,} is not there (any more).")
    return found.model


def _shipped(file: str, step: int) -> LanguageModel:
    found = loaded(file)
    return found.model if step else at_the_start(RunSpec.from_json(found.info["run"]))


@kept
def moment_of(name: str, step: int, ids: tuple[int, ...]) -> Moment:
    """What that model does with these ids. ValueError as for `model_of`."""
    with one_thread():
        return moment_at(model_after(name, step), torch.tensor(ids), step=step)


@kept
def table_of(name: str, step: int, ids: tuple[int, ...]) -> Tensor:
    """The table of a bigram as chances, of these ids alone: (n, n). ValueError as for `model_of`."""
    model = model_after(name, step)
    assert isinstance(model, BigramLanguageModel)
    return chances(model, torch.tensor(ids))


@kept
def sample_of(name: str, step: int, tokenizer: CharTokenizer) -> str:
    """What that model writes, with the same dice as all others. ValueError as for `model_of`."""
    with one_thread():
        return writes(model_after(name, step), tokenizer)


def moments_of(
    name: str, steps: Sequence[int], ids: tuple[int, ...], *, first: Iterable[int] = (), seconds: float = math.inf
) -> tuple[list[Moment], dict[int, str]]:
    """The moments that can be looked at, in order; and why others cannot, by their steps.

    Those of the steps `first`, and as many of the others as `seconds` allow.
    """
    found, lost, began, sure = [], {}, time.monotonic(), set(first) & set(steps)
    for step in sorted(steps, key=lambda step: step not in sure):
        if step not in sure and time.monotonic() - began > seconds:
            break
        try:
            found.append(moment_of(name, step, ids))
        except ValueError as error:
            lost[step] = str(error)
    return sorted(found, key=lambda moment: moment.step), lost


class ClickBetween(NamedTuple):
    """A click of the curve, and the steps of the nearest moments before and after it."""

    stretch: Click
    before: int
    after: int


def click_between(curve: LossCurve, steps: Sequence[int]) -> ClickBetween | None:
    """The click of a run, where there are moments on both sides of it."""
    stretch = click_of(curve)
    if stretch is None:
        return None
    before, after = [s for s in steps if s <= stretch.start], [s for s in steps if s >= stretch.end]
    return ClickBetween(stretch, before[-1], after[0]) if before and after else None

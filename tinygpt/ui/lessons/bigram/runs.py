"""A student's runs of a bigram table: which one lesson 2 is about, the tables that were kept of it, and their facts."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

from torch import Tensor

from tinygpt.bigram import BigramConfig, BigramLanguageModel
from tinygpt.checkpoint.model_file import load
from tinygpt.engine.records import ENDED, NoSuchRun, RunView
from tinygpt.lessons import tables
from tinygpt.plots.lessons.bigram_drawings import TableHistory
from tinygpt.texts.keeping import kept
from tinygpt.training.spec import RunSpec, TrainConfig, look_every
from tinygpt.training.state import start
from tinygpt.ui import session
from tinygpt.ui.lessons.bigram.text import Counted, counted_text
from tinygpt.variance import effective_characters
from tinygpt.words.storyboard import Facts, apart

RATE, STEPS = 1e-3, 10_000  # the study notebook's training
AS_GOOD_AS_COUNTS = 0.05  # nats: a table this close to the counts has learned them


def newest_run(text: Counted) -> RunView | None:
    """The run of the link, or else this student's newest, that trains a bigram on this text."""
    views, current = session.on_stage()
    return next((view for view in [current, *views] if view and fits(view, text)), None)


def fits(view: RunView, text: Counted) -> bool:
    return isinstance(view.spec.model, BigramConfig) and view.spec.corpus == text.corpus.name


def table_spec(text: Counted, learning_rate: float, max_steps: int) -> RunSpec:
    """The study notebook's training; in a short text with shorter windows."""
    model = BigramConfig(text.V, block_size=max(1, min(8, len(text.corpus.val) - 2)))
    return RunSpec(
        model,
        TrainConfig(max_steps, learning_rate=learning_rate, eval_interval=look_every(max_steps)),
        text.corpus.name,
    )


@kept
def _untrained(spec: RunSpec) -> Tensor:
    """The table of a run before its first step. (V, V)"""
    return _table(start(spec, counted_text(spec.corpus).corpus).model)


def _table(model: object) -> Tensor:
    assert isinstance(model, BigramLanguageModel)
    return tables.softmax_of_table(model)


@kept
def _kept(run: str, step: int) -> Tensor | None:
    """The table of a run at one of its snapshots; None where that cannot be read (any more)."""
    return _read(partial(session.engine().snapshot, run, step))


@kept
def _last(run: str, *, best: bool = False) -> Tensor | None:
    """A table of a run that has ended: it stays as it is, so nobody reads it from disk at every tick."""
    return _read(partial(session.engine().model_bytes, run, best=best))


def _read(ask: Callable[[], bytes | None]) -> Tensor | None:
    try:
        return _table(load(blob).model) if (blob := ask()) else None
    except NoSuchRun:
        raise
    except ValueError:  # numbers that are not finite: the run has diverged; or a file that is damaged
        return None


def tables_of(view: RunView | None, text: Counted) -> dict[int, Tensor]:
    """The tables of a run by step: untrained, the snapshots kept on the way, and as it is now. Each (V, V)

    Once it has ended, the one of its lowest val loss is among them.
    """
    spec = view.spec if view else table_spec(text, RATE, STEPS)
    untrained, found, engine = _untrained(spec), dict[int, Tensor | None](), session.engine()
    try:
        if view and view.step:
            found = {step: _kept(view.id, step) for step in engine.snapshots(view.id) if step < view.step}
            found[view.step] = _last(view.id) if view.status in ENDED else _read(partial(engine.model_bytes, view.id))
            if view.better and view.status in ENDED:
                found = dict(sorted({view.better[0]: _last(view.id, best=True), **found}.items()))
    except NoSuchRun:  # it was deleted a moment ago, in another tab
        found = {}
    return {0: untrained} | {step: P for step, P in found.items() if P is not None}


def losses_of_batches(view: RunView) -> list[tuple[int, float]]:
    """Step and loss of the batches of a run; none when it was deleted a moment ago, in another tab."""
    try:
        points = session.engine().points(view.id)
    except NoSuchRun:
        return []
    return [(point.step, point.loss) for point in points if point.step < view.max_steps]


def history_of(found: dict[int, Tensor], text: Counted) -> TableHistory:
    """What each table costs, exactly."""
    losses = [tables.loss(P, text.counts) for P in found.values()]
    H = tables.entropy(text.counts)
    return TableHistory(list(found), losses, [loss - H for loss in losses])


def latest(text: Counted) -> tuple[int, Tensor, bool]:
    """The table as far as it is trained: after how many steps, the table (V, V), and whether there is a run at all."""
    view = newest_run(text)
    step, P = list(tables_of(view, text).items())[-1]
    return step, P, bool(step)


def facts_of_counts(text: Counted) -> Facts:
    """What a table can reach: the counts' own uncertainty, even guessing, and the row that is hardest to guess."""
    wide = effective_characters(text.P).masked_fill(text.counts.sum(dim=1) < text.often, 0)
    return {
        "entropy": tables.entropy(text.counts), "V": text.V, "even": math.log(text.V),
        "widest": text.say(int(wide.argmax())), "eff": float(wide.max()), "near": AS_GOOD_AS_COUNTS,
    }  # fmt: skip


def facts_of_tables(facts: Facts, history: TableHistory) -> list[dict[str, Any]]:
    """The facts of each table of a run."""
    return [
        {**facts, "step": step, "loss": loss, "kl": apart(loss, facts["entropy"], 3)}
        for step, loss in zip(history.steps, history.losses, strict=True)
    ]


def template_of(view: RunView | None, loss: float) -> str:
    """The template for a table of that loss."""
    return "untrained" if view is None else "caption" if math.isfinite(loss) else "diverged"

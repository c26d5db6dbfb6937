"""The first scenes of lesson 7: what one guess says to its row, and how a batch of guesses fills a table."""

from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from tinygpt.lessons import tables
from tinygpt.lessons.one_step import NOTEBOOK_RATE, first_batches, slow_step
from tinygpt.plots.lessons import bigram_steps as steps
from tinygpt.plots.lessons import learning as drawings
from tinygpt.plots.lessons.learning import Bar
from tinygpt.spelling import thousands, with_sign
from tinygpt.training.by_hand.loss import loss_backward, loss_forward
from tinygpt.training.by_hand.table import Table
from tinygpt.ui import frame
from tinygpt.ui.dials import buttons, slider
from tinygpt.ui.drag import Picture, drag, swap
from tinygpt.ui.lessons.bigram.text import Counted, counted_text, first_batch
from tinygpt.ui.scene import Showing, explain, picture, scene
from tinygpt.words.storyboard import Facts, Scene

BARS = 7  # of a row, besides what came
LINES = (
    "for step in range(1000):", "    xb, yb = get_batch('train')", "    logits, loss = m(xb, yb)",
    "    optimizer.zero_grad(set_to_none=True)", "    loss.backward()", "    optimizer.step()",
)  # fmt: skip
FORWARD, BACKWARD, STEP = 2, 4, 5  # of LINES
LATER = [10, 100, 1_000]  # steps


@scene("lea-1", code=[loss_forward, loss_backward])
def one_guess(scene: Scene, text: Counted) -> Showing:
    """The row of one guess, each of its shares with the arrow that pushes it: before training, and after."""
    x, y = first_batch(text.corpus.name)
    guesses = list(zip(x[0].tolist(), y[0].tolist(), strict=True))
    rows = {
        "untrained": tables.notebook_table(text.V)[0].token_embedding_table.weight.detach(),
        "trained": _trained(text),
    }
    every = [_one(table[now], came, text, now) for table, (now, came) in product(rows.values(), guesses)]
    yield every[0][0]
    pictures = [
        picture(scene, drawings.pushed_row(scene.plain("title_row", facts), bars, frame.mode()), facts)
        for facts, bars in every
    ]
    names = [str(n) for n in range(1, len(guesses) + 1)]
    states = [scene.templates["untrained"], scene.templates["trained"]]
    when, at = swap(pictures, buttons("learned", "The table", rows, shown=states), slider("guess", "Guess", names))
    explain(scene, every[when * len(guesses) + at][0])


def _trained(text: Counted) -> Tensor:
    """What the table becomes: the logarithms of the counts. (V, V)"""
    return text.smoothed.log().float()


def _one(row: Tensor, came: int, text: Counted, now: int) -> tuple[dict[str, Any], list[Bar]]:
    """What the sentences say of a guess, and its bars: what came, then the likeliest others."""
    loss, log_p = loss_forward(row[None], torch.tensor([came]))
    p = log_p[0].exp().tolist()
    push = (-loss_backward(log_p, torch.tensor([came])))[0].tolist()
    likely = [i for i in sorted(range(len(p)), key=lambda i: -p[i]) if i != came][:BARS]
    bars = [Bar(text.chars[i], p[i], with_sign(push[i], 4), i == came) for i in (came, *likely)]
    facts = {
        "character": text.say(now), "came": text.say(came), "share_came": p[came], "push": push[came],
        "loss": float(loss), "down": -sum(push[:came]) - sum(push[came + 1 :]), "others": text.V - 1,
    }  # fmt: skip
    return facts, bars


@scene("lea-2", code=[Table.forward, loss_forward, loss_backward, Table.backward])
def a_whole_batch(scene: Scene, text: Counted) -> Showing:
    """The lines of the loop: guess by guess the gradient fills the table; then one step, ten, a hundred, a thousand."""
    x, y = first_batch(text.corpus.name)
    ids, came = x.flatten(), y.flatten()
    first, gradients, later = _gradients(text.corpus.name)
    before, after = _loss(first, ids, came), _loss(later[1], ids, came)
    facts: dict[str, Any] = {
        "guesses": len(ids), "rows": len(set(ids.tolist())), "V": text.V, "rate": NOTEBOOK_RATE, "loss": before,
        "after": after, "is_large": before - after > 1, "is_medium": 1 >= before - after >= 0.01,
        "is_small": before - after < 0.01,
    }  # fmt: skip
    yield facts
    shares = {n: F.softmax(table, -1) for n, table in later.items()}
    asked, likeliest = int(ids[0]), max(float(p.max()) for p in shares.values())
    of_shares = SharedAxis(likeliest, (0.0, max(float(p[asked].max()) for p in shares.values())))
    last = gradients[-1]
    of_gradients = SharedAxis(float(last.abs().max()), (min(0.0, float(last.min())), max(0.0, float(last.max()))))
    stages = [LitLine("forward", FORWARD, asked, F.softmax(first, -1), of_shares, came[ids == asked], {})]
    for n, (now, then, gradient) in enumerate(zip(ids.tolist(), came.tolist(), gradients, strict=True), 1):
        there = came[:n][ids[:n] == now]
        said = {"guess": n, "next": text.say(then), "times": len(there)}
        stages.append(LitLine("backward", BACKWARD, now, gradient, of_gradients, there, said))
    for n, p in shares.items():
        said = {"steps": n, "now": tables.loss(p.double(), text.counts), "batch": _loss(later[n], ids, came)}
        stages.append(LitLine("step", STEP, asked, p, of_shares, came[ids == asked], said))
    pictures = [_picture(scene, text, stage, facts) for stage in stages]
    names = ["forward", *(f"guess {n}" for n in range(1, len(gradients) + 1)), "1 step"]
    drag(pictures, key="fills", label="Line", names=[*names, *(f"{thousands(n)} steps" for n in LATER)])
    explain(scene, facts)


class SharedAxis(NamedTuple):
    """One for all pictures that are compared: the number with the strongest color, and how far bars reach."""

    limit: float
    reach: tuple[float, float]


class LitLine(NamedTuple):
    """A moment of the loop: the line that runs, a table (V, V), one of its rows, and what came after it so far."""

    name: str
    line: int
    row: int
    table: Tensor
    axis: SharedAxis
    came: Tensor
    said: Facts


def _picture(scene: Scene, text: Counted, stage: LitLine, facts: Facts) -> Picture:
    """Its line of code lit, its table as pixels, its row as bars: what came after it in the batch, then the largest."""
    here = {**facts, "character": text.say(stage.row), **stage.said}
    row, there = stage.table[stage.row], list(dict.fromkeys(stage.came.tolist()))[: BARS + 1]
    others = [i for i in row.abs().argsort(descending=True, stable=True).tolist() if i not in there]
    shown = [*there, *others][: BARS + 1]
    drawing = steps.lit_line(LINES, stage.line, frame.mode()) + steps.table_and_row(
        stage.table, stage.axis.limit, stage.row, [(text.chars[i], float(row[i])) for i in shown],
        (scene.plain(f"title_{stage.name}", here), scene.plain(f"row_{stage.name}", here)), frame.mode(), digits=4,
        came=[i in there for i in shown], reach=stage.axis.reach,
    )  # fmt: skip
    return picture(scene, drawing, here, f"caption_{stage.name}")


@lru_cache(maxsize=8)
def _gradients(corpus: str) -> tuple[Tensor, list[Tensor], dict[int, Tensor]]:
    """The table before training, its gradient after each guess of the first batch, and the table after steps."""
    text, (x, y) = counted_text(corpus), first_batch(corpus)
    ids, came = x.flatten(), y.flatten()
    first = tables.notebook_table(text.V)[0].token_embedding_table.weight.detach()
    table = Table(first, torch.zeros_like(first))
    _, log_p = loss_forward(table.forward(ids), came)
    d_rows = loss_backward(log_p, came)  # (N, V)
    so_far = []
    for n in range(1, len(ids) + 1):
        table.backward(d_rows[:n], ids[:n])
        so_far.append(table.d_weight.clone())
    after_one = slow_step(tables.notebook_table(text.V)[0], x, y).after
    return first, so_far, {1: after_one, **first_batches(text.corpus, x, y, LATER)}


def _loss(table: Tensor, ids: Tensor, came: Tensor) -> float:
    return float(F.cross_entropy(table[ids], came))

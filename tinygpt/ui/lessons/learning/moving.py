"""The scenes of lesson 7 about the step itself: how long it may be, and what AdamW makes of a gradient."""

import math
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

import torch
from torch import Tensor

from tinygpt.lessons.chain import one_head
from tinygpt.lessons.moving import Moved, Stepped, adamw_on_one_number, at_rates, train_a_table
from tinygpt.plots.lessons import learning as drawings
from tinygpt.plots.lessons.learning import short, signed
from tinygpt.plots.lessons.scaling_weights import side_by_side
from tinygpt.spelling import brief, number, powered
from tinygpt.ui import frame
from tinygpt.ui.dials import buttons, slider
from tinygpt.ui.drag import swap
from tinygpt.ui.lessons.bigram.text import Counted, counted_text
from tinygpt.ui.scene import Showing, explain, picture, scene
from tinygpt.words.storyboard import Scene

RATES = (0.01, 0.03, 0.1, 0.3, 1.0, 2.0, 3.0, 5.0, 10.0, 30.0, 100.0)
USUAL = RATES.index(1.0)
STEPS = 20
FOLLOWED, RATE, PLAIN = 60, 0.01, 1.0  # steps of two numbers, the rates of AdamW and of plain descent
SHOWN = (*range(1, 11), 15, 20, 30, 40, 50, 60)  # of those steps
SELDOM = 3  # times in all those batches, at least


@lru_cache(maxsize=8)
def _at_rates(corpus: str) -> list[Stepped]:
    text = counted_text(corpus)
    T = min(8, len(text.corpus.train) - 1)
    return at_rates(one_head(text.V, T), text.corpus, RATES, STEPS, T)


@scene("lea-5", code=[at_rates])
def too_far(scene: Scene, text: Counted) -> Showing:
    """The loss after one step and after many, against the learning rate."""
    found = _at_rates(text.corpus.name)
    before = found[0].losses[0]
    best = min(range(len(RATES)), key=lambda n: found[n].observed)
    ends = [each.losses[-1] for each in found]
    good = min((n for n in range(len(RATES)) if math.isfinite(ends[n])), key=lambda n: ends[n])
    facts: dict[str, Any] = {
        "before": before, "steps": STEPS, "best": RATES[best], "best_end": _loss(ends[best]), "good": RATES[good],
        "good_end": _loss(ends[good]), "is_good": best == good, "is_bad": _explodes(found[best], before),
        "is_less": best != good and not _explodes(found[best], before),
    }  # fmt: skip
    yield facts
    observed, promised = [each.observed for each in found], [each.predicted for each in found]
    pictures = []
    for at, (rate, each) in enumerate(zip(RATES, found, strict=True)):
        here = {
            **facts, "rate": f"{rate:g}", "promised": _promise(each.predicted), "observed": brief(each.observed, 2),
            "end": _loss(each.losses[-1]),
        }  # fmt: skip
        drawing = side_by_side(
            drawings.after_a_step(RATES, observed, promised, before, at, frame.mode()),
            drawings.many_steps(each.losses, before, frame.mode()),
        )
        caption = "caption_lost" if _explodes(each, before) else "caption"
        pictures.append(picture(scene, drawing, here, caption))
    swap(pictures, slider("rate", "Learning rate", [f"{rate:g}" for rate in RATES], USUAL))
    explain(scene, facts, lambda: [
        {"learning rate": rate, "promised": each.predicted, "after 1 step": each.observed, "last": each.losses[-1]}
        for rate, each in zip(RATES, found, strict=True)
    ])  # fmt: skip


def _explodes(found: Stepped, before: float) -> bool:
    last = found.losses[-1]
    return math.isnan(last) or last > before


def _promise(loss: float) -> str:
    """A loss that a gradient promised; far away it may be one that no model can have."""
    return number(loss, 2) if loss >= 0 else f"{number(loss, 2)}, below every loss that there is"


def _loss(value: float) -> str:
    """A loss as a sentence says it, also where nothing is left of it."""
    if math.isnan(value):
        return "is no number any more"
    return f"is {number(value, 2)}" if value < 1e4 else f"is {powered(value, 1)}"


class Numbers(NamedTuple):
    """Two numbers of a table, step by step: that of a pair which is often there, and of one which seldom is."""

    cells: dict[str, tuple[int, int]]
    gradients: dict[str, Tensor]  # by AdamW, (N,)
    moved: dict[str, Moved]
    ways: dict[str, dict[str, list[float]]]  # where each had come to after each step, by AdamW and by plain descent
    times: dict[str, int]


@lru_cache(maxsize=8)
def _numbers(corpus: str) -> Numbers:
    text = counted_text(corpus)
    trained, plain = (
        train_a_table(text.corpus, FOLLOWED, rate, adamw=adamw) for rate, adamw in ((RATE, True), (PLAIN, False))
    )
    sizes, pairs = trained.gradients.abs().mean(0), trained.pairs
    there = pairs >= min(SELDOM, float(pairs.max()))
    smallest = torch.where(there, sizes, math.inf).argmin()
    cells = {"often": divmod(int((sizes * there).argmax()), text.V), "seldom": divmod(int(smallest), text.V)}
    of = {name: trained.gradients[:, a, b].clone() for name, (a, b) in cells.items()}
    moved = {name: adamw_on_one_number(each, RATE) for name, each in of.items()}
    ways = {
        name: {
            f"AdamW, rate {RATE:g}": moved[name].moves.cumsum(0).tolist(),
            f"plain, rate {PLAIN:g}": (-PLAIN * plain.gradients[:, a, b]).cumsum(0).tolist(),
        }
        for name, (a, b) in cells.items()
    }
    return Numbers(cells, of, moved, ways, {name: int(pairs[cell]) for name, cell in cells.items()})


@scene("lea-6", code=[adamw_on_one_number])
def one_number(scene: Scene, text: Counted) -> Showing:
    """What AdamW makes of the gradients of two numbers, whose sizes differ."""
    found = _numbers(text.corpus.name)
    facts = _facts_of_numbers(found, text)
    yield facts
    pictures, every = [], []
    for name, step in product(found.cells, SHOWN):
        moved, gradients, now = found.moved[name], found.gradients[name], step - 1
        by_adamw, plainly = found.ways[name].values()
        here = {
            **facts, "step": step, "pair": facts[f"pair_{name}"], "times": found.times[name],
            "now_gradient": signed(float(gradients[now])), "now_mean": signed(float(moved.means[now])),
            "root": short(float(moved.squares[now].sqrt()), 4), "move": signed(float(moved.moves[now]), 5),
            "sum": signed(by_adamw[now]), "plain_sum": signed(plainly[now]),
        }  # fmt: skip
        drawing = side_by_side(
            drawings.gradients_and_mean(gradients.tolist(), moved.means.tolist(), step, frame.mode()),
            drawings.ways_of_a_number(found.ways[name], step, frame.mode()),
        )
        pictures.append(picture(scene, drawing, here))
        every.append(here)
    shown = [facts[f"pair_{name}"] for name in found.cells]
    which, at = swap(
        pictures, buttons("number", "The number of", found.cells, shown=shown), slider("adam_step", "Step", SHOWN)
    )
    explain(scene, every[which * len(SHOWN) + at])


def _facts_of_numbers(found: Numbers, text: Counted) -> dict[str, Any]:
    """What the question needs: how large the gradients of both are, and the moves by AdamW."""
    facts: dict[str, Any] = {"steps": FOLLOWED, "rate": RATE}
    for name, (a, b) in found.cells.items():
        gradients, moves = found.gradients[name], found.moved[name].moves
        facts |= {
            f"pair_{name}": f"{text.say(a)}, then {text.say(b)}", f"size_{name}": float(gradients.abs().mean()),
            f"move_{name}": float(moves.abs().mean()),
        }  # fmt: skip
    ratio, way = (facts[f"{kind}_often"] / (facts[f"{kind}_seldom"] or 1.0) for kind in ("size", "move"))
    said = f"{way:.1f}"
    return facts | {
        "ratio": ratio, "way": way, "root_of_it": ratio**0.5, "is_way": True, "is_times": f"{ratio:.1f}" == said,
        "is_root": f"{ratio**0.5:.1f}" == said,
    }  # fmt: skip

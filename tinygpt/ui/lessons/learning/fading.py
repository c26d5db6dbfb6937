"""The last scenes of lesson 7: a gradient that fades in a sure softmax, and one that fades from block to block."""

from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

from tinygpt.lessons.fading import ROWS, by_block, softmax_backward, through_softmax
from tinygpt.plots.lessons import learning as drawings
from tinygpt.plots.lessons.learning import Bar, short
from tinygpt.plots.lessons.scaling_weights import side_by_side
from tinygpt.spelling import number, powered
from tinygpt.ui import frame
from tinygpt.ui.dials import buttons, slider, switch
from tinygpt.ui.drag import swap
from tinygpt.ui.lessons.bigram.text import Counted, counted_text, first_batch
from tinygpt.ui.scene import Showing, explain, picture, scene
from tinygpt.words.storyboard import Scene

SIZES = (1, 4, 16, 64, 256, 1_024)
ASKED = SIZES.index(256)
DEPTHS = (2, 4, 8)
DEEP = DEPTHS[-1]
BOTH = (False, True)


class MiddleRow(NamedTuple):
    """Of all rows the one for which the length of what softmax hands back is the median."""

    weights: list[float]
    handed: list[float]
    length: float


@lru_cache
def _middle(head_size: int, divide: bool) -> MiddleRow:
    found = through_softmax(head_size, divide)
    length, row = found.d_scores.norm(dim=1).median(0)
    return MiddleRow(found.weights[row].tolist(), found.d_scores[row].tolist(), float(length))


@scene("lea-7", code=[softmax_backward])
def a_sure_softmax(scene: Scene) -> Showing:
    """One row of weights and what it hands back to its scores, as head_size grows, divided and not."""
    hs = SIZES[ASKED]
    facts: dict[str, Any] = {
        "hs": hs, "rows": ROWS, "plain": _middle(hs, False).length, "divided": _middle(hs, True).length,
        "at_1": _middle(1, False).length, "factor": _middle(1, False).length / _middle(hs, False).length,
        "root": hs**0.5,
    }  # fmt: skip
    yield facts
    shown = {(divide, size): _middle(size, divide) for divide, size in product(BOTH, SIZES)}
    of_all = [each for row in shown.values() for each in row.handed]
    reach, pictures = (min(of_all), max(of_all)), []
    for (divide, size), (weights, handed, length) in shown.items():
        most = max(range(len(weights)), key=weights.__getitem__)
        names = [str(i) for i in range(len(weights))]
        left = [Bar(n, w, number(w, 3), i == most, True) for i, (n, w) in enumerate(zip(names, weights, strict=True))]
        right = [Bar(n, d, short(d, 3), i == most, True) for i, (n, d) in enumerate(zip(names, handed, strict=True))]
        here = {**facts, "hs": size, "most": weights[most], "length": short(length)}
        drawing = side_by_side(
            drawings.signed_bars(scene.templates["title_weights"], left, frame.mode(), reach=(0.0, 1.0)),
            drawings.signed_bars(scene.templates["title_handed"], right, frame.mode(), reach=reach),
        )
        pictures.append(picture(scene, drawing, here, "caption_divided" if divide else "caption"))
    swap(pictures, switch("divided", "divide by \u221ahead_size"), slider("sure_size", "head_size", SIZES, ASKED))
    explain(scene, facts, lambda: [
        {"head_size": size, "divided": divide, "median length": row.length} for (divide, size), row in shown.items()
    ])  # fmt: skip


@lru_cache(maxsize=64)
def _blocks(corpus: str, n_layer: int, skips: bool, norms: bool) -> list[float]:
    x, y = first_batch(corpus)
    return by_block(n_layer, skips, norms, x, y, counted_text(corpus).V)


def _reaches(sizes: list[float]) -> float:
    """What reaches the first block, as a share of what the last one gets; 0 where there is nothing to learn."""
    return sizes[0] / sizes[-1] if sizes[-1] else 0.0


@scene("lea-8", code=[by_block])
def many_blocks(scene: Scene, text: Counted) -> Showing:
    """How much of the gradient reaches each block, with skips and LayerNorm and without."""
    name = text.corpus.name
    bare, skips, norms = (
        _blocks(name, DEEP, skip, norm) for skip, norm in ((False, False), (True, False), (False, True))
    )
    kept = _reaches(bare)
    facts: dict[str, Any] = {
        "blocks": DEEP, "last": DEEP - 1, "first_bare": short(bare[0]), "last_bare": short(bare[-1]),
        "share": powered(kept, 0) if 0 < kept < 1e-3 else number(kept, 3), "skips": _reaches(skips),
        "norms": _reaches(norms),
        "is_much": kept >= 0.2, "is_some": 1e-3 <= kept < 0.2, "is_nothing": kept < 1e-3,
    }  # fmt: skip
    yield facts
    pictures = []
    for depth, skip, norm in product(DEPTHS, BOTH, BOTH):
        sizes = _blocks(name, depth, skip, norm)
        bars = [Bar(f"block {n}", size, short(size), plain=True) for n, size in enumerate(sizes)]
        way = _reaches(sizes)
        here = {
            **facts, "depth": depth, "last": depth - 1, "first": short(sizes[0]), "end": short(sizes[-1]),
            "kept": powered(way, 0) if 0 < way < 1e-3 else number(way, 2),
            "with": scene.templates[f"with_{int(skip)}{int(norm)}"],
        }  # fmt: skip
        title = scene.templates["title_bars"]
        pictures.append(picture(scene, drawings.on_a_log_scale(title, bars, frame.mode(), rows=depth), here))
    swap(
        pictures, buttons("deep", "Blocks", DEPTHS, DEPTHS.index(DEEP)), switch("deep_skips", "skips"),
        switch("deep_norms", "LayerNorm"),
    )  # fmt: skip
    explain(scene, facts)

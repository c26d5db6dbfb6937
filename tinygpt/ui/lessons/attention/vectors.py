"""The scene of lesson 4 about query, key and value: three products, and what an untrained head makes of them."""

from functools import lru_cache

import streamlit as st
import torch
from torch import Tensor

from tinygpt.attention import Head
from tinygpt.averaging import tril_weights
from tinygpt.inside.heads import LooseHead, evenness_untrained, untrained_head
from tinygpt.plots.lessons.attention_projection import projection
from tinygpt.spelling import number
from tinygpt.ui import frame
from tinygpt.ui.drag import still
from tinygpt.ui.lessons.attention.reader import NOTEBOOK, UNTRAINED, Reader
from tinygpt.ui.lessons.attention.row import show_colors, show_map
from tinygpt.ui.scene import Showing, alt, explain, lecture, scene, under_picture
from tinygpt.variance import effective_characters
from tinygpt.words.storyboard import Facts, Scene

SEEDS = 200  # untrained heads that are asked how evenly they look


@scene("att-3", code=[Head])
def three_vectors(scene: Scene, reader: Reader) -> Showing:
    """Where query, key and value come from, and what an untrained head makes of them: the reader's, if it is one."""
    seen, t = reader.see(), reader.start
    (T, C), hs = seen.x.shape, seen.q.shape[1]
    matrices = reader.head.matrices  # (3, C, hs)
    facts = {
        "T": T, "C": C, "hs": hs, "numbers": 3 * C * hs, "last": T - 1, "row": t, "looker": reader.spoken[t],
        "products": _largest(seen.x[t], matrices[0, :, 0]), "sum": float(seen.q[t, 0]),
    }  # fmt: skip
    yield facts
    drawing = projection(seen.x[t], matrices, (seen.q[t], seen.k[t], seen.v[t]), frame.mode())
    still(drawing, key=scene.key, alt=alt(scene, facts))
    under_picture(scene, facts)
    _before_training(scene, reader, facts)
    show_colors()
    lecture(scene, facts, "shapes")
    explain(scene, facts)


def _largest(x: Tensor, column: Tensor) -> str:
    """The two largest products of a sum, as people write them: "1.02·0.33 + (−0.51)·0.80". Both (C,)"""
    return " + ".join(
        "\u00b7".join(number(float(v)) if v >= 0 else f"({number(float(v))})" for v in (x[c], column[c]))
        for c in (x * column).abs().argsort(descending=True)[:2].tolist()
    )


def _before_training(scene: Scene, reader: Reader, facts: Facts) -> None:
    """The rows of an untrained head beside those of the plain average, and how even they are over many seeds."""
    T = len(reader.ids)
    loose = reader.head if isinstance(reader.head, LooseHead) else untrained_head(longest=T)
    untrained = loose.see(reader.ids, scale="1/sqrt(head_size)").stages.weights
    says = {name: scene.plain(f"alt_{name}", facts) for name in ("untrained", "average")}
    shown = {
        "untrained": ("divided" if reader.name == NOTEBOOK else "untrained", untrained),
        "average": ("average", tril_weights(T)),
    }
    for place, (name, (title, weights)) in zip(st.columns(2, gap="large"), shown.items(), strict=True):
        with place:
            st.markdown(f"**{scene.write(title, facts)}**")
            show_map(f"{scene.key}_{name}", weights, reader.characters, says[name], side=160)
    if reader.name == NOTEBOOK:
        looked: Facts = {"effective": float(effective_characters(untrained[-1]))}
    else:
        size = facts["hs"] if reader.name == UNTRAINED else 16
        mean, spread = _evenness(tuple(reader.ids.tolist()), size)
        looked = {"effective": mean, "spread": spread, "seeds": SEEDS}
    under_picture(scene, {**facts, **looked}, "before_one" if reader.name == NOTEBOOK else "before")


@lru_cache(maxsize=64)
def _evenness(ids: tuple[int, ...], head_size: int) -> tuple[float, float]:
    return evenness_untrained(torch.tensor(ids), head_size, seeds=range(SEEDS))

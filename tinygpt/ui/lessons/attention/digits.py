"""The scenes of lesson 4 that calculate: the four stages of every tile, and one row down to what it hands on."""

import re
from html import escape

import streamlit as st
import torch
from torch import Tensor

from tinygpt.attention import attention_stages, causal_mask
from tinygpt.gpt import SCALES
from tinygpt.inside.heads import SeenHead
from tinygpt.plots.lessons.attention_row import worked_row
from tinygpt.plots.lessons.attention_stages import panel_drawing, panels
from tinygpt.spelling import number
from tinygpt.ui import frame
from tinygpt.ui.drag import drag
from tinygpt.ui.lessons.attention.board import ChosenTile, board
from tinygpt.ui.lessons.attention.reader import Reader
from tinygpt.ui.lessons.attention.row import two_strongest
from tinygpt.ui.scene import (
    Showing,
    alt,
    explain,
    fragment_of,
    lecture,
    picture,
    scene,
    show_code,
    table,
)
from tinygpt.words.attention import amount, as_printed
from tinygpt.words.storyboard import Scene, fill

SMALL = 0.01  # below this a weight is hardly one
SCALE = "att_scale"  # not "scale", which is what the training page trains with


@st.fragment
def digit_by_digit(reader: Reader) -> None:
    """Two scenes that share the scale: the four stages and a tile of them step by step; then one whole row."""
    four_pictures(reader)
    one_mixture(reader)


@scene("att-5", code=[attention_stages, causal_mask], fragment=False)
def four_pictures(scene: Scene, reader: Reader) -> Showing:
    """The four stages of every tile."""
    yield {"T": len(reader.ids)} if reader.can_choose else None
    boards = st.container()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("Scale", width="content")
        scale = st.selectbox(
            "Scale", SCALES, SCALES.index(reader.head.scale), key=SCALE, bind="query-params", width=220,
            label_visibility="collapsed",
        )  # fmt: skip
    with boards:
        _four_boards(scene, reader, reader.see(scale=scale), scale)
    lecture(scene)


@fragment_of
def _four_boards(scene: Scene, reader: Reader, seen: SeenHead, scale: str) -> None:
    """The four pictures, and the arithmetic of the chosen tile below each. A fragment of its own: another tile must not
    draw the next scene again."""
    names, T, stages = reader.spoken, len(reader.ids), seen.stages
    tiles = [[_tile(scene, seen, names, t, i, step_of(seen, scale)) for i in range(T)] for t in range(T)]
    limit = max(1.0, float(stages.scores.abs().max()))
    step, mode = step_of(seen, scale), frame.mode()
    drawings = [panel_drawing(each, reader.characters, mode, limit=limit) for each in panels(stages, step)]
    places = [scene.plain("place", {"place": i, "letter": name}) for i, name in enumerate(names)]
    t, _ = board(
        drawings, tiles, start=(reader.start, max(0, reader.start - 1)), label=scene.title, places=places,
        names=(scene.templates["looks"], scene.templates["looked"]),
    )  # fmt: skip
    columns = {
        name: [number(v, 4) for v in stage[t].tolist()]
        for name, stage in zip(("q\u00b7k", "scaled", "masked", "weight"), stages, strict=True)
    }
    table(lambda: {"looked at": places, **columns}, key=scene.key)


def _tile(scene: Scene, seen: SeenHead, names: list[str], t: int, i: int, step: str) -> ChosenTile:
    """The arithmetic of one tile: a step below each of the four pictures, and what it comes to."""
    facts = {**_tile_facts(seen, names, t, i), "step": step, "T": len(names)}
    ends = ("cut", "nothing") if i > t else ("keep", "share")
    escaped = {name: escape(value) if isinstance(value, str) else value for name, value in facts.items()}
    steps = (fill(_bold(scene.templates[name]), escaped, escape=False) for name in ("multiply", "divide", *ends))
    words = "future" if i > t else "caption"
    return ChosenTile(tuple(steps), scene.plain(words, facts), alt(scene, facts, words))


def _bold(template: str) -> str:
    """A template whose **bold** is HTML's: before its facts are put in, which may hold stars of their own."""
    return re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", template)


def step_of(seen: SeenHead, scale: str) -> str:
    """What a scale does, as people write it: "÷ √32"."""
    C, hs = seen.x.shape[1], seen.q.shape[1]
    roots = {"1/sqrt(head_size)": f"\u00f7 \u221a{hs}", "1/sqrt(n_embd)": f"\u00f7 \u221a{C}"}
    return {**roots, "1/head_size": f"\u00f7 {hs}", "none": "\u00d7 1", "average": "\u00d7 0"}[scale]


def _tile_facts(seen: SeenHead, names: list[str], t: int, i: int) -> dict[str, object]:
    """Every number of one tile, from the products of its score to its share; each step goes on with the printed one."""
    stages, products = seen.stages, seen.q[t] * seen.k[i]
    powers = as_printed(stages.masked[t]).exp()
    largest = products.abs().argsort(descending=True)[:3].tolist()
    return {
        "row": t, "column": i, "looker": names[t], "looked_at": names[i], "score": float(stages.scores[t, i]),
        "hs": len(products), "scaled": float(stages.scaled[t, i]), "weight": float(stages.weights[t, i]),
        "power": amount(float(powers[i]), 4), "total": amount(float(powers.sum()), 4),
        "products": " + ".join(f"{_factor(seen.q[t, c])}\u00b7{_factor(seen.k[i, c])}" for c in largest),
        "lowest": float(stages.scores.min()), "highest": float(stages.scores.max()),
    }  # fmt: skip


def _factor(value: Tensor) -> str:
    """A number inside a product: in brackets if it is below zero."""
    return number(float(value)) if value >= 0 else f"({number(float(value))})"


@scene("att-6")
def one_mixture(scene: Scene, reader: Reader) -> Showing:
    """One row from its scores to what it hands on, for every row at once."""
    names, scale = reader.spoken, st.session_state.get(SCALE, reader.head.scale)
    seen = reader.see(scale=scale)
    weights, step = seen.stages.weights, step_of(seen, scale)
    facts = [
        two_strongest(weights, names, t) | {
            "seen": t + 1, "above_small": int((weights[t] > SMALL).sum()), "small": SMALL, "hs": seen.v.shape[1],
            "T": len(names), "more": " + \u2026" if t > 1 else "",
        }
        for t in range(len(names))
    ]  # fmt: skip
    yield facts[reader.start] if reader.can_choose else None
    pictures = []
    for t, here in enumerate(facts):
        drawing = worked_row(seen.stages, seen.v, seen.out, reader.characters, t, frame.mode(), step=step)
        pictures.append(picture(scene, drawing, here, "caption" if t else "alone"))  # row 0 has nobody to mix with
    t = drag(pictures, key="t_step", label="Row", names=range(len(names)), default=reader.start)
    explain(scene, facts[t])
    with st.expander("Copy as PyTorch", type="compact"):
        st.code(as_pytorch(seen, t), language="python")
    show_code(type(reader.head).see)


def as_pytorch(seen: SeenHead, t: int) -> str:
    """A few lines that give the numbers of row `t` again, wherever there is torch."""

    def written(values: Tensor) -> str:
        return str(torch.round(values.double(), decimals=4).tolist()).replace("], [", "],\n    [")

    return f"""import torch

q = torch.tensor({written(seen.q[t])})  # ({seen.q.shape[1]},)
k = torch.tensor({written(seen.k[: t + 1])})  # ({t + 1}, {seen.k.shape[1]})
v = torch.tensor({written(seen.v[: t + 1, :4])})  # the first four numbers of each
scores = k @ q
weights = (scores * {seen.factor:.6g}).softmax(-1)
print(scores, weights, weights @ v, sep="\\n")
"""

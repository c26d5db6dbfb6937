"""The scenes of lesson 4 that calculate: the four stages of every tile, and one row down to what it hands on."""

import math

import streamlit as st
import torch
from torch import Tensor

from tinygpt.attention import attention_stages, causal_mask
from tinygpt.gpt import SCALES
from tinygpt.inside.heads import SeenHead
from tinygpt.plots.lessons.attention_row import worked_row
from tinygpt.plots.lessons.attention_stages import NARROW, stages_figure
from tinygpt.spelling import number, spoken
from tinygpt.ui import frame
from tinygpt.ui.drag import drag
from tinygpt.ui.lessons.attention.reader import Reader
from tinygpt.ui.lessons.attention.row import two_strongest
from tinygpt.ui.scene import (
    Showing,
    alt,
    caption,
    explain,
    formula,
    fragment_of,
    lecture,
    picture,
    scene,
    show_code,
    table,
)
from tinygpt.words.attention import amount
from tinygpt.words.storyboard import Scene

SMALL = 0.01  # below this a weight is hardly one
SCALE = "att_scale"  # not "scale", which is what the training page trains with


@st.fragment
def digit_by_digit(reader: Reader) -> None:
    """Two scenes that share the scale: the four stages and a tile of them step by step; then one whole row."""
    four_pictures(reader)
    one_mixture(reader)


@scene("att-3", code=[attention_stages, causal_mask], fragment=False)
def four_pictures(scene: Scene, reader: Reader) -> Showing:
    """The four stages of every tile."""
    yield {"T": len(reader.ids)} if reader.can_choose else None
    with st.container(width=260):
        scale = st.selectbox("Scale", SCALES, SCALES.index(reader.head.scale), key=SCALE, bind="query-params")
    _one_tile(scene, reader, reader.see(scale=scale), scale)


@fragment_of
def _one_tile(scene: Scene, reader: Reader, seen: SeenHead, scale: str) -> None:
    """The four pictures at the left, the arithmetic of one tile at the right. A fragment of its own: another tile must
    not draw the next scene again."""
    characters, T = reader.characters, len(reader.ids)
    with st.container(horizontal=True, gap="medium"):
        t = _place("Row: looks", "row", T, reader.start)
        i = _place("Column: looked at", "col", T, max(0, reader.start - 1))
    step = step_of(seen, scale)
    facts = {**_tile_facts(seen, reader.spoken, t, i), "step": step}
    words, ends, result = "caption", ("keep", "share"), "formula"
    if i > t:
        words, ends, result = "future", ("cut", "nothing"), "formula_future"
    left, right = st.columns([6, 5], gap="large") if T <= NARROW else (st.container(), st.container())
    with left:
        figure = stages_figure(seen.stages, characters, frame.mode(), step=step, row=t, column=i)
        frame.show(figure, key=scene.key, alt=alt(scene, facts, words))
    with right:
        for template in ("tile", "multiply", "divide", *ends):
            st.markdown(scene.write(template, facts))
        formula(scene, facts, result)
    caption(scene, facts, words)
    lecture(scene)
    stages = zip(("q\u00b7k", "scaled", "masked", "weight"), seen.stages, strict=True)
    columns = {name: [number(v, 4) for v in stage[t].tolist()] for name, stage in stages}
    table(lambda: {"looked at": [f"{j} {spoken(c)}" for j, c in enumerate(characters)], **columns}, key=scene.key)


def _place(label: str, key: str, T: int, default: int) -> int:
    """A position of the text; one that an earlier, longer text had becomes the last."""
    st.session_state[key] = min(int(st.session_state.get(key, default)), T - 1)
    return int(st.number_input(label, 0, T - 1, key=key, bind="query-params", width=160))


def step_of(seen: SeenHead, scale: str) -> str:
    """What a scale does, as people write it: "÷ √32"."""
    C, hs = seen.x.shape[1], seen.q.shape[1]
    roots = {"1/sqrt(head_size)": f"\u00f7 \u221a{hs}", "1/sqrt(n_embd)": f"\u00f7 \u221a{C}"}
    return {**roots, "1/head_size": f"\u00f7 {hs}", "none": "\u00d7 1", "average": "\u00d7 0"}[scale]


def _tile_facts(seen: SeenHead, names: list[str], t: int, i: int) -> dict[str, object]:
    """Every number of one tile, from the products of its score to its share."""
    stages, products = seen.stages, seen.q[t] * seen.k[i]
    powers = stages.masked[t].double().exp()
    largest = products.abs().argsort(descending=True)[:3].tolist()
    most = stages.masked[t].sort(descending=True).values[:2].tolist()
    terms = [f"e^{{{number(z, 4)}}}" for z in most if z > -math.inf]
    return {
        "row": t, "column": i, "looker": names[t], "looked_at": names[i], "score": float(stages.scores[t, i]),
        "hs": len(products), "scaled": float(stages.scaled[t, i]), "weight": float(stages.weights[t, i]),
        "power": amount(float(powers[i])), "total": amount(float(powers.sum())),
        "products": " + ".join(f"{_factor(seen.q[t, c])}\u00b7{_factor(seen.k[i, c])}" for c in largest),
        "terms": " + ".join(terms) + (" + \\dots" if t >= len(terms) else ""),
        "lowest": float(stages.scores.min()), "highest": float(stages.scores.max()),
    }  # fmt: skip


def _factor(value: Tensor) -> str:
    """A number inside a product: in brackets if it is below zero."""
    return number(float(value)) if value >= 0 else f"({number(float(value))})"


@scene("att-4")
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

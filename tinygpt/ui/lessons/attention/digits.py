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
from tinygpt.ui.drag import Picture, drag
from tinygpt.ui.lessons.attention.reader import Reader
from tinygpt.ui.lessons.attention.row import two_strongest
from tinygpt.ui.scene import Showing, alt, ask, begin, formula, lecture, look_for, scene, show_code, table
from tinygpt.words.attention import amount
from tinygpt.words.storyboard import Facts, Scene

SMALL = 0.01  # below this a weight is hardly one
SCALE = "att_scale"  # not "scale", which is what the training page trains with


def scale_control(default: str) -> str:
    return st.selectbox("Scale", SCALES, SCALES.index(default), key=SCALE, bind="query-params")


@st.fragment
def four_pictures(pictures: Scene, reader: Reader) -> None:
    """The four stages and a tile of them step by step; then one whole row: two scenes that share the scale."""
    begin(pictures)
    if not reader.can_choose or ask(pictures, {"T": len(reader.ids)}, height=760):
        with st.container(width=260):
            scale = scale_control(reader.head.scale)
        _one_tile(pictures, reader, reader.see(scale=scale))
    one_mixture(reader)


@st.fragment
def _one_tile(scene: Scene, reader: Reader, seen: SeenHead) -> None:
    """A fragment of its own: another tile must not draw the next scene again."""
    T = len(reader.ids)
    with st.container(horizontal=True, gap="medium"):
        row = _place("Row: looks", "row", T, reader.start)
        column = _place("Column: looked at", "col", T, max(0, reader.start - 1))
    _stages(scene, seen, reader, _tile_facts(seen, reader.spoken, row, column))


def _place(label: str, key: str, T: int, default: int) -> int:
    """A position of the text; one that an earlier, longer text had becomes the last."""
    st.session_state[key] = min(int(st.session_state.get(key, default)), T - 1)
    return int(st.number_input(label, 0, T - 1, key=key, bind="query-params", width=160))


def _stages(scene: Scene, seen: SeenHead, reader: Reader, facts: Facts) -> None:
    """The four pictures at the left, the arithmetic of one tile at the right."""
    row, column = facts["row"], facts["column"]
    words = "look_for" if column <= row else "future"
    narrow = len(reader.ids) <= NARROW
    left, right = st.columns([6, 5], gap="large") if narrow else (st.container(), st.container())
    with left:
        figure = stages_figure(seen.stages, reader.characters, frame.mode(), step=facts["step"], row=row, column=column)
        frame.show(figure, key=scene.key, alt=alt(scene, facts, words))
    with right:
        steps = ("tile", "multiply", "divide", *(("keep", "share") if column <= row else ("cut", "nothing")))
        for step in steps:
            st.markdown(scene.write(step, facts))
        formula(scene, facts, "formula" if column <= row else "formula_future")
    look_for(scene, facts, words)
    lecture(scene)
    table(lambda: _stage_rows(seen, reader.characters, row), key=scene.key)
    show_code(attention_stages, causal_mask)


def step_of(seen: SeenHead, scale: str) -> str:
    """What a scale does, as people write it: "÷ √32"."""
    C, hs = seen.x.shape[1], seen.q.shape[1]
    written = {"1/sqrt(head_size)": f"\u00f7 \u221a{hs}", "1/sqrt(n_embd)": f"\u00f7 \u221a{C}", "none": "\u00d7 1"}
    return written.get(scale, f"\u00f7 {hs}" if scale == "1/head_size" else "\u00d7 0")


def _tile_facts(seen: SeenHead, names: list[str], t: int, i: int) -> dict[str, object]:
    """Every number of one tile, from the products of its score to its share."""
    stages, products = seen.stages, seen.q[t] * seen.k[i]
    powers = stages.masked[t].double().exp()
    largest = products.abs().argsort(descending=True)[:3].tolist()
    most = stages.masked[t].sort(descending=True).values[:2].tolist()
    terms = [f"e^{{{number(z, 4)}}}" for z in most if z > -math.inf]
    return {
        "row": t, "column": i, "looker": names[t], "looked_at": names[i], "score": float(stages.scores[t, i]),
        "hs": len(products),
        "scaled": float(stages.scaled[t, i]), "weight": float(stages.weights[t, i]), "power": amount(float(powers[i])),
        "total": amount(float(powers.sum())), "step": step_of(seen, st.session_state[SCALE]),
        "products": " + ".join(f"{_factor(seen.q[t, c])}\u00b7{_factor(seen.k[i, c])}" for c in largest),
        "terms": " + ".join(terms) + (" + \\dots" if t >= len(terms) else ""),
        "lowest": float(stages.scores.min()), "highest": float(stages.scores.max()),
    }  # fmt: skip


def _factor(value: Tensor) -> str:
    """A number inside a product: in brackets if it is below zero."""
    return number(float(value)) if value >= 0 else f"({number(float(value))})"


def _stage_rows(seen: SeenHead, characters: list[str], t: int) -> dict[str, list]:
    """One row of the four stages as the columns of a table."""
    named = zip(("q\u00b7k", "scaled", "masked", "weight"), seen.stages, strict=True)
    place = {"looked at": [f"{i} {spoken(c)}" for i, c in enumerate(characters)]}
    return place | {name: [number(v, 4) for v in stage[t].tolist()] for name, stage in named}


@scene("att-4", height=520)
def one_mixture(scene: Scene, reader: Reader) -> Showing:
    """One row from its scores to what it hands on, for every row at once."""
    names, mode = reader.spoken, frame.mode()
    scale = st.session_state.get(SCALE, reader.head.scale)
    seen = reader.see(scale=scale)
    facts = [_mixture_facts(seen, names, t) for t in range(len(names))]
    yield facts[reader.start] if reader.can_choose else None
    pictures = [
        Picture(
            worked_row(seen.stages, seen.v, seen.out, reader.characters, t, mode, step=step_of(seen, scale)),
            scene.plain(_words(t), facts[t]),
            alt(scene, facts[t], _words(t)),
        )
        for t in range(len(names))
    ]
    positions = [str(t) for t in range(len(names))]
    t = drag(pictures, key="t_step", label="Row", names=positions, default=reader.start)
    formula(scene, facts[t])
    lecture(scene)
    with st.expander("Copy as PyTorch", type="compact"):
        st.code(as_pytorch(seen, t), language="python")
    show_code(type(reader.head).see)


def _words(t: int) -> str:
    """The template for row `t`: the first one has nobody to mix with."""
    return "look_for" if t else "alone"


def _mixture_facts(seen: SeenHead, names: list[str], t: int) -> dict[str, object]:
    weights = seen.stages.weights
    return two_strongest(weights, names, t) | {
        "seen": t + 1, "above_small": int((weights[t] > SMALL).sum()), "small": SMALL, "hs": seen.v.shape[1],
        "T": len(names),
        "more": " + \u2026" if t > 1 else "",
    }  # fmt: skip


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

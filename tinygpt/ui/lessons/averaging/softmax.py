"""Lesson 3, scenes 4 and 5: the same averages out of a softmax."""

import math

import streamlit as st
import torch

from tinygpt.attention import causal_mask
from tinygpt.averaging import mean_by_softmax, softmax_of_averages, softmax_then_zero, softmax_weights, tril_weights
from tinygpt.plots.lessons import averaging as figures
from tinygpt.ui import frame
from tinygpt.ui.drag import Picture, drag
from tinygpt.ui.lessons.averaging.loop import T
from tinygpt.ui.scene import Showing, caption, choose, explain, plot, scene, wrong_frame
from tinygpt.words.storyboard import Facts, Scene

AFTER = "0 after softmax"
NARROW = """@media (max-width: 640px) {  /* three small squares leave no hole below them */
  .st-key-avg_5 { max-height: calc(33vw + 2.5rem); overflow: hidden; }
}"""
FILLS = {
    "\u2212\u221e": -math.inf,
    "\u221220": -20.0,
    "\u221210": -10.0,
    "\u22125": -5.0,
    "\u22121": -1.0,
    "0": 0.0,
    AFTER: 0.0,
}


@scene("avg-4", code=[mean_by_softmax, softmax_weights, causal_mask])
def out_of_softmax(scene: Scene) -> Showing:
    """Scores of zero become the same matrix, a stage at a time; or not, if the future's score is a mere number."""
    options = list(FILLS)
    typed = st.query_params.get("fill", "").replace("-", "\u2212")  # a link may have the minus of a keyboard
    if typed in options:
        st.session_state.setdefault("fill", typed)
    chosen = choose("Score of the future", options, options[0], key="fill")
    fill = FILLS[chosen]
    wei = softmax_then_zero(T) if chosen == AFTER else softmax_weights(T, fill)
    facts = {
        "t": T - 1, "shares": T, "share": 1 / T, "future_cells": int((~causal_mask(T)).sum()), "fill": chosen,
        "power": math.exp(fill),
        "leak": float(wei[0, 1:].sum()), "first_sum": float(wei[0].sum()),
        "past": 3, "future": T - 3, "score": "-\\infty" if fill == -math.inf else f"{fill:g}",
        "row_2": float((softmax_weights(T, 0.0) if chosen == AFTER else wei)[2, 0]),
        "leak_of_zero": float(softmax_weights(T, 0.0)[0, 1:].sum()),
    }  # fmt: skip
    yield facts
    if chosen == options[0]:
        _stages(scene, chosen, facts)
    else:
        with wrong_frame("fill", right=options[0]):
            _stages(scene, chosen, facts)
            caption(scene, facts, "wrong_after" if chosen == AFTER else "wrong")
    explain(scene, facts)


def _stages(scene: Scene, chosen: str, facts: Facts) -> None:
    fill, wrong, mode = FILLS[chosen], FILLS[chosen] != -math.inf, frame.mode()
    past = causal_mask(T)
    scores = torch.zeros(T, T)
    masked = scores if chosen == AFTER else scores.masked_fill(~past, fill)
    weights = softmax_then_zero(T) if chosen == AFTER else softmax_weights(T, fill)
    steps = {"scores": scores, "masked": masked, "exp": masked.exp(), "weights": weights}
    pictures = []
    for name, matrix in steps.items():
        template = f"stage_{name}" + ("_wrong" if wrong and chosen != AFTER and name in ("masked", "exp") else "")
        empty = ~past if name != "scores" and fill == -math.inf else torch.zeros_like(past)
        rows = [
            [None if e else v for v, e in zip(*pair, strict=True)]
            for pair in zip(matrix.tolist(), empty.tolist(), strict=True)
        ]
        sums = matrix.sum(1).tolist() if name == "weights" else ()
        said = "" if wrong and name == "weights" else scene.plain(template, facts)
        drawing = figures.softmax_stage(rows, mode, digits=3 if name == "weights" else 2, sums=sums)
        pictures.append(Picture(drawing, said, scene.plain("alt", {**facts, "stage": name, "caption": said})))
    names = ["1 scores", "2 the future masked", "3 e to the score", "4 weights"]
    drag(pictures, key="stage3", label="Stage", names=names, default=len(names) - 1)


@scene("avg-5", code=[softmax_of_averages])
def softmax_again(scene: Scene) -> Showing:
    """Mask and softmax on the averages themselves."""
    yield {}
    mask = st.toggle("mask the future", True, key="mask", bind="query-params")
    averages, again = tril_weights(T), softmax_of_averages(T, mask=mask)
    masked = averages.masked_fill(~causal_mask(T), -math.inf) if mask else averages
    facts = {
        "difference": f"{float((again - averages).abs().max()):.1g}", "itself": float(again[0, 0]),
        "each": float(again[0, 1]), "future_cells": T - 1,
    }  # fmt: skip
    named = [("averages", averages), ("future \u2212\u221e" if mask else "no mask", masked), ("softmax", again)]
    st.html(f"<style>{NARROW}</style>")
    figure = figures.three_matrices(named, frame.mode()).update_layout(height=380)
    plot(scene, figure, facts, "caption" if mask else "unmasked")


def check_facts() -> Facts:
    """The numbers that the closing check needs."""
    return {"leak_of_five": float(softmax_weights(T, -5.0)[0, 1:].sum())}

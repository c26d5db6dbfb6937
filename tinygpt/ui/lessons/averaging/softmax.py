"""Lesson 3, scenes 4 and 5: the same averages out of a softmax."""

import math

import streamlit as st
import torch
from torch import Tensor

from tinygpt.attention import causal_mask
from tinygpt.averaging import (
    agreement,
    mean_by_loop,
    mean_by_softmax,
    softmax_of_averages,
    softmax_then_zero,
    softmax_weights,
    tril_weights,
)
from tinygpt.plots.lessons import averaging as figures
from tinygpt.plots.lessons.attention_stages import finite
from tinygpt.spelling import scientific
from tinygpt.ui import frame
from tinygpt.ui.dials import switch
from tinygpt.ui.drag import Picture, drag, swap
from tinygpt.ui.lessons.averaging.loop import T
from tinygpt.ui.scene import Showing, choose, explain, picture, scene, wrong_frame, wrong_switch
from tinygpt.words.storyboard import Facts, Scene

FILLS = {
    "\u2212\u221e": -math.inf, "\u221220": -20.0, "\u221210": -10.0, "\u22125": -5.0, "\u22121": -1.0, "0": 0.0,
}  # fmt: skip
STAGES = {
    "scores": "1 scores", "masked": "2 the future masked", "exp": "3 e to the score", "weights": "4 weights",
}  # fmt: skip
AFTER = {
    "scores": "1 scores", "after_exp": "2 e to the score", "after_softmax": "3 softmax",
    "after_zero": "4 the future set to 0",
}  # fmt: skip


@scene("avg-4", code=[mean_by_softmax, softmax_weights, causal_mask])
def out_of_softmax(scene: Scene, x: Tensor) -> Showing:
    """Scores of zero become the same matrix, a stage at a time; or not, if the future's score is a mere number, or if
    the future is removed too late."""
    yield {"leak_of_zero": float(softmax_weights(T, 0.0)[0, 1:].sum())}
    options = list(FILLS)
    typed = st.query_params.get("fill", "").replace("-", "\u2212")  # a link may have the minus of a keyboard
    if typed in options:
        st.session_state.setdefault("fill", typed)
    chosen = choose("Score of the future", options, options[0], key="fill")
    after = wrong_switch("wrong_after", scene.templates["switch"])
    facts = _facts(x, chosen, after)
    if after:
        with wrong_frame("wrong_after"):
            _stages_after(scene, facts)
            st.markdown(scene.write("wrong_after", facts))
    elif chosen != options[0]:
        with wrong_frame("fill", right=options[0]):
            _stages(scene, FILLS[chosen], facts)
            st.markdown(scene.write("wrong", facts))
    else:
        _stages(scene, FILLS[chosen], facts)
    explain(scene, facts)


def _facts(x: Tensor, chosen: str, after: bool) -> Facts:
    """The numbers of a score of the future, or of a future that is set to 0 after the softmax of zeros."""
    fill = 0.0 if after else FILLS[chosen]
    wei, agrees = softmax_weights(T, fill), agreement(mean_by_loop(x), mean_by_softmax(x))
    return {
        "t": T - 1, "shares": T, "share": 1 / T, "future_cells": int((~causal_mask(T)).sum()), "fill": chosen,
        "power": scientific(math.exp(fill)), "leak": scientific(float(wei[0, 1:].sum())),
        "first_sum": float(softmax_then_zero(T)[0].sum()), "past": 3, "future": T - 3,
        "score": "-\\infty" if fill == -math.inf else f"{fill:g}", "row_2": float(wei[2, 0]),
        "says": str(agrees.close), "largest": scientific(agrees.largest),
    }  # fmt: skip


def _stages(scene: Scene, fill: float, facts: Facts) -> None:
    """Scores of 0, the future's score, e to each, and the weights."""
    masked, mode, minus = torch.zeros(T, T).masked_fill(~causal_mask(T), fill), frame.mode(), fill == -math.inf
    weights = softmax_weights(T, fill)
    drawings = {
        "scores": figures.softmax_stage(torch.zeros(T, T).tolist(), mode, digits=0),
        "masked": figures.softmax_stage(finite(masked), mode, digits=0, empty="\u2212\u221e", limit=math.inf),
        "exp": figures.softmax_stage(_past(masked.exp(), minus), mode, digits=0 if minus else 2, empty="0"),
        "weights": figures.softmax_stage(
            _past(weights, minus), mode, digits=3, empty="0", sums=weights.sum(1).tolist()
        ),
    }  # fmt: skip
    said = {name: scene.plain(f"stage_{name}", facts) for name in STAGES}
    if not minus:
        said |= {name: scene.plain(f"stage_{name}_wrong", facts) for name in ("masked", "exp")} | {"weights": ""}
    _drag_stages(scene, STAGES, drawings, said, facts)


def _stages_after(scene: Scene, facts: Facts) -> None:
    """The softmax of zeros, and only then a future of 0."""
    mode, flat, cut = frame.mode(), softmax_weights(T, 0.0), softmax_then_zero(T)
    drawings = {
        "scores": figures.softmax_stage(torch.zeros(T, T).tolist(), mode, digits=0),
        "after_exp": figures.softmax_stage(torch.ones(T, T).tolist(), mode, digits=0),
        "after_softmax": figures.softmax_stage(flat.tolist(), mode, digits=3, sums=flat.sum(1).tolist()),
        "after_zero": figures.softmax_stage(_past(cut, True), mode, digits=3, empty="0", sums=cut.sum(1).tolist()),
    }
    said = {name: scene.plain(f"stage_{name}", facts) for name in list(AFTER)[:-1]} | {"after_zero": ""}
    _drag_stages(scene, AFTER, drawings, said, facts)


def _drag_stages(
    scene: Scene, names: dict[str, str], drawings: dict[str, str], said: dict[str, str], facts: Facts
) -> None:
    pictures = [
        Picture(drawings[name], said[name], scene.plain("alt", {**facts, "stage": title, "caption": said[name]}))
        for name, title in names.items()
    ]
    drag(pictures, key="stage3", label="Stage", names=list(names.values()))


def _past(matrix: Tensor, cut: bool) -> list[list[float | None]]:
    """The numbers of a matrix (T, T), without those of the future if it is `cut` off."""
    mask = causal_mask(len(matrix)) if cut else torch.ones_like(matrix, dtype=torch.bool)
    return finite(matrix.masked_fill(~mask, -math.inf))


@scene("avg-5", code=[softmax_of_averages])
def softmax_again(scene: Scene) -> Showing:
    """Mask and softmax on the averages themselves."""
    yield {}
    pictures = [_softmax_again(scene, mask=mask) for mask in (False, True)]
    swap(pictures, switch("mask", "mask the future", on=True))


def _softmax_again(scene: Scene, *, mask: bool) -> Picture:
    """Averages, their mask, and their softmax, side by side."""
    averages, again = tril_weights(T), softmax_of_averages(T, mask=mask)
    masked = averages.masked_fill(~causal_mask(T), -math.inf) if mask else averages
    facts = {
        "difference": f"{float((again - averages).abs().max()):.1g}", "itself": float(again[0, 0]),
        "each": float(again[0, 1]), "future_cells": T - 1,
    }  # fmt: skip
    named = {
        "1  averages": averages,
        "2  the future \u2212\u221e" if mask else "2  no mask": masked,
        "3  softmax": again,
    }
    drawing = "".join(figures.square(matrix, name, frame.mode()) for name, matrix in named.items())
    return picture(scene, drawing, facts, "caption" if mask else "unmasked")


def check_facts() -> Facts:
    """The numbers that the closing check needs."""
    return {"leak_of_five": float(softmax_weights(T, -5.0)[0, 1:].sum())}

"""Three scenes of lesson 5: what softmax does with wide scores."""

import functools

import streamlit as st
import torch

from tinygpt.lessons import scaling
from tinygpt.plots.lessons import scaling as figures
from tinygpt.plots.lessons import scaling_weights as drawings
from tinygpt.spelling import number
from tinygpt.ui import frame
from tinygpt.ui.drag import drag
from tinygpt.ui.scene import Showing, caption, explain, lecture, picture, scene
from tinygpt.variance import (
    HOT,
    effective_characters,
    gradient_size,
    query_gradient,
    saturated,
    softmax_jacobian,
    softmax_of,
    winner_gradient,
)
from tinygpt.words.storyboard import Facts, Scene

SCORES = (0.1, -0.2, 0.3, -0.2, 0.5)  # the study notebook's five
FACTORS = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 100.0)
NAMES = [f"{factor:g}" for factor in FACTORS]
START, EIGHT = FACTORS.index(1.0), FACTORS.index(8.0)

SURE = 256  # the head_size that sca-5 asks about
SILENT = 1e-3  # a query whose gradient is smaller learns next to nothing


@functools.cache
def _factor_facts() -> list[Facts]:
    """Everything about the study notebook's five scores at each of FACTORS."""
    exact, short = torch.tensor(SCORES, dtype=torch.float64), torch.tensor(SCORES)
    every: list[Facts] = []
    for factor in FACTORS:
        p = softmax_of(exact, factor)
        weights, gradient, computed = p.tolist(), winner_gradient(exact, factor), winner_gradient(short, factor)
        lines = [f"{number(z, 1)} & {_power(w, digits=0)}" for z, w in zip(SCORES, weights, strict=True)]
        every.append({
            "factor": factor, "largest": max(weights), "count": len(SCORES), "gradient": gradient,
            "effective": effective_characters(p).item(), "row": 1 - p.square().sum().item(), "raw": weights,
            "moves": _short(gradient), "computed": _short(computed), "gradient_32": computed,
            "weights": ", ".join(map(number, weights)), "gradient_latex": _power(gradient),
            "lines": " \\\\ ".join(lines),  # a line each: a row of them would be wider than a phone
        })  # fmt: skip
    return every


def _short(value: float) -> str:
    """A number for a sentence: 0.160, or 2.06e-09 where it is small; 0 only if it is."""
    return number(value, 3) if value >= 1e-3 else f"{value:.2e}".replace("-", "\u2212") if value else "exactly 0"


def _power(value: float, digits: int = 2) -> str:
    """A number for a formula: 0.1602, or a power of ten where it is small."""
    if value >= 1e-3:
        return f"{value:.4f}"
    mantissa, exponent = f"{value:.{digits}e}".split("e")
    return f"{mantissa} \\cdot 10^{{{int(exponent)}}}"


@scene("sca-3", code=[softmax_of, effective_characters])
def wide_scores(scene: Scene) -> Showing:
    """Five weights and how many characters they look at, as the scores are multiplied."""
    every, lead = _factor_facts(), SCORES[-1] - SCORES[2]
    at_1, at_8 = every[START]["largest"], every[EIGHT]["largest"]
    yield {"at_1": at_1, "at_8": at_8, "times_8": 8 * at_1, "lead": lead, "lead_8": 8 * lead}
    effective, mode = [fact["effective"] for fact in every], frame.mode()
    pictures = [
        picture(scene, drawings.multiplied(fact["raw"], SCORES, FACTORS, effective, mode, at=at), fact)
        for at, fact in enumerate(every)
    ]
    at = drag(pictures, key="factor", label="Factor", names=NAMES, default=START)
    columns = {
        f"weight of {number(score, 1)}, number {i}": [fact["raw"][i] for fact in every]
        for i, score in enumerate(SCORES)
    }
    explain(scene, every[at], lambda: {"factor": FACTORS, **columns, "as if looking at": effective})


@scene("sca-4", code=[winner_gradient, softmax_of])
def no_argument(scene: Scene) -> Showing:
    """How far the winner still moves, as the scores are multiplied; it moves most in between."""
    every = _factor_facts()
    top, last = max(every, key=lambda fact: fact["gradient"]), every[-1]
    facts = {
        "at_0": every[0]["gradient"], "at_8": every[EIGHT]["gradient"], "at_100": last["gradient"],
        "largest_100": last["largest"], "computed_100": last["gradient_32"], "top": top["gradient"],
        "top_factor": top["factor"],
    }  # fmt: skip
    yield facts
    winner, row, computed = ([fact[name] for fact in every] for name in ("gradient", "row", "gradient_32"))
    pictures = [
        picture(scene, drawings.frozen(fact["raw"], SCORES, FACTORS, winner, row, computed, frame.mode(), at=at), fact)
        for at, fact in enumerate(every)
    ]
    linked = st.query_params.get("factor")  # of the scene before
    start = NAMES.index(linked) if linked in NAMES else START
    at = drag(pictures, key="winner", label="Factor", names=NAMES, default=start)
    columns = {"p(1 \u2212 p)": winner, "in 32 bits": computed, "1 \u2212 \u03a3p\u00b2": row}
    explain(scene, {**facts, **every[at]}, lambda: {"factor": FACTORS, **columns})


@scene("sca-5", code=[saturated, softmax_jacobian, gradient_size, query_gradient])
def many_rows(scene: Scene) -> Showing:
    """The share of rows that look at one character, and what the median row passes on, against head_size."""
    found, gradients, at = scaling.rows(), scaling.query_gradients(SURE), scaling.at
    plain, divided = found.values()
    facts = {
        "hs": SURE, "rows": scaling.ROW_COUNT, "hot": at(SURE, plain.hot), "hot_divided": at(SURE, divided.hot),
        "hot_16": at(16, plain.hot), "hot_64": at(64, plain.hot), "hot_1024": at(1024, plain.hot),
        "open": at(SURE, plain.passed_on), "open_divided": at(SURE, divided.passed_on),
        "eff": at(SURE, divided.effective), "eff_16": at(16, divided.effective),
        "mean": gradients["scores"].mean().item(), "mean_divided": gradients["scaled"].mean().item(),
        "median": gradients["scores"].median().item(), "silent": (gradients["scores"] < SILENT).float().mean().item(),
        "above": HOT, "below": SILENT,
    }  # fmt: skip
    yield facts
    left, right = st.columns(2, gap="large")
    with left:
        hot = figures.saturated_rows(scaling.LONG, {stage: rows.hot for stage, rows in found.items()}, frame.mode())
        frame.show(hot, key=f"{scene.key}_hot", alt=scene.plain("alt_hot", facts))
    with right:
        passed_on = {stage: rows.passed_on for stage, rows in found.items()}
        figure = figures.passed_on(scaling.LONG, passed_on, frame.mode())
        frame.show(figure, key=f"{scene.key}_open", alt=scene.plain("alt_open", facts))
    caption(scene, facts)
    lecture(scene, facts, "measure")
    columns = {
        f"{name}, {kind}": values
        for kind, rows in (("undivided", plain), ("divided", divided))
        for name, values in zip((f"above {HOT:g}", "median gradient", "characters"), rows, strict=True)
    }
    explain(scene, facts, lambda: {"head_size": scaling.LONG, **columns})

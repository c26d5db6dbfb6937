"""Three scenes of lesson 5: what softmax does with wide scores."""

import functools

import streamlit as st
import torch

from tinygpt.lessons import scaling as measured
from tinygpt.plots.lessons import scaling as figures
from tinygpt.plots.lessons import scaling_weights as drawings
from tinygpt.spelling import number
from tinygpt.ui import frame
from tinygpt.ui.drag import Picture, drag
from tinygpt.ui.scene import Showing, alt, deeper, formula, lecture, look_for, scene, table
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

SCORES = (0.1, -0.2, 0.3, -0.2, 0.5)  # the notebook's five
FACTORS = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 100.0)
NAMES = [f"{factor:g}" for factor in FACTORS]
START = FACTORS.index(1.0)

SURE = 256  # the head_size that sca-5 asks about
SILENT = 1e-3  # a query whose gradient is smaller learns next to nothing


@functools.cache
def _factor_facts() -> list[Facts]:
    """Everything about the notebook's five scores at each of FACTORS."""
    exact, short = torch.tensor(SCORES, dtype=torch.float64), torch.tensor(SCORES)
    every: list[Facts] = []
    for factor in FACTORS:
        weights = softmax_of(exact, factor)
        p = weights.max().item()
        gradient, computed = winner_gradient(exact, factor), winner_gradient(short, factor)
        every.append({
            "factor": factor, "largest": p, "count": len(SCORES), "effective": effective_characters(weights).item(),
            "gradient": gradient,
            "moves": _short(gradient), "computed": _short(computed), "gradient_32": computed,
            "row": 1 - weights.square().sum().item(), "raw": weights.tolist(), "gradient_latex": _power(gradient),
            "weights": ", ".join(number(w) for w in weights.tolist()), "lines": _lines(weights.tolist()),
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


def _lines(weights: list[float]) -> str:
    """Each of SCORES with its weight, a line each: a row of them would be wider than a phone."""
    pairs = zip(SCORES, weights, strict=True)
    return " \\\\ ".join(f"{number(score, 1)} & {_power(weight, digits=0)}" for score, weight in pairs)


@scene("sca-3", height=400, code=[softmax_of, effective_characters])
def wide_scores(scene: Scene) -> Showing:
    """Five weights and how many characters they look at, as the scores are multiplied."""
    every = _factor_facts()
    one, eight = every[START], every[FACTORS.index(8.0)]
    lead = SCORES[-1] - SCORES[2]
    facts = {
        "at_1": one["largest"],
        "at_8": eight["largest"],
        "times_8": 8 * one["largest"],
        "lead": lead,
        "lead_8": 8 * lead,
    }
    yield facts
    effective = [fact["effective"] for fact in every]
    pictures = [
        Picture(
            drawings.multiplied(fact["raw"], SCORES, FACTORS, effective, frame.mode(), at=at),
            scene.plain("look_for", fact),
            alt(scene, fact),
        )
        for at, fact in enumerate(every)
    ]
    at = drag(pictures, key="factor", label="Factor", names=NAMES, default=START)
    formula(scene, every[at])
    lecture(scene)
    table(lambda: _factor_table(every), key=scene.key)


def _factor_table(every: list[Facts]) -> dict[str, list[float]]:
    columns = {
        f"weight of {number(score, 1)}, number {i}": [fact["raw"][i] for fact in every]
        for i, score in enumerate(SCORES)
    }
    return {"factor": list(FACTORS), **columns, "as if looking at": [fact["effective"] for fact in every]}


@scene("sca-4", height=420, code=[winner_gradient, softmax_of])
def no_argument(scene: Scene) -> Showing:
    """How far the winner still moves, as the scores are multiplied."""
    every = _factor_facts()
    facts = _winner_facts(every)
    yield facts
    winner, row, computed = ([fact[name] for fact in every] for name in ("gradient", "row", "gradient_32"))
    pictures = [
        Picture(
            drawings.frozen(fact["raw"], SCORES, FACTORS, winner, row, computed, frame.mode(), at=at),
            scene.plain("look_for", fact),
            alt(scene, fact),
        )
        for at, fact in enumerate(every)
    ]
    linked = st.query_params.get("factor")  # of the scene before
    start = NAMES.index(linked) if linked in NAMES else START
    at = drag(pictures, key="winner", label="Factor", names=NAMES, default=start)
    formula(scene, every[at])
    deeper(scene, facts)
    columns = {"p(1 \u2212 p)": winner, "in 32 bits": computed, "1 \u2212 \u03a3p\u00b2": row}
    table(lambda: {"factor": list(FACTORS), **columns}, key=scene.key)


def _winner_facts(every: list[Facts]) -> Facts:
    """How far the winner moves at some of FACTORS, and where it moves most."""
    top, last = max(every, key=lambda fact: fact["gradient"]), every[-1]
    return {
        "at_0": every[0]["gradient"], "at_8": every[FACTORS.index(8.0)]["gradient"], "at_100": last["gradient"],
        "largest_100": last["largest"],
        "computed_100": last["gradient_32"], "top": top["gradient"], "top_factor": top["factor"],
    }  # fmt: skip


@scene("sca-5", height=360, code=[saturated, softmax_jacobian, gradient_size, query_gradient])
def many_rows(scene: Scene) -> Showing:
    """The share of rows that look at one character, and what the median row passes on, against head_size."""
    facts = _row_facts()
    yield facts
    left, right = st.columns(2, gap="large")
    found = measured.rows()
    with left:
        hot = {stage: rows.hot for stage, rows in found.items()}
        figure = figures.saturated_rows(measured.LONG, hot, frame.mode())
        frame.show(figure, key=f"{scene.key}_hot", alt=scene.plain("alt_hot", facts))
    with right:
        passed_on = {stage: rows.passed_on for stage, rows in found.items()}
        figure = figures.passed_on(measured.LONG, passed_on, frame.mode())
        frame.show(figure, key=f"{scene.key}_open", alt=scene.plain("alt_open", facts))
    look_for(scene, facts)
    with st.container(width=900):
        st.markdown(f":gray[{scene.write('measure', facts)}]")
    deeper(scene, facts)
    table(_rows_table, key=scene.key)


def _row_facts() -> Facts:
    """What softmax makes of rows of SURE numbers and of some other sizes, and the gradients of SURE ones."""
    plain, divided = measured.rows().values()
    gradients, at = measured.query_gradients(SURE), measured.at
    return {
        "hs": SURE, "rows": measured.ROW_COUNT, "hot": at(SURE, plain.hot), "hot_divided": at(SURE, divided.hot),
        "hot_16": at(16, plain.hot), "hot_64": at(64, plain.hot), "hot_1024": at(1024, plain.hot),
        "open": at(SURE, plain.passed_on), "open_divided": at(SURE, divided.passed_on),
        "eff": at(SURE, divided.effective), "eff_16": at(16, divided.effective),
        "mean": gradients["scores"].mean().item(), "mean_divided": gradients["scaled"].mean().item(),
        "median": gradients["scores"].median().item(), "silent": (gradients["scores"] < SILENT).float().mean().item(),
        "above": HOT, "below": SILENT,
    }  # fmt: skip


def _rows_table() -> dict[str, list[float]]:
    columns = {
        f"{name}, {'divided' if stage == 'scaled' else 'undivided'}": values
        for stage, found in measured.rows().items()
        for name, values in zip((f"above {HOT:g}", "median gradient", "characters"), found, strict=True)
    }
    return {"head_size": list(measured.LONG), **columns}

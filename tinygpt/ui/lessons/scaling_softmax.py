"""Three scenes of lesson 5: what softmax does with wide scores."""

import functools

import streamlit as st
import torch

from tinygpt.plots import scaling as figures
from tinygpt.plots import scaling_drawings as drawings
from tinygpt.plots.look import number
from tinygpt.ui import frame
from tinygpt.ui.drag import Picture, drag
from tinygpt.ui.lessons import scaling_measured as measured
from tinygpt.ui.scene import alt, ask, begin, code, deeper, formula, lecture, look_for, table
from tinygpt.ui.storyboard import Facts, Scene
from tinygpt.variance import (
    effective_characters,
    gradient_size,
    query_gradient,
    saturated,
    softmax_jacobian,
    softmax_of,
    winner_gradient,
)

SCORES = (0.1, -0.2, 0.3, -0.2, 0.5)  # the notebook's five
FACTORS = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 100.0)
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
            "f": factor, "p": p, "n": len(SCORES), "eff": effective_characters(weights).item(), "g": gradient,
            "moves": _short(gradient), "computed": _short(computed), "g32": computed,
            "row": 1 - weights.square().sum().item(), "raw": weights.tolist(), "g_latex": _power(gradient),
            "weights": ", ".join(_power(w, digits=0) for w in weights.tolist()),
            "scores": ", ".join(number(s, 1) for s in SCORES),
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


@st.fragment
def wide_scores(scene: Scene) -> None:
    """Five weights and how many characters they look at, as the scores are multiplied."""
    begin(scene)
    every = _factor_facts()
    one, eight = every[START], every[FACTORS.index(8.0)]
    lead = SCORES[-1] - SCORES[2]
    facts = {
        "at_1": one["p"], "at_8": eight["p"], "times_8": 8 * one["p"], "lead": lead, "lead_8": 8 * lead
    }  # fmt: skip
    if not ask(scene, facts, height=400):
        return
    effective = [fact["eff"] for fact in every]
    pictures = [
        Picture(
            drawings.multiplied(fact["raw"], SCORES, FACTORS, effective, frame.mode(), at=at),
            scene.plain("look_for", fact),
            _spoken_alt(scene, fact),
        )
        for at, fact in enumerate(every)
    ]
    at = drag(pictures, key="factor", label="factor", names=[f"{f:g}" for f in FACTORS], default=START)
    formula(scene, every[at])
    lecture(scene)
    table(lambda: _factor_table(every), key=scene.key)
    code(softmax_of, effective_characters)


def _spoken_alt(scene: Scene, fact: Facts) -> str:
    return alt(scene, {**fact, "weights": ", ".join(number(w) for w in fact["raw"])})


def _factor_table(every: list[Facts]) -> dict[str, list[float]]:
    columns = {
        f"weight of {number(score, 1)}, number {i}": [fact["raw"][i] for fact in every]
        for i, score in enumerate(SCORES)
    }
    return {"factor": list(FACTORS), **columns, "as if looking at": [fact["eff"] for fact in every]}


@st.fragment
def no_argument(scene: Scene) -> None:
    """How far the winner still moves, as the scores are multiplied."""
    begin(scene)
    every = _factor_facts()
    top = max(every, key=lambda fact: fact["g"])
    facts = {
        "at_0": every[0]["g"], "at_8": every[FACTORS.index(8.0)]["g"], "at_100": every[-1]["g"],
        "p_100": every[-1]["p"],
        "computed_100": every[-1]["g32"], "top": top["g"], "top_factor": top["f"],
    }  # fmt: skip
    if not ask(scene, facts, height=420):
        return
    winner, row, computed = ([fact[name] for fact in every] for name in ("g", "row", "g32"))
    pictures = [
        Picture(
            drawings.frozen(fact["raw"], SCORES, FACTORS, winner, row, computed, frame.mode(), at=at),
            scene.plain("look_for", fact),
            alt(scene, fact),
        )
        for at, fact in enumerate(every)
    ]
    names = [f"{f:g}" for f in FACTORS]
    start = names.index(st.query_params["factor"]) if st.query_params.get("factor") in names else START
    at = drag(pictures, key="winner", label="factor", names=names, default=start)
    formula(scene, every[at])
    deeper(scene, facts)
    table(
        lambda: {
            "factor": list(FACTORS),
            "p(1 \u2212 p)": winner,
            "in 32 bits": computed,
            "1 \u2212 \u03a3p\u00b2": row,
        },
        key=scene.key,
    )
    code(winner_gradient, softmax_of)


@st.fragment
def many_rows(scene: Scene) -> None:
    """The share of rows that look at one character, and what the median row passes on, against head_size."""
    begin(scene)
    plain, divided = measured.rows().values()
    gradients = measured.query_gradients(SURE)
    at = measured.at
    facts = {
        "hs": SURE, "rows": measured.ROW_COUNT, "hot": at(SURE, plain.hot), "hot_divided": at(SURE, divided.hot),
        "hot_16": at(16, plain.hot), "hot_64": at(64, plain.hot), "hot_1024": at(1024, plain.hot),
        "open": at(SURE, plain.passed_on), "open_divided": at(SURE, divided.passed_on),
        "eff": at(SURE, divided.effective), "eff_16": at(16, divided.effective),
        "mean": gradients["scores"].mean().item(), "mean_divided": gradients["scaled"].mean().item(),
        "median": gradients["scores"].median().item(), "silent": (gradients["scores"] < SILENT).float().mean().item(),
        "above": measured.ABOVE, "below": SILENT,
    }  # fmt: skip
    if not ask(scene, facts, height=360):
        return
    left, right = st.columns(2, gap="large")
    hot, passed = ({"scores": plain[n], "scaled": divided[n]} for n in (0, 1))
    with left:
        figure = figures.saturated_rows(measured.LONG, hot, frame.mode())
        frame.show(figure, key=f"{scene.key}_hot", alt=scene.plain("alt_hot", facts))
    with right:
        figure = figures.passed_on(measured.LONG, passed, frame.mode())
        frame.show(figure, key=f"{scene.key}_open", alt=scene.plain("alt_open", facts))
    look_for(scene, facts)
    with st.container(width=900):
        st.markdown(f":gray[{scene.write('measure', facts)}]")
    deeper(scene, facts)
    table(lambda: _rows_table(), key=scene.key)
    code(saturated, softmax_jacobian, gradient_size, query_gradient)


def _rows_table() -> dict[str, list[float]]:
    columns = {
        f"{name}, {'divided' if stage == 'scaled' else 'undivided'}": values
        for stage, found in measured.rows().items()
        for name, values in zip((f"above {measured.ABOVE:g}", "median gradient", "characters"), found, strict=True)
    }
    return {"head_size": list(measured.LONG), **columns}

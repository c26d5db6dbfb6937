"""Scenes of lesson 5: what softmax does with wide scores, first in one row, then in thousands."""

import functools

import streamlit as st
import torch

from tinygpt.lessons import scaling
from tinygpt.plots.lessons import scaling as figures
from tinygpt.plots.lessons import scaling_weights as drawings
from tinygpt.spelling import number, powered
from tinygpt.ui import frame
from tinygpt.ui.drag import Picture, drag
from tinygpt.ui.question import ask, gate, own_guess
from tinygpt.ui.scene import Showing, begin, deeper, explain, formula, lecture, margin, scene, table, under_picture
from tinygpt.variance import (
    HOT,
    effective_characters,
    gradient_size,
    saturated,
    softmax_jacobian,
    softmax_of,
    winner_gradient,
)
from tinygpt.words.storyboard import Facts, Scene, find_scene

SCORES = (0.1, -0.2, 0.3, -0.2, 0.5)  # the study notebook's five
FACTORS = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 100.0)
NAMES = [f"{factor:g}" for factor in FACTORS]
START, EIGHT, LAST = FACTORS.index(1.0), FACTORS.index(8.0), len(FACTORS) - 1

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
        others = sorted(weights)[:-1]
        lines = [f"{number(z, 1)} & {_tex(w)}" for z, w in zip(SCORES, weights, strict=True)]
        every.append({
            "factor": factor, "largest": max(weights), "count": len(SCORES), "gradient": gradient,
            "effective": effective_characters(p).item(), "raw": weights, "gradient_32": computed,
            "moves": _short(gradient), "computed": _short(computed), "left": _tex(sum(others)),
            "weights": ", ".join(map(drawings.as_the_notebook_prints, weights)), "gradient_latex": _tex(gradient),
            "lines": " \\\\ ".join(lines),  # a line each: a row of them would be wider than a phone
        })  # fmt: skip
    return every


def _short(value: float) -> str:
    """A number for a sentence: 0.160, or a power of ten where it is small; 0 only if it is."""
    return number(value, 3) if value >= 1e-3 else powered(value) if value else "exactly 0"


def _tex(value: float) -> str:
    """The same inside a formula."""
    if value >= 1e-3:
        return f"{value:.4f}"
    mantissa, exponent = f"{value:.4e}".split("e")
    return f"{mantissa} \\cdot 10^{{{int(exponent)}}}"


@scene("sca-3", code=[effective_characters])
def wide_scores(scene: Scene) -> Showing:
    """Five weights and how many characters they look at, as the scores are multiplied; then how far the largest of them
    still moves."""
    every, lead = _factor_facts(), SCORES[-1] - SCORES[2]
    at_1, at_8 = every[START]["largest"], every[EIGHT]["largest"]
    full = next(fact["factor"] for fact in every if number(fact["largest"], 4) == number(1, 4))
    asked = {"at_1": at_1, "at_8": at_8, "times_8": 8 * at_1, "lead": lead, "lead_8": 8 * lead, "full": full}
    yield asked
    second = find_scene("sca-4")
    with margin():
        st.space("small")
        begin(second)
        moving = ask(second, winner_facts())
    first_guess, second_guess = own_guess(scene), own_guess(second)
    guesses = []
    if first_guess is not None:
        guesses.append(drawings.FactorGuess(EIGHT, weight=(at_1, at_8, 8 * at_1, 1.0)[first_guess]))
    if second_guess is not None:
        guesses.append(drawings.FactorGuess(LAST, moves=(1.0, every[EIGHT]["gradient"], 0.0)[second_guess]))
    found = drawings.Multiplied(
        FACTORS, *([fact[name] for fact in every] for name in ("raw", "effective", "gradient", "gradient_32"))
    )
    pictures = []
    for at, fact in enumerate(every):
        drawing = drawings.multiplied(found, SCORES, frame.mode(), at=at, moving=moving, guesses=guesses)
        sentence = scene.plain("caption", fact) + (" " + second.plain("caption", fact) if moving else "")
        pictures.append(Picture(drawing, sentence, scene.plain("alt", {**fact, "caption": sentence})))
    at = drag(pictures, key="factor", label="Factor", names=NAMES, default=START)
    if not moving:
        gate(second)
    formula(scene, every[at])
    lecture(scene, every[at])
    columns = {
        f"weight of {number(score, 1)}, number {i}": [fact["raw"][i] for fact in every]
        for i, score in enumerate(SCORES)
    }
    columns["as if looking at"] = list(found.effective)
    if moving:
        formula(second, every[at])
        deeper(second, winner_facts())
        columns |= {"p(1 \u2212 p)": list(found.winner), "in 32 bits": list(found.computed)}
    table(lambda: {"factor": FACTORS, **columns}, key=scene.key)


def winner_facts() -> Facts:
    """How far the winner moves, at the factors that sentences are about; it moves most in between."""
    every = _factor_facts()
    top, last, eight = max(every, key=lambda fact: fact["gradient"]), every[-1], every[EIGHT]
    return {
        "at_0": every[0]["gradient"], "at_8": eight["gradient"], "largest_8": eight["largest"],
        "at_100": last["moves"], "computed_100": last["computed"], "top": top["gradient"], "top_factor": top["factor"],
    }  # fmt: skip


@scene("sca-5", code=[saturated, softmax_jacobian, gradient_size])
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
        "above": HOT, "below": SILENT, "queries": scaling.QUERIES,
    }  # fmt: skip
    yield facts
    guessed = own_guess(scene)
    mark = None if guessed is None else (SURE, (0.05, 0.25, facts["hot"], 1.0)[guessed])
    left, right = st.columns(2, gap="large")
    with left:
        shares = {stage: rows.hot for stage, rows in found.items()}
        hot = figures.saturated_rows(scaling.LONG, shares, frame.mode(), guess=mark)
        frame.show(hot, key=f"{scene.key}_hot", alt=scene.plain("alt_hot", facts))
    with right:
        passed_on = {stage: rows.passed_on for stage, rows in found.items()}
        figure = figures.passed_on(scaling.LONG, passed_on, frame.mode())
        frame.show(figure, key=f"{scene.key}_open", alt=scene.plain("alt_open", facts))
    under_picture(scene, facts)
    lecture(scene, facts, "measure")
    columns = {
        f"{name}, {kind}": values
        for kind, rows in (("undivided", plain), ("divided", divided))
        for name, values in zip((f"above {HOT:g}", "median gradient", "characters"), rows, strict=True)
    }
    explain(scene, facts, lambda: {"head_size": scaling.LONG, **columns})

"""The first scenes of lesson 5: how wide scores are, and what dividing by the root of head_size does to them.

The others: scaling_softmax.py (3 to 5), scaling_mistakes.py (6 and 7), scaling_trained.py (8).
"""

import functools

import streamlit as st
from torch import Tensor

from tinygpt.attention import Stages, attention_stages
from tinygpt.lessons import scaling as measured
from tinygpt.plots.lessons import scaling_drawings as drawings
from tinygpt.randomness import generator
from tinygpt.ui import controls, frame
from tinygpt.ui.drag import Picture, drag
from tinygpt.ui.scene import Showing, alt, deeper, formula, lecture, scene, table
from tinygpt.variance import B, T, random_qk, score_variance, spread
from tinygpt.words.storyboard import Facts, Scene

NOTEBOOK_SIZE = 16
PRINTED = 1.2769  # the variance that the notebook printed: one draw, divided
MANY = 5_000  # draws for the question how rare the notebook's was


def draws_control() -> int:
    return st.segmented_control(
        "Draws", [1, 20, measured.DRAWS], default=measured.DRAWS, required=True, key="draws", bind="query-params",
        help="Each dot is the mean of so many draws.",
    )  # fmt: skip


@scene("sca-1", height=340, code=[random_qk, score_variance])
def a_sum(scene: Scene) -> Showing:
    """The scores of one draw, plain and divided, as histograms."""
    with st.container(width=200):
        seed = controls.seed()
    drawn = {head_size: measured.one_draw(head_size, seed) for head_size in controls.HEAD_SIZES}
    every = [_draw_facts(head_size, *draw) for head_size, draw in drawn.items()]
    yield every[0]
    limit = 1.04 * max(stages.scores.abs().max().item() for _, _, stages in drawn.values())  # one axis for all
    pictures = [
        Picture(
            drawings.histograms(stages.scores.flatten(), stages.scaled.flatten(), head_size, limit, frame.mode()),
            scene.plain("look_for", facts), alt(scene, facts),
        )
        for (head_size, (_, _, stages)), facts in zip(drawn.items(), every, strict=True)
    ]  # fmt: skip
    names = [str(head_size) for head_size in controls.HEAD_SIZES]
    default = controls.HEAD_SIZES.index(NOTEBOOK_SIZE)
    facts = every[drag(pictures, key="head_size", label="head_size", names=names, default=default)]
    stages = drawn[facts["hs"]][2]
    formula(scene, facts)
    lecture(scene)
    deeper(scene, facts)
    table(
        lambda: {"q\u00b7k": stages.scores.flatten().tolist(), "divided": stages.scaled.flatten().tolist()},
        key=scene.key,
    )


def _draw_facts(head_size: int, q: Tensor, k: Tensor, stages: Stages) -> Facts:
    return {
        "hs": head_size, "count": stages.scores.numel(), "variance_k": k.var().item(), "variance_q": q.var().item(),
        "plain": stages.scores.var().item(), "divided": stages.scaled.var().item(), "wide": stages.scores.std().item(),
        "narrow": stages.scaled.std().item(), **_one_draw_among_many(),
    }  # fmt: skip


@functools.cache
def _one_draw_among_many() -> Facts:
    """Where the number that the notebook printed lies among thousands of draws of its size."""
    values = score_variance(NOTEBOOK_SIZE, draws=MANY, generator=generator(measured.SEED))
    _, low, high = spread(values)
    rare = (values >= PRINTED).float().mean().item()
    return {"printed": PRINTED, "notebook": NOTEBOOK_SIZE, "rare": rare, "draws": MANY, "low": low, "high": high}


@scene("sca-2", height=700, code=[score_variance, spread, attention_stages])
def every_size(scene: Scene) -> Showing:
    """Variance against head_size with a cursor, and what softmax makes of one row there."""
    plain, divided = measured.spreads("randn").values()
    i, j = (measured.SIZES.index(size) for size in (16, 64))
    facts: Facts = {
        "plain_16": plain[i].mean, "plain_64": plain[j].mean, "divided_16": divided[i].mean,
        "divided_64": divided[j].mean, "low": divided[i].low, "high": divided[i].high, "B": B, "T": T,
    }  # fmt: skip
    yield facts
    left, right = st.columns([7, 4], gap="large")
    with right:
        st.markdown(scene.write("drag", facts))
        draws = draws_control()
        formula(scene, facts)
        st.markdown(scene.write("why", facts))
        st.markdown(f":gray[{scene.write('how_one' if draws == 1 else 'how', {**facts, 'draws': draws})}]")
    with left:
        names = [str(size) for size in measured.SIZES]
        drag(_sharpening(scene, draws), key="size", label="head_size", names=names, default=i)
    table(lambda: _spread_table(draws), key=scene.key)


def _sharpening(scene: Scene, draws: int) -> list[Picture]:
    """One picture for each head_size."""
    sizes, spreads, pictures = measured.SIZES, measured.spreads("randn", draws=draws), []
    for at, size in enumerate(sizes):
        row = measured.row(size)
        facts = {
            "hs": size, "plain": spreads["scores"][at].mean, "divided": spreads["scaled"][at].mean,
            "largest": max(row["scores"]), "largest_divided": max(row["scaled"]),
        }  # fmt: skip
        drawing = drawings.sharpening(sizes, spreads, row, measured.CHARACTERS, frame.mode(), at=at)
        pictures.append(Picture(drawing, scene.plain("look_for", facts), alt(scene, facts)))
    return pictures


def _spread_table(draws: int) -> dict[str, list[float]]:
    names = {"scores": "q\u00b7k", "scaled": "divided"}
    spreads = measured.spreads("randn", draws=draws)
    columns = {
        f"{names[stage]}, {column}": [value[n] for value in values]
        for stage, values in spreads.items()
        for n, column in enumerate(("variance", "5 %", "95 %"))
    }
    return {"head_size": list(measured.SIZES), **columns}

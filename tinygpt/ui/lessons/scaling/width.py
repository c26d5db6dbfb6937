"""The first scenes of lesson 5: how wide scores are, and what dividing by the root of head_size does to them."""

import functools

import streamlit as st

from tinygpt.attention import attention_stages
from tinygpt.lessons import scaling
from tinygpt.plots.lessons import scaling_drawings as drawings
from tinygpt.randomness import generator
from tinygpt.ui import controls, frame
from tinygpt.ui.drag import drag
from tinygpt.ui.scene import Showing, choose, explain, formula, picture, scene, table
from tinygpt.variance import B, T, random_qk, score_variance, spread
from tinygpt.words.storyboard import Facts, Scene

NOTEBOOK_SIZE = 16
PRINTED = 1.2769  # the variance that the study notebook printed: one draw, divided
MANY = 5_000  # draws for the question how rare the study notebook's was


@scene("sca-1", code=[random_qk, score_variance])
def a_sum(scene: Scene) -> Showing:
    """The scores of one draw, plain and divided, as histograms."""
    with st.container(width=200):
        seed = controls.seed()
    sizes, among_many = controls.HEAD_SIZES, _one_draw_among_many()
    drawn = [scaling.one_draw(head_size, seed) for head_size in sizes]
    every = [
        {
            "hs": q.shape[-1], "count": stages.scores.numel(), "variance_k": k.var().item(),
            "variance_q": q.var().item(), "plain": stages.scores.var().item(), "divided": stages.scaled.var().item(),
            "wide": stages.scores.std().item(), "narrow": stages.scaled.std().item(), **among_many,
        }
        for q, k, stages in drawn
    ]  # fmt: skip
    yield every[0]
    flat = [(stages.scores.flatten(), stages.scaled.flatten()) for _, _, stages in drawn]
    limit = 1.04 * max(plain.abs().max().item() for plain, _ in flat)  # one axis for all
    pictures = [
        picture(scene, drawings.histograms(*scores, facts["hs"], limit, frame.mode()), facts)
        for scores, facts in zip(flat, every, strict=True)
    ]
    at = drag(pictures, key="head_size", label="head_size", names=sizes, default=sizes.index(NOTEBOOK_SIZE))
    plain, divided = flat[at]
    explain(scene, every[at], lambda: {"q\u00b7k": plain.tolist(), "divided": divided.tolist()})


@functools.cache
def _one_draw_among_many() -> Facts:
    """Where the number that the study notebook printed lies among thousands of draws of its size."""
    values = score_variance(NOTEBOOK_SIZE, draws=MANY, generator=generator(scaling.SEED))
    _, low, high = spread(values)
    rare = (values >= PRINTED).float().mean().item()
    return {"printed": PRINTED, "notebook": NOTEBOOK_SIZE, "rare": rare, "draws": MANY, "low": low, "high": high}


@scene("sca-2", code=[score_variance, spread, attention_stages])
def every_size(scene: Scene) -> Showing:
    """Variance against head_size with a cursor, and what softmax makes of one row there."""
    plain, divided = scaling.spreads("randn").values()
    i, j = (scaling.SIZES.index(size) for size in (16, 64))
    facts = {
        "plain_16": plain[i].mean, "plain_64": plain[j].mean, "divided_16": divided[i].mean,
        "divided_64": divided[j].mean, "low": divided[i].low, "high": divided[i].high, "B": B, "T": T,
    }  # fmt: skip
    yield facts
    left, right = st.columns([7, 4], gap="large")
    with right:
        st.markdown(scene.write("drag", facts))
        help = "Each dot is the mean of so many draws."
        draws = choose("Draws", [1, 20, scaling.DRAWS], scaling.DRAWS, key="draws", help=help)
        formula(scene, facts)
        st.markdown(scene.write("why", facts))
        st.markdown(f":gray[{scene.write('how_one' if draws == 1 else 'how', {**facts, 'draws': draws})}]")
    spreads, pictures = scaling.spreads("randn", draws=draws), []
    for at, size in enumerate(scaling.SIZES):
        row = scaling.row(size)
        here = {
            "hs": size, "plain": spreads["scores"][at].mean, "divided": spreads["scaled"][at].mean,
            "largest": max(row["scores"]), "largest_divided": max(row["scaled"]),
        }  # fmt: skip
        drawing = drawings.sharpening(scaling.SIZES, spreads, row, scaling.CHARACTERS, frame.mode(), at=at)
        pictures.append(picture(scene, drawing, here))
    with left:
        drag(pictures, key="size", label="head_size", names=scaling.SIZES, default=i)
    columns = {
        f"{name}, {column}": [value[n] for value in spreads[stage]]
        for stage, name in (("scores", "q\u00b7k"), ("scaled", "divided"))
        for n, column in enumerate(("variance", "5%", "95%"))
    }
    table(lambda: {"head_size": scaling.SIZES, **columns}, key=scene.key)

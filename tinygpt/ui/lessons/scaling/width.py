"""The first scenes of lesson 5: how wide scores are, and what dividing by the root of head_size does to them."""

import functools

import streamlit as st

from tinygpt.lessons import scaling
from tinygpt.plots.lessons import scaling_drawings as drawings
from tinygpt.plots.lessons import scaling_walks
from tinygpt.randomness import generator
from tinygpt.ui import controls, frame
from tinygpt.ui.drag import drag
from tinygpt.ui.question import own_guess
from tinygpt.ui.scene import Showing, choose, deeper, formula, lecture, picture, scene, table
from tinygpt.variance import B, Spread, T, running_sums, score_variance, spread
from tinygpt.words.storyboard import Facts, Scene

NOTEBOOK_SIZE = 16
PRINTED = 1.2769  # the variance that the study notebook printed: one draw, divided
MANY = 5_000  # draws for the question how rare the study notebook's was

GUESSED = (1, 4, 16)  # the spread that each answer of sca-1 stands for
TIMES = (1, 2, 4, 16)  # how many times the variance at ASKED_FROM each answer of sca-2 stands for
ASKED_FROM, ASKED = 16, 64


@scene("sca-1", code=[running_sums])
def a_sum(scene: Scene) -> Showing:
    """One score as a walk, product by product; once somebody has guessed, how far many of them go."""
    found = scaling.walks()
    every = [_walk_facts(n) for n in scaling.TERMS]
    asked = scaling.TERMS.index(NOTEBOOK_SIZE)
    yield {"spread_16": every[asked]["spread"]}
    guessed, many = own_guess(scene), _answered(scene)
    pictures = []
    for n, facts in zip(scaling.TERMS, every, strict=True):
        walks = found.drawn[:, : n + 1]
        if many:
            mark = GUESSED[guessed] if guessed is not None and n == NOTEBOOK_SIZE else None
            drawing = scaling_walks.fan(walks, found.ends[n], frame.mode(), guess=mark)
        else:
            drawing = scaling_walks.one_walk(walks[0], frame.mode())
        pictures.append(picture(scene, drawing, facts, "caption" if many else "caption_one"))
    at = drag(pictures, key="terms", label="Products added", names=scaling.TERMS, default=asked)
    if many:
        formula(scene, every[at])
        lecture(scene, every[at], "why")
        columns = {name: [facts[name] for facts in every] for name in ("spread", "root", "sizes")}
        table(lambda: {"products": scaling.TERMS, **columns}, key=scene.key)


def _answered(scene: Scene) -> bool:
    """Whether the question of a scene that is open all the same was answered, or all pictures are wanted."""
    return scene.id in st.session_state.get("seen", ()) or st.query_params.get("reveal") == "all"


def _walk_facts(n: int) -> Facts:
    """Everything about scores of n products."""
    found = scaling.walks()
    first = found.drawn[0, : n + 1]
    negative = int((first.diff() < 0).sum())
    return {
        "terms": n, "sum": first[-1].item(), "negative": negative, "verb": "is" if negative == 1 else "are",
        "count": scaling.WALKS, "spread": found.ends[n].std().item(), "root": n**0.5, "sizes": found.sizes[n],
    }  # fmt: skip


@scene("sca-2", code=[score_variance])
def every_size(scene: Scene) -> Showing:
    """Variance against head_size with a cursor; one draw there, and what softmax makes of one row."""
    sizes = scaling.SIZES
    draws, seed = _chosen("draws", scaling.DRAWS), _chosen("seed", scaling.SEED)
    measured = _measured(draws, seed)
    at_16, at_64 = ({role: values[sizes.index(size)].mean for role, values in measured.items()} for size in (16, 64))
    theirs = scaling.spreads("randn")["scaled"][sizes.index(NOTEBOOK_SIZE)]
    facts = {
        "plain_16": at_16["scores"], "plain_64": at_64["scores"], "divided_16": at_16["scaled"],
        "divided_64": at_64["scaled"], "draws": draws, "low": theirs.low, "high": theirs.high, "B": B, "T": T,
    }  # fmt: skip
    yield facts
    with st.container(horizontal=True):
        choose("Draws", [1, 20, scaling.DRAWS], scaling.DRAWS, key="draws", help="Each dot is the mean of so many.")
        with st.container(width=200):
            controls.seed()
    guessed = own_guess(scene)
    mark = None if guessed is None else (ASKED, TIMES[guessed] * at_16["scores"])
    every = [{**facts, **_size_facts(size, seed, measured)} for size in sizes]
    pictures = []
    for at, (size, here) in enumerate(zip(sizes, every, strict=True)):
        stages = scaling.one_draw(size, seed)[2]
        drawing = drawings.sharpening(
            sizes, measured, scaling.row(size), scaling.CHARACTERS, frame.mode(), at=at, guess=mark,
            draw=drawings.DrawnScores(stages.scores.flatten(), stages.scaled.flatten()),
        )  # fmt: skip
        pictures.append(picture(scene, drawing, here))
    at = drag(pictures, key="size", label="head_size", names=sizes, default=sizes.index(NOTEBOOK_SIZE))
    formula(scene, every[at])
    lecture(scene, facts, "how_one" if draws == 1 else "how")
    deeper(scene, _one_draw_among_many())
    columns = {
        f"{name}, {column}": [value[n] for value in measured[stage]]
        for stage, name in (("scores", "q\u00b7k"), ("scaled", "divided"))
        for n, column in enumerate(("variance", "5%", "95%"))
    }
    table(lambda: {"head_size": sizes, **columns}, key=scene.key)


def _chosen(key: str, default: int) -> int:
    """What a control says that stands below: the replies above it quote what it makes the picture show."""
    try:
        return int(st.session_state.get(key) or st.query_params.get(key) or default)
    except ValueError:  # a link with a word
        return default


def _measured(draws: int, seed: int) -> dict[str, tuple[Spread, ...]]:
    """The variance at each size, the mean of so many draws; of a single one it is the draw that is shown."""
    if draws > 1:
        return scaling.spreads("randn", draws=draws)
    many, shown = scaling.spreads("randn"), [scaling.one_draw(size, seed)[2] for size in scaling.SIZES]
    return {
        stage: tuple(
            spread._replace(mean=getattr(stages, stage).var().item())
            for spread, stages in zip(many[stage], shown, strict=True)
        )
        for stage in scaling.STAGES
    }


def _size_facts(size: int, seed: int, measured: dict[str, tuple[Spread, ...]]) -> Facts:
    """Everything about one head_size: one draw, the mean of many, one row."""
    q, k, stages = scaling.one_draw(size, seed)
    at, row = scaling.SIZES.index(size), scaling.row(size)
    return {
        "hs": size, "variance_k": k.var().item(), "variance_q": q.var().item(),
        "one_plain": stages.scores.var().item(), "one_divided": stages.scaled.var().item(),
        "plain": measured["scores"][at].mean, "divided": measured["scaled"][at].mean,
        "largest": max(row["scores"]), "largest_divided": max(row["scaled"]),
    }  # fmt: skip


@functools.cache
def _one_draw_among_many() -> Facts:
    """Where the number that the study notebook printed lies among thousands of draws of its size."""
    values = score_variance(NOTEBOOK_SIZE, draws=MANY, generator=generator(scaling.SEED))
    _, low, high = spread(values)
    rare = (values >= PRINTED).float().mean().item()
    return {"printed": PRINTED, "notebook": NOTEBOOK_SIZE, "rare": rare, "draws": MANY, "low": low, "high": high}

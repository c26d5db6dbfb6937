"""Two scenes of lesson 5: random numbers of the wrong kind, and the root of the wrong size."""

import streamlit as st

from tinygpt.attention import attention_stages
from tinygpt.lessons import scaling as measured
from tinygpt.lessons.measured import EXPERIMENTS, result
from tinygpt.plots.lessons import scaling as figures
from tinygpt.spelling import number
from tinygpt.ui import frame
from tinygpt.ui.scene import Showing, alt, deeper, formula, look_for, scene, table, wrong_frame
from tinygpt.ui.train.here import train_here
from tinygpt.variance import DISTRIBUTIONS, Distribution, Spread, expected_variance, random_qk
from tinygpt.words.storyboard import Facts, Scene

NOTEBOOK_SIZE = 16
PRINTED = 0.0488  # the variance that the second notebook printed: one draw with torch.rand, divided


def distribution_control() -> Distribution:
    return st.segmented_control(
        "Queries and keys", list(DISTRIBUTIONS), default="randn", required=True, key="distribution",
        bind="query-params",
    )  # fmt: skip


def wrong_scale() -> str:
    return st.segmented_control(
        "Scale", list(figures.SHORT), default="1/sqrt(n_embd)", required=True, key="root",
        bind="query-params",
    )  # fmt: skip


@scene("sca-6", height=420, code=[random_qk])
def dice_go_wrong(scene: Scene) -> Showing:
    """The experiment with torch.randn, and with the notebook's torch.rand."""
    distribution = distribution_control()
    facts = _dice_facts(distribution)
    yield facts
    if distribution == "rand":
        with wrong_frame("distribution", right="randn"):
            _dice(scene, distribution, facts, "wrong")
        formula(scene, facts)
    else:
        _dice(scene, distribution, facts, "look_for")
        formula(scene, facts, "formula_right")
    deeper(scene, facts)
    table(lambda: _dice_table(distribution), key=scene.key)


def _few(distribution: Distribution, stage: str) -> tuple[Spread, ...]:
    return measured.spreads(distribution, measured.FEW)[stage]


def _dice_facts(distribution: Distribution) -> Facts:
    chosen, wrong = _few(distribution, "scaled"), _few("rand", "scaled")
    at = measured.FEW.index(NOTEBOOK_SIZE)
    batch = measured.wrong_dice(NOTEBOOK_SIZE)
    digits = 4 if distribution == "rand" else 2
    return {
        "theory": expected_variance(NOTEBOOK_SIZE, scale=NOTEBOOK_SIZE**-0.5, distribution="rand"),
        "wrong_16": wrong[at].mean, "measured": ", ".join(number(v.mean, 4) for v in wrong), "printed": PRINTED,
        "low": wrong[at].low, "high": wrong[at].high, "within": batch.within, "within_theory": 1 / 36,
        "largest": batch.largest, "divided": ", ".join(number(v.mean, digits) for v in chosen),
        "plain": ", ".join(number(v.mean, 1) for v in _few(distribution, "scores")),
        "wander": (chosen[at].high - chosen[at].low) / 2 / chosen[at].mean,
        "means": ", ".join(number(mean, 1) for mean in measured.means("rand")),
        "sizes": ", ".join(map(str, measured.FEW)),
    }  # fmt: skip


def _dice(scene: Scene, distribution: Distribution, facts: Facts, words: str) -> None:
    left, right = st.columns(2, gap="large")
    means = measured.means(distribution)
    with left:
        figure = figures.variance_of_scaled(
            measured.FEW, _few(distribution, "scaled"), frame.mode(), right=distribution == "randn"
        )
        frame.show(figure, key=f"{scene.key}_variance", alt=alt(scene, facts, words))
    with right:
        figure = figures.mean_score(measured.FEW, means, frame.mode())
        frame.show(figure, key=f"{scene.key}_mean", alt=alt(scene, facts, words))
    look_for(scene, facts, words)


def _dice_table(distribution: Distribution) -> dict[str, list[float]]:
    columns = {"plain": "scores", "divided": "scaled"}
    variances = {f"variance, {name}": [v.mean for v in _few(distribution, stage)] for name, stage in columns.items()}
    return {"head_size": list(measured.FEW), **variances, "mean, plain": measured.means(distribution)}


@scene("sca-7", height=360, code=[attention_stages])
def which_root(scene: Scene) -> Showing:
    """Four ways to scale scores, at every way to share n_embd out among heads."""
    scale = wrong_scale()
    every = measured.by_scale()
    at = measured.SHARED.index(8)
    variance, largest = every[scale]
    facts = {
        "words": figures.SHORT[scale], "hs": measured.SHARED[at], "n_embd": measured.N_EMBD, "variance": variance[at],
        "largest": largest[at], "variance_one": variance[-1], "largest_one": largest[-1],
        "right": every["1/sqrt(n_embd)"][0][at],
    }  # fmt: skip
    yield facts
    left, right = st.columns(2, gap="large")
    with left:
        figure = figures.variance_by_scale(measured.SHARED, {s: v for s, (v, _) in every.items()}, scale, frame.mode())
        frame.show(figure, key=f"{scene.key}_variance", alt=alt(scene, facts))
    with right:
        figure = figures.largest_by_scale(measured.SHARED, {s: m for s, (_, m) in every.items()}, scale, frame.mode())
        frame.show(figure, key=f"{scene.key}_largest", alt=alt(scene, facts))
    look_for(scene, facts)
    _does_it_hurt(scene)
    table(lambda: {"head_size": measured.SHARED, **{figures.SHORT[s]: v for s, (v, _) in every.items()}}, key=scene.key)
    train_here("four-heads-n-embd", "four-heads", key=scene.key)


def _does_it_hurt(scene: Scene) -> None:
    """What came of four heads that were trained with either root, if that was measured."""
    try:
        trained = [
            result("four-heads-n-embd"),
            *(result("four-heads", seed) for seed in EXPERIMENTS["four-heads"].seeds),
        ]
    except ValueError:  # the file of results is not there
        deeper(scene, {}, "deeper_unknown")
        return
    by_embd, by_head, by_seed = (one.val_loss for one in trained[:3])
    four = EXPERIMENTS["four-heads"]
    facts = {"hs": four.model.head_size, "steps": four.train.max_steps}
    deeper(scene, {**facts, "by_embd": by_embd, "by_head": by_head, "by_seed": by_seed})

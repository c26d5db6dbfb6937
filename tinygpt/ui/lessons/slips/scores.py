"""Two slips about scores: random numbers of the wrong kind, and the root of the wrong size."""

from contextlib import nullcontext

import streamlit as st

from tinygpt.lessons import scaling
from tinygpt.lessons.measured import EXPERIMENTS, result, results_of_seeds
from tinygpt.plots.lessons import scaling as figures
from tinygpt.spelling import number
from tinygpt.ui import frame
from tinygpt.ui.scene import Showing, alt, caption, choose, deeper, formula, scene, table, wrong_frame
from tinygpt.ui.train.here import train_here
from tinygpt.variance import DISTRIBUTIONS, expected_variance, random_qk
from tinygpt.words.storyboard import Scene

NOTEBOOK_SIZE = 16
PRINTED = 0.0488  # the variance that the second study notebook printed: one draw with torch.rand, divided


@scene("slip-5", code=[random_qk])
def dice_go_wrong(scene: Scene) -> Showing:
    """The experiment with torch.randn, and with the study notebook's torch.rand."""
    distribution = choose("Queries and keys", DISTRIBUTIONS, "randn", key="distribution")
    is_wrong, sizes, means = distribution == "rand", scaling.FEW, scaling.means(distribution)
    plain, divided = scaling.spreads(distribution, sizes).values()
    at, batch = sizes.index(NOTEBOOK_SIZE), scaling.wrong_dice(NOTEBOOK_SIZE)
    wrong, chosen = scaling.spreads("rand", sizes)["scaled"], divided[at]
    facts = {
        "theory": expected_variance(NOTEBOOK_SIZE, scale=NOTEBOOK_SIZE**-0.5, distribution="rand"),
        "wrong_16": wrong[at].mean, "measured": ", ".join(number(v.mean, 4) for v in wrong), "printed": PRINTED,
        "low": wrong[at].low, "high": wrong[at].high, "within": batch.within, "within_theory": 1 / 36,
        "largest": batch.largest, "divided": ", ".join(number(v.mean, 4 if is_wrong else 2) for v in divided),
        "plain": ", ".join(number(v.mean, 1) for v in plain), "wander": (chosen.high - chosen.low) / 2 / chosen.mean,
        "means": ", ".join(number(mean, 1) for mean in scaling.means("rand")), "sizes": ", ".join(map(str, sizes)),
    }  # fmt: skip
    yield facts
    words = "wrong" if is_wrong else "caption"
    with wrong_frame("distribution", right="randn") if is_wrong else nullcontext():
        left, right = st.columns(2, gap="large")
        with left:
            figure = figures.variance_of_scaled(sizes, divided, frame.mode(), right=not is_wrong)
            frame.show(figure, key=f"{scene.key}_variance", alt=alt(scene, facts, words))
        with right:
            figure = figures.mean_score(sizes, means, frame.mode())
            frame.show(figure, key=f"{scene.key}_mean", alt=alt(scene, facts, words))
        caption(scene, facts, words)
    formula(scene, facts, "formula" if is_wrong else "formula_right")
    deeper(scene, facts)
    variances = {"variance, plain": [v.mean for v in plain], "variance, divided": [v.mean for v in divided]}
    table(lambda: {"head_size": sizes, **variances, "mean, plain": means}, key=scene.key)


@scene("slip-6")
def which_root(scene: Scene) -> Showing:
    """Four ways to scale scores, at every way to share n_embd out among heads; and whether the wrong one hurts."""
    scale = choose("Scale", figures.SHORT, "1/sqrt(n_embd)", key="root")
    sizes, every = scaling.SHARED, scaling.by_scale()
    at, (variance, largest) = sizes.index(8), every[scale]
    facts = {
        "words": figures.SHORT[scale], "hs": sizes[at], "n_embd": scaling.N_EMBD, "variance": variance[at],
        "largest": largest[at], "variance_one": variance[-1], "largest_one": largest[-1],
        "right": every["1/sqrt(n_embd)"][0][at],
    }  # fmt: skip
    yield facts
    variances, most = ({name: found[i] for name, found in every.items()} for i in range(2))
    figure = figures.variance_by_scale(sizes, variances, scale, frame.mode()).update_layout(height=280)
    frame.show(figure, key=f"{scene.key}_variance", alt=alt(scene, facts))
    figure = figures.largest_by_scale(sizes, most, scale, frame.mode()).update_layout(height=260)
    frame.show(figure, key=f"{scene.key}_largest", alt=alt(scene, facts))
    caption(scene, facts)
    four = EXPERIMENTS["four-heads"]
    try:
        by_head, by_seed = (one.val_loss for one in results_of_seeds("four-heads"))
        losses = {"by_embd": result("four-heads-n-embd").val_loss, "by_head": by_head, "by_seed": by_seed}
        deeper(scene, {"hs": four.model.head_size, "steps": four.train.max_steps, **losses})
    except ValueError:  # the file of results is not there
        deeper(scene, {}, "deeper_unknown")
    columns = {figures.SHORT[name]: values for name, values in variances.items()}
    table(lambda: {"head_size": sizes, **columns}, key=scene.key)
    train_here("four-heads-n-embd", "four-heads", key=scene.key)

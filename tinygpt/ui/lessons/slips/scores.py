"""Two slips about scores: random numbers of the wrong kind, and the root of the wrong size."""

from collections.abc import Sequence

from tinygpt.lessons import scaling
from tinygpt.lessons.measured import EXPERIMENTS, result, results_of_seeds
from tinygpt.plots.chart import full_width
from tinygpt.plots.lessons import scaling_slips as figures
from tinygpt.plots.lessons.scaling import SHORT
from tinygpt.spelling import number
from tinygpt.ui import frame
from tinygpt.ui.dials import buttons
from tinygpt.ui.drag import Picture, swap
from tinygpt.ui.scene import Showing, deeper, formula, picture, scene, table
from tinygpt.ui.train.here import train_here
from tinygpt.variance import DISTRIBUTIONS, Distribution, expected_variance, random_qk
from tinygpt.words.storyboard import Facts, Scene

NOTEBOOK_SIZE = 16
PRINTED = 0.0488  # the variance that the second study notebook printed: one draw with torch.rand, divided


@scene("slip-5", code=[random_qk])
def dice_go_wrong(scene: Scene) -> Showing:
    """The experiment with torch.randn, and with the study notebook's torch.rand."""
    sizes, wrong = scaling.FEW, scaling.spreads("rand", scaling.FEW)["scaled"]
    at, batch = sizes.index(NOTEBOOK_SIZE), scaling.wrong_dice(NOTEBOOK_SIZE)
    facts = {
        "theory": expected_variance(NOTEBOOK_SIZE, scale=NOTEBOOK_SIZE**-0.5, distribution="rand"),
        "wrong_16": wrong[at].mean, "measured": ", ".join(number(v.mean, 4) for v in wrong), "printed": PRINTED,
        "low": wrong[at].low, "high": wrong[at].high, "within": batch.within, "within_theory": 1 / 36,
        "largest": batch.largest, "sizes": ", ".join(map(str, sizes)),
        "means": ", ".join(number(mean, 1) for mean in scaling.means("rand")),
    }  # fmt: skip
    yield facts
    pictures = [_with_dice(scene, distribution, facts) for distribution in DISTRIBUTIONS]
    (chosen,) = swap(pictures, buttons("distribution", "Queries and keys", DISTRIBUTIONS, right=0))
    formula(scene, facts, "formula" if chosen else "formula_right")
    deeper(scene, facts)
    table(lambda: _rows(DISTRIBUTIONS[chosen]), key=scene.key)


def _with_dice(scene: Scene, distribution: Distribution, facts: Facts) -> Picture:
    """The variance of divided scores and the mean of plain ones, with one kind of random numbers."""
    is_wrong, sizes = distribution == "rand", scaling.FEW
    plain, divided = scaling.spreads(distribution, sizes).values()
    one = divided[sizes.index(NOTEBOOK_SIZE)]
    here = {
        **facts, "divided": ", ".join(number(v.mean, 4 if is_wrong else 2) for v in divided),
        "plain": ", ".join(number(v.mean, 1) for v in plain), "wander": (one.high - one.low) / 2 / one.mean,
    }  # fmt: skip
    drawing = figures.variance_of_scaled(sizes, divided, frame.mode(), right=not is_wrong)
    drawing += figures.mean_score(sizes, scaling.means(distribution), frame.mode())
    return picture(scene, drawing, here, "wrong" if is_wrong else "caption")


def _rows(distribution: Distribution) -> dict[str, Sequence[float]]:
    """Variances and means at every size."""
    plain, divided = scaling.spreads(distribution, scaling.FEW).values()
    return {
        "head_size": scaling.FEW, "variance, plain": [v.mean for v in plain],
        "variance, divided": [v.mean for v in divided], "mean, plain": scaling.means(distribution),
    }  # fmt: skip


@scene("slip-6")
def which_root(scene: Scene) -> Showing:
    """Four ways to scale scores, at every way to share n_embd out among heads; and whether the wrong one hurts."""
    sizes, every = scaling.SHARED, scaling.by_scale()
    at, scales = sizes.index(8), list(SHORT)
    yield {"right": every["1/sqrt(n_embd)"][0][at]}
    pictures = [_with_scale(scene, scale, at) for scale in scales]
    swap(pictures, buttons("root", "Scale", scales, scales.index("1/sqrt(n_embd)")))
    four = EXPERIMENTS["four-heads"]
    try:
        by_head, by_seed = (one.val_loss for one in results_of_seeds("four-heads"))
        losses = {"by_embd": result("four-heads-n-embd").val_loss, "by_head": by_head, "by_seed": by_seed}
        deeper(scene, {"hs": four.model.head_size, "steps": four.train.max_steps, **losses})
    except ValueError:  # the file of results is not there
        deeper(scene, {}, "deeper_unknown")
    columns = {SHORT[name]: variances for name, (variances, _) in every.items()}
    table(lambda: {"head_size": sizes, **columns}, key=scene.key)
    train_here("four-heads-n-embd", "four-heads", key=scene.key)


def _with_scale(scene: Scene, scale: str, at: int) -> Picture:
    """All ways to scale with one of them in bold, and what it makes of the size at a place."""
    sizes, every, mode = scaling.SHARED, scaling.by_scale(), frame.mode()
    variance, largest = every[scale]
    facts = {
        "words": SHORT[scale], "hs": sizes[at], "n_embd": scaling.N_EMBD, "variance": variance[at],
        "largest": largest[at], "variance_one": variance[-1], "largest_one": largest[-1],
    }  # fmt: skip
    variances, most = ({name: found[i] for name, found in every.items()} for i in range(2))
    drawing = full_width(figures.variance_by_scale(sizes, variances, scale, mode), mode)
    drawing += full_width(figures.largest_by_scale(sizes, most, scale, mode), mode)
    return picture(scene, drawing, facts)

"""The scenes of lesson 6 that compare trained models: fair tests, one part less, and the loss place by place."""

import math
from collections.abc import Sequence
from typing import Any

from tinygpt.gpt import Block, GPTLanguageModel, scale_factor
from tinygpt.lessons.measured import EXPERIMENTS, VOCABULARY, counted, inside_the_gpt, result, results_of_seeds
from tinygpt.models import count_parameters, parts
from tinygpt.plots.lessons import transformer as figures
from tinygpt.plots.lessons.positions import Curve, by_position
from tinygpt.plots.lessons.transformer import Trained
from tinygpt.plots.lessons.transformer_worth import RiseBar
from tinygpt.plots.lessons.transformer_worth import rises as rises_drawing
from tinygpt.spelling import number, with_sign
from tinygpt.training.evaluation import loss_by_position, window_costs
from tinygpt.ui import frame
from tinygpt.ui.dials import wrong_dial
from tinygpt.ui.drag import Picture, drag, swap
from tinygpt.ui.scene import Showing, explain, picture, plot, scene, table
from tinygpt.ui.train.here import train_here
from tinygpt.words.storyboard import Facts, Scene, apart

FAIR = {  # an experiment, what it is called on the chart, and its hue
    "feed-forward": ("four heads and\nfeed-forward", "heads"),
    "blocks-no-skip": ("three blocks,\nno skips", "count"),
    "blocks": ("three blocks,\nskips", "gpt"),
}  # fmt: skip
WITHOUT = {  # how a GPT with less is called on the chart, and the experiment
    "without projection": "gpt-no-projection", "with one head only": "gpt-one-head", "without LayerNorm": "blocks",
    "without positions": "gpt-no-positions", "without feed-forward": "gpt-no-feed-forward",
    "with one block only": "gpt-one-block", "without skips": "gpt-no-skip", "without choosing": "gpt-averaged",
}  # fmt: skip
WINDOWS = {8: ("gpt", "gpt-averaged"), 32: ("gpt-32", "gpt-averaged-32")}  # block_size: chosen, averaged
AIR = 0.1  # nats above and below the curves


@scene("tra-5")
def one_fair_test(scene: Scene) -> Showing:
    """Three models as places on a chart: what more numbers bring, and what skips bring at equal numbers."""
    points = []
    for name, (title, role) in FAIR.items():
        losses = tuple(one.val_loss for one in results_of_seeds(name))
        points.append(Trained(title, count_parameters(EXPERIMENTS[name].model), losses, role))
    few, _, many = (point.numbers for point in points)
    (before, before_2), (bare, bare_2), (skips, skips_2) = (point.losses for point in points)
    facts = {
        "numbers": many, "numbers_before": few, "times": many / few, "even": math.log(VOCABULARY), "before": before,
        "before_2": before_2, "bare": bare, "bare_2": bare_2, "skips": skips, "skips_2": skips_2,
        "gain": apart(bare, skips), "gain_2": apart(bare_2, skips_2), "by_numbers": apart(bare, before),
        "by_skips": apart(skips, bare), "by_both": apart(skips, before),
    }  # fmt: skip
    yield facts
    fair = [(0, 1, scene.plain("numbers_alone", facts)), (1, 2, scene.plain("skips_alone", facts))]
    ladder = [(0, 2, scene.plain("confounded", facts))]  # two things at once
    pictures = [
        picture(scene, figures.fair_test(points, arrows, frame.mode()), facts, template)
        for arrows, template in ((fair, "caption"), (ladder, "wrong"))
    ]
    swap(pictures, wrong_dial("wrong_confound", "compare as the ladder does"))
    rows: dict[str, Sequence[object]] = {
        "model": [EXPERIMENTS[name].title for name in FAIR], "learned numbers": [point.numbers for point in points],
        **{f"val loss, seed {seed}": [point.losses[i] for point in points]
           for i, seed in enumerate(EXPERIMENTS["blocks"].seeds)},
    }  # fmt: skip
    table(lambda: rows, key=scene.key)
    train_here(*FAIR, key=scene.key)


@scene("tra-6", code=[Block, GPTLanguageModel.operate])
def one_part_less(scene: Scene) -> Showing:
    """What the loss rises by without each part: trained again without it, or switched off in the trained GPT."""
    facts = loss_without()
    yield facts
    names = [scene.templates["again"], scene.templates["off"]]
    drag(
        [_trained_again(scene, facts), _switched_off(scene, facts)], key="taken", label="Without the part", names=names
    )
    explain(scene, facts, _rows_without)
    train_here("gpt", *WITHOUT.values(), key=scene.key)


def loss_without() -> Facts:
    """What is lost without each part, as people find it who subtract what is printed; how far another seed goes."""
    full, other = (one.val_loss for one in results_of_seeds("gpt"))
    rises = {part: apart(result(name).val_loss, full, 3) for part, name in WITHOUT.items()}
    seed = abs(apart(full, other, 3))
    off = [rise for rise, _ in inside_the_gpt().off["feed-forward"]]
    whole = EXPERIMENTS["gpt"]
    bare, skips = result("blocks-no-skip").val_loss, result("blocks").val_loss
    return {
        "full": full, "seed": seed, "forward": rises["without feed-forward"], "choice": rises["without choosing"],
        "skips": rises["without skips"], "norm": rises["without LayerNorm"], "projection": rises["without projection"],
        "heads": rises["with one head only"], "off_low": min(off), "off_high": max(off), "bare": apart(bare, skips),
        "forward_share": parts(whole.model)["feed-forward"] / count_parameters(whole.model),
        "least": min(rises, key=rises.__getitem__), "lowest": min(rises.values()), "all": len(rises),
        "small": sum(abs(rise) <= seed for rise in rises.values()),
        "layers": whole.model.n_layer, "steps": whole.train.max_steps, "rises": rises,
    }  # fmt: skip


def _trained_again(scene: Scene, facts: Facts) -> Picture:
    """A bar for each part that was missing while the model was trained."""
    rises: dict[str, float] = facts["rises"]
    order = sorted(rises, key=rises.__getitem__, reverse=True)
    bars = [RiseBar(part, rises[part], with_sign(rises[part], 3)) for part in order]
    note = scene.plain("of_gray", facts)
    drawing = rises_drawing(bars, frame.mode(), most=max(rises.values()), gray=facts["seed"], note=note)
    return picture(scene, drawing, facts)


def _switched_off(scene: Scene, facts: Facts) -> Picture:
    """A bar for each half of each block that was switched off in the trained GPT."""
    halves = [(half, block, *rise) for half, found in inside_the_gpt().off.items() for block, rise in enumerate(found)]
    bars = [
        RiseBar(scene.plain("half", {"half": half, "block": block}), rise, with_sign(rise), error)
        for half, block, rise, error in halves
    ]
    most = max(bar.rise + 2 * bar.error for bar in bars)
    drawing = rises_drawing(bars, frame.mode(), most=most, note=scene.templates["no_gray"])
    return picture(scene, drawing, facts, "caption_off")


def _rows_without() -> dict[str, Sequence[object]]:
    """Every model of the scene, how many numbers it learned, and its loss."""
    experiments = [EXPERIMENTS[name] for name in ("gpt", *WITHOUT.values())]
    return {
        "model": [one.title for one in experiments],
        "learned numbers": [count_parameters(one.model) for one in experiments],
        "val loss": [result(name).val_loss for name in ("gpt", *WITHOUT.values())],
    }


@scene("tra-7", code=[scale_factor])
def choosing(scene: Scene) -> Showing:
    """The loss place by place of models that choose and of models that only average, in two sizes of window.

    The longer window was trained with fewer steps; how far apart the two were after as many in the shorter one is said.
    """
    found = {T: [result(name) for name in pair] for T, pair in WINDOWS.items()}
    facts = choosing_facts()
    yield facts
    curves = [
        Curve(scene.plain("curve", {"what": what, "T": T}), one.by_position, role, dash="dash" if T > 8 else "solid")
        for T, pair in found.items()
        for what, role, one in zip(("chosen", "averaged"), ("gpt", "count"), pair, strict=True)
    ]
    every = [loss for curve in curves for loss in curve.losses]
    plot(scene, by_position(curves, frame.mode(), low=min(every) - AIR, high=max(every) + AIR), facts)
    long = max(WINDOWS)
    rows = {curve.name: [*curve.losses, *[None] * (long - len(curve.losses))] for curve in curves}
    table(lambda: {"position": range(long), **rows}, key=scene.key)
    train_here(*(name for pair in WINDOWS.values() for name in pair), key=scene.key)


def choosing_facts() -> Facts:
    """What choosing gains over averaging in the short and in the long window, and at the last position of each."""
    facts: dict[str, Any] = {}
    for size, (T, names) in zip(("short", "long"), WINDOWS.items(), strict=True):
        chosen, averaged = map(result, names)
        facts |= {
            size: T, f"chosen_{size}": chosen.val_loss, f"averaged_{size}": averaged.val_loss,
            f"difference_{size}": averaged.val_loss - chosen.val_loss,
            f"apart_{size}": apart(averaged.val_loss, chosen.val_loss, 3),
            f"last_{size}": averaged.by_position[-1] - chosen.by_position[-1],
            f"steps_{size}": EXPERIMENTS[names[0]].train.max_steps,
        }  # fmt: skip
    early = [dict(zip(one.steps, one.val, strict=True))[facts["steps_long"]] for one in map(result, WINDOWS[8])]
    return facts | {"difference_early": early[1] - early[0]}


@scene("tra-8", code=[loss_by_position, window_costs])
def place_by_place(scene: Scene) -> Showing:
    """The loss at each position of counted pairs, one head and the GPT: who is best without a past, and with all."""
    (floors, pairs), head, gpt = counted(), result("one-head").by_position, result("gpt").by_position
    above = sorted({number(apart(losses[0], pairs[0])) for losses in (head, gpt)})
    last, first = len(gpt) - 1, head[0] - head[1]
    facts = {
        "pairs_first": pairs[0], "head_first": head[0], "gpt_first": gpt[0], "pairs_last": pairs[last],
        "head_last": head[-1], "gpt_last": gpt[-1], "last": last, "above": " to ".join(above), "first": first,
        "later": apart(head[0], head[-1]) - round(first, 2),
    }  # fmt: skip
    yield facts
    curves = [Curve("pairs", pairs, "bigram"), Curve("one head", head, "head"), Curve("GPT", gpt, "gpt")]
    triples = floors["3-gram"].val
    low, high = min(*gpt, triples) - AIR, max(*head, *gpt) + AIR
    plot(scene, by_position(curves, frame.mode(), level=("counting triples", triples), low=low, high=high), facts)
    rows = {"position": range(len(gpt)), **{curve.name: curve.losses[: len(gpt)] for curve in curves}}
    table(lambda: rows, key=scene.key)
    train_here("one-head", "gpt", key=scene.key)

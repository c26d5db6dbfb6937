"""The scenes of lesson 6 that compare trained models: fair tests, one part less, and the loss place by place."""

import math
from collections.abc import Sequence
from contextlib import nullcontext

from tinygpt.gpt import Block, scale_factor
from tinygpt.lessons.measured import EXPERIMENTS, VOCABULARY, counted, result, results_of_seeds
from tinygpt.models import count_parameters
from tinygpt.plots.lessons import transformer as figures
from tinygpt.plots.lessons.positions import Curve, by_position
from tinygpt.plots.lessons.transformer import Trained
from tinygpt.spelling import number
from tinygpt.training.evaluation import loss_by_position, window_costs
from tinygpt.ui import frame
from tinygpt.ui.scene import Showing, choose, plot, scene, table, wrong_frame, wrong_switch
from tinygpt.ui.train.here import train_here
from tinygpt.words.storyboard import Scene, apart

FAIR = {  # an experiment, what it is called on the chart, and its hue
    "feed-forward": ("feed-forward", "heads"), "blocks-no-skip": ("three blocks,<br>no skips", "count"),
    "blocks": ("three blocks,<br>skips", "gpt"),
}  # fmt: skip
WITHOUT = {  # a part, and the experiment in which it is missing
    "LayerNorm": "blocks", "positions": "gpt-no-positions", "all but one block": "gpt-one-block",
    "choosing": "gpt-averaged", "skips": "gpt-no-skip",
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
    wrong = wrong_switch("wrong_confound", "compare as the ladder does")
    with wrong_frame("wrong_confound") if wrong else nullcontext():
        shown, changes = (points[::2], ["confounded"]) if wrong else (points, ["numbers_alone", "skips_alone"])
        arrows = [(i, i + 1, scene.plain(change, facts)) for i, change in enumerate(changes)]
        plot(scene, figures.fair_test(shown, arrows, frame.mode()), facts, "wrong" if wrong else "caption")
    rows: dict[str, Sequence[object]] = {
        "model": [EXPERIMENTS[name].title for name in FAIR], "learned numbers": [point.numbers for point in points],
        **{f"val loss, seed {seed}": [point.losses[i] for point in points]
           for i, seed in enumerate(EXPERIMENTS["blocks"].seeds)},
    }  # fmt: skip
    table(lambda: rows, key=scene.key)
    train_here(*FAIR, key=scene.key)


@scene("tra-6", code=[Block])
def one_part_less(scene: Scene) -> Showing:
    """What the loss rises by without each part, and how far another seed moves the whole."""
    full, other = (one.val_loss for one in results_of_seeds("gpt"))
    losses = {part: result(name).val_loss for part, name in WITHOUT.items()}
    rises = {part: apart(loss, full, 3) for part, loss in losses.items()}
    each = [
        scene.plain("one", {"part": part, "loss": losses[part], "rise": rises[part]})
        for part in sorted(rises, key=rises.__getitem__)
    ]
    seed = abs(full - other)
    facts = {
        "full": full, "seed": seed, "each": "; ".join(each), "positions": rises["positions"],
        "norm": rises["LayerNorm"], "skips": rises["skips"], "choice": rises["choosing"],
    }  # fmt: skip
    yield facts
    printed = {part: round(loss, 3) for part, loss in losses.items()}
    plot(scene, figures.missed(printed, round(full, 3), seed, frame.mode()), facts)
    experiments = {name: EXPERIMENTS[name] for name in ("gpt", *WITHOUT.values())}
    rows: dict[str, Sequence[object]] = {
        "model": [one.title for one in experiments.values()],
        "learned numbers": [count_parameters(one.model) for one in experiments.values()],
        "val loss": [full, *losses.values()],
    }
    table(lambda: rows, key=scene.key)
    train_here(*experiments, key=scene.key)


@scene("tra-7", code=[scale_factor])
def choosing(scene: Scene) -> Showing:
    """The loss place by place of a model that chooses and of one that only averages, in two sizes of window.

    The longer window was trained with fewer steps; how far apart the two were after as many in the shorter one is said.
    """
    found = {T: [result(name) for name in pair] for T, pair in WINDOWS.items()}
    steps = {T: EXPERIMENTS[chosen].train.max_steps for T, (chosen, _) in WINDOWS.items()}
    short, long = WINDOWS
    differences = {T: averaged.val_loss - chosen.val_loss for T, (chosen, averaged) in found.items()}
    early = [dict(zip(one.steps, one.val, strict=True))[steps[long]] for one in found[short]]
    asked = {
        "short": short, "long": long, "difference_short": differences[short], "difference_long": differences[long],
        "steps_short": steps[short], "steps_long": steps[long], "difference_early": early[1] - early[0],
    }  # fmt: skip
    yield asked
    T = choose("block_size", WINDOWS, short, key="context")
    chosen, averaged = found[T]
    facts = asked | {
        "T": T, "chosen": chosen.val_loss, "averaged": averaged.val_loss, "steps": steps[T],
        "difference": apart(averaged.val_loss, chosen.val_loss, 3),
        "last": averaged.by_position[-1] - chosen.by_position[-1],
    }  # fmt: skip
    every = [loss for pair in found.values() for one in pair for loss in one.by_position]  # one axis for both windows
    curves = [Curve("chosen", chosen.by_position, "gpt"), Curve("averaged", averaged.by_position, "count")]
    plot(scene, by_position(curves, frame.mode(), low=min(every) - AIR, high=max(every) + AIR), facts)
    table(lambda: {"position": range(T), **{curve.name: curve.losses for curve in curves}}, key=scene.key)
    train_here(*(name for pair in WINDOWS.values() for name in pair), key=scene.key)


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

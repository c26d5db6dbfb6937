"""The scenes of lesson 6 that compare trained models: fair tests, one part less, and the loss place by place."""

import math
from collections.abc import Mapping

import streamlit as st

from tinygpt.gpt import Block, scale_factor
from tinygpt.lessons.measured import EXPERIMENTS, VOCABULARY, counted, result
from tinygpt.models import count_parameters
from tinygpt.plots.lessons import transformer as figures
from tinygpt.plots.lessons.positions import Curve, by_position
from tinygpt.plots.lessons.transformer import Trained
from tinygpt.spelling import number
from tinygpt.training.evaluation import loss_by_position, window_costs
from tinygpt.ui import frame
from tinygpt.ui.scene import Showing, alt, look_for, scene, table, wrong_frame, wrong_switch
from tinygpt.ui.train.here import train_here
from tinygpt.words.storyboard import Facts, Scene, apart

BEFORE, BARE, SKIPS = "feed-forward", "blocks-no-skip", "blocks"
WITHOUT = {  # a part, and the experiment in which it is missing
    "LayerNorm": "blocks", "positions": "gpt-no-positions", "all but one block": "gpt-one-block",
    "choosing": "gpt-averaged", "skips": "gpt-no-skip",
}  # fmt: skip
WINDOWS = {8: ("gpt", "gpt-averaged"), 32: ("gpt-32", "gpt-averaged-32")}  # block_size: chosen, averaged
AIR = 0.1  # nats above and below the curves


def _both(name: str) -> tuple[float, ...]:
    """The val loss of an experiment with each of its seeds."""
    return tuple(result(name, seed).val_loss for seed in EXPERIMENTS[name].seeds)


def _numbers(name: str) -> int:
    return count_parameters(EXPERIMENTS[name].model)


# --- tra-5 -----------------------------------------------------------------------------------------------------------


@scene("tra-5", height=460)
def one_fair_test(scene: Scene) -> Showing:
    """Three models as places on a chart, and what changed between them."""
    facts = fair_facts()
    yield facts
    wrong = wrong_switch("wrong_confound", "compare as the ladder does")
    if wrong:
        with wrong_frame("wrong_confound"):
            arrows = [(0, 1, scene.plain("confounded", facts))]
            figure = figures.fair_test(_points(BEFORE, SKIPS), arrows, frame.mode())
            frame.show(figure, key=scene.key, alt=alt(scene, facts, "wrong"))
            look_for(scene, facts, "wrong")
    else:
        arrows = [(0, 1, scene.plain("numbers_alone", facts)), (1, 2, scene.plain("skips_alone", facts))]
        figure = figures.fair_test(_points(BEFORE, BARE, SKIPS), arrows, frame.mode())
        frame.show(figure, key=scene.key, alt=alt(scene, facts))
        look_for(scene, facts)
    table(lambda: _rows(BEFORE, BARE, SKIPS), key=scene.key)
    train_here(BEFORE, BARE, SKIPS, key=scene.key)


def _points(*names: str) -> list[Trained]:
    titles = {BEFORE: "feed-forward", BARE: "three blocks,<br>no skips", SKIPS: "three blocks,<br>skips"}
    roles = {BEFORE: "heads", BARE: "count", SKIPS: "gpt"}
    return [Trained(titles[name], _numbers(name), _both(name), roles[name]) for name in names]


def fair_facts() -> Facts:
    """What more numbers bring, and what skips bring at equal numbers; both with two seeds."""
    (z, z2), (a, a2), (b, b2) = _both(BEFORE), _both(BARE), _both(SKIPS)
    return {
        "numbers": _numbers(SKIPS), "numbers_before": _numbers(BEFORE), "times": _numbers(SKIPS) / _numbers(BEFORE),
        "before": z, "before_2": z2, "bare": a, "bare_2": a2, "skips": b, "skips_2": b2, "gain": apart(a, b),
        "gain_2": apart(a2, b2),
        "even": math.log(VOCABULARY), "by_numbers": apart(a, z), "by_skips": apart(b, a), "by_both": apart(b, z),
    }  # fmt: skip


def _rows(*names: str) -> dict[str, list[object]]:
    losses = [_both(name) for name in names]
    seeds = EXPERIMENTS[names[0]].seeds
    return {
        "model": [EXPERIMENTS[name].title for name in names], "learned numbers": [_numbers(name) for name in names],
        **{f"val loss, seed {seed}": [found[i] for found in losses] for i, seed in enumerate(seeds)},
    }  # fmt: skip


# --- tra-6 -----------------------------------------------------------------------------------------------------------


@scene("tra-6", height=420, code=[Block])
def one_part_less(scene: Scene) -> Showing:
    """What the loss rises by without each part."""
    facts = less_facts(scene)
    yield facts
    losses = {part: round(result(name).val_loss, 3) for part, name in WITHOUT.items()}  # as they are printed
    figure = figures.missed(losses, round(facts["full"], 3), facts["seed"], frame.mode())
    frame.show(figure, key=scene.key, alt=alt(scene, facts))
    look_for(scene, facts)
    names = ["gpt", *WITHOUT.values()]
    table(
        lambda: {
            "model": [EXPERIMENTS[name].title for name in names],
            "learned numbers": [_numbers(name) for name in names],
            "val loss": [result(name).val_loss for name in names],
        },
        key=scene.key,
    )
    train_here("gpt", *WITHOUT.values(), key=scene.key)


def less_facts(scene: Scene) -> Facts:
    """The loss without each part, and how far another seed moves the whole."""
    full, other = _both("gpt")
    rises = {part: apart(result(name).val_loss, full, 3) for part, name in WITHOUT.items()}
    each = [
        scene.plain("one", {"part": part, "loss": result(WITHOUT[part]).val_loss, "rise": rise})
        for part, rise in sorted(rises.items(), key=lambda pair: pair[1])
    ]
    return {
        "full": full, "seed": abs(full - other), "each": "; ".join(each), "positions": rises["positions"],
        "norm": rises["LayerNorm"], "skips": rises["skips"], "choice": rises["choosing"],
    }  # fmt: skip


# --- tra-7 -----------------------------------------------------------------------------------------------------------


@scene("tra-7", height=480, code=[scale_factor])
def choosing(scene: Scene) -> Showing:
    """The loss place by place of a model that chooses and of one that only averages, in two sizes of window."""
    differences = {T: result(averaged).val_loss - result(chosen).val_loss for T, (chosen, averaged) in WINDOWS.items()}
    short, long = WINDOWS
    facts: dict[str, object] = {
        "short": short, "long": long, "difference_short": differences[short],
        "difference_long": differences[long], **step_facts(),
    }  # fmt: skip
    yield facts
    T = st.segmented_control(
        "block_size", list(WINDOWS), default=short, required=True, key="context", bind="query-params"
    )
    facts.update(_window_facts(T))
    chosen, averaged = (result(name).by_position for name in WINDOWS[T])
    curves = [Curve("chosen", chosen, "gpt"), Curve("averaged", averaged, "count")]
    low, high = _range()
    frame.show(by_position(curves, frame.mode(), low=low, high=high), key=scene.key, alt=alt(scene, facts))
    look_for(scene, facts)
    table(lambda: {"position": range(T), "chosen": chosen, "averaged": averaged}, key=scene.key)
    train_here(*(name for pair in WINDOWS.values() for name in pair), key=scene.key)


def step_facts() -> dict[str, float]:
    """The longer window was trained with fewer steps: how many, and the shorter one's difference after as many."""
    (chosen, averaged), (long, _) = WINDOWS.values()
    steps, steps_long = (EXPERIMENTS[name].train.max_steps for name in (chosen, long))
    early = [dict(zip(found.steps, found.val, strict=True))[steps_long] for found in map(result, (chosen, averaged))]
    return {"steps_short": steps, "steps_long": steps_long, "difference_early": early[1] - early[0]}


def _window_facts(T: int) -> Mapping[str, object]:
    chosen, averaged = (result(name) for name in WINDOWS[T])
    return {
        "T": T, "chosen": chosen.val_loss, "averaged": averaged.val_loss,
        "difference": apart(averaged.val_loss, chosen.val_loss, 3),
        "steps": EXPERIMENTS[WINDOWS[T][0]].train.max_steps, "last": averaged.by_position[-1] - chosen.by_position[-1],
    }  # fmt: skip


def _range() -> tuple[float, float]:
    """The same axis for both windows, so that they can be compared."""
    losses = [loss for pair in WINDOWS.values() for name in pair for loss in result(name).by_position]
    return min(losses) - AIR, max(losses) + AIR


# --- tra-8 -----------------------------------------------------------------------------------------------------------


@scene("tra-8", height=440, code=[loss_by_position, window_costs])
def place_by_place(scene: Scene) -> Showing:
    """The loss at each position of counted pairs, one head and the GPT."""
    facts = place_facts()
    yield facts
    floors, pairs = counted()
    head, gpt = result("one-head").by_position, result("gpt").by_position
    curves = [Curve("pairs", pairs, "bigram"), Curve("one head", head, "head"), Curve("GPT", gpt, "gpt")]
    level = ("counting triples", floors["3-gram"].val)
    low, high = min(*gpt, level[1]) - AIR, max(*head, *gpt) + AIR
    figure = by_position(curves, frame.mode(), level=level, low=low, high=high)
    frame.show(figure, key=scene.key, alt=alt(scene, facts))
    look_for(scene, facts)
    table(
        lambda: {"position": range(len(gpt)), "pairs": pairs[: len(gpt)], "one head": head, "GPT": gpt}, key=scene.key
    )
    train_here("one-head", "gpt", key=scene.key)


def place_facts() -> Facts:
    """Who is best without a past, and who with all of it."""
    pairs, head, gpt = counted()[1], result("one-head").by_position, result("gpt").by_position
    above = sorted({number(apart(losses[0], pairs[0])) for losses in (head, gpt)})
    first = head[0] - head[1]
    return {
        "pairs_first": pairs[0], "head_first": head[0], "gpt_first": gpt[0], "pairs_last": pairs[len(gpt) - 1],
        "head_last": head[-1], "gpt_last": gpt[-1],
        "last": len(gpt) - 1, "above": " to ".join(above), "first": first,
        "later": apart(head[0], head[-1]) - round(first, 2),
    }  # fmt: skip

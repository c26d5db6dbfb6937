"""A click by hand; none in a curve that is bent one way, in noise, or in the lessons' runs, at whatever step."""

import math
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.corpus import load_corpus
from tinygpt.experiments.clicks import LEAST, MOST, STEEPER, Click, click_in, click_of
from tinygpt.experiments.curves import LossCurve
from tinygpt.lessons.measured import stored_lines
from tinygpt.training.loop import train
from tinygpt.training.presets import PRESETS
from tinygpt.training.state import Point

# A first fall, rest, and from 1,000 to 1,200 half a nat a look.
PLATEAU = [4.0, *[2.0] * 10, 1.5, *[1.0] * 4]
LESSONS = {name: line for name, line in stored_lines().items() if "val" in line}


def seen(losses: list[float], every: int = 100) -> Click | None:
    return click_in([every * n for n in range(len(losses))], losses)


def test_a_fall_from_a_plateau_by_hand():
    assert seen(PLATEAU) == (1_000, 1_200, 2.0, 1.0)
    assert seen(PLATEAU, every=7) == (70, 84, 2.0, 1.0)


def test_it_is_seen_while_it_falls():
    assert [seen(PLATEAU[:n]) for n in range(12)] == [None] * 12
    assert seen(PLATEAU[:12]) == (900, 1_100, 2.0, 1.5), "a single value may be low by chance: two are a stretch"
    assert seen(PLATEAU[:13]) == seen(PLATEAU[:14]) == (1_000, 1_200, 2.0, 1.0)


def test_the_first_fall_is_none_however_late_it_comes():
    assert seen([*[4.0] * 10, 3.0, *[2.0] * 4]) is None


@pytest.mark.parametrize(("fall", "clicks"), [(1.99, False), (2.01, True)])
def test_it_is_at_least_twice_as_steep_as_before(fall, clicks):
    """Before it a tenth of a nat a look; then `fall` times that."""
    assert STEEPER == 2
    slow = [4.0, *(2.0 - n / 10 for n in range(6))]
    assert (seen([*slow, 1.5 - fall / 10, 1.5 - fall / 5]) is not None) is clicks


@pytest.mark.parametrize(("fall", "clicks"), [(0.9 * LEAST, False), (1.1 * LEAST, True)])
def test_a_small_fall_is_not_worth_a_word(fall, clicks):
    assert (seen([4.0, *[2.0] * 10, 2.0 - fall / 2, *[2.0 - fall] * 3]) is not None) is clicks


@pytest.mark.parametrize(("fall", "clicks"), [(0.1, False), (0.5, True)])
def test_a_fall_must_be_more_than_the_jitter(fall, clicks):
    """Every second value lies 0.02 above the others; a single one then strays by more than 0.01."""
    steady = [4.0, *[2.0] * 10, 2.0 - fall / 2, *[2.0 - fall] * 5]
    assert (seen([loss + 0.02 * (n % 2) for n, loss in enumerate(steady)]) is not None) is clicks


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.lists(st.integers(1, 50), min_size=40, max_size=40))
def test_a_curve_that_falls_ever_more_slowly_has_none(rates, widths):
    """Whatever its rates, and however its values are spaced."""
    steps, losses = [0], [9.0]
    for rate, width in zip(sorted(rates, reverse=True), widths, strict=False):
        steps.append(steps[-1] + width)
        losses.append(losses[-1] - rate * width)
    assert click_in(steps, losses) is None


@given(st.integers(0, 10_000))
def test_noise_on_an_ordinary_curve_makes_none(seed):
    noise = 0.02 * torch.randn(30, generator=torch.Generator().manual_seed(seed))
    losses = [2 + 2 / (1 + n) + float(noise[n]) for n in range(30)]
    assert seen(losses) is None


def test_a_long_curve_is_thinned_and_its_click_is_found():
    losses = [4.0] + [2.0] * 599 + [2.0 - n / 200 for n in range(200)] + [1.0] * 200
    found = seen(losses, every=1)
    assert len(losses) > 8 * MOST
    assert found and found.start == pytest.approx(600, abs=9) and found.end == pytest.approx(800, abs=9)


def test_of_a_run_only_looks_at_val_count_and_no_end_of_other_windows():
    points = [Point(100 * n, 9.0, val, 1e-3, 0.0, 0) for n, val in enumerate(PLATEAU)]
    assert click_of(LossCurve("a", "it", "gpt", points)) == (1_000, 1_200, 2.0, 1.0)
    batches = [point._replace(loss=point.val or 0, val=None) for point in points]
    assert click_of(LossCurve("a", "it", "gpt", batches)) is None
    assert click_of(LossCurve("a", "it", "gpt", points[:12], max_steps=1_100)) is None, "its end is the final estimate"
    assert click_of(LossCurve("a", "it", "gpt", [p._replace(val=math.nan) for p in points])) is None
    assert click_of(LossCurve("a", "it", "gpt", [])) is None


@pytest.mark.parametrize("name", LESSONS)
def test_in_the_lessons_only_blocks_without_skips_click(name):
    """They rest at 3.1 for a thousand steps. In the others there is nothing to be seen, at whatever step one looks."""
    steps, losses = LESSONS[name]["steps"], LESSONS[name]["val"]
    found = [click_in(steps[:n], losses[:n]) for n in range(len(steps) + 1)]
    if name.startswith("blocks-no-skip"):
        assert found[-1] and 750 <= found[-1].start <= 1_000 and found[-1].end == 1_750
    else:
        assert found == [None] * len(found)


@pytest.mark.slow
@pytest.mark.trained
@pytest.mark.parametrize("seed", [1337, 1, 2])
@pytest.mark.parametrize("preset", ["bigram", "one-head"])
def test_no_small_model_clicks_on_the_plays(preset, seed):
    plays = load_corpus("shakespeare-plays")
    spec = PRESETS[preset].spec(plays.name, plays.tokenizer.vocab_size)
    spec = replace(spec, train=replace(spec.train, seed=seed, max_steps=2_000, eval_interval=66))
    points = list(train(spec, plays))
    assert [click_of(LossCurve("a", "it", preset, points[:n])) for n in (500, 1_000, 2_000)] == [None] * 3

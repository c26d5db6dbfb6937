"""A curve turns where val rises for good while training text does not: never by jitter, nor by long steps."""

import math
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.plots.losses.curves import points
from tinygpt.bigram import BigramConfig
from tinygpt.corpus import Corpus, load_corpus
from tinygpt.experiments.curves import LossCurve
from tinygpt.experiments.turning import LEAST, Turn, jitter, turn_of
from tinygpt.gpt import GPTConfig
from tinygpt.lessons.measured import EXPERIMENTS, result
from tinygpt.models import kind
from tinygpt.randomness import generator
from tinygpt.training.loop import train
from tinygpt.training.presets import PRESETS
from tinygpt.training.spec import LOOKS, RunSpec, TrainConfig


def falling(i: float) -> float:
    """A usual curve: from 4.2 to 2.5, most of it at once."""
    return 2.5 + 1.7 * math.exp(-i / 2)


def curve(vals, batches=None, *, final=None) -> LossCurve:
    """A curve with a look every 100 steps and a batch every 10; `final` is the long estimate of both at its end."""
    batches = batches or vals
    rows = [
        (100 * i + 10 * k, batches[i] + 0.05 * math.sin(7 * k), vals[i] if k == 0 else None)
        for i in range(len(vals))
        for k in range(10)
    ]
    if final:
        rows.append((100 * len(vals), *final))
    return LossCurve("a", "GPT", "gpt", points(rows), 100 * len(vals))


def test_a_curve_that_turns_says_where_and_how_far():
    vals = [3.93, 2.31, 2.28, 2.25, 2.35, 2.44, 2.54, 2.7, 2.83, 2.97]
    batches = [3.9, 2.5, 2.3, 2.1, 1.9, 1.7, 1.5, 1.3, 1.1, 0.9]
    step, lowest, now, train_loss = turn_of(curve(vals, batches))
    assert (step, lowest, now) == (300, 2.25, 2.97)
    assert train_loss == pytest.approx(0.9, abs=0.05)
    assert turn_of(curve(vals, batches, final=(0.57, 3.1))) == Turn(300, 2.25, 3.1, 0.57)


def test_while_it_trains_it_takes_three_looks_above_the_lowest():
    vals = [4.2, 3.1, 2.7, 2.6, 2.55, 2.52, 2.5, 2.75, 3.0, 3.25, 3.5]
    found = [len(looks) for n in range(1, 12) if turn_of(curve(looks := vals[:n], [4.2 - 0.3 * i for i in range(n)]))]
    assert found == [10, 11]


def test_a_curve_that_comes_back_has_not_turned():
    vals = [4.2, 3.0, 2.5, 2.7, 2.9, 3.0, 2.9, 2.6, 2.4]
    assert turn_of(curve(vals, [4.2 - 0.3 * i for i in range(9)])) is None


def test_the_long_estimate_alone_is_no_rise():
    vals = [falling(i) for i in range(30)]
    assert turn_of(curve(vals, final=(2.4, 2.9))) is None


def shaken(looks, size, seed) -> LossCurve:
    """A usual curve with jitter of this size on its looks."""
    noise = (torch.randn(looks, generator=generator(seed)) * size).tolist()
    return curve([falling(i) + noise[i] for i in range(looks)], [falling(i) for i in range(looks)])


@given(st.floats(0.0, 0.01), st.integers(5, 40), st.integers(0, 10_000))
def test_jitter_as_the_presets_have_it_never_makes_a_curve_turn(size, looks, seed):
    assert turn_of(shaken(looks, size, seed)) is None


def test_of_curves_with_ten_times_as_much_jitter_hardly_one_turns():
    turned = [seed for seed in range(300) if turn_of(shaken(30, 0.1, seed))]
    assert len(turned) <= 2, turned


@given(st.floats(0.0, 0.03), st.floats(0.6, 3.0), st.integers(5, 20), st.integers(0, 10_000))
def test_a_rise_far_beyond_the_jitter_is_always_found(size, rise, at, seed):
    noise = (torch.randn(30, generator=generator(seed)) * size).tolist()
    vals = [falling(i) + max(0, i - at) / (29 - at) * rise + noise[i] for i in range(30)]
    found = turn_of(curve(vals, [falling(i) - 0.05 * i for i in range(30)]))
    assert found and found.lowest == min(vals) == vals[found.step // 100] and found.now == vals[-1], (found, at)


def test_where_training_text_becomes_dearer_too_nothing_is_learned_by_heart():
    vals = [4.2, 3.0, 2.5, 2.4, 2.5, 2.6, 2.7, 2.8, 2.9, 3.0]
    assert turn_of(curve(vals, vals)) is None
    assert turn_of(curve(vals, [4.2, 3.0, 2.5, 2.4, 2.3, 2.2, 2.1, 2.0, 1.9, 1.8]))


@given(st.floats(0.001, 1.0), st.integers(0, 10_000))
def test_jitter_is_the_deviation_of_single_values_around_a_smooth_curve(size, seed):
    noise = torch.randn(4_000, generator=generator(seed)) * size
    assert jitter([3 - i / 4_000 + n for i, n in enumerate(noise.tolist())]) == pytest.approx(size, rel=0.25)
    assert jitter([1.0]) == jitter([1.0, 2.0]) == 0.0


# --- real runs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_no_run_of_the_lessons_on_the_lectures_text_turns(name):
    """Their looks are exact here, over all of val; the batches on the way were not stored."""
    for seed in EXPERIMENTS[name].seeds:
        found = result(name, seed)
        rows = [(step, 0.0, val) for step, val in zip(found.steps, found.val, strict=True)]
        assert turn_of(LossCurve("a", name, "head", points(rows))) is None, (seed, rows)


def trained(spec: RunSpec, corpus: Corpus) -> LossCurve:
    """A run as the page sees it, with a look every thirtieth of its steps."""
    looks = replace(spec.train, eval_interval=max(1, spec.train.max_steps // LOOKS))
    points = list(train(replace(spec, train=looks), corpus))
    return LossCurve("a", "it", kind(spec.model), points, spec.train.max_steps)


@pytest.mark.trained
@pytest.mark.parametrize("seed", [1337, 1])
@pytest.mark.parametrize("preset", ["bigram", "one-head", pytest.param("layer-norm", marks=pytest.mark.slow)])
def test_no_preset_turns_on_the_plays(preset, seed):
    """A tenth of its steps: over all of them the note of issue 10 has a table."""
    plays = load_corpus("shakespeare-plays")
    spec = PRESETS[preset].spec(plays.name, plays.tokenizer.vocab_size)
    spec = replace(spec, train=replace(spec.train, seed=seed, max_steps=spec.train.max_steps // 10))
    assert turn_of(trained(spec, plays)) is None


@pytest.mark.trained
@pytest.mark.parametrize("family", ["bigram", "gpt"])
def test_on_a_thousand_characters_every_model_learns_by_heart(family, margin):
    short = Corpus.from_text(load_corpus("shakespeare-plays").text[:1_000])
    V, rate = short.tokenizer.vocab_size, 3e-2 if family == "bigram" else 1e-2
    model = BigramConfig(V) if family == "bigram" else GPTConfig(V, n_embd=16, n_head=2, n_layer=1)
    turn = turn_of(trained(RunSpec(model, TrainConfig(max_steps=600, learning_rate=rate)), short))
    assert turn and 0 < turn.step < 300
    margin("rise", turn.now - turn.lowest, above=2 * LEAST)
    margin("training text below unseen text", turn.now - turn.train, above=0.5)

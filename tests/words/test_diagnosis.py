"""A diagnosis says what is wrong with the numbers of the run, and does not claim harm that is not there."""

from dataclasses import replace

import pytest

from tinygpt.corpus import Corpus
from tinygpt.gpt import GPTConfig
from tinygpt.inside.diagnosis import Case, Finding, diagnose
from tinygpt.models import build
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import Point
from tinygpt.words.diagnosis import HARMLESS, WORDS, diagnosis_words

TEXT = Corpus.from_text("to be or not to be that is the question " * 40)
SMALL = GPTConfig(TEXT.tokenizer.vocab_size, block_size=8, n_embd=16, n_head=1, n_layer=2, feed_forward=1)


def case(*, note: str = "", train: TrainConfig | None = None, **parts) -> Case:
    """An untrained model with something wrong: its numbers are there from the first."""
    spec = RunSpec(replace(SMALL, **parts), train or TrainConfig(), "text")
    points = [Point(step, 3.0 + (60.0 if step == 30 else 0.0), None, 1e-3, 0.0, 0) for step in range(60)]
    return Case(spec, TEXT, build(spec.model), points if note else (), 2.5, {"5-gram": 1.0}, note)


@pytest.mark.parametrize(
    ("name", "given", "says"),
    [
        ("no-mask", {"mask": False}, "of its weight on characters to come"),
        ("wrong-axis", {"softmax_dim": -2}, "Rows of weights should sum to 1"),
        ("no-positions", {"positions": "none"}, "the output of the first block moves by nothing at all"),
        ("no-residual", {"residual": False}, "of the gradient at the last layer reach the embeddings"),
        ("unscaled", {"scale": "none", "fixed_head_size": 256}, "more than 99% of their weight on one character"),
        (
            "learning-rate",
            {"note": "it diverged"},
            "began at 3.000 and leaped to 63.000 at step 30, and the run was given",
        ),
    ],
)
def test_each_diagnosis_has_its_evidence(name, given, says):
    found = {finding.name: finding for finding in diagnose(case(**given))}
    assert says in diagnosis_words(found[name])


def test_every_finding_has_words():
    assert WORDS.keys() == {"no-mask", "wrong-axis", "no-positions", "no-residual", "unscaled", "learning-rate"}


def test_harm_that_is_not_clear_is_not_claimed():
    found = Finding("no-positions", False, {"first_block": 0.5})
    assert diagnosis_words(found).startswith(HARMLESS)


def test_a_twin_is_named_with_its_loss():
    found = Finding("no-positions", True, {"first_block": 0.0, "val": 2.5, "twin_val": 2.1, "gap": 0.4})
    assert diagnosis_words(found).endswith("Val loss 2.50; the healthy twin has 2.10.")


def test_a_loss_that_ran_away_is_short():
    found = Finding("no-positions", True, {"first_block": 0.0, "val": 929_727.25, "twin_val": 2.1, "gap": 9e5})
    assert diagnosis_words(found).endswith("Val loss 929\u202f727; the healthy twin has 2.10.")


def test_steps_that_are_too_long_are_said_as_the_curve_shows_them():
    curve = {"rate": 0.1, "diverged": 0.0, "first": 4.2, "peak": 4.5, "peak_step": 3, "rise": 0.6, "last": 3.4,
             "guessing": 4.17, "leaps": 0.0, "rises": 1.0, "long": 0.0, "weights": 0.1}  # fmt: skip
    rises, neither = (Finding("learning-rate", True, curve | {"rises": how}) for how in (1.0, 0.0))
    assert "began at 4.200, fell, and then rose again by 0.60; guessing" in diagnosis_words(rises)
    assert "began at 4.200 and ended at 3.400; guessing" in diagnosis_words(neither)
    assert "By so much" not in diagnosis_words(rises)
    long = diagnosis_words(Finding("learning-rate", True, curve | {"long": 1.0}))
    assert (
        "is 1e-1. By so much a first step moves each weight, and the smallest of them are no larger than 0.10" in long
    )

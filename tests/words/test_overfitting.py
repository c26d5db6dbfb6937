"""What is said of a run that learns by heart, and what its two models are called."""

import math

import pytest

from tests.plots.losses.curves import points
from tinygpt.counting import Floor
from tinygpt.experiments.curves import LossCurve
from tinygpt.experiments.turning import Turn
from tinygpt.words.loss import curve_words
from tinygpt.words.overfitting import at_steps, by_heart_words, last_model, lowest_model, turn_words

VALUES = {"uniform": math.log(42), "1-gram": 2.93, "2-gram": 2.67, "3-gram": 2.473}  # of a text of 1,124 characters
FLOORS = {name: Floor(val, val) for name, val in VALUES.items()}
VALS = [3.93, 2.25, 2.54, 2.97, 3.2, 3.54, 3.6, 3.7, 3.75, 3.8]
TRAIN = [3.93, 2.1, 1.6, 1.3, 1.1, 0.9, 0.8, 0.7, 0.65, 0.6]


def run(looks=10, *, ended=True, kept=True, role="gpt"):
    """A GPT on that text: a look every 300 steps, and at step 3,000 the long estimates."""
    rows = list(zip(range(0, 300 * looks, 300), TRAIN, VALS, strict=False))
    rows += [(3_000, 0.57, 3.825)] if ended else []
    return LossCurve("a", "GPT", role, points(rows), 3_000, kept=kept)


def test_the_lowest_val_loss_the_rise_training_text_and_guessing_are_said():
    assert curve_words(run(), FLOORS, ended=True) == (
        "The thick line turns at step 300. GPT learned the training text by heart: val loss was lowest at "
        "step 300, 2.250, below triples, and rose by 1.58 after that, to 3.825, worse than guessing (3.74), while "
        "training text costs 0.570. The menu of the run has both models: this lowest one, and the last."
    )


def test_while_it_trains_it_is_said_as_well():
    words = curve_words(run(6, ended=False), FLOORS, ended=False)
    assert "GPT learns the training text by heart" in words and "has risen by 1.29 since, to 3.540, while" in words
    assert "guessing" not in words, "3.54 is below ln 42"


def test_the_guess_is_answered_after_it():
    assert curve_words(run(), FLOORS, ended=True, guess=2.3).endswith("Your guess was 2.30; it ended at 3.83.")


def test_of_models_that_nobody_kept_nothing_is_promised():
    assert "menu" not in curve_words(run(kept=False), FLOORS, ended=True)


def test_a_table_learns_pairs_by_heart():
    assert "GPT learned the pairs of the training text by heart" in curve_words(run(role="bigram"), FLOORS, ended=True)


def test_without_floors_the_turn_is_said_all_the_same():
    words = curve_words(run(), {}, ended=True)
    assert "lowest at step 300, 2.250, and rose by 1.58" in words and "guessing" not in words


@pytest.mark.parametrize("vals", [[4.2, 3.0, 2.6, 2.5, 2.45, 2.44], [4.2, 3.0]])
def test_of_a_curve_that_has_not_turned_nothing_is_said(vals):
    curve = LossCurve("a", "GPT", "gpt", points((100 * i, val, val) for i, val in enumerate(vals)), 1_000)
    assert turn_words(curve, VALUES, ended=False) == ""
    assert "by heart" not in curve_words(curve, FLOORS, ended=False)


def test_a_diverged_run_has_not_learned_by_heart():
    assert "by heart" not in curve_words(run(), FLOORS, ended=True, diverged=True)


def test_the_runs_of_a_variant_are_one_with_their_means():
    turns = [Turn(300, 2.0, 3.0, 0.5), Turn(500, 2.2, 3.4, 0.7)]
    words = by_heart_words("2 of 3 runs of GPT", turns, {"uniform": 3.9}, ended=True)
    assert words == (
        "2 of 3 runs of GPT learned the training text by heart: val loss was lowest between step 300 and 500, 2.100, "
        "and rose by 1.10 after that, to 3.200, while training text costs 0.600."
    )
    assert at_steps([7, 7]) == "at step 7"


def test_a_lowest_loss_is_held_against_floors_that_mean_something():
    few = {"uniform": 3.9, "1-gram": 2.9, "2-gram": 2.56, "3-gram": 2.7, "4-gram": 2.9, "5-gram": 3.4}
    above, below = (by_heart_words("GPT", [Turn(300, lowest, 3.0, 0.5)], few, ended=True) for lowest in (2.57, 2.5))
    assert "at step 300, 2.570, and rose" in above, "to be below a table that lost its way is no merit"
    assert "at step 300, 2.500, below pairs, and rose" in below


def test_which_of_two_models_is_meant():
    assert (lowest_model(300), last_model(3_000)) == ("lowest val loss, step 300", "last, step 3\u202f000")

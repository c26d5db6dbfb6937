"""What is said of one position, with vectors that can be reckoned by hand."""

import pytest
import torch

from tinygpt.gpt import GPTConfig
from tinygpt.inside.follow import Stage
from tinygpt.words import position as words


def stage(*values: float, part: str = "x") -> Stage:
    return Stage(part, None, torch.tensor(values))


def test_a_character_at_the_beginning_of_a_sentence_is_written_as_it_is():
    assert words.token_words("g", 45, stage(1.0, 3.0)).startswith("\u2018g\u2019 has the number 45")
    said = words.token_words(" ", 1, stage(1.0, 3.0))
    assert said.startswith("A space has") and "mean 2.00 and standard deviation 1.00" in said


def test_a_norm_says_both_sides():
    said = words.norm_words(stage(1.0, 3.0), stage(-1.0, 1.0))
    assert "mean 2.00 and standard deviation 1.00, after it 0.00 and 1.00" in said


def test_heads_say_where_they_look_and_which_adds_most():
    weights, adds = [stage(0.25, 0.75), stage(0.0, 0.0)], [stage(3.0, 4.0), stage(0.0, 0.0)]
    assert words.heads_words(weights, adds, "ab") == (
        "Head 0 looks most at \u2018b\u2019 at 1, with a weight of 0.75; head 1 hands nothing on, it is cut. "
        "What head 0 adds is longest: 5.00."
    )
    assert "longest" not in words.heads_words(weights[:1], adds[:1], "ab")
    many = words.heads_words([stage(0.5, 0.5)] * 4 + [stage(0.1, 0.9)], [stage(1.0, 0.0)] * 5, "ab")
    assert many.startswith("Head 4 looks most at \u2018b\u2019 at 1, with a weight of 0.90. ")


@pytest.mark.parametrize(("residual", "says"), [(True, "adds a vector"), (False, "in the place of what was there")])
def test_without_skips_nothing_is_added(residual, says):
    said = words.adds_words("Attention", stage(3.0, 4.0), stage(1.0, 3.0), GPTConfig(residual=residual))
    assert says in said and "length 5.00" in said and said.endswith("mean 2.00 and standard deviation 1.00.")


def test_units_that_are_all_off_have_no_strongest():
    assert (
        words.hidden_stage_words(stage(0.0, 2.0, 1.0))
        == "Of 3 hidden units 2 are on. The strongest is unit 1 with 2.00."
    )
    assert words.hidden_stage_words(stage(0.0, 0.0)) == "Of 2 hidden units 0 are on."


def test_a_guess_says_what_came_and_what_it_cost():
    chances = stage(0.25, 0.75)
    assert words.chances_words(chances, "ab", 0).endswith(
        "Really comes \u2018a\u2019, which had 0.25: that costs 1.39 nats."
    )
    assert words.chances_words(chances, "ab", None).endswith(
        "\u2018b\u2019 is likeliest with 0.75. Here the text ends."
    )

"""The speedrun is nanoGPT's recipe with its choices, and what each brings is measured for all of them."""

import math

import pytest

from tinygpt.training.speedrun import (
    ALL,
    INGREDIENTS,
    NANOGPT,
    SPEEDRUN,
    TARGET,
    USUAL,
    Reached,
    how_soon,
    nanogpt_with,
    recipes,
    speedrun_without,
)


def test_with_all_choices_nanogpt_s_recipe_is_the_speedrun_but_for_its_length():
    every = {name: value for ingredient in INGREDIENTS for name, value in ingredient.new.items()}
    length = {"max_steps": SPEEDRUN.train.max_steps, "eval_interval": SPEEDRUN.train.eval_interval}
    assert NANOGPT.with_settings(every | length) == SPEEDRUN


@pytest.mark.parametrize("ingredient", INGREDIENTS, ids=lambda ingredient: ingredient.title)
def test_a_choice_is_on_in_the_speedrun_and_off_without_it(ingredient):
    assert SPEEDRUN.with_settings(ingredient.new) == SPEEDRUN
    assert recipes()[speedrun_without(ingredient)] == SPEEDRUN.with_settings(ingredient.usual) != SPEEDRUN
    assert recipes()[nanogpt_with(ingredient)] == NANOGPT.with_settings(ingredient.new) != NANOGPT


def test_sooner_by_hand():
    """20 steps of price 2 take as long as 40 of price 1; of 100 that is 2.5 times sooner."""
    usual, ours = Reached([90, 100, 130], 1.0), Reached([10, 20, 30], 2.0)
    assert ours.sooner(usual) == 2.5 and usual.sooner(usual) == 1
    assert Reached([10, math.inf, math.inf], 1.0).sooner(usual) == 0


def test_every_recipe_was_measured_with_as_many_seeds():
    found = how_soon()
    assert found.keys() == recipes().keys()
    assert {len(one.steps) for one in found.values()} == {3} and found[USUAL].price == 1
    assert max(found[ALL].steps) <= SPEEDRUN.train.max_steps, f"the preset comes to {TARGET} with every seed"
    assert all(one.sooner(found[USUAL]) <= found[ALL].sooner(found[USUAL]) + 0.3 for one in found.values())

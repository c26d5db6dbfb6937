"""Exact filtering, on chains whose costs are known by hand."""

import math
from itertools import islice

import pytest

from tinygpt.languages.filtering import Move, costs


def first(n, start, moves):
    return list(islice(costs(start, moves), n))


def test_a_fair_coin_always_costs_ln_2():
    assert first(4, {(0,): 1.0}, lambda _: [Move("h", 0.5, (0,)), Move("t", 0.5, (0,))]) == pytest.approx(
        [math.log(2)] * 4
    )


def test_letters_that_are_alike_cost_their_number():
    assert first(3, {(0,): 1.0}, lambda _: [Move("letter", 1.0, (0,), 8)]) == pytest.approx([math.log(8)] * 3)


def test_an_unknown_phase_costs_once():
    """a, b, a, b ...: before the first letter the phase is unknown, after it nothing is."""
    assert first(3, {(0,): 0.5, (1,): 0.5}, lambda s: [Move("ab"[s[0]], 1.0, (1 - s[0],))]) == pytest.approx(
        [math.log(2), 0, 0]
    )


def test_a_phase_that_shows_late():
    """a, a, b: each phase is as likely. After "a" the next is a or b; after "aa" all is known, after "b" as well."""
    cycle = first(4, {(i,): 1 / 3 for i in range(3)}, lambda s: [Move("aab"[s[0]], 1.0, ((s[0] + 1) % 3,))])
    assert cycle == pytest.approx([math.log(3) - 2 / 3 * math.log(2), 2 / 3 * math.log(2), 0, 0])


def test_a_sign_must_stand_for_as_many_letters_in_every_state_of_a_belief():
    with pytest.raises(ValueError, match="'letter' stands for another number"):
        first(1, {(1,): 0.5, (2,): 0.5}, lambda s: [Move("letter", 1.0, s, s[0])])

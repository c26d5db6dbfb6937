"""What the time machine is given: places in a link, a click between moments, shares as they travel."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.pages.lab.inside_page import unpacked
from tinygpt.bigram import BigramConfig
from tinygpt.experiments.curves import LossCurve
from tinygpt.gpt import GPTConfig
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import Point
from tinygpt.ui.inside.moments import click_between
from tinygpt.ui.inside.picture import FULL, packed
from tinygpt.ui.inside.place import Place, read_place
from tinygpt.ui.inside.reading import MOST_BYTES, window_size

PLATEAU = [4.0, *[2.0] * 10, 1.5, *[1.0] * 4]  # it clicks from step 1,000 to 1,200


@pytest.mark.parametrize(
    ("link", "place"),
    [
        ("", Place("", -1, -1)), ("0.2,5,300", Place("0.2", 5, 300)), (",,40", Place("", -1, 40)),
        ("x,-1,1e3", Place("", -1, -1)), ("0.2.1,\u0663,9999999", Place("", -1, -1)),
    ],
)  # fmt: skip
def test_a_place_in_a_link(link, place):
    assert read_place(link) == place


@given(st.text())
def test_whatever_a_link_says_it_is_a_place(link):
    head, position, step = read_place(link)
    assert isinstance(head, str) and -1 <= position and -1 <= step


def curve(*vals: float) -> LossCurve:
    return LossCurve("r", "it", "gpt", [Point(100 * n, val, val, 1e-3, 0.0, 0) for n, val in enumerate(vals)])


def test_a_click_is_seen_between_the_moments_on_both_sides():
    found = click_between(curve(*PLATEAU), [0, 400, 900, 1_100, 1_300, 1_500])
    assert found and (found.before, found.after) == (900, 1_300) and found.stretch[:2] == (1_000, 1_200)
    assert click_between(curve(*PLATEAU), [1_100, 1_500]) is None, "nothing before it is left"
    assert click_between(curve(4.0, 3.0, 2.5, 2.2), [0, 300]) is None


@given(st.lists(st.floats(0, 1, width=32), max_size=30))
def test_shares_travel_within_half_a_step(shares):
    there = unpacked(packed(torch.tensor(shares))) if shares else torch.tensor([])
    torch.testing.assert_close(there, torch.tensor(shares), atol=0.6 / FULL, rtol=0)


def test_what_is_no_number_travels_as_nothing():
    assert unpacked(packed(torch.tensor([torch.nan, 2.0, -1.0]))).tolist() == [0.0, 1.0, 0.0]


@pytest.mark.parametrize("mask", [True, False])
@pytest.mark.parametrize("heads", [1, 8])
def test_windows_are_as_long_as_all_maps_can_travel(mask, heads):
    config = GPTConfig(65, block_size=128, n_embd=64, n_head=heads, n_layer=8, mask=mask)
    T = window_size(RunSpec(config, TrainConfig(max_steps=5_000)))
    assert T * (T + 1) / (2 if mask else 1) * 2 * 8 * heads * 10 <= MOST_BYTES * 1.05
    assert T == 128 or heads == 8
    assert window_size(RunSpec(BigramConfig(65), TrainConfig())) == 8

"""The drawings of a GPT that runs, read as strings: no pixels."""

import re

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.plots.lessons import transformer_stream as drawings
from tinygpt.plots.lessons.transformer_stream import Matrix, Stop
from tinygpt.plots.look import PALETTE

STOPS = [Stop("token embedding", None), Stop("LayerNorm", 0), Stop("heads", 0), Stop("projection", 0, True),
         Stop("LayerNorm", None), Stop("output layer", None)]  # fmt: skip
NUMBERS = Matrix("goes in", torch.tensor([[1.0, -1.0, 0.0], [0.5, 0.25, -0.123]]))


def texts(drawing: str) -> list[str]:
    return re.findall(r">([^<>]+)</text>", drawing)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_box_can_be_opened_and_only_what_adds_has_a_plus(mode):
    drawing = drawings.machine_on_a_wire(STOPS, mode)
    assert re.findall(r'data-stop="(\d+)"', drawing) == [str(n) for n in range(len(STOPS))]
    assert texts(drawing).count("+") == 1 and texts(drawing).count("block 0") == 1


def arrows_from_the_wire(stops: list[Stop]) -> int:
    """How many boxes read it: an arrow has a line and two sides, and so has that of each box that writes on it."""
    drawing = drawings.machine_on_a_wire(stops, "light")
    return len(re.findall(rf'<line x1="{drawings.WIRE + 3:.1f}"', drawing))


def test_a_box_reads_the_wire_where_the_one_above_has_written_on_it():
    bare = [stop for stop in STOPS if stop.name != "LayerNorm"]
    assert arrows_from_the_wire(STOPS) == arrows_from_the_wire(bare) == 2
    broken = [Stop("token embedding", None), Stop("heads", 0), Stop("output layer", None)]  # without a skip
    assert arrows_from_the_wire(broken) == 1
    assert arrows_from_the_wire([Stop("table", None), Stop("softmax", None)]) == 0


def test_an_opened_box_says_its_shape_and_keeps_a_line_for_the_first_numbers():
    drawing = drawings.opened([NUMBERS, NUMBERS], "ab", "light")
    assert texts(drawing).count("goes in (2, 3)") == 2
    assert drawing.count('class="row"') == drawing.count('class="first"') == 2
    assert drawings.first_numbers(NUMBERS, 1) == "row 1:  0.50  0.25  \u22120.12"


def test_tiles_of_one_tone_are_one_path_and_signs_have_different_ones():
    drawing = drawings.opened([NUMBERS], "ab", "light")
    tones = dict(re.findall(r'<path stroke="([^"]+)" d="([^"]+)"', drawing))
    stops = PALETTE["light"].diverging
    assert tones[stops[-1]] == "M0 0h.9" and tones[stops[0]] == "M1 0h.9"
    assert sum(way.count("M") for way in tones.values()) == 6


def test_a_vector_says_its_mean_and_its_spread():
    drawing = drawings.vector_bars(torch.tensor([1.0, 3.0]), "before", "dark", limit=3)
    assert "mean 2.00 (dashed), spread 1.00 (gray band)" in texts(drawing)


def test_numbers_above_zero_go_up_and_those_below_go_down():
    drawing = drawings.vector_bars(torch.tensor([2.0, -1.0, 0.0]), "vector", "light", limit=2)
    p, half = PALETTE["light"], drawings.HIGH / 2
    ways = dict(re.findall(r'<path fill="([^"]*)" d="([^"]*)"', drawing))
    heights = {tone: [float(v) for v in re.findall(r"v(-?[\d.]+)h", way)] for tone, way in ways.items()}
    assert heights == {p.blue: [-half, -0.8], p.ochre: [half / 2]}


def test_units_that_are_off_have_no_color_of_their_own():
    before = torch.linspace(-1, 1, 32)
    drawing = drawings.units(before, before.relu(), "hidden", "light")
    after = drawing[drawing.index("after it") :]
    assert PALETTE["light"].diverging[0] not in after and PALETTE["light"].diverging[-1] in after


@given(st.text(min_size=1, max_size=1))
def test_a_character_that_is_guessed_stays_text(c):
    assert re.sub(r"<[^<>]*>", "", drawings.likeliest_bars([(c, 0.5)], "dark")).count("<") == 0

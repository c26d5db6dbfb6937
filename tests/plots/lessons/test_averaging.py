"""The figures of the mathematical trick."""

import re

import pytest
import torch

from tinygpt.averaging import mean_by_loop, mean_by_tril, trick_matrices, tril_weights
from tinygpt.plots.lessons import averaging as figures
from tinygpt.plots.lessons.averaging_window import losses_bars, window
from tinygpt.plots.look import PALETTE, between, color
from tinygpt.randomness import generator

X = torch.randn(4, 8, 2, generator=generator(1337))


def test_the_matrix_of_averages_has_no_tile_in_the_future_and_says_its_shares():
    wei, x, p = tril_weights(8), X[0], PALETTE["light"]
    left, middle, right = figures.weighted_rows(wei, x, 2, [str(i) for i in range(8)], "light").split("</svg>")[:3]
    assert left.count("<rect") == 8 * 9 // 2 + 1  # the tiles, and the outline of the row
    assert left.count(">1/8<") == 8 and left.count(">1<") >= 1
    assert middle.count(">0.63<") == 1 and right.count(">\u22120.32<") == 1  # x[2], xbow[2]
    assert f'height="105.0" rx="2" fill="none" stroke="{p.ink}"' in middle, "rows 0 to 2 of x are outlined"
    assert f'height="35.0" rx="2" fill="none" stroke="{p.ink}"' in right, "and row 2 of xbow"


def test_the_table_outlines_what_is_averaged_and_the_mean():
    drawing = figures.means_table(X[0], mean_by_loop(X)[0], 2, [f"{c} {i}" for i, c in enumerate("First Ci")], "light")
    assert drawing.count(f'stroke="{PALETTE["light"].ink}"') == 2
    assert drawing.count('width="58.0" height="36.0"') == 2 * 2 * 3  # x and xbow, two channels, rows 0 to 2
    assert ">0.15<" in drawing and ">\u22120.32<" in drawing  # xbow[2]
    assert ">r 2<" in drawing


@pytest.mark.parametrize(("future", "read"), [(False, 3), (True, 8)])
def test_a_window_fills_what_is_read_and_frames_what_is_guessed(future, read):
    drawing = window("Cunning i", 2, "light", future=future)
    fill = between(PALETTE["light"].sequential, 0.14)
    assert drawing.count(f'height="44.0" rx="2" fill="{fill}"') == read
    frame = f'height="44.0" rx="2" fill="none" stroke="{color("scores", "light")}"'
    assert drawing.count(frame) == 1


def test_bars_of_a_loss_are_as_high_as_it_is():
    drawing = losses_bars({"one head": [1.6] * 8, "no mask": [3.2] * 8}, 7, "light")
    assert drawing.count('height="75.0"') == 8 and drawing.count('height="150.0"') == 8
    assert "one head: 1.60 at position 7" in drawing


def test_a_product_outlines_a_row_and_a_column_and_their_cell():
    b = torch.tensor([[2.0, 7], [6, 4], [6, 5]])
    drawing = figures.product(trick_matrices()["tril"], b, 1, 0, "dark")
    assert drawing.count(f'stroke="{PALETTE["dark"].ink}"') == 3
    assert ">8<" in drawing and ">11<" in drawing


def test_minus_infinity_is_written_without_a_tile_and_zero_on_one():
    masked = tril_weights(3).masked_fill(torch.ones(3, 3).triu(1).bool(), float("-inf"))
    drawing = figures.square(masked, "masked", "light")
    assert (drawing.count("<rect"), drawing.count(">\u2212\u221e<")) == (6, 3)
    drawing = figures.square(tril_weights(3), "averages", "light")
    assert (drawing.count("<rect"), drawing.count(">0<"), drawing.count(">1/3<")) == (9, 3, 3)


def test_what_is_no_fraction_is_written_in_digits():
    assert figures.square(torch.tensor([[0.28, 0.72], [0.5, 0.5]]), "softmax", "light").count(">.28<") == 1


def test_a_stage_prints_its_numbers_and_says_what_is_not_there():
    drawing = figures.softmax_stage([[1.0, None], [0.5, 0.5]], "light", empty="\u2212\u221e", sums=[1.0, 1.0])
    assert drawing.count(">.50<") == 2 and drawing.count(">1.000<") == 2 and drawing.count(">\u2212\u221e<") == 1
    assert drawing.count("<rect") == 3


def test_each_version_has_its_own_dash_and_name():
    figure = figures.times_chart([8, 16], {"loop": [400, 800], "product": [20, 22], "softmax": [21, 23]}, "light")
    assert len({trace.line.dash for trace in figure.data}) == 3
    assert [note.text for note in figure.layout.annotations] == ["<b>loop</b>", "<b>product</b>", "<b>softmax</b>"]
    places = sorted(note.y for note in figure.layout.annotations)
    assert places[1] - places[0] >= 0.279  # names that would lie on each other are moved apart


def test_unequal_bits_carry_a_cross_and_all_digits():
    loop, tril = mean_by_loop(X), mean_by_tril(X)
    drawing = figures.equal_cells(loop, tril, "light")
    assert drawing.count("\u2715") == int((loop != tril).sum()) > 0
    said = re.findall(r"<title>(-?\d\.\d{10}) and (-?\d\.\d{10})</title>", drawing)
    assert [float(one) for one, _ in said] == pytest.approx(loop.flatten().tolist(), abs=1e-9)


def test_bars_say_how_far_each_row_moves():
    drawing = figures.changes_bars(torch.tensor([0.5, 0.0]), ["F 0", "i 1"], "light")
    assert re.findall(">([^<>]+)</text>", drawing) == ["largest change", "0.50", "F 0", "0", "i 1", "row of xbow"]
    high, low = map(float, re.findall(r'height="([\d.]+)" rx="2"', drawing))
    assert (high, low) == (pytest.approx(104 / 1.15, abs=0.1), 1)

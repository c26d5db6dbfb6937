"""Drawings of a table step by step, read as the SVG that they are."""

import re

import pytest
import torch

from tinygpt.lessons.tables import pair_counts, worked_row
from tinygpt.plots.lessons import bigram_steps as drawings
from tinygpt.plots.look import PALETTE

LINE = list("First <i")
CHARS = sorted(set(LINE))


def texts(drawing: str) -> list[str]:
    return re.findall(r">([^<>]+)</text>", drawing)


def test_the_pointer_stands_on_a_pair_and_its_cell_gets_one_more():
    ids = torch.tensor([CHARS.index(c) for c in LINE])
    first, last = (
        drawings.counted_so_far(LINE, at, CHARS, pair_counts(ids[: at + 2], len(CHARS)), "light") for at in (0, 6)
    )
    assert texts(first).count("1") == 1 and texts(last).count("1") == 7
    assert "+1" in texts(first) and "&lt;" in texts(first)


def test_a_row_by_hand_prints_every_number_of_its_way():
    worked = worked_row(torch.tensor([0.5, -1.0, 2.0, 0.25, 1.0]), 1)
    drawing = drawings.row_by_hand(list("ab"), 0, worked, list("cead"), 1, "light")
    for digits in ("\u22121.0000", "0.3679", "7.3891", "the other 1", "13.4080"):
        assert digits in texts(drawing), digits
    assert "loss = \u2212ln 0.02744 = 3.5958" in texts(drawing)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_line_that_runs_is_marked_and_code_is_text(mode):
    html = drawings.lit_line(["a < b", "c()"], 0, mode)
    assert html.count(PALETTE[mode].tile) == 1 and "\u25b6 a &lt; b" in html
    assert "\u25b6" not in drawings.lit_line(["a < b", "c()"], None, mode)


def test_bars_go_to_the_side_of_their_sign():
    drawing = drawings.table_and_row(
        torch.eye(3), 1.0, 1, [("a", -0.03), ("b", 0.01)], ("<t>", "row"), "light", digits=4, came=[True, False]
    )
    assert "\u22120.0300" in texts(drawing) and "0.0100" in texts(drawing) and "&lt;t&gt;" in texts(drawing)
    below, above = (float(x) for x in re.findall(r'<rect x="([\d.]+)"[^>]*height="21\.8', drawing)) or (0, 0)
    assert below < above


def test_without_a_table_there_is_an_empty_frame():
    drawing = drawings.table_and_row(None, 1.0, 0, [], ("the gradient", "of a"), "dark", digits=4)
    assert "nothing" in texts(drawing) and "<image" not in drawing


def test_a_corner_of_a_table_shows_its_numbers():
    assert {"1.2", "\u22120.5", "0.0"} <= set(
        texts(drawings.random_corner(torch.tensor([[1.2, -0.5], [0.0, 2.0]]), "ab", "light"))
    )

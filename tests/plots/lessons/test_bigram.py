"""The figures of the bigram table, looked at through their data: no pixels of a screen."""

import base64
import io
import math
import re

import numpy
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tinygpt.lessons.tables import pair_counts, probabilities
from tinygpt.plots.lessons import bigram as figures
from tinygpt.plots.lessons import bigram_drawings as drawings
from tinygpt.plots.lessons.bigram_drawings import Floors, TableHistory
from tinygpt.plots.look import PALETTE

TEXT = "abracadabra <b>&"
CHARS = "".join(sorted(set(TEXT)))
COUNTS = pair_counts(torch.tensor([CHARS.index(c) for c in TEXT]), len(CHARS))
P = probabilities(COUNTS)
A = CHARS.index("a")
PROGRESS = TableHistory([0, 10, 100], [4.6, 3.0, 2.5], [2.1, 0.5, 0.01])


def picture(drawing: str) -> list[list[int]]:
    """The numbers of colors in the PNG of a drawing."""
    (blob,) = (base64.b64decode(found) for found in re.findall(r"data:image/png;base64,([^\"]+)", drawing))
    image = Image.open(io.BytesIO(blob))
    assert (image.mode, image.info["transparency"]) == ("P", 0)
    return numpy.array(image).tolist()


def test_a_row_as_bars_the_likeliest_on_top():
    figure = figures.next_bars(P[A], COUNTS[A], CHARS, "light")
    (bars,), axis = figure.data, figure.layout.yaxis
    assert list(bars.x) == sorted(bars.x, reverse=True)
    assert bars.customdata[0] == "\u2018b\u2019: 2 times, 0.400" and bars.text[0] == "0.40"
    assert ">b<" in axis.ticktext[0] and axis.range[0] > axis.range[1]
    assert tuple(figure.layout.xaxis.range) == (0, 1)


def test_a_row_says_which_and_what_was_guessed_of_it():
    plain = figures.next_bars(P[A], COUNTS[A], CHARS, "light", after="<a>")
    assert [note.text for note in plain.layout.annotations] == ["<b>after &lt;a&gt;</b>"] and not plain.layout.shapes
    guessed = figures.next_bars(P[A], COUNTS[A], CHARS, "light", guessed=0.9)
    assert [shape.x0 for shape in guessed.layout.shapes] == [0.9]
    assert [note.text for note in guessed.layout.annotations] == ["your guess"]


def test_the_scale_says_which_color_is_how_likely():
    scale = drawings.color_scale("light")
    assert re.findall(r">([\d.]+)</text>", scale) == ["0", "0.01", "0.1", "0.25", "0.5", "1"]
    assert scale.index(PALETTE["light"].sequential[0]) < scale.index(PALETTE["light"].sequential[-1])


def test_every_random_table_is_a_dot_near_its_loss():
    losses = [4.6, 4.601, 4.7, 4.72]
    drawing = figures.random_tables(losses, 2, math.log(65), "dark")
    dots = re.findall(r'<svg x="([\d.]+)%" y="([\d.]+)"[^>]*><circle[^>]*><title>a random table: ([\d.]+)', drawing)
    assert [float(loss) for *_, loss in dots] == losses
    low, high = math.log(65) - 0.05, 4.72 + 0.12
    places = [low + float(x) / 100 * (high - low) for x, *_ in dots]
    assert all(abs(place - loss) <= figures.DOT for place, loss in zip(places, losses, strict=True))
    heights = [float(y) for _, y, _ in dots]
    assert heights[0] == heights[2] == heights[3] > heights[1], "what would overlap is piled up"
    assert drawing.count("<polygon") == 1 and "this table 4.700" in drawing


def test_the_name_of_a_table_stays_inside_the_chart():
    left, right = (figures.random_tables([4.4, 5.5], n, 4.2, "light") for n in (0, 1))
    assert (
        'text-anchor="start"' in left.split("this table")[-2] and 'text-anchor="end"' in right.split("this table")[-2]
    )


def test_rare_rows_are_marked_by_their_characters():
    figure = figures.rare_rows([1, 153_275], [4.62, 0.0034], "$ ", "light")
    (marks,) = figure.data
    assert ">$<" in marks.text[0] and "\u00b7" in marks.text[1]
    assert marks.customdata[1] == "a space: 153\u202f275 times, off by 0.0034"
    assert figure.layout.xaxis.type == figure.layout.yaxis.type == "log"


def test_no_two_characters_of_rare_rows_lie_on_each_other():
    times, far = [1, 1, 1_000, 1_001, 90_000], [4.0, 0.5, 0.2, 0.2001, 0.003]
    (marks,) = figures.rare_rows(times, far, "abcde", "light").data
    assert [bool(text) for text in marks.text] == [True, True, True, False, True]
    assert [size > 0 for size in marks.marker.size] == [False, False, False, True, False]  # a dot instead
    assert len(marks.customdata) == 5


def test_two_contexts_have_the_same_bigram_bars_and_other_triples():
    pair, first, second = torch.tensor([0.5, 0.5]), torch.tensor([0.9, 0.1]), torch.tensor([0.2, 0.8])
    figure = figures.two_contexts(["in", "an"], [pair, pair], [first, second], [0, 1], "gd", "light")
    pairs, triples = figure.data[::2], figure.data[1::2]
    assert list(pairs[0].x) == list(pairs[1].x) and list(triples[0].x) != list(triples[1].x)
    assert all(bars.marker.pattern.shape == "/" for bars in triples)  # not by color alone
    assert figure.layout.showlegend and [bars.name for bars in figure.data if bars.showlegend] == [
        "counts of pairs", "counts of triples",
    ]  # fmt: skip


def test_a_table_is_a_picture_with_a_pixel_a_pair():
    drawing = drawings.table_tiles(P, "the <counts>", "light", empty=COUNTS == 0)
    pixels = picture(drawing)
    assert len(pixels) == len(pixels[0]) == len(CHARS)
    assert all((pixel == 0) == (n == 0) for row, ns in zip(pixels, COUNTS.tolist(), strict=True)
               for pixel, n in zip(row, ns, strict=True))  # fmt: skip
    assert "the &lt;counts&gt;" in drawing


def test_shades_are_square_roots_from_0_to_1():
    row = torch.tensor([[0.0, 0.25, 1.0]] * 3)
    assert picture(drawings.table_tiles(row, "", "light"))[0] == [1, 128, 255]


def test_the_marked_place_says_its_number():
    for at, (kl, loss) in enumerate([("2.100", "4.600"), ("0.500", "3.000"), ("0.010", "2.500")]):
        assert kl in drawings.kl_curve(PROGRESS, 100, at, "light", goal=0.05)
        floors = Floors(2.45, 2.48, 4.17)
        assert loss in drawings.loss_curve(PROGRESS, 100, at, "light", floors=floors)


def test_without_smoothing_the_floor_leaves_the_chart():
    kept, gone = (
        drawings.loss_curve(PROGRESS, 100, 0, "light", floors=Floors(2.45, val, 4.17)) for val in (2.482, math.inf)
    )
    assert "hidden: 2.482" in kept and "\u221e" not in kept
    assert "\u2191 \u221e" in gone


def test_batches_are_a_cloud():
    floors, gray = Floors(2.45, 2.48, 4.17), f'fill="{PALETTE["light"].gray}"'
    with_, without = (
        drawings.loss_curve(PROGRESS, 100, 0, "light", floors=floors, batches=batches).count(gray)
        for batches in ([(5, 3.0), (50, 2.0)], ())
    )
    assert with_ - without == 2


@pytest.mark.parametrize("kl", [[0.0], [math.inf, 0.0], [-1e-16, 1e-9, 3.0]])
def test_curves_hold_whatever_comes(kl):
    steps = list(range(len(kl)))
    progress = TableHistory(steps, [1 + k for k in kl], kl)
    for drawing in (
        drawings.kl_curve(progress, 1, 0, "light", goal=0.05),
        drawings.loss_curve(progress, 1, 0, "dark", floors=Floors(0.0, math.nan, 0.0)),
    ):
        assert 'x="nan"' not in drawing and "inf" not in drawing and 'y="nan"' not in drawing


def test_what_costs_infinity_has_no_place_on_a_curve():
    progress = TableHistory([0, 10, 100], [4.6, 3.0, math.inf], [2.1, 0.5, math.inf])
    drawing = drawings.loss_curve(progress, 100, 2, "light", floors=Floors(2.45, 2.48, 4.17))
    assert "\u2191 \u221e" in drawing and drawing.count('r="3.5"') == 2 and 'r="7"' not in drawing


def test_what_agrees_is_marked_and_counted():
    html = drawings.written_lines([("before", "a\nx<"), ("the counts", "a\ny<")], "light")
    assert "3 of 4 agree" in html
    assert html.count("<b><u>") == 3 and "<b><u>&lt;</u></b>" in html and "\u00b6" in html


def test_bars_of_a_temperature_keep_their_order():
    row = torch.tensor([0.1, 0.7, 0.2])
    drawing = drawings.row_at_temperature(row, [2, 0, 1], "ab ", "light")
    assert [found for found in ("0.20", "0.10", "0.70")] == re.findall(r"0\.\d\d(?=</text>)", drawing)


@given(st.text(min_size=1, max_size=40))
def test_any_text_can_be_shown(text):
    chars = "".join(sorted(set(text)))
    counts = pair_counts(torch.tensor([chars.index(c) for c in text]), len(chars))
    shares, times = probabilities(counts), counts.sum(dim=1) + 1
    assert len(figures.next_bars(shares[0], counts[0], chars, "light").data) == 1
    assert figures.rare_rows(times.tolist(), times.tolist(), chars, "light").data
    assert len(picture(drawings.table_tiles(shares, text, "light"))) == len(chars)
    assert "<script" not in drawings.written_lines([(text, text), (text, text)], "light")
    assert drawings.sample_line(text, "dark")


@pytest.mark.parametrize("times", [(1, 15_000), (13_200, 27_400), (7, 7), (1, 3)])
def test_the_axis_of_rare_rows_always_has_numbers(times):
    figure = figures.rare_rows(times, [0.5] * len(times), "ab", "light")
    ticks = [tick for tick in figure.layout.xaxis.tickvals if min(times) <= tick <= max(times)]
    assert len(ticks) >= min(2, len(set(times)))

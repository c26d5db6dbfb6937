"""The figures of the scaling lesson, looked at through their data: no pixels."""

import math
import re

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.plots.lessons import scaling as figures
from tinygpt.plots.lessons import scaling_drawings as drawings
from tinygpt.plots.lessons.scaling_weights import Plane, frozen, multiplied, ten_to, weight_bars
from tinygpt.plots.look import PALETTE, color
from tinygpt.variance import Spread, softmax_of

SIZES = (4, 16, 64)
PLAIN = [Spread(size, 0.8 * size, 1.2 * size) for size in SIZES]
DIVIDED = [Spread(1.0, 0.8, 1.2)] * 3
VARIANCES = {"scores": PLAIN, "scaled": DIVIDED}
ROWS = {"scores": [0.0, 0.8, 0.2], "scaled": [0.3, 0.4, 0.3]}
SCORES, FACTORS = (0.1, -0.2, 0.5), (0.0, 1.0, 100.0)


def sharpening(at: int, **change) -> str:
    rows = change.get("rows", ROWS)
    return drawings.sharpening(SIZES, VARIANCES, rows, change.get("characters", "a b"), "light", at=at)


def texts(drawing: str) -> list[str]:
    return re.findall(r">([^<>]+)</text>", drawing)


def annotations(figure) -> str:
    return " ".join(note.text for note in figure.layout.annotations)


# --- what follows the finger -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("at", "reading"), [(0, "4.0"), (1, "16.0"), (2, "64.0")])
def test_the_cursor_reads_the_variance_at_its_head_size(at, reading):
    shown = texts(sharpening(at))
    assert reading in shown and "1.00" in shown
    assert "0.80" in shown and "0.40" in shown  # the largest weight of each row


def test_the_same_place_of_the_cursor_and_of_its_marks():
    drawing = sharpening(1)
    x = Plane(256, 2, 6, 0, 1).x(4)  # log2 of 4, 64 and 16
    assert f'x1="{x:.1f}"' in drawing and drawing.count(f'cx="{x:.1f}"') == 4  # a dot and a mark on each line


def test_a_space_has_a_stand_in_and_markup_stays_text():
    assert "\u00b7" in texts(sharpening(0))
    drawing = sharpening(0, characters="<&>")
    assert "&lt;" in texts(drawing) and "&amp;" in texts(drawing)


def test_theory_is_dotted_and_the_band_has_both_ends():
    drawing = sharpening(0)
    assert drawing.count("stroke-dasharray") == 2
    (band, _) = re.findall(r'<polygon points="([^"]+)"', drawing)
    assert len(band.split()) == 2 * len(SIZES)


def test_a_weight_thinner_than_a_hair_is_not_drawn():
    bars = weight_bars([0.0, 1e-9, 1.0], "abc", "weights", "w", "light")
    assert bars.count("<rect") == 1 and "1.00" in texts(bars)


def test_the_five_bars_and_how_many_characters_they_look_at():
    weights = softmax_of(torch.tensor(SCORES), 1.0).tolist()
    drawing = multiplied(weights, SCORES, FACTORS, [3.0, 2.9, 1.0], "dark", at=1)
    assert "2.90" in texts(drawing) and "softmax of 1 \u00d7 score" in texts(drawing)
    assert "\u22120.2" in texts(drawing)  # a true minus sign


def test_a_gradient_of_0_gets_a_ring_because_a_log_scale_has_no_place_for_it():
    lost = frozen([0, 0, 1], SCORES, FACTORS, [0.2, 0.2, 2e-9], [0.6, 0.6, 4e-9], [0.2, 0.2, 0], "light", at=2)
    kept = frozen([0, 0, 1], SCORES, FACTORS, [0.2, 0.2, 2e-9], [0.6, 0.6, 4e-9], [0.2, 0.2, 1e-9], "light", at=2)
    assert lost.count("<circle") == kept.count("<circle") + 1
    assert "10\u207b\u2078" in texts(lost)


@given(st.integers(-300, 300))
def test_powers_of_ten_are_written_with_raised_digits(power):
    raised = ten_to(power).removeprefix("10")
    back = raised.translate(
        str.maketrans("\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079", "-0123456789")
    )
    assert int(back) == power


# --- what stays in place ---------------------------------------------------------------------------------------------


def test_a_histogram_has_a_bar_for_what_occurs_and_says_its_spread():
    scores = torch.tensor([-4.0, 4.0, -4.0, 4.0])
    drawing = drawings.histograms(scores, scores / 4, 16, 2.0, "light")
    assert drawing.count(f'fill="{color("scaled", "light")}"') == 2  # two different scores, divided
    assert drawing.count(f'stroke="{color("scores", "light")}"') == 2
    assert f"spread {scores.std():.2f}" in drawing and f"spread {scores.std() / 4:.2f}" in drawing
    assert "\u00f7 \u221a16" in drawing


def spread_marks(drawing: str) -> list[tuple[float, float]]:
    """From where to where the lines over the two histograms go, in px."""
    ends = re.findall(r'<line x1="([\d.]+)"[^>]*x2="([\d.]+)"[^>]*stroke-width="3"', drawing)
    return [(float(first), float(last)) for first, last in ends]


def test_a_wider_draw_is_wider_in_the_picture():
    """One axis for every head_size: what the sentence says can be seen."""
    scores = torch.linspace(-1, 1, 9)
    narrow, wide = (drawings.histograms(scores * k, scores, k * k, 8.0, "light") for k in (1, 8))
    (before, divided_before), (after, divided_after) = spread_marks(narrow), spread_marks(wide)
    assert after[1] - after[0] == pytest.approx(8 * (before[1] - before[0]), abs=1)
    assert divided_before == divided_after


def test_words_and_bars_of_the_two_histograms_keep_apart():
    scores = torch.linspace(-1, 1, 9)
    drawing = drawings.histograms(scores, scores, 1, 1.0, "light")  # as wide as the drawing
    heights = {text: float(y) for y, text in re.findall(r'<text x="[^"]+" y="([\d.]+)"[^>]*>([^<]+)<', drawing)}
    spread = max(y for text, y in heights.items() if text.startswith("spread"))
    assert abs(heights["q\u00b7k"] - heights["q\u00b7k \u00f7 \u221a1"]) > 100 < spread


@pytest.mark.parametrize(("limit", "marks"), [(80, [50]), (18.4, [10]), (0.9, [0.5]), (6.5, [5]), (41, [20, 40])])
def test_an_axis_is_marked_with_round_numbers(limit, marks):
    assert drawings.round_numbers(limit) == pytest.approx(marks)


@pytest.mark.parametrize("draw", [figures.saturated_rows, figures.passed_on])
def test_plain_is_ochre_and_solid_divided_teal_and_dashed(draw):
    figure = draw(SIZES, {"scores": [0.0, 0.1, 0.4], "scaled": [0.0, 0.0, 0.0]}, "light")
    plain, divided = figure.data
    assert (plain.line.color, plain.line.dash) == (color("scores", "light"), "solid")
    assert (divided.line.color, divided.line.dash) == (color("scaled", "light"), "dash")
    assert list(plain.y) == [0.0, 0.1, 0.4] and list(plain.x) == list(SIZES)
    assert "q\u00b7k" in annotations(figure)


def test_head_sizes_stand_where_their_logarithm_is():
    axis = figures.mean_score(SIZES, [1, 4, 16], "light").layout.xaxis
    assert axis.type == "log" and list(axis.ticktext) == ["4", "16", "64"]
    many = figures.mean_score([2**i for i in range(11)], [0.0] * 11, "light").layout.xaxis
    assert list(many.ticktext) == ["1", "4", "16", "64", "256", "1024"]


def test_the_wrong_dice_are_named_beside_the_1_that_was_promised():
    wrong = figures.variance_of_scaled(SIZES, [Spread(0.0486, 0.04, 0.06)] * 3, "light", right=False)
    assert "0.05" in annotations(wrong) and "promises" in annotations(wrong)
    assert "promises" not in annotations(figures.variance_of_scaled(SIZES, DIVIDED, "light", right=True))
    assert wrong.data[0].error_y.array[0] == pytest.approx(0.0114)


def test_only_the_chosen_way_to_scale_is_in_bold():
    values = {scale: [0.5, 0.5, 0.5] for scale in figures.SHORT}
    for draw in (figures.variance_by_scale, figures.largest_by_scale):
        figure = draw(SIZES, values, "none", "light")
        widths = [line.line.width for line in figure.data]
        assert widths == [4, 1.5, 1.5, 1.5]
        assert "<b>not divided</b>" in annotations(figure) and "<b>\u00f7 \u221an_embd</b>" not in annotations(figure)


def test_a_line_through_the_first_seed_and_rings_for_the_others():
    losses = {"scaled": [[2.6, 2.59], [2.4, 2.41], [2.4, 2.42]], "scores": [[2.6, 2.61], [2.45, 2.44], [2.5, 2.51]]}
    figure = figures.trained(SIZES, losses, 2.482, "light", chosen=16)
    assert list(figure.data[0].y) == [2.6, 2.4, 2.4]
    assert list(figure.data[1].y) == [2.59, 2.41, 2.42] and figure.data[1].marker.symbol == "circle-open"
    assert "counting pairs 2.482" in annotations(figure) and "2.500" in annotations(figure)
    low, high = figure.layout.yaxis.range
    assert low < 2.4 and high > 2.61


def test_how_many_characters_a_row_looks_at_while_it_is_trained():
    figure = figures.looking([0, 100], {"scaled": [7.0, 2.0], "scores": [4.0, 1.0]}, 8, "dark")
    assert [list(line.y) for line in figure.data] == [[7.0, 2.0], [4.0, 1.0]]
    assert figure.layout.yaxis.range[1] == 8 and "1.00" in annotations(figure)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_text_has_the_color_of_its_appearance(mode):
    tones = re.findall(r'<text [^>]*fill="(#\w+)"', drawings.sharpening(SIZES, VARIANCES, ROWS, "abc", mode, at=1))
    p = PALETTE[mode]
    assert set(tones) <= {p.ink, p.muted, *p.label.values()}


def test_log_axes_are_given_logarithms():
    figure = figures.variance_by_scale(SIZES, {"none": [4.0, 16.0, 64.0]}, "none", "light")
    name = next(note for note in figure.layout.annotations if "not divided" in note.text)
    assert (name.x, name.y) == pytest.approx((math.log10(4), math.log10(4)))

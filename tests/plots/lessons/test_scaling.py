"""The figures of the scaling lesson, looked at through their data: no pixels."""

import math
import re

import pytest
import torch

from tinygpt.plots.lessons import scaling as figures
from tinygpt.plots.lessons import scaling_drawings as drawings
from tinygpt.plots.lessons import scaling_walks
from tinygpt.plots.lessons.scaling_weights import FactorGuess, Multiplied, Plane, multiplied, weight_bars
from tinygpt.plots.look import PALETTE, color
from tinygpt.variance import Spread, softmax_of

SIZES = (4, 16, 64)
PLAIN = [Spread(size, 0.8 * size, 1.2 * size) for size in SIZES]
DIVIDED = [Spread(1.0, 0.8, 1.2)] * 3
VARIANCES = {"scores": PLAIN, "scaled": DIVIDED}
ROWS = {"scores": [0.0, 0.8, 0.2], "scaled": [0.3, 0.4, 0.3]}
SCORES, FACTORS = (0.1, -0.2, 0.5), (0.0, 1.0, 100.0)
DRAW = drawings.DrawnScores(torch.tensor([-4.0, 4.0, -4.0, 4.0]), torch.tensor([-1.0, 1.0, -1.0, 1.0]))
FOUND = Multiplied(
    FACTORS, [softmax_of(torch.tensor(SCORES), factor).tolist() for factor in FACTORS], effective=[3.0, 2.9, 1.0],
    winner=[0.2, 0.2, 2e-9], computed=[0.2, 0.2, 0.0],
)  # fmt: skip


def sharpening(at: int, **change) -> str:
    more = {"draw": DRAW, "guess": change.get("guess")}
    return drawings.sharpening(SIZES, VARIANCES, ROWS, change.get("characters", "a b"), "light", at=at, **more)


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
    x = Plane(130, 2, 6, 0, 1).x(4)  # log2 of 4, 64 and 16
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
    shown = texts(multiplied(FOUND, SCORES, "dark", at=1, moving=False))
    assert "2.90" in shown and "softmax of 1 \u00d7 score" in shown and "factor (not to scale)" in shown
    assert "\u22120.2" in shown  # a true minus sign
    assert [f"{w:.4f}" for w in FOUND.weights[1]] == [text for text in shown if re.fullmatch(r"0\.\d{4}", text)]


def test_a_small_weight_has_the_digits_that_torch_prints():
    shown = texts(multiplied(FOUND, SCORES, "light", at=2, moving=False))
    assert "4.2484\u00b710\u207b\u00b9\u2078" in shown and "1.0000" in shown


def test_how_far_the_winner_moves_waits_for_its_question():
    waits, shows = (texts(multiplied(FOUND, SCORES, "light", at=2, moving=moving)) for moving in (False, True))
    assert "how far the winner moves" in set(shows) - set(waits)
    assert {"10\u207b\u00b9\u2070", "0 in 32 bits"} <= set(shows) - set(waits)


def test_a_gradient_of_0_gets_a_ring_because_a_log_scale_has_no_place_for_it():
    kept = FOUND._replace(computed=[0.2, 0.2, 1e-9])
    lost, none = (multiplied(found, SCORES, "light", at=2, moving=True) for found in (FOUND, kept))
    assert lost.count("<circle") == none.count("<circle") + 1 and "0 in 32 bits" not in texts(none)


def test_a_guess_stands_at_the_factor_that_was_asked_and_nowhere_else():
    guesses = [FactorGuess(1, weight=2.3), FactorGuess(2, moves=0.0)]
    shown = [texts(multiplied(FOUND, SCORES, "light", at=at, moving=True, guesses=guesses)) for at in range(3)]
    assert [[text for text in one if "your guess" in text] for one in shown] == [
        [], ["your guess 2.30 \u2192"], ["your guess: 0"]
    ]  # fmt: skip


def test_a_guessed_variance_is_a_ring_at_its_size():
    drawing = sharpening(1, guess=(64, 16.0))
    plane = Plane(130, 2, 6, math.log10(0.2), math.log10(1_500))
    assert f'cx="{plane.x(6):.1f}" cy="{plane.y(math.log10(16)):.1f}" r="12"' in drawing
    assert "your guess" in texts(drawing) and "your guess" not in texts(sharpening(1))


def test_a_walk_goes_from_0_to_its_sum():
    drawing = scaling_walks.one_walk(torch.tensor([0.0, 1.0, -2.0]), "light")
    (way,) = re.findall(r'<polyline points="([^"]+)"', drawing)
    heights = [float(point.split(",")[1]) for point in way.split()]
    assert heights[1] < heights[0] < heights[2] and len(heights) == 3
    assert "\u22122.00" in texts(drawing) and not any("spread" in text for text in texts(drawing))


def test_many_walks_end_in_a_hill_whose_spread_is_said_and_the_root_is_dashed():
    walks = torch.tensor([[0.0, 1.0, 2.0], [0.0, -1.0, -2.0], [0.0, 1.0, 0.0]])
    drawing = scaling_walks.fan(walks, torch.tensor([2.0, -2.0, 0.0]), "light")
    assert "spread 2.00" in texts(drawing) and not any("guess" in text for text in texts(drawing))
    assert drawing.count("<polyline") == 3 + 2 and drawing.count("stroke-dasharray") == 2
    first = re.findall(r'<polyline points="([^"]+)"[^>]*dasharray', drawing)[0].split()
    across, up = zip(*(map(float, point.split(",")) for point in first), strict=True)
    middle = scaling_walks.TOP + scaling_walks.HEIGHT / 2
    assert (middle - up[-1]) / (middle - up[8]) == pytest.approx(2, rel=0.02)  # four times as many, twice as far
    assert (across[-1] - across[0]) / (across[8] - across[0]) == pytest.approx(4, rel=0.01)


def test_a_guessed_spread_is_a_bracket_as_long_as_it_says():
    walks = torch.zeros(2, 17)
    drawing = scaling_walks.fan(walks, torch.tensor([-4.0, 4.0]), "light", guess=16)
    (up, down) = re.search(
        r'y1="([\d.]+)" x2="[\d.]+" y2="([\d.]+)"[^>]*stroke-width="3"[^>]*dasharray', drawing
    ).groups()
    assert (float(down) - float(up)) / scaling_walks.HEIGHT == pytest.approx(16 / scaling_walks.LIMIT, abs=0.001)
    assert "your guess 16" in texts(drawing)


# --- what stays in place ---------------------------------------------------------------------------------------------


def test_a_histogram_has_a_bar_for_what_occurs_and_says_its_spread():
    scores = torch.tensor([-4.0, 4.0, -4.0, 4.0])
    drawing = drawings.histograms(drawings.DrawnScores(scores, scores / 4), 16, 8.0, "light")
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
    narrow, wide = (drawings.histograms(drawings.DrawnScores(scores * k, scores), k * k, 8.0, "light") for k in (1, 8))
    (before, divided_before), (after, divided_after) = spread_marks(narrow), spread_marks(wide)
    assert after[1] - after[0] == pytest.approx(8 * (before[1] - before[0]), abs=1)
    assert divided_before == divided_after


def test_words_and_bars_of_the_two_histograms_keep_apart():
    scores = torch.linspace(-1, 1, 9)
    drawing = drawings.histograms(drawings.DrawnScores(scores, scores), 1, 1.0, "light")  # as wide as the drawing
    tops = [float(y) for y in re.findall(r'<rect x="[^"]+" y="([\d.]+)"', drawing)]
    heights = {text: float(y) for y, text in re.findall(r'<text x="[^"]+" y="([\d.]+)"[^>]*>([^<]+)<', drawing)}
    plain, divided = heights["q\u00b7k"], heights["q\u00b7k \u00f7 \u221a1"]
    assert plain + 8 <= min(tops) and divided + 8 <= min(top for top in tops if top > divided) and divided - plain > 40


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
    shares = {"scores": [0.0, 0.1, 0.4], "scaled": [0.0, 0.0, 0.0]}
    axis = figures.saturated_rows(SIZES, shares, "light").layout.xaxis
    assert axis.type == "log" and list(axis.ticktext) == ["4", "16", "64"]
    many = figures.saturated_rows(
        [2**i for i in range(11)], {name: [0.0] * 11 for name in shares}, "light"
    ).layout.xaxis
    assert list(many.ticktext) == ["1", "4", "16", "64", "256", "1024"]


def test_a_guessed_share_of_rows_is_a_diamond():
    shares = {"scores": [0.0, 0.1, 0.4], "scaled": [0.0, 0.0, 0.0]}
    figure = figures.saturated_rows(SIZES, shares, "light", guess=(64, 1.0))
    assert list(figure.data[-1].y) == [1.0] and figure.layout.yaxis.range[1] > 1
    assert "your guess" not in annotations(figures.saturated_rows(SIZES, shares, "light"))


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_text_has_the_color_of_its_appearance(mode):
    tones = re.findall(
        r'<text [^>]*fill="(#\w+)"', drawings.sharpening(SIZES, VARIANCES, ROWS, "abc", mode, at=1, draw=DRAW)
    )
    p = PALETTE[mode]
    assert set(tones) <= {p.ink, p.muted, *p.label.values()}

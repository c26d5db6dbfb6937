"""The figures of the transformer lesson, looked at through their data: no pixels."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.plots.lessons import transformer as figures
from tinygpt.plots.lessons import transformer_drawings as drawings
from tinygpt.plots.lessons.positions import Curve, by_position
from tinygpt.plots.lessons.transformer import Trained
from tinygpt.plots.lessons.transformer_drawings import HUES, Box, MachinePicture
from tinygpt.plots.look import PALETTE

ON, OFF = Box("feed-forward", 8_352, True), Box("feed-forward", 0, False)
HEADS = Box("query, key, value", 3_072, True, "4 heads of 8")
COUNTS = {"token embedding": 100, "query, key, value": 300, "feed-forward": 600, "positions": 0}
POINTS = [
    Trained("before", 1_000, (2.3, 2.25), "heads"),
    Trained("bare", 10_000, (2.32, 2.28), "count"),
    Trained("skips", 10_000, (2.1, 2.05), "gpt"),
]


def machine(*, skip: bool = True, thinks: Box = ON, n_layer: int = 3) -> MachinePicture:
    before, after = (Box("token embedding", 2_080, True),), (Box("output layer", 2_145, True),)
    return MachinePicture(before, ((HEADS,), (thinks,)), (skip, skip and thinks.on), after, n_layer)


def texts(drawing: str) -> list[str]:
    return re.findall(r">([^<>]+)</text>", drawing)


def widths(drawing: str) -> list[float]:
    return [float(found) for found in re.findall(r"width:([\d.]+)%;min-width", drawing)]


def notes(figure) -> str:
    return " ".join(note.text for note in figure.layout.annotations)


# --- the machine -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_part_that_is_on_shows_its_count_and_nothing_is_dashed(mode):
    drawing = drawings.machine_drawing(machine(), mode)
    assert {"2\u202f080", "3\u202f072", "8\u202f352", "2\u202f145", "4 heads of 8", "\u00d7 3"} <= set(texts(drawing))
    assert "off" not in texts(drawing) and "stroke-dasharray" not in drawing


def test_what_is_off_is_dashed_hollow_and_says_so():
    whole, less = (drawings.machine_drawing(machine(thinks=box), "light") for box in (ON, OFF))
    assert texts(less).count("off") == 2  # the part, and the way around it
    assert less.count('fill="none"') == whole.count('fill="none"') + 1
    assert "stroke-dasharray" in less


def test_a_skip_that_is_off_is_dashed_too_and_one_that_is_on_learns_nothing():
    assert texts(drawings.machine_drawing(machine(), "light")).count("0") == 2
    without = drawings.machine_drawing(machine(skip=False), "light")
    assert texts(without).count("off") == 2 and "stroke-dasharray" in without


def test_the_machine_in_words_is_a_list_of_its_parts():
    said = drawings.machine_words(machine(skip=False, thinks=OFF))
    assert said.split("; ") == [
        "token embedding: 2\u202f080", "query, key, value: 3\u202f072", "feed-forward: off",
        "output layer: 2\u202f145", "skip: off", "block, 3 times",
    ]  # fmt: skip


def test_a_table_has_no_block():
    assert drawings.machine_words(machine(n_layer=0)).endswith("block: off")
    assert texts(drawings.machine_drawing(machine(n_layer=0), "light")).count("off") == 1


def test_the_sums_add_up_in_their_last_line():
    drawing = drawings.sums({"a": ("2\u00b73", 6), "b": ("5", 5)}, "light")
    found = re.findall(r">([^<>]+)</span>", drawing)
    assert found == ["a", "2\u00b73", "6", "b", "5", "5", "learned numbers", "11"]


# --- who owns the numbers --------------------------------------------------------------------------------------------


def test_a_piece_is_as_long_as_its_share_and_only_long_ones_carry_their_count():
    drawing = drawings.owners(COUNTS, "light")
    assert widths(drawing) == [10, 30, 60]
    assert re.findall(r"font-weight:600\">(\d+)<", drawing) == ["300", "600"]
    assert drawing.count("60%</span>") == 1


def test_parts_of_one_hue_have_different_patterns():
    p = PALETTE["light"]
    seen = {drawings._pattern(part, p) for part in HUES}
    assert len(seen) == len(HUES)


def test_all_rungs_have_one_scale():
    drawing = drawings.ladder_bars({"large": {"feed-forward": 400}, "small": {"feed-forward": 100}}, "dark")
    assert widths(drawing) == [100, 25]


@given(st.text(min_size=1, max_size=12))
def test_a_name_stays_text(name):
    drawing = drawings.ladder_bars({name: COUNTS}, "light")
    assert re.sub(r"<[^<>]*>", "", drawing).count("<") == 0


# --- what was measured -----------------------------------------------------------------------------------------------


FAIR = [(0, 1, "numbers"), (1, 2, "skips")]


def test_a_full_mark_for_the_first_seed_and_a_hollow_one_for_the_others():
    drawing, paper = figures.fair_test(POINTS, FAIR, "light"), PALETTE["light"].paper
    marks = re.findall(r'points="([^"]+)" fill="([^"]+)"[^>]*><title>([^<]+)', drawing)
    assert [fill == paper for *_, fill, says in marks] == ["another seed" in says for *_, says in marks]
    assert len(marks) == 6 and len({corners for corners, *_ in marks}) == 3  # told apart without color
    assert [says for *_, says in marks][:2] == ["before, another seed: 2.250", "before: 2.300"]


def test_an_arrow_leads_from_one_model_to_another_on_the_axis_of_powers():
    drawing = figures.fair_test(POINTS, [(1, 2, "skips")], "light")
    (x1, x2) = re.search(r'x1="([\d.]+)%" y1="[\d.]+" x2="([\d.]+)%"[^>]+marker-end', drawing).groups()
    assert x1 == x2 and float(x1) == pytest.approx(
        100 * math.log(10_000 / (1_000 / 2.4)) / math.log(24 * 4.6), abs=0.01
    )
    assert "skips" in texts(drawing) and "numbers" not in texts(drawing)


def test_a_model_that_no_arrow_touches_is_left_out_and_all_else_stays_in_its_place():
    both, ladder = (figures.fair_test(POINTS, arrows, "light") for arrows in (FAIR, [(0, 2, "both")]))
    assert "bare" in texts(both) and "bare" not in texts(ladder)
    places = [
        re.findall(r'<svg (x="[^"]+" y="[^"]+")[^>]*><polygon[^>]*><title>skips: ', one) for one in (both, ladder)
    ]
    assert len(places[0]) == 1 and places[0] == places[1]


@pytest.mark.parametrize("T", [8, 32])
def test_a_loss_for_each_position_and_a_name_at_each_end(T):
    curves = [Curve("averaged", (2.5,) * T, "count"), Curve("chosen", (2.1,) * T, "gpt")]
    figure = by_position(curves, "dark", level=("counting triples", 2.05), low=2.0, high=2.6)
    assert [list(trace.x) for trace in figure.data] == [list(range(T))] * 2
    assert len({(trace.line.dash, trace.marker.symbol) for trace in figure.data}) == 2
    shifts = {note.text: note.yshift for note in figure.layout.annotations}
    assert shifts["<b>averaged</b> 2.50"] > 0 > shifts["<b>chosen</b> 2.10"]
    assert "counting triples 2.05" in shifts
    assert figure.layout.xaxis.tickvals[-1] == T - 1


def test_a_curve_of_a_shorter_window_ends_where_the_window_does_with_its_name_at_its_right():
    curves = [Curve("short", (2.5,) * 8, "gpt", dash="solid"), Curve("long", (2.1,) * 32, "gpt", dash="dash")]
    figure = by_position(curves, "light", low=2.0, high=2.6)
    assert [len(trace.x) for trace in figure.data] == [8, 32]
    assert [trace.line.dash for trace in figure.data] == ["solid", "dash"]
    (short,) = [note for note in figure.layout.annotations if "short" in note.text]
    assert (short.x, short.xanchor) == (7, "left")


def test_the_habits_of_two_heads_stand_side_by_side():
    figure = figures.habit_bars({"no skip": (0.8, 0.1), "skip": (0.5, math.nan)}, "light")
    assert [list(bar.x) for bar in figure.data] == [["on itself", "one back"]] * 2
    assert figure.data[0].text[0] == "<b>0.80</b>"
    assert figure.data[0].marker.color != figure.data[1].marker.color

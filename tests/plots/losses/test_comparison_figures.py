"""The smaller charts of the comparison: lines, seed by seed, tiles, and a passage in colors."""

import json
import math
import re
from html import escape
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.plots.look import PALETTE
from tinygpt.plots.losses.ends import BETWEEN
from tinygpt.plots.losses.final import heat_rows, heat_spec, strip_rows, strip_spec
from tinygpt.plots.losses.lines import Axes, Series, lines_rows, lines_spec
from tinygpt.plots.losses.surprise import passage
from tinygpt.plots.losses.tones import tone
from tinygpt.spelling import spoken
from tinygpt.words.surprise import largest, surprise_words

MODES = ["light", "dark"]
TONES = [tone(role, 0, "light") for role in ("bigram", "head", "gpt")]


def of(rows, kind: str) -> list[dict]:
    return [row for row in rows.to_dict("records") if row["kind"] == kind]


# --- lines -----------------------------------------------------------------------------------------------------------


def test_a_line_has_its_points_its_band_and_its_name_with_its_last_value():
    rows = lines_rows([Series("GPT", TONES[2], [0, 1], [2.5, 2.1], [2.4, 2.0], [2.6, 2.2])], [("pairs", 2.48)])
    assert [(row["x"], row["loss"]) for row in of(rows, "line")] == [(0, 2.5), (1, 2.1)]
    assert [(row["low"], row["high"]) for row in of(rows, "band")] == [(2.4, 2.6), (2.0, 2.2)]
    assert [row["label"] for row in of(rows, "end")] == [f"GPT{BETWEEN}2.10"]
    assert [(row["label"], row["loss"]) for row in of(rows, "floor")] == [("pairs", 2.48)]


def test_what_is_no_number_is_not_drawn():
    rows = lines_rows([Series("GPT", TONES[2], [0, 1], [2.5, math.nan])])
    assert len(of(rows, "line")) == 1 and not of(rows, "end")
    assert lines_rows([]).empty


@given(st.lists(st.floats(1.1, 9), min_size=2, max_size=3), st.booleans())
def test_names_at_the_ends_keep_apart(ends, log_y):
    series = [Series(str(n), tone, [0, 1], [1.0, end]) for n, (end, tone) in enumerate(zip(ends, TONES, strict=False))]
    places = sorted(row["wide_330"] for row in of(lines_rows(series, log_y=log_y), "end"))
    assert len(places) == len(ends)
    assert all(b > a for a, b in pairwise(places))


@pytest.mark.parametrize("mode", MODES)
def test_axes_run_in_powers_of_ten_where_asked_and_the_spec_is_constant(mode):
    axes = Axes("learning rate", "val loss", log_x=True, ticks=(1e-3, 1e-2))
    spec = lines_spec(mode, axes)
    assert spec is lines_spec(mode, axes)
    line = next(layer for layer in spec["layer"] if layer["mark"]["type"] == "line")
    assert line["encoding"]["x"]["scale"]["type"] == "log" and line["encoding"]["x"]["axis"]["values"] == [1e-3, 1e-2]
    assert "type" not in line["encoding"]["y"]["scale"]
    json.dumps(spec)


def test_learning_rates_are_spelled_alike_and_other_settings_are_not_powers():
    def below(*ticks: float) -> str:
        spec = lines_spec("light", Axes("setting", "val loss", log_x=True, ticks=ticks))
        return spec["layer"][0]["encoding"]["x"]["axis"]["labelExpr"]

    assert "~e" in below(1e-4, 1e-3, 1e-2) and below(1e-3, 1.0) == below(1e-4, 1e-3, 1e-2)
    assert "~e" not in below(8, 16, 32)


def test_the_lowest_point_is_named_where_asked_unless_it_is_the_end():
    bent = Series("val loss", TONES[2], [1, 2, 3], [3.0, 2.0, 2.5])
    rows = lines_rows([bent], lowest=True)
    assert [(row["x"], row["loss"], row["label"]) for row in of(rows, "lowest")] == [(2, 2.0, "lowest 2.000")]
    assert [row["loss"] for row in of(rows, "corner")] == [pytest.approx(2 - 0.15)]
    assert not of(lines_rows([bent]), "lowest")
    assert not of(lines_rows([Series("val loss", TONES[2], [1, 2], [3.0, 2.0])], lowest=True), "lowest")


# --- seed by seed ----------------------------------------------------------------------------------------------------


def test_every_seed_is_a_dot_and_their_mean_a_stroke_with_its_number():
    rows = strip_rows({"bigram": {1: 2.48, 2: 2.50}, "one head": {}, "GPT": {1: 2.1}}, TONES)
    assert [(row["variant"], row["seed"], row["x"]) for row in of(rows, "seed")] == [
        ("bigram", 1, 2.48), ("bigram", 2, 2.50), ("GPT", 1, 2.1)
    ]  # fmt: skip
    assert [(row["variant"], row["label"]) for row in of(rows, "mean")] == [("bigram", "2.490"), ("GPT", "2.100")]


def test_the_chart_grows_with_the_variants():
    few, many = (strip_spec("light", tuple(map(str, range(n)))) for n in (2, 5))
    assert many["height"] > few["height"]
    assert strip_spec("light", ("one",))["height"] >= 130  # with the axis and its title, which take about 85
    assert few["layer"][0]["encoding"]["y"]["scale"]["domain"] == ["0", "1"]


# --- tiles -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
def test_the_lowest_loss_has_the_strongest_color_and_an_edge(mode):
    rows = heat_rows({("1", "8"): 2.5, ("2", "8"): 2.1, ("4", "8"): math.nan}, mode)
    tiles = {row["x"]: row for row in of(rows, "tile")}
    assert [(row["x"], row["y"]) for row in of(rows, "best")] == [("2", "8")]
    assert tiles["2"]["tone"] == PALETTE[mode].sequential[-1] and tiles["1"]["tone"] == PALETTE[mode].sequential[0]
    assert tiles["4"]["label"] == "diverged" and tiles["4"]["tone"] == tiles["1"]["tone"]
    spec = heat_spec(mode, ("n_head", "n_embd"), ("1", "2", "4"), ("8",))
    json.dumps(spec)
    paper, ink = (layer["mark"] for layer in spec["layer"][-2:])  # the gap is seen on every blue
    assert (paper["stroke"], ink["stroke"]) == (PALETTE[mode].paper, PALETTE[mode].ink)
    assert paper["strokeWidth"] > 2 * ink["strokeWidth"]


def test_tiles_without_any_loss_are_all_empty():
    assert not of(heat_rows({("1", "8"): math.nan}, "light"), "best")


# --- surprise --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
def test_blue_where_the_second_model_was_surprised_less_and_ochre_where_more(mode):
    drawn = passage(["a", "b"], [3.0, 0.0], [0.0, 3.0], ("bigram", "GPT"), mode)
    ochre, blue = PALETTE[mode].diverging[0], PALETTE[mode].diverging[-1]
    assert drawn.index(blue) < drawn.index(ochre)
    assert f"{escape(spoken('a'))}: bigram 3.00, GPT 0.00 nats" in drawn


@pytest.mark.parametrize("text", ["<script>", "&amp;", "<b>", '"onload="'])
def test_text_and_names_stay_text(text):
    drawn = passage(list(text), [1.0] * len(text), [2.0] * len(text), (text, text), "light")
    assert "<script" not in drawn and "<b>" not in drawn and 'onload="' not in drawn.replace("&quot;", "")


def test_the_largest_gain_is_where_the_difference_is_largest():
    assert largest([1.0, 3.0, 2.0], [1.0, 0.5, 1.9]) == 1


@pytest.mark.parametrize("text", ["منہ اوپر اک", "שלום עולם", "नमस्ते", "e\u0301te\u0301"])
def test_letters_that_join_stay_together_and_run_their_own_way(text):
    drawn = passage(list(text), [1.0] * len(text), [2.0] * len(text), ("bigram", "GPT"), "light")
    assert 'dir="auto"' in drawn and "unicode-bidi:plaintext" in drawn
    tiles = re.findall('<span title="[^"]*" style="([^"]*)">([^<]*)</span>', drawn)
    assert "".join(letter for _, letter in tiles) == text.replace(" ", "\u00b7")
    for style, _ in tiles:  # whatever has a box of its own is shaped alone
        assert not re.search("padding|margin|border|inline-block", style), style


def test_latin_letters_keep_their_tiles():
    assert "inline-block" in passage(list("to be"), [1.0] * 5, [2.0] * 5, ("bigram", "GPT"), "light")


@pytest.mark.parametrize("text", ["منہ·اوپر", "שלום"])
def test_a_quotation_from_right_to_left_leaves_the_numbers_in_their_place(text):
    costs = [1.0] * len(text), [1.0] * (len(text) - 1) + [0.5]
    words = surprise_words(list(text), costs, ("bigram", "GPT"))
    assert f"“\u2068{text[-1]}\u2069” after “\u2068{text[:-1]}\u2069”: 0.50 against 1.00 nats." in words
    assert words.index(" against 1.00 nats. The largest") < words.index("0.50 against 1.00"), (
        "GPT's comes first in both"
    )

"""Tiles of characters and ids; any character is shown as text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.plots.lessons import tokens as figures


def test_a_tile_shows_the_character_and_its_id():
    strip = figures.id_tiles(["h", " "], [46, 1], "light")
    assert ">h<" in strip and ">46<" in strip and ">\u00b7<" in strip and ">1<" in strip


def test_a_character_without_an_id_is_crossed_and_dashed():
    assert "dashed" in figures.id_tiles(["\u00e4"], [None], "light") and "\u2715" in figures.id_tiles(
        ["\u00e4"], [None], "light"
    )
    assert "dashed" not in figures.id_tiles(["a"], [39], "light")


def test_the_target_is_named_in_words_not_by_color_alone():
    assert figures.id_tiles(list("Firs"), [18, 47, 56, 57], "light", context=3, target=3).count("target") == 1


@given(st.characters(exclude_categories=["Cs"]))
def test_no_character_becomes_markup(c):
    for drawing in (
        figures.id_tiles([c], [0], "light"),
        figures.questions([c], 0, "dark"),
        figures.batch_grid("x", [[c]], [[0]], "light", columns=range(1), role="head"),
        figures.shifted([c, c], [0, 0], 0, "light"),
        figures.split_bar(9, 1, "light", before=c, after=c),
        figures.ruler([c], 1, 1, 0, "light"),
        figures.cut_rows([c], [], 1, "light"),
    ):
        assert drawing.count("<") == drawing.count(">")  # each of our own tags is whole, and there is no other
        if c in "<>&":
            assert f">{c}<" not in drawing


def test_the_bars_are_in_percent_and_say_so_in_words():
    (bars,) = figures.vocabulary_bars([1, 3], "\na", "light").data
    assert list(bars.y) == [25, 75]
    assert bars.customdata[0].startswith("id 0: a newline<br>1 times")


def test_a_logarithmic_axis_has_dots_because_it_has_no_zero_and_writes_its_numbers_out():
    figure = figures.vocabulary_bars([1, 1_000_000, 0], "abc", "light", logarithmic=True)
    (dots,) = figure.data
    assert (dots.type, dots.mode) == ("scatter", "markers") and dots.y[2] is None
    axis = figure.layout.yaxis
    assert axis.type == "log" and set(axis.ticktext) <= {
        "0.0001 %",
        "0.001 %",
        "0.01 %",
        "0.1 %",
        "1 %",
        "10 %",
        "100 %",
    }
    assert [float(text.removesuffix(" %")) for text in axis.ticktext] == list(axis.tickvals)


def test_bars_begin_at_zero_in_every_row_and_what_never_occurs_says_so():
    figure = figures.vocabulary_bars([*range(1, 50), 0], "".join(map(chr, range(0x4E00, 0x4E00 + 50))), "light")
    axes = [figure.layout[f"yaxis{n}"] for n in ("", 2, 3, 4)]
    assert len({axis.range for axis in axes}) == 1 and axes[0].range[0] == 0
    assert [len(bars.y) for bars in figure.data] == [13, 13, 13, 11]
    assert [note.text for note in figure.layout.annotations].count("0") == 1


def test_the_ids_stand_under_the_characters():
    figure = figures.vocabulary_bars([3, 1], " a", "light")
    assert [tick.partition("<br>")[2] for tick in figure.layout.xaxis.ticktext] == ["0", "1"]


def test_the_space_is_named_with_its_share():
    notes = [note.text for note in figures.vocabulary_bars([3, 1], " a", "light").layout.annotations]
    assert "<b>space</b> 75.0%" in notes


@pytest.mark.parametrize("V", [65, 66, 326, 4_096])
def test_of_many_characters_the_commonest_have_a_bar_each_with_its_own_id(V):
    chars = "".join(map(chr, range(0x4E00, 0x4E00 + V)))
    counts = [1 + (i * 7919) % V for i in range(V)]  # each count once
    figure = figures.vocabulary_bars(counts, chars, "light")
    heights = [y for bars in figure.data for y in bars.y]
    hover = [said for bars in figure.data for said in bars.customdata]
    ticks = [text for n in ("", 2, 3, 4, 5) for text in figure.layout[f"xaxis{n}"].ticktext]
    assert len(heights) == len(ticks) == figures.BARS
    kept = figures.commonest_ids(counts)
    assert kept == sorted(kept) and min(counts[i] for i in kept) == V - figures.BARS + 1
    for place, i in enumerate(kept):
        assert ticks[place].endswith(f"<br>{i}") and hover[place].startswith(f"id {i}: \u2018{chars[i]}\u2019<br>")
        assert heights[place] == 100 * counts[i] / sum(counts)


def test_the_hidden_part_has_its_own_pattern():
    bar = figures.split_bar(9, 1, "light")
    assert "90.00%" in bar and "repeating-linear-gradient" in bar


def test_starts_that_do_not_fit_are_hatched():
    assert figures.ruler(list("abcd"), 2, 4, 3, "light").count("repeating-linear-gradient") == 2
    assert "repeating-linear-gradient" not in figures.ruler(list("abcd"), 2, 2, 1, "light")


def test_what_is_missing_from_a_window_is_an_empty_dashed_tile():
    assert figures.cut_rows(list("ab"), ["b"], 3, "light").count("stroke-dasharray") == 3


def test_the_highest_bars_carry_their_character_where_a_phone_has_room():
    letters = "abcdefghijklmnopqrstuvwxyz"
    counts = {"a": 9, "c": 8, "f": 7, "j": 6, "p": 5, "u": 4, "z": 3}  # c stands too near to a
    figure = figures.vocabulary_bars([counts.get(c, 1) for c in letters], letters, "light")
    assert [note.text[3] for note in figure.layout.annotations] == ["a", "f", "j", "p", "u"]


def test_y_stands_under_the_x_that_it_equals_and_an_arrow_leads_from_x_to_y():
    window = figures.shifted(list("Firs"), [18, 47, 56, 57], 1, "light")
    assert window.count(">i<") == 2 and window.count(">F<") == window.count(">s<") == 1, "x is Fir, y is irs"
    assert window.count("<line") == 3 * 3 and window.count("target") == 1
    spots = {y: x for x, y in re.findall(r'<text x="([\d.]+)" y="([\d.]+)"[^>]*>i<', window)}
    assert len(spots) == 2 and len(set(spots.values())) == 1, "one above the other"


def test_the_text_that_is_cut_stands_under_the_cut():
    bar = figures.split_bar(9, 1, "light", before="of mi", after="ne, <b>")
    left, right = bar.split("text-align:right")[1].split("border-left")
    assert "\u2026of mi<" in left and "ne, &lt;b&gt;\u2026" in right


def test_a_batch_outlines_what_is_seen_not_one_column():
    grid = figures.batch_grid("x", [list("abcd")] * 2, [[0, 1, 2, 3]] * 2, "light", columns=range(3), role="head")
    widths = [float(width) for width in re.findall(r'width="([\d.]+)"[^>]*fill="none"', grid)]
    assert widths == [3 * 38, 3 * 38]

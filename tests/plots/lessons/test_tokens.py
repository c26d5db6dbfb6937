"""Tiles of characters and ids; any character is shown as text."""

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
        figures.batch_grid("x", [[c]], [[0]], "light", column=0, role="head"),
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


def test_a_logarithmic_axis_writes_its_numbers_out():
    axis = figures.vocabulary_bars([1, 1_000_000], "ab", "light", logarithmic=True).layout.yaxis
    assert (axis.type, axis.exponentformat) == ("log", "none"), "100\u00b5 % is no share"


@pytest.mark.parametrize("V", [65, 66, 326, 4_096])
def test_of_many_characters_the_commonest_have_a_bar_each_with_its_own_id(V):
    chars = "".join(map(chr, range(0x4E00, 0x4E00 + V)))
    counts = [1 + (i * 7919) % V for i in range(V)]  # each count once
    figure = figures.vocabulary_bars(counts, chars, "light")
    (bars,) = figure.data
    assert len(bars.y) == len(figure.layout.xaxis.ticktext) == figures.BARS
    kept = figures.commonest_ids(counts)
    assert kept == sorted(kept) and min(counts[i] for i in kept) == V - figures.BARS + 1
    for place, i in enumerate(kept):
        assert bars.customdata[place].startswith(f"id {i}: \u2018{chars[i]}\u2019<br>")
        assert bars.y[place] == 100 * counts[i] / sum(counts)


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
    (bars,) = figures.vocabulary_bars([counts.get(c, 1) for c in letters], letters, "light").data
    assert [c for c, text in zip(letters, bars.text, strict=True) if text] == ["a", "f", "j", "p", "u"]
    (bars,) = figures.vocabulary_bars([3, 2, 1], "abc", "light").data
    assert not any(bars.text)

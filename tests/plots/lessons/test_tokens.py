"""Tiles of characters and ids; any character is shown as text."""

import re
from html import unescape

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


def heights(drawing: str) -> list[float]:
    """The bars of the vocabulary, in px."""
    return [float(high) for high in re.findall(r'height="([\d.]+)" rx="2"', drawing)]


def hints(drawing: str) -> list[str]:
    return [unescape(said) for said in re.findall("<title>([^<]+)", drawing)]


def under(drawing: str) -> list[tuple[str, str]]:
    """The character and the id that stand below each bar."""
    return re.findall(r'y="13.0"[^>]*>([^<]+)</text><text x="0.0" y="29.0"[^>]*>(\d+)<', drawing)


def test_the_bars_are_in_percent_and_say_so_in_words():
    drawing = figures.vocabulary_bars([1, 3], "\na", "light")
    assert heights(drawing) == pytest.approx([190 / 3 / 1.4, 190 / 1.4], abs=0.1)
    assert hints(drawing) == ["id 0: a newline, 1 times, 25%", "id 1: \u2018a\u2019, 3 times, 75%"]


def test_a_logarithmic_axis_has_dots_because_it_has_no_zero_and_writes_its_numbers_out():
    drawing = figures.vocabulary_bars([1, 1_000_000, 0], "abc", "light", logarithmic=True)
    assert drawing.count("<circle") == 2 and not heights(drawing) and ">0<" in drawing
    ticks = re.findall(r'y="([\d.]+)"[^>]*>([\d.]+) %<', drawing)
    assert [said for _, said in ticks] == ["0.0001", "0.1", "100"]
    assert float(ticks[0][0]) - float(ticks[1][0]) == pytest.approx(float(ticks[1][0]) - float(ticks[2][0]), abs=0.2)


def test_bars_begin_at_zero_in_every_row_and_what_never_occurs_says_so():
    drawing = figures.vocabulary_bars([*range(1, 50), 0], "".join(map(chr, range(0x4E00, 0x4E00 + 50))), "light")
    rows = drawing.split("flex:1 1 100%")[1:]
    assert [len(under(row)) for row in rows] == [13, 13, 13, 11]
    assert [row.count(">0%<") for row in rows] == [1] * 4 and len(heights(drawing)) == 49
    assert drawing.count(">0</text>") == 2, "what never occurs, and an id"


def test_the_ids_stand_under_the_characters():
    assert under(figures.vocabulary_bars([3, 1], " a", "light")) == [("\u00b7", "0"), ("a", "1")]


def test_the_space_is_named_with_its_share():
    assert ">space 75.0%<" in figures.vocabulary_bars([3, 1], " a", "light")


def test_bars_and_dots_take_the_same_place():
    both = [figures.vocabulary_bars([3, 1] * 20, "ab" * 20, "dark", logarithmic=way) for way in (False, True)]
    assert len({tuple(re.findall(r"padding:[^\"]+|height:\d+px", drawing)) for drawing in both}) == 1


@pytest.mark.parametrize("V", [65, 66, 326, 4_096])
def test_of_many_characters_the_commonest_have_a_bar_each_with_its_own_id(V):
    chars = "".join(map(chr, range(0x4E00, 0x4E00 + V)))
    counts = [1 + (i * 7919) % V for i in range(V)]  # each count once
    drawing = figures.vocabulary_bars(counts, chars, "light")
    kept, high = figures.commonest_ids(counts), max(counts)
    assert kept == sorted(kept) and min(counts[i] for i in kept) == V - figures.BARS + 1
    assert under(drawing) == [(chars[i], str(i)) for i in kept]
    assert heights(drawing) == pytest.approx([max(1, 52 * counts[i] / 1.4 / high) for i in kept], abs=0.1)
    for said, i in zip(hints(drawing), kept, strict=True):
        assert said.startswith(f"id {i}: \u2018{chars[i]}\u2019,")


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
    drawing = figures.vocabulary_bars([counts.get(c, 1) for c in letters], letters, "light")
    assert re.findall(r">(\w) [\d.]+%<", drawing) == ["a", "f", "j", "p", "u"]


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

"""Characters as people see them: nothing is invisible, and nothing turns a sentence round."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.spelling import harmless_directions, in_a_row, is_invisible, isolated, named, shown, spoken

# Characters that Unicode calls Default_Ignorable_Code_Point (DerivedCoreProperties.txt), and its blanks.
IGNORABLE = [
    *(0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0),
    *(*range(0x180B, 0x1810), *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)),
    *(*range(0xFE00, 0xFE10), *range(0xFFF0, 0xFFF9), *range(0x1BCA0, 0x1BCA4), *range(0x1D173, 0x1D17B)),
    *range(0xE0000, 0xE1000),
]
BLANKS = [0x09, 0x0A, 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x2800, 0x3000]
CONTROLS = [*range(0x20), *range(0x7F, 0xA0), 0xD800, 0xE000, 0xFFFF, 0x10FFFF]
VISIBLE = "aZ9ß漢あ한ب\u05d0ก❤🦉©€\u2423\u2422\u2420\u25cc|\u0a72\ua8f9"
HIDDEN = st.sampled_from([chr(n) for n in {*IGNORABLE, *BLANKS, *CONTROLS}])


@pytest.mark.parametrize("codes", [IGNORABLE, BLANKS, CONTROLS], ids=["ignorable", "blank", "control"])
def test_what_cannot_be_seen_has_a_stand_in_everywhere(codes):
    for c in map(chr, codes):
        assert is_invisible(c), hex(ord(c))
        for written in (shown(c), in_a_row(c), named(c), spoken(c)):
            assert written.strip() and not any(is_invisible(one) for one in written.replace(" ", "")), hex(ord(c))


@pytest.mark.parametrize("c", VISIBLE)
def test_what_can_be_seen_is_shown_as_it_is(c):
    assert not is_invisible(c)
    assert shown(c) == in_a_row(c) == named(c) == c
    assert spoken(c).strip("\u2018\u2019\u2068\u2069") == c


def test_the_stand_ins_are_those_that_the_list_says():
    assert [shown(c) for c in " \n\t\ufe0f\u200d\u00a0"] == ["\u00b7", "\u00b6", "\u2192", "fe0f", "200d", "a0"]
    assert [named(c) for c in " \n\ufe0f\u200d\u3000"] == ["a space", "a newline", "U+FE0F", "U+200D", "U+3000"]
    assert [spoken(c) for c in "a\n\ufe0f"] == ["\u2018a\u2019", "a newline", "U+FE0F"]


def test_an_accent_alone_sits_on_a_circle_and_in_a_passage_on_its_letter():
    assert shown("\u0301") == "\u25cc\u0301" and spoken("\u0301") == "\u2018\u25cc\u0301\u2019"
    assert "".join(map(in_a_row, "e\u0301 \u0915\u093f")) == "e\u0301\u00b7\u0915\u093f"


def test_only_what_runs_from_right_to_left_is_isolated():
    assert isolated("GPT 2, caf\u00e9 \u6f22") == "GPT 2, caf\u00e9 \u6f22"
    for text in ("\u05e9\u05dc\u05d5\u05dd", "\u0627\u0644", "a \u05d0 b", "\u0661\u0662"):
        assert isolated(text) == f"\u2068{text}\u2069"
    assert spoken("\u0628") == "\u2018\u2068\u0628\u2069\u2019"


@given(st.text())
def test_running_text_never_turns_what_follows_round(text):
    harmless = harmless_directions(text)
    assert not {unicodedata.bidirectional(c) for c in harmless} & {
        "LRE",
        "RLE",
        "LRO",
        "RLO",
        "PDF",
        "LRI",
        "RLI",
        "FSI",
        "PDI",
    }
    assert all(c in harmless for c in text if c.isalpha())


@given(st.characters() | HIDDEN)
def test_every_character_has_something_to_see_and_one_meaning(c):
    assert shown(c).strip() and named(c).strip() and spoken(c).strip()
    assert is_invisible(c) == (shown(c) != c and not shown(c).startswith("\u25cc"))

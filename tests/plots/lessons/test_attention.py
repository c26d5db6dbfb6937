"""The map of attention: what its tiles are, and what they say."""

import math
import re
from html import unescape

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.attention import attention_stages
from tinygpt.plots.drawing import LEVELS
from tinygpt.plots.lessons.attention import attention_map
from tinygpt.plots.look import PALETTE, between
from tinygpt.words.attention import heatmap_words, strongest_look, strongest_words

EVEN = torch.tensor([[1.0, 0.0], [0.25, 0.75]])  # a student can check it: e^0 and e^(ln 3) are shared as 1 : 3


def stages_of(text: str, head_size: int = 4):
    q, k = torch.randn(2, len(text), head_size, generator=torch.Generator().manual_seed(7))
    return attention_stages(q, k)


def tiles(drawing: str) -> int:
    return sum(path.count("M") for path in re.findall(r'<path fill="#\w+" d="([^"]+)"', drawing))


def hints(drawing: str) -> list[str]:
    return [unescape(said) for said in re.findall("<title>([^<]+)", drawing)]


def letters(drawing: str) -> list[str]:
    return [unescape(said) for said in re.findall(">([^<>]+)</text>", drawing)]


def test_a_tile_has_the_color_of_its_weight():
    paths = re.findall(r'<path fill="(#\w+)" d="([^"]+)"', attention_map(EVEN, "ab", "light"))
    assert [(tone, way.count("M")) for tone, way in paths] == [
        (between(PALETTE["light"].sequential, round(weight**0.5 * LEVELS) / LEVELS), 1) for weight in (1, 0.25, 0.75)
    ]


def test_the_masked_future_has_no_tile():
    drawing = attention_map(stages_of("hello").weights, "hello", "light")
    assert tiles(drawing) == len(hints(drawing)) == 15


def test_without_a_mask_every_tile_is_there():
    q, k = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(7))
    assert tiles(attention_map(attention_stages(q, k, mask=False).weights, "abc", "light")) == 9


def test_queries_run_downwards_keys_to_the_right_and_repeated_characters_stay_apart():
    drawing = attention_map(stages_of("abba").weights, "abba", "light")
    placed = [tuple(map(float, place)) for place in re.findall(r'<text x="([\d.]+)" y="([\d.]+)"', drawing)]
    assert letters(drawing) == list("abbaabba")
    rows, columns = placed[:4], placed[4:]
    assert len({x for x, _ in rows}) == 1 and [y for _, y in rows] == sorted({y for _, y in rows})
    assert len({y for _, y in columns}) == 1 and [x for x, _ in columns] == sorted({x for x, _ in columns})


def test_invisible_characters_have_stand_ins_and_markup_stays_text():
    drawing = attention_map(stages_of(" \n\t<b>&").weights, " \n\t<b>&", "light")
    assert letters(drawing)[:7] == ["\u00b7", "\u00b6", "\u2192", "<", "b", ">", "&"] and "<b>" not in drawing


def test_pointing_at_a_tile_says_its_arithmetic():
    scaled = torch.tensor([[0.0, 9.0], [0.0, math.log(3)]])  # 9 is the future: it must not count
    said = hints(attention_map(EVEN, "a ", "light", scaled=scaled))
    assert said[1] == "1, a space, looks at 0, \u2018a\u2019: e^(0.0000) \u00f7 4.00 = 0.250"
    assert said[2].endswith("e^(1.0986) \u00f7 4.00 = 0.750")
    assert hints(attention_map(EVEN, "a ", "light"))[1].endswith("0.250 of its attention")
    assert not hints(attention_map(EVEN, "a ", "light", pointed=False))


def test_the_chosen_row_is_outlined_and_read_aloud():
    weights = torch.eye(6)
    weights[2] = torch.tensor([0.1, 0.8, 0.1, 0, 0, 0])
    drawing = attention_map(weights, "First!", "light", row=2, note="the future:\nno tile")
    (box,) = re.findall(r'<rect [^>]*y="([\d.]+)" width="([\d.]+)" height="([\d.]+)" rx="2" fill="none"', drawing)
    y, wide, high = map(float, box)
    assert (y, wide) == (2 * high, 3 * high)
    assert letters(drawing)[-3:] == ["\u2018r\u2019 looks most at \u2018i\u2019", "the future:", "no tile"]


def test_another_text_has_columns_of_its_own():
    weights = torch.tensor([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0]])
    drawing = attention_map(weights, "ab", "dark", looked_at="xyz", titles=("asks", "answers"))
    assert letters(drawing) == [*"abxyz", "asks", "answers"] and tiles(drawing) == 6
    assert hints(drawing)[2].startswith("0, \u2018a\u2019, looks at 2, \u2018z\u2019")
    with pytest.raises(ValueError, match="2 x 3 matrix of weights, got 2 x 2"):
        attention_map(torch.eye(2), "ab", "light", looked_at="xyz")


def test_a_matrix_of_another_size_is_refused_in_words():
    with pytest.raises(ValueError, match="3 characters need a 3 x 3 matrix of weights, got 2 x 2"):
        attention_map(EVEN, "abc", "light")


def test_caption_names_the_strongest_tile_and_the_most_even_row():
    weights = torch.tensor([[1.0, 0, 0, 0], [0.1, 0.9, 0, 0], [0.3, 0.3, 0.4, 0], [0.7, 0.1, 0.1, 0.1]])
    words = strongest_words(weights, "a\nbc")
    assert "position 1, a newline, puts 0.90 of its attention on position 1, a newline" in words
    assert (
        "The most even row is 2, \u2018b\u2019: its largest weight is 0.40, where an even share would be 0.33." in words
    )


def test_the_strongest_look_leaves_out_the_first_row():
    assert strongest_look(EVEN) == (1, 1, 0.75)
    assert strongest_look(torch.ones(1, 1)) == (0, 0, 1.0)


def test_the_figure_says_itself_in_words():
    assert "2 by 2 matrix" in heatmap_words(EVEN, "ab") and "0.75" in heatmap_words(EVEN, "ab")


@given(st.text(min_size=1, max_size=12))
def test_any_text_can_be_shown(text: str):
    stages = stages_of(text)
    drawing = attention_map(stages.weights, text, "dark", scaled=stages.scaled, row=len(text) - 1)
    assert tiles(drawing) == len(text) * (len(text) + 1) // 2
    assert re.sub(r"<[^<>]*>", "", drawing).count("<") == 0
    assert strongest_words(stages.weights, text) and heatmap_words(stages.weights, text)

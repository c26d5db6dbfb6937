"""The attention figure, looked at through its data: no pixels."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.attention import attention_stages
from tinygpt.plots.lessons.attention import attention_heatmap
from tinygpt.words.attention import heatmap_words, strongest_look, strongest_words

EVEN = torch.tensor([[1.0, 0.0], [0.25, 0.75]])  # a student can check it: e^0 and e^(ln 3) are shared as 1 : 3


def stages_of(text: str, head_size: int = 4):
    q, k = torch.randn(2, len(text), head_size, generator=torch.Generator().manual_seed(7))
    return attention_stages(q, k)


def test_a_tile_is_a_weight():
    heatmap = attention_heatmap(EVEN, "ab").data[0]
    assert heatmap.z[1][0] == 0.25 and heatmap.z[1][1] == 0.75
    assert (heatmap.zmin, heatmap.zmax) == (0, 1)


def test_the_masked_future_has_no_tile():
    z = attention_heatmap(stages_of("hello").weights, "hello").data[0].z
    assert all((z[i][j] is None) == (j > i) for i in range(5) for j in range(5))


def test_without_a_mask_every_tile_is_there():
    q, k = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(7))
    z = attention_heatmap(attention_stages(q, k, mask=False).weights, "abc").data[0].z
    assert None not in [w for row in z for w in row]


def test_repeated_characters_stay_apart():
    figure = attention_heatmap(stages_of("abba").weights, "abba")
    for axis in (figure.layout.xaxis, figure.layout.yaxis):
        assert list(axis.tickvals) == [0, 1, 2, 3]
        assert [">a<" in text for text in axis.ticktext] == [True, False, False, True]


def test_queries_run_downwards_and_tiles_are_square():
    axis = attention_heatmap(EVEN, "ab").layout.yaxis
    assert axis.range[0] > axis.range[1] and axis.scaleanchor == "x"


def test_invisible_characters_have_stand_ins_and_markup_stays_text():
    ticks = " ".join(attention_heatmap(stages_of(" \n\t<b>&").weights, " \n\t<b>&").layout.xaxis.ticktext)
    for shown in ("\u00b7", "\u00b6", "\u2192", "&lt;", "&gt;", "&amp;"):
        assert shown in ticks


def test_pointing_at_a_tile_says_its_arithmetic():
    scaled = torch.tensor([[0.0, 9.0], [0.0, math.log(3)]])  # 9 is the future: it must not count
    words = attention_heatmap(EVEN, "a ", scaled=scaled).data[0].customdata
    assert list(words[1][0]) == ["1, a space, looks at 0, \u2018a\u2019", "e^(0.0000) \u00f7 4.00 = 0.250"]
    assert list(words[1][1])[1] == "e^(1.0986) \u00f7 4.00 = 0.750"


def test_the_chosen_row_is_outlined_and_read_aloud():
    weights = torch.eye(6)
    weights[2] = torch.tensor([0.1, 0.8, 0.1, 0, 0, 0])
    figure = attention_heatmap(weights, "First!", row=2)
    (box,), (note,) = figure.layout.shapes, figure.layout.annotations
    assert (box.y0, box.y1, box.x1) == (1.5, 2.5, 2.5)
    assert note.text == "\u2018r\u2019 looks most at \u2018i\u2019"


def test_a_matrix_of_another_size_is_refused_in_words():
    with pytest.raises(ValueError, match="3 characters need a 3 x 3 matrix of weights, got 2 x 2"):
        attention_heatmap(EVEN, "abc")


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
    figure = attention_heatmap(stages.weights, text, "dark", scaled=stages.scaled, row=len(text) - 1)
    assert len(figure.data[0].z) == len(text)
    assert strongest_words(stages.weights, text) and heatmap_words(stages.weights, text)

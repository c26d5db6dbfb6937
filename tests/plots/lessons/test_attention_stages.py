"""The pictures of lesson 4, looked at through their data: four stages, a worked row, arrows, sums, bars."""

import math
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.attention import Stages, attention_stages
from tinygpt.plots.lessons.attention import attention_heatmap
from tinygpt.plots.lessons.attention_graph import island, islands
from tinygpt.plots.lessons.attention_plane import Aligned, letters_apart, query_plane
from tinygpt.plots.lessons.attention_projection import projection
from tinygpt.plots.lessons.attention_reading import Expected, Guesses, reading
from tinygpt.plots.lessons.attention_row import ledger, mixture, worked_row
from tinygpt.plots.lessons.attention_stages import panel_drawing, panels
from tinygpt.plots.look import PALETTE, color
from tinygpt.spelling import number
from tinygpt.words.attention import amount

TEXT = "the king"
STEP = "\u00f7 \u221a4"


def stages_of(text: str = TEXT, **rules: object) -> Stages:
    q, k = torch.randn(2, len(text), 4, generator=torch.Generator().manual_seed(3))
    return attention_stages(q, k, **rules)  # type: ignore[arg-type]


def values_of(text: str = TEXT) -> torch.Tensor:
    return torch.randn(len(text), 4, generator=torch.Generator().manual_seed(4))


class Cells(HTMLParser):
    """The words of a table, a list for each line."""

    def __init__(self, table: str) -> None:
        super().__init__()
        self.lines: list[list[str]] = []
        self.feed(table)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        if tag == "tr":
            self.lines.append([])
        elif tag in ("td", "th"):
            self.lines[-1].append("")

    def handle_data(self, data: str) -> None:
        self.lines[-1][-1] += data


# --- four stages in one formula ---------------------------------------------------------------------------------


def drawn(panel_number: int, mode: str = "light", **rules: object) -> str:
    """One of the four panels as SVG."""
    stages = stages_of(**rules)
    return panel_drawing(panels(stages, STEP)[panel_number], TEXT, mode, limit=float(stages.scores.abs().max()))


def test_four_panels_in_the_order_of_the_formula():
    stages = stages_of()
    for panel, stage in zip(panels(stages, STEP), stages, strict=True):
        shown = [value for row in panel.tiles for value in row if value is not None]
        expected = [v for v in stage.flatten().tolist() if v != float("-inf")]
        if panel.shares:
            expected = [v for i, row in enumerate(stage.tolist()) for v in row[: i + 1]]
        assert shown == pytest.approx(expected)


def test_the_future_has_no_tile_and_says_why():
    for panel in panels(stages_of(), STEP)[2:]:
        assert all((value is None) == (j > i) for i, row in enumerate(panel.tiles) for j, value in enumerate(row))
    assert [">\u2212\u221e<" in drawn(n) for n in range(4)] == [False, False, True, False]
    assert ">0</text>" in drawn(3)


def test_without_a_mask_no_triangle_is_named():
    assert ">\u2212\u221e<" not in drawn(2, mask=False)
    assert all(None not in row for panel in panels(stages_of(mask=False), STEP) for row in panel.tiles)


def test_every_place_can_be_chosen_in_all_four_also_where_no_tile_is():
    for n in range(4):
        assert len(re.findall(r'data-row="\d" data-column="\d"', drawn(n))) == 64
        assert drawn(n).count('class="chosen-row"') == drawn(n).count('class="chosen-tile"') == 1


def test_the_colors_are_explained_where_they_begin_and_the_next_two_say_that_they_share_them():
    assert ["in picture 1" in drawn(n) for n in range(4)] == [False, True, True, False]
    assert ">weight<" in drawn(3)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (4, "4.00"),
        (9_999.5, "9999.50"),
        (83_872.6, "83\u202f873"),
        (2.5e28, "2.5\u00b710\u00b2\u2078"),
        (0.00329, "0.0033"),
        (2.1e-9, "2.1\u00b710\u207b\u2079"),
        (0, "0.00"),
    ],
)
def test_what_e_makes_of_a_score_is_written_short(value, written):
    assert amount(value) == written


def test_x_times_three_matrices_makes_three_rows_of_numbers():
    matrices, x = torch.randn(3, 6, 4, generator=torch.Generator().manual_seed(5)), torch.arange(6.0)
    made = [x @ matrix for matrix in matrices]
    drawing = projection(x, matrices, made, "light")
    ElementTree.fromstring(f"<all>{drawing}</all>")
    for role, values in zip("qkv", made, strict=True):
        assert f"{role}[0] = {number(float(values[0]))}" in drawing and color(role, "light", text=True) in drawing
    assert all(f"times W of the {name}" in drawing for name in ("query", "key", "value"))


# --- a query and its keys as arrows -----------------------------------------------------------------------------


def test_shadow_times_length_is_the_score_that_stands_beside_it():
    keys, query = torch.tensor([[2.0, 1.0], [-1.0, 3.0]]), torch.tensor([3.0, 0.0])
    turned = Aligned(query, keys @ query / 2, torch.tensor([0.9, 0.1]))
    drawing = query_plane(keys, turned, "a<", "\u2018<\u2019", "light", trained=query, step="\u00f7 2")
    ElementTree.fromstring(drawing)
    said = re.findall(r">([^<>]+)</text>", drawing)
    table = said[said.index("weight") + 1 :]
    assert table[:5] == ["a", "2.00", "6.00", "3.00", "0.90"]
    assert table[5:] == ["&lt;", "\u22121.00", "\u22123.00", "\u22121.50", "0.10"]


def test_letters_of_arrows_stand_apart():
    places = letters_apart([(100.0, 50.0)] * 5 + [(150.0, 50.0)], 150.0, (210.0, 160.0))
    far = [math.dist(a, b) for i, a in enumerate(places) for b in places[:i]]
    assert min(far) > 15


# --- one row, digit by digit --------------------------------------------------------------------------------------


def test_a_line_of_the_ledger_can_be_followed_to_its_weight():
    q, k = torch.tensor([[1.0], [1.0]]), torch.tensor([[0.0], [2.0]])
    head, first, second, sums = Cells(
        ledger(attention_stages(q, k, scale=0.5), "ab", 1, "light", step="\u00f7 2")
    ).lines
    assert "".join(head[1:2]) == "q\u00b7k"
    assert head[2:] == ["\u00f7 2", "mask", "e\u02e3", "weight"]
    assert first == ["a", "0.0000", "0.0000", "stays", "1.00", "0.27"]
    assert second == ["b", "2.0000", "1.0000", "stays", "2.72", "0.73"]
    assert sums[-2:] == ["3.72", "1.00"]


def test_the_ledger_gives_the_future_minus_infinity_and_nothing():
    lines = Cells(ledger(stages_of(), TEXT, 2, "light", step=STEP)).lines
    assert [line[3] == "\u2212\u221e" for line in lines[1:-1]] == [False] * 3 + [True] * 5
    assert [line[4] == "0" for line in lines[1:-1]] == [False] * 3 + [True] * 5
    assert all(line[5] == "" for line in lines[4:-1])


def test_the_mixture_adds_up_to_what_is_handed_on():
    weights, v = torch.tensor([0.25, 0.75]), torch.tensor([[4.0, 0.0], [0.0, 8.0]])
    head, first, second, sums = Cells(mixture(weights, v, weights @ v, "ab", 1, "light")).lines
    assert head[1:] == ["weight", "v[i][0]", "v[i][1]"]
    assert first == ["a", "0.25", "4.00", "0.00"] and second == ["b", "0.75", "0.00", "8.00"]
    assert sums == ["out[1]", "", "1.00", "6.00"]


@given(st.text(min_size=1, max_size=8), st.sampled_from(["light", "dark"]))
def test_any_text_stays_text_in_the_tables_and_drawings(text, mode):
    stages, v = stages_of(text), values_of(text)
    row = len(text) - 1
    guesses = Guesses([Expected(c, 0.5, 0.25, None) for c in text], 0.5)
    drawn = [
        worked_row(stages, v, stages.weights @ v, text, row, mode, step=STEP),
        reading(stages.weights, text, row, mode, scaled=stages.scaled, guesses=guesses),
        islands(stages.weights, text, stages.weights, text, row, mode),
    ]
    for drawing in drawn:
        assert set(re.findall(r"<([a-z]+)", drawing)) <= {
            "div", "table", "thead", "tbody", "tfoot", "tr", "td", "th", "svg", "rect", "text", "circle", "path",
            "polygon", "title", "b",
        }  # fmt: skip


def test_markup_in_a_text_stays_text():
    stages, v = stages_of("<&>"), values_of("<&>")
    guesses = Guesses([Expected(c, 0.5, 0.25, None) for c in "<&>"], 0.5)
    for drawing in (
        worked_row(stages, v, stages.weights @ v, "<&>", 2, "light", step=STEP),
        reading(stages.weights, "<&>", 2, "light", scaled=stages.scaled, guesses=guesses),
        islands(stages.weights, "<&>", stages.weights, "<&>", 2, "light"),
    ):
        assert {"<", "&", ">"} <= set(ElementTree.fromstring(drawing).itertext())  # well formed, and all there


def test_scores_beyond_every_number_do_not_break_the_ledger():
    stages = attention_stages(torch.full((2, 1), 40.0), torch.full((2, 1), 40.0), scale=False)
    assert "\u221e" in ledger(stages, "ab", 1, "light", step="\u00d7 1")


# --- reading a row -------------------------------------------------------------------------------------------------


def test_reading_a_row_names_every_source_once_and_marks_what_comes():
    stages = stages_of()
    expected = [Expected("g", 0.5, 0.11, 0.35, true=True), Expected("d", 0.2, 0.19, 0.05)]
    drawing = reading(stages.weights, TEXT, 6, "light", scaled=stages.scaled, guesses=Guesses(expected, 0.5))
    for words in ("0.50 this model", "0.11 pairs", "0.35 triples", ">0.19<"):
        assert words in drawing
    assert drawing.count(" pairs") == 1


def test_pointing_at_the_row_says_the_arithmetic_of_its_tiles():
    stages = stages_of()
    drawing = reading(stages.weights, TEXT, 2, "light", scaled=stages.scaled, guesses=Guesses([], 1.0))
    titles = re.findall("<title>(.*?)</title>", drawing)
    assert len(titles) == 3 and titles[0].startswith("2, \u2018e\u2019, looks at 0, \u2018t\u2019: e^(")


# --- arrows --------------------------------------------------------------------------------------------------------


def test_an_arrow_for_each_weight_that_counts():
    weights = torch.tensor([[1.0, 0, 0], [0.995, 0.005, 0], [0.5, 0.25, 0.25]])
    drawing = island(weights, "abc", "light", row=2)
    assert drawing.count("<path") == 5  # one weight is too faint
    assert drawing.count("<polygon") == 3  # loops have no head
    assert drawing.count(color("weights", "light")) == 3 + 2  # the lit node's arrows, and the heads of two
    assert ">0.50<" in drawing and drawing.count(">0.25<") == 2


def test_the_other_island_is_dimmed_and_named():
    drawing = islands(torch.eye(2), "ab", torch.eye(3), "xyz", 1, "dark")
    here, there = drawing.split('<div style="max-width')
    assert "another text of the batch" in there and color("weights", "dark") not in there
    assert here.count("<circle") == 2 and there.count("<circle") == 3


def test_another_text_has_columns_of_its_own():
    weights = torch.tensor([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0]])
    figure = attention_heatmap(weights, "ab", looked_at="xyz")
    assert [re.sub("<.*?>", "", t) for t in figure.layout.xaxis.ticktext] == ["x", "y", "z"]
    assert [re.sub("<.*?>", "", t) for t in figure.layout.yaxis.ticktext] == ["a", "b"]
    assert figure.data[0].customdata[0][2][0] == "0, \u2018a\u2019, looks at 2, \u2018z\u2019"
    with pytest.raises(ValueError, match="2 x 3 matrix of weights, got 2 x 2"):
        attention_heatmap(torch.eye(2), "ab", looked_at="xyz")


def test_an_arrow_runs_from_the_giver_to_the_one_that_takes():
    weights = torch.tensor([[1.0, 0, 0], [0, 1.0, 0], [1.0, 0, 0]])  # 2 takes all from 0
    drawing = island(weights, "abc", "light", row=2)
    (arc,) = re.findall(r'd="M([\d.]+),[\d.]+ A[^"]* ([\d.]+),[\d.]+"', drawing)
    (tip,) = re.findall(r'<polygon points="([\d.]+)', drawing)
    nodes = sorted(float(x) for x in re.findall(r'<circle cx="([\d.]+)"', drawing))
    assert (float(arc[0]), float(arc[1]), float(tip)) == (nodes[0], nodes[2], nodes[2])


def test_light_and_dark_are_drawn_in_their_own_colors():
    assert PALETTE["dark"].ink in drawn(0, "dark")
    assert color("weights", "light") in island(torch.eye(2), "ab", "light", row=0)

"""The pictures of lesson 4, looked at through their data: four stages, a worked row, arrows, sums, bars."""

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.attention import Stages, attention_stages
from tinygpt.plots.lessons.attention import attention_heatmap, bars_figure, sums_figure
from tinygpt.plots.lessons.attention_graph import island, islands
from tinygpt.plots.lessons.attention_reading import Expected, Guesses, reading
from tinygpt.plots.lessons.attention_row import ledger, mixture, worked_row
from tinygpt.plots.lessons.attention_stages import panels, stages_figure, vectors_figure
from tinygpt.plots.look import PALETTE, color
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


# --- four stages in one figure ----------------------------------------------------------------------------------


def test_four_heatmaps_in_the_order_of_the_formula():
    figure = stages_figure(stages_of(), TEXT, step=STEP, row=6)
    for heatmap, stage in zip(figure.data, stages_of(), strict=True):
        shown = [value for row in heatmap.z for value in row if value is not None]
        expected = [v for v in stage.flatten().tolist() if v != float("-inf")]
        if heatmap is figure.data[3]:
            expected = [v for i, row in enumerate(stage.tolist()) for v in row[: i + 1]]
        assert shown == pytest.approx(expected)


def test_the_future_has_no_tile_and_says_why():
    figure = stages_figure(stages_of(), TEXT, step=STEP, row=6)
    for heatmap in figure.data[2:]:
        assert all((value is None) == (j > i) for i, row in enumerate(heatmap.z) for j, value in enumerate(row))
    said = [note.text for note in figure.layout.annotations if "<b>" not in note.text]
    assert said == ["\u2212\u221e", "0"]


def test_without_a_mask_no_triangle_is_named():
    figure = stages_figure(stages_of(mask=False), TEXT, step=STEP, row=6)
    assert all("<b>" in note.text for note in figure.layout.annotations)
    assert None not in [value for heatmap in figure.data for row in heatmap.z for value in row]


def test_the_chosen_row_and_tile_are_outlined_in_all_four():
    boxes = stages_figure(stages_of(), TEXT, step=STEP, row=6, column=5).layout.shapes
    rows = [box for box in boxes if box.x1 - box.x0 == 8]
    tiles = [box for box in boxes if box.x1 - box.x0 == 1]
    for found in (rows, tiles):
        assert {box.xref for box in found} == {"x", "x2", "x3", "x4"}
        assert all((box.y0, box.y1) == (5.5, 6.5) for box in found)
    assert all((box.x0, box.x1) == (4.5, 5.5) for box in tiles)


def test_signed_stages_share_one_scale_and_weights_have_their_own():
    stages = stages_of()
    figure, most = stages_figure(stages, TEXT, step=STEP, row=0), float(stages.scores.abs().max())
    assert all((h.zmin, h.zmax) == pytest.approx((-most, most)) for h in figure.data[:3])
    assert (figure.data[3].zmin, figure.data[3].zmax) == (0, 1)
    assert [h.showscale for h in figure.data] == [False, False, True, True]


def test_pointing_at_a_tile_says_its_arithmetic_in_each_stage():
    q, k = torch.tensor([[2.0], [2.0]]), torch.tensor([[0.0], [1.0]])
    stages = attention_stages(q, k, scale=0.5)
    said = [panel.says(1, 1) for panel in panels(stages, "\u00f7 2")]
    assert said == [
        "q[1] \u00b7 k[1] = 2.00", "2.00 \u00f7 2 = 1.00", "not the future: stays 1.00",
        "e^(1.0000) \u00f7 3.72 = 0.731",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "written"),
    [(4, "4.00"), (9_999.5, "9999.50"), (83_872.6, "83\u202f873"), (2.5e28, "2.5\u00b710\u00b2\u2078")],
)
def test_what_e_makes_of_a_score_is_written_short(value, written):
    assert amount(value) == written


def test_query_key_and_value_are_a_panel_each_with_one_scale():
    vectors = {name: values_of() * n for n, name in enumerate(("query", "key", "value"), 1)}
    figure = vectors_figure(vectors, TEXT)
    assert [len(h.z[0]) for h in figure.data] == [4, 4, 4]
    assert len({(h.zmin, h.zmax) for h in figure.data}) == 1
    assert figure.data[2].customdata[3][0][0] == "value of 3, a space"


# --- one row, digit by digit --------------------------------------------------------------------------------------


def test_a_line_of_the_ledger_can_be_followed_to_its_weight():
    q, k = torch.tensor([[1.0], [1.0]]), torch.tensor([[0.0], [2.0]])
    head, first, second, sums = Cells(
        ledger(attention_stages(q, k, scale=0.5), "ab", 1, "light", step="\u00f7 2")
    ).lines
    assert head[1:] == ["q\u00b7k", "\u00f7 2", "mask", "e\u02e3", "weight"]
    assert first == ["a", "0.00", "0.00", "0.0000", "1.00", "0.27"]
    assert second == ["b", "2.00", "1.00", "1.0000", "2.72", "0.73"]
    assert sums[-2:] == ["3.72", "1.00"]


def test_the_ledger_gives_the_future_minus_infinity_and_nothing():
    lines = Cells(ledger(stages_of(), TEXT, 2, "light", step=STEP)).lines
    assert [line[3] == "\u2212\u221e" for line in lines[1:-1]] == [False] * 3 + [True] * 5
    assert [line[4] == "0" for line in lines[1:-1]] == [False] * 3 + [True] * 5
    assert all(line[5] == "" for line in lines[4:-1])


def test_the_mixture_adds_up_to_what_is_handed_on():
    weights, v = torch.tensor([0.25, 0.75]), torch.tensor([[4.0, 0.0], [0.0, 8.0]])
    head, first, second, sums = Cells(mixture(weights, v, weights @ v, "ab", 1, "light")).lines
    assert head[1:] == ["weight", "channel 0", "channel 1"]
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
            "polygon", "title",
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


# --- sums and bars --------------------------------------------------------------------------------------------------


def test_the_sums_of_rows_and_columns_stand_beside_the_tiles():
    weights = torch.tensor([[1.0, 0.0], [0.25, 0.75]])
    figure = sums_figure(weights, "ab")
    words = [note.text for note in figure.layout.annotations]
    assert words.count("1.00") == 2 and "1.2" in words and "0.8" in words
    across = [box.x1 - box.x0 for box in figure.layout.shapes if box.fillcolor == color("weights", "light")]
    assert across == pytest.approx([1, 1])


def test_a_bar_for_each_character_says_its_number():
    bars = bars_figure(torch.tensor([0.0, 0.5]), "a ", name="how far").data[0]
    assert list(bars.y) == [0, 0.5] and list(bars.text) == ["0.00", "0.50"]
    assert bars.customdata[1] == "how far at 1, a space: 0.500"


def test_another_text_has_columns_of_its_own():
    weights = torch.tensor([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0]])
    figure = attention_heatmap(weights, "ab", looked_at="xyz")
    assert [re.sub("<.*?>", "", t) for t in figure.layout.xaxis.ticktext] == ["x", "y", "z"]
    assert [re.sub("<.*?>", "", t) for t in figure.layout.yaxis.ticktext] == ["a", "b"]
    assert figure.data[0].customdata[0][2][0] == "0, \u2018a\u2019, looks at 2, \u2018z\u2019"
    with pytest.raises(ValueError, match="2 x 3 matrix of weights, got 2 x 2"):
        attention_heatmap(torch.eye(2), "ab", looked_at="xyz")


def test_light_and_dark_are_drawn_in_their_own_colors():
    assert stages_figure(stages_of(), TEXT, "dark", step=STEP, row=1).layout.shapes[0].line.color == PALETTE["dark"].ink
    assert color("weights", "light") in island(torch.eye(2), "ab", "light", row=0)

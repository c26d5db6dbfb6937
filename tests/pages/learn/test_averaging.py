"""Lesson 3: the notebook's numbers on the page, and what goes wrong with another score than minus infinity."""

import json
import math
import re

import pytest
import torch

from tests.pages.learn.lesson_pages import asked, drawn, opened, position, said, sentences, shown
from tinygpt.averaging import mean_by_loop, mean_by_softmax
from tinygpt.corpus import default_corpus, load_corpus
from tinygpt.lessons.measured import counted, result
from tinygpt.randomness import generator
from tinygpt.spelling import number, scientific
from tinygpt.ui.lessons.averaging.future import hidden_line
from tinygpt.ui.lessons.averaging.measured import word_rows
from tinygpt.ui.lessons.averaging.scores import link_of, read_scores


@pytest.fixture
def page():
    return opened("averaging", reveal="all")


def test_a_head_that_looks_right_copies_all_but_the_last_character():
    closed = opened("averaging")
    assert "it pays" not in " ".join(sentences(closed, "place")), "before an answer it reads only to its left"
    asked(closed, "avg_0").set_value(0).run()
    found, cheat = sentences(closed, "place"), result("no-mask")
    assert all(f"it pays {loss:.2f}" in said for loss, said in zip(cheat.by_position, found, strict=True))
    assert all(f"reads it at position {t + 1}" in found[t] for t in range(7))
    assert "comes after the window" in found[7]
    assert cheat.sample in [block.value for block in closed.code]


def test_its_loss_is_below_every_table_of_counts_and_its_writing_costs_more_than_even_guesses():
    cheat, floors = result("no-mask"), counted()[0]
    assert cheat.val_loss < min(floor.val for floor in floors.values())
    assert max(cheat.by_position[:-1]) < 0.1 and cheat.by_position[-1] > max(result("one-head").by_position)
    page = opened("averaging", reveal="all", look_right="true")
    assert f"its guesses cost {min(cheat.in_use):.2f} to {max(cheat.in_use):.2f}" in said(page)
    assert min(cheat.in_use[:-1]) > floors["uniform"].val


def test_the_line_is_one_of_the_hidden_text():
    corpus = load_corpus(default_corpus())
    line = "".join(hidden_line(corpus))
    assert len(line) == 9 and f"\n{line}" in corpus.tokenizer.decode(corpus.val.tolist())


def test_row_2_is_the_notebook_s(page):
    found = sentences(page, "t")[2]
    assert (
        found == "Row 2, \u2018r\u2019, averages 3 positions, each with weight 0.333: xbow[2] = (0.1490, \u22120.3199)."
    )


def test_an_answer_shows_row_7_and_a_wrong_one_its_own_mark():
    page = opened("averaging")
    asked(page, "avg_1").set_value(0).run()
    shown = drawn(page, "t")
    assert position(page, "t") == "7"
    assert ["your guess" in picture[0] for picture in shown["pictures"]] == [False] * 7 + [True]
    asked(page, "avg_1").set_value(1).run()
    assert not any("your guess" in picture[0] for picture in drawn(page, "t")["pictures"])


def test_the_formula_of_a_mean_has_its_points():
    (formula,) = [block.value for block in opened("averaging", reveal="all").latex if "xbow" in block.value]
    assert "(0.18, -0.07) + (-0.36, -0.92) \\\\ + (0.63, 0.03)" in formula and "(0.1490, -0.3199)" in formula


def test_the_other_notebook_s_points(page):
    before = sentences(page, "t")
    page.button_group(key="notebook").set_value("666").run()
    assert sentences(page, "t") != before


def test_a_cell_of_the_product_is_worked_out(page):
    assert sentences(page, "cell")[2] == "c[1, 0] = 1\u00b72 + 1\u00b76 + 0\u00b76 = 8."
    page = opened("averaging", reveal="all", stage="rows sum to 1")
    assert sentences(page, "cell")[2] == "c[1, 0] = 0.5\u00b72 + 0.5\u00b76 + 0\u00b76 = 4."


def test_each_row_of_the_product_is_the_loop_s_average(page):
    x = torch.randn(4, 8, 2, generator=generator(1337))
    found = sentences(page, "wei_row")
    for t, (a, b) in enumerate(mean_by_loop(x)[0].tolist()):
        assert f"xbow[{t}] = ({number(a, 4)}, {number(b, 4)})" in found[t]
    assert "Row 3 of wei has 4 shares of 0.250" in found[3] and "has 1 share of 1.000" in found[0]
    assert "(8, 8) @ (4, 8, 2)" in said(page) and "gives (4, 8, 2)" in said(page)
    assert "Column 0 sums to 1 + 1/2 + \u2026 + 1/8 = 2.7179" in said(page)


def test_an_answer_about_the_last_row_shows_it():
    page = opened("averaging")
    asked(page, "avg_3").set_value(1).run()
    assert position(page, "wei_row") == "7"


def test_the_stages_begin_with_the_scores_and_write_minus_infinity_into_the_future(page):
    stages = drawn(page, "stage3")
    assert position(page, "stage3") == "1 scores"
    assert [picture[0].count(">\u2212\u221e<") for picture in stages["pictures"]] == [0, 28, 0, 0]
    assert [picture[0].count(">0<") for picture in stages["pictures"][2:]] == [28 + 2, 28 + 2], "and two names of axes"


def test_an_answer_about_score_0_shows_the_weights_that_it_gives():
    page = opened("averaging")
    asked(page, "avg_4").set_value(0).run()
    assert page.button_group(key="fill").value == "0" and position(page, "stage3") == "4 weights"
    assert "yet gives 0.88 of its weight" in said(page)


@pytest.mark.parametrize(("fill", "leak"), [
    ("0", "0.88"), ("\u22125", "0.045"), ("\u22121", "0.72"), ("\u221210", "3.2\u00b710\u207b\u2074"),
    ("\u221220", "1.4\u00b710\u207b\u2078"),
])  # fmt: skip
def test_a_mask_that_leaks_is_framed_and_diagnosed(page, fill, leak):
    page.button_group(key="fill").set_value(fill).run()
    assert not page.exception
    assert f"yet gives {leak} of its weight to the future" in said(page)
    assert "wrong on purpose" in said(page)
    page.button(key="right_fill").click().run()
    assert "wrong on purpose" not in said(page)


@pytest.mark.parametrize(("fill", "score", "row_2"), [
    ("\u2212\u221e", "-\\infty", "0.333"), ("\u22125", "-5", "0.330"), ("\u22121", "-1", "0.207"), ("0", "0", "0.125"),
])  # fmt: skip
def test_the_formula_of_row_2_is_that_of_the_chosen_score(page, fill, score, row_2):
    page.button_group(key="fill").set_value(fill).run()
    (formula,) = [block.value for block in page.latex if "row 2" in block.value]
    assert f"3 \\, e^0 + 5 \\, e^{{{score}}}" in formula and f"= {row_2}" in formula


def test_zeroing_after_the_softmax_breaks_the_sum(page):
    page.toggle(key="wrong_after").set_value(True).run()
    assert "row 0 now sums to 0.125" in said(page)
    (formula,) = [block.value for block in page.latex if "row 2" in block.value]
    assert "= 0.125" in formula, "the softmax was that of zeros"
    assert drawn(page, "stage3")["dials"][0]["names"][-1] == "4 the future set to 0"
    page.button(key="right_wrong_after").click().run()
    assert "wrong on purpose" not in said(page)


@pytest.mark.parametrize("notebook", ["1337", "666"])
def test_version_3_is_compared_with_the_loop(page, notebook):
    page.button_group(key="notebook").set_value(notebook).run()
    x = torch.randn(4, 8, 2, generator=generator(int(notebook)))
    loop, softmax = mean_by_loop(x), mean_by_softmax(x)
    largest = scientific(float((loop - softmax).abs().max()))
    assert f"Here it says {torch.allclose(loop, softmax)}: the largest difference is {largest}" in said(page)


def test_softmax_of_the_averages_changes_nothing_under_the_mask(page):
    assert "between the first matrix and the last is 0." in said(page)
    off, on = sentences(page, "mask")
    assert "Row 0 keeps 0.280 for itself and gives 0.103 to each of the 7 future cells" in off
    assert "between the first matrix and the last is 0." in on


def test_two_words_that_change_places_leave_the_average_of_all_three(page):
    said_, turned = word_rows()
    before, after = mean_by_loop(said_)[0], mean_by_loop(turned)[0]
    torch.testing.assert_close(before[2], after[2])
    a, b = (number(v, 4) for v in before[2].tolist())
    rows = [number(float((before[i] - after[i]).abs().max())) for i in (0, 1)]
    sentence = sentences(page, "change")[0]
    assert f"Row 2 is ({a}, {b}) both times" in sentence
    assert f"Row 0 differs by {rows[0]}, row 1 by {rows[1]}." in sentence


def test_what_an_average_forgets(page):
    _, swapped, fifth = sentences(page, "change")
    assert "only row 0 changes, by 0.85;" in swapped, "by hand, from the two points that the page shows"
    assert "Row 5 moves by 0.167, row 6 by 0.143, row 7 by 0.125" in fifth
    assert shown(opened("averaging", reveal="all", change="add 1 to x[5]"), "change") == fifth


def test_the_times_are_measured_here():
    page = opened("averaging", reveal="all")
    assert re.search(r"the loop takes [\d\u202f]+ \u00b5s, the product \d+ \u00b5s", said(page))
    page.session_state["speeds"] = True
    page.run()
    again = said(page)
    assert "its lead shrinks" in again and said(page.run()) == again, "the times stay until they are measured again"
    page.button(key="measure").click().run()
    assert not page.exception


def test_averaging_and_the_bigram_part_from_position_1_on():
    gaps = [a - b for a, b in zip(result("averaging").by_position, counted()[1], strict=True)]
    assert gaps[0] > gaps[1] and gaps[1:] == sorted(gaps[1:])
    averaged = list(result("averaging").by_position)
    assert averaged[0] > averaged[1] and averaged[1:] == sorted(averaged[1:])


def test_an_average_beside_the_last_character_is_better_than_the_bigram(page):
    both, pairs = result("averaging-skip").val_loss, counted()[0]["2-gram"].val
    assert both < pairs - 0.03
    assert f"a model that has both ends at {both:.2f}, below the bigram's {pairs:.2f}" in said(page)


def handles(page):
    """What the matrix of handles was sent."""
    (figure,) = [c for c in page.get("bidi_component") if c.proto.id.endswith("-chosen_scores")]
    return json.loads(figure.proto.json)


def test_an_answer_shows_the_score_that_was_asked_about():
    page = opened("averaging")
    asked(page, "avg_scores").set_value(1).run()
    assert handles(page)["scores"][7] == [0, 0, 0, 0, 0, 0, 0, 1] and handles(page)["start"] == [7, 7]
    assert "e\u00b9 divided by e\u00b9 + 7" in said(page)
    share = math.e / (math.e + 7)
    assert any(f"= {share:.3f}" in block.value for block in page.latex)
    assert page.query_params["scores"] == "7.7=1"


def test_a_link_to_scores_is_read_and_its_nonsense_passed_over():
    scores = read_scores("5.3=4.6, 7.1=\u22122.5,2.6=1,9.9=1,x,3.3=99,4.4=1e9")
    assert {(t, i): round(float(scores[t, i]), 1) for t, i in scores.nonzero().tolist()} == {
        (5, 3): 4.6, (7, 1): -2.5, (3, 3): 10.0
    }  # fmt: skip
    assert torch.equal(read_scores(link_of(scores)), scores)


def test_the_tasks_are_possible_and_their_numbers_those_of_the_core(page):
    copy, ninety, vowels = handles(page)["tasks"]
    assert (copy["row"], copy["wanted"], vowels["wanted"]) == (5, [3], [1, 7])
    assert f"= {math.log(0.99 / 0.01 * 5):.2f} gives 99%" in copy["done"]
    assert f"= {math.log(0.9 / 0.1 * 4):.2f}." in ninety["done"]
    tenths = torch.arange(-100, 101) / 10
    shares = tenths.exp() / (tenths.exp() + 4)
    assert ((shares >= ninety["least"]) & (shares <= ninety["most"])).any(), "a handle moves by tenths"

"""Lesson 3: the notebook's numbers on the page, and what goes wrong with another score than minus infinity."""

import pytest

from tests.pages.learn.lesson_pages import opened, said, sentences
from tinygpt.lessons.measured import counted, result


@pytest.fixture
def page():
    return opened("averaging", reveal="all")


def test_row_2_is_the_notebook_s(page):
    found = sentences(page, "t")[2]
    assert found == "Row 2 averages 3 positions, each with weight 0.333: xbow[2] = (0.1490, \u22120.3199)."


def test_the_other_notebook_s_points(page):
    before = sentences(page, "t")
    page.button_group(key="notebook").set_value("666").run()
    assert sentences(page, "t") != before


def test_a_cell_of_the_product_is_worked_out(page):
    assert sentences(page, "cell")[2] == "c[1, 0] = 1\u00b72 + 1\u00b76 + 0\u00b76 = 8."
    page.button_group(key="stage").set_value("rows sum to 1").run()
    assert sentences(page, "cell")[2] == "c[1, 0] = 0.5\u00b72 + 0.5\u00b76 + 0\u00b76 = 4."


def test_T_changes_the_matrix(page):
    found = sentences(page, "T")
    assert "Row 3 is flat at 0.250" in found[2] and "Row 7 is flat at 0.125" in found[6]


@pytest.mark.parametrize(("fill", "leak"), [("0", "0.88"), ("\u22125", "0.045"), ("\u22121", "0.72")])
def test_a_mask_that_leaks_is_framed_and_diagnosed(page, fill, leak):
    page.button_group(key="fill").set_value(fill).run()
    assert not page.exception
    assert f"yet gives {leak} of its weight to the future" in said(page)
    assert "wrong on purpose" in said(page)
    page.button(key="right_fill").click().run()
    assert "wrong on purpose" not in said(page)


@pytest.mark.parametrize(("fill", "score", "row_2"), [
    ("\u2212\u221e", "-\\infty", "0.333"), ("\u22125", "-5", "0.330"), ("\u22121", "-1", "0.207"), ("0", "0", "0.125"),
    ("0 after softmax", "0", "0.125"),
])  # fmt: skip
def test_the_formula_of_row_2_is_that_of_the_chosen_score(page, fill, score, row_2):
    page.button_group(key="fill").set_value(fill).run()
    (formula,) = [block.value for block in page.latex if "row 2" in block.value]
    assert f"3 \\, e^0 + 5 \\, e^{{{score}}}" in formula and f"= {row_2}" in formula


def test_zeroing_after_the_softmax_breaks_the_sum(page):
    page.button_group(key="fill").set_value("0 after softmax").run()
    assert "row 0 now sums to 0.125" in said(page)


def test_softmax_of_the_averages_changes_nothing_under_the_mask(page):
    assert "between the first matrix and the last: 0." in said(page)
    page.toggle(key="mask").set_value(False).run()
    assert "row 0 keeps 0.280 for itself and gives 0.103 to each of the 7 future cells" in said(page)


def test_what_an_average_forgets(page):
    assert "only row 0 changes, by 0.85;" in said(page), "by hand, from the two points that the page shows"
    page.button_group(key="change").set_value("add 1 to x[5]").run()
    assert "row 5 moves by 0.167, row 6 by 0.143, row 7 by 0.125" in said(page)


def test_the_times_are_measured_here(page):
    assert "The product is" in said(page)
    page.button(key="measure").click().run()
    assert not page.exception
    again = said(page)
    assert said(page.run()) == again, "the times stay until they are measured again"


def test_averaging_and_the_bigram_part_from_position_1_on():
    gaps = [a - b for a, b in zip(result("averaging").by_position, counted()[1], strict=True)]
    assert gaps[0] > gaps[1] and gaps[1:] == sorted(gaps[1:])
    averaged = list(result("averaging").by_position)
    assert averaged[0] > averaged[1] and averaged[1:] == sorted(averaged[1:])


@pytest.mark.parametrize(("size", "terms"), [(2, "1 + 1/2"), (3, "1 + 1/2 + 1/3"), (8, "1 + 1/2 + \u2026 + 1/8")])
def test_a_sum_of_few_terms_is_written_out(size, terms):
    assert f"Column 0 sums to {terms} = " in said(opened("averaging", reveal="all", T=str(size)))


def test_an_average_beside_the_last_character_is_better_than_the_bigram(page):
    both, pairs = result("averaging-skip").val_loss, counted()[0]["2-gram"].val
    assert both < pairs - 0.03
    assert f"a model that has both ends at {both:.2f}, below the bigram's {pairs:.2f}" in said(page)

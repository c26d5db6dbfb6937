"""Lesson 5: the notebooks' numbers on the page, the wrong dice, and a pair of heads trained here."""

import pytest

from tests.pages.learn.lesson_pages import asked, hidden, opened, pictures, said, sentences
from tests.waiting import until
from tinygpt.attention import attention_stages
from tinygpt.lessons import measured
from tinygpt.lessons.measured import SIZES, counted, result
from tinygpt.lessons.scaling import FEW, ROW_DRAWS, spreads, variances
from tinygpt.lessons.scaling import SIZES as SIZES_OF_THE_SLIDER
from tinygpt.randomness import generator
from tinygpt.ui import session
from tinygpt.variance import random_qk


@pytest.fixture
def page():
    return opened("scaling", reveal="all")


pytestmark = pytest.mark.usefixtures("one_engine")


def test_only_the_first_picture_is_there_before_a_question_is_answered():
    page = opened("scaling")
    before = pictures(page)
    assert not page.get("plotly_chart") and sentences(page, "head_size")
    assert {f"show_sca_{n}" for n in range(2, 6)} <= set(hidden(page))
    asked(page, "sca_2").set_value(2).run()
    assert pictures(page) == before + 1
    plain = spreads("randn")["scores"]
    a, b = (plain[SIZES_OF_THE_SLIDER.index(size)].mean for size in (16, 64))
    assert (a, b) == pytest.approx((16, 64), rel=0.02)
    assert f"**Right.** Measured: {a:.1f} at 16 and {b:.1f} at 64." in said(page)


def test_one_draw_with_the_notebook_s_seed(page):
    found = sentences(page, "head_size")
    assert found[3] == "at head_size 16 the variance of k is 1.09, of q 1.06, of q·k 18.44; divided by √16 it is 1.15."


def test_another_head_size_and_seed_is_another_draw(page):
    before = sentences(page, "head_size")
    assert before[5].startswith("at head_size 64 the variance of k is") and len(set(before)) == len(before)
    page.number_input(key="seed").set_value(1).run()
    assert not page.exception and sentences(page, "head_size") != before


def test_the_number_that_the_notebook_printed_is_called_rare(page):
    assert "The first study notebook printed 1.2769 for head_size 16, divided. Only 2.2% of 5\u202f000 draws" in said(
        page
    )


def test_the_marks_slide_along_the_measured_variance(page):
    found = sentences(page, "size")
    assert found[6].startswith("at head_size 16 the variance is 15.9, and divided 0.99.")
    assert found[9].endswith("Undivided, the row puts 0.80 on one character; divided, its largest weight is 0.25.")


def test_a_single_draw_wanders(page):
    before = sentences(page, "size")
    page.button_group(key="draws").set_value(1).run()
    assert sentences(page, "size") != before
    assert "Dots: a single draw of 4 × 8 queries and keys" in said(page)


def test_the_notebook_s_softmax_at_every_factor(page):
    found = sentences(page, "factor")
    assert found[4] == "at factor 1 the largest weight is 0.2872, as if looking at 4.81 of 5 characters."
    assert found[7] == "at factor 8 the largest weight is 0.8000, as if looking at 1.86 of 5 characters."
    assert found[-1] == "at factor 100 the largest weight is 1.0000, as if looking at 1.00 of 5 characters."


def test_at_100_the_winner_cannot_be_moved():
    found = sentences(opened("scaling", reveal="all"), "winner")
    assert found[-1].startswith(
        "at factor 100 the winner moves by 2.06e\u221209 per unit of its score, computed in 32 bits by exactly 0"
    )


def test_the_second_factor_starts_where_a_link_has_the_first():
    page = opened("scaling", reveal="all", factor="8")
    assert any("0.8000 \\cdot (1 - 0.8000) \\\\ &= 0.1600" in formula.value for formula in page.latex)


def test_thousands_of_rows(page):
    assert "at head_size 256, 64% of the undivided rows put more than 0.99 on one character, 0% of the divided" in said(
        page
    )


def test_without_the_division_the_wrong_dice_sharpen_too():
    """So the division does something with them as well, and no sentence may say that it does nothing."""

    def largest(size: int, *, scale: bool) -> float:
        q, k = random_qk(size, draws=ROW_DRAWS, distribution="rand", generator=generator(1337))
        return attention_stages(q, k, scale=scale, mask=False).weights.amax(-1).mean().item()

    assert [largest(size, scale=False) for size in FEW] == pytest.approx([0.19, 0.27, 0.44, 0.65], abs=0.01)
    assert [largest(size, scale=True) for size in FEW] == pytest.approx([0.157] * 4, abs=0.002)


def test_a_variance_is_measured_in_400_draws():
    assert all(len(values) == 400 for values in variances(4, "rand").values())


def test_the_sizes_of_the_chart_are_those_that_were_trained():
    assert SIZES == FEW


@pytest.mark.parametrize("head_size", SIZES)
def test_what_was_trained_is_quoted_from_the_file(page, head_size):
    page.button_group(key="trained_size").set_value(head_size).run()
    a, b = (result(f"{name}-{head_size}").val_loss for name in ("scaled", "unscaled"))
    assert f"at head_size {head_size} the val loss is {a:.3f} with the division and {b:.3f} without" in said(page)


def test_the_undivided_head_of_256_froze_and_became_a_bigram(page):
    end, floor = result("unscaled-256"), counted()[0]["2-gram"].val
    assert (
        end.entropy[-1][0] < 0.05 and end.itself[-1][0] > 0.95 and end.val_loss > floor > result("scaled-256").val_loss
    )
    assert f"The undivided head froze: weight on the character itself {end.itself[-1][0]:.2f}" in said(page)


def test_without_the_file_of_results_the_page_says_how_to_make_it(monkeypatch, tmp_path):
    monkeypatch.setattr(measured, "FILE", tmp_path / "lessons.json")
    for kept in (measured.stored_lines, measured.result):
        kept.cache_clear()
    try:
        page = opened("scaling", reveal="all")
        assert any("python -m benchmarks.lessons" in text.value for text in page.text)
    finally:
        for kept in (measured.stored_lines, measured.result):
            kept.cache_clear()


@pytest.mark.slow
def test_a_pair_is_trained_here_and_compared(page):
    page.button_group(key="trained_size").set_value(4).run()
    page.button(key="train_pair").click().run()
    assert page.button(key="train_pair").disabled

    def pair():
        return session.engine().runs(page.session_state["student"])

    until(lambda: all(view.status == "finished" for view in pair()), says=pair)
    page.run()
    ends = {view.name: view.final[1] for view in pair()}
    assert set(ends) == {"head_size 4, \u00f7 \u221ahead_size", "head_size 4, not divided"}
    a, b = ends["head_size 4, \u00f7 \u221ahead_size"], ends["head_size 4, not divided"]
    assert f"val loss {a:.3f} with the division and {b:.3f} without." in said(page)
    assert not page.button(key="train_pair").disabled

"""Lesson 5: the notebooks' numbers on the page, guesses that stay in the picture, and a pair of heads trained here."""

import re

import pytest
import torch

from tests.pages.learn.lesson_pages import (
    asked,
    data_of,
    hidden,
    opened,
    pictures,
    position,
    replied,
    said,
    sentences,
    shown,
)
from tests.waiting import until
from tinygpt.attention import attention_stages
from tinygpt.averaging import softmax_weights
from tinygpt.lessons import measured
from tinygpt.lessons.measured import SIZES, counted, result
from tinygpt.lessons.scaling import FEW, ROW_DRAWS, TERMS, query_gradients, variances
from tinygpt.randomness import generator
from tinygpt.ui import session
from tinygpt.variance import effective_characters, random_qk


@pytest.fixture
def page():
    return opened("scaling", reveal="all")


pytestmark = pytest.mark.usefixtures("one_engine")


def drawn(page, key):
    """The drawing at every position of the figure that follows the finger under `key`."""
    (figure,) = [c for c in page.get("bidi_component") if c.proto.id.endswith(f"-drag_{key}")]
    return [picture[0] for picture in data_of(figure)["pictures"]]


def test_before_its_answer_the_first_picture_is_one_score_and_says_no_spread():
    page = opened("scaling")
    assert not page.get("plotly_chart") and not page.latex
    assert sentences(page, "terms")[4].startswith(
        "The first 16 products of one score add up to \u22124.97; 9 of them are"
    )
    assert not any("spread" in text for text in sentences(page, "terms") + drawn(page, "terms"))
    assert {"show_sca_2", "show_sca_3", "show_sca_5"} <= set(hidden(page))


def test_an_answer_turns_one_score_into_many_and_keeps_the_guess_at_16():
    page = opened("scaling")
    asked(page, "sca_1").set_value(2).run()
    assert position(page, "terms") == "16"
    assert sentences(page, "terms")[4] == (
        "After 16 products the 20\u202f480 sums have spread 3.99; the root of 16 is 4.00 (dashed). "
        "Without their minus signs the products would add up to 10.2 on average."
    )
    guessed = ["your guess 16" in drawing for drawing in drawn(page, "terms")]
    assert guessed == [n == 16 for n in TERMS]
    assert "the spread only if all 16 products always agreed. Measured: 3.99." in replied(page, "sca_1")


def test_the_variance_is_shown_at_the_size_that_was_asked_with_the_guess():
    page = opened("scaling")
    before = pictures(page)
    asked(page, "sca_2").set_value(1).run()
    assert pictures(page) == before + 1 and position(page, "size") == "64"
    assert all("your guess" in drawing for drawing in drawn(page, "size"))


@pytest.mark.parametrize("draws", [1, 20, 400])
def test_the_reply_quotes_what_the_picture_shows_for_these_draws(page, draws):
    asked(page, "sca_2").set_value(2).run()
    page.button_group(key="draws").set_value(draws).run()
    a, b = (float(re.search(r"The mean of .*?: ([\d.]+), divided", sentences(page, "size")[n])[1]) for n in (6, 10))
    many = "1 draw" if draws == 1 else f"{draws} draws"
    assert f"Measured in {many}: {a:.1f} at 16 and {b:.1f} at 64." in replied(page, "sca_2")
    assert (a, b) == pytest.approx((16, 64), rel={1: 0.3, 20: 0.05, 400: 0.02}[draws])
    assert (a == 18.4) == (draws == 1)


def test_one_draw_with_the_notebook_s_seed(page):
    assert sentences(page, "size")[6].startswith(
        "At head_size 16 one draw has variance 1.09 for k, 1.06 for q, 18.44 for q\u00b7k, and 1.15 for q\u00b7k"
    )


def test_another_head_size_and_seed_is_another_draw(page):
    before = sentences(page, "size")
    assert len(set(before)) == len(before)
    page.number_input(key="seed").set_value(1).run()
    assert not page.exception and sentences(page, "size") != before


def test_the_number_that_the_notebook_printed_is_called_rare(page):
    assert "The first study notebook printed 1.2769 for head_size 16, divided. Only 2.2% of 5\u202f000 draws" in said(
        page
    )


def test_the_marks_slide_along_the_measured_variance(page):
    found = sentences(page, "size")
    assert "The mean of 400 draws: 15.9, divided 0.99." in found[6]
    assert found[9].endswith("Undivided, the row puts 0.80 on one character; divided, 0.25 at most.")


def test_a_single_draw_is_the_one_that_is_shown(page):
    page.button_group(key="draws").set_value(1).run()
    for sentence in sentences(page, "size"):
        found = re.search(r"([\d.]+) for q.k, and ([\d.]+) for .* 1 draw: ([\d.]+), divided (\d+\.\d+)", sentence)
        one, one_divided, plain, divided = map(float, found.groups())
        assert (plain, divided) == (pytest.approx(one, abs=0.051), one_divided)
    assert "A dot is a single draw of 4 \u00d7 8 queries and keys" in said(page)


def test_the_notebook_s_softmax_at_every_factor(page):
    found = sentences(page, "factor")
    assert found[4].startswith(
        "At factor 1 the largest weight is 0.2872, as if this row looked at 4.81 of its 5 characters."
    )
    assert found[7].startswith(
        "At factor 8 the largest weight is 0.8000, as if this row looked at 1.86 of its 5 characters."
    )
    assert found[-1].startswith("At factor 100 the largest weight is 1.0000, as if this row looked at 1.00 of its 5")


def test_the_digits_of_the_study_notebook_stand_in_the_picture(page):
    for n, printed in (
        (4, ["0.1925", "0.1426", "0.2351", "0.1426", "0.2872"]),
        (-1, ["4.2484\u00b710\u207b\u00b9\u2078", "3.9754\u00b710\u207b\u00b3\u00b9", "2.0612\u00b710\u207b\u2079"]),
    ):
        texts = re.findall(r">([^<>]+)</text>", drawn(page, "factor")[n])
        assert set(printed) <= set(texts)


def test_softmax_along_an_axis_that_five_scores_do_not_have_is_an_error():
    """What lesson 5 says of the line that the second study notebook left out."""
    with pytest.raises(IndexError):
        torch.softmax(torch.tensor([0.1, -0.2, 0.3, -0.2, 0.5]), dim=1)


def test_the_first_question_shows_factor_8_and_hides_how_far_the_winner_moves():
    page = opened("scaling")
    asked(page, "sca_3").set_value(2).run()
    assert position(page, "factor") == "8" and "show_sca_4" in hidden(page)
    assert ["your guess 2.30" in drawing for drawing in drawn(page, "factor")].index(True) == 7
    assert not any("The winner's weight moves by" in sentence for sentence in sentences(page, "factor"))


def test_the_second_question_shows_factor_100_where_the_winner_cannot_be_moved():
    page = opened("scaling")
    asked(page, "sca_3").set_value(1).run()
    asked(page, "sca_4").set_value(2).run()
    assert position(page, "factor") == "100" and "show_sca_4" not in hidden(page)
    assert sentences(page, "factor")[-1].endswith(
        "weight moves by 2.06\u00b710\u207b\u2079 per unit of its score; computed in 32 bits, by exactly 0."
    )
    assert "your guess" in drawn(page, "factor")[-1] and "On paper it moves by 2\\.06\u00b7" in replied(page, "sca_4")
    assert any("1 - p &= 2.0612 \\cdot 10^{-9}" in formula.value for formula in page.latex)


def test_no_number_of_the_page_has_an_e(page):
    every = said(page) + "".join(sentences(page, "factor")) + "".join(formula.value for formula in page.latex)
    assert not re.findall(r"\d[eE][+\-\u2212]?\d", every)


def test_thousands_of_rows(page):
    words = said(page)
    assert "At head_size 256, 64% of the undivided rows put more than 0.99 on one character, 0% of the divided" in words
    assert "as if it looked at 5.7 of 8 characters at head_size 256, and at 5.7 at head_size 16." in words


def test_the_median_of_the_gradients_is_that_of_many_queries(page):
    """1,920 queries gave 0.04; 40,000 give 0.03 with every seed."""
    assert "The average gradient of 40\u202f000 queries" in said(page)
    assert "(their median is 0.03; 34% are below 0.001)" in said(page)
    assert {round(query_gradients(256, seed)["scores"].median().item(), 2) for seed in (1, 2, 3, 4)} == {0.03}


def test_a_guess_of_the_share_of_rows_stays_in_the_picture():
    page = opened("scaling")
    asked(page, "sca_5").set_value(0).run()
    assert any("your guess" in chart.proto.spec for chart in page.get("plotly_chart"))


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
    a, b = (result(f"{name}-{head_size}").val_loss for name in ("scaled", "unscaled"))
    assert f"At head_size {head_size} the val loss is {a:.3f} with the division and {b:.3f} without" in " ".join(
        sentences(page, "trained_size")
    )


def test_the_undivided_head_of_256_froze_and_became_a_bigram(page):
    end, floor = result("unscaled-256"), counted()[0]["2-gram"].val
    assert (
        end.entropy[-1][0] < 0.05 and end.itself[-1][0] > 0.95 and end.val_loss > floor > result("scaled-256").val_loss
    )
    assert f"The undivided head froze: {end.itself[-1][0]:.2f} of the weight is on the character itself." in shown(
        page, "trained_size"
    )


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


def test_the_question_about_16_shows_16():
    page = opened("scaling")
    asked(page, "sca_8").set_value(1).run()
    assert position(page, "trained_size") == "16" and "At head_size 16 the val loss" in shown(page, "trained_size")


def test_how_many_characters_rows_look_at_says_which_rows_and_how_many_there_can_be(page):
    drawing = drawn(page, "trained_size")[0]
    assert "As if rows 1 to 7 looked at \u2026 characters, on average" in drawing
    rows = softmax_weights(8)[1:]
    assert f"{effective_characters(rows).mean().item():.1f}" == "5.0"
    assert re.search(">even rows</text>.{1,200}>5\\.0</text>", drawing)


def test_beside_the_button_that_trains_stands_how_long_it_takes(page):
    assert re.search(r"with and without the division: 3\u202f000 steps each, [\d a-z]*(s|min) here", said(page))


@pytest.mark.slow
def test_a_pair_is_trained_here_and_compared():
    page = opened("scaling", reveal="all", trained_size="4")
    page.button(key="train_pair").click().run()
    assert page.button(key="train_pair").disabled

    def pair():
        return session.engine().runs(page.session_state["student"])

    until(lambda: all(view.status == "finished" for view in pair()), says=pair)
    page.run()
    ends = {view.name: view.final[1] for view in pair()}
    assert set(ends) == {"head_size 4, \u00f7 \u221ahead_size", "head_size 4, not divided"}
    a, b = ends["head_size 4, \u00f7 \u221ahead_size"], ends["head_size 4, not divided"]
    assert f"val loss is {a:.3f} with the division and {b:.3f} without." in said(page)
    assert not page.button(key="train_pair").disabled

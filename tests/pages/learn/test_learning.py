"""Lesson 7: what its sentences say is what was computed, on any text."""

import math
import re

import pytest

from tests.pages.lab.train_page import shared
from tests.pages.learn.lesson_pages import asked, drawn, opened, replied, said, sentences
from tinygpt.corpus import default_corpus
from tinygpt.lessons.fading import by_block, through_softmax
from tinygpt.spelling import powered
from tinygpt.ui.lessons.bigram.text import counted_text, first_batch

pytestmark = pytest.mark.usefixtures("one_engine")
N = r"([+\u2212]?\d+\.\d+)"  # a number of a sentence


def printed(*found: str) -> list[float]:
    return [float(each.replace("\u2212", "-")) for each in found]


@pytest.fixture
def page():
    return opened("learning", reveal="all")


def test_what_came_is_pushed_up_as_much_as_all_others_down(page):
    for sentence in sentences(page, "guess"):
        share, up, loss = printed(*re.search(rf"share was {N}:.* up by {N}, .* is {N}\.", sentence).groups())
        assert up == pytest.approx(1 - share, abs=1e-4)
        assert math.exp(-loss) == pytest.approx(share, abs=1e-3)
    asked(page, "lea_1").set_value(1).run()
    share, down = printed(*re.search(rf"1 \u2212 {N} = {N}\.", replied(page, "lea_1")).groups())
    assert replied(page, "lea_1").startswith("**Right.**") and down == pytest.approx(1 - share, abs=1e-4)


def test_the_same_guess_is_pushed_less_once_the_table_has_learned():
    page = opened("learning", reveal="all", learned="trained")
    trained = [float(re.search(r"share was ([\d.]+)", each)[1]) for each in sentences(page, "guess")]
    untrained = [float(re.search(r"share was ([\d.]+)", each)[1]) for each in sentences(opened("learning"), "guess")]
    assert sum(trained) > sum(untrained)


def test_the_batch_walks_guess_by_guess_and_then_falls(page):
    said_of = sentences(page, "fills")
    assert sum(" of 32: after " in each for each in said_of) == 32
    after = [float(re.search(r"costs ([\d.]+)", each)[1]) for each in said_of if "costs" in each]
    assert len(after) == 4 and after[1:] == sorted(after[1:], reverse=True)
    asked(page, "lea_2").set_value(2).run()
    assert replied(page, "lea_2").startswith("**Right.**") and f"to {after[0]:.4f}" in replied(page, "lea_2")


def test_the_chain_ends_in_a_product_and_autograd_agrees(page):
    *_, last = sentences(page, "link")
    d_query, x, product = printed(*re.search(rf"{N} \u00b7 {N} = {N}\.", last).groups())
    assert d_query * x == pytest.approx(product, abs=5e-4)
    assert re.search(r"Autograd finds the same .* to \d\u00b710\u207b[\u2077\u2078\u2079]\.", last)
    weight, d_weight, mean, d_score = printed(
        *re.search(rf"{N} \u00b7 \({N} \u2212 \({N}\)\) = {N}", sentences(page, "link")[4]).groups()
    )
    assert weight * (d_weight - mean) == pytest.approx(d_score, abs=5e-4)


def test_a_short_nudge_keeps_the_promise_and_a_long_one_does_not(page):
    gaps = [
        abs(promised - observed)
        for each in sentences(page, "nudge")
        for promised, observed in [printed(*re.search(rf"promised {N} .* observed {N}", each).groups())]
    ]
    middle = len(gaps) // 2
    assert max(gaps[middle - 1 : middle + 2]) < 5e-4 < 0.01 < min(gaps[0], gaps[-1])


def test_the_rate_that_is_best_for_one_step_is_told_what_it_does_in_many(page):
    wrong = [each for each in sentences(page, "rate") if "this rate is too large" in each]
    assert wrong and any("is no number any more" in each for each in wrong)
    asked(page, "lea_5").set_value(2).run()
    assert replied(page, "lea_5").startswith("**Right.**")


def test_adamw_moves_a_number_by_its_rate_at_first_and_a_seldom_one_nearly_as_far(page):
    assert re.search(r"the number moves by [+\u2212]0\.01000,", sentences(page, "adam_step")[0])
    often, seldom = (
        sentences(opened("learning", reveal="all", number=which), "adam_step")[-1] for which in ("often", "seldom")
    )
    ways = [printed(*re.search(rf"come {N} so far; by plain descent {N}\.", each).groups()) for each in (often, seldom)]
    by_adamw, plain = (abs(a / b) for a, b in zip(*ways, strict=True))
    assert by_adamw < 10 < plain
    asked(page, "lea_6").set_value(1).run()
    assert replied(page, "lea_6").startswith("**Right.**")


def test_what_a_sure_softmax_hands_back_is_measured(page):
    at = [dial["names"] for dial in drawn(page, "sure_size")["dials"] if dial["key"] == "sure_size"][0].index("64")
    median = float(through_softmax(64, False).d_scores.norm(dim=1).median())
    assert "4\u202f000 rows" in sentences(page, "sure_size")[at]
    assert f"it hands back is {median:.3f} long" in sentences(page, "sure_size")[at]


def test_gradients_of_blocks_are_told_as_they_were_measured(page):
    name = default_corpus()
    x, y = first_batch(name)
    sizes = by_block(8, False, False, x, y, counted_text(name).V)
    assert f"block 0 has a gradient of {powered(sizes[0], 1)}" in sentences(page, "deep")[-1]
    assert f"that is {powered(sizes[0] / sizes[-1], 0)} of it" in sentences(page, "deep")[-1]
    with_skips = opened("learning", reveal="all", deep_skips="true")
    assert "with skips, without LayerNorm" in sentences(with_skips, "deep")[-1]
    assert "10\u207b" not in sentences(with_skips, "deep")[-1]


@pytest.mark.parametrize(
    "text",
    ["a" * 60, "ab" * 40, "to be, or not to be: that is the $<b>&# " * 3, "\U0001f600\t\u202e|~" * 20],
    ids=["one symbol", "two", "short", "odd"],
)
def test_own_texts_of_any_kind_hold_to_the_end(text):
    page = opened("learning", reveal="all", corpus=shared(text))
    assert page.selectbox(key="corpus").value == shared(text)
    assert "nan" not in said(page) and "Through many blocks" in {header.value for header in page.header}

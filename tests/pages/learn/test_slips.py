"""Beside the lessons: each slip of the study notebooks is asked about, shown, and put right."""

import re

import pytest
import torch

from tests.pages.learn.lesson_pages import asked, drawn, hidden, opened, position, replied, said, sentences, shown
from tinygpt.averaging import mean_by_loop, mean_by_tril
from tinygpt.inside.heads import notebook_head
from tinygpt.randomness import generator

pytestmark = pytest.mark.usefixtures("one_engine")


@pytest.fixture
def page():
    return opened("slips", reveal="all")


def test_a_page_beside_the_lessons_has_no_number_no_check_and_leads_home(page):
    assert "Beside the lessons" in said(page) and "Lesson" not in said(page).split("Beside")[0]
    assert "check" not in [header.anchor for header in page.header]
    assert page.get("page_link")[-1].proto.label == "Home"


def test_no_picture_is_there_before_its_question_is_answered():
    assert hidden(opened("slips")) == [f"show_slip_{n}" for n in range(1, 7)]


def test_the_method_that_nobody_called(page):
    (printed,) = [code.value for code in page.code if ">>> print(data.type)" in code.value]
    assert printed.splitlines()[1::2] == ["<built-in method type of Tensor object>", "torch.LongTensor", "torch.int64"]


def test_how_often_the_hidden_crash_comes_is_said_for_a_whole_training(page):
    asked(page, "slip_2").set_value(1).run()
    found = re.search(r"one training of 10.000 steps in (\d+) crashes", said(page))
    assert found and 5 <= int(found[1]) <= 8, "4 of about 1,018,754 starts are bad, and a batch draws 4"


def test_an_answer_shows_the_case_that_was_asked_about():
    page = opened("slips")
    for question in ("slip_2", "slip_4", "slip_5"):
        asked(page, question).set_value(0).run()
    assert said(page).count("wrong on purpose") == 1
    assert position(page, "distribution") == "rand"
    assert position(page, "slip_dim") == "1" and "With dim=1 the rows sum to" in shown(page, "slip_dim")
    assert sentences(page, "start")[-1].startswith("Start 35: x has 5 ids, y has 4; torch.stack needs equal lengths")
    assert "Drawn with rand, the divided scores" in said(page)


def test_a_slip_can_be_put_right():
    page = opened("slips", reveal="all", wrong_draw="true")
    page.button(key="right_wrong_draw").click().run()
    assert not page.exception and not page.session_state["wrong_draw"]
    assert "wrong on purpose" not in said(page)
    dials = [drawn(page, key)["dials"][0] for key in ("slip_dim", "distribution")]
    assert [dial["right"] for dial in dials] == [0, 0], "the browser puts these right itself"


@pytest.mark.parametrize("seed", ["1337", "666"])
def test_two_roundings_are_compared_with_the_tolerances_of_allclose(page, seed):
    page.button_group(key="slip_seed").set_value(seed).run()
    x = torch.randn(4, 8, 2, generator=generator(int(seed)))
    loop, tril = mean_by_loop(x), mean_by_tril(x)
    close = torch.allclose(loop, tril)
    question = page.radio(key="ask_slip_3").label
    assert f"here it is {close}." in question and f"False for {int((loop != tril).sum())} of 64 entries" in question
    assert f"allclose says {close}." in said(page)
    assert ("more than 1\u00b710\u207b\u2078 + 1\u00b710\u207b\u2075 \u00b7 " in said(page)) is not close, (
        "why it says False"
    )


def test_the_printed_weights_are_made_again(page):
    wei = notebook_head().see(torch.arange(8), dim=1).stages.weights
    assert [round(float(v), 4) for v in wei[2, :3]] == [0.0521, 0.0135, 0.2482], "the study notebook's third row"
    assert f"Row 5 sums to {float(wei[5].sum()):.2f}" in sentences(page, "slip_dim")[1]
    asked(page, "slip_4").set_value(1).run()
    assert replied(page, "slip_4").startswith("**Right.**")
    assert "0.0248" in page.radio(key="ask_slip_4").options[1]


def test_the_wrong_dice_are_diagnosed(page):
    wrong = sentences(page, "distribution")[1]
    assert "(theory 7/144 = 0.0486), while the mean score grows as head_size/4: 1.0, 4.0, 16.0, 64.0." in wrong
    assert "(the largest of 8 weights averages 0.16): far too even. Draw randn." in wrong


@pytest.mark.parametrize(
    ("scale", "variance"), [("none", 8), ("1/sqrt(head_size)", 1), ("1/sqrt(n_embd)", 0.25), ("1/head_size", 0.125)]
)
def test_the_root_of_which_size(scale, variance):
    page = opened("slips", reveal="all", root=scale)
    (found,) = re.findall(r"at head_size 8 the variance is ([\d.]+) and the largest of 8 weights", shown(page, "root"))
    assert float(found) == pytest.approx(variance, rel=0.05)


@pytest.mark.parametrize(
    ("lesson", "said_there"),
    [("scaling", {"distribution": "rand"}), ("scaling", {"root": "none"}), ("tokens", {"wrong_draw": "true"})],
)
def test_a_link_of_before_leads_to_where_its_scene_stands_now(lesson, said_there):
    page = opened(lesson, reveal="all", **said_there)
    assert page.title[0].value == "Slips of the study notebooks"
    ((key, value),) = said_there.items()
    assert page.query_params[key] == value
    assert key == "wrong_draw" or position(page, key) == value

"""Lesson 4 without a browser: which head reads which text, and what its scenes say about it."""

import math
import re
import subprocess
import sys

import pytest
import torch
from streamlit.testing.v1 import AppTest

from tests.pages.learn import lesson_pages
from tests.pages.learn.lesson_pages import said, sentences
from tinygpt.checkpoint.model_file import load
from tinygpt.gpt import GPTLanguageModel
from tinygpt.inside.heads import ModelHead, notebook_head, untrained_head
from tinygpt.lessons.measured import counted, path_of, result
from tinygpt.spelling import number
from tinygpt.ui.lessons.attention.digits import as_pytorch
from tinygpt.ui.lessons.attention.reader import MODELS, NOTEBOOK, UNTRAINED, Reader
from tinygpt.words.storyboard import lesson

STORY = lesson("attention")


def opened(**params: str) -> AppTest:
    """The page with every picture open, as a link with these settings gives it."""
    return lesson_pages.opened("attention", **{"reveal": "all", **params})


def alts(page: AppTest) -> str:
    return "\n".join(chart.proto.alt for chart in page.get("plotly_chart"))


def test_it_opens_with_a_trained_head_that_reads_the_king():
    page = opened()
    assert page.text_input(key="text").value == "the king"
    assert page.selectbox(key="reader").value == "one head with skip"
    assert "\u2018n\u2019 at 6 looks at \u2018i\u2019 at 5" in said(page)


@pytest.mark.parametrize("name", [*MODELS, UNTRAINED, NOTEBOOK])
def test_every_head_can_be_read_in_every_scene(name):
    page = opened(reader=name, softmax_dim="1", wrong_nomask="true", see_mask="false")
    assert page.selectbox(key="reader").value == name
    assert len(page.get("plotly_chart")) == 13  # one of them only while it goes wrong
    assert len(page.get("bidi_component")) >= 3


ODD = ["", "a", "\u00e9\u00e9", "ab", "abba", "**[x](y)** <b>:red[k]", "x" * 24, "   ", "$$&"]


@pytest.mark.parametrize(("text", "name"), [(text, [UNTRAINED, "one head"][i % 2]) for i, text in enumerate(ODD)])
def test_nothing_breaks_on_what_people_type(text, name):
    assert not opened(reader=name, text=text, softmax_dim="1").exception


def test_characters_without_a_vector_are_left_out_and_named():
    page = opened(text="caf\u00e9 7!", reader=UNTRAINED)
    assert "Left out, because this head has no vector for it: \u2018\u00e9\u2019, \u20187\u2019." in said(page)
    assert "(5, 32)" in said(page)  # c a f space !


def test_a_long_text_is_read_at_its_end_by_a_model_with_a_short_memory():
    page = opened(text="God save the king", reader="one head")
    assert "It reads 8 characters at most, so it reads the last: \u2018the king\u2019." in said(page)


def test_an_empty_text_is_replaced_and_said():
    assert "Nothing is left to read, so it reads \u2018the king\u2019." in said(opened(text=""))


def test_an_example_is_one_press_away():
    page = opened()
    page.button(key="example_2").click().run()
    assert not page.exception and page.text_input(key="text").value == "to be or"


def test_a_shorter_text_keeps_the_chosen_tile_inside():
    page = opened()
    page.text_input(key="text").set_value("ab").run()
    assert not page.exception
    assert (page.number_input(key="row").value, page.number_input(key="col").value) == (1, 1)


def test_another_head_of_the_gpt_is_another_picture():
    page = opened(reader="GPT")
    before = alts(page)
    page.button_group(key="layer").set_value(2).run()
    page.button_group(key="head").set_value(3).run()
    assert not page.exception and alts(page) != before


def test_the_notebooks_numbers_stand_on_the_page():
    page = opened(reader=NOTEBOOK, softmax_dim="1")
    assert "The value of position 0 begins \u22120.1571, 0.8801, 0.1615, \u22120.7824." in said(page)
    assert "wei[0][0][0] is 0.0248" in said(page) and "row 5 sums to 1.71" in said(page)
    assert "x is (8, 32); query, key and value are (8, 16): 1\u202f536 learned numbers" in said(page)
    assert "the sums of rows, 0.02, 0.01, 0.31, 0.62, 0.47, 1.71" in alts(page)


def weights_of_the_king() -> torch.Tensor:
    """What the default head makes of the default text. (8, 8)"""
    shipped = load(path_of("one-head-skip"))
    assert isinstance(shipped.model, GPTLanguageModel)
    return ModelHead(shipped.model).see(torch.tensor(shipped.tokenizer.encode("the king"))).stages.weights


def test_the_shipped_head_looks_where_the_lesson_says():
    weights = weights_of_the_king()
    assert weights[6, 5] > 0.85 and weights[2, 1] > 0.85 and weights[3, 3] > 0.85  # n at i, e at h, space at itself


def test_each_row_is_read_aloud_with_what_comes_next():
    read, weights = sentences(opened(), "t"), weights_of_the_king()
    assert len(read) == 8
    assert read[0].startswith("row 0, \u2018t\u2019, has nobody before it: all its weight, 1.00, is on itself.")
    assert read[6].startswith(f"row 6, \u2018n\u2019, puts {number(float(weights[6, 5]))} on 5, \u2018i\u2019, and ")
    assert "The text goes on with \u2018g\u2019: this model gives that 0." in read[6]
    assert "counting pairs 0." in read[6] and "counting triples 0." in read[6]
    assert "What comes next? Likeliest " in read[7]


def test_a_link_of_before_finds_the_head_under_its_new_name():
    page = opened(reader="notebook")
    assert page.selectbox(key="reader").value == NOTEBOOK and page.query_params["reader"] == NOTEBOOK


def test_a_head_without_a_model_expects_nothing():
    assert all("comes next" not in read and "goes on" not in read for read in sentences(opened(reader=NOTEBOOK), "t"))


def test_every_row_is_worked_out_to_what_it_hands_on():
    mixed = sentences(opened(), "t_step")
    assert mixed[0] == "out[0] = v[0]: with nobody before it, \u2018t\u2019 hands on its own value."
    assert mixed[6].startswith("out[6] = 0.9") and mixed[6].endswith("of 7 weights are above 0.01.")


def test_arrows_are_counted_with_and_without_the_mask():
    assert "36 arrows are allowed" in sentences(opened(), "node")[0]
    assert "64 arrows are allowed" in sentences(opened(see_mask="false"), "node")[0]


def test_a_tile_of_the_future_is_explained():
    page = opened(row="2", col="5")
    assert "tile (2, 5) lies in the future" in said(page)
    assert "it becomes **\u2212\u221e**" in said(page)


def test_the_scale_is_that_of_both_scenes_that_calculate():
    page = opened(reader="one head")
    assert "\u00f7 \u221a32" in said(page)
    page.selectbox(key="att_scale").set_value("none").run()
    assert not page.exception and "\u00d7 1" in said(page)
    assert "scale" not in page.session_state, "it is what the training page trains with"


def test_the_wrong_axis_is_wrong_on_purpose_and_can_be_put_right():
    page = opened(softmax_dim="1")
    assert "columns to 1; the last column has one allowed tile" in said(page)
    page.button(key="right_softmax_dim").click().run()
    assert "every row sums to 1. A new last letter changes position 7 only." in said(page)


def test_the_trap_quotes_what_was_measured():
    words, trap = said(opened(softmax_dim="1")), result("wrong-axis")
    assert f"looks better, {number(trap.val_loss)} instead of {number(result('one-head').val_loss)}" in words
    assert f"cost {number(min(trap.in_use))} to {number(max(trap.in_use))}" in words
    assert trap.val_loss < counted()[0]["2-gram"].val < max(trap.in_use), "the trap is one"


def test_training_without_the_mask_quotes_what_was_measured():
    page, stored = opened(wrong_nomask="true"), result("no-mask")
    assert f"the val loss is {number(stored.val_loss)}, far below counting five" in said(page)
    assert stored.sample in [block.value for block in page.code]
    assert max(stored.by_position[:-1]) < 0.1 < stored.by_position[-1]


def test_one_character_leaves_nothing_to_ask_about():
    page = opened(text="a", reader=UNTRAINED)
    asked = {box.key for box in (*page.radio, *page.button_group)}
    assert not asked & {f"ask_att_{n}" for n in (1, 3, 4, 5, 6)} and "ask_att_2" in asked
    assert sentences(page, "t_step") == ["out[0] = v[0]: with nobody before it, \u2018a\u2019 hands on its own value."]


def test_one_character_has_no_future_that_could_leak():
    words = said(opened(text="a", reader=UNTRAINED, softmax_dim="1"))
    assert "its row and its column are the same tile" in words and "leaks in" not in words
    assert "as over 1.0 of 1 character." in words


def test_e_to_the_printed_score_is_the_printed_power_up_to_rounding():
    found = re.search(r"e\^([\d.]+) = ([\d.\u202f]+), in a row", said(opened()))
    assert found
    assert math.exp(float(found[1])) == pytest.approx(float(found[2].replace("\u202f", "")), rel=1e-4)


def test_two_values_are_mixed_without_a_third():
    assert all("v[1] + \u2026" not in mixed for mixed in sentences(opened(text="ab"), "t_step"))


def test_before_training_rows_are_nearly_even_for_random_vectors_too():
    words = said(opened(reader=NOTEBOOK))
    found = re.search(r"Untrained, row 7 spreads as over ([\d.]+) of 8 characters", words)
    assert found and float(found[1]) > 7
    assert "The study notebooks' head, its scores divided by \u221a16" in words


@pytest.mark.parametrize("case", ["no mask, no positions", "positions added", "mask on"])
def test_each_case_of_the_order_says_how_much_it_matters(case):
    words = said(opened(case=case, order="shuffled"))
    assert (": rounding" in words) == (case == "no mask, no positions")
    assert "after undoing the reordering the largest difference is" in words


def test_a_text_of_equal_letters_has_no_order_to_change():
    assert "the order did not change" in said(opened(text="aaaa"))


def test_another_text_has_a_column_for_each_of_its_characters():
    page = opened(text2="hark")
    assert "the weights are (8, 4)" in said(page)
    page.text_input(key="text2").set_value("").run()
    assert not page.exception and "the weights are (8, 7)" in said(page)


def test_the_strongest_look_at_another_text_may_be_the_first_row_s():
    words = said(opened(reader=UNTRAINED, text="xyz", text2="my lord"))
    assert "The strongest: \u2018x\u2019 at 0 takes 0.26 from \u2018m\u2019 at 0." in words


@pytest.mark.parametrize(("name", "words"), [("GPT", "trained on its own text only"), (NOTEBOOK, "never trained")])
def test_whether_a_head_was_trained_is_said(name, words):
    assert f"This head was {words}; here we look at the mechanism." in said(opened(reader=name))


@pytest.mark.parametrize("head", [notebook_head(), untrained_head(4)])
def test_the_snippet_prints_the_numbers_of_the_page(head):
    seen = Reader("", head, torch.arange(8), None, 8).see()
    done = subprocess.run([sys.executable, "-c", as_pytorch(seen, 3)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert max(map(len, re.findall(r"\.(\d+)", as_pytorch(seen, 3).split("scores")[0]))) <= 4, "rounded"
    printed = [float(value) for value in re.findall(r"-?\d+\.\d*(?:e-\d+)?", done.stdout)]
    expected = [*seen.stages.scores[3, :4].tolist(), *seen.stages.weights[3, :4].tolist(), *seen.out[3, :4].tolist()]
    assert printed == pytest.approx(expected, abs=2e-3)


def test_the_models_of_the_page_are_shipped():
    assert [name for name, file in MODELS.items() if not path_of(file).exists()] == []

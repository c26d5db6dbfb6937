"""Lesson 4 without a browser: which head reads which text, and what its scenes say about it."""

import math
import re
import subprocess
import sys
from typing import Any

import pytest
import torch
from streamlit.testing.v1 import AppTest

from tests.pages.learn import lesson_pages
from tests.pages.learn.lesson_pages import asked, data_of, drawn, position, replied, said, sentences
from tinygpt.checkpoint.model_file import load
from tinygpt.corpus import default_corpus, load_corpus
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


def component(page: AppTest, key: str) -> dict[str, Any]:
    """What a component was given by the core."""
    (found,) = [c for c in page.get("bidi_component") if c.proto.id.endswith(f"-{key}")]
    return data_of(found)


def tile(page: AppTest, row: int, column: int) -> str:
    """The arithmetic of one tile of the four pictures, without its marks, and the sentence that comes of it."""
    steps, sentence, _ = component(page, "board")["tiles"][row][column]
    return re.sub("</?strong>", "", " | ".join([*steps, sentence]))


def test_it_opens_with_a_trained_head_that_reads_the_king():
    page = opened()
    assert page.text_input(key="text").value == "the king"
    assert page.selectbox(key="reader").value == "one head with skip"
    assert component(page, "board")["at"] == [6, 5]
    assert "\u2018n\u2019 at 6 gives 0.93 of its weight to \u2018i\u2019 at 5." in tile(page, 6, 5)


@pytest.mark.parametrize("name", [*MODELS, UNTRAINED, NOTEBOOK])
def test_every_head_can_be_read_in_every_scene(name):
    page = opened(reader=name, softmax_dim="1", wrong_nomask="true", view="arrows")
    assert page.selectbox(key="reader").value == name
    assert not page.get("plotly_chart")
    assert len(page.get("bidi_component")) >= 6


ODD = ["", "a", "\u00e9\u00e9", "ab", "abba", "**[x](y)** <b>:red[k]", "x" * 24, "   ", "$$&"]


@pytest.mark.parametrize(("text", "name"), [(text, [UNTRAINED, "one head"][i % 2]) for i, text in enumerate(ODD)])
def test_nothing_breaks_on_what_people_type(text, name):
    assert not opened(reader=name, text=text, softmax_dim="1").exception


def test_characters_without_a_vector_are_left_out_and_named():
    page = opened(text="caf\u00e9 7!", reader=UNTRAINED)
    assert "Left out, because this head has no vector for them: \u2018\u00e9\u2019, \u20187\u2019." in said(page)
    assert "x is (5, 32)" in said(page)  # c a f space !


def test_a_long_text_is_read_at_its_end_by_a_model_with_a_short_memory():
    page = opened(text="God save the king", reader="one head")
    assert "It reads 8 characters at most, so it reads the last: \u2018the king\u2019." in said(page)


def test_an_empty_text_is_replaced_and_said():
    assert "Nothing is left to read, so it reads \u2018the king\u2019." in said(opened(text=""))


def test_an_example_is_one_press_away():
    page = opened()
    page.button(key="example_2").click().run()
    assert not page.exception and page.text_input(key="text").value == "to be or"


def test_a_link_opens_a_tile():
    assert component(opened(row="2", col="5"), "board")["at"] == [2, 5]


@pytest.mark.parametrize("wrong", ["", "x", "-3", "99999"])
def test_a_link_to_no_tile_opens_the_usual_one(wrong):
    assert component(opened(row=wrong, col=wrong), "board")["at"] == [6, 5]


def test_a_question_about_row_0_shows_its_tile_and_the_next_tile_stays_where_it_is_put():
    page = lesson_pages.opened("attention")
    asked(page, "att_5").set_value(1).run()
    assert component(page, "board")["at"] == [0, 0]
    page.run()
    assert component(page, "board")["at"] == [0, 0]


def test_a_shorter_text_keeps_the_chosen_tile_inside():
    page = opened()
    page.text_input(key="text").set_value("ab").run()
    assert not page.exception
    assert component(page, "board")["at"] == [1, 1] and len(component(page, "board")["tiles"]) == 2


def test_another_head_of_the_gpt_is_another_picture():
    page = opened(reader="GPT")
    before = component(page, "board")["tiles"]
    page.button_group(key="layer").set_value(2).run()
    page.button_group(key="head").set_value(3).run()
    assert not page.exception and component(page, "board")["tiles"] != before


def test_the_notebooks_numbers_stand_on_the_page():
    page = opened(reader=NOTEBOOK, softmax_dim="1")
    assert "0.88" in component(page, "drag_t_step")["pictures"][0][0], (
        "the value of position 0, as the notebook printed it"
    )
    assert "wei[0][0][0] is 0.0248" in said(page) and "row 5 sums to 1.71" in said(page)
    assert "x is (8, 32); query, key and value are (8, 16)." in said(page)
    assert "The three matrices together have 3\u00b732\u00b716 = 1\u202f536 learned numbers." in said(page)
    wrong = drawn(page, "softmax_dim")["pictures"][1]
    assert "the sums of rows, 0.02, 0.01, 0.31, 0.62, 0.47, 1.71" in wrong[2]


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
    assert read[0].startswith("Row 0, \u2018t\u2019, has nobody before it: all its weight, 1.00, is on itself.")
    assert read[6].startswith(f"Row 6, \u2018n\u2019, puts {number(float(weights[6, 5]))} on 5, \u2018i\u2019, and ")
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


def test_the_same_weights_are_shown_as_arrows_from_giver_to_taker():
    page = opened(view="arrows")
    assert (
        "\u2018n\u2019 at 6 takes most, 0.93, from \u2018i\u2019 at 5. 36 arrows are allowed" in sentences(page, "t")[6]
    )
    assert "\u2018i\u2019 to \u2018n\u2019" in component(page, "drag_t")["pictures"][6][2]
    assert "every node has a vector of information, and it is pointed to by those it takes from" in said(page)


def test_a_tile_of_the_future_is_explained():
    words = tile(opened(), 2, 5)
    assert "Column 5 is later than row 2: it becomes \u2212\u221e, and e to that is 0." in words
    assert "\u2018e\u2019 at 2 may not look at \u2018i\u2019 at 5: it lies in the future" in words
    assert "looks at" not in words


def test_the_board_shows_what_people_type_literally():
    given = component(opened(reader=UNTRAINED, text="a&b"), "board")
    assert "of its weight to \u2018&\u2019 at 1" in given["tiles"][2][1][1]
    assert all("&amp;</text>" in drawing and "&<" not in drawing for drawing in given["panels"])


def test_the_scale_is_that_of_both_scenes_that_calculate():
    page = opened(reader="one head")
    assert "\u00f7 \u221a32 = " in tile(page, 6, 5)
    page.selectbox(key="att_scale").set_value("none").run()
    assert not page.exception and "\u00d7 1 = " in tile(page, 6, 5)
    assert "\u00d7 1" in component(page, "drag_t_step")["pictures"][6][0]
    assert "scale" not in page.session_state, "it is what the training page trains with"


def test_the_wrong_axis_is_wrong_on_purpose_and_can_be_put_right():
    right, wrong = sentences(opened(), "softmax_dim")
    assert "columns to 1; the last column has one allowed tile" in wrong
    assert "When the last letter becomes \u2018z\u2019, only position 7 changes." in right
    assert drawn(opened(softmax_dim="1"), "softmax_dim")["dials"][0]["right"] == 0


@pytest.mark.parametrize("answer", range(3))
def test_a_question_about_the_wrong_axis_is_answered_by_a_picture_of_it(answer):
    page = lesson_pages.opened("attention")
    asked(page, "att_8").set_value(answer).run()
    assert not page.exception and position(page, "softmax_dim") == "1"
    assert "Then the trap." in said(page), "the trap stands there, whichever axis is shown"


def test_as_many_positions_change_as_have_a_number_that_is_not_zero():
    drawing, sentence, _ = drawn(opened(), "softmax_dim")["pictures"][1]
    labels = re.findall(r">([\d.]+)</text>", drawing)[-8:]  # of the bars, which stand last
    found = re.search(r"changes at (\d) earlier positions too, by up to ([\d.]+)", sentence)
    assert found and int(found[1]) == sum(label != "0.00" for label in labels[:-1]) == 5
    assert found[2] == max(labels[:-1])


def test_the_trap_quotes_what_was_measured():
    words, trap = said(opened()), result("wrong-axis")
    assert f"looks better, {number(trap.val_loss)} instead of {number(result('one-head').val_loss)}" in words
    assert f"cost {number(min(trap.in_use))} to {number(max(trap.in_use))}" in words
    assert trap.val_loss < counted()[0]["2-gram"].val < max(trap.in_use), "the trap is one"


def test_training_without_the_mask_quotes_what_was_measured():
    page, stored = opened(wrong_nomask="true"), result("no-mask")
    assert f"The val loss is {number(stored.val_loss)}, far below counting five" in said(page)
    assert "only the mask is taken away. It was never taught what to do with the future." in said(page)
    assert stored.sample in [block.value for block in page.code]
    assert max(stored.by_position[:-1]) < 0.1 < stored.by_position[-1]


def test_one_character_leaves_nothing_to_ask_about():
    page = opened(text="a", reader=UNTRAINED)
    questions = {box.key for box in page.radio}
    assert not questions & {f"ask_att_{n}" for n in (2, 4, 5, 6, 7)} and "ask_att_3" in questions
    assert sentences(page, "t_step") == ["out[0] = v[0]: with nobody before it, \u2018a\u2019 hands on its own value."]


def test_one_character_has_no_future_that_could_leak():
    page = opened(text="a", reader=UNTRAINED)
    wrong, words = sentences(page, "softmax_dim")[1], said(page)
    assert "its row and its column are the same tile" in wrong and "leaks in" not in wrong
    assert "as if it looked at 1.0 \u00b1 0.0 of its 1 character." in words


def printed(words: str) -> float:
    """A number as it stands on the page."""
    plain = words.replace("\u202f", "").replace("\u2212", "-")
    digits, _, power = plain.partition("\u00b710")
    raised = power.translate(
        str.maketrans("\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079\u207b", "0123456789-")
    )
    return float(digits) * 10 ** int(raised or 0)


N = r"([-\u2212\d.\u202f]+(?:\u00b710[\u207b\u2070\u00b9\u00b2\u00b3\u2074-\u2079]+)?)"  # a number


@pytest.mark.parametrize("name", ["one head with skip", UNTRAINED])
def test_a_pocket_calculator_finds_what_is_printed_in_every_tile(name):
    """On screen: 63.7288 \u00f7 \u221a32 = 11.2658, and e to 11.2658 is 78 104."""
    page = opened(reader=name)
    root = {UNTRAINED: 4, "one head with skip": math.sqrt(32)}[name]
    for t in range(8):
        for i in range(t + 1):
            words = tile(page, t, i)
            score, scaled = map(printed, re.search(rf"{N} \u00f7 \u221a\d+ = {N}", words).groups())  # type: ignore[union-attr]
            assert score / root == pytest.approx(scaled, abs=1e-4)
            x, power, total, weight = map(
                printed,
                re.search(rf"e to {N} is {N}, of a row that sums to {N}: ([\d.]+\d)", words).groups(),  # type: ignore[union-attr]
            )
            assert x == scaled and power > 0, "e to a number is never 0.00"
            assert math.exp(x) == pytest.approx(power, rel=0.05 if power < 0.1 else 0.001)
            if power > 10_000:
                assert round(math.exp(x)) == power
            assert power / total == pytest.approx(weight, abs=1e-3)


def test_two_values_are_mixed_without_a_third():
    assert all("v[1] + \u2026" not in mixed for mixed in sentences(opened(text="ab"), "t_step"))


def test_how_even_rows_are_before_training_is_said_over_many_seeds():
    found = re.search(r"over 200 seeds it is as if it looked at ([\d.]+) \u00b1 ([\d.]+) of its 8 char", said(opened()))
    assert found and 6.5 < float(found[1]) < 7.1, "one lucky seed gave 7.7"
    assert 0.5 < float(found[2]) < 1


def test_before_training_rows_are_rather_even_for_random_vectors_too():
    words = said(opened(reader=NOTEBOOK))
    found = re.search(r"With these random vectors row 7 is as if it looked at ([\d.]+) of its 8 characters", words)
    assert found and float(found[1]) > 7
    assert "The study notebooks' head, its scores divided by \u221a16" in words


# --- weights by hand ----------------------------------------------------------------------------------------------


def test_the_lesson_opens_with_weights_to_lay_by_hand():
    given = component(opened(), "hand_hand")
    assert [letter for letter, _ in given["letters"]] == list("the\u00b7kin")
    assert sum(given["weights"]) == 1000 and max(given["weights"]) - min(given["weights"]) <= 1
    assert given["symbols"][given["next"]] == "g"
    assert len(given["shares"]) == 7 and all(sum(row) == pytest.approx(1, abs=1e-3) for row in given["shares"])


def test_what_a_letter_alone_tells_is_counted_in_the_training_text():
    given, corpus = component(opened(), "hand_hand"), load_corpus(default_corpus())
    text = corpus.tokenizer.decode(corpus.train)
    followed = [text[i + 3] for i in range(len(text) - 3) if text[i] == "k"]  # k, i, n, and then
    assert given["shares"][4][given["next"]] == pytest.approx(followed.count("g") / len(followed), abs=1e-6)


def test_the_average_and_the_heads_are_measured_on_the_same_blank_and_on_hidden_text():
    page = opened()
    given = component(page, "hand_hand")
    even = sum(row[given["next"]] for row in given["shares"]) / 7
    (you, *_), average, head, skip = given["rivals"]
    assert average[1:] == [f"{-math.log(even):.2f}", number(result("averaging").val_loss)] and you == "you"
    for (_, here, hidden), file in ((head, "one-head"), (skip, "one-head-skip")):
        shipped = load(path_of(file))
        assert isinstance(shipped.model, GPTLanguageModel)
        guesses = ModelHead(shipped.model).see(torch.tensor(shipped.tokenizer.encode("the kin"))).guesses
        assert guesses is not None
        cost = -math.log(float(guesses[-1, shipped.tokenizer.stoi["g"]]))
        assert here == f"{cost:.2f}" and hidden == number(result(file).val_loss)
        assert f"pays {cost:.2f}" in said(page)


@pytest.mark.parametrize("answer", range(4))
def test_the_letter_that_tells_most_alone_is_the_right_answer(answer):
    page = opened()
    given = component(page, "hand_hand")
    alone = [given["shares"][i][given["next"]] for i in (6, 5, 4, 0)]
    asked(page, "att_1").set_value(answer).run()
    right = alone[answer] == max(alone)
    assert replied(page, "att_1").startswith("**Right.**" if right else "**Not quite.**")
    assert f"gives \u2018g\u2019 {alone[answer]:.3f}. The most is {max(alone):.3f}" in replied(page, "att_1")


@pytest.mark.parametrize(
    ("text", "read"), [("my lord,", "my\u00b7lord"), ("ab", "the\u00b7kin"), ("to be or", "to\u00b7be\u00b7o")]
)
def test_the_blank_is_in_the_text_that_is_read_unless_it_is_too_short(text, read):
    assert "".join(letter for letter, _ in component(opened(text=text), "hand_hand")["letters"]) == read


def test_a_link_lays_the_weights_and_a_broken_one_lays_them_evenly():
    assert component(opened(hand="0-0-0-0-500-0-500"), "hand_hand")["weights"] == [0, 0, 0, 0, 500, 0, 500]
    for broken in ("1-2-3", "0-0-0-0-0-0-999", "a-b", "-1000"):
        assert sum(component(opened(hand=broken), "hand_hand")["weights"]) == 1000


# --- aligned arrows -----------------------------------------------------------------------------------------------


def test_the_unturned_query_scores_what_the_four_pictures_score():
    page = opened()
    assert (
        "is aligned best with \u2018i\u2019 at 5: its shadow 7.15 times the length 8.92 is 63.73."
        in sentences(page, "turn")[0]
    )
    assert "63.7288" in tile(page, 6, 5)


def test_the_question_about_half_a_turn_is_answered_by_a_picture_of_it():
    page = lesson_pages.opened("attention")
    asked(page, "att_4").set_value(1).run()
    assert not page.exception and position(page, "turn") == "180\u00b0"
    assert replied(page, "att_4") == (
        "**Right.** Its score changes its sign, from 63.73 to \u221263.73: the highest is now the lowest."
    )
    drawing = component(page, "drag_turn")["pictures"][18][0]
    assert "\u221263.73" in drawing


def test_a_head_that_was_not_trained_is_not_called_trained():
    assert all("trained" not in sentences(opened(reader=name), "turn")[0] for name in (UNTRAINED, NOTEBOOK))


@pytest.mark.parametrize("case", ["no mask, no positions", "positions added", "mask on"])
def test_each_case_of_the_order_says_how_much_it_matters(case):
    words = said(opened(case=case, order="shuffled"))
    assert ("is exactly 0" in words or ", which is rounding" in words) == (case == "no mask, no positions")
    assert "e+" not in words and "e\u2212" not in words
    assert "fter undoing the reordering the largest difference is" in words


def test_a_text_of_equal_letters_has_no_order_to_change():
    assert "The order did not change" in said(opened(text="aaaa"))


def test_another_text_has_a_column_for_each_of_its_characters():
    page = opened(text2="hark")
    assert "The weights are (8, 4)" in said(page)
    page.text_input(key="text2").set_value("").run()
    assert not page.exception and "The weights are (8, 7)" in said(page)
    assert "Nothing is left to read, so it reads \u2018my lord\u2019." in said(page)


def test_another_text_says_what_it_leaves_out():
    page = opened(text2="\u00fc\u20ac hark")
    assert "Left out, because this head has no vector for them: \u2018\u00fc\u2019, \u2018\u20ac\u2019." in said(page)
    assert "The weights are (8, 5)" in said(page)


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

"""Lesson 2 as a student meets it: its numbers, its controls, and a table in training."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.lab.train_page import shared
from tests.waiting import PATIENCE, page_until, until
from tinygpt.corpus import default_corpus
from tinygpt.files import PROJECT
from tinygpt.ui import session
from tinygpt.ui.lessons.bigram import runs as bigram_runs
from tinygpt.ui.lessons.bigram import text as bigram_text

ROUTER = str(PROJECT / "pages" / "router.py")


pytestmark = pytest.mark.usefixtures("one_engine")


def opened(**params: str) -> AppTest:
    page = AppTest.from_file(ROUTER, default_timeout=PATIENCE)
    for key, value in {"reveal": "all", **params}.items():
        page.query_params[key] = value
    page.switch_page("learn/bigram.py").run()
    assert not page.exception, page.exception
    return page


def says(page: AppTest) -> str:
    return "\n".join(element.value for element in (*page.markdown, *page.text, *page.get("latex"))).replace("\\", "")


def test_the_lecture_s_numbers_stand_on_the_page(exact_file):
    words = says(opened(corpus="Tiny Shakespeare", char="t"))
    for said in (
        "After \u2018t\u2019: \u2018h\u2019 0.34, a space 0.25, \u2018o\u2019 0.09; counted from 60\u202f384 pairs.",
        "2\u202f845 of 4\u202f225 pairs never occur. The surest row with at least 100 pairs is \u2018q\u2019 (1.00 on "
        "\u2018u\u2019); the widest is a space, as wide as 23 equally likely characters.",
        "4.5629 on the first study notebook's batch of 32 guesses, 4.638 on the whole training text. 200 random "
        "tables: 4.67 \u00b1 0.08. Even guessing: 4.1744.",
        "P(\u2018g\u2019) after \u201cin\u201d 0.107, after \u201can\u201d 0.107: the same. Counting triples gives "
        "0.348 and 0.037.",
        "23 of 90 characters agree before the training.",
        "validation loss of the model: 2.482",
    ):
        assert said in words


def test_the_notebook_s_gibberish_is_written_to_the_letter():  # st.code leaves out the newline it begins with
    written = [block.value for block in opened().code if "lfJeuk" in block.value]
    assert written == [
        "lfJeukRuaRJKXAYtXzfJ:HEPiu--sDioi;ILCo3pHNTmDwJsfheKRxZCFs\nlZJ XQc?:s:HEzEnXalEPklcPU cL'DpdLCafBheH"
    ]


def test_answering_the_first_question_chooses_its_letter():
    page = opened()
    assert "After \u2018e\u2019" in says(page)
    page.radio(key="ask_big_1").set_value(0).run()
    assert page.selectbox(key="char").value == "t"
    assert "**Right.** 0.34" in says(page) and "After \u2018t\u2019" in says(page)
    page.selectbox(key="char").set_value("q").run()
    assert "After \u2018q\u2019: \u2018u\u2019 1.00" in says(page)


def test_a_character_that_the_text_never_has_gets_its_own_row_and_no_other():
    page = opened(corpus="Shakespeare, nine plays", char="3", table_row="3", favorites="3")
    words = says(page)
    assert "Nothing follows \u20183\u2019 in the training text, so its row says nothing: equal shares." in words
    assert "After a space" not in words and page.selectbox(key="char").value == "3"


def test_what_is_right_and_what_is_said_hold_before_any_training():
    page = opened()
    page.radio(key="ask_big_6").set_value(1).run()
    words = says(page)
    assert "**Right.** Where the two tables nearly agree" in words and "Nothing is trained yet: " in words
    assert "after 0 steps" not in words


def test_two_rows_are_joined_as_the_notebook_does_it():
    assert "`torch.cat([f1, f2], dim=1)` of [[1, 2, 3]] and [[3, 4, 5]] gives [[1, 2, 3, 3, 4, 5]]." in says(opened())


def test_a_button_chooses_what_is_hard_to_type():
    page = opened()
    page.button(key=f"table_row_{ord(' ')}").click().run()
    assert page.selectbox(key="table_row").value == " "


def test_another_context_with_another_last_letter_reads_another_row():
    page = opened(context_a="in", context_b="is")
    assert "other last characters, other rows" in says(page)
    page.text_input(key="context_b").set_value("\u2603x").run()
    assert "Two characters each, please" in says(page) and not page.exception


def test_other_dice_write_other_lines():
    page = opened()
    page.number_input(key="dice").set_value(7).run()
    assert not page.exception and "of 90 characters agree before the training." in says(page)


def test_before_any_run_the_untrained_table_is_shown_as_what_it_is():
    words = says(opened())
    assert "Nothing is trained yet. Before the first step" in words
    assert "No table is trained yet" in words


@pytest.mark.slow
def test_a_table_is_trained_paused_stepped_and_stopped():
    page = opened()
    page.select_slider(key="max_steps").set_value(20_000).run()
    page.button(key="train").click().run()
    page_until(page, lambda: "steps/s" in says(page))
    (run,) = session.engine().runs(page.session_state["student"])
    assert run.name == "bigram table"
    page.button(key="pause").click().run()
    page_until(page, lambda: "paused at" in says(page) and not page.button(key="step").disabled)
    page_until(page, lambda: not session.engine().view(run.id).busy)
    before = session.engine().view(run.id).step
    page.button(key="step").click().run()
    page_until(page, lambda: session.engine().view(run.id).step == before + 1)
    page.button(key="stop").click().run()
    page_until(page, lambda: "stopped at" in says(page))


@pytest.mark.slow
def test_a_trained_table_opens_its_snapshots_and_the_scenes_below():
    page = opened()
    page.select_slider(key="learning_rate").set_value(1e-2).run()
    page.select_slider(key="max_steps").set_value(1_000).run()
    page.button(key="train").click().run()
    page_until(page, lambda: "finished: 1\u202f000 steps" in says(page))
    page.run()
    words = says(page)
    assert "after 1\u202f000 steps; a space occurs" in words
    assert "characters agree before the training, " in words and "after 1\u202f000 steps." in words
    (run,) = session.engine().runs(page.session_state["student"])
    assert session.engine().snapshots(run.id)[-1] == 500
    (table,) = (frame.value for frame in page.dataframe if "learning rate" in frame.value)
    assert list(table["run"]) == ["bigram table"] and list(table["steps"]) == ["1\u202f000"]
    assert 800 < int(table.iloc[0, 3]) < 1_000
    page.toggle(key="wrong_last_batch").set_value(True).run()
    assert "The batches of the last 1\u202f000 steps swing from" in says(page)
    page.toggle(key="wrong_smoothing").set_value(True).run()
    assert "each costs \u2212ln 0 = \u221e. Adding 1" in says(page)
    page.button(key="right_wrong_last_batch").click().run()
    assert "swing from" not in says(page) and not page.exception


def test_a_run_that_is_deleted_in_another_tab_counts_as_untrained():
    text = bigram_text.counted_text(default_corpus())
    spec = bigram_runs.table_spec(text, bigram_runs.RATE, 100)
    engine, student = session.engine(), "5" * 32
    run = engine.submit(spec, student=student, name="gone")
    until(lambda: not engine.view(run).live)
    view = engine.view(run)
    assert list(bigram_runs.tables_of(view, text))[-1] == 100
    assert bigram_runs.tables_of(view, text)[100] is bigram_runs.tables_of(view, text)[100]  # not read anew
    engine.delete(run)
    assert list(bigram_runs.tables_of(view, text)) == [0]
    assert bigram_runs.losses_of_batches(view) == []


def test_a_run_that_diverges_leaves_the_page_standing():
    page = opened()
    page.select_slider(key="learning_rate").set_value(1e6).run()
    page.button(key="train").click().run()
    page_until(page, lambda: "diverged at" in says(page))
    page.run()
    assert not page.exception


@pytest.mark.parametrize(
    "text",
    ["a" * 60, "ab" * 40, "to be, or not to be: that is the $<b>&# " * 3, "\U0001f600\t\u202e|~" * 20],
    ids=["one symbol", "two", "short", "odd"],
)
def test_own_texts_of_any_kind_hold(text):
    page = opened(corpus=shared(text))
    assert page.selectbox(key="corpus").value == shared(text)
    for answer in range(3):
        page.radio(key="ask_big_1").set_value(answer).run()
        assert not page.exception, page.exception


def test_two_hundred_characters_show_the_commonest():
    chars = [chr(0x4E00 + i) for i in range(200)]
    page = opened(corpus=shared("".join(chars[i * i % 200] + chars[i % 200] for i in range(4_000))))
    assert "The 65 commonest of 200 characters are shown." in says(page)


def test_a_text_of_too_many_characters_is_put_back_in_words():
    page = opened(corpus=shared("".join(chr(0x4E00 + i) for i in range(600))))
    assert "This text has 600 different characters" in says(page)
    assert "After " in says(page)

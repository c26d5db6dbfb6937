"""Lesson 2 as a student meets it: its numbers, its controls, and a table in training."""

import json
import math
import re
from dataclasses import replace
from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.lab.train_page import shared
from tests.pages.learn.lesson_pages import drawn, position, replied, sentences, shown
from tests.waiting import PATIENCE, page_until, until
from tinygpt.corpus import default_corpus
from tinygpt.files import PROJECT
from tinygpt.spelling import in_a_row, thousands
from tinygpt.training.spec import RunSpec
from tinygpt.ui import pace, session
from tinygpt.ui.lessons.bigram import runs as bigram_runs
from tinygpt.ui.lessons.bigram import text as bigram_text
from tinygpt.ui.lessons.bigram.pairs import _seeds

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
    page = opened(corpus="Tiny Shakespeare", char="t")
    words = says(page) + shown(page, "table")
    for said in (
        "After \u2018t\u2019: \u2018h\u2019 0.34, a space 0.25, \u2018o\u2019 0.09; counted from 60\u202f384 pairs.",
        "2\u202f845 of 4\u202f225 pairs never occur. Of the rows of at least 100 pairs the most predictable is that of "
        "\u2018q\u2019 (1.00 on \u2018u\u2019), the least predictable that of a space, as uncertain as a fair choice "
        "among 23 characters.",
        "4.5629 on the first study notebook's batch of 32 guesses, 4.638 on the whole training text. 200 random "
        "tables: 4.67 \u00b1 0.08. Even guessing: 4.1744.",
        "P(\u2018g\u2019) after \u201cin\u201d 0.107, after \u201can\u201d 0.107: the same. Counting triples gives "
        "0.348 and 0.037.",
        "23 of 90 characters agree with the counts' text before the training",
        "Validation loss of this table (the counts, 1 added to each): 2.482",
        "On the whole hidden text the counts of pairs pay 2.48 a character, one trained head of attention 2.40, and "
        "guessing evenly 4.17.",
    ):
        assert said in words


def test_the_notebook_s_gibberish_is_written_to_the_letter():
    gibberish = "lfJeukRuaRJKXAYtXzfJ:HEPiu--sDioi;ILCo3pHNTmDwJsfheKRxZCFs\nlZJ XQc?:s:HEzEnXalEPklcPU cL'DpdLCafBheH"
    first, second = drawn(opened(), "table")["pictures"][:2]
    written = "".join(map(in_a_row, gibberish))
    assert written in unescape(first[0]) and written not in unescape(second[0])


def test_the_table_of_each_seed_is_marked_among_all_of_them():
    figure = drawn(opened(table="3"), "table")
    (dial,) = figure["dials"]
    assert dial["names"][:3] == ["1337", "0", "1"] and dial["names"][dial["at"]] == "3"
    for drawing, sentence, words in figure["pictures"]:
        (loss,) = re.findall(r"this table ([\d.]+)</text>", drawing)
        assert f"a random table: {loss}<" in drawing and f"{loss} on the whole training text" in sentence
        assert words.startswith("Dot plot of 200 losses")


def test_a_text_of_many_characters_draws_fewer_tables():
    assert [len(_seeds(V)) for V in (2, 65, 500, 1_000, 4_096)] == [200, 200, 200, 50, 4]


def test_the_first_picture_is_the_row_that_was_asked_about_with_what_was_guessed():
    page = opened()
    assert page.selectbox(key="char").value == "t" and "your guess" not in plotted(page)
    page.radio(key="ask_big_1").set_value(1).run()
    assert "**Not quite.** 0.34" in says(page) and "After \u2018t\u2019" in says(page)
    assert "your guess" in plotted(page)
    page.selectbox(key="char").set_value("q").run()
    assert "After \u2018q\u2019: \u2018u\u2019 1.00" in says(page) and "your guess" not in plotted(page)


def plotted(page: AppTest) -> str:
    """All Plotly figures of the page."""
    return " ".join(chart.proto.spec for chart in page.get("plotly_chart"))


def test_every_pair_of_the_first_line_adds_one_to_its_cell():
    counted = sentences(opened(), "pair")
    assert len(counted) == 12
    assert counted[-1].startswith(
        "12 pairs of \u201cFirst\u00b7Citizen\u201d counted. Now \u2018e\u2019, then \u2018n\u2019: its cell holds 1"
    )
    assert "the row of \u2018i\u2019 holds 3 in all" in counted[9]  # ir, it, iz


@pytest.mark.parametrize("more", ["0", "1"])
def test_one_row_is_worked_through_and_adding_to_all_of_it_changes_no_loss(more):
    page = opened(row_plus=more)
    worked = sentences(page, "row_pair")
    assert len(worked) == 10
    for sentence in worked:
        power, total, share, again, loss = re.findall(r"(?<!\d)\d+\.\d+", sentence)
        assert share == again and f"{-math.log(float(share)):.4f}" == loss
        assert float(power) / float(total) == pytest.approx(float(share), rel=6e-4)
    assert worked[0].endswith("= 5.6316.") or abs(float(worked[0].split("= ")[-1][:-1]) - 5.6316) < 1e-3


def test_answering_about_the_row_shows_the_case_that_was_asked():
    page = opened()
    page.radio(key="ask_big_row").set_value(2).run()
    assert position(page, "row_plus") == "1"
    assert replied(page, "big_row").startswith("**Right.** Each power is multiplied by e = 2.718")


def test_one_step_goes_through_the_lines_of_the_loop():
    page = opened()
    lines = sentences(page, "training_line")
    assert lines[0].endswith("(row: the character, column: the next one).")
    assert "Their 32 pairs light up 26 cells in 14 rows of the table" in lines[0]
    assert lines[1].endswith("have the mean 4.5629.")
    asked_, p, times, guesses, gradient = re.search(
        r"\((\d+) \u00b7 ([\d.]+) \u2212 (\d+)\) / (\d+) = \u2212(\d+\.\d+)", lines[3]
    ).groups()
    assert (int(asked_) * float(p) - int(times)) / int(guesses) == pytest.approx(-float(gradient), abs=6e-5)
    assert "The loss of this batch falls from 4.5629 to 4.5610." in lines[4]
    losses = [float(re.search(r"costs (\d\.\d+);", line)[1]) for line in lines[5:]]
    assert losses == sorted(losses, reverse=True) and len(losses) == 3
    page.radio(key="ask_big_step").set_value(1).run()
    assert replied(page, "big_step").startswith("**Right.** 14 rows were looked up, and each has 65 numbers")


def test_the_game_s_lines_and_prices_are_the_core_s():
    page = opened()
    (figure,) = [c for c in page.get("bidi_component") if c.proto.id.endswith("-guess")]
    data, text = json.loads(figure.proto.json), bigram_text.counted_text(default_corpus())
    hidden = text.corpus.tokenizer.decode(text.corpus.val.tolist())
    assert [raw for _, _, raw in data["chars"]] == list(text.chars)
    for game in data["games"]:
        asked_ = "".join(text.chars[i] for i in game["asked"])
        assert game["before"] + asked_ in hidden and len(asked_) == 10
        ids = text.corpus.tokenizer.encode(game["before"][-1] + asked_)
        paid = [-math.log(text.smoothed[a, b]) for a, b in zip(ids, ids[1:], strict=False)]
        assert game["paid"] == [pytest.approx(paid)]
    assert data["chips"] * data["chip"] == pytest.approx(0.9)
    assert [round(value, 2) for _, value, _ in data["whole"]] == [2.48, 2.4, 4.17]


def test_the_study_notebook_s_last_batch_is_asked_about():
    page = opened(reveal="")
    page.radio(key="ask_big_5").set_value(1).run()
    assert "The study notebook prints 2.4401" in " ".join(head.value for head in page.subheader)
    assert replied(page, "big_5").startswith("**Right.** It is the mean of 32 \u00b7 8 = 256 guesses")


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
    page.button(key=f"char_{ord(' ')}").click().run()
    assert page.selectbox(key="char").value == " "


def whole_table(page: AppTest) -> dict:
    """What the browser is sent of the table of all pairs."""
    (figure,) = [c for c in page.get("bidi_component") if "-rows_" in c.proto.id]
    return json.loads(figure.proto.json)


@pytest.mark.parametrize(("link", "row"), [("", "q"), ("3", "3"), ("a space", " ")])
def test_the_whole_table_says_its_rows_and_its_pairs(link, row):
    page = opened(corpus="Shakespeare, nine plays", table_row=link)
    data, text = whole_table(page), bigram_text.counted_text("shakespeare-plays")
    assert data["chars"][data["row"]][2] == row
    now, then = text.chars.index("a"), text.chars.index("e")
    assert (data["counts"][now][then], data["shares"][now][then]) == (25, 0.00049)
    assert data["rows"][text.chars.index("q")].startswith("Row of \u2018q\u2019: \u2018u\u2019 1.00; 579 pairs.")
    assert data["rows"][text.chars.index("3")] == "Row of \u20183\u2019: nothing follows it in the training text."
    assert data["likeliest"][text.chars.index("3")] is None


def test_a_guessed_row_is_marked_in_the_table():
    page = opened()
    assert whole_table(page)["guessed"] is None
    page.radio(key="ask_big_2").set_value(1).run()
    data = whole_table(page)
    assert data["chars"][data["guessed"]][2] == "t"


def test_another_context_with_another_last_letter_reads_another_row():
    page = opened(context_a="in", context_b="is")
    assert "other last characters, other rows" in says(page)
    page.text_input(key="context_b").set_value("\u2603x").run()
    assert "\u2018\u2603\u2019 does not occur in this text, so this shows \u201can\u201d." in says(page)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("the king", "Of what you typed the last two characters count: \u201cng\u201d."),
        ("n", "A context has two characters. Until there are two, this shows \u201cin\u201d."),
    ],
)
def test_a_context_that_is_too_long_or_too_short_is_said(typed, said):
    page = opened()
    page.text_input(key="context_a").set_value(typed).run()
    assert said in says(page) and not page.exception


def test_other_dice_write_other_lines():
    page = opened()
    page.number_input(key="dice").set_value(7).run()
    assert not page.exception and "of 90 characters agree with the counts' text" in says(page)


def test_before_any_run_the_untrained_table_is_shown_as_what_it_is():
    words = says(opened())
    assert "Nothing is trained yet. Before the first step" in words
    assert "Nothing is trained yet: the loss is 4." in words
    assert "No table is trained yet" in says(opened(near_what="each row"))


@pytest.mark.slow
def test_a_table_is_trained_paused_stepped_and_stopped(monkeypatch):
    # A page waits for what was asked of a run, here as long as it takes, and not for the end of one that is near.
    monkeypatch.setattr(pace, "A_WHILE", PATIENCE)
    for near in ("AN_END", "RARE"):
        monkeypatch.setattr(pace, near, 0.0)
    engine, submit = session.engine(), session.engine().submit

    def slowly(spec: RunSpec, **about: str) -> str:
        """A table makes 20,000 steps in a second. With a large batch the test has many seconds to press its buttons."""
        return submit(replace(spec, train=replace(spec.train, batch_size=512)), **about)

    monkeypatch.setattr(engine, "submit", slowly)
    page = opened()
    page.select_slider(key="max_steps").set_value(20_000).run()
    page.button(key="train").click().run()
    page_until(page, lambda: "steps/s" in says(page))
    (run,) = session.engine().runs(page.session_state["student"])
    assert run.name == "bigram table"
    page.button(key="pause").click().run()
    before = session.engine().view(run.id).step
    assert f"paused at step {thousands(before)} of" in says(page) and not page.button(key="step").disabled
    page.button(key="step").click().run()
    assert f"paused at step {thousands(before + 1)} of" in says(page)
    page.button(key="stop").click().run()
    assert f"stopped at step {thousands(before + 1)} of" in says(page)


@pytest.mark.slow
def test_a_trained_table_opens_its_snapshots_and_the_scenes_below():
    page = opened()
    page.select_slider(key="learning_rate").set_value(1e-2).run()
    page.select_slider(key="max_steps").set_value(1_000).run()
    page.button(key="train").click().run()
    page_until(page, lambda: "finished: 1\u202f000 steps" in says(page))
    page.run()
    words = says(page)
    assert "After 1\u202f000 steps the training loss on the whole text is 2.4" in words
    assert "agree with the counts' text before the training, " in words and "after 1\u202f000 steps." in words
    page.segmented_control(key="near_what").set_value("rows").run()
    assert "after 1\u202f000 steps; a space occurs" in says(page)
    page.segmented_control(key="near_what").set_value("whole").run()
    (run,) = session.engine().runs(page.session_state["student"])
    assert session.engine().snapshots(run.id)[-1] == 937  # the last sixteenth
    (table,) = (frame.value for frame in page.dataframe if "learning rate" in frame.value)
    assert list(table["run"]) == ["bigram table"] and list(table["steps"]) == ["1\u202f000"]
    assert list(table["learning rate"]) == ["1e-2"]  # as the slider writes it
    assert 800 < int(table.iloc[0, 3]) < 1_000
    page.toggle(key="wrong_last_batch").set_value(True).run()
    swing = re.search(r"The batches of the last 500 steps cost from (\S+) to (\S+);", says(page))
    assert 2 < float(swing[1]) < 2.49 < float(swing[2]) < 3.2
    page.toggle(key="wrong_smoothing").set_value(True).run()
    assert "each costs \u2212ln 0 = \u221e. Adding 1" in says(page)
    page.button(key="right_wrong_last_batch").click().run()
    assert "steps cost from" not in says(page) and not page.exception


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
    assert not page.exception and "\u221e = " not in says(page) and "\u221e (KL)" not in says(page)


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

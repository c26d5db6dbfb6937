"""Lesson 1: what is typed becomes ids, windows become questions."""

import re

import pytest

from tests.pages.learn.lesson_pages import asked, opened, said, sentences

PLAYS = "Shakespeare, nine plays"


@pytest.fixture
def page():
    return opened("tokens", reveal="all")


def test_the_notebook_s_ids(page):
    assert any("[46, 43, 50, 50, 53, 6, \\\\ 1, 58, 46, 43, 56, 43, 2]" in formula.value for formula in page.latex)
    assert "13 characters, 13 ids, 9 of them different. \u2018e\u2019 is 43 at every place it stands." in said(page)


def test_a_character_without_an_id_is_named_and_nothing_breaks(page):
    page.text_input(key="typed").set_value("h\u00e4<b>").run()
    assert not page.exception
    words = said(page).replace("\\", "")
    assert "of the 65 characters" not in words and "Not among the 65 characters of the vocabulary" in words
    assert "without an id: \u2018\u00e4\u2019, \u2018<\u2019, \u2018>\u2019." in words, "one sentence for all of them"
    assert words.count("KeyError") == 1
    assert "2 characters, 2 ids" in said(page)


def test_a_character_of_the_vocabulary_that_never_occurs_is_named(exact_file):
    plays, lectures = (said(opened("tokens", reveal="all", corpus=title)) for title in (PLAYS, "Tiny Shakespeare"))
    assert "Not once in this text: \u20183\u2019. It keeps the vocabulary of the lecture's" in plays
    assert "Not once in this text" not in lectures


def test_an_empty_field_says_what_will_appear(page):
    page.text_input(key="typed").set_value("").run()
    assert not page.exception and "type a character" in said(page)


def test_the_window_s_questions_are_the_notebook_s(page):
    found = sentences(page, "t")
    assert found[3] == "When the input is [18, 47, 56, 57] (\u201cFirs\u201d) the target is 58 (\u2018t\u2019)."
    assert len(found) == 8


def test_no_two_answers_are_equal_and_the_right_one_is_among_them():
    page = opened("tokens", window="2")
    question = page.radio(key="ask_tok_4")
    assert list(question.options) == ["1", "2", "3"]
    question.set_value(1).run()
    assert "**Right.**" in said(page)


def test_a_picture_that_was_seen_stays_when_the_answer_is_taken_back():
    page = opened("tokens")
    hidden = [one.key for one in page.button if one.key and one.key.startswith("show_")]
    page.radio(key="ask_tok_5").set_value(0).run()
    seen = [one.key for one in page.button if one.key and one.key.startswith("show_")]
    assert set(hidden) - set(seen) == {"show_tok_5"}
    page.radio(key="ask_tok_5").set_value(None).run()
    assert [one.key for one in page.button if one.key and one.key.startswith("show_")] == seen


def test_a_batch_has_as_many_rows_as_chosen(page):
    page.button_group(key="rows").set_value(8).run()
    assert not page.exception
    assert sentences(page, "column")[0].startswith("8 rows \u00d7 8 positions = 64 questions")


def test_another_seed_draws_another_batch(page):
    before = sentences(page, "column")
    page.number_input(key="seed").set_value(7).run()
    assert sentences(page, "column") != before


@pytest.mark.parametrize("corpus", ["Markov language", "Look-back language"])
def test_the_lesson_works_on_any_text(corpus):
    page = opened("tokens", reveal="all", corpus=corpus)
    assert not page.exception


def test_one_row_has_one_start():
    page = opened("tokens", reveal="all", rows="1")
    asked(page, "tok_5").set_value(0).run()
    assert re.search(r"its own random place: [\d\u202f]+ here\.", said(page))

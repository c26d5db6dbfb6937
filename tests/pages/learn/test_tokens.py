"""Lesson 1: what is typed becomes ids, windows become questions."""

import re
from collections import Counter

import pytest

from tests.pages.lab.train_page import shared
from tests.pages.learn.lesson_pages import asked, opened, replied, said, sentences
from tinygpt.corpus import CATALOGUE, load_corpus
from tinygpt.spelling import spoken
from tinygpt.words.storyboard import find_scene, lesson

PLAYS = "Shakespeare, nine plays"


@pytest.fixture
def page():
    return opened("tokens", reveal="all")


def test_the_notebook_s_ids(page):
    (tiles,) = [html for html in page.get("html") if ">h<" in html.proto.body]
    ids = re.findall(r">(\d+)</div>", tiles.proto.body)
    assert list(map(int, ids)) == [46, 43, 50, 50, 53, 6, 1, 58, 46, 43, 56, 43, 2]
    assert "13 characters, 13 ids, 9 of them different: \u2018e\u2019 has id 43 wherever it occurs." in said(page)


def test_what_is_typed_beyond_the_tiles_is_said_not_refused(page):
    page.text_input(key="typed").set_value("ab" * 100).run()
    assert "the first 60 of the 200 characters that you typed" in said(page)
    assert "60 characters, 60 ids, 2 of them different" in said(page)
    page.text_input(key="typed").set_value("ab" * 30).run()
    assert "that you typed" not in said(page)


def test_a_character_without_an_id_is_named_and_nothing_breaks(page):
    page.text_input(key="typed").set_value("h\u00e4<b>").run()
    assert not page.exception
    words = said(page).replace("\\", "")
    assert "of the 65 characters" not in words and "Not among the 65 characters of the vocabulary" in words
    assert "without an id: \u2018\u00e4\u2019, \u2018<\u2019, \u2018>\u2019." in words, "one sentence for all of them"
    assert words.count("KeyError") == 1
    assert "5 characters, of which 2 have an id" in said(page)


def test_a_character_of_the_vocabulary_that_never_occurs_is_named(exact_file):
    plays, lectures = (said(opened("tokens", reveal="all", corpus=title)) for title in (PLAYS, "Tiny Shakespeare"))
    assert "Not once in this text: \u20183\u2019. It keeps the vocabulary of the lecture's" in plays
    assert "Not once in this text" not in lectures


def test_an_empty_field_says_what_will_appear(page):
    page.text_input(key="typed").set_value("").run()
    assert not page.exception and "type a character" in said(page)


def test_the_window_s_questions_are_the_notebook_s(page):
    found = sentences(page, "t")
    assert found[3] == "When the input is [18, 47, 56, 57] (\u201cFirs\u201d) the target is y[3] = 58 (\u2018t\u2019)."
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
    assert sentences(page, "column")[0].endswith("8 rows \u00d7 8 positions = 64 questions in one step.")


def test_another_seed_draws_another_batch(page):
    before = sentences(page, "column")
    page.number_input(key="seed").set_value(7).run()
    assert sentences(page, "column") != before


@pytest.mark.parametrize("corpus", [entry.title for entry in CATALOGUE.values()])
def test_what_is_said_is_true_of_any_text_of_the_menu(corpus, exact_file):
    page = opened("tokens", reveal="all", corpus=corpus)
    text = load_corpus(next(key for key, entry in CATALOGUE.items() if entry.title == corpus)).text
    times = Counter(text)
    (first, most), (_, least) = times.most_common()[0], times.most_common()[-1]
    words = said(page)
    alike = [c for c, n in times.items() if n == most]  # brackets open as often as they close
    assert any(f"{spoken(c)} makes up {most / len(text):.1%}" in words for c in alike)
    rare = sum(n < 30 for n in times.values()) + ("3" not in times and " " in times)
    ends = f"uses {rare} characters fewer than 30 times" if rare else f"makes up {least / len(text):.1%}."
    assert ends in words and "the text uses 0" not in words
    for n, c in enumerate("e \n"):
        asked(page, "tok_2").set_value(n).run()
        reply = replied(page, "tok_2")
        assert reply.startswith("**Right.**") == (c == first)
        assert ("does not occur in this text" in reply) == (c not in times), reply
    assert ("its numbers differ from the study notebook's" in words) == (corpus == PLAYS)
    assert ("This is the lecture's file" in words) == (corpus == "Tiny Shakespeare")
    assert ("A made-up language." in words) == corpus.endswith("language")
    assert "Cut into words and marks" in words or " " not in times


def test_the_window_that_may_be_seen_is_said_not_one_column(page):
    found = sentences(page, "column")
    assert found[3].startswith("After x[0, :4] = [") and "the target is y[0, 3] = " in found[3]
    assert len(re.findall(r"\d+", found[3].partition("= [")[2].partition("]")[0])) == 4


def test_a_shape_never_breaks_over_a_line():
    assert not [word for scene in lesson("tokens").scenes.values() for word in re.findall(r"\(B, T\)", scene.say)]


def test_the_title_does_not_count_the_questions():
    assert "block_size" not in find_scene("tok-4").title


def test_a_short_text_of_one_s_own_has_the_whole_lesson():
    page = opened("tokens", reveal="all", corpus=shared("to be or not to be that is"))
    words = said(page)
    assert (
        "a space makes up 26.9%. Of the 11 in the vocabulary the text uses 11 characters fewer than 30 times" in words
    )
    assert "lecture's own file" not in words and "made-up" not in words
    assert "Val never uses 8 characters of the vocabulary." in words

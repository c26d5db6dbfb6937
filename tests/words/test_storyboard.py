"""The words of the lessons: short, complete, and with every number filled in as people write it."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.words.storyboard import CATALOGS, apart, every_page, fields, fill, lesson

SCENES = [scene for one in every_page() for scene in one.scenes.values()]


@pytest.mark.parametrize("one", [pytest.param(one, id=one.name) for one in every_page()])
def test_ids_are_unique_links(one):
    entries = tomllib.loads((CATALOGS / f"{one.name}.toml").read_text(encoding="utf-8"))
    assert [key for key in entries if isinstance(entries[key], dict)] == list(one.scenes)
    assert len({scene.key for scene in SCENES}) == len(SCENES)


def test_numbers_are_written_as_people_write_them():
    assert fill("{a:.2f} of {n:,}, {p:.0%}, {s:.1e}", {"a": -0.5, "n": 1115394, "p": 0.123, "s": 3.2e-8}) == (
        "\u22120.50 of 1\u202f115\u202f394, 12%, 3.2\u00b710\u207b\u2078"
    )


@given(st.text(min_size=1, max_size=20))
def test_a_character_of_a_text_stays_text(text):
    filled = fill("{c}", {"c": text})
    assert fill("{c}", {"c": text}, escape=False) == text
    assert "*" not in filled.replace("\\*", "") and "[" not in filled.replace("\\[", "")


def test_a_missing_number_is_an_error_not_a_hole():
    with pytest.raises(KeyError):
        fill("{gone}", {})


def test_the_facts_that_a_template_needs():
    assert fields("c[{i}, {j}] = {v:.2f}, {{literal}}") == {"i", "j", "v"}


def test_an_answer_may_have_to_be_measured():
    scene = lesson("bigram")["big-1"]
    assert scene.question is not None
    facts = {"is_third": False, "is_most": True, "is_even": False}
    assert [answer.is_right(facts) for answer in scene.question.answers] == [False, True, False]


def test_a_number_with_its_noun_and_with_its_thousands():
    words = "{n:position|positions}, {m:carries|carry}"
    assert fill(words, {"n": 1, "m": 2}) == "1 position, 2 carry"
    assert fill(words, {"n": 1500, "m": 1}) == "1\u202f500 positions, 1 carries"
    assert fill("{a:.2f}, {b:.0f}", {"a": -5209.719, "b": 1234567.0}) == "\u22125\u202f209.72, 1\u202f234\u202f567"


def test_a_small_share_is_not_nothing():
    assert fill("{a:.0%} {b:.0%} {c:.0%}", {"a": 0.0035, "b": 0.0, "c": 0.0051}) == "<1% 0% 1%"


def test_a_difference_is_that_of_the_printed_numbers():
    assert fill("{d:.2f}", {"d": apart(2.555, 2.4749)}) == fill("{d:.2f}", {"d": 2.56 - 2.47})
    assert fill("{d:+.3f}", {"d": apart(2.1084, 2.0815, 3)}) == "+0.026"

"""Figures of the browser: which picture belongs to which positions, and what a link may say of them."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from tinygpt.ui.dials import buttons, slider, switch, wrong_dial


def script():
    import streamlit as st

    from tinygpt.ui.dials import buttons, slider, switch
    from tinygpt.ui.drag import Picture, swap

    pictures = [Picture("", f"{a}{b}{c}") for a in "xy" for b in "012" for c in ("no", "yes")]
    dials = buttons("letter", "Letter", "xy"), slider("digit", "Digit", range(3), 1), switch("sure", "Sure")
    st.text(str(swap(pictures, *dials)))


def opened(**link: str) -> AppTest:
    page = AppTest.from_function(script)
    page.query_params.update(link)
    page.run()
    assert not page.exception
    return page


def sentence(page: AppTest) -> str:
    """What the browser shows: the picture at the place that its script reckons from all positions."""
    sent, place = json.loads(page.get("bidi_component")[0].proto.json), 0
    for dial in sent["dials"]:
        place = place * len(dial["names"]) + dial["at"]
    return sent["pictures"][place][1]


@pytest.mark.parametrize(
    ("link", "at", "said"),
    [
        ({}, "(0, 1, 0)", "x1no"),
        ({"letter": "y", "digit": "2", "sure": "true"}, "(1, 2, 1)", "y2yes"),
        ({"sure": "True"}, "(0, 1, 1)", "x1yes"),
        ({"letter": "z", "digit": "9", "sure": "perhaps"}, "(0, 1, 0)", "x1no"),
    ],
)
def test_a_link_says_where_each_dial_stands(link, at, said):
    page = opened(**link)
    assert (page.text[0].value, sentence(page)) == (at, said)


def test_what_a_link_says_in_vain_is_corrected_in_it_and_nothing_is_added():
    assert opened(letter="z").query_params == {"letter": "x"}
    assert opened().query_params == {}


def test_the_minus_of_a_keyboard_is_understood():
    dial = buttons("fill", "Score", ["\u2212\u221e", "\u22125", "0"])
    assert (dial.position("-5"), dial.position("\u22125"), dial.position("5")) == (1, 1, 0)
    assert buttons("dim", "dim", (-1, 1), 1).position("-1") == 0


def test_names_that_differ_only_by_their_case_are_kept_apart():
    assert [slider("row", "Row", "Tt").position(c) for c in "tT"] == [1, 0]


def test_only_a_mistake_has_a_position_that_is_right():
    assert (switch("mask", "mask", on=True).right, wrong_dial("wrong_axis", "the wrong axis").right) == (None, 0)

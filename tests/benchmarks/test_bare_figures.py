"""What the lessons are measured against must not rot: every figure of the bare script can still be drawn."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from benchmarks.bare_figures import SLIDERS, SWITCHES, slid
from tinygpt.files import PROJECT
from tinygpt.words.storyboard import lessons

LESSONS = [one.name for one in lessons()]


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_slider_has_a_drawing_for_every_position(lesson):
    drawings = slid(lesson)
    assert len(set(drawings)) == len(drawings) > 1 and all("<" in drawing for drawing in drawings)


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_switch_has_a_figure(lesson):
    page = AppTest.from_file(PROJECT / "benchmarks/bare_figures.py", default_timeout=60)
    page.query_params["lesson"] = lesson
    page.run()
    assert [error.value for error in page.exception] == []
    (sent,) = [json.loads(component.proto.json) for component in page.get("bidi_component")]
    pictures = sent["pictures"]
    assert len({drawing for drawing, *_ in pictures}) == len(pictures) > 1


def test_every_lesson_is_measured():
    assert set(SLIDERS) == set(LESSONS), "sliders of benchmarks/bare_figures.py"
    assert set(SWITCHES) == set(LESSONS), "switches of benchmarks/bare_figures.py"

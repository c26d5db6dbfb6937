"""What the lessons are measured against must not rot: every figure of the bare script can still be drawn."""

import pytest

from benchmarks.bare_figures import SLIDERS, SWITCHES
from tinygpt.words.storyboard import lessons


@pytest.mark.parametrize("lesson", SLIDERS)
def test_a_slider_has_a_drawing_for_every_position(lesson):
    drawings = SLIDERS[lesson][1]()
    assert len(drawings) > 1 and all("<" in drawing for drawing in drawings)


def test_every_lesson_is_measured():
    wrong = sorted({one.name for one in lessons()} ^ (SLIDERS.keys() | SWITCHES.keys()))
    assert not wrong, "a lesson that benchmarks/bare_figures.py does not know, or the other way round"

"""What the lessons are measured against must not rot: every figure of the bare script can still be drawn."""

import pytest

from benchmarks.bare_figures import SLIDERS, SWITCHES
from benchmarks.repaint import SLIDERS as MEASURED


@pytest.mark.parametrize("lesson", SLIDERS)
def test_a_slider_has_a_drawing_for_every_position(lesson):
    drawings = SLIDERS[lesson]()
    assert len(drawings) > 1 and all("<" in drawing for drawing in drawings)


def test_every_lesson_is_measured():
    assert SLIDERS.keys() == SWITCHES.keys() == MEASURED.keys()

"""What an exported notebook draws, and what one from before the charts moved is told."""

import importlib

import pytest

from tests.plots.losses.curves import points
from tinygpt.gpt import GPTConfig
from tinygpt.plots.losses.curve import curve_svg
from tinygpt.plots.losses.ends import BETWEEN
from tinygpt.training.spec import RunSpec, TrainConfig


def test_the_curve_of_a_notebook_is_drawn_from_its_points_and_its_spec():
    spec = RunSpec(GPTConfig(), TrainConfig(max_steps=1_000), "text")
    picture = curve_svg(points=points([(0, 4.2, 4.2), (500, 2.9, 3.0), (1_000, 2.4, 2.5)]), spec=spec)
    assert picture.startswith("<svg") and f"val loss{BETWEEN}2.500" in picture and "1\u202f000" in picture


def test_an_older_notebook_is_told_where_its_chart_is():
    with pytest.raises(ImportError, match="from tinygpt.plots.losses.curve import curve_svg"):
        importlib.import_module("tinygpt.plots.loss")

"""One look: the palette of the figures, the theme of the pages, and how numbers are written."""

import tomllib

import pytest

from tinygpt.files import PROJECT
from tinygpt.plots.look import PALETTE, READABLE, ROLE, between, color, contrast, template
from tinygpt.spelling import number, thousands

THEME = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
MODES = ("light", "dark")


@pytest.mark.parametrize("mode", MODES)
def test_the_theme_of_the_pages_and_the_palette_of_the_figures_are_one(mode):
    p, theme = PALETTE[mode], THEME[mode]
    assert (theme["backgroundColor"], theme["textColor"]) == (p.paper, p.ink)
    named = {"orange": "ochre", "blue": "blue", "green": "teal", "violet": "plum", "gray": "gray"}
    assert {name: theme[f"{name}Color"] for name in named} == {name: getattr(p, hue) for name, hue in named.items()}
    assert {name: theme[f"{name}TextColor"] for name in named} == {name: p.label[hue] for name, hue in named.items()}
    assert tuple(theme["chartSequentialColors"]) == p.sequential


@pytest.mark.parametrize("mode", MODES)
def test_every_label_can_be_read(mode):
    p = PALETTE[mode]
    assert contrast(p.ink, p.paper) > 7 and contrast(p.muted, p.paper) >= READABLE
    for role in ROLE:
        assert contrast(color(role, mode, text=True), p.paper) >= READABLE, role


@pytest.mark.parametrize("mode", MODES)
def test_a_figure_has_no_legend_and_axes_that_stay(mode):
    layout = template(mode).layout
    assert layout.showlegend is False and layout.xaxis.fixedrange and layout.yaxis.fixedrange


def test_between_two_colors():
    assert between(("#000000", "#FFFFFF"), 0.5) == "#808080"
    assert between(("#000000", "#FFFFFF"), 2.0) == "#FFFFFF"


def test_numbers_are_written_as_in_a_book():
    assert number(2.4867) == "2.49" and number(-1.5) == "\u22121.50" and number(-0.001) == "0.00"
    assert number(float("-inf")) == "\u2212\u221e" and number(float("nan")) == "\u2013"
    assert thousands(1115394) == "1\u202f115\u202f394"

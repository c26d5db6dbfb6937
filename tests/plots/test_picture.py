"""A chart as a picture: drawn alone, without a network, with its words, on the paper of its appearance."""

import io
import json
import os
import subprocess
import sys
from xml.etree import ElementTree

import pandas as pd
import pytest
from PIL import Image

from tinygpt.experiments.curves import LossCurve
from tinygpt.files import PROJECT
from tinygpt.plots.look import PALETTE
from tinygpt.plots.losses.ends import BETWEEN
from tinygpt.plots.losses.loss import loss_rows
from tinygpt.plots.losses.loss_chart import loss_spec
from tinygpt.plots.losses.reach import Line, Live, Variant, View
from tinygpt.plots.losses.tones import tone
from tinygpt.plots.picture import NoPicture, chart_png, chart_svg, standing_alone
from tinygpt.training.state import Point

POINTS = [
    Point(step, 4.0 - step / 5_000, 4.0 - step / 4_000 if step % 1_000 == 0 else None, 1e-3, 0.0, 0)
    for step in range(0, 5_001, 100)
]
HOSTILE = "</text><script>&\u202f\"'"
TITLE = "Loss by step, nats per character"


def rows(label="GPT"):
    variant = Variant([LossCurve("a", label, "gpt", POINTS)], tone("gpt", 0, "light"))
    return loss_rows([variant], [Line("ln 65\n4.17", 4.17)], View(), live=Live(5_000))


def words(picture):
    """All that is written in an SVG image, several lines of one label apart."""
    return ["".join(text.itertext()) for text in ElementTree.fromstring(picture).iter() if text.tag.endswith("}text")]


@pytest.fixture(scope="module", params=["light", "dark"])
def mode(request):
    return request.param


@pytest.fixture(scope="module")
def drawn(mode):
    return chart_svg(loss_spec(mode), rows(HOSTILE), mode=mode, title=TITLE)


def test_an_svg_image_says_what_the_chart_says(drawn):
    written = words(drawn)
    assert f"{HOSTILE}{BETWEEN}2.750" in written and TITLE in written
    assert {"0", "5\u202f000"} <= set(written)
    assert any("4.17" in word for word in written)


def test_a_label_stays_a_label(drawn):
    assert not [node.tag for node in ElementTree.fromstring(drawn).iter() if "script" in node.tag]


def test_the_paper_is_that_of_the_appearance(drawn, mode):
    paper = next(node for node in ElementTree.fromstring(drawn).iter() if node.tag.endswith("}rect"))
    assert paper.get("fill") == PALETTE[mode].paper


def test_a_png_image_has_its_size_its_paper_and_its_words(mode):
    with Image.open(io.BytesIO(chart_png(loss_spec(mode), rows(), mode=mode, scale=1))) as opened:
        image = opened.convert("RGB")
    assert 1_000 + 2 * 16 <= image.width < 1_350 and 380 < image.height < 480
    paper = tuple(bytes.fromhex(PALETTE[mode].paper[1:]))
    assert image.getpixel((2, 2)) == paper
    beside_the_plot = image.crop((0, 0, image.width - 1_000 - 40, image.height - 50))
    assert len(set(beside_the_plot.get_flattened_data())) > 5, "the name of a floor, in many shades"


def test_words_are_drawn_where_no_font_is_installed(tmp_path):
    (tmp_path / "fonts.conf").write_text(f"<fontconfig><dir>{tmp_path}</dir></fontconfig>", encoding="utf-8")
    spec = {"data": {"values": [{}]}, "mark": {"type": "text"}, "encoding": {"text": {"value": "GPT"}}}
    sizes = {}
    for word in ("GPT", " "):
        spec["encoding"]["text"]["value"] = word
        alone = standing_alone(spec, pd.DataFrame({"x": [0.0]}), "light", "", 100)
        done = subprocess.run(
            [sys.executable, "-m", "tinygpt.plots.painter", "png", "1"], input=alone.encode(), capture_output=True,
            cwd=PROJECT, env=os.environ | {"FONTCONFIG_FILE": str(tmp_path / "fonts.conf")},
        )  # fmt: skip
        sizes[word] = len(set(Image.open(io.BytesIO(done.stdout)).convert("RGB").get_flattened_data()))
    assert sizes[" "] == 1 < sizes["GPT"]


def test_the_scale_is_that_of_a_sharp_screen():
    sizes = [Image.open(io.BytesIO(chart_png(loss_spec("light"), rows(), scale=scale))).size for scale in (1, 2)]
    assert sizes[1] == (2 * sizes[0][0], 2 * sizes[0][1])


def test_what_is_no_number_is_null_and_no_digit_is_lost():
    table = pd.DataFrame({"kind": ["a", None], "loss": [0.1 + 0.2, float("nan")], "x": [float("inf"), 1.0]})
    values = json.loads(standing_alone({}, table, "light", "", 100))["data"]["values"]
    assert values[1] == {"kind": None, "loss": None, "x": 1.0} and values[0]["x"] is None
    assert values[0]["loss"] == pytest.approx(0.3, abs=1e-15)


def test_what_answers_a_pointer_is_left_out_and_the_page_s_own_spec_stays_as_it_is():
    before = json.dumps(loss_spec("light"))
    alone = json.loads(standing_alone(loss_spec("light"), rows(), "light", "", 1_000))
    assert "params" not in alone
    assert [layer for layer in loss_spec("light")["layer"] if layer not in alone["layer"]] == [
        layer
        for layer in loss_spec("light")["layer"]
        if layer["mark"].get("opacity") == 0 and "tooltip" in layer["encoding"]
    ]
    assert json.dumps(loss_spec("light")) == before


def test_no_address_is_asked_for_anything():
    spec = {"layer": [{"mark": {"type": "image"}, "encoding": {"url": {"value": "http://127.0.0.1:9/a.png"}}}]}
    assert chart_svg(spec, rows()).startswith("<svg")
    foreign = {"layer": [{"data": {"url": "http://127.0.0.1:9/a.csv"}, "mark": {"type": "point"}, "encoding": {}}]}
    with pytest.raises(NoPicture, match="could not be drawn"):
        chart_svg(foreign, rows())


def test_what_is_no_chart_is_refused_in_words():
    with pytest.raises(NoPicture, match="could not be drawn: "):
        chart_svg({"layer": [{"mark": {"type": "nonsense"}, "encoding": {}}]}, rows())

"""A Vega-Lite chart as a picture to take along: SVG or PNG, drawn without a browser and without a network.

chart_svg(loss_spec("light"), rows, title="Loss by step")
chart_png(loss_spec("dark"), rows, mode="dark")
"""

import json
import subprocess
import sys
import threading
from typing import Any

import pandas as pd

from tinygpt.files import PROJECT
from tinygpt.plots.look import LABEL, PALETTE, Mode

WIDTH = 1_000  # px of the plot; the names beside it come on top
AIR = 16  # px around it
# The page's own face where a picture's reader has it. The last name must be generic: it stands for Liberation Sans,
# which vl_convert brings along; with unknown names alone it would draw no words at all.
FACE = '"Source Sans", sans-serif'
PATIENCE = 120.0  # seconds

_one_at_a_time = threading.Lock()  # a picture takes a processor and up to 370 MB: thirty at once would take the server


class NoPicture(RuntimeError):
    """A picture could not be drawn, for a reason that is not the reader's."""


def chart_svg(
    spec: dict[str, Any], rows: pd.DataFrame, *, mode: Mode = "light", title: str = "", width: int = WIDTH
) -> str:
    """The chart of `spec` with its `rows` as an SVG image on the paper of `mode`."""
    return _painted(standing_alone(spec, rows, mode, title, width), "svg", 1).decode()


def chart_png(
    spec: dict[str, Any], rows: pd.DataFrame, *, mode: Mode = "light", title: str = "", width: int = WIDTH,
    scale: float = 2,
) -> bytes:  # fmt: skip
    """The same as a PNG image, `scale` pixels for each of the page."""
    return _painted(standing_alone(spec, rows, mode, title, width), "png", scale)


def standing_alone(spec: dict[str, Any], rows: pd.DataFrame, mode: Mode, title: str, width: int) -> str:
    """The spec with all that a page gives it, its rows too, and without what answers a pointer. JSON"""
    p = PALETTE[mode]
    given = {
        "data": {"values": json.loads(rows.to_json(orient="records", double_precision=15))},  # no number is null
        "width": width,
        "background": p.paper,
        "padding": AIR,
        "config": {"font": FACE, "view": {"stroke": None}, "aria": False},  # a name for each point: twice the file
    }
    if title:
        given["title"] = {"text": title, "anchor": "start", "offset": AIR, "color": p.ink, "fontSize": LABEL}
    layers = [  # one that is not seen and has a tooltip is for a pointer alone
        layer for layer in spec.get("layer", [])
        if layer["mark"].get("opacity") != 0 or "tooltip" not in layer["encoding"]
    ]  # fmt: skip
    kept = {name: value for name, value in spec.items() if name not in ("params", "layer")}
    return json.dumps({**kept, **({"layer": layers} if layers else {}), **given})


def _painted(spec: str, kind: str, scale: float) -> bytes:
    """The image of `spec`, made by a process of its own (tinygpt/plots/painter.py says why)."""
    command = [sys.executable, "-m", "tinygpt.plots.painter", kind, str(scale)]
    with _one_at_a_time:
        try:
            done = subprocess.run(command, input=spec.encode(), capture_output=True, cwd=PROJECT, timeout=PATIENCE)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NoPicture(f"This picture could not be drawn ({type(error).__name__}). Try again.") from error
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip().splitlines() or ["its painter died"]
        raise NoPicture(f"This picture could not be drawn: {reason[-1][:200]}")
    return done.stdout

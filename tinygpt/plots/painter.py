"""A process that draws one picture: `python -m tinygpt.plots.painter png 2`, a Vega-Lite spec in, an image out.

Drawing keeps Python to itself, for five seconds where there are twenty runs: in the server it would hold up everybody.
So this imports nothing of ours. It asks no address for anything, whatever the spec says.
"""

import sys

import vl_convert


def paint(spec: str, kind: str, scale: float) -> bytes:
    """The image of `spec` (JSON): "png", or "svg", which knows no scale. ValueError where it is no spec."""
    if kind == "png":
        return vl_convert.vegalite_to_png(spec, scale=scale, allowed_base_urls=[])
    return vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]).encode()


if __name__ == "__main__":
    sys.stdout.buffer.write(paint(sys.stdin.buffer.read().decode(), sys.argv[1], float(sys.argv[2])))

"""From a control to the repainted picture, on every lesson page, in Chromium on this machine.

    python -m benchmarks.repaint [--times 25] [--only averaging ...]

On each page one slider and one switch, whose pictures the browser swaps alone. Each is pressed in turn with the same
figure alone in a bare Streamlit script (benchmarks/bare_figures.py), because this machine's speed drifts. The clock
runs in the browser, from the press to the frame after the picture has changed. Goals: median below 60 ms, 95th
percentile below 200 ms, and at most 1.3 times the bare script's median. Needs Chromium; measure on an idle machine.
"""

import argparse
import tempfile
from functools import partial
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import Page

from benchmarks.bare_figures import ARROWS, SLIDERS, SWITCHES, Control
from benchmarks.browser import browsing, milliseconds_to_repaint
from benchmarks.goals import Goals
from tests.browser.conftest import serving, wait_run

MEDIAN, SLOW, RATIO = 60.0, 200.0, 1.3  # ms, ms (95th percentile), times the bare script


def compare(pages: dict[Page, str], control: Control, times: int) -> list[list[float]]:
    """Milliseconds until a figure is repainted, on each of `pages` (with their addresses), pressed in turn."""
    for page, url in pages.items():
        page.goto(url)
        page.locator(f".st-key-{control.figure}").locator(".main-svg, .drawing").first.wait_for(timeout=60_000)
        wait_run(page)
        page.wait_for_timeout(1_000)
    took: list[list[float]] = [[] for _ in pages]
    for turn in range(times):
        for page, found in zip(pages, took, strict=True):
            box, way = page.locator(f".st-key-{control.key}"), control.ways[turn % 2]
            press = partial(box.get_by_role("slider").press, way) if way in ARROWS else box.locator(way).first.click
            found.append(milliseconds_to_repaint(page, f".st-key-{control.figure}", press))
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=25)
    parser.add_argument("--only", nargs="*", choices=SLIDERS, default=SLIDERS)
    arguments, goals = parser.parse_args(), Goals()
    with (
        browsing() as (browser, app), tempfile.TemporaryDirectory() as folder,
        serving(Path(folder), "benchmarks/bare_figures.py") as bare,
    ):  # fmt: skip
        for lesson in arguments.only:
            dragged = f"drag_{SLIDERS[lesson]}"
            here, alone = (browser.new_page(viewport={"width": 1280, "height": 900}) for _ in range(2))
            for kind, control in {"slider": Control(dragged, ARROWS, dragged), "switch": SWITCHES[lesson]}.items():
                link, link_alone = f"reveal=all&{control.link}", f"lesson={lesson}&kind={kind}"
                pages = {here: f"{app}/{lesson}?{link}", alone: f"{bare}/?{link_alone}"}
                times, times_alone = compare(pages, control, arguments.times)
                middle, slow = median(times), quantiles(times, n=20, method="inclusive")[-1]
                ratio = middle / median(times_alone)
                figures = f"median {middle:4.0f} ms   95 % {slow:4.0f} ms   {ratio:4.2f} x bare"
                print(f"{lesson:12}{kind:8}{figures}", flush=True)
                goals.at_most(RATIO, ratio, f"{lesson}, {kind}: times the bare script")
                goals.at_most(MEDIAN, middle, f"{lesson}, {kind}: median, ms")
                goals.at_most(SLOW, slow, f"{lesson}, {kind}: 95th percentile, ms")
            here.close(), alone.close()
    goals.settle()


if __name__ == "__main__":
    main()

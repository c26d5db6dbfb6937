"""From a control to the repainted picture, on every lesson page, in Chromium on this machine.

    python -m benchmarks.repaint [--times 25] [--only averaging ...]

On each page one slider, whose pictures the browser swaps alone while it moves, and one switch, whose picture the server
draws. Each is pressed in turn with the same figure alone in a bare Streamlit script (benchmarks/bare_figures.py) with
garbage collection off, because this machine's speed drifts. The clock runs in the browser, from the press to the frame
after the picture has changed. Goals for the sliders: median below 130 ms, 95th percentile below 200 ms, and at most 1.3
times the bare script's median. The switches are only reported. Needs Chromium; measure on an idle machine.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.bare_figures import SLIDERS, SWITCHES, Control
from benchmarks.goals import Goals
from tests.browser.conftest import CHROMIUM, FLAGS, serving, wait_run
from tinygpt.files import PROJECT
from tinygpt.words.storyboard import lessons

LESSONS = [one.name for one in lessons()]
MEDIAN, SLOW, RATIO = 130.0, 200.0, 1.3  # ms, ms (95th percentile), times the bare script
PORT = 8599
WATCH = """(selector) => {
  window.__took = new Promise((done, failed) => {
    const inside = (root) => root && (root.querySelector(".main-svg, .drawing")
      ?? [...root.querySelectorAll("*")].map((e) => e.shadowRoot && inside(e.shadowRoot)).find(Boolean));
    const picture = () => {
      const drawn = inside(document.querySelector(selector))?.innerHTML ?? "";
      return drawn.length > 1000 ? drawn : null;  // a figure that is just being built has little in it
    };
    const before = picture();
    let pressed = 0;
    for (const act of ["keydown", "pointerdown"])
      document.addEventListener(act, () => (pressed = pressed || performance.now()), { once: true, capture: true });
    const look = () => {
      const now = picture();
      if (pressed && performance.now() - pressed > 10000) failed("no new picture after ten seconds");
      else if (pressed && now && now !== before) requestAnimationFrame(() => done(performance.now() - pressed));
      else requestAnimationFrame(look);
    };
    look();
  });
}"""  # done one frame after the change: then it is painted


MOVES = "slider:ArrowRight ArrowLeft"


def press(page: Page, control: Control, turn: int) -> None:
    """Move a control once, there and back in turn."""
    role, _, ways = control.how.partition(":")
    way = ways.split()[turn % 2]
    box = page.locator(control.control)
    if role == "button":
        box.get_by_test_id("stNumberInputStepUp" if way == "increment" else "stNumberInputStepDown").click()
    elif role == "label":
        box.locator("label").first.click()
    elif role == "option":
        box.get_by_role("radio", name=way, exact=True).click()
    else:
        box.get_by_role(role).focus()
        page.keyboard.press(way)


def took(page: Page, control: Control, turn: int) -> float:
    """Milliseconds from one press to the repainted picture."""
    page.bring_to_front()  # a page behind another is not painted
    page.evaluate(WATCH, control.figure)
    press(page, control, turn)
    milliseconds = page.evaluate("window.__took")
    page.wait_for_timeout(200)  # a slider tells the server a moment later
    wait_run(page)
    return milliseconds


@contextmanager
def bare_script() -> Iterator[str]:
    """The address of the bare script."""
    command = [sys.executable, "-m", "streamlit", "run", "benchmarks/bare_figures.py", f"--server.port={PORT}"]
    process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{PORT}/_stcore/health", timeout=1).read()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{PORT}"
    finally:
        process.terminate()
        process.wait()


def settled(page: Page, url: str, figure: str) -> None:
    """Open a page and wait until its figure is drawn and its script has ended."""
    page.goto(url)
    page.locator(f"{figure} .main-svg, {figure} .drawing").first.wait_for(timeout=60_000)
    wait_run(page)
    page.wait_for_timeout(1_000)


def compare(
    pages: tuple[Page, Page], urls: tuple[str, str], here: Control, alone: Control, times: int
) -> tuple[float, float, float]:
    """Median and 95th percentile of a figure on its page, in ms, and the median's ratio to the same figure alone."""
    for page, url, control in zip(pages, urls, (here, alone), strict=True):
        settled(page, url, control.figure)
    measured: tuple[list[float], list[float]] = ([], [])
    for turn in range(times):
        for page, control, took_ in zip(pages, (here, alone), measured, strict=True):
            took_.append(took(page, control, turn))
    middle = statistics.median(measured[0])
    return middle, quantile95(measured[0]), middle / statistics.median(measured[1])


def measure(lesson: str, pages: tuple[Page, Page], app: str, bare: str, times: int, goals: Goals) -> None:
    """The slider and the switch of one lesson, as far as it has them."""
    kinds = {}
    if lesson in SLIDERS:
        figure = f".st-key-drag_{SLIDERS[lesson][0]}"
        kinds["slider"] = Control(figure, MOVES, figure)
    if lesson in SWITCHES:
        kinds["switch"] = SWITCHES[lesson][0]
    for kind, here in kinds.items():
        alone = Control(".st-key-drag_figure", here.how, ".st-key-drag_figure")
        if kind == "switch":
            alone = Control(".st-key-control", here.how, ".st-key-figure")
        urls = f"{app}/{lesson}?reveal=all", f"{bare}/?lesson={lesson}&kind={kind}"
        middle, slow, ratio = compare(pages, urls, here, alone, times)
        print(f"{lesson:12}{kind:8}median {middle:4.0f} ms   95 % {slow:4.0f} ms   {ratio:4.2f} x bare", flush=True)
        if kind == "slider":
            goals.at_most(MEDIAN, middle, f"{lesson}: median, ms")
            goals.at_most(SLOW, slow, f"{lesson}: 95th percentile, ms")
            goals.at_most(RATIO, ratio, f"{lesson}: times the bare script")


def quantile95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=25)
    parser.add_argument("--only", nargs="*", choices=LESSONS, default=LESSONS)
    arguments = parser.parse_args()
    goals = Goals()
    with (
        tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as app, bare_script() as bare,
        sync_playwright() as playwright,
    ):  # fmt: skip
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for lesson in arguments.only:
            one, two = (chromium.new_page(viewport={"width": 1280, "height": 900}) for _ in range(2))
            measure(lesson, (one, two), app, bare, arguments.times, goals)
            one.close(), two.close()
        chromium.close()
    goals.settle()


if __name__ == "__main__":
    main()

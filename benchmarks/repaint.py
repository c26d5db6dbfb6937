"""From a control to the repainted picture, on every lesson page, in Chromium on this machine.

    python -m benchmarks.repaint [--times 25] [--only averaging ...]

On each page one control whose picture the server draws, and, pressed in turn with it, the same figure alone in a bare
Streamlit script (benchmarks/bare_figures.py) with garbage collection off: this machine's speed drifts. Then one figure
that follows the finger, which the browser swaps alone. The clock runs in the browser, from the press to the frame after
the picture has changed. Goals: median below 130 ms, 95th percentile below 200 ms, median at most 1.3 times the bare
script's. Needs Chromium; measure on an idle machine.
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
from typing import NamedTuple

from playwright.sync_api import Page, sync_playwright

from benchmarks.goals import Goals
from tests.browser.conftest import CHROMIUM, FLAGS, ROOT, serving, wait_run

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


class Control(NamedTuple):
    """What is pressed on a lesson's page, how, and which figure it changes."""

    control: str
    how: str  # a role to focus and the keys to press in turn, or "click:" and the names of buttons
    figure: str
    drag: str


CONTROLS = {
    "tokens": Control(".st-key-log_shares", "label:click click", ".st-key-tok_2", "t"),
    "bigram": Control(".st-key-seed", "button:increment decrement", ".st-key-big_3", "temperature"),
    "averaging": Control(".st-key-T", "slider:ArrowRight ArrowLeft", ".st-key-avg_3", "t"),
    "attention": Control(".st-key-row", "button:decrement increment", ".st-key-att_3", "t_step"),
    "scaling": Control(".st-key-head_size", "slider:ArrowRight ArrowLeft", ".st-key-sca_1", "factor"),
    "transformer": Control(".st-key-context", "option:32 8", ".st-key-tra_7", ""),
}


def press(page: Page, control: str, how: str, turn: int) -> None:
    """Move a control once, there and back in turn."""
    role, _, ways = how.partition(":")
    way = ways.split()[turn % 2]
    box = page.locator(control)
    if role == "button":
        box.get_by_test_id("stNumberInputStepUp" if way == "increment" else "stNumberInputStepDown").click()
    elif role == "label":
        box.locator("label").first.click()
    elif role == "option":
        box.get_by_role("radio", name=way, exact=True).click()
    else:
        box.get_by_role(role).focus()
        page.keyboard.press(way)


def took(page: Page, control: str, how: str, figure: str, turn: int) -> float:
    """Milliseconds from one press to the repainted picture."""
    page.bring_to_front()  # a page behind another is not painted
    page.evaluate(WATCH, figure)
    press(page, control, how, turn)
    milliseconds = page.evaluate("window.__took")
    wait_run(page)
    return milliseconds


@contextmanager
def bare_script() -> Iterator[str]:
    """The address of the bare script."""
    command = [sys.executable, "-m", "streamlit", "run", "benchmarks/bare_figures.py", f"--server.port={PORT}"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
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


def measure(lesson: str, app: Page, bare: Page, urls: tuple[str, str], times: int, goals: Goals) -> None:
    """Both figures of a lesson, and the same one bare, pressed in turn."""
    chosen = CONTROLS[lesson]
    settled(app, f"{urls[0]}/{lesson}?reveal=all", chosen.figure)
    settled(bare, f"{urls[1]}/?lesson={lesson}", ".st-key-figure")
    here, alone = [], []
    for turn in range(times):
        here.append(took(app, chosen.control, chosen.how, chosen.figure, turn))
        alone.append(took(bare, ".st-key-control", chosen.how, ".st-key-figure", turn))
    middle, slow, ratio = statistics.median(here), quantile95(here), statistics.median(here) / statistics.median(alone)
    words = f"{lesson:12} median {middle:4.0f} ms  95 % {slow:4.0f} ms  bare {statistics.median(alone):4.0f} ms"
    goals.at_most(MEDIAN, middle, f"{lesson}: median, ms")
    goals.at_most(SLOW, slow, f"{lesson}: 95th percentile, ms")
    goals.at_most(RATIO, ratio, f"{lesson}: times the bare script")
    if chosen.drag:
        figure = f".st-key-drag_{chosen.drag}"
        swaps = [took(app, figure, "slider:ArrowLeft ArrowRight", figure, turn) for turn in range(times)]
        words += f"  ratio {ratio:4.2f}  drag {statistics.median(swaps):3.0f} ms, 95 % {quantile95(swaps):3.0f} ms"
        goals.at_most(MEDIAN, statistics.median(swaps), f"{lesson}: drag, median, ms")
    else:
        words += f"  ratio {ratio:4.2f}"
    print(words, flush=True)


def quantile95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=25)
    parser.add_argument("--only", nargs="*", choices=CONTROLS, default=list(CONTROLS))
    arguments = parser.parse_args()
    goals = Goals()
    with (
        tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as app, bare_script() as bare,
        sync_playwright() as playwright,
    ):  # fmt: skip
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for lesson in arguments.only:
            pages = [chromium.new_page(viewport={"width": 1280, "height": 900}) for _ in range(2)]
            measure(lesson, pages[0], pages[1], (app, bare), arguments.times, goals)
            for page in pages:
                page.close()
        chromium.close()
    goals.settle()


if __name__ == "__main__":
    main()

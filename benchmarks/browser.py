"""A browser on a fresh server: how long a page takes to arrive, and a picture to be painted again. Needs Chromium."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, sync_playwright

from tests.browser.conftest import CHROMIUM, FLAGS, serving, wait_run

WATCH = """(selector) => {
  window.__took = new Promise((done, failed) => {
    const inside = (root) => root && (root.querySelector(".main-svg, .drawing, svg.marks")
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


@contextmanager
def browsing(fill: Callable[[Path], None] | None = None) -> Iterator[tuple[Browser, str]]:
    """A browser, and the address of the app on a server of its own, which has the runs that `fill` wrote."""
    with tempfile.TemporaryDirectory() as folder:
        if fill:
            fill(Path(folder))
        with serving(Path(folder)) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            yield browser, url
            browser.close()


def seconds_to_arrive(link: Locator, title: str, *drawn: str) -> float:
    """From Enter on a link until a page's title and all that must be `drawn` are there, and its script has ended."""
    page = link.page
    link.wait_for()
    began = time.perf_counter()
    link.press("Enter")
    page.get_by_role("heading", name=title, exact=True).wait_for()
    page.locator("[data-test-script-state='notRunning']").wait_for(state="attached")  # no old page
    for selector in drawn:
        page.locator(selector).locator("visible=true").first.wait_for()
    return time.perf_counter() - began


def milliseconds_to_repaint(page: Page, figure: str, press: Callable[[], None]) -> float:
    """From a press to the frame after the picture in `figure` has changed, by the browser's own clock."""
    page.bring_to_front()  # a page behind another is not painted
    page.evaluate(WATCH, figure)
    press()
    milliseconds = page.evaluate("window.__took")
    page.wait_for_timeout(200)  # a slider tells the server a moment later
    wait_run(page)
    return milliseconds

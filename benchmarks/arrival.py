"""From home through all lessons by "next" alone: how long until each page is useful.

    python -m benchmarks.arrival [--width 1280]

A fresh server, a new visitor, the keyboard. The clock runs from Enter on the link until the page's title and all its
open figures are drawn. Goal: each within 3 s. Needs Chromium; measure on an idle machine.
"""

import argparse
import re
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.goals import Goals
from tests.browser.conftest import CHROMIUM, FLAGS, serving, wait_run
from tinygpt.words.storyboard import lessons

SECONDS = 3.0
FIGURE = "[data-testid='stMain'] :is(.main-svg, .drawing > :not(style), [data-testid='stHtml'] div, svg text)"


def arrive(page: Page, title: str) -> float:
    """Seconds from now until a lesson's title and its open figures are there."""
    began = time.perf_counter()
    page.get_by_role("heading", name=title, exact=True).wait_for()
    page.locator("[data-test-script-state='notRunning']").wait_for(state="attached")  # no old page
    page.locator(FIGURE).first.wait_for()
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--width", type=int, default=1280, help="of the window in px; 390 is a phone")
    width = parser.parse_args().width
    goals = Goals()
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as url, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = chromium.new_page(viewport={"width": width, "height": 844})
        page.goto(url)
        wait_run(page)
        link = page.locator("[class*='st-key-card_']").get_by_role("link").first
        for one in lessons():
            link.press("Enter")
            seconds = arrive(page, one.title)
            print(f"{one.name:12} {seconds:5.2f} s", flush=True)
            goals.at_most(SECONDS, seconds, f"{one.name}: seconds until it is useful")
            wait_run(page, timeout=60_000)
            link = page.locator(".st-key-card_turn").get_by_role("link", name=re.compile("Next"))
        chromium.close()
    goals.settle()


if __name__ == "__main__":
    main()

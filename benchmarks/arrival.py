"""From home through all lessons by "next" alone: how long until each page is useful.

    python -m benchmarks.arrival [--width 1280]

A server whose workers have started, a new visitor, the keyboard. The clock runs from Enter on the link until the
page's title and its first figure, or the question before it, are drawn. Goal: each within 1.5 s. Needs Chromium;
measure on an idle machine.
"""

import argparse
import re

from benchmarks.browser import browsing, seconds_to_arrive
from benchmarks.goals import Goals
from tests.browser.conftest import wait_run
from tinygpt.ui.server import AFTER
from tinygpt.words.storyboard import lessons

SECONDS = 1.5
STOOD = AFTER + 5  # seconds: by then its workers have started, and it has read what it reads late
THERE = ".main-svg", ".drawing > :not(style)", "svg text", "button", "[role=radio]", "[data-testid='stHtml'] div"
FIGURE = f"[class*='st-key-stage_'] :is({', '.join(THERE)})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--width", type=int, default=1280, help="of the window in px; 390 is a phone")
    width, goals = parser.parse_args().width, Goals()
    with browsing() as (browser, url):
        page = browser.new_page(viewport={"width": width, "height": 844})
        page.goto(url)
        wait_run(page)
        page.wait_for_timeout(1_000 * STOOD)
        link = page.locator("[class*='st-key-card_']").get_by_role("link").first
        for one in lessons():
            seconds = seconds_to_arrive(link, one.title, FIGURE)
            print(f"{one.name:12} {seconds:5.2f} s", flush=True)
            goals.at_most(SECONDS, seconds, f"{one.name}: seconds until it is useful")
            wait_run(page, timeout=60_000)
            link = page.locator(".st-key-card_turn").get_by_role("link", name=re.compile("Next"))
    goals.settle()


if __name__ == "__main__":
    main()

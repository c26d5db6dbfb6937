"""How far what is there already moves while a page comes in: the layout shift that a browser counts.

    python -m benchmarks.shift

Every page, on a laptop's screen and on a phone's, each for a new visitor. Goal: at most 0.05 a page (the field's name
for it is cumulative layout shift, and web.dev calls 0.1 good). Needs Chromium; a busy machine shows more of it.
"""

from benchmarks.browser import browsing
from benchmarks.goals import Goals
from tests.browser.conftest import wait_run
from tests.browser.test_first_paint import GOAL, SHIFTS
from tinygpt.words.storyboard import lessons

SCREENS = ((1280, 800), (390, 844))  # width and height, px
SETTLED = 2_000  # ms after the last run, for what is loaded late


def main() -> None:
    goals = Goals()
    with browsing() as (browser, url):
        for path in ("", *(one.name for one in lessons()), "train", "compare", "inside", "generate"):
            for width, height in SCREENS:
                page = browser.new_page(viewport={"width": width, "height": height})
                page.add_init_script(SHIFTS)
                page.goto(f"{url}/{path}")
                wait_run(page)
                page.wait_for_timeout(SETTLED)
                shift = sum(page.evaluate("shifts"))
                print(f"/{path:12} {width:5} px  {shift:.3f}", flush=True)
                goals.at_most(GOAL, shift, f"/{path} at {width} px: layout shift")
                page.close()
    goals.settle()


if __name__ == "__main__":
    main()

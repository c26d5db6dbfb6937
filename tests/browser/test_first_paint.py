"""What a page looks like while it comes in: its rules are there first, and a turned page begins at its top."""

import re
from urllib.request import Request, urlopen

import pytest

from streamlit_app import RULES
from tests.browser.conftest import wait_run

SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const shift of list.getEntries()) if (!shift.hadRecentInput) shifts.push(shift.value);
}).observe({ type: "layout-shift", buffered: true });
"""
GOAL = 0.05  # of the layout shift of a page, measured by benchmarks.shift; a test allows a busy machine ten times that


def test_the_rules_of_the_look_stand_in_the_page_itself(base_url):
    with urlopen(f"{base_url}/averaging") as answer:
        page = answer.read().decode()
        assert int(answer.headers["content-length"]) == len(page.encode()) and not answer.headers["etag"]
    assert f"<style>{RULES}</style></head>" in page and page.count("</html>") == 1
    faces = re.findall(r'<link rel="preload" href="([^"]+)" as="font"', page)
    assert len(faces) == 3
    for face in faces:
        with urlopen(f"{base_url}{face}") as answer:
            assert answer.status == 200 and answer.headers["content-type"] == "font/woff2"


def test_a_page_that_a_browser_knows_is_sent_again_with_the_rules_of_today(base_url):
    asked = Request(f"{base_url}/", headers={"If-Modified-Since": "Sun, 29 Nov 2099 00:00:00 GMT"})
    with urlopen(asked) as answer:
        assert answer.status == 200 and RULES in answer.read().decode()


@pytest.mark.parametrize("path", ["/", "/averaging", "/train"])
def test_nothing_moves_much_while_a_page_comes_in(page, base_url, path):
    page.add_init_script(SHIFTS)
    page.goto(base_url + path)
    wait_run(page)
    assert sum(page.evaluate("shifts")) < 10 * GOAL


def test_a_turned_page_begins_at_its_top(page, base_url):
    page.goto(f"{base_url}/averaging?reveal=all")
    wait_run(page)
    page.locator(".st-key-card_turn").get_by_role("link", name=re.compile("Next")).click()
    page.wait_for_url(re.compile("/attention"))
    wait_run(page)
    assert page.locator('[data-testid="stMain"]').evaluate("main => main.scrollTop") == 0

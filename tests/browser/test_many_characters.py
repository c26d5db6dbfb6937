"""A text of as many different characters as one may have: every page answers within seconds."""

import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import wait_run
from tests.browser.test_paste import PASTE
from tinygpt.texts.cleaning import MAX_DISTINCT

SECONDS = 3.0  # until a page answers, on a quiet machine
ANSWERS = "() => document.querySelectorAll('[data-testid=stHeading]').length"


def of_many_characters(distinct: int) -> str:
    """60,000 characters of which so many are different, some of them common."""
    alphabet = [chr(0x4E00 + n) for n in range(distinct)]
    return "".join(alphabet) + "".join(alphabet[(n * n * 7919) % distinct] for n in range(60_000 - distinct))


def frozen(page: Page) -> float:
    """The longest time, in seconds, that the page was busy with itself and heard nobody."""
    return float(page.evaluate("() => (window.longTasks || [0]).reduce((a, b) => Math.max(a, b), 0)")) / 1000


@pytest.mark.slow
@pytest.mark.parametrize("path", ["tokens?reveal=all", "bigram?reveal=all", "train", "compare"])
def test_a_page_answers_within_seconds_at_the_most_characters(page, base_url, path):
    page.add_init_script(
        "new PerformanceObserver((list) => { window.longTasks = window.longTasks || [];"
        "for (const one of list.getEntries()) window.longTasks.push(one.duration); })"
        ".observe({ type: 'longtask', buffered: true });"
    )
    page.goto(f"{base_url}/train")
    wait_run(page)
    page.get_by_text("Use your own text").click()
    field = page.locator(".st-key-pasted textarea")
    field.focus()
    field.evaluate(PASTE, of_many_characters(MAX_DISTINCT))
    page.locator(".st-key-use_text button").click()
    expect(page.locator(".st-key-own_text_done")).to_contain_text("4,096 of them different")
    name = page.locator(".st-key-corpus input").input_value()
    began = time.monotonic()
    page.goto(f"{base_url}/{path}{'&' if '?' in path else '?'}corpus={name}")
    wait_run(page)
    page.evaluate(ANSWERS)
    took = time.monotonic() - began
    print(f"{path}: {took:.1f} s, longest freeze {frozen(page):.1f} s")
    assert frozen(page) < SECONDS, f"{path} heard nobody for {frozen(page):.1f} s"

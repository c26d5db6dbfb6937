"""A text of as many different characters as one may have: no page grows with them, so every page answers at once."""

import time

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import wait_run
from tests.browser.test_paste import PASTE
from tinygpt.spelling import thousands
from tinygpt.texts.cleaning import MAX_DISTINCT
from tinygpt.tokenizer import LECTURE_CHARS

PAGES = ("tokens?reveal=all", "bigram?reveal=all", "train?model=four+heads", "compare", "generate?written=40")
LITTLE = 50_000  # bytes that a page may send more: 4,096 bars with their names are ten times as many


def of_many_characters(distinct: int) -> str:
    """60,000 characters of which so many are different, some of them common."""
    alphabet = [chr(0x4E00 + n) for n in range(distinct)]
    return "".join(alphabet) + "".join(alphabet[(n * n * 7919) % distinct] for n in range(60_000 - distinct))


def chosen(page: Page, base_url: str, text: str) -> str:
    """Paste a text and use it; its name."""
    page.goto(f"{base_url}/train")
    wait_run(page)
    page.get_by_text("Use your own text").click()
    field = page.locator(".st-key-pasted textarea")
    field.focus()
    field.evaluate(PASTE, text)
    page.locator(".st-key-use_text button").click()
    expect(page.locator(".st-key-own_text_done")).to_contain_text(f"{thousands(len(set(text)))} of them different")
    return page.locator(".st-key-corpus input").input_value()


def received(context: BrowserContext, url: str) -> tuple[int, float]:
    """How many bytes came for a page, and how many seconds that took."""
    page, sizes = context.new_page(), [0]
    page.on("websocket", lambda socket: socket.on("framereceived", lambda got: sizes.append(len(got))))
    began = time.monotonic()
    page.goto(url)
    wait_run(page)
    page.close()
    return sum(sizes), time.monotonic() - began


@pytest.mark.slow
def test_no_page_grows_with_the_characters_of_its_text(page, context, base_url):
    usual = chosen(page, base_url, of_many_characters(len(LECTURE_CHARS)))
    many = chosen(page, base_url, of_many_characters(MAX_DISTINCT))
    for path in PAGES:
        mark = "&" if "?" in path else "?"
        first = received(context, f"{base_url}/{path}{mark}corpus={usual}")
        most = received(context, f"{base_url}/{path}{mark}corpus={many}")
        print(path, first, most)
        assert most[0] < 1.2 * first[0] + LITTLE, f"{path} sends {most[0]:,} bytes, not about {first[0]:,}"

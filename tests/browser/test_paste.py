"""A text as long as one may be, pasted."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import wait_run
from tinygpt.texts.cleaning import MAX_BYTES

LINE = "Two roads diverged in a yellow wood,\n"
PASTE = """(field, text) => {
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(field, text);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}"""  # a paste, as React hears it; `fill` is too slow for two million characters


@pytest.mark.slow
def test_a_paste_of_two_megabytes_arrives(page, base_url):
    page.goto(f"{base_url}/train")
    wait_run(page)
    page.get_by_text("Use your own text").click()
    field = page.locator(".st-key-pasted textarea")
    field.focus()
    field.evaluate(PASTE, LINE * (MAX_BYTES // len(LINE)))
    page.locator(".st-key-use_text button").click()
    expect(page.locator(".st-key-own_text_done")).to_contain_text("characters")

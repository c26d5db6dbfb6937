"""A word of the field says what it means where a mouse points, where the keyboard stops and where a finger taps."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import wait_run
from tinygpt.words.glossary import glossary

SOFTMAX = next(entry.says for entry in glossary() if entry.word == "softmax")
BUBBLE = "word => getComputedStyle(word, '::after').content"


@pytest.mark.parametrize("way", ["hover", "focus"])
def test_a_word_says_what_it_means(page, base_url, way):
    page.goto(f"{base_url}/bigram")
    wait_run(page)
    page.wait_for_function("document.explainsWords")  # until then the browser's own title is all
    word = page.locator('a[href="#word-softmax"]')
    assert word.evaluate(BUBBLE) == "none"
    word.evaluate("word => word.scrollIntoView({ block: 'center' })")
    word.hover() if way == "hover" else word.focus()
    expect(word).to_have_attribute("aria-description", SOFTMAX)
    assert SOFTMAX in word.evaluate(BUBBLE)
    assert word.get_attribute("title") is None, "the browser's own would come on top"


def test_a_finger_stays_where_it_taps(browser, base_url):
    page = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True).new_page()
    page.goto(f"{base_url}/bigram")
    wait_run(page)
    page.wait_for_function("document.explainsWords")  # until then the browser's own title is all
    word = page.locator('a[href="#word-softmax"]')
    word.evaluate("word => word.scrollIntoView({ block: 'center' })")
    word.tap()
    expect(word).to_be_focused()
    assert SOFTMAX in word.evaluate(BUBBLE) and "#word" not in page.url
    page.context.close()

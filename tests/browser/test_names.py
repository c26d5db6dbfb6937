"""Whatever a run is called: its name is shown letter for letter, and asks the network for nothing."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import press, wait_run
from tinygpt.words.literal import JOINER

NAMES = [
    "www.x.de", "http://y.de/a", "a@b.de", ":streamlit: :material_home:", "a -> b $x$ **c**",
    "![a](http://192.0.2.7/x.png):red[boo]",
]  # fmt: skip
LIST, STATUS = ".st-key-runs", ".st-key-status"
SENTENCE = "[data-testid='stMarkdownContainer']:has-text('In the picture')"
MARKUP = "[data-testid='stMarkdownContainer'] :is(a, img, code, em, .katex, [role='img'])"


def rename(page: Page, name: str) -> None:
    """Through the menu of the only run, as a student does it."""
    page.locator(f"{LIST} [class*='st-key-menu_'] button:visible").click()
    field = page.locator("[class*='st-key-name_'] input")
    field.fill(name)
    field.press("Enter")
    expect(page.locator(STATUS)).to_contain_text(shown(name))
    page.keyboard.press("Escape")
    expect(field).to_have_count(0)


def shown(name: str) -> re.Pattern[str]:
    """The letters of `name`, with or without what keeps them apart."""
    return re.compile(f"{JOINER}?".join(map(re.escape, name)))


def test_a_name_is_text_wherever_it_stands(page, base_url):
    page.goto(f"{base_url}/train?model=GPT&max_steps=1000&beside=false")
    wait_run(page)
    press(page, "train", re.compile("step"))
    expect(page.locator(STATUS)).to_contain_text("finished")
    wait_run(page)
    expect(page.locator(SENTENCE)).to_contain_text("GPT must be using")  # it has passed a floor: its name is there, too
    for name in NAMES:
        rename(page, name)
        for place in (LIST, STATUS, SENTENCE):
            expect(page.locator(place)).to_contain_text(shown(name))
        expect(page.locator(MARKUP)).to_have_count(0)

"""A student owns what was trained: train, look inside, go through its training, switch a head off, let it write."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import wait_moments, wait_run

SHORT = "/train?model=GPT&max_steps=50&n_layer=1&n_embd=16&beside=false"


def test_a_model_is_trained_opened_operated_on_and_lets_itself_be_read(page: Page, base_url: str):
    page.goto(base_url + SHORT)
    wait_run(page)
    page.locator(".st-key-train button").click()
    expect(page.locator(".st-key-how_far")).to_contain_text("finished: 50 steps")
    page.locator(".st-key-look_inside a").click()
    machine = page.locator(".st-key-machine")
    wait_moments(page)
    slider = machine.get_by_role("slider", name="Moment")
    slider.press("Home")
    expect(machine.locator("output")).to_have_text("before the first step")
    slider.press("End")
    expect(machine.locator("output")).to_have_text("after 50 steps")
    page.locator(".st-key-look").get_by_role("radio", name="Surgery").click()
    operations = page.locator(".st-key-operations").get_by_role("combobox")
    operations.click()
    page.get_by_role("option", name="head 0 of block 0 cut", exact=True).click()
    page.keyboard.press("Escape")  # the list stays open for more, and hides the page from readers meanwhile
    expect(page.get_by_text(re.compile("With head 0 of block 0 cut the loss on unseen text"))).to_be_visible()
    expect(page).to_have_url(re.compile(r"[?&]surgery=0\.0"))
    page.get_by_role("link", name="Let it write like this").click()
    typewriter = page.locator(".st-key-typewriter")
    typewriter.get_by_role("button", name="Write", exact=True).click()
    expect(typewriter.locator(".count")).to_have_text("200 of 200 characters")
    expect(page).to_have_url(re.compile(r"/generate\?.*surgery=0\.0"))

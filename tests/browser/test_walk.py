"""What only a browser shows of a machine whose boxes one opens: a click, the arrow keys, and no word to the server."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import socket_messages, wait_run


def test_a_box_opens_at_once_and_its_link_opens_it_again(page: Page, base_url: str):
    sent = socket_messages(page)
    page.goto(f"{base_url}/transformer?reveal=all")
    wait_run(page)
    machine = page.locator(".st-key-walk_box")
    sentence = machine.locator(".sentence")
    expect(sentence).to_contain_text("puts 0.89 of its weight on \u2018i\u2019 at 5")
    before = len(sent)
    assert machine.evaluate(  # a click, and what it shows, in one turn of the browser: nobody could have been asked
        """(it) => {
          const root = [...it.querySelectorAll("*")].map((e) => e.shadowRoot).find(Boolean) || it;
          root.querySelector("[data-stop='6'] rect").dispatchEvent(new MouseEvent("click", {bubbles: true}));
          return root.querySelector(".sentence").textContent;
        }"""
    ).startswith("In the picture\u2002Of 128 hidden units")
    assert len(sent) == before
    expect(page).to_have_url(re.compile(r"[?&]box=6(&|$)"))
    wait_run(page)
    row = machine.get_by_role("slider", name="row")
    row.focus()
    page.keyboard.press("ArrowLeft")
    expect(sentence).to_contain_text("for \u2018i\u2019 at 5")
    expect(page).to_have_url(re.compile(r"[?&]row=5(&|$)"))
    page.reload()
    wait_run(page)
    expect(sentence).to_contain_text("for \u2018i\u2019 at 5")
    expect(machine.get_by_role("slider", name="box")).to_have_attribute("aria-valuetext", "block 0: feed-forward")

"""A student's own text, as a browser sends it: any file, any encoding, never twice, and nobody else's."""

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import press, wait_run
from tests.browser.test_paste import PASTE

LINE = "В старом доме у реки никто не жил, и только ветер ходил по комнатам.\n"


def upload(page: Page, base_url: str, name: str, data: bytes) -> None:
    """Choose a file under "Use your own text" and press the button."""
    page.goto(f"{base_url}/train")
    wait_run(page)
    page.get_by_text("Use your own text").click()
    page.locator("[data-testid=stFileUploaderDropzoneInput]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    )
    expect(page.get_by_text(name).first).to_be_visible()
    wait_run(page)
    page.locator(".st-key-use_text button").click()


def test_a_file_of_any_ending_and_encoding_is_asked_about_and_read(page, base_url):
    upload(page, base_url, "crash.log", LINE.encode("cp866") * 20)
    asked = page.locator(".st-key-own_text_ask")
    expect(asked).to_contain_text("Then it would say: В старом доме у реки никто не жил")
    expect(asked).to_contain_text("If none of them is right, save the file as UTF-8")
    page.locator(".st-key-read_as button").click()
    expect(page.locator(".st-key-own_text_done")).to_contain_text("Read as DOS 866.")
    expect(page.locator(".st-key-corpus input")).to_have_value("crash.log")
    expect(page).to_have_url(re.compile("corpus=crash.log"))


def test_an_old_link_leads_its_owner_to_her_text_and_nobody_else(page, base_url, browser: Browser):
    upload(page, base_url, "house.srt", LINE.encode() * 21)
    expect(page.locator(".st-key-own_text_done")).to_contain_text("Chosen")
    page.get_by_text("Others may read it").click()
    link = page.get_by_role("link", name="Link for others").get_attribute("href") or ""
    digits = re.search(r"shared\+([0-9a-f]{12})", link.replace("%20", "+"))
    assert digits, link
    page.get_by_text("Others may read it").click()
    wait_run(page)
    page.goto(f"{base_url}/train?corpus=own+text+{digits[1]}")
    wait_run(page)
    expect(page.locator(".st-key-corpus input")).to_have_value("house.srt")
    expect(page.get_by_text("left out")).to_have_count(0)
    other = browser.new_context()
    theirs = other.new_page()
    theirs.goto(f"{base_url}/tokens?reveal=all&corpus=own+text+{digits[1]}")
    wait_run(theirs)
    expect(theirs.get_by_text("a text that is not here, or that is not shared with you")).to_be_visible()
    assert "house.srt" not in theirs.content() and "старом" not in theirs.content()
    other.close()


def test_the_text_of_a_run_comes_home_to_its_owner(page, base_url):
    text = LINE * 22
    upload(page, base_url, "home.txt", text.encode())
    expect(page.locator(".st-key-own_text_done")).to_contain_text("Chosen")
    page.goto(f"{base_url}/train?model=bigram&max_steps=10&corpus=home.txt")
    wait_run(page)
    press(page, "train", "finished")
    page.goto(f"{base_url}/compare")
    wait_run(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Its text").click()
    assert Path(download.value.path()).read_text(encoding="utf-8") == text


def test_a_long_paste_is_sent_once(page, base_url):
    sizes: list[int] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda sent: sizes.append(len(sent))))
    page.goto(f"{base_url}/train")
    wait_run(page)
    page.get_by_text("Use your own text").click()
    field = page.locator(".st-key-pasted textarea")
    field.focus()
    field.evaluate(PASTE, LINE * 40_000)  # 5 MB: too large
    page.locator(".st-key-use_text button").click()
    expect(page.locator(".st-key-own_text_cut")).to_contain_text("2 MB is the most")
    assert max(sizes) > 4_000_000
    sizes.clear()
    page.locator(".st-key-beside label").click()
    wait_run(page)
    assert sizes and max(sizes) < 100_000, sizes
    page.locator(".st-key-use_cut button").click()
    expect(page.locator(".st-key-own_text_done")).to_contain_text("Chosen")

"""The typewriter in a browser: it writes, stops, goes on by one, shows each character, and opens by its link."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import wait_run

OPEN = "/generate?run=layer-norm&prompt=ROMEO:&characters=60"


def typewriter(page: Page, url: str) -> Locator:
    page.goto(url)
    wait_run(page)
    found = page.locator(".st-key-typewriter")
    expect(found.get_by_role("button", name="Write", exact=True)).to_be_visible()
    return found


def written(sheet: Locator) -> str:
    """What stands on a sheet after its prompt."""
    return "".join(sheet.locator("[data-n]").all_text_contents())


def press(machine: Locator, name: str) -> None:
    machine.get_by_role("button", name=name, exact=True).click()


def full(machine: Locator, characters: int, of: int = 60) -> None:
    expect(machine.locator(".count")).to_have_text(f"{characters} of {of} characters")


def test_it_writes_a_character_is_chosen_and_the_link_brings_both_back(page, base_url):
    machine = typewriter(page, base_url + OPEN)
    expect(machine).to_contain_text("Press Write, or One at a time")
    press(machine, "Write")
    full(machine, 60)
    expect(page).to_have_url(re.compile(r"[?&]written=60(&|$)"))
    text, sentence = written(machine), machine.locator(".sentence")
    expect(sentence).to_contain_text("Character 60 is")
    machine.locator("[data-n='9']").click()
    expect(sentence).to_contain_text(re.compile(r"Character 10 is .* Head 0 of block 0 looked most at .*, \d back"))
    expect(machine.get_by_role("radio")).to_have_count(12)
    expect(page).to_have_url(re.compile(r"[?&]at=9(&|$)"))
    expect(page.get_by_text("Its window holds 8 characters")).to_be_visible()
    page.reload()
    wait_run(page)
    expect(sentence).to_contain_text("Character 10 is")
    full(machine, 60)
    assert written(machine) == text, "the same dice"


def test_one_at_a_time_and_the_arrow_keys(page, base_url):
    machine = typewriter(page, base_url + OPEN)
    for n in (1, 2, 3):
        press(machine, "One at a time")
        full(machine, n)
    sentence = machine.locator(".sentence")
    expect(sentence).to_contain_text("Character 3 is")
    machine.locator(".text").focus()
    page.keyboard.press("ArrowLeft")
    expect(sentence).to_contain_text("Character 2 is")
    page.keyboard.press("Home")
    expect(sentence).to_contain_text(re.compile(r"Character 1 is .* Head 0 of block 0"))
    head = machine.get_by_role("radio", name=re.compile("Head 0 of block 0"))
    head.focus()
    page.keyboard.press("ArrowDown")
    expect(sentence).to_contain_text("Head 1 of block 0")
    expect(machine.get_by_role("radio", checked=True)).to_have_count(1)
    likeliest = machine.get_by_role("img").get_attribute("aria-label")
    assert likeliest.count("drawn from") == 8 and likeliest.count("and drawn") == 1


def test_stop_leaves_what_stands_there_and_it_goes_on_with_the_same_text(page, base_url):
    machine = typewriter(page, base_url + OPEN.replace("60", "400"))
    press(machine, "Write")
    machine.locator("[data-n='5']").wait_for()
    press(machine, "Stop")
    expect(page).to_have_url(re.compile(r"[?&]written=\d+(&|$)"))
    stopped = written(machine)
    assert 5 < len(stopped.replace("\n", "")) < 400
    page.wait_for_timeout(700)
    assert written(machine) == stopped
    press(machine, "Write")
    full(machine, 400, of=400)
    assert written(machine).startswith(stopped)
    press(machine, "Begin anew")
    full(machine, 0, of=400)
    expect(page).not_to_have_url(re.compile("written="))


def test_fewer_characters_shorten_what_stands_there(page, base_url):
    machine = typewriter(page, f"{base_url}{OPEN}&written=60")
    full(machine, 60)
    before = written(machine)
    page.locator(".st-key-characters").get_by_role("slider").press("ArrowLeft")
    full(machine, 50, of=50)
    assert before.startswith(written(machine))


def test_two_models_part_and_another_temperature_writes_both_anew(page, base_url):
    machine = typewriter(page, f"{base_url}{OPEN}&against=bigram")
    press(machine, "Write")
    full(machine, 60)
    sheets = machine.locator(".page")
    expect(sheets).to_have_count(2)
    expect(page.get_by_text("With the same dice")).to_be_visible()
    expect(machine.locator(".parts")).to_have_count(2)
    before = [written(sheet) for sheet in sheets.all()]
    page.locator(".st-key-temperature").get_by_role("slider").press("ArrowLeft")
    expect(page).to_have_url(re.compile("temperature=0.95"))
    wait_run(page)
    full(machine, 60)
    machine.locator(".sentence").first.get_by_text("Character 60").wait_for()
    assert [written(sheet) for sheet in sheets.all()] != before


def test_with_reduced_motion_all_of_it_comes_at_once(browser, base_url):
    context = browser.new_context(reduced_motion="reduce")
    machine = typewriter(context.new_page(), base_url + OPEN)
    machine.evaluate("""(it) => {
      const root = [...it.querySelectorAll("*")].map((e) => e.shadowRoot).find(Boolean) || it;
      window.counts = new Set();
      new MutationObserver(() => counts.add(root.querySelectorAll("[data-n]").length))
        .observe(root.querySelector(".text"), { childList: true });
    }""")
    press(machine, "Write")
    full(machine, 60)
    assert machine.page.evaluate("[...counts]")[-1:] == [60] and machine.page.evaluate("counts.size") <= 2, "0 and 60"
    context.close()


def test_the_next_letters_are_guessed_beside_the_pairs_and_the_model(page, base_url):
    typewriter(page, base_url + OPEN)
    game = page.locator(".st-key-next_letter")
    game.get_by_label("Type a character").focus()
    page.keyboard.type("ee")
    for _ in range(19):
        page.keyboard.press("Enter")  # ten are revealed, and after nine of them it goes on
    paid = game.locator(".paid")
    expect(paid).to_contain_text(re.compile(r"Your mean is \d\.\d\d; the pairs pay \d\.\d\d and the model \d\.\d\d"))
    expect(game.locator(".means")).to_contain_text("GPT, shipped, same characters")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_scrolls_sideways(page, base_url, scheme):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 390, "height": 844})
    machine = typewriter(page, f"{base_url}{OPEN}&written=60&against=nanogpt-cpu")
    full(machine, 60)
    machine.get_by_role("radio").first.wait_for()
    wide, seen = page.get_by_test_id("stMain").evaluate("e => [e.scrollWidth, e.clientWidth]")
    assert wide <= seen
    for sheet in machine.locator(".page").all():
        box = sheet.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390

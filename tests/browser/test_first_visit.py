"""The first minute of a visitor, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import serving, wait_run
from tinygpt.plots.look import PALETTE


def test_a_deep_link_is_right_even_as_the_first_visit_of_a_server(page, tmp_path):
    with serving(tmp_path) as url:
        page.goto(f"{url}/train?n_embd=64")
        wait_run(page)
        expect(page.get_by_role("heading", name="Train", exact=True)).to_be_visible()
        expect(page.get_by_test_id("stTopNavLink").first).to_have_text("Home")
        expect(page.get_by_role("dialog")).to_have_count(0)
        assert page.get_by_test_id("stMain").evaluate("e => e.closest('[inert]')") is None
        page.goto("about:blank")  # the socket closes before its server does


def test_home_opens_and_leads_to_train(page, base_url):
    page.goto(base_url)
    wait_run(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Train a tiny language model"))
    expect(page.locator(".st-key-still_showpiece svg")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    page.get_by_role("button", name="Train a model").click()
    wait_run(page)
    expect(page).to_have_url(re.compile(r"/train(\?|$)"))
    expect(page.get_by_role("heading", name="Train", exact=True)).to_be_visible()


def test_train_is_in_the_navigation(page, base_url):
    page.goto(base_url)
    wait_run(page)
    page.get_by_test_id("stTopNavSection").filter(has_text="Lab").click()
    page.get_by_test_id("stTopNavDropdownLink").filter(has_text="Train").click()
    expect(page.get_by_role("heading", name="Train", exact=True)).to_be_visible()


def test_the_icon_of_the_tab_is_ours_and_comes_with_the_page(page, base_url):
    page.goto(base_url)
    wait_run(page)
    expect(page).to_have_title("tinygpt")  # a page adds its own name
    assert page.locator("link[rel~='icon']").first.get_attribute("href").startswith("data:image/svg+xml")


def test_a_name_outlives_a_refresh_and_no_script_reads_it(page, context, base_url):
    page.goto(base_url)
    wait_run(page)
    (name,) = [cookie for cookie in context.cookies() if cookie["name"] == "tinygpt_student"]
    assert name["httpOnly"] and name["sameSite"] == "Lax" and len(name["value"]) == 32
    assert "tinygpt_student" not in page.evaluate("document.cookie")
    page.reload()
    wait_run(page)
    assert [cookie["value"] for cookie in context.cookies() if cookie["name"] == "tinygpt_student"] == [name["value"]]


@pytest.mark.parametrize("path", ["/", "/train"])
def test_nothing_scrolls_sideways_on_a_phone(page, base_url, path):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(base_url + path)
    wait_run(page)
    wide, seen = page.evaluate("(e => [e.scrollWidth, e.clientWidth])(document.querySelector('[data-testid=stMain]'))")
    assert wide <= seen


def test_the_figures_follow_the_appearance(page, base_url):
    page.emulate_media(color_scheme="light")
    page.goto(base_url)
    wait_run(page)
    letter = page.locator(".st-key-still_showpiece text").first
    expect(letter).to_have_attribute("fill", PALETTE["light"].ink)
    page.emulate_media(color_scheme="dark")  # Streamlit alone would leave the figure light
    expect(letter).to_have_attribute("fill", PALETTE["dark"].ink)


def test_pointing_at_a_tile_says_how_much_it_looks(page, base_url):
    page.goto(base_url)
    wait_run(page)
    tile = page.locator(".st-key-still_showpiece rect:has(title)").first
    tile.hover()  # nothing lies over it
    said = "0, \u2018F\u2019, looks at 0, \u2018F\u2019: 1.000 of its attention"
    expect(tile.locator("title")).to_have_text(said)

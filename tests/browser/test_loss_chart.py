"""What only a browser shows of the loss chart: what covers what, and where a diverged curve goes."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import wait_run

CHART = "[data-testid='stVegaLiteChart']"


@pytest.mark.parametrize("width", [1280, 390])
def test_the_buttons_of_the_chart_do_not_cover_the_choice_above_it(page, base_url, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{base_url}/train")
    wait_run(page)
    page.locator(CHART).hover()
    buttons = page.locator(".st-key-loss").get_by_test_id("stElementToolbar")
    expect(buttons).to_have_css("opacity", "1")
    above, below = page.locator(".st-key-view").bounding_box(), buttons.bounding_box()
    assert above["y"] + above["height"] <= below["y"]
    page.locator(".st-key-view").get_by_text("the end").click()
    page.wait_for_function("location.search.includes('view=the')")


def test_a_diverged_run_runs_along_the_upper_edge_with_its_name(page, base_url):
    page.goto(f"{base_url}/train?model=GPT&max_steps=250&learning_rate=1e1&beside=false")
    wait_run(page)
    page.locator(".st-key-train button").click()
    expect(page.locator(".st-key-status")).to_contain_text("diverged")
    name = page.locator(f"{CHART} svg text").filter(has_text=re.compile(r"^GPT\s\d{3}|^GPT\s\d\u202f\d{3}|^GPT\s.*e\d"))
    expect(name.first).to_be_visible()
    wait_run(page)  # the last look at a run draws its chart once more
    chart, label = page.locator(f"{CHART} svg").bounding_box(), name.first.bounding_box()
    assert chart["y"] - 1 <= label["y"] < chart["y"] + 0.1 * chart["height"]

"""Scores as handles: what the browser computes is what torch computes, and hand, keys and digits all move them."""

import re

import pytest
import torch
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import wait_run
from tinygpt.averaging import weights_of
from tinygpt.randomness import generator
from tinygpt.spelling import number
from tinygpt.ui.lessons.averaging.scores import read_scores


@pytest.fixture
def figure(page: Page, base_url: str) -> Locator:
    """The figure, opened by a link with a few scores."""
    page.goto(f"{base_url}/averaging?reveal=all&scores=7.4=2,5.3=4.6,7.0=-1.5")
    wait_run(page)
    found = page.locator(".st-key-chosen_scores")
    expect(found.get_by_role("slider")).to_have_count(36)
    found.scroll_into_view_if_needed()
    return found


def cell(figure: Locator, t: int, i: int) -> Locator:
    return figure.get_by_role("slider", name=f"score of row {t}, position {i}", exact=True)


def shares(figure: Locator) -> list[str]:
    return figure.get_by_role("slider").locator("span").all_text_contents()


def as_torch_says(scores: torch.Tensor) -> list[str]:
    weights = weights_of(scores)
    return [number(float(weights[t, i])) for t in range(8) for i in range(t + 1)]


def test_the_weights_on_the_screen_are_torch_s(page, figure):
    assert shares(figure) == as_torch_says(read_scores("7.4=2,5.3=4.6,7.0=-1.5"))
    assert set(figure.locator(".sum").all_text_contents()) == {"1.00"}
    cell(figure, 7, 7).focus()
    page.keyboard.type("9")
    x = torch.randn(4, 8, 2, generator=generator(1337))[0]
    scores = read_scores("7.4=2,7.0=-1.5,7.7=9")
    a, b = (number(v, 4) for v in (weights_of(scores) @ x)[7].tolist())
    expect(figure.locator(".sentence")).to_contain_text(f"xbow[7] = ({a}, {b}).")
    expect(figure.locator(".sentence")).to_contain_text("e to it is 8\u202f103.08 of")


def test_a_handle_follows_the_finger_and_the_link_keeps_it(page, figure):
    handle = cell(figure, 4, 0)
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 24, steps=3)
    expect(handle).to_have_attribute("aria-valuenow", "2")
    expect(figure.locator(".sentence")).to_contain_text(
        "Row 4, \u2018t\u2019: position 0, \u2018F\u2019, has the score 2.0."
    )
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"4\.0(=|%3D)2(,|%2C)"))
    wait_run(page)
    assert shares(figure) == as_torch_says(read_scores("7.4=2,5.3=4.6,7.0=-1.5,4.0=2")), "the redraw moved nothing"
    page.reload()
    wait_run(page)
    expect(cell(figure, 4, 0)).to_have_attribute("aria-valuenow", "2")


def test_keys_and_digits_solve_the_tasks_and_a_button_brings_the_zeros_back(page, figure):
    tasks = figure.get_by_role("listitem")
    cell(figure, 4, 0).focus()
    page.keyboard.type("3.5")
    page.keyboard.press("ArrowUp")
    expect(cell(figure, 4, 0)).to_have_attribute("aria-valuenow", "3.6")
    expect(tasks.nth(1)).to_contain_text("Done: ln(0.9/0.1 \u00b7 4) = 3.58.")
    page.keyboard.press("ArrowLeft")  # the last of the row above
    expect(cell(figure, 3, 3)).to_be_focused()
    cell(figure, 5, 3).focus()
    page.keyboard.type("7")
    expect(tasks.nth(0)).to_have_class("done")
    expect(tasks.nth(2)).not_to_have_class("done")
    for i in (1, 7):
        cell(figure, 7, i).focus()
        page.keyboard.type("9")
    expect(tasks.nth(2)).to_have_class("done")
    figure.get_by_role("button").click()
    expect(cell(figure, 7, 7)).to_have_attribute("aria-valuenow", "0")
    assert shares(figure) == as_torch_says(torch.zeros(8, 8))
    expect(tasks.nth(0)).to_have_class("done")
    expect(page).not_to_have_url(re.compile("[0-9]=[0-9]"))


def test_whole_scores_are_numbers_too(page, base_url):
    page.goto(f"{base_url}/averaging?reveal=all&scores=7.7=1,5.3=2")
    wait_run(page)
    handle = cell(page.locator(".st-key-chosen_scores"), 7, 7)
    handle.press("PageUp")  # by 1, so that all 36 are whole, and a browser sends such numbers without a point
    expect(page).to_have_url(re.compile(r"7\.7(=|%3D)2(,|%2C|&|$)"))
    wait_run(page)
    expect(page.get_by_text("has encountered an error")).to_have_count(0)
    expect(handle).to_have_attribute("aria-valuenow", "2")
    assert page.locator("#avg-9").count() == 1, "the scenes below are there"

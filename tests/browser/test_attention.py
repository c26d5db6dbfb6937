"""What only a browser shows of lesson 4: weights laid by hand, tiles and rows that are chosen, an arrow turned."""

import math
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import wait_run


def weights(page: Page) -> list[float]:
    """What stands below the handles."""
    return [float(text) for text in page.locator(".st-key-hand_hand output").all_text_contents()]


def test_weights_by_hand_sum_to_one_and_their_guess_costs_what_is_said(page, base_url):
    page.goto(f"{base_url}/attention")
    wait_run(page)
    hand = page.locator(".st-key-hand_hand")
    last, sentence = hand.get_by_role("slider").last, hand.locator(".sentence")
    expect(hand.locator("output")).to_have_count(7)
    assert sum(weights(page)) == pytest.approx(1)
    expect(hand.locator("tbody tr").nth(0).locator("td").nth(0)).to_have_text("2.96")  # as the plain average
    last.press("End")  # all on the last letter
    assert weights(page) == [0, 0, 0, 0, 0, 0, 1]
    said = sentence.text_content()
    share, loss = map(float, re.search(r"([\d.]+), which costs .* = ([\d.]+)\.", said).groups())  # type: ignore[union-attr]
    assert -math.log(share) == pytest.approx(loss, abs=0.006)
    expect(page).to_have_url(re.compile(r"[?&]hand=0-0-0-0-0-0-1000"))
    last.press("Home")  # nothing on it: the others share evenly
    assert weights(page)[-1] == 0 and sum(weights(page)) == pytest.approx(1)
    hand.get_by_role("slider").nth(4).press("ArrowUp")
    assert sum(weights(page)) == pytest.approx(1)
    hand.get_by_role("button", name="Plain average").click()
    assert max(weights(page)) - min(weights(page)) < 0.002
    wait_run(page)
    assert max(weights(page)) - min(weights(page)) < 0.002  # the server's answer does not move them


def test_a_tile_is_chosen_by_hand_by_key_and_by_name(page, base_url):
    page.goto(f"{base_url}/attention?reveal=all")
    wait_run(page)
    board = page.locator(".st-key-board")
    sentence = board.locator(".sentence")
    expect(sentence).to_contain_text("\u2018n\u2019 at 6 gives 0.93 of its weight to \u2018i\u2019 at 5")
    board.locator("svg").nth(3).locator('[data-row="2"][data-column="1"]').click()
    expect(sentence).to_contain_text("\u2018e\u2019 at 2 gives 0.91 of its weight to \u2018h\u2019 at 1")
    expect(page).to_have_url(re.compile(r"row=2&col=1"))
    board.locator(".panels").press("ArrowRight")
    board.locator(".panels").press("ArrowRight")
    expect(sentence).to_contain_text("\u2018e\u2019 at 2 may not look at a space at 3")
    board.get_by_label("The row that looks").select_option("7")
    expect(sentence).to_contain_text(re.compile("\u2018g\u2019 at 7 gives .* of its weight to a space at 3"))
    expect(page).to_have_url(re.compile(r"row=7&col=3"))


def test_a_click_on_a_row_of_the_map_reads_it(page, base_url):
    page.goto(f"{base_url}/attention?reveal=all")
    wait_run(page)
    figure = page.locator(".st-key-drag_t")
    figure.locator('[data-at="2"]').click()
    expect(figure.locator(".sentence")).to_contain_text("Row 2, \u2018e\u2019, puts 0.91 on 1")
    expect(figure.get_by_role("slider")).to_have_value("2")
    expect(page).to_have_url(re.compile(r"[?&]t=2(&|$)"))


def test_the_query_s_arrow_is_turned_by_hand(page, base_url):
    page.goto(f"{base_url}/attention?reveal=all")
    wait_run(page)
    figure = page.locator(".st-key-drag_turn")
    grip = figure.locator("[data-round]")
    grip.scroll_into_view_if_needed()
    box, whole = grip.bounding_box(), figure.locator("svg").first.bounding_box()
    x, y = whole["x"] + whole["width"] / 2, whole["y"] + whole["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(x + 70, y - 70)
    page.mouse.move(x, y - 120)
    expect(figure.locator(".sentence")).to_contain_text(
        "Turned by 90\u00b0, the query of \u2018n\u2019 is aligned best"
    )
    page.mouse.move(x - 120, y)
    page.mouse.up()
    expect(figure.locator("output")).to_have_text("180\u00b0")
    expect(page).to_have_url(re.compile(r"[?&]turn=180"))

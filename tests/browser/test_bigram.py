"""What only a browser shows of lesson 2: a game and a table that are played without asking the server."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import socket_messages, wait_run


def test_ten_characters_are_guessed_by_keyboard_and_paid_without_the_server(page, base_url):
    sent = socket_messages(page)
    page.goto(f"{base_url}/bigram?reveal=all")
    wait_run(page)
    game = page.locator(".st-key-guess")
    typed, turn, paid = game.get_by_label("Type a character"), game.locator("button.turn"), game.locator(".paid")
    typed.focus()
    before = len(sent)
    for _ in range(10):
        page.keyboard.type("e")
    expect(game.locator(".hand")).to_contain_text("0 of 9 chips left")
    expect(paid).to_contain_text("All chips are laid")
    page.keyboard.press("Backspace")
    expect(game.locator(".hand")).to_contain_text("1 of 9 chips left")
    page.keyboard.press("Enter")
    expect(paid).to_contain_text(re.compile(r"You had given it 0\.\d+, so you pay \u2212ln"))
    for _ in range(9):
        page.keyboard.press("Enter")  # the next character
        page.keyboard.press("Enter")  # which is revealed without a chip: 1 / 65
    expect(paid).to_contain_text("Your mean is")
    assert len(sent) == before
    own, pairs = (float(mean) for mean in re.findall(r"\d+\.\d\d", paid.inner_text())[-2:])
    assert 0 < pairs < own < 6.5
    typed_elsewhere = page.get_by_label("First context (two characters)")
    typed_elsewhere.fill("an")
    wait_run(page)
    expect(paid).to_contain_text("Your mean is")  # a redraw of the page leaves the game as it is
    turn.click()
    expect(game.locator(".hand")).to_contain_text("Character 1 of 10: 9 of 9 chips left")


def test_a_row_of_the_whole_table_is_chosen_in_it(page, base_url):
    page.goto(f"{base_url}/bigram?reveal=all")
    wait_run(page)
    figure = page.locator(".st-key-rows_shakespeare-plays")
    table, said = figure.get_by_role("slider"), figure.locator("p.row")
    expect(said).to_contain_text("Row of \u2018q\u2019")
    table.focus()
    page.keyboard.press("t")
    expect(said).to_contain_text("Row of \u2018t\u2019: \u2018h\u2019 0.34")
    expect(page).to_have_url(re.compile("[?&]table_row=t(&|$)"))
    page.keyboard.press("ArrowUp")
    expect(said).to_contain_text("Row of \u2018s\u2019")
    image = figure.locator("img").bounding_box()
    page.mouse.click(image["x"] + image["width"] * 45.5 / 65, image["y"] + image["height"] * 39.5 / 65)
    expect(said).to_contain_text("\u2018a\u2019, then \u2018g\u2019: ")

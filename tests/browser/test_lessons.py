"""What only a browser shows of the lessons: the picture follows the finger, and the way through all of them."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import socket_messages, wait_run
from tests.waiting import until
from tinygpt.words.storyboard import lessons


def test_the_picture_follows_the_drag_without_asking_the_server(page, base_url):
    sent = socket_messages(page)
    page.goto(f"{base_url}/averaging?reveal=all")
    wait_run(page)
    figure = page.locator(".st-key-drag_t")
    slider, sentence = figure.get_by_role("slider"), figure.locator(".sentence")
    expect(sentence).to_contain_text("Row 2, \u2018r\u2019, averages 3 positions")
    slider.scroll_into_view_if_needed()
    before = len(sent)
    box = slider.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 2 / 7, y)
    page.mouse.down()
    seen = []
    for part in (0.5, 0.75, 0.99):
        page.mouse.move(box["x"] + box["width"] * part, y)
        seen.append((figure.locator(".drawing").get_attribute("aria-label"), sentence.text_content()))
    assert len({words for _, words in seen}) == 3
    assert all(words.removeprefix("In the picture\u2002") in described for described, words in seen)
    assert len(sent) == before  # nothing was asked while dragging
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"[?&]t=7(&|$)"))
    expect(sentence).to_contain_text("Row 7, \u2018i\u2019, averages 8 positions")


def test_a_link_opens_the_drag_where_it_was_left_and_the_keyboard_moves_it(page, base_url):
    page.goto(f"{base_url}/averaging?t=5&reveal=all")
    wait_run(page)
    slider = page.locator(".st-key-drag_t").get_by_role("slider")
    expect(slider).to_have_value("5")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".st-key-drag_t .sentence")).to_contain_text("Row 4, \u2018t\u2019, averages 5 positions")
    expect(page).to_have_url(re.compile(r"[?&]t=4(&|$)"))
    for _ in range(3):  # faster than the server answers, which must not move the slider back
        page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile(r"[?&]t=1(&|$)"))
    wait_run(page)
    expect(slider).to_have_value("1")
    expect(page.locator(".st-key-drag_t .sentence")).to_contain_text("Row 1, \u2018i\u2019, averages 2 positions")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"[?&]t=5(&|$)"))  # back where the link began


def test_back_leads_to_the_page_before_as_it_was_left(page, base_url):
    page.goto(f"{base_url}/averaging?reveal=all")
    wait_run(page)
    slider = page.locator(".st-key-drag_t").get_by_role("slider")
    slider.focus()
    for t in (3, 4, 5):
        page.keyboard.press("ArrowRight")
        expect(page).to_have_url(re.compile(f"[?&]t={t}(&|$)"))
    turn = page.locator(".st-key-card_turn").get_by_role("link", name=re.compile("Next"))
    turn.press("Enter")
    typed = page.get_by_label("Text", exact=True)
    typed.fill("my lord,")
    typed.press("Enter")
    expect(page).to_have_url(re.compile("/attention[?]text=my"))
    wait_run(page)
    turn.press("Enter")
    expect(page).to_have_url(re.compile("/scaling$"))
    wait_run(page)
    page.go_back()
    expect(page).to_have_url(re.compile("/attention[?]text=my"))
    expect(typed).to_have_value("my lord,")
    wait_run(page)
    page.go_back()
    expect(page).to_have_url(re.compile("/averaging[?].*t=5"))
    expect(slider).to_have_value("5")
    expect(page.locator(".st-key-drag_t .sentence")).to_contain_text("Row 5, a space, averages 6 positions")


@pytest.mark.parametrize("minus", ["-", "\u2212"])
def test_a_wrong_setting_is_framed_and_put_right(page, base_url, minus):
    page.goto(f"{base_url}/averaging?fill={minus}5&reveal=all")
    wait_run(page)
    framed = page.locator(".st-key-wrong_on_purpose_fill")
    expect(framed).to_contain_text("wrong on purpose")
    expect(framed).to_contain_text("not low enough")
    framed.get_by_role("button", name="Put it right").click()
    expect(page.locator(".st-key-wrong_on_purpose_fill")).to_have_count(0)


def test_buttons_swap_a_picture_at_once_by_mouse_and_by_key_and_nothing_below_moves(page, base_url):
    sent = socket_messages(page)
    page.goto(f"{base_url}/averaging?reveal=all")
    wait_run(page)
    figure = page.locator(".st-key-drag_change")
    sentence, radio = figure.locator(".sentence"), figure.get_by_role("radio")
    expect(figure.get_by_role("radiogroup", name="Change")).to_be_visible()
    figure.scroll_into_view_if_needed()
    before, height = len(sent), figure.bounding_box()["height"]
    figure.locator("label", has_text="swap x[0]").click()
    expect(sentence).to_contain_text("only row 0 changes")
    assert len(sent) == before, "the server hears of it a moment later"
    expect(page).to_have_url(re.compile(r"[?&]change=swap"))
    wait_run(page)
    expect(radio.nth(1)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(sentence).to_contain_text("Row 5 moves by 0.167")
    expect(page).to_have_url(re.compile(r"[?&]change=add"))
    assert figure.bounding_box()["height"] == height


@pytest.mark.parametrize("width", [1280, 390])
def test_a_mistake_says_so_and_is_put_right_in_the_browser(page, base_url, width):
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{base_url}/attention?softmax_dim=1&reveal=all")
    wait_run(page)
    figure = page.locator(".st-key-drag_softmax_dim")
    put_right = figure.get_by_role("button", name="Put it right")
    expect(figure.get_by_text("wrong on purpose")).to_be_visible()
    height = figure.bounding_box()["height"]
    put_right.click()
    expect(put_right).to_be_hidden()
    expect(figure.locator(".sentence")).to_contain_text("Every row sums to 1.")
    expect(figure.get_by_role("radio", name="-1")).to_be_focused()
    expect(page).to_have_url(re.compile(r"[?&]softmax_dim=-1(&|$)"))
    assert figure.bounding_box()["height"] == height


def test_a_question_turns_only_the_dial_that_it_is_about(page, base_url):
    page.goto(f"{base_url}/averaging")
    wait_run(page)
    scene = page.locator(".st-key-scene_avg_2")
    scene.get_by_role("button", name="Show me").click()
    figure = page.locator(".st-key-drag_stage")
    expect(figure.get_by_role("radio", name="tril")).to_be_checked()
    figure.locator("label", has_text="ones").click()
    expect(page).to_have_url(re.compile("[?&]stage=ones"))
    wait_run(page)
    expect(figure.locator(".sentence")).to_contain_text("c[1, 0] = 1\u00b72 + 1\u00b76 + 1\u00b76 = 14.")
    scene.get_by_role("radio").first.press("Space")  # an answer sets the case again
    expect(figure.get_by_role("radio", name="tril")).to_be_checked()
    expect(page).to_have_url(re.compile("[?&]stage=tril"))


@pytest.mark.parametrize("width", [1280, 390])
def test_a_newcomer_finds_the_way_through_all_lessons_by_next_alone(browser, base_url, width):
    context = browser.new_context(viewport={"width": width, "height": 844})
    page = context.new_page()
    page.goto(base_url)
    wait_run(page)
    page.get_by_role("link", name=lessons()[0].title).first.press("Enter")
    for one in lessons():
        expect(page.get_by_role("heading", name=one.title, exact=True)).to_be_visible()
        wait_run(page, idle=False)
        expect(page.get_by_test_id("stException")).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth") <= width  # nothing scrolls sideways
        page.locator(".st-key-card_turn").get_by_role("link", name=re.compile("Next")).press("Enter")
    expect(page.get_by_role("heading", name="Train", exact=True)).to_be_visible()
    context.close()


@pytest.mark.parametrize(
    "link",
    [
        "tokens?rows=8&window=16", "bigram?temperature=0.25", "averaging?t=7", "attention?text=to+be+or+not+to+be",
        "attention?t_step=7", "scaling?factor=100&terms=256&size=256", "slips?distribution=rand",
    ],
)  # fmt: skip
def test_no_formula_scrolls_on_a_phone(browser, base_url, link):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{base_url}/{link}&reveal=all")
    wait_run(page)
    formulas = page.locator(".katex-display")
    expect(formulas).not_to_have_count(0)
    wide = "all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.textContent)"
    until(lambda: not formulas.evaluate_all(wide), says=lambda: formulas.evaluate_all(wide))  # KaTeX's faces come late
    context.close()


KEEPS_ITS_HEIGHT = """main => new Promise((done) => {
  let height = 0, times = 0;
  const look = () => {
    times = main.scrollHeight === height ? times + 1 : 0;
    height = main.scrollHeight;
    if (times >= 15) done(); else setTimeout(look, 100);
  };
  look();
})"""


def test_a_link_to_a_scene_presents_that_scene(page, base_url):
    page.goto(f"{base_url}/learning?view=present&reveal=all#lea-6")
    wait_run(page)
    page.locator('[data-testid="stMain"]').evaluate(KEEPS_ITS_HEIGHT)
    page.wait_for_function("Math.abs(document.querySelector('.st-key-scene_lea_6').getBoundingClientRect().top) < 2")


def test_a_teacher_turns_scenes_with_the_arrow_keys(page, base_url):
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{base_url}/averaging?view=present")
    wait_run(page)
    main = page.locator('[data-testid="stMain"]')
    main.evaluate(KEEPS_ITS_HEIGHT)  # figures that come late move the scenes below them
    scenes = page.locator('[class*="st-key-scene_"]')
    box = "scene.getBoundingClientRect()"
    seen = f"scene => Math.abs({box}.top) < 2 && {box}.height >= innerHeight"
    main.focus()
    for scene, key in ((0, "ArrowRight"), (1, "ArrowRight"), (2, "PageDown"), (1, "ArrowLeft")):
        page.keyboard.press(key)
        page.wait_for_function(f"({seen})(document.querySelectorAll('[class*=st-key-scene_]')[{scene}])")
    scenes.nth(1).get_by_role("radio").first.focus()
    page.keyboard.press("ArrowRight")  # it chooses an answer and turns nothing
    expect(scenes.nth(1).locator('[class*="st-key-reply_"]')).to_be_visible()
    expect(scenes.nth(1)).to_be_in_viewport()

"""What only a browser shows of /inside: the time machine follows the drag, pointer and keys, and its link keeps it."""

import re
from collections.abc import Iterator

import pytest
import torch
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import press, serving, socket_messages, wait_moments, wait_run
from tests.pages.lab.written_run import write_run
from tinygpt.checkpoint.model_file import load
from tinygpt.corpus import load_corpus
from tinygpt.engine.runs import RunStore
from tinygpt.gpt import GPTConfig
from tinygpt.inside.moments import moment_at
from tinygpt.lessons.measured import loaded
from tinygpt.training.spec import RunSpec, TrainConfig

STUDENT, RUN, CLICKED = "6" * 32, "a" * 32, "c" * 32
STEPS = 100, 200, 300, 400
TYPED = "To be, o"
PLAYS = load_corpus("shakespeare-plays")
LAPTOP, PHONE = {"width": 1366, "height": 650}, {"width": 390, "height": 844}
PLATEAU = [4.0, *[2.0] * 10, 1.5, *[1.0] * 9]  # a click, a look every 20 steps


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, RunStore]]:
    """A server with two runs of one student: an ordinary one, and one whose curve clicks."""
    folder = tmp_path_factory.mktemp("inside")
    store = RunStore(folder)
    config = GPTConfig(PLAYS.tokenizer.vocab_size, n_embd=16, n_head=4, n_layer=3)
    spec = RunSpec(config, TrainConfig(max_steps=STEPS[-1], eval_interval=20), PLAYS.name)
    write_run(store, RUN, spec, [4.0 - n / 10 for n in range(21)], STEPS, student=STUDENT)
    write_run(store, CLICKED, spec, PLATEAU, STEPS, student=STUDENT)
    with serving(folder) as url:
        yield url, store


def visit(context: BrowserContext, url: str, query: str, size: dict[str, int] = LAPTOP) -> Page:
    context.add_cookies([{"name": "tinygpt_student", "value": STUDENT, "url": url}])
    page = context.new_page()
    page.set_viewport_size(size)
    page.goto(f"{url}/inside?{query}")
    wait_moments(page)
    return page


def machine(page: Page) -> Locator:
    return page.locator(".st-key-machine")


def slider(page: Page) -> Locator:
    return machine(page).get_by_role("slider", name="Moment")


def weight(store: RunStore, step: int, head: tuple[int, int], row: int, column: int) -> str:
    """What the model of a step really does, as the figure writes it."""
    blob = store.snapshot(RUN, step) or store.model(RUN)
    maps = moment_at(load(blob).model, torch.tensor(PLAYS.tokenizer.encode(TYPED))).maps
    return f"{float(maps[*head, row, column]):.2f}"


def test_the_figure_follows_the_slider_without_a_word_to_the_server(context, server):
    url, store = server
    context.add_cookies([{"name": "tinygpt_student", "value": STUDENT, "url": url}])
    page = context.new_page()
    sent = socket_messages(page)
    page.goto(f"{url}/inside?run={RUN}&typed={TYPED}&head=1.2&position=5")
    wait_moments(page)
    before = len(sent)
    seen = machine(page).evaluate(  # two positions, and what each shows, in one turn of the browser
        """(it) => {
          const root = [...it.querySelectorAll("*")].map((e) => e.shadowRoot).find(Boolean) || it;
          const range = root.querySelector(".steps"), words = (name) => root.querySelector(name).textContent;
          return [1, 3].map((i) => {
            range.value = i;
            range.dispatchEvent(new Event("input", { bubbles: true }));
            const cursor = root.querySelector(".cursor").getAttribute("x1");
            const pixels = root.querySelector(".heads canvas").toDataURL();
            const names = ["output", ".sentence", ".loss .title", ".passage", ".bars", ".map .title"];
            return [...names.map(words), cursor, pixels];
          });
        }"""
    )
    assert len(sent) == before
    assert [each[0] for each in seen] == ["after 100 steps", "after 300 steps"]
    assert all(a != b for a, b in zip(*seen, strict=True)), "everything moves together"
    assert "val 3.50 at step 100" in seen[0][2] and "val 2.50 at step 300" in seen[1][2]
    slider(page).press("ArrowLeft")
    expect(machine(page).locator("output")).to_have_text("after 200 steps")
    expect(page).to_have_url(re.compile(r"[?&]step=200(&|$)"))
    page.reload()
    wait_run(page)
    expect(machine(page).locator("output")).to_have_text("after 200 steps")
    expect(machine(page).locator(".map .title b").first).to_have_text("Block 1, head 2")
    slider(page).press("End")
    expect(page).not_to_have_url(re.compile("step="))


def test_text_and_map_are_marked_together_by_pointer_and_key(context, server):
    url, store = server
    page = visit(context, url, f"run={RUN}&typed={TYPED}&head=0.1&position=7")
    field, pair = machine(page).locator(".field").first, machine(page).locator(".pair")
    canvas = field.locator("canvas").bounding_box()
    cell = canvas["width"] / len(TYPED)
    page.mouse.move(canvas["x"] + 1.5 * cell, canvas["y"] + 4.5 * cell)  # row 4, column 1
    expect(pair).to_have_text(
        f"Position 4, \u2018e\u2019, looks at position 1, \u2018o\u2019, with a weight of "
        f"{weight(store, 400, (0, 1), 4, 1)}."
    )
    letters = machine(page).locator(".text").get_by_role("radio")
    expect(letters.nth(4)).to_have_class("chosen")
    expect(letters.nth(1)).to_have_class("looked")
    page.mouse.move(canvas["x"] + 6.5 * cell, canvas["y"] + 1.5 * cell)  # masked: there is no tile
    expect(letters.nth(7)).to_have_class(re.compile("chosen"))
    letters.nth(3).hover()
    expect(pair).to_contain_text("Position 3, \u2018b\u2019, looks at")
    letters.nth(3).click()
    expect(page).to_have_url(re.compile(r"[?&]position=3(&|$)"))
    expect(machine(page).locator(".bars .title")).to_contain_text("after \u2018b\u2019 at 3")
    page.mouse.move(1, 1)
    letters.nth(3).press("ArrowRight")
    expect(letters.nth(4)).to_be_focused()
    expect(page).to_have_url(re.compile(r"[?&]position=4(&|$)"))


def test_a_small_map_is_enlarged_by_a_click_and_by_the_arrow_keys(context, server):
    url, _ = server
    page = visit(context, url, f"run={RUN}&typed={TYPED}&head=0.0")
    heads, title = machine(page).locator(".heads").get_by_role("radio"), machine(page).locator(".map .title b").first
    assert heads.count() == 12
    heads.nth(6).click()
    expect(title).to_have_text("Block 1, head 2")
    heads.nth(6).press("ArrowDown")
    expect(title).to_have_text("Block 2, head 2")
    expect(heads.nth(10)).to_be_focused()
    expect(page).to_have_url(re.compile(r"[?&]head=2\.2(&|$)"))
    box = page.get_by_text("As a table")
    box.click()
    wait_run(page)
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    expect(title).to_have_text("Block 2, head 2")  # the redraw moved nothing


def test_play_goes_to_the_end_and_rests(context, server):
    url, _ = server
    page = visit(context, url, f"run={RUN}&typed={TYPED}")
    play = machine(page).get_by_role("button", name="Play")
    play.click()
    expect(machine(page).get_by_role("button", name="Pause")).to_be_visible()
    expect(machine(page).locator("output")).to_have_text("after 400 steps")
    expect(play).to_be_visible()
    page.emulate_media(reduced_motion="reduce")
    expect(play).to_be_hidden()


def test_where_it_clicks_before_and_after_stand_side_by_side(context, server):
    url, _ = server
    page = visit(context, url, f"run={CLICKED}&typed={TYPED}")
    titles, button = (
        machine(page).locator(".map .title b"),
        machine(page).get_by_role("button", name="Before and after"),
    )
    expect(titles.nth(0)).to_have_text("after 200 steps")
    expect(titles.nth(1)).to_have_text("after 300 steps")
    expect(button).to_have_attribute("aria-pressed", "true")
    boxes = [machine(page).locator(".map").nth(n).bounding_box() for n in (0, 1)]
    assert boxes[0]["y"] == boxes[1]["y"] and boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]
    slider(page).press("ArrowRight")
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(titles.nth(1)).to_be_hidden()
    button.click()
    expect(titles.nth(1)).to_have_text("after 300 steps")


@pytest.mark.parametrize("run", [RUN, "nanogpt-cpu", "bigram"])
def test_all_that_moves_is_on_one_screen_of_a_laptop_and_a_phone_does_not_scroll_sideways(context, server, run):
    url, _ = server
    page = visit(context, url, f"run={run}")
    for part in (".steps", ".text", ".field", ".bars", *([".heads"] * (run != "bigram"))):
        box = machine(page).locator(part).first.bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= LAPTOP["height"], part
        assert box["x"] >= 0 and box["x"] + box["width"] <= LAPTOP["width"], part
    page.set_viewport_size(PHONE)
    wait_run(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    field = machine(page).locator(".field").first
    field.scroll_into_view_if_needed()
    box = field.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"]


def test_moments_come_while_it_trains_and_the_slider_stays_at_its_end(page, base_url):
    page.goto(f"{base_url}/train?model=one+head&max_steps=5000&beside=false")
    wait_run(page)
    press(page, "train", re.compile("steps/s"))
    page.get_by_role("link", name="Look inside").click()
    expect(page.get_by_role("heading", name="Inside", exact=True)).to_be_visible()
    output = machine(page).locator("output")
    expect(output).to_have_text(re.compile("after \\d"))
    first = output.text_content()
    expect(output).not_to_have_text(first)
    expect(slider(page)).to_have_js_property("value", slider(page).get_attribute("max"))
    expect(output).to_have_text("after 5\u202f000 steps")
    expect(machine(page).get_by_text("It is being trained")).to_have_count(0)


DARKEST = """
() => {
  const root = [...document.querySelectorAll(".st-key-machine *")].map((e) => e.shadowRoot).find(Boolean);
  const canvas = (root ?? document).querySelector(".map canvas"), { width, height } = canvas;
  const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
  const light = (row, column) => {
    const at = 4 * (Math.floor(((row + 0.5) * height) / 64) * width + Math.floor(((column + 0.5) * width) / 64));
    return pixels[at] + pixels[at + 1] + pixels[at + 2];
  };
  return Array.from({ length: 64 }, (_, row) => {
    const tones = Array.from({ length: row + 1 }, (_, column) => light(row, column));
    return tones.indexOf(Math.min(...tones));
  });
}
"""


def test_a_map_shows_its_weights_on_any_screen(page, base_url):
    """64 rows: tiles of less than 5 px, of 5 to 6, and of more."""
    page.set_viewport_size({"width": 1366, "height": 650})
    page.goto(f"{base_url}/inside?run=nanogpt-cpu&head=1.1")
    page.locator(".st-key-machine .field canvas[style]").first.wait_for()
    wait_run(page)
    text = "".join(page.locator(".st-key-typed textarea").input_value())[:64]
    shown = loaded("nanogpt-cpu")
    weights = moment_at(shown.model, torch.tensor(shown.tokenizer.encode(text))).maps[1, 1]  # (T, T)
    clear = [row for row, top in enumerate(weights.topk(2).values) if row == 0 or top[0] > 1.2 * top[1]]
    assert len(clear) > 20
    for width, height in ((1366, 650), (1366, 700), (1366, 768), (1440, 900), (1920, 1080), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(400)
        found = page.evaluate(DARKEST)
        assert [found[row] for row in clear] == [int(weights[row].argmax()) for row in clear], (width, height)

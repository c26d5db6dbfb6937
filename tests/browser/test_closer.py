"""What only a browser shows of a closer look on /inside: it follows the finger, and fits on a phone."""

import re
from collections.abc import Iterator

import pytest
import torch
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import serving, socket_messages, wait_moments, wait_run
from tests.pages.lab.written_run import write_run
from tinygpt.checkpoint.model_file import load
from tinygpt.corpus import load_corpus
from tinygpt.engine.runs import RunStore
from tinygpt.gpt import GPTConfig
from tinygpt.inside.layers import LayerGuesses, read_layers
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.ui.inside.sections import SECTIONS

STUDENT, RUN = "6" * 32, "a" * 32
TYPED = "To be, o"
PLAYS = load_corpus("shakespeare-plays")
LAPTOP, PHONE = {"width": 1366, "height": 650}, {"width": 390, "height": 844}
THROUGH_TIME, _, _, BLOCKS, POSITION = SECTIONS


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, RunStore]]:
    """A server with a run of three blocks of four heads."""
    folder = tmp_path_factory.mktemp("closer")
    store = RunStore(folder)
    config = GPTConfig(PLAYS.tokenizer.vocab_size, n_embd=16, n_head=4, n_layer=3)
    spec = RunSpec(config, TrainConfig(max_steps=200, eval_interval=20), PLAYS.name)
    write_run(store, RUN, spec, [4.0, 3.0, 2.0], (100, 200), student=STUDENT)
    with serving(folder) as url:
        yield url, store


def visit(page: Page, url: str, look: str, size: dict[str, int] = LAPTOP, more: str = "") -> None:
    page.context.add_cookies([{"name": "tinygpt_student", "value": STUDENT, "url": url}])
    page.set_viewport_size(size)
    page.goto(f"{url}/inside?run={RUN}&typed={TYPED}&look={look}{more}")
    page.locator(".st-key-look").wait_for()
    wait_run(page)


def blocks(page: Page) -> Locator:
    return page.locator(".st-key-place")


def guesses(store: RunStore) -> LayerGuesses:
    """What the figure has to show."""
    return read_layers(load(store.model(RUN)).model, torch.tensor(PLAYS.tokenizer.encode(TYPED)))


def test_the_guesses_follow_the_finger_without_a_word_to_the_server(page: Page, server):
    url, store = server
    sent = socket_messages(page)
    visit(page, url, BLOCKS)
    before, seen = len(sent), guesses(store)
    shown = blocks(page).evaluate(  # two positions, and what each shows, in one turn of the browser
        """(it) => {
          const root = [...it.querySelectorAll("*")].map((e) => e.shadowRoot).find(Boolean) || it;
          const range = root.querySelector("input"), words = (name) => root.querySelector(name).textContent;
          return [2, 5].map((i) => {
            range.value = i;
            range.dispatchEvent(new Event("input", { bubbles: true }));
            const marked = (name) => [...root.querySelectorAll(name)].map((tile) => +tile.dataset.n);
            const rows = [...root.querySelectorAll(".bars .cell")].map((cell) => cell.textContent);
            return [words("output"), words(".sentence"), marked(".read"), marked(".guessed"), rows];
          });
        }"""
    )
    assert len(sent) == before
    for t, (name, sentence, read, guessed, rows) in zip((2, 5), shown, strict=True):
        assert name.startswith(f"{t} ") and read == [t] * 4 and guessed == [t + 1] * 4, "a line a stage"
        chance = float(seen.probabilities[-1, t, PLAYS.tokenizer.encode(TYPED[t + 1])])
        assert f"{chance:.2f} after block 2; in the end it costs" in sentence
        likeliest = float(seen.probabilities[-1, t].max())
        assert len(rows) == 8 * 4 and f"{likeliest:.2f}" in rows[3::4], "a row a character, a column a stage"


def test_a_character_leads_to_the_place_that_guesses_it_and_the_link_keeps_it(page: Page, server):
    url, _ = server
    visit(page, url, BLOCKS)
    blocks(page).locator(".line").nth(1).locator("[data-n='4']").click()
    expect(blocks(page).locator("output")).to_have_text("3 \u2018b\u2019")
    expect(page).to_have_url(re.compile(r"[?&]place=3(&|$)"))
    wait_run(page)
    blocks(page).get_by_role("slider").press("ArrowRight")
    expect(blocks(page).locator("output")).to_have_text("4 \u2018e\u2019")
    expect(page).to_have_url(re.compile(r"[?&]place=4(&|$)"))
    page.reload()
    wait_run(page)
    expect(blocks(page).locator("output")).to_have_text("4 \u2018e\u2019")


def test_a_box_of_the_chosen_position_opens_at_once(page: Page, server):
    url, _ = server
    visit(page, url, POSITION, more="&followed=3")
    machine = page.locator(".st-key-walk_box")
    expect(machine.get_by_role("slider")).to_have_count(1)  # one position has one row: there is nothing to choose
    expect(machine.locator(".sentence")).to_contain_text("Head 0 looks most at")
    machine.locator("[data-stop='6'] text").click()
    expect(machine.locator(".sentence")).to_contain_text("hidden units")
    expect(page).to_have_url(re.compile(r"[?&]box=6(&|$)"))


def test_the_moment_of_the_time_machine_is_taken_over(page: Page, server):
    url, _ = server
    visit(page, url, THROUGH_TIME)
    wait_moments(page)
    page.locator(".st-key-machine").get_by_role("slider", name="Moment").press("ArrowLeft")
    expect(page).to_have_url(re.compile(r"[?&]step=100(&|$)"))
    wait_run(page)
    page.get_by_role("radio", name=BLOCKS).click()
    expect(page.get_by_text("The model after 100 steps.")).to_be_visible()


@pytest.mark.parametrize("look", SECTIONS)
def test_on_a_phone_nothing_scrolls_sideways(context: BrowserContext, server, look):
    page = context.new_page()
    visit(page, server[0], look, PHONE)
    inside = page.evaluate("""() => [...document.querySelectorAll('.st-key-look ~ *, [data-testid="stHtml"] *')]
      .filter((e) => e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.outerHTML.slice(0, 80))""")
    assert not inside and page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

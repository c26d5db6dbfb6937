"""What only a browser shows of live training: the chart stays the same node, keeps its zoom, and its colors."""

import re

import pytest
from playwright.sync_api import Locator, Page, TimeoutError, expect

from tests.browser.conftest import wait_run
from tinygpt.plots.losses.ends import BETWEEN

THIN = "\u202f"  # between thousands
CHART = "[data-testid='stVegaLiteChart']"
TICK = "() => window.tinygptTicks >= {ticks}"


def train(page: Page, base_url: str, query: str, *, beside: bool = False) -> None:
    """Open the page with these settings and press Train."""
    page.goto(f"{base_url}/train?{query}{'' if beside else '&beside=false'}")
    wait_run(page)
    page.locator(".st-key-train button").click()


def labels(page: Page) -> list[str]:
    """The words at the ends of the curves, such as "GPT 2.481"."""
    texts = page.locator(f"{CHART} svg text").all_text_contents()
    return sorted({text for text in texts if re.search(r"\s\d\.\d{3}$", text)})


def count_ticks(page: Page) -> None:
    """Count how often the picture changes (a burst of changes is one tick), and remember the node that is changed."""
    page.evaluate(
        """() => {
          window.tinygptTicks = 0;
          window.tinygptNode = document.querySelector("[data-testid='stVegaLiteChart'] svg");
          let last = 0;
          new MutationObserver(() => {
            const now = performance.now();
            if (now - last > 150) window.tinygptTicks += 1;
            last = now;
          }).observe(window.tinygptNode, { childList: true, subtree: true, attributes: true });
        }"""
    )


def zoom_in(page: Page) -> None:
    """Turn the wheel over the chart with the shift key held."""
    box = page.locator(CHART).bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.6)
    page.keyboard.down("Shift")
    for _ in range(3):
        page.mouse.wheel(0, -240)
        page.wait_for_timeout(80)
    page.keyboard.up("Shift")


def step_axis(page: Page) -> list[str]:
    """The numbers along the bottom of the chart."""
    return page.locator(f"{CHART} svg .role-axis-label text").all_text_contents()


def strokes(page: Page) -> dict[str, str]:
    """Color of each label by the run's name."""
    pairs = page.locator(f"{CHART} svg text").evaluate_all(
        "all => all.map(e => [e.textContent, e.getAttribute('fill')])"
    )
    return {text.rsplit(BETWEEN, 1)[0]: color for text, color in pairs if re.search(r"\s\d\.\d{3}$", text)}


def test_pressing_train_shows_two_models_learning_side_by_side(page, base_url):
    train(page, base_url, "model=one+head&max_steps=500", beside=True)
    expect(page.locator(f"{CHART} svg text").filter(has_text=re.compile(r"^bigram\s\d"))).not_to_have_count(0)
    expect(page.locator(f"{CHART} svg text").filter(has_text=re.compile(r"^one head\s\d"))).not_to_have_count(0)
    expect(page.locator(".st-key-status")).to_contain_text("finished")
    names = " ".join(labels(page))
    assert "bigram" in names and "one head" in names


def test_the_chart_keeps_its_node_its_zoom_and_its_colors_while_it_is_live(page, base_url):
    train(page, base_url, "model=GPT&max_steps=20000")
    expect(page.locator(f"{CHART} svg text").filter(has_text=re.compile(r"^GPT\s\d"))).not_to_have_count(0)
    page.wait_for_function("location.search.includes('run=')")
    wide, watched = step_axis(page), page.url
    zoom_in(page)
    page.wait_for_function(f'(wide) => document.querySelector("{CHART}").textContent.indexOf(wide) < 0', arg=wide[-1])
    near, colors = step_axis(page), strokes(page)
    count_ticks(page)
    page.wait_for_function(TICK.format(ticks=8))
    assert page.evaluate("window.tinygptNode.isConnected"), "the chart was drawn anew"
    assert step_axis(page) == near, "the zoom was lost"

    page.locator(".st-key-model").get_by_role("combobox").click()
    page.get_by_role("option", name="bigram").click()
    expect(page.locator(".st-key-beside")).to_have_count(0)  # it is the bigram itself now
    page.locator(".st-key-train button").click()
    expect(page.locator(".st-key-runs")).to_contain_text("bigram")
    expect(page.locator(".st-key-runs").locator("[data-testid='stCheckbox']")).to_have_count(2)
    page.wait_for_function(TICK.format(ticks=12))
    page.locator(".st-key-runs [data-testid='stCheckbox']").filter(has_text="bigram").locator("label").click()
    page.wait_for_function(TICK.format(ticks=16))
    assert page.evaluate("window.tinygptNode.isConnected"), "the chart was drawn anew when a run came or went"
    assert step_axis(page) == near, "the zoom was lost when a run came or went"
    assert colors["GPT"] == strokes(page)["GPT"], "a run changed its color"

    page.goto(watched)  # left alone it would train on, at the cost of all tests to come
    page.locator(".st-key-stop button").click()
    expect(page.locator(".st-key-status")).to_contain_text("stopped")


def test_pause_step_stop_and_a_refresh(page, base_url):
    train(page, base_url, "model=GPT&max_steps=10000")
    status = page.locator(".st-key-status")
    expect(status).to_contain_text("steps/s")
    page.locator(".st-key-pause button").click()
    expect(status).to_contain_text("paused at")
    paused = re.search(r"paused at step ([\d\u202f]+)", status.inner_text())[1]
    one_more = f"{int(paused.replace(THIN, '')) + 1:,}".replace(",", THIN)
    page.locator(".st-key-step button").click()
    expect(status).to_contain_text(f"paused at step {one_more} of")
    page.reload()
    wait_run(page)
    expect(status).to_contain_text(f"paused at step {one_more} of")
    page.locator(".st-key-pause button").click()  # Resume
    expect(status).to_contain_text("steps/s")
    page.locator(".st-key-stop button").click()
    expect(status).to_contain_text("stopped")


def test_a_second_tab_finds_the_run_again(page, context, base_url):
    train(page, base_url, "model=bigram&max_steps=500")
    expect(page.locator(".st-key-status")).to_contain_text("finished")
    other = context.new_page()
    other.goto(f"{base_url}/train")
    wait_run(other)
    expect(other.locator(".st-key-status")).to_contain_text("finished")


@pytest.mark.parametrize("query", [
    "n_embd=abc&n_layer=-3&learning_rate=nan&max_steps=1e999&seed=99999999999999999999",
    "model=%3Cscript%3E&corpus=..%2F..%2Fetc&run=..%2F..%2Fx&view=%00&guess=nan&text=%F0%9F%92%A9",
    "run=" + "f" * 32 + "&corpus=own+text+000000000000&block_size=100000&beside=maybe",
])  # fmt: skip
def test_a_link_full_of_nonsense_opens_the_page_with_its_defaults(page, base_url, query):
    page.goto(f"{base_url}/train?{query}")
    wait_run(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.locator(".st-key-train button")).to_be_enabled()


def test_every_setting_is_in_the_address(page, base_url):
    page.goto(f"{base_url}/train?model=GPT")
    wait_run(page)
    slider = open_settings(page)
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("location.search.includes('n_layer=4')")
    page.reload()
    wait_run(page)
    expect(open_settings(page)).to_have_value("4")


def open_settings(page: Page) -> Locator:
    """The slider of n_layer, once its expander is open: a click that falls into a redraw is made again."""
    slider = page.locator(".st-key-n_layer").get_by_role("slider")
    for _ in range(10):
        page.get_by_text("More settings").click()
        try:
            slider.wait_for(timeout=3_000)
            return slider
        except TimeoutError:
            wait_run(page)
    raise AssertionError("the settings do not open")

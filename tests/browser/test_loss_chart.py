"""What only a browser shows of the loss chart: what covers what, and where a diverged curve goes."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import no_words_touch, serving, wait_run
from tinygpt.bigram import BigramConfig
from tinygpt.engine.description import RunDescription
from tinygpt.engine.runs import RunStore
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import Point

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


STUDENT = "6" * 32
SIZES = ((1366, 650), (1024, 768), (390, 844))


def test_eight_runs_that_end_close_together_have_names_apart_from_each_other_and_from_the_curves(context, tmp_path):
    """Ends within 0.05 nats, one of them half way, on a laptop, a projector and a phone."""
    store = RunStore(tmp_path)
    for n in range(8):
        spec = RunSpec(BigramConfig(65), TrainConfig(max_steps=300, eval_interval=10, seed=n), "shakespeare-plays")
        run, last, end = f"{n:032x}", 150 if n == 5 else 290, 2.45 + 0.05 * ((3 * n) % 8) / 8
        store.write_description(
            RunDescription(run, STUDENT, "bigram" if n == 0 else f"bigram \u00b7 {'abcdefgh'[n]}", spec, 1e9 + n, n)
        )
        vals = [end + 1.7 * (1 - i / last) for i in range(0, last + 1, 10)]
        store.append(run, [Point(10 * i, val, val, 1e-3, i / 10, i) for i, val in enumerate(vals)])
        facts = {"status": "stopped", "note": "", "step": last + 1, "points": len(vals), "val": end, "loss": end}
        store.end(run, facts | {"seconds": 3.0}, None)
    with serving(tmp_path) as url:
        context.add_cookies([{"name": "tinygpt_student", "value": STUDENT, "url": url}])
        page = context.new_page()
        page.goto(f"{url}/train")
        wait_run(page)
        expect(page.locator(f"{CHART} svg text").filter(has_text=re.compile(r"^bigram\s\d"))).to_have_count(1)
        expect(page.locator(f"{CHART} svg text").filter(has_text="pairs")).to_have_count(1)  # all are counted
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            wait_run(page)
            no_words_touch(page, CHART)

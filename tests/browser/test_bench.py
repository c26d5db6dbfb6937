"""The training page on small screens: what one works with stands on it together, whole, whatever is going on."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import press, serving, wait_run
from tests.waiting import until
from tinygpt.bigram import BigramConfig
from tinygpt.engine.description import RunDescription
from tinygpt.engine.runs import RunStore
from tinygpt.engine.samples import Sample
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import Point

LAPTOP = (1366, 650)  # the inside of a browser's window on a laptop
ZOOMED, OLD = (911, 433), (1024, 768)  # the same at 150 %, and a projector
STUDENT = "5" * 32
CHART = ".st-key-chart svg.marks"
NEEDED = {
    "chart": CHART,
    "its axis": f"{CHART} .role-axis-label",
    "Train": ".st-key-train button",
    "status": ".st-key-status",
    "Pause": ".st-key-pause button",
    "Step": ".st-key-step button",
    "Stop": ".st-key-stop button",
    "sample": ".passage",
    "settings": ".st-key-settings [role='tabpanel']",
}
# All in one look: between two a running page may have put a new element in place of the old one.
BOXES = """names => Object.fromEntries(Object.entries(names).map(([name, css]) => {
    const seen = [...document.querySelectorAll(css)].find(e => e.checkVisibility());
    const box = seen && seen.getBoundingClientRect();
    return [name, box && {x: box.x, y: box.y, width: box.width, height: box.height}];
}))"""
STATES = ("idle", "live", "more settings", "eight runs", "diverged")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with eight runs of one student that have ended, the last of them diverged."""
    folder = tmp_path_factory.mktemp("bench")
    store = RunStore(folder)
    for n in range(8):
        spec = RunSpec(BigramConfig(65), TrainConfig(max_steps=300, eval_interval=10, seed=n))
        run = f"{n:032x}"
        store.write_description(RunDescription(run, STUDENT, f"a rather long name {n}", spec, 1e9 + n, n))
        points = [Point(i, 2.5 + 2 / (i + 1 + n), 2.6 + 2 / (i + 1 + n), 1e-3, i / 100, i) for i in range(0, 300, 10)]
        store.append(run, points)
        for step in (10, 60, 290):
            store.append_sample(run, Sample(step, f"step {step}\n" + 20 * f"word{n} "))
        facts = {"status": "finished", "note": "", "step": 300, "points": 30, "val": 2.6, "loss": 2.5, "seconds": 3.0}
        if n == 7:
            facts |= {"status": "diverged", "note": 3 * "The loss stopped being a number after step 300, so it ends. "}
        store.end(run, facts, None)
    with serving(folder) as address:
        yield address


def visit(context: BrowserContext, url: str, state: str) -> Page:
    """The page in one of its states."""
    page, query = context.new_page(), ""
    if state in ("eight runs", "diverged"):
        context.add_cookies([{"name": "tinygpt_student", "value": STUDENT, "url": url}])
        query = f"?run={6 if state == 'eight runs' else 7:032x}"
    page.goto(f"{url}/train{query or '?max_steps=20000'}")
    wait_run(page)
    if state == "live":
        page.locator(".st-key-train button").click()
        expect(page.locator(".st-key-status")).to_contain_text("steps/s")
        expect(page.locator(".st-key-writing")).to_contain_text(re.compile(r"after \d"))
    elif state == "more settings":
        page.get_by_text("More settings").click()
        expect(page.locator(".st-key-n_layer")).to_be_visible()
    expect(page.locator(f"{CHART} .role-axis-label text").first).to_be_visible()
    return page


def boxes(page: Page, *names: str) -> dict[str, dict[str, float] | None]:
    """Where each of these is; None for what cannot be seen."""
    return page.evaluate(BOXES, {name: NEEDED[name] for name in names})


def outside(page: Page, names: list[str], size: tuple[int, int]) -> dict[str, dict[str, float] | None]:
    """What of these is not whole on the screen, with its box."""
    header = page.get_by_test_id("stHeader").bounding_box()
    top = header["y"] + header["height"]
    found = {}
    for name, box in boxes(page, *names).items():
        whole = box and box["y"] >= top - 1 and box["x"] >= 0
        if not whole or box["y"] + box["height"] > size[1] or box["x"] + box["width"] > size[0]:
            found[name] = box
    return found


@pytest.mark.parametrize("state", STATES)
def test_what_one_works_with_stands_on_the_screen(context, url, state):
    page = visit(context, url, state)
    for size, names in (
        (LAPTOP, list(NEEDED)), (ZOOMED, ["chart", "its axis", "Train"]), (OLD, ["chart", "its axis", "Train"]),
    ):  # fmt: skip
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.wait_for_function(
            "([css, h]) => document.querySelector(css).clientHeight <= h", arg=[CHART, 0.75 * size[1]]
        )
        page.wait_for_timeout(300)  # the chart follows its place
        assert not outside(page, names, size), f"{state}, {size}"
        chart = page.locator(CHART).bounding_box()
        assert chart["height"] >= 180, f"{state}, {size}: nobody can read so low a chart"
        wide, seen = page.get_by_test_id("stMain").evaluate("e => [e.scrollWidth, e.clientWidth]")
        assert wide <= seen, f"{state}, {size}: it scrolls sideways"
    if state == "live":
        press(page, "stop", "stopped at")


def places(page: Page) -> dict[str, tuple[float, float]]:
    found = boxes(page, "chart", "Train", "Pause", "sample")
    return {name: (round(box["y"]), round(box["height"])) for name, box in found.items()}


def test_nothing_moves_when_settings_open_or_a_run_begins_goes_on_and_ends(context, url):
    page = visit(context, url, "idle")
    page.set_viewport_size({"width": LAPTOP[0], "height": LAPTOP[1]})
    page.wait_for_timeout(300)
    before = places(page)
    page.get_by_text("More settings").click()
    expect(page.locator(".st-key-n_layer")).to_be_visible()
    assert places(page) == before, "More settings"
    page.get_by_role("tab", name="Settings", exact=True).click()
    page.locator(".st-key-train button").click()
    expect(page.locator(".st-key-status")).to_contain_text("steps/s")
    expect(page.locator(".st-key-writing")).to_contain_text(re.compile(r"after \d"))
    kept = {name: before[name] for name in ("chart", "Pause", "sample")}
    until(lambda: kept.items() <= places(page).items(), says=lambda: (places(page), "it trains", before))
    begun = places(page)
    press(page, "stop", "stopped at")
    until(lambda: places(page) == begun, says=lambda: (places(page), "it has ended", begun))


def test_on_a_phone_one_thing_stands_below_the_other(context, url):
    page = visit(context, url, "eight runs")
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(300)
    found = boxes(page, "Train", "status", "chart", "sample")
    heights = [box["y"] for box in found.values()]
    assert heights == sorted(heights), found
    assert found["chart"]["width"] > 300 and found["chart"]["height"] >= 240, found
    wide, seen = page.get_by_test_id("stMain").evaluate("e => [e.scrollWidth, e.clientWidth]")
    assert wide <= seen


def test_the_writing_is_read_back_while_a_run_goes_on(context, url):
    """The slider stays where somebody has left it, and its end is the newest again."""
    page = visit(context, url, "live")
    writing, slider = page.locator(".st-key-writing"), page.locator(".st-key-when").get_by_role("slider")
    slider.wait_for()
    slider.focus()
    page.keyboard.press("Home")
    thumb = page.get_by_test_id("stSliderThumbValue").and_(page.locator(".st-key-when *"))
    expect(thumb).to_have_text(re.compile(r"^\d+$"))
    kept = f"after {thumb.inner_text()} steps"
    expect(writing).to_contain_text(kept)
    step = page.locator(".st-key-how_far").inner_text()
    text = None
    for run in range(6):  # it trains on below
        page.wait_for_function("before => document.querySelector('.st-key-how_far').innerText !== before", arg=step)
        step = page.locator(".st-key-how_far").inner_text()
        if run < 2:  # the caption comes before its passage: not until two pictures later is the passage its own
            text = page.locator(".passage").inner_text()
            continue
        assert kept in writing.inner_text() and page.locator(".passage").inner_text() == text
    slider.focus()
    page.keyboard.press("End")
    expect(writing).not_to_contain_text(kept)
    press(page, "stop", "stopped at")


def test_a_step_by_hand_says_what_it_did(context, url):
    page = visit(context, url, "live")
    press(page, "pause", "paused at")
    expect(page.locator(".st-key-account")).to_have_count(0)
    page.locator(".st-key-step button").click()
    panel = page.locator(".st-key-account")
    expect(panel).to_contain_text("32 windows of 8")
    expect(panel).to_contain_text(re.compile(r"\d\.\d{3} before, \d\.\d{3} after"))
    expect(panel).to_contain_text("learning rate 1e-3")
    page.set_viewport_size({"width": LAPTOP[0], "height": LAPTOP[1]})
    box = panel.bounding_box()
    assert box["y"] + box["height"] <= LAPTOP[1], "the account is below the screen"
    press(page, "stop", "stopped at")

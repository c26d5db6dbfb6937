"""What only a browser shows of the comparison: an experiment outlives a refresh, its link, its pictures, its files."""

import json
import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import no_words_touch, wait_run
from tinygpt.checkpoint.model_file import load

RACE = "/compare?experiment=The+ladder+race&ladder_steps=250&ladder_seeds=1"


def begin(page: Page, url: str) -> None:
    """Open the page and press Run."""
    page.goto(url)
    wait_run(page)
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page).to_have_url(re.compile(r"[?&]show=[0-9a-f]{32}"))


def ended(page: Page, runs: int) -> None:
    """Wait until all runs of the experiment have ended."""
    expect(page.get_by_text(f"{runs} of {runs} runs have ended")).to_be_visible()
    wait_run(page)


def test_an_experiment_outlives_a_refresh_and_is_stopped_as_a_whole(page, base_url):
    begin(page, f"{base_url}/compare?experiment=The+ladder+race&ladder_seeds=1")  # it takes a quick machine long, too
    page.reload()
    expect(page.get_by_text("of 6 runs have ended")).to_be_visible()
    page.get_by_test_id("stMainBlockContainer").get_by_role("button", name="Stop", exact=True).click()
    ended(page, 6)
    expect(page.get_by_test_id("stMainBlockContainer").get_by_role("button", name="Stop", exact=True)).to_have_count(0)


def test_a_race_is_drawn_passed_on_and_taken_along(page, browser, base_url, tmp_path):
    begin(page, base_url + RACE)
    ended(page, 6)
    expect(page.get_by_role("combobox", name="This model")).to_be_visible()  # the whole page was drawn once more
    wait_run(page)
    expect(page.locator(".st-key-overlay svg.marks")).to_be_visible()

    for size in (LAPTOP, {"width": 390, "height": 844}, {"width": 1280, "height": 900}):
        page.set_viewport_size(size)
        wait_run(page)
        no_words_touch(page, ".st-key-overlay")

    page.get_by_role("radio", name="FLOPs", exact=True).click()
    expect(page).to_have_url(re.compile(r"[?&]axis=FLOPs"))
    wait_run(page)

    page.locator(".st-key-save_overlay").get_by_role("button").first.click()
    wait_run(page)
    assert saved(page, "PNG", tmp_path).read_bytes().startswith(b"\x89PNG")

    notebook = json.loads(saved(page, "Notebook", tmp_path).read_text(encoding="utf-8"))
    assert notebook["nbformat"] == 4
    assert saved(page, "Points, CSV", tmp_path).read_text().splitlines()[0] == "step,loss,val,lr,seconds,tokens"
    assert load(saved(page, "Model", tmp_path)).info["step"] > 0

    friend = browser.new_context().new_page()
    friend.goto(page.url)
    expect(friend.get_by_text("6 of 6 runs have ended")).to_be_visible()
    friend.context.close()


LAPTOP = {"width": 1366, "height": 650}
KINDS = (
    "Repeat with other seeds", "The ladder race", "The scale race", "Sweep a setting", "Break it", "Made-up languages",
)  # fmt: skip


def in_sight(page: Page, *places: Locator) -> None:
    """Whether all of these are on the screen as it is, without scrolling."""
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == 0
    for place in places:
        expect(place).to_be_visible()
        box = place.bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= LAPTOP["height"], (place, box)
        assert box["x"] >= 0 and box["x"] + box["width"] <= LAPTOP["width"], (place, box)


def test_run_and_progress_are_on_one_screen_of_a_laptop(page, base_url):
    page.set_viewport_size(LAPTOP)
    run = page.get_by_role("button", name="Run", exact=True)
    for kind in KINDS:
        page.goto(f"{base_url}/compare?experiment={kind.replace(' ', '+')}")
        wait_run(page)
        in_sight(page, run)
    begin(page, f"{base_url}/compare?experiment=Sweep+a+setting&sweep_2=n_embd&sweep_seeds=1&sweep_steps=1000")
    progress = page.locator("[class*='st-key-experiment_']")
    stop = progress.get_by_role("button", name="Stop", exact=True)
    in_sight(page, run, progress.get_by_text("runs have ended"), progress.get_by_test_id("stProgress"), stop)
    stop.click()
    expect(progress.get_by_role("button", name="Delete", exact=True)).to_be_visible()
    in_sight(page, run, progress.get_by_text("runs have ended"), progress.get_by_test_id("stProgress"))


def saved(page: Page, button: str, folder: Path) -> Path:
    """The file that a button hands out."""
    with page.expect_download() as download:
        page.get_by_role("button", name=button, exact=True).first.click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_the_page_is_usable_on_a_phone(page, base_url):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{base_url}/compare")
    wait_run(page)
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

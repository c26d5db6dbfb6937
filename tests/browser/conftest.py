"""A server as `make run` starts it, and a browser that must not ask any other machine for anything."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, TimeoutError, expect, sync_playwright

from tests.waiting import PATIENCE
from tinygpt.files import PROJECT


def installed(*names: str) -> str | None:
    """The first of these programs that this machine has, unless CHROMIUM names one."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


CHROMIUM = installed("chromium", "chromium-browser", "chromium-headless-shell")  # as students have it: to measure with
SHELL = installed("chromium-headless-shell", "chromium", "chromium-browser")  # the same without windows: less work
REQUIRED = os.environ.get("TINYGPT_REQUIRE_BROWSER") == "1"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run",
]  # fmt: skip


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where the browser of the tests is. Without one they are skipped, or fail where a browser is required."""
    if not SHELL:
        reason = (
            "no Chromium on this machine (Debian: apt install chromium-headless-shell, or chromium), so no browser test"
        )
        pytest.fail(reason) if REQUIRED else pytest.skip(reason)
    return SHELL


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """A browser for one file: while it is open, its event loop runs in this thread, and asyncio allows but one."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def base_url(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that lives as long as this session's browser tests, with runs of its own."""
    with serving(tmp_path_factory.mktemp("runs")) as url:
        yield url


class serving:
    """A context manager: the app, or another script, on a free port of this machine, its runs in `folder`."""

    def __init__(self, folder: Path, script: str = "streamlit_app.py") -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.log = (folder / "server.log").open("w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [
                sys.executable, "-m", "streamlit", "run", script, f"--server.port={port}",
                "--server.address=127.0.0.1",
            ],
            cwd=PROJECT, stdout=self.log, stderr=subprocess.STDOUT, env=os.environ | {"TINYGPT_RUNS": str(folder)},
        )  # fmt: skip

    def __enter__(self) -> str:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1).read()
                return self.url
            except OSError:
                time.sleep(0.1)
        self.__exit__()
        raise RuntimeError("the server did not start:\n" + Path(self.log.name).read_text(encoding="utf-8"))

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One student's browser; at the end no request may have left this machine."""
    expect.set_options(timeout=1_000 * PATIENCE)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(1_000 * PATIENCE)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    yield context
    context.close()
    assert [url for url in asked if is_foreign(url)] == []


def is_foreign(url: str) -> bool:
    """Whether a request leaves this machine; what the page carries within itself does not."""
    parts = urlsplit(url)
    return parts.scheme not in ("data", "blob") and parts.hostname not in ("127.0.0.1", "localhost")


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """An empty tab: page.goto(base_url + "/train"), then wait_run(page)."""
    return context.new_page()


def socket_messages(page: Page) -> list:
    """Whatever the page sends to its server from now on."""
    sent: list = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    return sent


def wait_run(page: Page, timeout: float = 1_000 * PATIENCE, *, idle: bool = True) -> None:
    """Until the page is connected and its script has ended, as in Streamlit's tests; a live page is never `idle`."""
    app = "[data-testid='stApp']"
    page.wait_for_timeout(155)  # a click needs so long to become a run
    page.locator(f"{app}[data-test-connection-state='CONNECTED']").wait_for(timeout=timeout, state="attached")
    if idle:
        page.locator(f"{app}[data-test-script-state='notRunning']").wait_for(timeout=timeout, state="attached")
    page.wait_for_timeout(100)


def wait_moments(page: Page) -> None:
    """Until the time machine has asked for all its moments and has been answered: before, it shows those at hand."""
    expect(page.locator(".st-key-machine .passage").first).not_to_have_text("\u2026")
    wait_run(page)


WORDS = """(place) => {
  const chart = document.querySelector(`${place} svg.marks`);
  const plot = chart.querySelector(".mark-group.role-frame > g > path.background").getBoundingClientRect();
  const texts = [...chart.querySelectorAll("text")].filter((text) => text.textContent && text.getBBox().width);
  return [plot, ...texts.map((text) => text.getBoundingClientRect())].map((box, n) =>
    ({words: n ? texts[n - 1].textContent : "", left: box.left, right: box.right, top: box.top, bottom: box.bottom}));
}"""


def no_words_touch(page: Page, place: str) -> None:
    """No two words of the chart in `place` lie on each other, and none inside the plot, where curves and floors are."""
    plot, *words = page.evaluate(WORDS, place)
    for n, a in enumerate(words):
        for b in words[n + 1 :]:
            apart = a["right"] <= b["left"] + 1 or b["right"] <= a["left"] + 1
            assert apart or a["bottom"] <= b["top"] + 3 or b["bottom"] <= a["top"] + 3, (a, b)
        aside = a["left"] >= plot["right"] or a["right"] <= plot["left"] or a["top"] >= plot["bottom"]
        assert aside, (a, plot)


def press(page: Page, button: str, then: str | re.Pattern[str]) -> None:
    """Press a button until the status says so: a click that falls into a redraw is made again."""
    status = page.locator(".st-key-status")
    for _ in range(10):
        page.locator(f".st-key-{button} button").click()
        try:
            return status.get_by_text(then).wait_for(timeout=15_000)
        except TimeoutError:
            continue
    raise AssertionError(f"{button} does nothing: {status.inner_text()}")

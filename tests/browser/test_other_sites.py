"""What another site can do: link to us, and nothing in a student's name."""

import http.server
import threading
from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import wait_run

OPEN = """(url) => new Promise(answer => {
  const socket = new WebSocket(url, ["streamlit"]);
  socket.onopen = () => { answer("open"); socket.close(); };
  socket.onerror = () => answer("refused");
})"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder and says nothing: a test is quiet."""

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def other_port(base_url, tmp_path) -> Iterator[int]:
    """Another server on this machine, whose one page links to ours. As localhost it is another site than 127.0.0.1."""
    (tmp_path / "index.html").write_text(f'<a href="{base_url}/train">Today: train a model</a>', encoding="utf-8")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path)) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running.server_port
        running.shutdown()
        thread.join()


def test_a_link_from_another_site_keeps_the_runs(page, base_url, other_port):
    page.goto(f"{base_url}/train?model=bigram&max_steps=10")
    wait_run(page)
    page.locator(".st-key-train button").click()
    expect(page.locator(".st-key-runs [data-testid='stCheckbox']")).to_have_count(1)
    page.goto(f"http://localhost:{other_port}/")
    page.get_by_role("link").click()
    wait_run(page, idle=False)
    expect(page.locator(".st-key-runs [data-testid='stCheckbox']")).to_have_count(1)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])  # another site; the same site, for the cookie travels
def test_a_page_from_elsewhere_cannot_speak_to_our_socket(page, base_url, other_port, host):
    socket = f"{base_url.replace('http', 'ws')}/_stcore/stream"
    page.goto(f"http://{host}:{other_port}/")
    assert page.evaluate(OPEN, socket) == "refused"
    page.goto(base_url)
    assert page.evaluate(OPEN, socket) == "open"

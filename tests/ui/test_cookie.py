"""The middleware that gives a browser its name, called as a server would call it."""

import asyncio
import re

import pytest

from tinygpt.ui.cookie import COOKIE, NameTheBrowser, is_name

NAME = "0123456789abcdef" * 2


def cookies_set(path: str, *, cookie: str | None = None, method: str = "GET", scheme: str = "http") -> list[str]:
    """The Set-Cookie headers of one answer."""

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
        await send({"type": "http.response.body", "body": b"page"})

    sent = []

    async def send(message):
        sent.append(message)

    headers = [] if cookie is None else [(b"cookie", cookie.encode("latin-1"))]
    scope = {"type": "http", "method": method, "path": path, "headers": headers, "scheme": scheme}
    asyncio.run(NameTheBrowser(app)(scope, None, send))
    assert sent[1]["body"] == b"page"
    return [value.decode() for name, value in sent[0]["headers"] if name == b"set-cookie"]


@pytest.mark.parametrize("path", ["/", "/train", "/no-such-page"])
def test_a_browser_without_a_name_gets_one_with_the_page(path):
    (cookie,) = cookies_set(path)
    assert re.fullmatch(rf"{COOKIE}=[0-9a-f]{{32}}; Path=/; Max-Age=\d+; HttpOnly; SameSite=Lax", cookie, re.ASCII)


@pytest.mark.parametrize(
    ("host", "reached", "cookie", "sent_to"),
    [
        ("localhost:8501", "127.0.0.1", "", "http://127.0.0.1:8501/train?model=GPT&seed=7"),
        ("localhost", "127.0.0.1", "", "http://127.0.0.1/train?model=GPT&seed=7"),
        ("localhost:8501", "127.0.0.1", f"{COOKIE}={NAME}", None),  # her runs are under this address
        ("localhost:8501", "::1", "", None),  # nobody may listen on 127.0.0.1
        ("127.0.0.1:8501", "127.0.0.1", "", None),
        ("localhost.evil.org:8501", "127.0.0.1", "", None),
        ("192.168.1.20:8501", "192.168.1.20", "", None),
    ],
)
def test_who_comes_to_localhost_finds_the_runs_of_127_0_0_1(host, reached, cookie, sent_to):
    sent = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message):
        sent.append(message)

    headers = [(b"host", host.encode()), (b"cookie", cookie.encode())]
    scope = {
        "type": "http", "method": "GET", "path": "/train", "query_string": b"model=GPT&seed=7", "headers": headers,
        "scheme": "http", "server": (reached, 8501),
    }  # fmt: skip
    asyncio.run(NameTheBrowser(app)(scope, None, send))
    location = {name: value.decode() for name, value in sent[0]["headers"]}.get(b"location")
    assert (location, sent[0]["status"]) == (sent_to, 307 if sent_to else 200)


def test_two_browsers_get_two_names():
    assert cookies_set("/") != cookies_set("/")


def test_a_name_is_kept():
    assert cookies_set("/train", cookie=f"{COOKIE}={NAME}") == []
    assert cookies_set("/", cookie=f"theme=dark; {COOKIE}={NAME}; other=1") == []


@pytest.mark.parametrize(
    "bad",
    ["", "short", NAME + "0", NAME.upper(), "../../etc/passwd", "<script>", "\u00ff" * 32, f'"{NAME}\\n"', "g" * 32],
)
def test_a_malformed_name_is_replaced(bad):
    assert len(cookies_set("/", cookie=f"{COOKIE}={bad}")) == 1


def test_a_name_that_merely_looks_similar_is_no_name():
    assert len(cookies_set("/", cookie=f"x{COOKIE}={NAME}")) == 1


@pytest.mark.parametrize(
    "path",
    ["/_stcore/health", "/_stcore/host-config", "/static/js/index.js", "/media/a", "/component/x/", "/favicon.png"],
)
def test_what_a_page_fetches_by_itself_sets_no_cookie(path):
    assert cookies_set(path) == []


def test_only_opening_a_page_gives_a_name():
    assert cookies_set("/", method="POST") == []


def test_over_https_the_name_stays_on_https():
    assert cookies_set("/", scheme="https")[0].endswith("; Secure")


def answers_to_a_socket(**headers: str) -> list[str]:
    """What becomes of a socket: ["app"] when it gets through untouched, else the messages of the refusal."""
    seen = []

    async def app(scope, receive, send):
        assert send is note
        seen.append("app")

    async def note(message):
        seen.append(message["type"])

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    asyncio.run(NameTheBrowser(app)({"type": "websocket", "path": "/_stcore/stream", "headers": raw}, None, note))
    return seen


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "127.0.0.1:8501", "origin": "http://127.0.0.1:8501"},
        {"host": "class.school.example", "origin": "https://class.school.example"},  # behind a proxy with TLS
        {"host": "[::1]:8501", "origin": "http://[::1]:8501"},
        {"host": "127.0.0.1:8501"},  # no browser
    ],
)
def test_the_socket_of_our_own_page_passes_untouched(headers):
    assert answers_to_a_socket(**headers) == ["app"]


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "http://127.0.0.1:9999",
        "http://localhost:8501",
        "http://127.0.0.1",
        "null",
        "",
        "http://[",
    ],
)
def test_the_socket_of_another_page_is_refused(origin):
    assert answers_to_a_socket(host="127.0.0.1:8501", origin=origin) == ["websocket.close"]


def test_a_name_is_32_hexadecimal_digits_and_nothing_else():
    assert is_name(NAME)
    assert not any(map(is_name, (None, "", NAME + "\n", NAME.upper(), "\uff10" * 32)))


@pytest.mark.parametrize("other", ["theme=dark mode", 'x={"a":1}', "last@page=1", "caf\xe9=1", "=;;", "a"])
def test_cookies_of_other_programs_on_this_host_do_not_hide_ours(other):
    assert cookies_set("/", cookie=f"{other}; {COOKIE}={NAME}") == []
    assert cookies_set("/", cookie=f"{COOKIE}={NAME}; {other}") == []

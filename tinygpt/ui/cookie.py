"""The name of a browser: random, in a cookie, given with the first page, used by the pages of this server alone."""

import re
import secrets

from starlette.datastructures import URL, Headers, MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

COOKIE = "tinygpt_student"
HALF_A_YEAR = 60 * 60 * 24 * 182  # seconds: a course

NAME = re.compile(r"[0-9a-f]{32}", re.ASCII)  # 128 random bits
OURS = re.compile(rf"(?:^|;\s*){COOKIE}=([^;]*)")
NOT_A_PAGE = ("/_stcore/", "/static/", "/media/", "/component/")  # what a page fetches by itself


def is_name(text: object) -> bool:
    """Whether `text` is a name as this server gives it: 32 hexadecimal digits, and nothing else."""
    return isinstance(text, str) and NAME.fullmatch(text) is not None


class NameTheBrowser:
    """ASGI middleware: a browser that opens a page and has no (true) name gets a random one, in a cookie.

    The name is how a student finds the same runs after a refresh, in a second tab and after a restart of the
    server. HttpOnly: no script reads it. SameSite=Lax: a link from elsewhere brings it along, as a refresh does, but
    a socket or a posted form of another site does not. All acts go over the socket; one that another page opens is
    refused.

    A cookie belongs to an address, and this machine has two for itself: who comes to localhost without a name is sent
    to 127.0.0.1, where the terminal and the README lead, so that there is one set of runs.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and is_of_another_page(Headers(scope=scope)):
            await WebSocketClose()(scope, receive, send)
            return
        if not is_a_page(scope) or is_name(name_in(Headers(scope=scope))):
            await self.app(scope, receive, send)
            return
        url = URL(scope=scope)
        if url.hostname == "localhost" and (scope.get("server") or [""])[0] == "127.0.0.1":
            await RedirectResponse(url.replace(hostname="127.0.0.1"))(scope, receive, send)
            return

        async def send_with_name(message: Message) -> None:
            if message["type"] == "http.response.start":
                secure = "; Secure" if scope["scheme"] == "https" else ""  # it stays with https if the page came so
                rules = f"Path=/; Max-Age={HALF_A_YEAR}; HttpOnly; SameSite=Lax{secure}"
                MutableHeaders(scope=message).append("set-cookie", f"{COOKIE}={secrets.token_hex(16)}; {rules}")
            await send(message)

        await self.app(scope, receive, send_with_name)


def is_of_another_page(headers: Headers) -> bool:
    """Whether a page that did not come from this very host and port asks; who is no browser says no origin.

    Streamlit alone would let in every port of this host and of localhost, which SameSite takes for the same site. It
    would also ask checkip.amazonaws.com for the address of this machine before it refuses the others.
    """
    origin = headers.get("origin")
    return origin is not None and origin.partition("://")[2] != headers.get("host")


def is_a_page(scope: Scope) -> bool:
    """Whether a browser asks for a page itself: not for a file of it (these have a dot), not for its socket."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    path: str = scope["path"]
    return not path.startswith(NOT_A_PAGE) and "." not in path.rsplit("/", 1)[-1]


def name_in(headers: Headers) -> str | None:
    """The name that a request carries, as it stands there; None without one."""
    found = OURS.search("; ".join(headers.getlist("cookie")))  # other programs on this host set cookies of any shape
    return found[1] if found else None

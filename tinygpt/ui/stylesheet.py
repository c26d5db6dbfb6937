"""The rules of the look that the theme has no key for, and its typefaces, in the page from its first byte.

What comes late moves all that is there already: an element of the app with such rules, or letters of another width.
"""

from pathlib import Path

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tinygpt.ui.cookie import is_a_page

TYPEFACES = ("SourceSansVF-Upright", "SourceSerifVariable-Roman", "SourceCodeVF-Upright")  # Streamlit serves them
HEAD_ENDS = b"</head>"
OF_ANOTHER_PAGE = ("etag", "last-modified")  # they name the page without the rules, which may change with tinygpt
OF_A_KNOWN_PAGE = (b"if-none-match", b"if-modified-since")


def head(rules: str) -> bytes:
    """What stands in the head of every page: where the typefaces are, and the rules."""
    media = Path(streamlit.__file__).parent / "static" / "static" / "media"
    files = sorted(path.name for face in TYPEFACES for path in media.glob(f"{face}*.woff2"))
    fetch = '<link rel="preload" href="/static/media/{}" as="font" type="font/woff2" crossorigin>'
    return ("".join(map(fetch.format, files)) + f"<style>{rules}</style>").encode()


class StyleFirst:
    """ASGI middleware: the typefaces and these rules stand in the head of every page."""

    def __init__(self, app: ASGIApp, rules: str) -> None:
        self.app = app
        self.head = head(rules)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not is_a_page(scope):
            await self.app(scope, receive, send)
            return
        whole = [pair for pair in scope["headers"] if pair[0] not in (*OF_A_KNOWN_PAGE, b"accept-encoding")]
        start: Message = {}
        body = bytearray()

        async def send_with_rules(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and "text/html" in Headers(raw=message["headers"]).get(
                "content-type", ""
            ):
                start = message
            elif not start or message["type"] != "http.response.body":
                await send(message)
            else:
                body.extend(message.get("body", b""))
                if not message.get("more_body"):
                    await send_all()

        async def send_all() -> None:
            page = bytes(body).replace(HEAD_ENDS, self.head + HEAD_ENDS, 1)
            headers = MutableHeaders(scope=start)
            for name in OF_ANOTHER_PAGE:
                del headers[name]
            headers["content-length"] = str(len(page))
            await send(start)
            await send({"type": "http.response.body", "body": page})

        await self.app({**scope, "headers": whole}, receive, send_with_rules)

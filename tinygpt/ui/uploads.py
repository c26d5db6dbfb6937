"""Files that were sent and not used yet: one for each visitor, and not more than the server can hold in memory.

Streamlit keeps every file that is sent to it until its visitor leaves. A visitor here has a single place for a file,
so a newer one takes the place of the older, whoever sends it and however.
"""

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

PLACE = "/_stcore/upload_file/"  # followed by the visitor's session and the name of the file, both given by the server
MOST = 256 * 1024**2  # bytes of all visitors together: thirty who each sent the largest file at once
FULL = "This server holds as many unused files as it can. Paste the text, or try again in a few minutes."


class BoundUploads:
    """ASGI middleware: takes a file only while there is room, and lets the visitor's older ones go."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "PUT" or PLACE not in scope["path"]:
            await self.app(scope, receive, send)
            return
        session, _, file = scope["path"].partition(PLACE)[2].partition("/")
        keep_only(session, "")
        if held() > MOST:
            await PlainTextResponse(FULL, 413)(scope, receive, send)
            return
        await self.app(scope, receive, send)
        keep_only(session, file)  # also of those that were on their way at the same time


def held() -> int:
    """The bytes of all files that wait here."""
    files = manager()
    return sum(one.byte_length for family in files.get_stats().values() for one in family) if files else 0


def keep_only(session: str, file: str) -> None:
    """Let go of all files of a session but one."""
    if files := manager():
        for other in list(files.file_storage.get(session, ())):
            if other != file:
                files.remove_file(session, other)


def let_go() -> None:
    """Let go of the files of whoever looks at this page: they have been used."""
    if context := get_script_run_ctx(suppress_warning=True):
        keep_only(context.session_id, "")


def manager() -> MemoryUploadedFileManager | None:
    """Where Streamlit keeps the files; None where no browser sends any, as in a test of a page."""
    found = runtime.get_instance().uploaded_file_mgr if runtime.exists() else None
    return found if isinstance(found, MemoryUploadedFileManager) else None

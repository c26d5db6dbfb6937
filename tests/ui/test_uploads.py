"""Unused files: one for each visitor, however they are sent, and not more than the server can hold."""

import asyncio

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from tinygpt.ui import uploads

SIZE = 1_000


@pytest.fixture
def manager(monkeypatch) -> MemoryUploadedFileManager:
    """Where Streamlit keeps files, without a server around it."""
    kept = MemoryUploadedFileManager("/_stcore/upload_file")
    monkeypatch.setattr(uploads, "manager", lambda: kept)
    return kept


async def _put(manager: MemoryUploadedFileManager, session: str, file: str, path: str = uploads.PLACE) -> int:
    """Send a file as a browser does; the status of the answer."""
    statuses = [204]

    async def streamlits(scope, receive, send):
        await asyncio.sleep(0)  # others come in between
        manager.add_file(session, UploadedFileRec(file, "text.txt", "text/plain", b"x" * SIZE))

    async def send(message):
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope = {"type": "http", "method": "PUT", "path": f"{path}{session}/{file}", "headers": []}
    await uploads.BoundUploads(streamlits)(scope, None, send)
    return statuses[-1]


def files(manager: MemoryUploadedFileManager) -> dict[str, list[str]]:
    return {session: list(kept) for session, kept in manager.file_storage.items() if kept}


def test_a_newer_file_takes_the_place_of_the_older(manager):
    for n in range(60):
        assert asyncio.run(_put(manager, "ada", f"file {n}")) == 204
    assert files(manager) == {"ada": ["file 59"]}


def test_sixty_files_at_once_leave_one(manager):
    async def all_at_once() -> None:
        await asyncio.gather(*(_put(manager, "ada", f"file {n}") for n in range(60)))

    asyncio.run(all_at_once())
    assert len(files(manager)["ada"]) == 1


def test_others_keep_theirs(manager):
    for session in ("ada", "ben", "ada"):
        asyncio.run(_put(manager, session, f"of {session}"))
    assert files(manager) == {"ada": ["of ada"], "ben": ["of ben"]}


def test_a_full_server_refuses_in_words(manager, monkeypatch):
    monkeypatch.setattr(uploads, "MOST", 5 * SIZE)
    statuses = [asyncio.run(_put(manager, f"student {n}", "file")) for n in range(10)]
    assert statuses == [204] * 6 + [413] * 4
    assert uploads.held() == 6 * SIZE
    assert asyncio.run(_put(manager, "student 0", "another")) == 204  # hers makes room for itself


def test_where_the_app_is_served_under_a_path_it_is_the_same(manager):
    for n in range(3):
        asyncio.run(_put(manager, "ada", f"file {n}", "/course/_stcore/upload_file/"))
    assert files(manager) == {"ada": ["file 2"]}

"""The exact file: found, fetched from a server on this machine, and never half there."""

import hashlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tinygpt.texts import tiny_shakespeare

GOOD = b"First Citizen:\n" * 20_000
GOOD_SHA256 = hashlib.sha256(GOOD).hexdigest()


class Server(http.server.BaseHTTPRequestHandler):
    """Serves a good file, one that was altered, one that breaks off, and nothing else."""

    def do_GET(self) -> None:
        body = {"/good": GOOD, "/altered": b"f" + GOOD[1:], "/cut": GOOD[:1000]}.get(self.path)
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Length", "0" if body is None else str(len(GOOD)))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        """Says nothing: a test is quiet."""


@pytest.fixture
def server() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path) -> Path:
    """A cache of its own, no teacher's file, and no proxy between us and our own server."""
    monkeypatch.setattr(tiny_shakespeare, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.delenv("TINYGPT_DATA", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return tmp_path / "cache"


def test_the_file_arrives_whole_and_is_fetched_once(server, cache):
    path = tiny_shakespeare.fetch(url=f"{server}/good", sha256=GOOD_SHA256)
    assert path == cache / "tinyshakespeare.txt"
    assert path.read_bytes() == GOOD
    assert tiny_shakespeare.fetch(url=f"{server}/gone", sha256=GOOD_SHA256) == path  # nothing is asked of the server


def test_a_bar_on_the_terminal(server, capfd):
    tiny_shakespeare.fetch(url=f"{server}/good", sha256=GOOD_SHA256, progress=True)
    assert "100%" in capfd.readouterr().err


def test_nothing_is_said_unless_asked(server, capfd):
    tiny_shakespeare.fetch(url=f"{server}/good", sha256=GOOD_SHA256)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/altered", "sent another file than the lecture's; nothing was kept"),
        ("/cut", "Could not download .*Is this machine online"),
        ("/missing", "Could not download .*HTTPError"),
    ],
)
def test_a_bad_download_is_told_and_leaves_nothing(server, cache, path, sentence):
    with pytest.raises(ValueError, match=sentence):
        tiny_shakespeare.fetch(url=server + path, sha256=GOOD_SHA256)
    assert list(cache.iterdir()) == []


def test_a_server_that_is_away_is_told_with_both_ways_out(cache):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as closed:
        port = closed.server_port
    with pytest.raises(ValueError, match="Could not download .*online.*TINYGPT_DATA.*shakespeare-plays"):
        tiny_shakespeare.fetch(url=f"http://127.0.0.1:{port}/good", sha256=GOOD_SHA256)
    assert list(cache.iterdir()) == []


def test_a_damaged_file_in_the_cache_is_replaced(server, cache):
    cache.mkdir()
    (cache / "tinyshakespeare.txt").write_bytes(b"half")
    tiny_shakespeare.fetch(url=f"{server}/good", sha256=GOOD_SHA256)
    assert (cache / "tinyshakespeare.txt").read_bytes() == GOOD


def test_a_file_is_read_once_and_again_when_it_has_changed(monkeypatch, tmp_path):
    file, reads = tmp_path / "input.txt", []
    file.write_text("To be or not to be")
    monkeypatch.setenv("TINYGPT_DATA", str(file))
    whole = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: reads.append(path) or whole(path))
    assert [tiny_shakespeare.find() for _ in range(3)] == [None] * 3
    assert reads == [file]
    file.write_text("That is the question")
    assert tiny_shakespeare.find() is None
    assert reads == [file, file]


def test_without_the_file_the_error_says_how_to_get_it():
    assert tiny_shakespeare.find() is None
    with pytest.raises(ValueError, match="not on this machine. Get it with `python -m tinygpt fetch`.*TINYGPT_DATA"):
        tiny_shakespeare.read()


def test_a_wrong_file_is_named_with_what_to_do(monkeypatch, tmp_path):
    file = tmp_path / "input.txt"
    file.write_text("To be or not to be")
    monkeypatch.setenv("TINYGPT_DATA", str(tmp_path))
    assert tiny_shakespeare.find() is None
    with pytest.raises(ValueError, match="input.txt is not the lecture's file: its SHA-256 begins with .*86c4e6aa9db7"):
        tiny_shakespeare.read()


@pytest.mark.parametrize("name", ["", "tinyshakespeare.txt", "input.txt"])
def test_a_teacher_may_name_the_file_or_its_folder(exact_file, monkeypatch, tmp_path, name):
    if name:
        (tmp_path / name).write_bytes(exact_file.read_bytes())
    monkeypatch.setenv("TINYGPT_DATA", str(tmp_path if name else exact_file))
    assert len(tiny_shakespeare.read()) == 1_115_394
    assert tiny_shakespeare.find() == (tmp_path / name if name else exact_file)


def test_a_wrong_file_of_the_teacher_does_not_hide_the_right_one(exact_file, monkeypatch, tmp_path, cache):
    (tmp_path / "input.txt").write_text("something else")
    cache.mkdir()
    (cache / "tinyshakespeare.txt").write_bytes(exact_file.read_bytes())
    monkeypatch.setenv("TINYGPT_DATA", str(tmp_path))
    assert tiny_shakespeare.find() == cache / "tinyshakespeare.txt"


CHANGED = {
    "line ends of Windows": lambda text: text.replace("\n", "\r\n").encode(),
    "a mark": lambda text: text.encode("utf-8-sig"),
    "a mark and line ends of Windows": lambda text: text.replace("\n", "\r\n").encode("utf-8-sig"),
    "a newline more": lambda text: f"{text}\n".encode(),
    "no newline at the end": lambda text: text.rstrip("\n").encode(),
    "Notepad's Unicode": lambda text: text.replace("\n", "\r\n").encode("utf-16"),
    "line ends of an old Mac": lambda text: text.replace("\n", "\r").encode(),
}


@pytest.mark.parametrize("change", CHANGED)
def test_the_exact_text_is_recognized_however_it_is_stored(exact_file, monkeypatch, tmp_path, change):
    text = exact_file.read_bytes().decode()
    (tmp_path / "input.txt").write_bytes(CHANGED[change](text))
    monkeypatch.setenv("TINYGPT_DATA", str(tmp_path))
    assert tiny_shakespeare.find() == tmp_path / "input.txt"
    assert tiny_shakespeare.read() == text
    assert tiny_shakespeare.not_as_told() == ""


@pytest.mark.parametrize("content", [b"To be or not to be", b"%PDF-1.7", b"\xff\xfe\x00", b"", b"x" * 9_000_000])
def test_another_file_is_named_and_what_is_taken_instead(monkeypatch, tmp_path, content):
    (tmp_path / "input.txt").write_bytes(content)
    monkeypatch.setenv("TINYGPT_DATA", str(tmp_path))
    assert tiny_shakespeare.find() is None
    words = tiny_shakespeare.not_as_told()
    assert str(tmp_path / "input.txt") in words and "not the lecture's file" in words
    assert words.endswith("shakespeare-plays, the nine plays, is taken instead.")


@pytest.mark.parametrize("place", ["", "nowhere", "input"])
def test_a_path_that_leads_nowhere_is_named(monkeypatch, tmp_path, place):
    monkeypatch.setenv("TINYGPT_DATA", str(tmp_path / place))
    words = tiny_shakespeare.not_as_told()
    assert str(tmp_path / place) in words and "there is no tinyshakespeare.txt and no input.txt" in words


def test_the_downloaded_copy_is_said_to_be_taken(exact_file, monkeypatch, tmp_path, cache):
    (tmp_path / "input.txt").write_text("something else")
    cache.mkdir()
    (cache / "tinyshakespeare.txt").write_bytes(exact_file.read_bytes())
    monkeypatch.setenv("TINYGPT_DATA", str(tmp_path))
    assert tiny_shakespeare.not_as_told().endswith("The downloaded copy is taken instead.")


def test_without_a_setting_nothing_is_said():
    assert tiny_shakespeare.not_as_told() == ""

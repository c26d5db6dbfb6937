"""Tiny Shakespeare, the lecture's exact file: found on this machine, or downloaded when somebody asks for it.

It is looked for in TINYGPT_DATA (the file itself, or a folder that holds tinyshakespeare.txt or input.txt), then in
the cache that `fetch` fills. The SHA-256 of its text decides: a text that merely looks like it would move every number.
What editors and Git change without asking does not count: line ends, a mark at the beginning, a newline more at the
end, the encoding.
"""

import hashlib
import os
from functools import lru_cache
from pathlib import Path

from platformdirs import user_cache_dir

from tinygpt.texts.cleaning import MAX_FILE_BYTES, read_text
from tinygpt.texts.own import sha256_of

URL = "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt"
SHA256 = "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"
FILE_NAME = "tinyshakespeare.txt"
BRING_IT = "set TINYGPT_DATA to the file or to a folder that holds tinyshakespeare.txt or input.txt."
WAYS_OUT = f"Get it with `python -m tinygpt fetch` (1.1 MB), or {BRING_IT}"
WITHOUT_A_NETWORK = (
    f"Without one, bring the file along and {BRING_IT} Or do without it: shakespeare-plays needs no network."
)


def cache_folder() -> Path:
    """Where `fetch` keeps the file, by the habits of this operating system."""
    return Path(user_cache_dir("tinygpt"))


def named_by_the_teacher() -> list[Path]:
    """The existing files to which TINYGPT_DATA may lead."""
    data = os.environ.get("TINYGPT_DATA")
    return [place for place in places_in(Path(data)) if place.is_file()] if data else []


def places_in(data: Path) -> list[Path]:
    """The file itself, or what it may be called in a folder."""
    return [data, data / FILE_NAME, data / "input.txt"]


def candidates() -> list[Path]:
    """The existing files that may be Tiny Shakespeare, the teacher's before the cache."""
    downloaded = cache_folder() / FILE_NAME
    return [*named_by_the_teacher(), *([downloaded] if downloaded.is_file() else [])]


def find() -> Path | None:
    """The file with the exact text, or None when it is not on this machine. Never downloads."""
    return next((path for path in candidates() if _sha256(path) == SHA256), None)


def read() -> str:
    """The exact text. Raises ValueError, with the ways to get it, when it is not on this machine."""
    if path := find():
        return unified(path.read_bytes())
    if others := candidates():
        raise ValueError(f"{what_it_is_not(others[0])} Replace it. {WAYS_OUT}")
    raise ValueError(f"Tiny Shakespeare is not on this machine. {WAYS_OUT}")


def not_as_told() -> str:
    """Why the text that TINYGPT_DATA leads to is not taken, and which one is instead; "" where all is well."""
    data, found, here = os.environ.get("TINYGPT_DATA"), find(), named_by_the_teacher()
    if not data or (found and found in here):
        return ""
    instead = "The downloaded copy" if found else "shakespeare-plays, the nine plays,"
    if here:
        return f"TINYGPT_DATA: {what_it_is_not(here[0])} {instead} is taken instead."
    return f"TINYGPT_DATA: there is no {FILE_NAME} and no input.txt at {data}. {instead} is taken instead."


def what_it_is_not(path: Path) -> str:
    """A sentence about a file that is not the one of the lecture."""
    if not (found := _sha256(path)):
        return f"{path} is not the lecture's file: it is empty, too large, or cannot be read."
    return (
        f"{path} is not the lecture's file: its SHA-256 begins with {found[:12]}, not with {SHA256[:12]}, also with "
        "line ends and mark put right."
    )


def unified(data: bytes) -> str:
    """The text of a file as the lecture has it: no mark, plain line ends, one newline at the end.

    ValueError where it is no text.
    """
    return read_text(data).text.rstrip("\n") + "\n"


def fetch(*, url: str = URL, progress: bool = False, sha256: str = SHA256) -> Path:
    """Download the exact file into the cache, unless it is there already; where it lies.

    `progress` draws a bar on the terminal. Raises ValueError when the download fails or brings another
    file; then nothing of it stays in the cache.
    """
    import pooch  # here, for in a notebook it brings a warning about progress bars

    pooch.get_logger().setLevel("WARNING")  # its "Downloading data from ..." is for us to say, not for a library
    folder = cache_folder()
    try:
        # small pieces, so that progress is seen, and no waiting for a silent server
        small_pieces = pooch.HTTPDownloader(progressbar=progress, chunk_size=64 * 1024, timeout=30)
        path = pooch.retrieve(url, known_hash=f"sha256:{sha256}", fname=FILE_NAME, path=folder, downloader=small_pieces)
    except ValueError:  # pooch compared the checksums
        raise ValueError(f"{url} sent another file than the lecture's; nothing was kept. Try again later.") from None
    except OSError as error:  # what requests raises is an OSError too
        reason = type(error).__name__
        raise ValueError(
            f"Could not download {url} to {folder} ({reason}). Is this machine online? {WITHOUT_A_NETWORK}"
        ) from error
    return Path(path)


def _sha256(path: Path) -> str:
    stat = path.stat()
    return _digest(path, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=8)
def _digest(path: Path, size: int, modified: int) -> str:
    """Of the text of a file; of its bytes where it is none, "" where it cannot be read.

    As it was when it had this size and this time: pages ask often, and a megabyte takes a while.
    """
    try:
        data = path.read_bytes() if size <= MAX_FILE_BYTES else b""
    except OSError:
        data = b""
    try:
        return sha256_of(unified(data))
    except ValueError:
        return hashlib.sha256(data).hexdigest() if data else ""

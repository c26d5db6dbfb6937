"""Tiny Shakespeare, the lecture's exact file: found on this machine, or downloaded when somebody asks for it.

It is looked for in TINYGPT_DATA (the file itself, or a folder that holds tinyshakespeare.txt or input.txt), then in
the cache that `fetch` fills. Its SHA-256 decides: a file that merely looks like it would move every number.
"""

import hashlib
import os
from functools import lru_cache
from pathlib import Path

from platformdirs import user_cache_dir

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


def candidates() -> list[Path]:
    """The existing files that may be Tiny Shakespeare, the teacher's before the cache."""
    places = [cache_folder() / FILE_NAME]
    if data := os.environ.get("TINYGPT_DATA"):
        places = [Path(data), Path(data) / FILE_NAME, Path(data) / "input.txt", *places]
    return [place for place in places if place.is_file()]


def find() -> Path | None:
    """The exact file, or None when it is not on this machine. Never downloads."""
    return next((path for path in candidates() if _sha256(path) == SHA256), None)


def read() -> str:
    """The text of the exact file. Raises ValueError, with the ways to get it, when it is not on this machine."""
    if path := find():
        return path.read_bytes().decode()
    if others := candidates():
        raise ValueError(
            f"{others[0]} is not the lecture's file: its SHA-256 begins with {_sha256(others[0])[:12]}, not with "
            f"{SHA256[:12]}. Replace it. {WAYS_OUT}"
        )
    raise ValueError(f"Tiny Shakespeare is not on this machine. {WAYS_OUT}")


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
    """Of a file as it was when it had this size and this time: pages ask often, and a megabyte takes a while."""
    return hashlib.sha256(path.read_bytes()).hexdigest()

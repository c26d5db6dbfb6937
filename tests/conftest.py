"""For every test: runs go to a folder of their own, a slow machine is no failure, and one way to the exact text."""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# Set before anything of tinygpt is imported: no test may write beside the runs of the person who starts it.
os.environ["TINYGPT_RUNS"] = tempfile.mkdtemp(prefix="tinygpt-runs-")

settings.register_profile("tinygpt", deadline=None)
settings.load_profile("tinygpt")

TEACHERS = os.environ.get("TINYGPT_DATA")  # read once: tests set it anew
BESIDE_THE_CLONE = Path(__file__).parents[2] / "shared/data/tinyshakespeare.txt"


@pytest.fixture(scope="session", autouse=True)
def _shaken() -> Iterator[None]:
    """`make shake` moves the arithmetic of all tests; without TINYGPT_SHAKE nothing is touched."""
    if not (shake := os.environ.get("TINYGPT_SHAKE")):
        yield
        return
    from tests.margins import shaken

    with shaken(shake):
        yield


@pytest.fixture
def margin(request: pytest.FixtureRequest) -> Callable[..., None]:
    """`margin("val loss", val, below=2.5)` asserts that, and `make shake` tells how narrow it is."""
    from tests.margins import measure

    return measure(request.node.nodeid.removeprefix("tests/"))


@pytest.fixture
def exact_file(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The lecture's exact file, and TINYGPT_DATA names it. Without one the test is skipped, or fails where required."""
    from tinygpt.corpus import load_corpus
    from tinygpt.texts import tiny_shakespeare as download

    monkeypatch.setenv("TINYGPT_DATA", TEACHERS or str(BESIDE_THE_CLONE))
    if path := download.find():
        monkeypatch.setenv("TINYGPT_DATA", str(path))
        yield path
        load_corpus.cache_clear()  # else the next test finds it where there is none
        return
    reason = f"the lecture's exact text is not on this machine: set TINYGPT_DATA to it, or put it at {BESIDE_THE_CLONE}"
    pytest.fail(reason) if os.environ.get("TINYGPT_REQUIRE_TEXT") == "1" else pytest.skip(reason)

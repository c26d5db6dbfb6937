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


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say which tests run in one process, for `-n`: those of a file, which share what they train; all of the browser.

    The longest come first, so that no process is left alone with them at the end.
    """
    slow: set[str] = set()
    for item in items:
        browser = item.path.parent.name == "browser"
        if browser:
            item.add_marker(pytest.mark.browser)
        group = "browser" if browser else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))
        if browser or item.get_closest_marker("slow"):
            slow.add(group)

    def place(item: pytest.Item) -> int:
        group = item.get_closest_marker("xdist_group").args[0]  # type: ignore[union-attr]
        return 0 if group == "browser" else 1 if group in slow else 2

    items.sort(key=place)


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

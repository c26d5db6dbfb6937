"""For every test: runs go to a folder of their own, a slow machine is no failure, and one way to the exact text."""

import os
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# Set before anything of tinygpt is imported. No test may write beside the runs of the person who starts it.
os.environ["TINYGPT_RUNS"] = tempfile.mkdtemp(prefix="tinygpt-runs-")
# One thread of torch in each process, as the server has it: where there are more threads than cores they wait for
# each other, and a character that takes 3 ms to write takes 40.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Workers are nicer than their server (tinygpt/engine/lanes.py), so those of one test would starve beside another test.
# At the lowest priority all are equal, and whoever works at this machine is not disturbed.
if hasattr(os, "nice"):
    os.nice(19)

# The same examples in every run, so that what passes here passes anywhere; TINYGPT_SEARCH=1 looks for new ones.
settings.register_profile("tinygpt", deadline=None, derandomize="TINYGPT_SEARCH" not in os.environ)
settings.load_profile("tinygpt")

TEACHERS = os.environ.get("TINYGPT_DATA")  # read once: tests set it anew
BESIDE_THE_CLONE = Path(__file__).parents[2] / "shared/data/tinyshakespeare.txt"


BROWSER = "tests/browser"


def process_of(nodeid: str) -> str:
    """Which tests run in one process: those of a file, since they share what they train; all that open the browser."""
    return BROWSER if nodeid.startswith(BROWSER) else nodeid.partition("::")[0]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest come first, so that of two processes none is left alone with them at the end."""
    for item in items:
        if process_of(item.nodeid) == BROWSER:
            item.add_marker(pytest.mark.browser)
    slow = {process_of(item.nodeid) for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (process_of(item.nodeid) != BROWSER, process_of(item.nodeid) not in slow))


@pytest.hookimpl(optionalhook=True)  # `-p no:xdist` knows of no such hook
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """For `-n 2`: whole groups of tests, in the order of the collection."""

    class Groups(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return process_of(nodeid)

    config.option.loadscopereorder = False
    return Groups(config, log)


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


@pytest.fixture(scope="session", autouse=True)
def _installed_once() -> Iterator[None]:
    """Each page that a test opens asks all installed packages for components of Streamlit: here it is told once."""
    from streamlit.components.v2 import manifest_scanner

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture(scope="session")
def _workers() -> Iterator[None]:
    """The workers of the pages that tests open in this process: to start them takes longer than most of these tests."""
    from tinygpt.ui import session

    yield
    session.close_engine()


@pytest.fixture(scope="module")
def one_engine(_workers: None) -> Iterator[None]:
    """One engine for the pages that a file of tests opens, and no run left after them."""
    from tinygpt.ui import session

    yield
    if session.engine.cache_info().currsize:  # some file may have opened no page
        for about in session.engine().store.descriptions():
            session.engine().delete(about.id)


@pytest.fixture
def exact_file(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The lecture's exact file, and TINYGPT_DATA names it. Without one the test is skipped, or fails where required."""
    from tinygpt.texts import tiny_shakespeare
    from tinygpt.texts.keeping import forget_texts

    monkeypatch.setenv("TINYGPT_DATA", TEACHERS or str(BESIDE_THE_CLONE))
    if path := tiny_shakespeare.find():
        monkeypatch.setenv("TINYGPT_DATA", str(path))
        yield path
        forget_texts()  # else the next test finds it where there is none
        return
    reason = f"the lecture's exact text is not on this machine: set TINYGPT_DATA to it, or put it at {BESIDE_THE_CLONE}"
    pytest.fail(reason) if os.environ.get("TINYGPT_REQUIRE_TEXT") == "1" else pytest.skip(reason)

"""Waiting, in one place: no test sleeps and hopes, every wait ends, and one that was in vain says what it waited for.

TINYGPT_PATIENCE=5 makes every wait five times as long, for a machine that is slow or shared with others.
"""

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

LONGER = float(os.environ.get("TINYGPT_PATIENCE", "1"))
PATIENCE = 180 * LONGER  # seconds; a quiet machine needs a tenth of it at most

T = TypeVar("T")


def until(
    condition: Callable[[], T], *, tick: Callable[[], object] | None = None, says: Callable[[], object] = str
) -> T:
    """Wait until `condition()` is true, and return what it is then.

    `tick` is done between two looks (a page is run once more); without it a moment passes. `says()` is what a wait in
    vain prints.
    """
    deadline = time.monotonic() + PATIENCE
    while not (value := condition()):
        assert time.monotonic() < deadline, f"waited {PATIENCE:.0f} s in vain: {says()}"
        if tick:
            tick()
        else:
            time.sleep(0.01)
    return value


def page_until(page: "AppTest", condition: Callable[[], object]) -> None:
    """Run the page again until `condition()` is true: an AppTest has no timers.

    As often as a browser asks, and not without a break: the runs that it waits for need the processor, too.
    """

    def tick() -> None:
        time.sleep(0.3)
        page.run()
        assert not page.exception, page.exception

    until(condition, tick=tick, says=lambda: [text.value for text in (*page.markdown, *page.text)])

"""The comparison of 20 runs with 2,000 points each: how long until it is there, and until another axis is drawn.

    python -m benchmarks.compare [--times 15]

A server that has the runs on disk, a visitor who goes from the home page to /compare, then from axis to axis. The clock
runs in the browser, from the click to the frame after the chart has changed; for the page, until its chart and its
table are drawn and the script has ended. Goals: page below 1 s (medians), axis below 300 ms. Needs Chromium; measure on
an idle machine.
"""

import argparse
import math
import time
import uuid
from dataclasses import replace
from pathlib import Path
from statistics import median

from benchmarks.browser import browsing, milliseconds_to_repaint, seconds_to_arrive
from benchmarks.goals import Goals
from tests.browser.conftest import wait_run
from tinygpt.engine.description import Membership, RunDescription
from tinygpt.engine.records import RunProgress
from tinygpt.engine.runs import RunStore
from tinygpt.training.presets import LADDER, PRESETS
from tinygpt.training.state import Point

RUNS, POINTS, LOOKS = 20, 2_000, 40
PAGE, AXIS = 1.0, 300.0  # s, ms
STUDENT = "a" * 32
COOKIE = "tinygpt_student"
CURVES = f".st-key-overlay svg .mark-line path >> nth={len(LADDER) - 1}"


def fill(folder: Path) -> None:
    """Runs of the ladder that look as if they had been trained: their curves are made up, their files are real."""
    store, experiment = RunStore(folder), uuid.uuid4().hex
    store.check()
    for n in range(RUNS):
        preset = PRESETS[LADDER[n % len(LADDER)]]
        spec = preset.spec("shakespeare-plays", 65)
        spec = replace(spec, train=replace(spec.train, max_steps=POINTS, seed=n // len(LADDER)))
        part = Membership(experiment, "ladder", "The ladder race", preset.title)
        about = RunDescription(uuid.uuid4().hex, STUDENT, f"{preset.title} {n}", spec, time.time() + n, n % 10, part)
        store.write_description(about)
        points = []
        for step in range(POINTS + 1):
            loss = 2.1 + 0.05 * (n % 6) + 2.0 * math.exp(-step / 300) + 0.1 * math.sin(step * (n + 1))
            val = loss + 0.05 if step % (POINTS // LOOKS) == 0 else None
            points.append(Point(step, loss, val, 1e-3, 0.002, step * 256))
        store.append(about.id, points)
        progress = replace(RunProgress().after(points, POINTS), step=POINTS, steps_per_second=500.0)
        store.end(about.id, {"status": "finished", "note": "", **vars(progress)}, None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=15)
    times, goals = parser.parse_args().times, Goals()
    with browsing(fill) as (browser, url):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.add_cookies([{"name": COOKIE, "value": STUDENT, "url": url}])
        page = context.new_page()
        page.goto(f"{url}/compare")  # once for nothing: the server reads the points and counts the floors
        page.locator(".st-key-overlay svg").first.wait_for()
        page.wait_for_timeout(15_000)
        arrivals = []
        for _ in range(times):
            page.goto(url)
            wait_run(page)
            link = page.get_by_role("link", name="Compare", exact=True).first
            arrivals.append(seconds_to_arrive(link, "Compare", CURVES, "[data-testid='stTable']"))
        print(f"page   median {median(arrivals):5.2f} s    slowest {max(arrivals):5.2f} s")
        goals.at_most(PAGE, median(arrivals), "seconds until the page is ready")
        wait_run(page)
        changes = []
        for n in range(times):
            axis = page.get_by_role("radio", name=("tokens", "FLOPs", "seconds", "steps")[n % 4], exact=True)
            changes.append(milliseconds_to_repaint(page, ".st-key-overlay", axis.click))
        print(f"axis   median {median(changes):5.0f} ms   slowest {max(changes):5.0f} ms")
        goals.at_most(AXIS, median(changes), "milliseconds until another axis is drawn")
    goals.settle()


if __name__ == "__main__":
    main()

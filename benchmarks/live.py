"""What live training costs: a run in the app with a browser watching, against the same run in a bare process.

    python -m benchmarks.live [--pairs 9] [--preset layer-norm] [--steps 2000]

Runs are interleaved, live and bare in turn, because this machine's speed drifts. Both measure the val loss as often
and begin warm; live is the wall clock from the click on Train to "finished" on the page, bare that of the training
alone. Prints each pair's ratio (live / bare), their median and quartiles, and the time from the click to the first
point on the chart: the student has looked at the page for a while before. The goals, for medians: a ratio of at most
1.1, and a first point within a second. Needs Chromium and requirements-dev.txt.
"""

import argparse
import re
import time
from dataclasses import replace
from statistics import median, quantiles

from loky import ProcessPoolExecutor
from playwright.sync_api import Page

from benchmarks.browser import browsing
from benchmarks.goals import Goals
from tests.browser.conftest import wait_run
from tinygpt.corpus import default_corpus, load_corpus
from tinygpt.training.loop import advance
from tinygpt.training.presets import PRESETS
from tinygpt.training.spec import STEP_COUNTS, look_every
from tinygpt.training.state import start

FIRST_POINT = 1.0  # seconds from the click
LIVE = 1.1  # times as long as the bare run, at most
SEEN_FOR = 2_000  # milliseconds for which a student has seen the page before the click
LABEL = r"""() => [...document.querySelectorAll("[data-testid='stVegaLiteChart'] svg text")]
  .some(e => /\d\.\d{3}$/.test(e.textContent))"""


def bare_seconds(preset: str, steps: int) -> float:
    """Seconds of training in a process that does nothing else."""
    corpus = load_corpus(default_corpus())
    spec = PRESETS[preset].spec(corpus.name, corpus.tokenizer.vocab_size)
    spec = replace(spec, train=replace(spec.train, max_steps=steps, eval_interval=look_every(steps)))
    # The first step imports much of torch; the app's workers have made it.
    advance(start(spec, corpus), corpus, steps=1)
    began = time.perf_counter()
    state = start(spec, corpus)
    while not state.ended:
        advance(state, corpus, seconds=1)
    return time.perf_counter() - began


def live_seconds(page: Page, url: str, preset: str, steps: int) -> tuple[float, float]:
    """Seconds from the click to the first point, and from the click to "finished"; a fresh student each time."""
    title = PRESETS[preset].title.replace(" ", "+")
    page.goto(f"{url}/train?model={title}&max_steps={steps}&beside=false")
    wait_run(page)
    page.wait_for_timeout(SEEN_FOR)
    clicked = time.perf_counter()
    page.locator(".st-key-train button").click()
    page.wait_for_function(LABEL, timeout=60_000, polling="raf")
    first = time.perf_counter() - clicked
    page.locator(".st-key-status").get_by_text(re.compile("finished")).wait_for(timeout=600_000)
    return first, time.perf_counter() - clicked


def main() -> None:
    """Measure, and say what it comes to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--preset", default="layer-norm", choices=PRESETS)
    parser.add_argument("--steps", type=int, default=2_000, choices=STEP_COUNTS, help="a stop of the page's slider")
    arguments, goals = parser.parse_args(), Goals()
    run, ratios, firsts = (arguments.preset, arguments.steps), [], []
    with browsing() as (browser, url):
        live_seconds(browser.new_page(), url, "bigram", 100)  # warms workers, page and browser; not counted
        for pair in range(arguments.pairs):
            context = browser.new_context(viewport={"width": 1280, "height": 900})
            first, live = live_seconds(context.new_page(), url, *run)
            context.close()
            with ProcessPoolExecutor(1) as fresh:
                bare = fresh.submit(bare_seconds, *run).result()
            ratios.append(live / bare)
            firsts.append(first)
            ratio = f"live {live:6.2f} s  bare {bare:6.2f} s  ratio {live / bare:5.2f}"
            print(f"pair {pair + 1}: {ratio}  first point {first:5.2f} s", flush=True)
    low, _, high = quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    print(f"live / bare: median {median(ratios):.2f}, quartiles {low:.2f} to {high:.2f}, {len(ratios)} pairs")
    print(f"click to first point: median {median(firsts):.2f} s, slowest {max(firsts):.2f} s")
    goals.at_most(LIVE, median(ratios), "times as long as the bare run, median")
    goals.at_most(FIRST_POINT, median(firsts), "seconds from the click to the first point, median")
    goals.settle()


if __name__ == "__main__":
    main()

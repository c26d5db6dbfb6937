"""What the engine costs, and how fast it mends itself.

    python -m benchmarks.engine            # everything, about three minutes
    python -m benchmarks.engine share class

Times depend on the machine and on what else it does; shares and ratios less so. The goals: 95 % of a worker's clock is
training or writing what its page shows, and writing at most a tenth of it; a run goes on within 1 s when its worker is
killed; a killed server leaves no process after 5 s, and at most 5 s of work are lost.
"""

import argparse
import logging
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from unittest.mock import patch

import psutil

from benchmarks.goals import Goals
from tinygpt.corpus import default_corpus, load_corpus
from tinygpt.engine.disk_writer import SAVE_EVERY
from tinygpt.engine.dispatcher import Dispatcher
from tinygpt.engine.lanes import LokyLane
from tinygpt.engine.pacing import slice_seconds
from tinygpt.engine.recovery import saved_step
from tinygpt.engine.runs import RunStore
from tinygpt.engine.slices import Slice, SliceJob, run_slice
from tinygpt.experiments.ladder import ladder_plan, rungs
from tinygpt.files import PROJECT
from tinygpt.models import count_parameters
from tinygpt.scheduler import Scheduler
from tinygpt.training.loop import advance
from tinygpt.training.presets import LADDER, PRESETS
from tinygpt.training.spec import RunSpec
from tinygpt.training.state import start

LANES = 2
CLASS = 30  # students
RUNS = 18  # the six rungs of the ladder over three seeds
SERVER = """
import sys, threading
from benchmarks.engine import engine, spec_of
with engine(sys.argv[1]) as scheduler:
    scheduler.submit(spec_of("layer-norm"), student="ann")
    threading.Event().wait()
"""


@contextmanager
def engine(folder: str | None = None) -> Iterator[Scheduler]:
    """A scheduler on loky, with all its lanes open."""
    with tempfile.TemporaryDirectory() as temporary:
        scheduler = Scheduler(LokyLane, LANES, store=RunStore(folder or temporary))
        try:
            wait_for(lambda: len(scheduler.workers()) == LANES)
            yield scheduler
        finally:
            scheduler.close()


@contextmanager
def overheard() -> Iterator[list[tuple[Slice, float]]]:
    """Every slice that lands meanwhile, with the seconds from its job's departure to its return."""
    heard: list[tuple[Slice, float]] = []
    landed = Dispatcher._landed

    def listen(self, lane, job, future):
        heard.append((future.result(), time.monotonic() - lane.since))
        landed(self, lane, job, future)

    with patch.object(Dispatcher, "_landed", listen):
        yield heard


def spec_of(preset: str, seed: int = 1337) -> RunSpec:
    """A preset with more steps than a measurement needs."""
    corpus = load_corpus(default_corpus())
    spec = PRESETS[preset].spec(corpus.name, corpus.tokenizer.vocab_size)
    return replace(spec, train=replace(spec.train, max_steps=20_000, seed=seed))


def wait_for(condition: Callable[[], object]) -> float:
    """Seconds until something is so; TimeoutError after five minutes."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > 300:
            raise TimeoutError("waited too long")
        time.sleep(0.005)
    return time.monotonic() - began


def training_share(goals: Goals) -> None:
    """One run alone: the share of the worker's own clock that is training or writing, from first slice to last."""
    print(f"{'preset':<14}{'parameters':>11}{'share':>8}{'writing':>9}{'in a slice':>12}{'around it':>11}{'length':>8}")
    for preset in ("layer-norm", "nanogpt-cpu"):
        spec = spec_of(preset)
        with overheard() as heard, engine() as scheduler:
            run = scheduler.submit(spec, student="ann")
            wait_for(lambda: scheduler.view(run).seconds > 15)  # noqa: B023
        slices = [piece for piece, _ in heard]
        inside = [p.finished - p.began - p.seconds - p.sample_seconds for p in slices]
        around = [turn - (p.finished - p.began) for p, turn in heard]
        length = statistics.median(p.seconds for p in slices)
        costs = f"{statistics.median(inside) * 1e3:>9.1f} ms{statistics.median(around) * 1e3:>8.1f} ms"
        training, writing = share(heard), share(heard, "sample_seconds")
        print(f"{preset:<14}{count_parameters(spec.model):>11,}{training:>8.1%}{writing:>9.1%}{costs}{length:>6.2f} s")
        goals.at_least(0.95, training + writing, f"{preset}, share of the worker's clock that is training or writing")
        goals.at_most(0.1, writing, f"{preset}, share of the worker's clock that is writing")


def share(heard: list[tuple[Slice, float]], which: str = "seconds") -> float:
    """The part of the workers' own clocks, from first to last slice, that was training, or `which` else."""
    clocks: dict[int, list[Slice]] = {}
    for piece, _ in heard:
        clocks.setdefault(piece.pid, []).append(piece)
    spans = sum(pieces[-1].finished - pieces[0].began for pieces in clocks.values())
    return sum(getattr(piece, which) for piece, _ in heard) / spans


def a_class(_: Goals) -> None:
    """Thirty students press the button at once. No goal: how long they wait depends on the machine."""
    spec = spec_of("layer-norm")
    with overheard() as heard, engine() as scheduler:
        bare = bare_speed(spec)
        runs = [scheduler.submit(spec_of("layer-norm", seed=n), student=f"s{n}") for n in range(CLASS)]
        first = wait_for(lambda: all(scheduler.view(run).points for run in runs))
        then, before = time.monotonic(), [scheduler.view(run).step for run in runs]
        time.sleep(30)
        views, passed = [scheduler.view(run) for run in runs], time.monotonic() - then
    speed = (sum(view.step for view in views) - sum(before)) / passed
    seconds = [view.seconds for view in views]
    jain = sum(seconds) ** 2 / (len(seconds) * sum(s * s for s in seconds))
    print(f"{CLASS} runs on {LANES} lanes: first point for everybody after {first:.1f} s")
    print(f"  {speed:.0f} steps/s, {speed / bare:.0%} of {LANES} processes that do nothing else (before, for 6 s)")
    print(f"  {share(heard):.1%} of the lanes' clock is training; Jain index of the students' shares {jain:.3f}")


def an_experiment(goals: Goals) -> None:
    """Eighteen runs in turn: what does it cost that a worker holds the states of a few only, and reads the others?

    In processor time and in this process, slice by slice in turn with slices that need not read, so that it hardly
    depends on who else is on the machine. The slices are as long as two lanes make them with so many runs waiting.
    """
    wanted = slice_seconds(0.0, waiting=RUNS - LANES, lanes=LANES)
    print(f"{'preset':<14}{'state':>9}{'slice':>8}{'held':>11}{'read':>11}{'cost':>8}")
    for preset in ("four-heads", "layer-norm", "nanogpt-cpu"):
        job = SliceJob(preset, spec_of(preset), 600.0, steps=20)
        first, _ = timed(job)  # reads the text, too
        first, seconds = timed(replace(job, ticket=first.ticket))
        steps = max(1, round(20 * wanted / seconds))
        held, read = [], []
        for _ in range(9):
            job = replace(job, steps=steps, ticket=first.ticket, state=None)
            second, seconds = timed(job)
            held.append(seconds)
            first, seconds = timed(replace(job, ticket="read it", state=second.state))
            read.append(seconds)
        with_, without = statistics.median(read), statistics.median(held)
        times = f"{wanted:>6.2f} s{without * 1e3:>8.0f} ms{with_ * 1e3:>8.0f} ms"
        print(f"{preset:<14}{len(first.state) / 1e6:>6.1f} MB{times}{with_ / without - 1:>8.1%}")
        if preset in LADDER:  # of a larger model the slices are longer than this (pacing.WORTH_IN_A_CROWD)
            goals.at_most(0.05, with_ / without - 1, f"{preset}, what reading the state adds to a slice")


def a_ladder(goals: Goals) -> None:
    """The six rungs over three seeds on two lanes: how busy each lane is from the first slice to the last of all."""
    corpus = load_corpus(default_corpus())
    plan = ladder_plan(rungs(corpus.name, corpus.tokenizer.vocab_size), (1337, 1, 2))
    with overheard() as heard, engine() as scheduler:
        scheduler.begin(plan, student="ann")
        wait_for(lambda: sum(piece.ended != "" for piece, _ in heard) == RUNS)
    slices = [piece for piece, _ in heard]
    span = max(p.finished for p in slices) - min(p.began for p in slices)
    for pid in sorted({piece.pid for piece in slices}):
        mine = [piece for piece in slices if piece.pid == pid]
        busy = sum(p.seconds + p.sample_seconds for p in mine) / span
        idle = span - (mine[-1].finished - mine[0].began)
        print(
            f"lane {pid}: {busy:.1%} of {span:.1f} s is training or writing, in {len(mine)} slices; idle {idle:.2f} s"
        )
        goals.at_least(0.95, busy, "the ladder over three seeds, share of a lane's clock that is training or writing")


def timed(job: SliceJob) -> tuple[Slice, float]:
    """A slice, and its seconds of processor time."""
    began = time.thread_time()
    slice_ = run_slice(job)
    return slice_, time.thread_time() - began


def bare_speed(spec: RunSpec) -> float:
    """Steps a second of all lanes together, each training without an engine for 6 s."""
    lanes = [LokyLane() for _ in range(LANES)]
    for seconds in (0.5, 6.0):  # the first time warms them up
        futures = [lane.submit(bare_steps, spec, seconds) for lane in lanes]
        speed = sum(future.result() for future in futures)
    for lane in lanes:
        lane.shutdown()
    return speed


def bare_steps(spec: RunSpec, seconds: float) -> float:
    """Steps a second of this process."""
    corpus = load_corpus(spec.corpus)
    state = start(spec, corpus)
    advance(state, corpus, seconds=seconds)
    return state.step / state.seconds


def a_killed_worker(goals: Goals) -> None:
    """SIGKILL for the worker of a run, three times: seconds until its curve goes on, and until the lane is back."""
    with engine() as scheduler:
        run = scheduler.submit(spec_of("layer-norm"), student="ann")
        for _ in range(3):
            wait_for(lambda: any(worker.run == run for worker in scheduler.workers()) and scheduler.view(run).points)
            points = scheduler.view(run).points
            os.kill(next(worker.pid for worker in scheduler.workers() if worker.run == run), signal.SIGKILL)
            on = wait_for(lambda: scheduler.view(run).points > points)  # noqa: B023
            back = on + wait_for(lambda: len(scheduler.workers()) == LANES)
            print(f"worker killed: next point of its run after {on:.2f} s, lane back after {back:.1f} s")
            goals.at_most(1.0, on, "worker killed, seconds to the next point of its run")


def a_killed_server(goals: Goals) -> None:
    """SIGKILL for a server with a busy and an idle worker: seconds until no process of it is left, and of work lost."""
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen([sys.executable, "-c", SERVER, folder], cwd=PROJECT)
        store = RunStore(folder)
        wait_for(lambda: any(store.state(about.id) for about in store.descriptions()))
        time.sleep(0.9 * SAVE_EVERY)  # the worst moment: shortly before the next state is saved
        family = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        killed = time.time()
        process.wait()
        gone = wait_for(lambda: not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in family))
        lost = work_lost(store, store.descriptions()[0].id, killed)
    print(f"server killed: its {len(family)} processes were gone after {gone:.1f} s, {lost:.1f} s of work are lost")
    goals.at_most(5.0, gone, "server killed, seconds until its processes are gone")
    goals.at_most(5.0, lost, "server killed, seconds of work lost")


def work_lost(store: RunStore, run: str, killed: float) -> float:
    """Seconds of training since a run's saved state: those whose points are on disk, and what came after these."""
    saved = saved_step(store.state(run))
    again = [point.seconds for point in store.points(run) if point.step >= saved]
    on_disk = again[-1] - again[0] if again else 0.0
    return on_disk + killed - (store.home(run) / "points.jsonl").stat().st_mtime


MEASURES = {
    "share": training_share,
    "class": a_class,
    "experiment": an_experiment,
    "ladder": a_ladder,
    "worker": a_killed_worker,
    "server": a_killed_server,
}


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", choices=[[], *MEASURES], help=f"of {', '.join(MEASURES)}; all by default")
    logging.getLogger("tinygpt").setLevel("ERROR")  # workers are killed here on purpose
    goals = Goals()
    for name in parser.parse_args().what or MEASURES:
        MEASURES[name](goals)
        print()
    goals.settle()


if __name__ == "__main__":
    main()

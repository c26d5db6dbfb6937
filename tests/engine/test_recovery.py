"""What is left when something dies: real processes, really killed."""

import json
import os
import signal
import subprocess
import sys
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests import by_heart
from tests.waiting import until
from tinygpt.bigram import BigramConfig
from tinygpt.checkpoint.model_file import load
from tinygpt.checkpoint.run_state import dumps, loads
from tinygpt.corpus import Corpus
from tinygpt.engine.description import RunDescription
from tinygpt.engine.lanes import NICENESS, LokyLane
from tinygpt.engine.notes import SERVER_RESTARTED
from tinygpt.engine.pool import Lane
from tinygpt.engine.records import ENDED, NoSuchRun
from tinygpt.engine.recovery import recovered, saved_step
from tinygpt.engine.run_table import RunTable
from tinygpt.engine.runs import RunStore
from tinygpt.engine.slices import best_model_of
from tinygpt.files import PROJECT
from tinygpt.gpt import GPTConfig
from tinygpt.scheduler import Scheduler
from tinygpt.texts.own import keep_text, sha256_of
from tinygpt.training.loop import advance
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import start
from tinygpt.ui.train.status import status_words

TEXT = "the quick brown fox jumps over the lazy dog. " * 40
CORPUS = Corpus.from_text(TEXT)
V, KEY = CORPUS.tokenizer.vocab_size, sha256_of(TEXT)
GPT = RunSpec(
    GPTConfig(V, n_embd=16, n_head=2, n_layer=1, dropout=0.2),
    TrainConfig(max_steps=3_000, eval_interval=500, batch_size=4),
    KEY,
)
LONG = replace(GPT, train=replace(GPT.train, max_steps=5_000))
ENDLESS = replace(GPT, train=replace(GPT.train, max_steps=20_000, seed=7))
TABLE = RunSpec(BigramConfig(V), TrainConfig(max_steps=300, eval_interval=100, batch_size=4), KEY)

SERVER = """
import sys, time
from tinygpt.engine import disk_writer
from tinygpt.engine.lanes import LokyLane
from tinygpt.engine.runs import RunStore
from tinygpt.scheduler import Scheduler
from tinygpt.training.spec import RunSpec

disk_writer.SAVE_EVERY = 0.3  # a fast machine has ended a run before the usual three seconds are over
scheduler = Scheduler(LokyLane, 2, store=RunStore(sys.argv[1]))
for spec in sys.argv[2:]:
    scheduler.submit(RunSpec.from_json(spec), student="ann")
while True:
    time.sleep(1)
"""


@contextmanager
def server(folder, *specs):
    """A server in a process of its own, training these runs; whatever it leaves behind is ended."""
    command = [sys.executable, "-c", SERVER, str(folder), *(spec.to_json() for spec in specs)]
    process = subprocess.Popen(command, cwd=PROJECT)
    family = []
    try:
        yield process, family
    finally:
        process.kill()
        process.wait()
        for relative in family:
            if relative.is_running():
                relative.kill()


def in_this_process():
    """A lane for tests that kill nothing: it is open at once."""
    return ThreadPoolExecutor(1)


def restarted(folder, factory=in_this_process):
    """A new server, in this process, on what the last one left."""
    return closing(Scheduler(factory, 2, store=RunStore(folder)))


@pytest.fixture
def store(tmp_path):
    keep_text(TEXT, tmp_path / "corpora")
    return RunStore(tmp_path)


def alive(processes):
    """Those that run; a zombie does not, it only waits to be noticed."""
    return [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


def family_of(process):
    return psutil.Process(process.pid).children(recursive=True)


def curve(points):
    return [point._replace(seconds=0.0) for point in points]


def finish(scheduler, run):
    until(lambda: not scheduler.view(run).live)
    scheduler.flush()
    return scheduler.view(run)


def interrupted(store):
    """A run that its server has left half done."""
    with restarted(store.folder) as scheduler:
        run = scheduler.submit(TABLE, student="ann")
        scheduler.pause(run)
        scheduler.step(run, 20)
        until(lambda: scheduler.view(run).step == 20)
    return run


@pytest.mark.slow
def test_nothing_outlives_a_killed_server(store):
    with server(store.folder, ENDLESS) as (process, family):  # one worker is busy, the other idle
        until(lambda: [about for about in store.descriptions() if store.points(about.id)])
        family += family_of(process)
        assert len(alive(family)) >= 3  # two workers and loky's tracker
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        until(lambda: not alive(family))


@pytest.mark.slow
def test_a_server_killed_while_its_workers_start_leaves_nothing_either(store):
    with server(store.folder) as (process, family):
        until(lambda: len(family_of(process)) >= 3)
        family += family_of(process)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        until(lambda: not alive(family))


@pytest.mark.slow
def test_a_run_goes_on_after_its_server_was_killed_as_if_nothing_had_happened(store):
    with server(store.folder, LONG, TABLE) as (process, family):
        [run, small] = until(lambda: ids if len(ids := [about.id for about in store.descriptions()]) == 2 else [])
        until(lambda: store.ending(small) and (store.home(run) / "state.safetensors").exists())
        saved = saved_step(store.state(run))
        until(lambda: len(store.points(run)) > saved + 200)
        family += family_of(process)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        until(lambda: not alive(family))
    path = store.home(run) / "points.jsonl"
    path.write_bytes(path.read_bytes() + b'{"step": 99999, "loss": 1.')  # torn in mid-line
    written = store.points(run)
    with restarted(store.folder, LokyLane) as scheduler:
        interrupted, done = scheduler.runs("ann")
        assert (interrupted.status, done.status) == ("interrupted", "finished")
        assert interrupted.step == interrupted.points == saved_step(store.state(run)) > 0
        assert written[-1].seconds - interrupted.seconds <= 2.0  # it is saved every 0.3 s
        assert len(scheduler.points(run)) > 0
        best = loads(store.state(run)).best
        assert interrupted.best == (best.step, best.val)
        scheduler.resume(run)
        assert finish(scheduler, run).status == "finished"
        found, better = scheduler.view(run).best, scheduler.model_bytes(run, best=True)
        model, seconds = load(scheduler.model_bytes(run)).model, [point.seconds for point in store.points(run)]
    whole = start(LONG, CORPUS)
    assert curve(store.points(run)) == curve(advance(whole, CORPUS))
    assert seconds == sorted(seconds)
    exact = whole.model.state_dict()
    assert all((value == exact[name]).all() for name, value in model.state_dict().items())
    assert (found, better) == ((whole.best.step, whole.best.val), best_model_of(whole))


@pytest.mark.slow
def test_a_server_that_is_closed_loses_nothing(store):
    with restarted(store.folder) as scheduler:
        run = scheduler.submit(GPT, student="ann", name="mine")
        until(lambda: scheduler.view(run).step > 100)
        scheduler.pause(run)
        until(lambda: all(worker.run is None for worker in scheduler.workers()))
        before, state = scheduler.view(run), scheduler.state_bytes(run)
    assert store.state(run) == state
    with restarted(store.folder) as scheduler:
        [after] = scheduler.runs("ann")
        assert (after.status, after.name, after.slot) == ("interrupted", "mine", before.slot)
        assert (after.step, after.points, after.loss, after.val) == (
            before.step,
            before.points,
            before.loss,
            before.val,
        )
        scheduler.step(run, 50)
        until(lambda: scheduler.view(run).step == before.step + 50)
        whole = start(GPT, CORPUS)
        advance(whole, CORPUS, steps=before.step + 50)
        assert scheduler.state_bytes(run) == dumps(whole)
        scheduler.stop(run)
        assert finish(scheduler, run).status == "stopped"
    with restarted(store.folder) as scheduler:
        assert scheduler.view(run).status == "stopped"
        assert scheduler.view(run).step == before.step + 50
        assert load(scheduler.model_bytes(run)).info["step"] == before.step + 50


def test_a_run_whose_saved_state_is_damaged_starts_over(store):
    run = interrupted(store)
    loads(store.state(run))
    (store.home(run) / "state.safetensors").write_bytes(b"not a state")
    with restarted(store.folder) as scheduler:
        assert scheduler.view(run).step == 0
        scheduler.resume(run)
        assert finish(scheduler, run).status == "finished"
    assert curve(store.points(run)) == curve(advance(start(TABLE, CORPUS), CORPUS))


@pytest.mark.slow
def test_a_run_trains_on_where_the_disk_refuses_and_is_whole_when_it_gives_in(store):
    with restarted(store.folder) as scheduler:
        run = scheduler.submit(GPT, student="ann")
        obstacle = store.home(run) / "points.jsonl"
        scheduler.pause(run)
        scheduler.flush()
        obstacle.unlink(missing_ok=True)
        obstacle.mkdir()  # nothing can be appended to a folder
        scheduler.resume(run)
        until(lambda: scheduler.view(run).warning)
        assert "cannot be saved" in scheduler.view(run).warning
        step = scheduler.view(run).step
        until(lambda: scheduler.view(run).step > step)
        obstacle.rmdir()
        until(lambda: not scheduler.view(run).warning)
        assert finish(scheduler, run).status == "finished"
    first = store.points(run)[0].step
    assert [point.step for point in store.points(run)] == list(range(first, GPT.train.max_steps + 1))


@pytest.mark.slow
def test_a_run_that_kills_its_workers_is_given_up_and_the_others_go_on(store):
    with restarted(store.folder, LokyLane) as scheduler:
        other = scheduler.submit(TABLE, student="bob")
        run = scheduler.submit(ENDLESS, student="ann")
        killed = set()

        def kill():
            for worker in scheduler.workers():
                if worker.run == run and worker.pid not in killed:
                    killed.add(worker.pid)
                    os.kill(worker.pid, signal.SIGKILL)
            return scheduler.view(run).status == "failed"

        until(kill)
        assert len(killed) == 3
        assert "3 times in a row" in scheduler.view(run).note
        assert finish(scheduler, other).status == "finished"
        until(lambda: len(scheduler.workers()) == 2)  # the lanes are back


@pytest.mark.slow
def test_a_worker_that_hangs_is_named_heals_or_is_replaced_and_its_run_goes_on(store, monkeypatch):
    monkeypatch.setattr("tinygpt.engine.dispatcher.SILENT", 1.0)
    with restarted(store.folder, LokyLane) as scheduler:
        run = scheduler.submit(ENDLESS, student="ann")

        def stopped():
            [pid] = until(lambda: [worker.pid for worker in scheduler.workers() if worker.run == run])
            os.kill(pid, signal.SIGSTOP)
            return pid

        def goes_on():
            step = scheduler.view(run).step
            until(lambda: scheduler.view(run).step > step, says=lambda: scheduler.view(run))

        goes_on()
        pid = stopped()
        assert psutil.Process(pid).nice() >= NICENESS  # the server answers before workers train
        if sys.platform == "linux":  # and when memory runs out, a worker goes first
            assert Path(f"/proc/{pid}/oom_score_adj").read_text() == "500\n"
        until(lambda: scheduler.view(run).silent >= 1, says=lambda: scheduler.view(run))
        view = scheduler.view(run)
        assert "no answer from its worker for" in status_words(view) and "steps/s" not in status_words(view)
        assert f"on from step {view.step:,}" in view.warning and "After 120 s it is replaced" in view.warning
        scheduler.pause(run)
        until(lambda: "Pause waits for it." in scheduler.view(run).warning, says=lambda: scheduler.view(run))
        os.kill(pid, signal.SIGCONT)  # a short stop heals
        until(lambda: not scheduler.view(run).silent and not scheduler.view(run).busy)
        assert scheduler.view(run).warning == "" and pid in [worker.pid for worker in scheduler.workers()]
        scheduler.resume(run)
        goes_on()
        monkeypatch.setattr("tinygpt.engine.dispatcher.HANGING", 5.0)
        pid = stopped()
        goes_on()
        until(lambda: not psutil.pid_exists(pid))
        scheduler.stop(run)
        assert finish(scheduler, run).status == "stopped"


@pytest.mark.slow
def test_a_worker_that_is_slow_is_not_called_silent(store, monkeypatch):
    monkeypatch.setattr("tinygpt.engine.dispatcher.SILENT", 0.5)
    slow = replace(GPT, model=replace(GPT.model, n_embd=256), train=replace(GPT.train, batch_size=512))
    with restarted(store.folder, LokyLane) as scheduler:
        run, silences = scheduler.submit(slow, student="ann"), []

        def looked():
            silences.append(scheduler.view(run).silent)
            return scheduler.view(run).step >= 2

        until(looked)
        assert set(silences) == {0}
        scheduler.delete(run)


def test_a_run_that_waits_while_nobody_answers_is_told_so_too(store):
    table = RunTable(store)
    about = [RunDescription(uuid.uuid4().hex, student, "mine", TABLE, 1.0, 0) for student in ("ann", "bob", "cyn")]
    for each in about:
        table.add(each)
    lanes = [Lane(0), Lane(1)]
    jobs = [table.next_job([lane], 2)[1].run for lane in lanes]
    (waiting,) = {each.id for each in about} - set(jobs)
    table.hear({jobs[0]: 9.0}, everybody=False)
    assert [table.runs[run].view().silent for run in (*jobs, waiting)] == [9, 0, 0]
    table.hear({jobs[0]: 9.0, jobs[1]: 7.0}, everybody=True)
    assert [table.runs[run].view().silent for run in (*jobs, waiting)] == [9, 7, 7]
    assert table.runs[waiting].view().warning.startswith("The workers have not answered for 7 s.")
    table.hear({}, everybody=False)
    assert [table.runs[run].view().silent for run in (*jobs, waiting)] == [0, 0, 0]
    table.disk.close()


def test_an_interrupted_run_can_be_stopped_where_it_is(store):
    run = interrupted(store)
    with restarted(store.folder) as scheduler:
        scheduler.stop(run)
        assert (finish(scheduler, run).status, scheduler.view(run).step) == ("stopped", 20)
        assert load(scheduler.model_bytes(run)).info["step"] == 20


def parrot(scheduler):
    """A run that is better before it knows its few letters by heart."""
    keep_text(by_heart.LETTERS, scheduler.store.corpora)
    return scheduler.submit(by_heart.SPEC, student="ann")


def test_the_best_model_of_a_finished_run_is_there_after_a_restart(store):
    with restarted(store.folder) as scheduler:
        run = parrot(scheduler)
        step, val = finish(scheduler, run).better
    assert 0 < step < 200 and json.loads((store.home(run) / "end.json").read_text())["best"] == [step, val]
    with restarted(store.folder) as scheduler:
        assert scheduler.view(run).better == (step, val)
        kept = load(scheduler.model_bytes(run, best=True)).info
        assert (kept["step"], kept["lowest_val_loss"]) == (step, val)
        assert load(scheduler.model_bytes(run)).info["step"] == 200


def test_a_run_that_is_stopped_after_a_restart_keeps_its_best_model_too(store):
    with restarted(store.folder) as scheduler:
        run = parrot(scheduler)
        scheduler.pause(run)
        until(lambda: not scheduler.view(run).busy)
        scheduler.step(run, 100)
        until(lambda: scheduler.view(run).step >= 100 and not scheduler.view(run).busy)
        found = scheduler.view(run).better
        assert load(scheduler.model_bytes(run, best=True)).info["step"] == found[0], "also while it is paused"
    with restarted(store.folder) as scheduler:
        assert scheduler.view(run).better == found, "interrupted"
        scheduler.stop(run)
        assert finish(scheduler, run).better == found
    with restarted(store.folder) as scheduler:
        assert (scheduler.view(run).status, scheduler.view(run).better) == ("stopped", found)
        assert load(scheduler.model_bytes(run, best=True)).info["step"] == found[0]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=3)
)
ENDING = {
    "status": "stopped", "note": "Stopped.", "step": 5, "points": 5, "loss": 2.5, "val": None, "best": [3, 2.25],
    "final": [2.0, 2.1],
    "seconds": 1.5, "steps_per_second": 9.0, "sample": "to be", "sample_step": 4,
}  # fmt: skip


def what_is_made_of(ending, folder):
    """The record of a run whose end.json says this."""
    store, about = RunStore(folder), RunDescription(uuid.uuid4().hex, "ann", "mine", TABLE, 1.0, 0)
    store.write_description(about)
    (store.home(about.id) / "end.json").write_text(json.dumps(ending))
    return recovered(store, about)


def test_an_ending_comes_back_as_it_was_written(tmp_path):
    run = what_is_made_of(ENDING, tmp_path)
    assert {**vars(run.progress), "status": run.status, "note": run.note} == {
        **ENDING, "final": (2.0, 2.1), "best": (3, 2.25),
    }  # fmt: skip


@given(JSON | st.fixed_dictionaries({}, optional=dict.fromkeys(ENDING, JSON)), st.sampled_from([*ENDED, None]))
@example({"status": []}, None)
@example({"final": 5}, "finished")
@example({"best": [1]}, "finished")
@example({"step": 10**400}, "finished")
@example({"sample": "\ud800"}, "finished")
def test_whatever_an_ending_says_the_run_is_there_and_can_be_shown(tmp_path_factory, ending, status):
    if isinstance(ending, dict) and status:
        ending = {**ending, "status": status}
    run = what_is_made_of(ending, tmp_path_factory.mktemp("runs"))
    if run.status not in ENDED:
        assert (run.status, run.progress.step, run.note) == ("interrupted", 0, SERVER_RESTARTED)
    view = run.view()
    shown = [f"{view.step:,} {view.points:,} {view.seconds:.1f} {view.loss or 0:.3f} {view.val or 0:.3f}"]
    shown += ["{:.3f} {:.3f}".format(*view.final)] if view.final else []
    shown += ["{:,} {:.3f}".format(*view.better)] if view.better else []
    "".join([*shown, view.note, view.sample]).encode()  # as it must be to reach a browser


@pytest.mark.parametrize("name", ["points.jsonl", "end.json", "state.safetensors"])
def test_a_file_that_cannot_be_read_does_not_hide_the_other_runs(store, name):
    ids = [uuid.uuid4().hex for _ in range(2)]
    for run in ids:
        store.write_description(RunDescription(run, "ann", "mine", TABLE, 1.0, 0))
    (store.home(ids[0]) / name).mkdir()  # reading it raises OSError
    with restarted(store.folder) as scheduler:
        assert {view.id: view.status for view in scheduler.runs("ann")} == dict.fromkeys(ids, "interrupted")
        assert scheduler.points(ids[0]) == ()


class SlowDisk(RunStore):
    """Reading a saved state takes until somebody has done `meanwhile` in another thread."""

    meanwhile = staticmethod(lambda: None)

    def state(self, run):
        thread = threading.Thread(target=self.meanwhile, daemon=True)
        thread.start()
        thread.join(timeout=10)
        assert not thread.is_alive(), "nobody gets the lock while the disk is read"
        return super().state(run)


def test_nobody_waits_while_a_state_is_read(store):
    run, disk = interrupted(store), SlowDisk(store.folder)
    scheduler = Scheduler(in_this_process, 2, store=disk)
    disk.meanwhile = lambda: scheduler.live_runs()
    assert saved_step(scheduler.state_bytes(run)) == 20
    scheduler.close()


def test_a_run_deleted_while_it_is_taken_up_again_stays_deleted(store):
    run, disk = interrupted(store), SlowDisk(store.folder)
    scheduler = Scheduler(in_this_process, 2, store=disk)

    def delete():
        disk.meanwhile = lambda: None
        scheduler.delete(run)

    disk.meanwhile = delete
    with pytest.raises(NoSuchRun):
        scheduler.resume(run)
    scheduler.close()
    assert not store.home(run).exists()


def test_a_server_whose_folder_cannot_be_written_does_not_start(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=r"Runs cannot be kept in .*file/runs \(Not a directory\).*TINYGPT_RUNS"):
        Scheduler(in_this_process, 2, store=RunStore(tmp_path / "file" / "runs"))

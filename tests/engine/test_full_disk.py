"""The disk is full, and later it is not: nothing of a run may be missing then, and its owner is told meanwhile."""

import errno
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from tests.waiting import until
from tinygpt.bigram import BigramConfig
from tinygpt.checkpoint.model_file import load
from tinygpt.checkpoint.run_state import dumps
from tinygpt.corpus import Corpus
from tinygpt.engine.runs import RunStore
from tinygpt.engine.slices import snapshot_steps
from tinygpt.scheduler import Scheduler
from tinygpt.texts.own import keep_text, sha256_of
from tinygpt.training.loop import advance
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import start

TEXT = "the quick brown fox jumps over the lazy dog. " * 40
CORPUS = Corpus.from_text(TEXT)
TABLE = RunSpec(
    BigramConfig(CORPUS.tokenizer.vocab_size),
    TrainConfig(max_steps=300, eval_interval=100, batch_size=4),
    sha256_of(TEXT),
)


class Disk(RunStore):
    """A folder whose disk can be filled for some kinds of files, and emptied again."""

    full: frozenset[str] = frozenset()
    refused = 0

    def write(self, kind, work, *args):
        if kind in self.full:
            self.refused += 1
            raise OSError(errno.ENOSPC, "No space left on device")
        work(*args)

    def write_description(self, about):
        self.write("description", super().write_description, about)

    def append(self, run, points):
        self.write("points", super().append, run, points)

    def write_state(self, run, blob):
        self.write("state", super().write_state, run, blob)

    def write_snapshot(self, run, step, blob):
        self.write("snapshot", super().write_snapshot, run, step, blob)

    def end(self, run, facts, *models):
        self.write("end", super().end, run, facts, *models)

    def delete(self, run):
        self.write("delete", super().delete, run)


ALL = frozenset({"description", "points", "state", "snapshot", "end"})


@pytest.fixture
def disk(tmp_path, monkeypatch):
    monkeypatch.setattr("tinygpt.engine.disk_writer.SAVE_EVERY", 0.2)
    keep_text(TEXT, tmp_path / "corpora")
    return Disk(tmp_path)


@contextmanager
def serving(store):
    scheduler = Scheduler(lambda: ThreadPoolExecutor(1), 2, store=store)
    try:
        yield scheduler
    finally:
        scheduler.close()


def paused_at(scheduler, steps, spec=TABLE):
    """A run that has made so many steps and waits."""
    run = scheduler.submit(spec, student="ann", name="mine")
    scheduler.pause(run)
    until(lambda: not scheduler.view(run).busy)
    scheduler.step(run, steps)
    until(lambda: scheduler.view(run).step >= steps and not scheduler.view(run).busy)
    return run


def assert_whole_after_a_restart(disk):
    with serving(RunStore(disk.folder)) as scheduler:
        [view] = scheduler.runs("ann")
        assert (view.name, view.status, view.step, view.warning) == ("mine", "finished", 300, "")
        assert [point.step for point in scheduler.store.points(view.id)] == list(range(301))
        assert view.final == (scheduler.points(view.id)[-1].loss, scheduler.points(view.id)[-1].val)
        assert scheduler.snapshots(view.id) == list(snapshot_steps(TABLE))
        mine, exact = load(scheduler.model_bytes(view.id)).model.state_dict(), start(TABLE, CORPUS)
        advance(exact, CORPUS)
        assert all((mine[name] == value).all() for name, value in exact.model.state_dict().items())


@pytest.mark.parametrize(
    "full",
    [*map(frozenset, [{"description"}, {"points"}, {"snapshot"}, {"end"}]), ALL],
    ids=lambda kinds: ", ".join(sorted(kinds)),
)
def test_a_run_that_ended_on_a_full_disk_is_whole_once_there_is_space(disk, full):
    disk.full = full
    with serving(disk) as scheduler:
        run = scheduler.submit(TABLE, student="ann", name="mine")
        until(lambda: scheduler.view(run).status == "finished" and scheduler.view(run).warning)
        refused = disk.refused
        until(lambda: disk.refused > refused)  # it is tried again
        warning = scheduler.view(run).warning
        assert "has ended and cannot be saved (No space left on device)" in warning and "goes on" not in warning
        assert load(scheduler.model_bytes(run)).info["step"] == 300  # from memory
        disk.full = frozenset()
        until(lambda: not scheduler.view(run).warning)
        assert not disk.state(run)
    assert_whole_after_a_restart(disk)


def test_what_the_disk_refused_is_written_when_the_server_closes(disk, monkeypatch):
    monkeypatch.setattr("tinygpt.engine.disk_writer.SAVE_EVERY", 3_600.0)  # nothing is tried again by itself
    disk.full = ALL
    with serving(disk) as scheduler:
        run = scheduler.submit(TABLE, student="ann", name="mine")
        until(lambda: scheduler.view(run).status == "finished")
        disk.full = frozenset()
    assert_whole_after_a_restart(disk)


def test_a_run_on_its_way_is_told_that_it_goes_on(disk):
    disk.full = ALL
    with serving(disk) as scheduler:
        run = paused_at(scheduler, 20)
        until(lambda: "It goes on" in scheduler.view(run).warning)
        disk.full = frozenset()
        until(lambda: not scheduler.view(run).warning)
        until(lambda: disk.state(run))
        [about] = disk.descriptions()
        assert (about.name, len(disk.points(run))) == ("mine", 20)


def test_a_state_that_cannot_be_saved_is_told_until_it_is(disk):
    disk.full = frozenset({"state"})
    with serving(disk) as scheduler:
        run = paused_at(scheduler, 20)
        until(lambda: scheduler.view(run).warning)
        scheduler.step(run, 5)  # the points would fit on the disk
        until(lambda: scheduler.view(run).step == 25)
        refused = disk.refused
        until(lambda: disk.refused > refused + 1)
        assert scheduler.view(run).warning
        disk.full = frozenset()
        until(lambda: not scheduler.view(run).warning)
        state = start(TABLE, CORPUS)
        advance(state, CORPUS, steps=25)
        assert disk.state(run) == dumps(state)


def test_a_run_whose_end_never_reached_the_disk_goes_on_from_where_it_was_saved(disk, monkeypatch):
    monkeypatch.setattr("tinygpt.engine.disk_writer.SAVE_EVERY", 0.001)  # every state that may be saved is
    with serving(disk) as scheduler:
        run = paused_at(scheduler, 200)
        until(lambda: disk.state(run))
        disk.full = frozenset({"end"})
        scheduler.resume(run)
        until(lambda: scheduler.view(run).status == "finished")
    with serving(RunStore(disk.folder)) as scheduler:
        assert scheduler.view(run).status == "interrupted"
        scheduler.resume(run)
        until(lambda: scheduler.view(run).status == "finished")
    assert_whole_after_a_restart(disk)


def test_deleting_a_run_makes_room_also_while_the_disk_is_full(disk):
    disk.full = frozenset({"end"})
    with serving(disk) as scheduler:
        run = scheduler.submit(TABLE, student="ann")
        until(lambda: scheduler.view(run).status == "finished" and scheduler.view(run).warning)
        scheduler.delete(run)
        scheduler.flush()
        assert not disk.home(run).exists()
        disk.full = frozenset()
        scheduler.flush()
        assert not disk.home(run).exists()  # and nothing was owed


def test_a_run_that_cannot_be_removed_is_said_and_removed_as_soon_as_it_can_be(disk):
    with serving(disk) as scheduler:
        run = paused_at(scheduler, 20)
        scheduler.flush()
        disk.full = frozenset({"delete"})
        with pytest.raises(OSError, match="its files cannot be removed .*the run is back: delete it again"):
            scheduler.delete(run)
        assert scheduler.runs("ann") == [] and disk.home(run).exists()
        disk.full = frozenset()
        until(lambda: not disk.home(run).exists())


def test_a_mistake_of_ours_is_told_and_the_run_has_ended_all_the_same(disk, monkeypatch, caplog):
    def mistake(*arguments):
        raise KeyError("eps")

    monkeypatch.setattr(disk, "write_snapshot", mistake)
    with serving(disk) as scheduler:
        run = scheduler.submit(TABLE, student="ann", name="mine")
        until(lambda: scheduler.view(run).status == "finished")
        scheduler.flush()
        assert "could not be saved (KeyError). The log of the server says more" in scheduler.view(run).warning
        assert "KeyError: 'eps'" in caplog.text
    with serving(RunStore(disk.folder)) as scheduler:
        assert scheduler.view(run).status == "finished"


def test_a_run_that_ends_in_a_damaged_state_has_ended_without_a_model(disk):
    with serving(disk) as scheduler:
        run = paused_at(scheduler, 20)
        scheduler._table.runs[run].state = b"damaged"
        scheduler.stop(run)
        scheduler.flush()
    with serving(RunStore(disk.folder)) as scheduler:
        assert (scheduler.view(run).status, scheduler.model_bytes(run)) == ("stopped", None)

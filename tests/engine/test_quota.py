"""Runs have a quota on disk, for one student and for all; live runs have a bound for everybody; both are sentences."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import pytest

from tests.waiting import until
from tinygpt.bigram import BigramConfig
from tinygpt.corpus import Corpus
from tinygpt.engine.quota import Quota, expected_bytes
from tinygpt.engine.runs import RunStore
from tinygpt.experiments.plan import repeat_plan
from tinygpt.gpt import GPTConfig
from tinygpt.scheduler import Scheduler
from tinygpt.texts.own import keep_text, sha256_of
from tinygpt.training.spec import RunSpec, TrainConfig

TEXT = "the quick brown fox jumps over the lazy dog. " * 20
V, KEY = Corpus.from_text(TEXT).tokenizer.vocab_size, sha256_of(TEXT)
TABLE = RunSpec(BigramConfig(V, block_size=4), TrainConfig(max_steps=40, eval_interval=5, batch_size=2), KEY)
GPT = RunSpec(GPTConfig(V, block_size=4, n_embd=64, n_head=2, n_layer=2), TABLE.train, KEY)


def nobody():
    raise OSError("no workers in this test")


def serving(folder, factory=nobody):
    """A server with a text, for as long as the block lasts."""
    keep_text(TEXT, folder / "corpora")
    return closing(Scheduler(factory, 1, store=RunStore(folder)))


def seeded(n, spec=TABLE):
    return replace(spec, train=replace(spec.train, seed=n))


def test_the_bounds_are_exact_and_said():
    quota = Quota(of_all=1_000_000_000, of_student=100_000_000)
    quota.check(60_000_000, 900_000_000, 40_000_000)
    with pytest.raises(ValueError, match="Your runs take 61 MB .* up to 40 MB more; 100 MB is the most .* Delete runs"):
        quota.check(60_500_001, 100_000_000, 40_000_000)
    with pytest.raises(ValueError, match="everybody take 970 MB .* 1.0 GB is the most.*Delete.*TINYGPT_DISK"):
        quota.check(1, 970_000_000, 40_000_000)
    assert quota.warning(80_000_000, 800_000_000) == ""
    assert quota.warning(80_000_001, 0).startswith("Your runs take 80 MB of the 100 MB")
    assert quota.warning(0, 900_000_000).startswith("The runs of everybody take 900 MB of 1.0 GB")


@pytest.mark.parametrize("text", ["much", "-1", "0", "nan", "inf", "1e9"])
def test_a_quota_that_is_no_number_is_refused_in_words(monkeypatch, text):
    monkeypatch.setenv("TINYGPT_DISK", text)
    with pytest.raises(ValueError, match="TINYGPT_DISK should be a number of GB"):
        Quota.from_environment()


def test_a_run_takes_no_more_than_was_expected_and_its_files_are_what_counts(tmp_path):
    with serving(tmp_path, lambda: ThreadPoolExecutor(1)) as scheduler:
        runs = [scheduler.submit(spec, student="ann") for spec in (TABLE, GPT)]
        assert scheduler._table.holdings.bytes["ann"] == expected_bytes(TABLE) + expected_bytes(GPT)
        until(lambda: not any(view.live for view in scheduler.runs("ann")))
        scheduler.flush()
        taken = [scheduler.store.size(run) for run in runs]
        assert all(0 < size <= expected_bytes(spec) for size, spec in zip(taken, (TABLE, GPT), strict=True)), taken
        assert scheduler._table.holdings.bytes["ann"] == sum(taken)
    with serving(tmp_path) as scheduler:
        assert scheduler._table.holdings.bytes["ann"] == sum(taken)
        scheduler.delete(runs[0])
        assert scheduler._table.holdings.bytes["ann"] == taken[1]


def test_a_student_is_warned_then_refused_and_deleting_makes_room(tmp_path, monkeypatch):
    monkeypatch.setenv("TINYGPT_DISK", str(expected_bytes(TABLE) * 10 * 2.2 / 1e9))
    with serving(tmp_path) as scheduler:
        first = scheduler.submit(seeded(1), student="ann")
        assert scheduler.disk_warning("ann") == ""
        scheduler.submit(seeded(2), student="ann")
        assert "that one student may have. Delete runs" in scheduler.disk_warning("ann")
        assert scheduler.disk_warning("bob") == ""
        with pytest.raises(ValueError, match="Your runs take"):
            scheduler.submit(seeded(3), student="ann")
        with pytest.raises(ValueError, match="Your runs take"):
            scheduler.begin(repeat_plan("table", TABLE, (4, 5)), student="ann")
        scheduler.submit(seeded(3), student="bob")
        scheduler.delete(first)
        scheduler.submit(seeded(3), student="ann")


def test_the_quota_of_the_server_holds_for_new_names_too(tmp_path, monkeypatch):
    monkeypatch.setenv("TINYGPT_DISK", str(expected_bytes(TABLE) * 10.5 / 1e9))
    with serving(tmp_path) as scheduler:
        for n in range(10):
            scheduler.submit(TABLE, student=f"student {n}")
        with pytest.raises(ValueError, match="The runs of everybody take"):
            scheduler.submit(TABLE, student="student 11")


@pytest.mark.parametrize(("bound", "most"), [("MAX_GROUPS", 3), ("MAX_PARAMETERS_ON_THE_WAY", 3 * V * V)])
def test_live_runs_are_bounded_for_the_whole_server(tmp_path, monkeypatch, bound, most):
    monkeypatch.setattr(f"tinygpt.engine.limits.{bound}", most)
    with serving(tmp_path) as scheduler:
        runs = [scheduler.submit(TABLE, student=f"student {n}") for n in range(3)]
        with pytest.raises(ValueError, match="This server has 3 runs of everybody on their way, and no room for more"):
            scheduler.submit(TABLE, student="student 3")
        scheduler.stop(runs[0])
        scheduler.submit(TABLE, student="student 3")


def test_only_the_curves_looked_at_last_stay_in_memory(tmp_path, monkeypatch):
    monkeypatch.setattr("tinygpt.engine.holdings.MOST_CURVES", 2)
    with serving(tmp_path, lambda: ThreadPoolExecutor(1)) as scheduler:
        experiment = scheduler.begin(repeat_plan("table", TABLE, (1, 2, 3, 4)), student="ann")
        until(lambda: scheduler.experiment(experiment).status == "ended")
        scheduler.flush()
        runs = [view.id for view in scheduler.runs("ann")]
        for _ in range(2):
            assert [len(scheduler.points(run)) for run in runs] == [41] * 4
            held = [run.about.id for run in scheduler._table.runs.values() if run.curve]
            assert held == runs[-2:]

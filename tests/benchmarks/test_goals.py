"""A benchmark says which of its goals it missed, and fails."""

import math
import shutil
import subprocess
import sys

import pytest

from benchmarks import shipped
from benchmarks.engine import work_lost
from benchmarks.goals import Goals
from tinygpt.bigram import BigramConfig
from tinygpt.checkpoint.run_state import dumps
from tinygpt.corpus import load_corpus
from tinygpt.engine.description import RunDescription
from tinygpt.engine.runs import RunStore
from tinygpt.training.loop import advance
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import start


def test_goals_that_are_reached_are_no_news():
    goals = Goals()
    goals.at_least(0.95, 0.95, "share")
    goals.at_most(1.0, 1.0, "seconds")
    assert goals.missed == []
    goals.settle()  # does not leave the program


def test_every_goal_that_is_missed_is_named_with_its_number():
    goals = Goals()
    goals.at_least(0.95, 0.94, "share")
    goals.at_most(1.0, 1.25, "seconds")
    goals.at_most(1.0, math.nan, "nothing measured")
    with pytest.raises(SystemExit) as left:
        goals.settle()
    assert left.value.code == (
        "goal missed: share: 0.94, the goal is at least 0.95\n"
        "goal missed: seconds: 1.25, the goal is at most 1\n"
        "goal missed: nothing measured: nan, the goal is at most 1"
    )


def test_a_missed_goal_is_exit_code_1():
    code = "from benchmarks.goals import Goals; goals = Goals(); goals.at_most(1, 2, 'seconds'); goals.settle()"
    ended = subprocess.run([sys.executable, "-c", code], cwd=shipped.CHECKPOINTS.parent, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (1, "goal missed: seconds: 2, the goal is at most 1\n")


def test_a_benchmark_whose_goal_is_missed_fails(tmp_path, monkeypatch, capsys):
    shutil.copy(shipped.CHECKPOINTS / "bigram.safetensors", tmp_path)
    monkeypatch.setattr(shipped, "CHECKPOINTS", tmp_path)
    monkeypatch.setattr("sys.argv", ["benchmarks.shipped", "--check"])
    shipped.main()
    monkeypatch.setattr(shipped, "EXACT", -1.0)
    monkeypatch.setattr(shipped, "ABOUT", -1.0)
    with pytest.raises(SystemExit, match="goal missed: bigram.safetensors, distance from what it states"):
        shipped.main()


def test_the_work_that_a_killed_server_loses_is_what_came_after_the_saved_state(tmp_path):
    corpus = load_corpus("shakespeare-plays")
    spec = RunSpec(BigramConfig(corpus.tokenizer.vocab_size), TrainConfig(max_steps=100), corpus.name)
    store, run, state = RunStore(tmp_path), "0" * 32, start(spec, corpus)
    store.write_description(RunDescription(run, "ann", "bigram", spec, 0.0, 0))
    points = advance(state, corpus, steps=10)
    store.write_state(run, dumps(state))
    points += advance(state, corpus, steps=10)
    store.append(run, [point._replace(seconds=float(point.step)) for point in points])
    last = (store.home(run) / "points.jsonl").stat().st_mtime
    assert work_lost(store, run, killed=last + 0.5) == pytest.approx(9.5)  # steps 10 to 19, and half a second more

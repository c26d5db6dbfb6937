"""What an earlier tinygpt wrote still opens: a model, runs, a script, a notebook, a link (tests/kept says what)."""

import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import nbformat
import pytest
import torch
from streamlit.testing.v1 import AppTest

from tests.waiting import PATIENCE, until
from tinygpt.checkpoint import load
from tinygpt.engine.runs import RunStore
from tinygpt.files import PROJECT
from tinygpt.generation import generate
from tinygpt.scheduler import Scheduler
from tinygpt.training.evaluation import estimate_loss
from tinygpt.training.loop import advance, one_thread
from tinygpt.training.state import start
from tinygpt.ui import session

KEPT = PROJECT / "tests" / "kept"
FINAL = (2.5570286178588866, 2.499546546936035)  # train and val loss of the run that has finished


@contextmanager
def server(tmp_path):
    """A server on copies of the kept runs."""
    folder = shutil.copytree(KEPT / "runs", tmp_path / "runs", dirs_exist_ok=True)
    scheduler = Scheduler(lambda: ThreadPoolExecutor(1), 1, store=RunStore(folder))
    try:
        yield scheduler, {run.name: run for run in scheduler.runs("ann")}
    finally:
        scheduler.close()


def test_a_model_file_loads_and_writes():
    kept = load(KEPT / "bigram.safetensors")
    assert (kept.info["step"], kept.tokenizer.decode(list(range(8)))) == (40, "abcdefgh")
    assert len(list(generate(kept.model, torch.tensor([kept.tokenizer.encode("a")]), 20))) == 20


def test_a_finished_run_is_there_with_all_it_left(tmp_path):
    with server(tmp_path) as (scheduler, runs):
        run = runs["whole"]
        assert (run.status, run.step, run.final) == ("finished", 40, FINAL)
        assert len(scheduler.points(run.id)) == 41 and scheduler.snapshots(run.id) == [10, 20]
        assert load(scheduler.model_bytes(run.id)).info["step"] == 40


def test_an_interrupted_run_goes_on(tmp_path):
    with server(tmp_path) as (scheduler, runs):
        run = runs["half"]
        assert (run.status, run.step, len(scheduler.points(run.id))) == ("interrupted", 30, 30)
        scheduler.resume(run.id)
        until(lambda: not scheduler.view(run.id).live, says=lambda: scheduler.view(run.id))
        scheduler.flush()
        assert scheduler.view(run.id).status == "finished"
        stored = RunStore(tmp_path / "runs").points(run.id)
        assert [point.step for point in stored] == list(range(401)), "none lost, none twice"


def judged_as_then(state, corpus):
    """Train and val loss over 200 of its own batches: when these files were kept, a run was judged on those."""
    sizes = {"batch_size": state.spec.train.batch_size, "block_size": state.spec.model.block_size}
    with one_thread():
        return tuple(estimate_loss(state.model, corpus, split, **sizes) for split in ("train", "val"))


@pytest.mark.slow
def test_a_script_ends_with_its_losses():
    script = (KEPT / "script.txt").read_text(encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    losses = [float(loss) for loss in re.findall(r"loss ([\d.]+)", done.stdout.splitlines()[-1])]
    names: dict[str, Any] = {}
    exec(script.partition("for point in")[0], names)
    state = start(names["spec"], names["corpus"])
    last = advance(state, names["corpus"])[-1]
    assert losses == pytest.approx((last.loss, last.val), abs=1e-3)  # another machine may differ in the last digits
    assert judged_as_then(state, names["corpus"]) == pytest.approx(FINAL, abs=1e-3)


def test_a_notebook_trains_and_its_curve_says_where_it_went():
    cells = {cell.id: cell.source for cell in nbformat.read(KEPT / "notebook.json", as_version=4).cells}
    names: dict[str, Any] = {}
    for cell in ("exported", "spec", "train"):
        exec(cells[cell], names)
    points = names["points"]
    assert points[-1].step == 40
    assert judged_as_then(names["state"], names["corpus"]) == pytest.approx(names["exported"], abs=1e-3)
    with pytest.raises(ImportError, match="Replace this cell by these two lines") as error:
        exec(cells["draw"], names)
    advised = "".join(re.findall(r"^    (from tinygpt.*)$", str(error.value), re.MULTILINE))
    exec(advised.replace("SVG(", "str("), names)  # what it advises works, up to Jupyter's own picture
    for cell in ("write", "compare"):
        exec(cells[cell], names)


def test_a_link_with_settings_opens_the_page_as_it_was_set():
    link = (KEPT / "link.txt").read_text(encoding="utf-8").strip()
    app = AppTest.from_file(str(PROJECT / "pages/router.py"), default_timeout=PATIENCE)
    app.query_params.update(pair.split("=") for pair in link.split("?")[1].split("&"))
    try:
        app.run()
        app.switch_page("lab/train.py").run()
        assert not app.exception
        chosen = {key: app.session_state[key] for key in ("max_steps", "learning_rate", "n_embd", "n_head", "seed")}
    finally:
        session.close_engine()
    assert chosen == {"max_steps": 500, "learning_rate": 3e-3, "n_embd": 64, "n_head": 2, "seed": 7}

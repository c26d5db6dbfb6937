"""Every order that a page gives is given in the name of its student; the engine does the rest."""

from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from tests.waiting import PATIENCE
from tinygpt.bigram import BigramConfig
from tinygpt.engine.runs import RunStore
from tinygpt.experiments.plan import repeat_plan
from tinygpt.files import PROJECT
from tinygpt.scheduler import Scheduler
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.ui import session

ANN, BOB = "a" * 32, "b" * 32
SPEC = RunSpec(BigramConfig(), TrainConfig(max_steps=100))
COMMANDS = ("pause", "resume", "step", "stop", "delete", "rename")


def nobody():
    raise OSError("no workers in this test")


@pytest.fixture
def given(tmp_path, monkeypatch):
    """A server that trains nothing, and in whose name it was given which order."""
    orders = []
    scheduler = Scheduler(nobody, 1, store=RunStore(tmp_path))

    def noted(name, command, *arguments, **named):
        orders.append((name, named.get("student")))
        return command(*arguments, **named)

    for name in COMMANDS:
        monkeypatch.setattr(scheduler, name, partial(noted, name, getattr(scheduler, name)))
    monkeypatch.setattr(session, "engine", lambda: scheduler)
    yield scheduler, orders
    scheduler.close()


def page_of(student, where, **params):
    page = AppTest.from_file(str(PROJECT / "pages/router.py"), default_timeout=PATIENCE)
    page.session_state["student"] = student
    page.run()
    page.switch_page(where)
    page.query_params.update(params)
    page.run()
    assert not page.exception
    return page


def page_menu(page, run):
    """The page with the menu of a run open."""
    page.session_state[f"menu_{run}"] = True
    return page.run()


def test_the_buttons_of_a_run(given):
    scheduler, orders = given
    run = scheduler.submit(SPEC, student=ANN, name="mine")
    page = page_of(ANN, "lab/train.py", run=run)
    for key in ("pause", "step", "pause", "stop"):
        page.button(key=key).click().run()
    opened = partial(page_menu, page, run)
    opened().text_input(key=f"name_{run}").set_value("another").run()
    opened().button(key=f"delete_{run}").click().run()
    opened().button(key=f"delete_{run}_yes").click().run()
    assert not page.exception
    assert orders == [(name, ANN) for name in ("pause", "step", "resume", "stop", "rename", "delete")]
    assert scheduler.runs(ANN) == []


def test_the_buttons_of_an_experiment(given):
    scheduler, orders = given
    experiment = scheduler.begin(repeat_plan("table", SPEC, (1, 2)), student=ANN)
    page = page_of(ANN, "lab/compare.py", show=experiment)
    for label in ("Pause", "Resume", "Stop", "Delete", "Yes, delete it"):
        next(button for button in page.button if button.label == label).click().run()
    assert not page.exception
    assert orders == [(name, ANN) for name in ("pause", "resume", "stop", "delete")]


def test_nobody_elses_run_obeys(given):
    scheduler, orders = given
    run = scheduler.submit(SPEC, student=ANN, name="mine")
    before = scheduler.view(run)
    page = page_of(BOB, "lab/train.py", run=run)
    for key in ("pause", "step", "stop"):
        assert page.button(key=key).disabled
        page.button(key=key).proto.disabled = False  # a forged message does not ask
        page.button(key=key).click().run()
    assert not page.exception and scheduler.view(run) == before
    assert {student for _, student in orders} <= {BOB}

"""Who is looking, and the engine that trains for everybody.

The engine is a singleton of this module, not of Streamlit's cache: any visitor may clear that one for all.
"""

import atexit
import functools
import gc
import secrets
import threading
import time
from collections.abc import Callable

import streamlit as st

from tinygpt.corpus import default_corpus, load_corpus
from tinygpt.engine.lanes import executor_factory_from_environment
from tinygpt.engine.records import RunView
from tinygpt.engine.runs import RunStore
from tinygpt.files import runs_folder
from tinygpt.scheduler import Scheduler
from tinygpt.spelling import lettered
from tinygpt.training.cost import this_machine
from tinygpt.ui import floors
from tinygpt.ui.cookie import COOKIE, is_name

PATIENCE = 30.0  # seconds for the workers to come up before this machine is measured all the same


def student() -> str:
    """The name of this browser; a session without a (true) cookie gets one of its own. 32 hexadecimal digits."""
    name = st.context.cookies.get(COOKIE)
    if name is not None and is_name(name):  # an AppTest has no cookies
        return name
    return st.session_state.setdefault("student", secrets.token_hex(16))


@functools.cache
def engine() -> Scheduler:
    """The scheduler of this server."""
    factory, workers = executor_factory_from_environment()
    scheduler = Scheduler(factory, workers, store=RunStore(runs_folder()))
    threading.Thread(target=_prepare, args=(scheduler, workers), name="prepare").start()
    atexit.register(close_engine)  # a program that ends without it would cut off threads in the middle of torch
    return scheduler


def _prepare(scheduler: Scheduler, workers: int) -> None:
    """Look through the default text and measure this machine, once it is quiet: so that no page has to wait."""
    floors.of(default_corpus(), runs_folder() / "corpora")
    _ = load_corpus(default_corpus(), folder=runs_folder() / "corpora").val_in_train  # kept with the text
    deadline = time.monotonic() + PATIENCE
    while len(scheduler.workers()) < workers and time.monotonic() < deadline:
        if not threading.main_thread().is_alive():  # this program ends: whoever waits for this thread waits no longer
            return
        time.sleep(0.1)
    this_machine()
    gc.collect()
    gc.freeze()  # what was imported stays: later collections need not look at it


def close_engine() -> None:
    """Let the workers go."""
    if engine.cache_info().currsize:
        engine().close()
        engine.cache_clear()


def runs() -> list[RunView]:
    """This student's single runs, the newest first; those of her experiments are on another page."""
    return [view for view in every_run() if not view.experiment]


def every_run() -> list[RunView]:
    """All of this student's runs, the newest first."""
    return engine().runs(student())[::-1]


def watch(run: str) -> None:
    """Make `run` the current one, and a part of the link."""
    st.query_params["run"] = run


def on_stage() -> tuple[list[RunView], RunView | None]:
    """This student's runs, the newest first, and the current one: that of the link, else the newest.

    A link may lead to a run of somebody else; then it stands before this student's own.
    """
    mine, asked = runs(), st.query_params.get("run", "")
    for view in mine:
        if view.id == asked:
            return mine, view
    others = engine().view(asked) if is_name(asked) else None
    return ([others, *mine], others) if others else (mine, mine[0] if mine else None)


def free_name(title: str) -> str:
    """`title`, with a letter where this student has a run of that name."""
    return lettered(title, {view.name for view in runs()})


def order(place: str, command: Callable[..., object], *arguments: object) -> None:
    """Do what a button at `place` asks for; what the engine has to say against it is shown there (`answer`)."""
    say(place, "")
    try:
        command(*arguments)
    except ValueError as refusal:
        say(place, str(refusal))
    except OSError as error:
        again = f"The server cannot read or write this run just now ({error.strerror}). Try again in a moment."
        say(place, again if error.strerror else str(error))


def act(place: str, command: Callable[..., object], *arguments: object) -> None:
    """Do what a button at `place` asks of a run or an experiment, in this student's name: on her own alone."""
    order(place, functools.partial(command, student=student()), *arguments)


def say(place: str, words: str) -> None:
    """Keep a sentence to be shown at `place`, until the next order anywhere: a tick or a rerun must not wipe it.

    There is one sentence at a time for all places: it answers the last order, and by then an older answer may no longer
    be true. So a place must be the only one of its name on a page.
    """
    st.session_state["said"] = (place, words)


def answer(place: str) -> str:
    """What is to be shown at `place`, or ""."""
    where, words = st.session_state.get("said", ("", ""))
    return words if where == place else ""

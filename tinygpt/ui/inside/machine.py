"""The time machine: a slider over the moments of a training moves maps, guesses, loss and sample together.

Like a figure that follows the finger (ui/drag.py): all numbers are computed by the core and sent once, the browser
picks and paints them (ui/browser/machine.js). When it is let go, head, position and step go into the URL. So that
nobody waits for the first map, the figure asks for what takes longer, all moments and what the model writes at each,
once it stands there.
"""

import math
from collections.abc import Sequence
from functools import partial

import streamlit as st

from tinygpt.bigram import BigramConfig
from tinygpt.engine.records import NoSuchRun
from tinygpt.inside.moments import Moment
from tinygpt.spelling import named
from tinygpt.ui import frame, pace, session
from tinygpt.ui.beginning import beginning
from tinygpt.ui.browser.component import component
from tinygpt.ui.inside import moments
from tinygpt.ui.inside.chosen import Model
from tinygpt.ui.inside.picture import least_even, machine_picture, strip_of
from tinygpt.ui.inside.place import MachinePlace, into_the_link, read_place, written_place
from tinygpt.ui.inside.reading import ReadWindow
from tinygpt.ui.scene import table
from tinygpt.ui.train.loss import curve_of
from tinygpt.words import inside as words

KEY = "machine"
AT_FIRST = 0.3  # seconds for moments, before the figure asks for all of them
SLOWEST = 1.0  # seconds between two looks for a new moment, at least

_machine = component("machine", "say")


def time_machine(model: Model, reading: ReadWindow) -> None:
    """The figure, and below it its numbers. While the run trains, its moments are added as they are kept."""
    live = model.run is not None and pace.will_change(model.run)
    every = max(SLOWEST, pace.interval()) if live else None
    st.fragment(_tick, run_every=every)(model, reading, live)


def _tick(model: Model, reading: ReadWindow, live: bool) -> None:
    pace.seen(live)
    run = session.engine().view(model.run.id) if model.run else None
    try:
        if model.run and run is None:
            raise NoSuchRun
        _figure(model._replace(run=run), reading)
    except NoSuchRun:  # deleted since this page was opened
        st.text(words.DELETED)
        run = None
    if live and not (run and pace.will_change(run)):
        st.rerun()  # once, so that the asking ends


def _figure(model: Model, reading: ReadWindow) -> None:
    """The figure itself, and the numbers of the head that is chosen."""
    run, mode, of = model.run, frame.mode(), f"{model.name} {reading.start} {reading.characters}"
    steps = moments.steps_of_run(run) if run else moments.steps_of_shipped(model.name)
    curve = curve_of(run) if run else None
    click = moments.click_between(curve, steps) if curve else None
    asked, times, just_now = beginning(KEY, KEY, written_place())
    start = read_place(asked)
    first = {"at": start._asdict(), "wants": ""}
    before = {**first, **st.session_state.get(KEY, {})}
    whole = before["wants"] == of  # the figure stands there, and asks for all that there is
    sure = (steps[-1], start.step, before["at"]["step"], *(click[1:] if click else ()))
    seconds = math.inf if whole else AT_FIRST
    found, lost = moments.moments_of(model.name, steps, reading.ids, first=sure, seconds=seconds)
    if lost:
        st.text(words.lost_moments(lost))
    if not found:
        return
    if click and set(click[1:]) & lost.keys():
        click = None
    stretch = click.stretch if click else None
    data = {
        **machine_picture(model, reading, found, mode),
        "curve": strip_of(run, curve, found, mode, stretch) if run and curve else None,
        "samples": [moments.sample_of(model.name, each.step, model.tokenizer) for each in found] if whole else None,
        "click": {"before": click.before, "after": click.after} if click else None,
        "words": words.time_machine_words(
            table=isinstance(model.spec.model, BigramConfig), remark=words.remark(run.status, run.step) if run else "",
            click=stretch,
        ),
        "model": model.name, "of": of, "drawn": f"{of} {mode}", "at": start._asdict(), "asked": times,
        "before": frame.IN_THE_PICTURE,
    }  # fmt: skip
    told = _machine(key=KEY, data=data, default=first, on_at_change=_nothing, on_wants_change=_nothing)
    place = start if just_now else MachinePlace(**told.at)
    into_the_link(place, start)
    table(partial(_rows, model, reading, found, place), key=KEY)


def _nothing() -> None:
    """That somebody listens is what makes the figure tell."""


def _rows(model: Model, reading: ReadWindow, found: Sequence[Moment], place: MachinePlace) -> list[dict[str, object]]:
    """The weights of the chosen head at the chosen moment: a row for each character that looks."""
    moment = next((each for each in found if each.step == place.step), found[-1])
    if isinstance(model.spec.model, BigramConfig):
        return [
            {"character": named(c), "chance of the next one": float(moment.guesses[t, following])}
            for t, (c, following) in enumerate(zip(reading.characters, reading.ids[1:], strict=False))
        ]
    layers, heads = moment.maps.shape[:2]
    layer, head = map(int, (place.head or least_even(found[-1])).split("."))
    layer, head = min(layer, layers - 1), min(head, heads - 1)  # of another model, a moment ago
    names = [f"{t} {named(c)}" for t, c in enumerate(reading.characters)]
    looks = f"block {layer}, head {head}, {words.when_words(moment.step)}"
    weights = moment.maps[layer, head].tolist()
    return [{looks: name, **dict(zip(names, row, strict=True))} for name, row in zip(names, weights, strict=True)]

"""The time machine: a slider over the moments of a training moves maps, guesses, loss and sample together.

Like a figure that follows the finger (ui/drag.py): all numbers are computed by the core and sent once, the browser
picks and paints them (machine.js). When it is let go, head, position and step go into the URL. So that nobody waits for
the first map, the figure asks for what takes longer, all moments and what the model writes at each, once it stands
there.
"""

import math
import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from tinygpt.bigram import BigramConfig
from tinygpt.experiments.clicks import Click, click_of
from tinygpt.experiments.curves import LossCurve
from tinygpt.inside.moments import Moment
from tinygpt.spelling import named
from tinygpt.ui import frame, pace, session
from tinygpt.ui.beginning import beginning
from tinygpt.ui.inside import moments
from tinygpt.ui.inside.chosen import Model
from tinygpt.ui.inside.picture import least_even, picture
from tinygpt.ui.inside.reading import Reading
from tinygpt.ui.scene import table
from tinygpt.ui.train.loss import curve_of
from tinygpt.words import inside as words

KEY = "machine"
PARAMETERS = "head", "position", "step"  # of the link
AT_FIRST = 0.3  # seconds for moments, before the figure asks for all of them
SLOWEST = 1.0  # seconds between two looks for a new moment, at least
LAST = -1  # the position and the step of whoever stands at the end, wherever that is


def _beside(ending: str) -> str:
    return Path(__file__).with_suffix(ending).read_text(encoding="utf-8")


_machine = st.components.v2.component(
    "tinygpt_machine", html=_beside(".html"), css=_beside(".css"), js=frame.SAY + _beside(".js")
)


def time_machine(model: Model, reading: Reading) -> None:
    """The figure, and below it its numbers. While the run trains, its moments are added as they are kept."""
    live = model.run is not None and pace.will_change(model.run)
    every = max(SLOWEST, pace.interval()) if live else None
    st.fragment(_tick, run_every=every)(model, reading, live)


def _tick(model: Model, reading: Reading, live: bool) -> None:
    pace.seen(live)
    try:
        now = _as_it_is(model)
        _figure(now, reading)
    except ValueError as error:  # deleted since this page was opened
        st.text(str(error))
        now = model._replace(run=None)
    if live and not (now.run and pace.will_change(now.run)):
        st.rerun()  # once, so that the asking ends


def _as_it_is(model: Model) -> Model:
    """The model with its run as it is now. ValueError with a sentence where that was deleted."""
    if model.run is None:
        return model
    if (run := session.engine().view(model.run.id)) is None:
        raise ValueError(words.DELETED)
    return model._replace(run=run)


def _figure(model: Model, reading: Reading) -> None:
    """The figure itself, and the numbers of the head that is chosen."""
    run, mode = model.run, frame.mode()
    steps = moments.steps_of_run(run) if run else moments.steps_of_shipped(model.name)
    curve = curve_of(run) if run else None
    click = click_between(curve, steps) if curve else None
    asked, times, now = beginning(KEY, KEY, ",".join(st.query_params.get(key, "") for key in PARAMETERS))
    start, of = read_place(asked), f"{model.name} {reading.start} {reading.characters}"
    state = st.session_state.get(KEY, {})
    whole = state.get("wants") == of  # it stands there, and asks for all that there is
    stands = Place(**state["at"]) if "at" in state else start
    sure = [steps[-1], start.step, stands.step, *((click.before, click.after) if click else ())]
    found, lost = moments.moments_of(
        model.name, steps, reading.ids, first=sure, seconds=math.inf if whole else AT_FIRST
    )
    if said := words.remarks(run.status if run else "finished", run.step if run else 1, lost):
        st.text(said)
    if not found:
        return
    if click and {click.before, click.after} & lost.keys():
        click = None
    data = {
        **picture(model, reading, found, mode, curve, click and click.stretch),
        "samples": [moments.sample_of(model.name, each.step, model.tokenizer) for each in found] if whole else None,
        "model": model.name, "of": of, "drawn": f"{of} {mode}", "at": start._asdict(), "asked": times,
        "before": frame.IN_THE_PICTURE,
        "words": words.machine_words(isinstance(model.spec.model, BigramConfig)),
        "click": click and {"before": click.before, "after": click.after, "says": words.click_words(click.stretch)},
    }  # fmt: skip
    first = {"at": start._asdict(), "wants": ""}
    told = _machine(key=KEY, data=data, default=first, on_at_change=_nothing, on_wants_change=_nothing)
    place = start if now else Place(**told.at)
    _into_the_link(place, start)
    table(partial(_rows, model, reading, found, place), key=KEY)


def _nothing() -> None:
    """That somebody listens is what makes the figure tell."""


class Place(NamedTuple):
    """Where somebody stands in the figure."""

    head: str = ""  # "0.2" is head 2 of layer 0; "": the one whose rows are least even at the end
    position: int = LAST  # in the window
    step: int = LAST  # of the moment


def read_place(link: str) -> Place:
    """The place that a link names, "0.2,5,300"; what it does not say, or says wrongly, is left to the figure."""
    head, position, step = (link.split(",") + ["", "", ""])[:3]
    whole = (int(each) if each.isdecimal() and len(each) < 7 else LAST for each in (position, step))
    return Place(head if re.fullmatch(r"\d{1,2}\.\d{1,3}", head, re.ASCII) else "", *whole)


def _into_the_link(place: Place, start: Place) -> None:
    """Let the address say where the figure stands: what was never moved is not in it."""
    for key, value, began in zip(PARAMETERS, place, start, strict=True):
        if value in ("", LAST):
            st.query_params.pop(key, None)
        elif value != began or key in st.query_params:
            st.query_params[key] = str(value)


class ClickBetween(NamedTuple):
    """A click of the curve, and the nearest moments before and after it."""

    stretch: Click
    before: int  # their steps
    after: int


def click_between(curve: LossCurve, steps: Sequence[int]) -> ClickBetween | None:
    """The click of a run, where there are moments on both sides of it."""
    stretch = click_of(curve)
    if stretch is None:
        return None
    before, after = [s for s in steps if s <= stretch.start], [s for s in steps if s >= stretch.end]
    return ClickBetween(stretch, before[-1], after[0]) if before and after else None


def _rows(model: Model, reading: Reading, found: Sequence[Moment], place: Place) -> list[dict[str, object]]:
    """The weights of the chosen head at the chosen moment: a row for each character that looks."""
    moment = next((each for each in found if each.step == place.step), found[-1])
    if isinstance(model.spec.model, BigramConfig):
        return [
            {"character": named(c), "chance of the next one": float(moment.guesses[t, following])}
            for t, (c, following) in enumerate(zip(reading.characters, reading.ids[1:], strict=False))
        ]
    layer, head = map(int, (place.head or least_even(found[-1])).split("."))
    names = [f"{t} {named(c)}" for t, c in enumerate(reading.characters)]
    weights = moment.maps[layer, head].tolist()
    return [
        {f"layer {layer}, head {head}, {words.when_words(moment.step)}": name, **dict(zip(names, row, strict=True))}
        for name, row in zip(names, weights, strict=True)
    ]

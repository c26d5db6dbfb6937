"""What every scene of a lesson does: say, ask, show, explain. The words come from the lesson's storyboard.

A scene is one idea. Its question stands before its picture; any answer opens the picture, and so does "Show me".
"""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from functools import wraps
from typing import Any, Concatenate, ParamSpec

import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from tinygpt.ui import frame
from tinygpt.ui.drag import Picture
from tinygpt.ui.question import ask, gate
from tinygpt.words.glossary import explained, first_mentions
from tinygpt.words.storyboard import STATIONS, Facts, Scene, find_scene

Rows = Sequence[Mapping[str, Any]] | Mapping[str, Sequence[Any]]
Showing = Iterator[Facts | None]  # what a scene yields, once: the facts of its question
P = ParamSpec("P")
_margin: ContextVar[DeltaGenerator | None] = ContextVar("margin", default=None)  # of the scene that is being drawn


def scene(
    id: str, *, code: Iterable[Callable[..., Any]] = (), fragment: bool = True
) -> Callable[[Callable[Concatenate[Scene, P], Showing]], Callable[P, None]]:
    """Make a scene of a function that shows one idea:

        @scene("tok-3", code=[Corpus.from_text])
        def hide_some(scene: Scene, corpus: Corpus) -> Showing:
            train, hidden = len(corpus.train), len(corpus.val)
            yield {"train": train, "hidden": hidden}
            st.html(split_bar(train, hidden, frame.mode()))

    A page calls `hide_some(corpus)`; the function is given the words of the scene tok-3 as well. What it draws stands
    at the right; at the left its heading, its first words, and its question. At its `yield`, which hands over the
    numbers of the question, the question stands. What comes after the `yield` runs when the picture may be seen.
    `yield None` asks nothing, where there is nothing to choose. Below the words, explanations (`explain`, `formula`,
    `lecture`, `deeper`, `table`) and the source of the functions in `code`, which computed the picture. A phone has
    one column: words, picture, explanations.

    A scene is a fragment, so that its controls redraw nothing else; with `fragment=False` they redraw what is around.
    """

    def decorate(show: Callable[Concatenate[Scene, P], Showing]) -> Callable[P, None]:
        @wraps(show)
        def perform(*args: P.args, **kwargs: P.kwargs) -> None:
            words = find_scene(id)
            with st.container(key=f"scene_{words.key}"):
                said, stage, below = (st.container(key=f"{part}_{words.key}") for part in ("words", "stage", "margin"))
            with said:
                begin(words)
            before = _margin.set(below)
            try:
                with stage:
                    for facts in show(words, *args, **kwargs):
                        with said:
                            seen = facts is None or ask(words, facts)
                        if not seen:
                            gate(words, facts)
                            return
                    if words.slip:
                        _slip(words.slip)
                    if words.notebook:
                        _notebook(words.notebook)
                    if code:
                        show_code(*code)
            finally:
                _margin.reset(before)

        return st.fragment(perform) if fragment else perform

    return decorate


def begin(scene: Scene) -> None:
    """Where one is, a scene's heading, which a link can point to, and what there is to say first."""
    if scene.at:
        st.html(_way(scene.at))
    st.header(scene.title, anchor=scene.id)
    st.markdown(explained(scene.say, first_mentions().get(scene.id, ())))


def _way(at: str) -> str:
    """The stations from a text to its loss, the one `at` which this scene is in bold."""
    names = (f'<b aria-current="step">{name}</b>' if name == at else f"<span>{name}</span>" for name in STATIONS)
    return f'<p class="way" aria-label="Where this is">{"".join(names)}</p>'


@contextmanager
def margin() -> Iterator[None]:
    """Below a scene's words, beside its picture: where explanations stand."""
    with _margin.get() or nullcontext():
        yield


def fragment_of(draw: Callable[P, None], **how: Any) -> Callable[P, None]:
    """A fragment inside a scene: `draw` runs again by itself, so its explanations stand where they are written, for it
    may write only into itself. `how` is told to st.fragment."""

    def by_itself(*args: P.args, **kwargs: P.kwargs) -> None:
        with in_place():
            draw(*args, **kwargs)

    return st.fragment(wraps(draw)(by_itself), **how)


@contextmanager
def in_place() -> Iterator[None]:
    """Within it explanations stand where they are written, not in the margin."""
    before = _margin.set(None)
    try:
        yield
    finally:
        _margin.reset(before)


def under_picture(scene: Scene, facts: Facts, template: str = "caption") -> None:
    """The sentence under a figure."""
    frame.caption(scene.write(template, facts))


def alt(scene: Scene, facts: Facts, template: str = "caption") -> str:
    """A figure in words: what it is, then its caption."""
    sentence = scene.plain(template, facts)
    return scene.plain("alt", {**facts, "caption": sentence}) if "alt" in scene.templates else sentence


def picture(scene: Scene, drawing: str, facts: Facts, template: str = "caption") -> Picture:
    """One position of a figure that follows the finger: its drawing, and its caption."""
    return Picture(drawing, scene.plain(template, facts), alt(scene, facts, template))


def plot(scene: Scene, figure: go.Figure, facts: Facts, template: str = "caption") -> None:
    """A figure, and below it its caption."""
    frame.show(figure, key=scene.key, alt=alt(scene, facts, template))
    under_picture(scene, facts, template)


def explain(scene: Scene, facts: Facts, rows: Callable[[], Rows] | None = None) -> None:
    """What stands below a picture, as far as the catalog has words for it: its formula, what the lecture says, more to
    dig into; then the picture's numbers as a table, whose `rows` are made when somebody opens it."""
    for name, write in (("formula", formula), ("lecture", lecture), ("deeper", deeper)):
        if name in scene.templates:
            write(scene, facts)
    if rows:
        table(rows, key=scene.key)


def formula(scene: Scene, facts: Facts, template: str = "formula") -> None:
    """The formula with this page's numbers in it."""
    written = scene.plain(template, facts)
    with margin():
        st.latex(written.replace("\u2212", "-").replace("\u202f", r"\,"))


def _slip(words: str) -> None:
    """A mistake that the study notebooks make here, with the way to the page that looks into it."""
    with margin():
        st.page_link("learn/slips.py", label=f"A slip: {words}", icon=":material/bug_report:")


def _notebook(lines: str) -> None:
    """The lines of a study notebook that do the same."""
    with margin(), st.expander("In the study notebook", type="compact"):
        st.code(lines.strip("\n"), language="python")


def show_code(*functions: Callable[..., Any], key: str = "") -> None:
    """The very functions that were called for the picture above; `key` where a page shows the same ones twice."""
    name = key or "_".join(function.__qualname__ for function in functions).replace(".", "_")
    with margin(), st.expander("The code that ran", type="compact"), st.container(key=f"code_{name}"):
        for function in functions:
            st.code(inspect.getsource(function), language="python")


def table(rows: Callable[[], Rows], *, key: str) -> None:
    """The numbers of the picture above; made when somebody opens it."""
    with margin(), st.expander("As a table", type="compact", key=f"table_{key}", on_change="rerun") as box:
        if box.open:
            st.dataframe(rows(), hide_index=True, key=f"rows_{key}")


def deeper(scene: Scene, facts: Facts, template: str = "deeper") -> None:
    """More for those who want more."""
    with margin(), st.expander("Dig deeper", type="compact"):
        st.markdown(scene.write(template, facts))


def lecture(scene: Scene, facts: Facts | None = None, template: str = "lecture") -> None:
    """What the lecture calls it, where it says it in other words; or another remark in gray."""
    with margin():
        st.markdown(f":gray[{scene.write(template, facts or {})}]")


def choose(label: str, options: Iterable[Any], default: Any, *, key: str, **more: Any) -> Any:
    """A control that offers a few things, of which one is always chosen; a link says which under `key`."""
    return st.segmented_control(
        label, list(options), default=default, required=True, key=key, bind="query-params", **more
    )


def wrong_switch(key: str, label: str) -> bool:
    """A switch that makes a mistake of the study notebooks, to see what comes of it."""
    return st.toggle(f"See it go wrong: {label}", key=key, bind="query-params")


@contextmanager
def wrong_frame(*keys: str, right: object = False) -> Iterator[None]:
    """Round a picture that is wrong on purpose; its button sets the controls with these `keys` to what is `right`."""
    with st.container(key=f"wrong_on_purpose_{keys[0]}"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown(":orange[**wrong on purpose**]", width="content")
            values = dict.fromkeys(keys, right)
            st.button("Put it right", key=f"right_{keys[0]}", on_click=st.session_state.update, args=(values,))
        yield

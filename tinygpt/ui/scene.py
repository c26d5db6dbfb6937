"""What every scene of a lesson does: say, ask, show, explain. The words come from the lesson's storyboard.

A scene is one idea. Its question stands before its picture; any answer opens the picture, and so does "Show me".
"""

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial, wraps
from typing import Any, Concatenate, ParamSpec

import plotly.graph_objects as go
import streamlit as st

from tinygpt.ui import frame
from tinygpt.ui.drag import Picture
from tinygpt.words import literal
from tinygpt.words.storyboard import Facts, Lesson, Question, Scene, fill, find_scene, lesson, lessons

SHORT, WIDE = 84, 34  # characters that all answers, or one of them, may have to stand in one row, also on a phone
Rows = Sequence[Mapping[str, Any]] | Mapping[str, Sequence[Any]]
Showing = Iterator[Facts | None]  # what a scene yields, once: the facts of its question
P = ParamSpec("P")


def open_lesson(name: str) -> Lesson:
    """A lesson's words; the title of its page, and its place among the lessons, are shown."""
    found = lesson(name)
    frame.title(found.title, found.subtitle, f"Lesson {found.number} of {len(lessons())}")
    return found


def scene(
    id: str, *, height: int, code: Iterable[Callable[..., Any]] = (), fragment: bool = True
) -> Callable[[Callable[Concatenate[Scene, P], Showing]], Callable[P, None]]:
    """Make a scene of a function that shows one idea:

        @scene("tok-3", height=320, code=[Corpus.from_text])
        def hide_some(scene: Scene, corpus: Corpus) -> Showing:
            train, hidden = len(corpus.train), len(corpus.val)
            yield {"train": train, "hidden": hidden}
            st.html(split_bar(train, hidden, frame.mode()))

    A page calls `hide_some(corpus)`; the function is given the words of the scene tok-3 as well. Its heading and its
    first words stand above all that it shows. At its `yield`, which hands over the numbers of the question, the
    question stands. What comes after the `yield` runs when the picture may be seen; until then a place of `height` px
    is kept for it. `yield None` asks nothing, where there is nothing to choose. Below all, the source of the
    functions in `code` is shown: those that computed the picture.

    A scene is a fragment, so that its controls redraw nothing else; with `fragment=False` they redraw what is around.
    """

    def decorate(show: Callable[Concatenate[Scene, P], Showing]) -> Callable[P, None]:
        @wraps(show)
        def perform(*args: P.args, **kwargs: P.kwargs) -> None:
            words = find_scene(id)
            begin(words)
            for facts in show(words, *args, **kwargs):
                if facts is not None and not ask(words, facts, height=height):
                    return
            if code:
                show_code(*code)

        return st.fragment(perform) if fragment else perform

    return decorate


def begin(scene: Scene) -> None:
    """A scene's heading, which a link can point to, and what there is to say first."""
    st.space("medium")
    st.header(scene.title, anchor=scene.id)
    with st.container(width=780):
        st.markdown(scene.say)


def ask(scene: Scene, facts: Facts, *, height: int) -> bool:
    """The scene's question; whether its picture may be seen. Until then its place, `height` px, is kept."""
    question = scene.question
    if question is None:
        return True
    seen = st.session_state.setdefault("seen", set())
    if answers(question, facts):
        seen.add(scene.id)  # it stays, also when the answer is taken back
    if scene.open or st.query_params.get("reveal") == "all" or scene.id in seen:  # teachers reveal all
        return True
    with st.container(height=height, border=False, key=f"hidden_{scene.key}", vertical_alignment="center"):
        st.markdown(":gray[Choose an answer to see the picture.]", text_alignment="center")
        with st.container(horizontal_alignment="center"):
            st.button("Show me", type="tertiary", key=f"show_{scene.key}", on_click=seen.add, args=(scene.id,))
    return False


def answers(question: Question, facts: Facts) -> bool:
    """A question with its options and, once one is chosen, the reply to it; whether one is chosen."""
    options = [fill(answer.option, facts) for answer in question.answers]
    replies = [fill(answer.reply, facts) for answer in question.answers]  # all of them: a missing fact shows at once
    st.subheader(fill(question.ask, facts), anchor=False)
    row = sum(map(len, options)) <= SHORT and max(map(len, options)) <= WIDE
    control: Any = st.segmented_control if row else partial(st.radio, index=None)
    with st.container(key=f"question_{question.id}"):
        chosen = control(
            fill(question.ask, facts), distinct(question, options, facts), format_func=options.__getitem__,
            key=f"ask_{question.id}", label_visibility="collapsed", persist_state="session",
        )  # fmt: skip
    if chosen is None:
        return False
    answer = question.answers[chosen]
    reply = re.sub("^a ", "A ", replies[chosen])  # "a newline" may begin it
    with st.container(width=780, key=f"reply_{question.id}"):
        st.markdown(f"**{'Right.' if answer.is_right(facts) else 'Not quite.'}** {reply}")
    return True


def distinct(question: Question, options: list[str], facts: Facts) -> list[int]:
    """The places of the options that read differently with these facts; of two that are equal the right one."""
    places: dict[str, int] = {}
    for n, (option, answer) in enumerate(zip(options, question.answers, strict=True)):
        if option not in places or answer.is_right(facts):
            places[option] = n
    return sorted(places.values())


def caption(scene: Scene, facts: Facts, template: str = "caption") -> None:
    """The sentence under a figure."""
    frame.caption(scene.write(template, facts))


def alt(scene: Scene, facts: Facts, template: str = "caption") -> str:
    """A figure in words: what it is, then its caption."""
    sentence = scene.plain(template, facts)
    return scene.plain("alt", {**facts, "caption": sentence}) if "alt" in scene.templates else sentence


def picture(scene: Scene, drawing: str, facts: Facts, template: str = "caption") -> Picture:
    """One position of a figure that follows the finger: its drawing, and its caption."""
    return Picture(drawing, scene.plain(template, facts), alt(scene, facts, template))


def plot(scene: Scene, figure: go.Figure, facts: Facts, template: str = "caption", *, square: bool = False) -> None:
    """A figure, and below it its caption."""
    frame.show(figure, key=scene.key, alt=alt(scene, facts, template), square=square)
    caption(scene, facts, template)


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
    with st.container(width=780):
        st.latex(written.replace("\u2212", "-").replace("\u202f", r"\,"))


def show_code(*functions: Callable[..., Any], key: str = "") -> None:
    """The very functions that were called for the picture above; `key` where a page shows the same ones twice."""
    name = key or "_".join(function.__qualname__ for function in functions).replace(".", "_")
    with st.expander("The code that ran", type="compact"), st.container(key=f"code_{name}"):
        for function in functions:
            st.code(inspect.getsource(function), language="python")


def table(rows: Callable[[], Rows], *, key: str) -> None:
    """The numbers of the picture above; made when somebody opens it."""
    with st.expander("As a table", type="compact", key=f"table_{key}", on_change="rerun") as box:
        if box.open:
            st.dataframe(rows(), hide_index=True, key=f"rows_{key}")


def deeper(scene: Scene, facts: Facts, template: str = "deeper") -> None:
    """More for those who want more."""
    with st.expander("Dig deeper", type="compact"):
        st.markdown(scene.write(template, facts))


def lecture(scene: Scene, facts: Facts | None = None, template: str = "lecture") -> None:
    """What the lecture calls it, where it says it in other words; or another remark in gray."""
    with st.container(width=900):
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


def close_lesson(lesson: Lesson, facts: Facts | None = None) -> None:
    """The questions at the end of a lesson; the way to the lesson before, and to the one after or the laboratory."""
    st.space("large")
    st.header("Check", anchor="check")
    for question in lesson.check:
        answers(question, facts or {})
    st.space("large")
    links = [(f"learn/{one.name}.py", literal.markdown(one.title)) for one in lessons()]
    way = [("learn/home.py", "Home"), *links, ("lab/train.py", "Train your own")]
    at = 1 + lessons().index(lesson)
    (before, name), (after, next_name) = way[at - 1], way[at + 1]
    with st.container(horizontal=True, horizontal_alignment="distribute", key="card_turn"):
        with st.container(width="content"):
            st.page_link(before, label=name, icon=":material/arrow_back:")
        st.page_link(after, label=f"Next: {next_name}", icon=":material/arrow_forward:", icon_position="right")

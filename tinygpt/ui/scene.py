"""What every scene of a lesson does: say, ask, show, explain. The words come from the lesson's storyboard.

A scene is one idea. Its question stands before its picture; any answer opens the picture, and so does "Show me".
"""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import streamlit as st

from tinygpt.ui import frame
from tinygpt.words import markdown as literal
from tinygpt.words.storyboard import LESSONS, Facts, Lesson, Question, Scene, fill, lessons

SHORT, WIDE = 84, 34  # characters that all answers, or one of them, may have to stand in one row, also on a phone
Rows = Sequence[Mapping[str, Any]] | Mapping[str, Sequence[Any]]


def head(lesson: Lesson) -> None:
    """The head of a lesson's page."""
    frame.head(lesson.title, lesson.subtitle, f"Lesson {lesson.number} of {len(LESSONS)}")


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
    chosen = answers(question, facts)
    seen = st.session_state.setdefault("seen", {})
    if chosen or scene.open or reveal_all() or seen.get(scene.id):
        return True
    with st.container(height=height, border=False, key=f"hidden_{scene.key}", vertical_alignment="center"):
        st.markdown(":gray[Choose an answer to see the picture.]", text_alignment="center")
        with st.container(horizontal_alignment="center"):
            st.button("Show me", type="tertiary", key=f"show_{scene.key}", on_click=_see, args=(scene.id,))
    return False


def answers(question: Question, facts: Facts) -> bool:
    """A question with its options and, once one is chosen, the reply to it; whether one is chosen."""
    options = [fill(answer.option, facts) for answer in question.answers]
    replies = [fill(answer.reply, facts) for answer in question.answers]  # all of them: a missing fact shows at once
    st.subheader(fill(question.ask, facts), anchor=False)
    row = sum(map(len, options)) <= SHORT and max(map(len, options)) <= WIDE
    choose: Any = _in_a_row if row else st.radio
    with st.container(key=f"question_{question.id}"):
        chosen = choose(
            fill(question.ask, facts), range(len(options)), index=None, format_func=options.__getitem__,
            key=f"ask_{question.id}", label_visibility="collapsed", persist_state="session",
        )  # fmt: skip
    if chosen is None:
        return False
    answer = question.answers[chosen]
    reply = re.sub("^a ", "A ", replies[chosen])  # "a newline" may begin it
    with st.container(width=780, key=f"reply_{question.id}"):
        st.markdown(f"**{'Right.' if answer.is_right(facts) else 'Not quite.'}** {reply}")
    return True


def _in_a_row(label: str, options: Sequence[int], *, index: None, **rest: Any) -> int | None:
    return st.segmented_control(label, options, default=index, **rest)


def _see(scene: str) -> None:
    st.session_state.setdefault("seen", {})[scene] = True


def reveal_all() -> bool:
    """Whether a link asks for all pictures at once, as teachers like it: ?reveal=all."""
    return st.query_params.get("reveal") == "all"


def look_for(scene: Scene, facts: Facts, template: str = "look_for") -> None:
    """The sentence under a figure."""
    frame.look_for(scene.write(template, facts))


def alt(scene: Scene, facts: Facts, template: str = "look_for") -> str:
    """A figure in words: what it is, then what to look for in it."""
    sentence = scene.plain(template, facts)
    return scene.plain("alt", {**facts, "look_for": sentence}) if "alt" in scene.templates else sentence


def formula(scene: Scene, facts: Facts, template: str = "formula") -> None:
    """The formula with this page's numbers in it."""
    written = scene.plain(template, facts)
    with st.container(width=780):
        st.latex(written.replace("\u2212", "-").replace("\u202f", r"\,"))


def code(*functions: Callable[..., Any], key: str = "") -> None:
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


def lecture(scene: Scene) -> None:
    """What the lecture calls it, where it says it in other words."""
    with st.container(width=900):
        st.markdown(f":gray[{scene.templates['lecture']}]")


def wrong_switch(key: str, label: str) -> bool:
    """A switch that makes a mistake of the notebooks, to see what comes of it."""
    return st.toggle(f"See it go wrong: {label}", key=key, bind="query-params")


@contextmanager
def wrong_frame(key: str, put_right: Callable[[], None] | None = None) -> Iterator[None]:
    """Round a picture that is wrong on purpose; its button puts it right again. `key` is the switch's."""
    with st.container(key=f"wrong_on_purpose_{key}"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown(":orange[**wrong on purpose**]", width="content")
            st.button(
                "Put it right", key=f"right_{key}", on_click=put_right or _switch_off, args=() if put_right else (key,)
            )
        yield


def _switch_off(key: str) -> None:
    st.session_state[key] = False


def check(lesson: Lesson, facts: Facts | None = None) -> None:
    """The questions at the end of a lesson."""
    st.space("large")
    st.header("Check", anchor="check")
    for question in lesson.check:
        answers(question, facts or {})


def turn(lesson: Lesson) -> None:
    """The way to the lesson before and to the one after; after the last one, to the laboratory."""
    st.space("large")
    there = {other.name: other for other in lessons()}
    names = list(there)
    at = names.index(lesson.name)
    before = _link(there[names[at - 1]]) if at else ("learn/home.py", "Home")
    after = _link(there[names[at + 1]]) if at + 1 < len(names) else ("lab/train.py", "Train your own")
    frame.turn_page(before, (after[0], f"Next: {after[1]}"))


def _link(lesson: Lesson) -> tuple[str, str]:
    return f"learn/{lesson.name}.py", literal.markdown(lesson.title)

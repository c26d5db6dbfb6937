"""A question of a lesson: its options, the reply to each, and the place of the picture that it hides."""

from typing import Any

import streamlit as st

from tinygpt.ui.beginning import ask_for
from tinygpt.words.storyboard import Facts, Question, Scene, fill


def ask(scene: Scene, facts: Facts) -> bool:
    """The scene's question; whether its picture may be seen: once answered, or when somebody asked to be shown."""
    question = scene.question
    if question is None:
        return True
    seen = st.session_state.setdefault("seen", set())
    if answers(question, facts):
        seen.add(scene.id)  # it stays, also when the answer is taken back
    return scene.open or st.query_params.get("reveal") == "all" or scene.id in seen  # teachers reveal all


def gate(scene: Scene, facts: Facts | None = None) -> None:
    """What stands in the place of a picture that waits for an answer."""
    with st.container(key=f"hidden_{scene.key}", horizontal_alignment="center", vertical_alignment="center"):
        st.markdown("Choose an answer to see the picture.", text_alignment="center", width="content")
        seen = st.session_state.setdefault("seen", set())
        st.button("Show me", key=f"show_{scene.key}", on_click=_show, args=(seen, scene, facts or {}))


def _show(seen: set[str], scene: Scene, facts: Facts) -> None:
    seen.add(scene.id)
    set_the_case(scene.question, facts)


def set_the_case(question: Question | None, facts: Facts) -> None:
    """Set the controls to the case that the question asks about, so that the picture answers it."""
    for key, asked in (question.case if question else {}).items():
        value = fill(asked, facts, escape=False) if isinstance(asked, str) else asked
        st.session_state[key] = value
        ask_for(key, str(value))


def answers(question: Question, facts: Facts) -> bool:
    """A question with its options and, once one is chosen, the reply to it; whether one is chosen."""
    options = [fill(answer.option, facts) for answer in question.answers]
    replies = [fill(answer.reply, facts) for answer in question.answers]  # all of them: a missing fact shows at once
    st.subheader(fill(question.ask, facts), anchor=False)
    with st.container(key=f"question_{question.id}"):
        chosen: int | None = st.radio(
            fill(question.ask, facts), distinct(question, options, facts), index=None, format_func=options.__getitem__,
            key=f"ask_{question.id}", label_visibility="collapsed", persist_state="session", on_change=set_the_case,
            args=(question, facts),
        )  # fmt: skip
    if chosen is None:
        return False
    is_right = question.answers[chosen].is_right(facts)
    reply = replies[chosen][:1].upper() + replies[chosen][1:] if replies[chosen].startswith("a ") else replies[chosen]
    with st.container(key=f"reply_{'right' if is_right else 'wrong'}_{question.id}"):
        st.markdown(
            f":material/{'check' if is_right else 'close'}: **{'Right.' if is_right else 'Not quite.'}** {reply}"
        )
    return True


def distinct(question: Question, options: list[str], facts: Facts) -> list[int]:
    """The places of the options that read differently with these facts; of two that are equal the right one."""
    places: dict[str, int] = {}
    for n, (option, answer) in enumerate(zip(options, question.answers, strict=True)):
        if option not in places or answer.is_right(facts):
            places[option] = n
    return sorted(places.values())


def own_guess(scene: Scene) -> Any:
    """What was guessed, as the place of its option among the scene's answers; None before an answer. For a mark in the
    picture, beside what is so."""
    return st.session_state.get(f"ask_{scene.question.id}") if scene.question else None

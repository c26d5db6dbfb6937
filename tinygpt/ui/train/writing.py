"""What the current run writes, now and on its way, and what a step by hand did."""

from html import escape
from typing import Any

import streamlit as st

from tinygpt.engine.records import RunView
from tinygpt.engine.samples import Sample
from tinygpt.spelling import count_of_steps, thousands
from tinygpt.ui import frame, session
from tinygpt.ui.train.status import LET_IT_WRITE, can_be_looked_into
from tinygpt.words.training import NOTHING_WRITTEN, SOON, account_words

NOW = "now"
STYLE = """
.st-key-account dl {
  display: grid; grid-template-columns: max-content 1fr; gap: 0 .75rem; margin: 0; padding: 0; font-size: .85rem;
}
.st-key-account :is(dt, dd) { margin: 0; padding: 0; overflow-wrap: anywhere; line-height: 1.35; }
.st-key-account dt { color: light-dark(#5F5C56, #A5A29B); font-weight: 400; }
.st-key-writing .passage { height: clamp(10.6rem, 100dvh - 26rem, 15rem); }
.st-key-aside:has(.st-key-account) .passage { height: 7.8rem; }
.st-key-writing { min-height: calc(clamp(10.6rem, 100dvh - 26rem, 15rem) + 5.2rem); }
.st-key-aside:has(.st-key-account) .st-key-writing { min-height: 0; }
.st-key-when { min-height: 2.6rem; }
.st-key-when [data-testid="stSlider"] { margin-block: .35rem -.6rem; }
"""


def writing(view: RunView | None) -> None:
    """What the current run writes, or what it wrote at the place of the slider; always in the same space."""
    samples = samples_of(view) if view else ()
    with st.container(key="writing", gap="xsmall"):
        head = st.container(gap="xsmall")
        with st.container(key="when"):
            chosen = moment(view, samples) if view and len(samples) > 1 else (samples or (None,))[-1]
        with head:
            with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center",
                              gap="small"):  # fmt: skip
                when = f" \u2002:gray[after {count_of_steps(chosen.step)}]" if chosen else ""
                st.markdown(f"**It writes**{when}", width="content")
                if view and can_be_looked_into(view):
                    st.page_link("lab/generate.py", label=LET_IT_WRITE, query_params={"run": view.id})
            frame.as_written(chosen.text if chosen else "", NOTHING_WRITTEN.get(view.status, SOON) if view else SOON)


def samples_of(view: RunView) -> tuple[Sample, ...]:
    """What is kept of a run's writing; nothing where it was deleted a moment ago, in another tab."""
    try:
        return session.engine().samples(view.id)
    except ValueError:
        return ()


def moment(view: RunView, samples: tuple[Sample, ...]) -> Sample:
    """The sample of the place where somebody has left the slider. Its end is the newest, whatever comes."""
    key, steps = f"when_{view.id}", [sample.step for sample in samples[:-1]]
    left: int | str = st.session_state.get(key, NOW)
    if isinstance(left, int) and left not in steps:  # it gave way to others: the nearest that is left
        near = [(abs(step - left), step) for step in steps]
        st.session_state[key] = min(near)[1]
    at: Any = st.select_slider(
        "After how many steps", [*steps, NOW], NOW, key=key, label_visibility="collapsed",
        format_func=lambda step: step if step == NOW else thousands(step),
    )  # fmt: skip
    return next((sample for sample in samples if sample.step == at), samples[-1])


def account(view: RunView | None) -> None:
    """What the last step did, where somebody has ordered it alone."""
    if view is None or view.account is None:
        return
    with st.container(key="account", gap="xsmall"):
        st.markdown(f"**Step {thousands(view.account.step)}**")
        facts = "".join(
            f"<dt>{escape(name)}</dt><dd>{escape(words)}</dd>" for name, words in account_words(view.account)
        )
        st.html(f"<dl>{facts}</dl>")

"""The list of runs: show or hide, rename, download, delete."""

import streamlit as st

from tinygpt.engine.description import COLORS
from tinygpt.engine.records import RunView
from tinygpt.models import count_parameters, kind, leak
from tinygpt.plots.losses.tones import tone
from tinygpt.spelling import brief, for_a_file, thousands
from tinygpt.ui import confirm, session, texts
from tinygpt.ui.train.status import LET_IT_WRITE, LOOK_INSIDE, can_be_looked_into
from tinygpt.words import literal
from tinygpt.words.leaks import SEES, told_apart
from tinygpt.words.overfitting import last_model, lowest_model
from tinygpt.words.verdict import hidden_words

MOST = 20  # runs that a link to the comparison names
KINDS = ("bigram", "head", "heads", "gpt")
HUES = "\n".join(
    f'[class*="st-key-run_{name}_{slot}_"] label p {{ font-weight: 700; color: '
    f"light-dark({tone(name, slot, 'light').ink}, {tone(name, slot, 'dark').ink}); }}"
    for name in KINDS
    for slot in range(COLORS)
)
# A label is read aloud with its marks, so a name carries none: the color of its line comes from here.
STYLE = f"""
{HUES}
.st-key-runs {{ gap: .2rem; }}
/* A run takes one line; where it is too long, what is said about it gives way before its name does, but its size
   stays whole. */
[class*="st-key-run_"] > :nth-child(1) {{ flex: 0 1 auto; min-width: 0; }}
[class*="st-key-run_"] > :nth-child(2) {{ flex: 1 1 0; min-width: 3.5rem; }}
/* That a run sees the answer has a line of its own below. */
[class*="st-key-run_"]:has([class*="st-key-sees_"]) {{ flex-wrap: wrap; row-gap: 0; }}
[class*="st-key-run_"]:has([class*="st-key-sees_"]) > :nth-child(1) {{ flex: 1 1 0; }}
[class*="st-key-run_"] > :has(> [class*="st-key-sees_"]) {{
  order: 1; flex: 1 0 100%; padding-left: 1.7rem; margin-top: -.7rem;
}}
/* The menu is three dots to look at, a word to hear, and large enough for a thumb. */
[class*="st-key-menu_"] [data-testid="stPopoverButton"] {{ min-width: 2rem; }}
[class*="st-key-menu_"] [data-testid="stPopoverButton"] [data-testid="stMarkdownContainer"] {{
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
}}
"""


def is_shown(view: RunView, current: RunView | None) -> bool:
    """Whether a run is on the chart: unless its tick was taken away, when it learns the same text as the current one.

    Whatever is ticked, losses of two texts never stand among one set of floors.
    """
    return is_comparable(view, current) and bool(st.session_state.get(f"show_{view.id}", True))


def is_comparable(view: RunView, current: RunView | None) -> bool:
    """Whether a run learns the same text as the current one."""
    return current is not None and view.spec.corpus == current.spec.corpus


def run_list(views: list[RunView], current: RunView | None) -> None:
    """A line a run: tick, name in its hue, a word about it, val loss, and a menu."""
    st.markdown("**Runs** \u2002:gray[blocks or parameters, val loss]")
    if not views:
        st.markdown(":gray[Each run you train gets a line here, and stays until you delete it.]")
    for view in views:
        name = literal.markdown(view.name)
        with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="xsmall",
                          key=f"run_{kind(view.spec.model)}_{view.slot}_{view.id}"):  # fmt: skip
            if is_comparable(view, current):
                st.checkbox(name, True, key=f"show_{view.id}", persist_state="session")
            else:  # the tick that it had is kept for the time when its text is on the stage again
                st.checkbox(name, False, key=f"hidden_{view.id}", disabled=True)
            with st.container(key=f"{'sees' if leak(view.spec.model) else 'about'}_{view.id}"):
                words = literal.markdown(short_about(view, current))
                st.markdown(f":small[:gray[{words}]]", width="stretch", wrap=False)
            st.markdown(val_words(view), width="content")
            menu(view, name)
    if hidden := hidden_words(sum(not is_comparable(view, current) for view in views)):
        st.markdown(f":gray[{hidden} \u201cShow this run\u201d in the menu of one brings its text.]")
    if words := session.engine().disk_warning(session.student()):
        st.text(words)
    if len(views) > 1:
        several = ",".join(view.id for view in views[:MOST] if is_shown(view, current))
        st.page_link("lab/compare.py", label="Compare the ticked ones", query_params={"show": several})


def short_about(view: RunView, current: RunView | None) -> str:
    """What tells this run from another, in a few words."""
    if view.student != session.student():
        return "not yours"
    if view.status in ("paused", "stopped", "diverged", "failed", "interrupted", "waiting"):
        return told_apart(view.status, leak(view.spec.model))
    if current and view.spec.corpus != current.spec.corpus:
        return texts.text_title(view.spec.corpus)
    if leak(view.spec.model):
        return SEES
    if view.origin:
        return f"from step {thousands(view.origin.step)}"
    blocks = getattr(view.spec.model, "n_layer", 0)
    return f"{blocks} blocks" if blocks > 1 else thousands(count_parameters(view.spec.model))


def val_words(view: RunView) -> str:
    """Its val loss; bold where it can be compared with others."""
    if view.val is None:
        return ":gray[\u2013]"
    return f":gray[{brief(view.val)}]" if leak(view.spec.model) else f"**{brief(view.val)}**"


def menu(view: RunView, name: str) -> None:
    """What can be done with a run; made only when it is opened. `name` is what to call it in markdown."""
    box = st.popover(f"Menu of {name}", icon=":material/more_horiz:", type="tertiary", key=f"menu_{view.id}",
                     on_change="rerun", help="Show, look inside, let it write, rename, download, delete")  # fmt: skip
    if not box.open:
        return
    with box:
        engine, mine = session.engine(), view.student == session.student()
        st.button("Show this run", key=f"watch_{view.id}", on_click=session.watch, args=(view.id,), width="stretch")
        if can_be_looked_into(view):
            st.page_link("lab/inside.py", label=LOOK_INSIDE, query_params={"run": view.id}, width="stretch")
            st.page_link("lab/generate.py", label=LET_IT_WRITE, query_params={"run": view.id}, width="stretch")
        if mine:
            st.text_input("Name", view.name, key=f"name_{view.id}", max_chars=40, on_change=_rename, args=(view.id,))
        if view.step or view.status == "diverged":  # at step 0 too it keeps the model it began with
            better = view.better
            which = f": {last_model(view.step)}" if better else ""
            _download(f"Download the model{which}", view, view.step, best=False)
            if better:
                _download(f"Download the model: {lowest_model(better[0])}", view, better[0], best=True)
        if mine and view.live:
            st.button("Stop", key=f"stop_{view.id}", on_click=session.order, args=("stage", engine.stop, view.id),
                      width="stretch")  # fmt: skip
        if mine:
            words = "Stop and delete" if view.live else "Delete"
            confirm.delete_button(words, view.id, width="stretch")
            confirm.question(f"Delete \u2018{view.name}\u2019 for good, with its curve and its models?", view.id,
                             session.act, "stage", engine.delete, view.id)  # fmt: skip


def _download(label: str, view: RunView, step: int, *, best: bool) -> None:
    st.download_button(
        label, lambda: session.engine().model_bytes(view.id, best=best) or b"",
        f"tinygpt-{for_a_file(view.name) or 'model'}-{step}.safetensors",
        key=f"download_{'best_' * best}{view.id}", on_click="ignore", width="stretch",
    )  # fmt: skip


def _rename(run: str) -> None:
    session.act("stage", session.engine().rename, run, st.session_state[f"name_{run}"])

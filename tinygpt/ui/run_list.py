"""The list of runs: show or hide, rename, download, delete."""

import streamlit as st

from tinygpt.engine.records import LIVE, RunView
from tinygpt.models import count_parameters, kind
from tinygpt.plots.look import number, thousands
from tinygpt.ui import literal, session, texts

HUES = {"bigram": "orange", "head": "blue", "heads": "green", "gpt": "violet"}  # the theme's names of our hues


def is_shown(view: RunView, current: RunView | None) -> bool:
    """Whether a run is on the chart: as ticked, or else when it learns the same text as the current one."""
    by_itself = current is not None and view.spec.corpus == current.spec.corpus
    return bool(st.session_state.get(f"show_{view.id}", by_itself))


def run_list(views: list[RunView], current: RunView | None) -> None:
    """A line a run: tick, name in its hue, val loss, and a menu."""
    st.markdown("**Runs** \u2002:gray[val loss]")
    if not views:
        st.markdown(":gray[Each run you train gets a line here, and stays until you delete it.]")
    for view in views:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"run_{view.id}"):
            about = literal.markdown(short_about(view, current))
            hue = HUES[kind(view.spec.model)]
            label = f":{hue}[**{literal.markdown(view.name)}**] \u2002:gray[{about}]"
            st.checkbox(label, is_shown(view, current), key=f"show_{view.id}", width="stretch")
            st.markdown(f"**{number(view.val, 3)}**" if view.val is not None else ":gray[\u2013]", width="content")
            menu(view)


def short_about(view: RunView, current: RunView | None) -> str:
    """What tells this run from another, in a few words."""
    if view.status in ("paused", "stopped", "diverged", "failed", "interrupted", "waiting"):
        return view.status
    if current and view.spec.corpus != current.spec.corpus:
        return texts.title(view.spec.corpus)
    blocks = getattr(view.spec.model, "n_layer", 0)
    return f"{blocks} blocks" if blocks > 1 else f"{thousands(count_parameters(view.spec.model))} parameters"


def menu(view: RunView) -> None:
    """What can be done with a run; made only when it is opened."""
    box = st.popover("", icon=":material/more_horiz:", type="tertiary", key=f"menu_{view.id}", on_change="rerun",
                     help="Show, rename, download, delete")  # fmt: skip
    if not box.open:
        return
    with box:
        engine, mine = session.engine(), view.student == session.student()
        st.button("Show this run", key=f"watch_{view.id}", on_click=session.watch, args=(view.id,), width="stretch")
        if mine:
            st.text_input("Name", view.name, key=f"name_{view.id}", max_chars=40, on_change=_rename, args=(view.id,))
        if view.step:
            st.download_button(
                "Download the model",
                data=lambda: engine.model_bytes(view.id) or b"",
                file_name=f"{file_name(view)}.safetensors",
                key=f"download_{view.id}",
                on_click="ignore",
                width="stretch",
            )
        if mine:
            words = "Stop and delete" if view.status in LIVE else "Delete"
            st.button(words, key=f"delete_{view.id}", on_click=engine.delete, args=(view.id,), width="stretch")


def file_name(view: RunView) -> str:
    """A name for the download that every system takes: letters, digits and hyphens, never a path."""
    plain = "".join(c if c.isascii() and c.isalnum() else "-" for c in view.name).strip("-")
    return f"tinygpt-{plain or 'model'}-{view.step}"


def _rename(run: str) -> None:
    session.engine().rename(run, st.session_state[f"name_{run}"])

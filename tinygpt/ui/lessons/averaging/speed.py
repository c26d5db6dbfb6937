"""Lesson 3: how long loop, product and softmax take on this machine."""

import functools

import streamlit as st

from tinygpt.averaging import mean_by_loop, mean_by_softmax, mean_by_tril, microseconds
from tinygpt.plots.lessons import averaging as figures
from tinygpt.ui import frame
from tinygpt.ui.scene import margin
from tinygpt.words.storyboard import Scene

SIZES = (8, 16, 32, 64, 128, 256, 512)  # values of T whose time is measured
ASKED = 64  # the T that the sentence is about
REPEATS = 5
VERSIONS = {"loop": mean_by_loop, "product": mean_by_tril, "softmax": mean_by_softmax}


def how_fast(scene: Scene) -> None:
    """A line: how much faster the product is than the loop. On request how long each version takes as T grows."""
    now = _measured(ASKED)
    facts = {"size": ASKED, "ratio": now["loop"] / now["product"], "repeats": REPEATS, **now}
    with margin():
        st.subheader(scene.templates["speed_title"], anchor="avg-6")
        st.markdown(scene.write("speed", facts))
        with st.expander(scene.templates["speed_more"], type="compact", key="speeds", on_change="rerun") as box:
            if box.open:
                st.fragment(_chart)(scene)


def _chart(scene: Scene) -> None:
    times = {name: [_measured(size)[name] for size in SIZES] for name in VERSIONS}
    facts = {"repeats": REPEATS, **{f"{name}_{SIZES[-1]}": values[-1] for name, values in times.items()}}
    says = scene.plain("alt_speed", {})
    frame.show(figures.times_chart(SIZES, times, frame.mode()), key="avg_speeds", alt=says)
    st.markdown(scene.write("speed_deeper", facts))
    st.button("Measure again", key="measure", on_click=_measured.cache_clear)


@functools.cache  # what everybody sees until somebody measures again
def _measured(size: int) -> dict[str, float]:
    """Microseconds of each version at that T."""
    return {name: microseconds(version, size, repeats=REPEATS) for name, version in VERSIONS.items()}

"""Lesson 3, scenes 6 to 9: how fast, how equal, and how good averages are."""

import functools

import streamlit as st
from torch import Tensor

from tinygpt.averaging import (
    changed_rows,
    mean_by_loop,
    mean_by_softmax,
    mean_by_tril,
    microseconds,
)
from tinygpt.lessons.measured import counted, result
from tinygpt.plots.lessons import averaging as figures
from tinygpt.plots.lessons.positions import Curve, by_position
from tinygpt.ui import frame
from tinygpt.ui.lessons.averaging.loop import T
from tinygpt.ui.scene import Showing, choose, explain, plot, scene, table
from tinygpt.ui.train.here import train_here
from tinygpt.words.storyboard import Scene, apart

SIZES = (8, 16, 32, 64, 128, 256, 512)  # values of T whose time is measured
ASKED = 64  # the T that the question is about
REPEATS = 5
VERSIONS = {"loop": mean_by_loop, "product": mean_by_tril, "softmax": mean_by_softmax}


def _measured() -> dict[str, list[float]]:
    """Microseconds of each version at each of SIZES, measured now."""
    return {
        name: [microseconds(version, size, repeats=REPEATS) for size in SIZES] for name, version in VERSIONS.items()
    }


_measured_first = functools.cache(_measured)  # what everybody sees who has not measured again


@scene("avg-6", code=[mean_by_loop, mean_by_tril, mean_by_softmax])
def speeds(scene: Scene) -> Showing:
    """How long each version takes as T grows, on this machine."""
    times = st.session_state.get("times") or _measured_first()
    loop, tril, softmax = (times[name][SIZES.index(ASKED)] for name in VERSIONS)
    ratio = loop / tril
    facts = {
        "T": ASKED, "loop": loop, "tril": tril, "softmax": softmax, "ratio": ratio, "repeats": REPEATS,
        "is_low": ratio < 5, "is_middle": 5 <= ratio < 30, "is_high": ratio >= 30,
    }  # fmt: skip
    yield facts
    plot(scene, figures.times_chart(SIZES, times, frame.mode()), facts)
    st.button("Measure again", key="measure", on_click=_measure_again)
    explain(scene, facts, lambda: {"T": SIZES, **{f"{name}, \u00b5s": values for name, values in times.items()}})


def _measure_again() -> None:
    st.session_state["times"] = _measured()  # for this student only


@scene("avg-8", code=[changed_rows])
def forgets(scene: Scene, x: Tensor) -> Showing:
    """Which rows of xbow move when the input changes."""
    options = {"swap x[0] and x[1]": "caption", "add 1 to x[5]": "fifth"}
    swapped, raised = x[:, [1, 0, *range(2, T)]], x.clone()
    raised[:, 5] += 1
    shown, *others = (each[:1] for each in (x, swapped, raised))  # the sequence that stands on the page
    changes = {words: changed_rows(shown, other) for words, other in zip(options.values(), others, strict=True)}
    facts = {"first": float(changes["caption"][0])} | {f"row_{i}": float(changes["fifth"][i]) for i in (5, 6, 7)}
    yield facts
    names = list(options)
    words = options[choose("Change", names, names[0], key="change")]
    plot(scene, figures.changes_bars(changes[words], frame.mode()), facts, words)


@scene("avg-9")
def better_than_nothing(scene: Scene) -> Showing:
    """A trained head that averages against the bigram, place by place."""
    averaging_head, (floors, pairs) = result("averaging"), counted()
    averaged = averaging_head.by_position
    facts = {
        "pairs": floors["2-gram"].val, "averaged": averaging_head.val_loss,
        "both": result("averaging-skip").val_loss,
        "a_first": averaged[0], "a_last": averaged[-1], "b_first": pairs[0], "b_last": pairs[-1],
        "last": len(pairs) - 1, "positions": len(pairs),
        "gap_1": averaged[1] - pairs[1], "gap_last": apart(averaged[-1], pairs[-1]),
    }  # fmt: skip
    yield facts
    curves = [
        Curve("averaging", averaged, "heads"),
        Curve("bigram, counted", pairs, "bigram"),
        Curve("one head", result("one-head").by_position, "head"),
    ]
    plot(scene, by_position(curves, frame.mode(), low=2.2, high=3.1), facts)
    with st.container(width=900):
        st.markdown(scene.write("closing", facts))
    table(lambda: {"position": range(len(pairs)), **{curve.name: curve.losses for curve in curves}}, key=scene.key)
    train_here("averaging", "one-head", key=scene.key)

"""The last scenes of lesson 3: how equal two averages are, what an average forgets, and how good it is."""

import streamlit as st
import torch
from torch import Tensor

from tinygpt.averaging import (
    changed_rows,
    mean_by_tril,
)
from tinygpt.lessons.measured import counted, result
from tinygpt.plots.lessons import averaging as figures
from tinygpt.plots.lessons.positions import Curve, by_position
from tinygpt.randomness import generator
from tinygpt.ui import frame
from tinygpt.ui.dials import buttons
from tinygpt.ui.drag import swap
from tinygpt.ui.lessons.averaging.loop import ROW_NAMES, T
from tinygpt.ui.scene import Showing, picture, plot, scene, table
from tinygpt.ui.train.here import train_here
from tinygpt.words.storyboard import Scene, apart

WORDS = ("dog", "bites", "man")
CHANGES = "dog bites man \u2192 man bites dog", "swap x[0] and x[1]", "add 1 to x[5]"


@scene("avg-8", code=[changed_rows])
def forgets(scene: Scene, x: Tensor) -> Showing:
    """Which rows of xbow move when the input changes: words that change places, points that do."""
    said, turned = word_rows()
    swapped, raised = x[:, [1, 0, *range(2, T)]], x.clone()
    raised[:, 5] += 1
    shown, *others = (each[:1] for each in (x, swapped, raised))  # the sequence that stands on the page
    moved, (first, fifth) = changed_rows(said, turned), (changed_rows(shown, other) for other in others)
    mean = mean_by_tril(said)[0, -1]
    facts = {
        "row_0": float(moved[0]), "row_1": float(moved[1]), "mean_0": float(mean[0]), "mean_1": float(mean[1]),
        "first": float(first[0]), **{f"row_{i}": float(fifth[i]) for i in (5, 6, 7)},
    }  # fmt: skip
    yield facts
    drawings = {
        "caption": "".join(
            figures.means_table(rows[0], mean_by_tril(rows)[0], len(WORDS) - 1, names, frame.mode())
            for rows, names in ((said, WORDS), (turned, WORDS[::-1]))
        ),
        "swapped": figures.changes_bars(first, ROW_NAMES, frame.mode()),
        "fifth": figures.changes_bars(fifth, ROW_NAMES, frame.mode()),
    }
    pictures = [picture(scene, drawing, facts, words) for words, drawing in drawings.items()]
    swap(pictures, buttons("change", "Change", CHANGES))


def word_rows() -> tuple[Tensor, Tensor]:
    """Two random numbers for each of WORDS, and the same words from the last to the first. Both (1, 3, 2)"""
    said = torch.randn(1, len(WORDS), 2, generator=generator(1337))
    return said, said.flip(1)


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
    figure = by_position(curves, frame.mode(), low=2.2, high=3.1)
    plot(scene, figure.update_layout(margin_t=44, height=412), facts)  # the buttons of a figure lie in its upper margin
    st.markdown(scene.write("closing", facts))
    table(lambda: {"position": range(len(pairs)), **{curve.name: curve.losses for curve in curves}}, key=scene.key)
    train_here("averaging", "one-head", key=scene.key)

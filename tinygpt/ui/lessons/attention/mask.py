"""The scenes of lesson 4 about who may look at whom: arrows, the mask, the wrong axis."""

from contextlib import nullcontext

import streamlit as st
import torch

from tinygpt.attention import attention_stages, causal_mask
from tinygpt.inside.heads import future_share, moved, notebook_head
from tinygpt.lessons.measured import counted, result
from tinygpt.plots.lessons.attention import bars_figure, sums_figure
from tinygpt.plots.lessons.attention_graph import islands
from tinygpt.spelling import number
from tinygpt.ui import frame
from tinygpt.ui.drag import drag
from tinygpt.ui.lessons.attention.reader import ANOTHER, Reader
from tinygpt.ui.lessons.attention.row import matrix_rows, show_map, two_strongest
from tinygpt.ui.scene import (
    Showing,
    alt,
    caption,
    choose,
    explain,
    lecture,
    picture,
    scene,
    wrong_frame,
    wrong_switch,
)
from tinygpt.ui.train.here import train_here
from tinygpt.words.storyboard import Facts, Scene

LEAST = 0.1  # an arrow that carries more is counted
LEAK = 0.01  # a position that moves more has been reached by the future


@scene("att-5")
def arrows(scene: Scene, reader: Reader) -> Showing:
    """The weights as a directed graph, and a second text that no arrow reaches."""
    T, names = len(reader.ids), reader.spoken
    counts = {"T": T, "next": T + 1, "without_loops": T * (T - 1) // 2, "half": T * (T + 1) // 2, "full": T * T}
    yield counts if reader.can_choose else None
    masked = st.toggle("mask the future", True, key="see_mask", bind="query-params")
    other = reader.other_text(ANOTHER)
    both = (reader.see(ids).stages if masked else reader.unmasked(ids) for ids in (reader.ids, other))
    weights, far = (stages.weights for stages in both)
    shared = counts | {
        "arrows": counts["half" if masked else "full"], "strong": int((weights > LEAST).sum()), "least": LEAST,
        "strongest": "; ".join(f"{names[t]} to {names[int(row.argmax())]}" for t, row in enumerate(weights)),
    }  # fmt: skip
    pictures = []
    for t in range(T):
        drawing = islands(weights, reader.characters, far, reader.labels(other), t, frame.mode())
        pictures.append(picture(scene, drawing, shared | two_strongest(weights, names, t)))
    drag(pictures, key="node", label="Node", names=range(T), default=reader.start)
    explain(scene, shared, lambda: matrix_rows(weights, reader.characters))


@scene("att-6", code=[causal_mask, future_share])
def without_mask(scene: Scene, reader: Reader) -> Showing:
    """The same head with and without the mask, and what comes of training without."""
    yield {} if reader.can_choose else None
    both = {"with_mask": reader.see().stages, "without": reader.unmasked()}
    shares = future_share(both["without"].weights)
    t = int(shares.argmax())
    facts = {"row": t, "looker": reader.spoken[t], "to_future": float(shares[t]), "last": len(shares) - 1}
    for place, (name, stages) in zip(st.columns(2, gap="large"), both.items(), strict=True):
        with place:
            st.markdown(scene.plain(name, facts))
            key, says = f"{scene.key}_{name}", alt(scene, facts)
            show_map(key, stages.weights, reader.characters, says, scaled=stages.scaled)
    bars = bars_figure(shares, reader.characters, frame.mode(), name=scene.plain("future", facts))
    says = scene.plain("alt_future", facts | {"caption": scene.plain("caption", facts)})
    frame.show(bars, key=f"{scene.key}_future", alt=says)
    caption(scene, facts)
    lecture(scene)
    if wrong_switch("wrong_nomask", scene.templates["switch"]):
        with wrong_frame("wrong_nomask"):
            _trained_without(scene)
    train_here("no-mask", "one-head", key=scene.key)


def _trained_without(scene: Scene) -> None:
    """What was measured of a head that was trained without the mask."""
    stored, (floors, _) = result("no-mask"), counted()
    *seen, end = stored.by_position
    facts = {
        "loss": stored.val_loss, "fives": floors["5-gram"].val, "seen": len(seen) - 1, "last": len(seen),
        "low": min(seen), "high": max(seen), "end": end,
    }  # fmt: skip
    losses, places = torch.tensor(stored.by_position), [str(i) for i in range(len(stored.by_position))]
    name, most = scene.plain("by_place", facts), max(stored.by_position)
    bars = bars_figure(losses, places, frame.mode(), name=name, role="head", ceiling=most)
    frame.show(bars, key=f"{scene.key}_trained", alt=scene.plain("wrong", facts))
    caption(scene, facts, "wrong")
    st.markdown(scene.templates["writes"])
    st.code(stored.sample, language=None, wrap_lines=True)


@scene("att-7", code=[attention_stages])
def wrong_axis(scene: Scene, reader: Reader) -> Showing:
    """Softmax along rows or down columns, and how far the future reaches back."""
    yield {}
    dim = choose("softmax(wei, dim=…)", (-1, 1), -1, key="softmax_dim")
    seen, characters, words = reader.see(dim=dim), reader.characters, "caption"
    if dim == 1:
        words = "wrong" if reader.can_choose else "wrong_alone"
    weights, moves = seen.stages.weights, moved(seen, reader.see(reader.other_last(), dim=dim))
    rows, columns, earlier = weights.sum(1), weights.sum(0), moves[:-1]
    facts = {
        "last": len(rows) - 1, "lowest": float(rows.min()), "highest": float(rows.max()),
        "reached": int((earlier > LEAK).sum()), "farthest": float(earlier.max()) if len(earlier) else 0.0,
        "rows": ", ".join(map(number, rows.tolist())), "columns": ", ".join(map(number, columns.tolist())),
    }  # fmt: skip
    with wrong_frame("softmax_dim", right=-1) if dim == 1 else nullcontext():
        left, right = st.columns(2, gap="large", vertical_alignment="center")
        with left:
            figure = sums_figure(weights, characters, frame.mode())
            frame.show(figure, key=scene.key, alt=alt(scene, facts, words), square=True)
        with right:
            bars = bars_figure(moves, characters, frame.mode(), name=scene.plain("moves", facts), role="scores")
            says = scene.plain("alt_moves", facts | {"caption": scene.plain(words, facts)})
            frame.show(bars, key=f"{scene.key}_moves", alt=says)
        caption(scene, facts, words)
    if dim == 1:
        st.markdown(scene.write("trap", _trap_facts()))
    wei = notebook_head().see(torch.arange(8), dim=1).stages.weights  # the study notebook's own numbers, made again
    printed = {"seed": 1337, "first": float(wei[0, 0]), "fifth": float(wei[5].sum())}
    explain(scene, printed, lambda: matrix_rows(weights, characters))
    train_here("wrong-axis", "wrong-axis-skip", "one-head", key=scene.key)


def _trap_facts() -> Facts:
    """What was measured of heads that were trained with the wrong axis."""
    right, wrong, skip = result("one-head"), result("wrong-axis"), result("wrong-axis-skip")
    return {
        "wrong_loss": wrong.val_loss, "right_loss": right.val_loss, "in_use_low": min(wrong.in_use),
        "in_use_high": max(wrong.in_use), "pairs": counted()[0]["2-gram"].val, "skip_loss": skip.val_loss,
        "skip_low": min(skip.in_use), "skip_high": max(skip.in_use),
    }  # fmt: skip

"""The scenes of lesson 4 about what leaks: a head without its mask, and softmax along the wrong axis."""

from contextlib import nullcontext

import streamlit as st
import torch

from tinygpt.attention import attention_stages, causal_mask
from tinygpt.inside.heads import ModelHead, future_share, moved, notebook_head
from tinygpt.lessons.measured import counted, result
from tinygpt.plots.lessons.attention import bars_figure, sums_figure
from tinygpt.spelling import number
from tinygpt.ui import frame
from tinygpt.ui.lessons.attention.reader import Reader
from tinygpt.ui.lessons.attention.row import matrix_rows, show_colors, show_map
from tinygpt.ui.scene import (
    Showing,
    alt,
    caption,
    choose,
    explain,
    lecture,
    scene,
    wrong_frame,
    wrong_switch,
)
from tinygpt.ui.train.here import train_here
from tinygpt.words.storyboard import Facts, Scene

LOW, BARS = 290, 200  # px: maps and bars that fit on one screen together
LEAK = 0.005  # a position that moves more has been reached by the future: it is not 0.00


@scene("att-7", code=[causal_mask, future_share])
def without_mask(scene: Scene, reader: Reader) -> Showing:
    """The same head with and without the mask, and what comes of training without."""
    yield {} if reader.can_choose else None
    both = {"with_mask": reader.see().stages, "without": reader.unmasked()}
    shares = future_share(both["without"].weights)
    t = int(shares.argmax())
    taught = scene.templates["was_taught"] if isinstance(reader.head, ModelHead) else ""
    facts = {
        "row": t,
        "looker": reader.spoken[t],
        "to_future": float(shares[t]),
        "last": len(shares) - 1,
        "taught": taught,
    }
    for place, (name, stages) in zip(st.columns(2, gap="large"), both.items(), strict=True):
        with place:
            st.markdown(scene.plain(name, facts))
            key, says = f"{scene.key}_{name}", alt(scene, facts)
            show_map(key, stages.weights, reader.characters, says, scaled=stages.scaled, least=LOW)
    bars = bars_figure(shares, reader.characters, frame.mode(), name=scene.plain("future", facts))
    says = scene.plain("alt_future", facts | {"caption": scene.plain("caption", facts)})
    bars.update_layout(height=BARS)
    frame.show(bars, key=f"{scene.key}_future", alt=says)
    caption(scene, facts)
    show_colors()
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


@scene("att-8", code=[attention_stages])
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
        "new_last": reader.names(reader.other_last())[-1],
        "rows": ", ".join(map(number, rows.tolist())), "columns": ", ".join(map(number, columns.tolist())),
    }  # fmt: skip
    with wrong_frame("softmax_dim", right=-1) if dim == 1 else nullcontext():
        left, right = st.columns(2, gap="large", vertical_alignment="center")
        with left:
            figure = sums_figure(weights, characters, frame.mode())
            figure.update_layout(height=max(400, 18 * len(rows) + 200))
            frame.show(figure, key=scene.key, alt=alt(scene, facts, words), square=True)
        with right:
            name = scene.templates["moves_out" if seen.guesses is None else "moves"]
            bars = bars_figure(moves, characters, frame.mode(), name=name, role="scores")
            says = scene.plain("alt_moves", facts | {"caption": scene.plain(words, facts)})
            frame.show(bars, key=f"{scene.key}_moves", alt=says)
        caption(scene, facts, words)
    _show_trap(scene)
    show_colors()
    wei = notebook_head().see(torch.arange(8), dim=1).stages.weights  # the study notebook's own numbers, made again
    printed = {"seed": 1337, "first": float(wei[0, 0]), "fifth": float(wei[5].sum())}
    explain(scene, printed, lambda: matrix_rows(weights, characters))
    train_here("wrong-axis", "wrong-axis-skip", "one-head", key=scene.key)


def _show_trap(scene: Scene) -> None:
    """What comes of training with the wrong axis: words, and what the guesses cost in use, place by place."""
    facts, in_use = _trap_facts(), torch.tensor(result("wrong-axis").in_use)
    st.markdown(scene.write("trap", facts))
    places, name = [str(i) for i in range(len(in_use))], scene.templates["in_use"]
    bars = bars_figure(in_use, places, frame.mode(), name=name, role="head", ceiling=float(in_use.max()))
    bars.update_layout(height=BARS)
    frame.show(bars, key=f"{scene.key}_in_use", alt=scene.plain("alt_in_use", facts))


def _trap_facts() -> Facts:
    """What was measured of heads that were trained with the wrong axis."""
    right, wrong, skip = result("one-head"), result("wrong-axis"), result("wrong-axis-skip")
    return {
        "wrong_loss": wrong.val_loss, "right_loss": right.val_loss, "in_use_low": min(wrong.in_use),
        "in_use_high": max(wrong.in_use), "pairs": counted()[0]["2-gram"].val, "skip_loss": skip.val_loss,
        "skip_low": min(skip.in_use), "skip_high": max(skip.in_use),
    }  # fmt: skip

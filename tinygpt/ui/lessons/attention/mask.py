"""The scenes of lesson 4 about what leaks: a head without its mask, and softmax along the wrong axis."""

import streamlit as st
import torch

from tinygpt.attention import attention_stages, causal_mask
from tinygpt.inside.heads import ModelHead, future_share, moved, notebook_head
from tinygpt.lessons.measured import counted, result
from tinygpt.plots.lessons.attention_sums import sums_drawing, value_bars
from tinygpt.spelling import number
from tinygpt.ui import frame
from tinygpt.ui.dials import buttons
from tinygpt.ui.drag import Picture, still, swap
from tinygpt.ui.lessons.attention.reader import Reader
from tinygpt.ui.lessons.attention.row import matrix_rows, show_colors, show_map
from tinygpt.ui.scene import (
    Showing,
    alt,
    explain,
    fragment_of,
    lecture,
    picture,
    scene,
    under_picture,
    wrong_frame,
    wrong_switch,
)
from tinygpt.ui.train.here import train_here
from tinygpt.words.storyboard import Facts, Scene

LOW, BARS = 290, 110  # px: maps and bars that fit on one screen together
DIMS = -1, 1  # of softmax: along the row, or down the column
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
    bars = value_bars(shares, reader.characters, frame.mode(), name=scene.plain("future", facts), height=BARS)
    says = scene.plain("alt_future", facts | {"caption": scene.plain("caption", facts)})
    still(bars, key=f"{scene.key}_future", alt=says)
    under_picture(scene, facts)
    show_colors()
    lecture(scene)
    _trained_without(scene)
    train_here("no-mask", "one-head", key=scene.key)


@fragment_of
def _trained_without(scene: Scene) -> None:
    """A switch that shows what was measured of a head that was trained without the mask."""
    if wrong_switch("wrong_nomask", scene.templates["switch"]):
        with wrong_frame("wrong_nomask"):
            _what_came_of_it(scene)


def _what_came_of_it(scene: Scene) -> None:
    """What such a head pays, and what it writes."""
    stored, (floors, _) = result("no-mask"), counted()
    *seen, end = stored.by_position
    facts = {
        "loss": stored.val_loss, "fives": floors["5-gram"].val, "seen": len(seen) - 1, "last": len(seen),
        "low": min(seen), "high": max(seen), "end": end,
    }  # fmt: skip
    losses, places = torch.tensor(stored.by_position), [str(i) for i in range(len(stored.by_position))]
    name, most = scene.plain("by_place", facts), max(stored.by_position)
    bars = value_bars(losses, places, frame.mode(), name=name, role="head", ceiling=most)
    still(bars, key=f"{scene.key}_trained", alt=scene.plain("wrong", facts))
    under_picture(scene, facts, "wrong")
    st.markdown(scene.templates["writes"])
    st.code(stored.sample, language=None, wrap_lines=True)


@scene("att-8", code=[attention_stages])
def wrong_axis(scene: Scene, reader: Reader) -> Showing:
    """Softmax along rows or down columns, and how far the future reaches back."""
    yield {}
    pictures = [_along_axis(scene, reader, dim) for dim in DIMS]
    (at,) = swap(pictures, buttons("softmax_dim", "softmax(wei, dim=\u2026)", DIMS, right=0))
    _show_trap(scene)
    show_colors()
    wei = notebook_head().see(torch.arange(8), dim=1).stages.weights  # the study notebook's own numbers, made again
    printed = {"seed": 1337, "first": float(wei[0, 0]), "fifth": float(wei[5].sum())}
    explain(scene, printed, lambda: matrix_rows(reader.see(dim=DIMS[at]).stages.weights, reader.characters))
    train_here("wrong-axis", "wrong-axis-skip", "one-head", key=scene.key)


def _along_axis(scene: Scene, reader: Reader, dim: int) -> Picture:
    """The weights of a softmax along `dim` with their sums, and how far each position moves with the last letter."""
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
    name = scene.templates["moves_out" if seen.guesses is None else "moves"]
    drawing = sums_drawing(weights, characters, frame.mode())
    drawn = picture(
        scene, drawing + value_bars(moves, characters, frame.mode(), name=name, role="scores"), facts, words
    )
    return drawn._replace(alt=f"{drawn.alt} {scene.plain('alt_moves', facts | {'name': name})}")


def _show_trap(scene: Scene) -> None:
    """What comes of training with the wrong axis: words, and what the guesses cost in use, place by place."""
    facts, in_use = _trap_facts(), torch.tensor(result("wrong-axis").in_use)
    st.markdown(scene.write("trap", facts))
    places, name = [str(i) for i in range(len(in_use))], scene.templates["in_use"]
    bars = value_bars(in_use, places, frame.mode(), name=name, role="head", ceiling=float(in_use.max()), height=BARS)
    still(bars, key=f"{scene.key}_in_use", alt=scene.plain("alt_in_use", facts))


def _trap_facts() -> Facts:
    """What was measured of heads that were trained with the wrong axis."""
    right, wrong, skip = result("one-head"), result("wrong-axis"), result("wrong-axis-skip")
    return {
        "wrong_loss": wrong.val_loss, "right_loss": right.val_loss, "in_use_low": min(wrong.in_use),
        "in_use_high": max(wrong.in_use), "pairs": counted()[0]["2-gram"].val, "skip_loss": skip.val_loss,
        "skip_low": min(skip.in_use), "skip_high": max(skip.in_use),
    }  # fmt: skip

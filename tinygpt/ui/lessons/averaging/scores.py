"""Lesson 3: every allowed score is a handle. Weights, sums and the averaged point follow in the browser.

The browser does the softmax of what is on the screen; what is written beside it comes from the core, once the handle
is let go. A browser test holds both to the same numbers.
"""

import re
from typing import Any

import streamlit as st
import torch
from torch import Tensor

from tinygpt.averaging import mean_by_tril, score_for_share, weights_of
from tinygpt.plots.drawing import shade
from tinygpt.plots.lessons.averaging_plane import empty_plane, spots
from tinygpt.plots.look import PALETTE, color
from tinygpt.spelling import spoken
from tinygpt.ui import frame
from tinygpt.ui.beginning import beginning
from tinygpt.ui.browser.component import component
from tinygpt.ui.lessons.averaging.loop import FIRST_EIGHT, ROW_NAMES, T
from tinygpt.ui.scene import Showing, explain, scene
from tinygpt.words.storyboard import Facts, Scene

KEY = "scores"  # in the link: 5.3=4.6,7.1=-2 is a score of 4.6 in row 5 at position 3, and so on; the others are 0
LIMIT = 10  # a score lies between -LIMIT and LIMIT
COPIES, NINETY, NEAR = 0.99, 0.9, 0.005  # so much weight is a copy; what is asked for; and how nearly

_handles = component("scores", "say")


@scene("avg-scores", code=[weights_of, score_for_share])
def chosen_scores(scene: Scene, x: Tensor) -> Showing:
    """Scores to be dragged, and three tasks."""
    last = T - 1
    yield {
        "all": T, "last": last, "others": last, "equal": 1 / T, "twice": 2 / T,
        "right": float(weights_of(torch.eye(T))[last, last]),
    }  # fmt: skip
    scores, t, i = _drag_scores(scene, x[0])
    weights = weights_of(scores)
    facts = {
        "t": t, "column": i, "score": float(scores[t, i]), "total": float(scores[t, : t + 1].exp().sum()),
        "share": float(weights[t, i]),
    }  # fmt: skip
    rows = {"row": ROW_NAMES, **{f"column {ROW_NAMES[i]}": weights[:, i].tolist() for i in range(T)}}
    explain(scene, facts, lambda: rows)


def _drag_scores(scene: Scene, points: Tensor) -> tuple[Tensor, int, int]:
    """The matrix whose cells are handles; its scores (T, T) as they were let go last, row and place of the chosen."""
    asked, times, just_now = beginning(KEY, "chosen_scores", st.query_params.get(KEY, ""))
    begin = read_scores(asked)
    changed = begin.nonzero().tolist()
    start = changed[-1] if changed else [T - 1, T - 1]
    first: dict[str, Any] = {"scores": begin.tolist(), "at": start}
    state = _handles(
        key="chosen_scores",
        data={"scores": first["scores"], "start": start, "asked": times, **_words(scene), **_plane(points)},
        default={"chosen": first},
        on_chosen_change=lambda: None,
    )
    now = first if just_now else state.chosen
    scores = torch.tensor(now["scores"], dtype=torch.float32).clamp(-LIMIT, LIMIT)
    if (link := link_of(scores)) or KEY in st.query_params:
        st.query_params[KEY] = link
    t, i = now["at"]
    return scores, int(t), int(i)


def read_scores(link: str) -> Tensor:
    """The scores that a link names, 0 for the others; what it says wrongly is passed over. (T, T)"""
    scores = torch.zeros(T, T)
    for part in link.replace("\u2212", "-").split(","):
        if found := re.fullmatch(r"(\d)\.(\d)=(-?\d{1,2}(?:\.\d)?)", part.strip()):
            t, i, score = int(found[1]), int(found[2]), float(found[3])
            if i <= t < T:
                scores[t, i] = max(-LIMIT, min(LIMIT, score))
    return scores


def link_of(scores: Tensor) -> str:
    """How a link names these scores (T, T): those that are not 0."""
    return ",".join(f"{t}.{i}={float(scores[t, i]):.3g}" for t, i in scores.tril().nonzero().tolist())


def _words(scene: Scene) -> dict[str, Any]:
    vowels = [i for i, c in enumerate(FIRST_EIGHT) if c in "aeiou"]
    tasks = {
        "copy": {"row": 5, "wanted": [3], "least": COPIES, "most": 1, "alone": False},
        "ninety": {"row": 4, "wanted": [0], "least": NINETY - NEAR, "most": NINETY + NEAR, "alone": True},
        "vowels": {"row": T - 1, "wanted": vowels, "least": COPIES, "most": 1, "alone": False},
    }
    said = [
        {"ask": scene.plain(f"task_{name}", _task(task)), "done": scene.plain(f"done_{name}", _task(task)), **task}
        for name, task in tasks.items()
    ]
    plain = {name: scene.templates[name] for name in ("label", "cell", "value", "sentence", "sum", "reset")}
    return plain | {
        "names": ROW_NAMES, "spoken": [spoken(c) for c in FIRST_EIGHT], "tasks": said, "limit": LIMIT,
        "before": frame.IN_THE_PICTURE,
    }  # fmt: skip


def _task(task: dict[str, Any]) -> Facts:
    """The numbers of a task's sentences: the score that does it where the others stay at 0."""
    t, (i, *_), share = task["row"], task["wanted"], NINETY if task["alone"] else task["least"]
    others = t + 1 - len(task["wanted"])
    return {
        "t": t, "column": i, "looker": spoken(FIRST_EIGHT[t]), "looked_at": spoken(FIRST_EIGHT[i]),
        "share": share, "rest": 1 - share, "others": others,
        "needed": score_for_share(share, others, among=len(task["wanted"])),
        "places": " and ".join(map(str, task["wanted"])),
    }  # fmt: skip


def _plane(points: Tensor) -> dict[str, Any]:
    mode = frame.mode()
    p, equal = PALETTE[mode], mean_by_tril(points[None])[0]
    return {
        "points": points.tolist(), "spots": spots(points),
        "equal": spots(equal), "plane": empty_plane(points, equal, FIRST_EIGHT, mode),
        "shades": [shade(n / 100, mode) for n in range(101)],
        "tones": {"ink": p.ink, "line": p.gray, "mean": color("heads", mode)},
    }  # fmt: skip

"""A slip about the softmax: down the columns instead of along the rows."""

from contextlib import nullcontext

import torch

from tinygpt.attention import attention_stages
from tinygpt.inside.heads import notebook_head
from tinygpt.plots.lessons.attention import sums_figure
from tinygpt.spelling import number
from tinygpt.ui import frame
from tinygpt.ui.lessons.attention.row import matrix_rows
from tinygpt.ui.scene import Showing, alt, caption, choose, explain, scene, wrong_frame
from tinygpt.words.storyboard import Scene

T = 8  # rows of the study notebook's wei[0]


@scene("slip-4", code=[attention_stages])
def down_the_columns(scene: Scene) -> Showing:
    """The wei[0] that the first study notebook printed, made again, with the sums of its rows and columns."""
    head, dims = notebook_head(), (-1, 1)
    printed = head.see(torch.arange(T), dim=1).stages.weights
    asked = {"first": float(printed[0, 0]), "fifth": float(printed[5].sum()), "even": 1 / T, "T": T, "last": T - 1}
    yield asked
    dim = choose("softmax(wei, dim=\u2026)", dims, -1, key="slip_dim")
    weights = printed if dim == 1 else head.see(torch.arange(T), dim=dim).stages.weights
    rows, columns = weights.sum(1), weights.sum(0)
    facts = asked | {
        "lowest": float(rows.min()), "highest": float(rows.max()),
        "rows": ", ".join(map(number, rows.tolist())), "columns": ", ".join(map(number, columns.tolist())),
    }  # fmt: skip
    characters, words = list(map(str, range(T))), "wrong" if dim == 1 else "caption"
    with wrong_frame("slip_dim", right=-1) if dim == 1 else nullcontext():
        figure = sums_figure(weights, characters, frame.mode())
        frame.show(figure, key=scene.key, alt=alt(scene, facts, words), square=True)
        caption(scene, facts, words)
    explain(scene, facts, lambda: matrix_rows(weights, characters))

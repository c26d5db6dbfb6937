"""A slip about the softmax: down the columns instead of along the rows."""

import torch
from torch import Tensor

from tinygpt.attention import attention_stages
from tinygpt.inside.heads import notebook_head
from tinygpt.plots.lessons.attention_sums import sums_drawing
from tinygpt.spelling import number
from tinygpt.ui import frame
from tinygpt.ui.dials import buttons
from tinygpt.ui.drag import Picture, swap
from tinygpt.ui.lessons.attention.row import matrix_rows
from tinygpt.ui.scene import Showing, explain, picture, scene
from tinygpt.words.storyboard import Facts, Scene

T = 8  # rows of the study notebook's wei[0]
DIMS = -1, 1  # along the row; down the columns


@scene("slip-4", code=[attention_stages])
def down_the_columns(scene: Scene) -> Showing:
    """The wei[0] that the first study notebook printed, made again, with the sums of its rows and columns."""
    printed = _weights(1)
    asked = {"first": float(printed[0, 0]), "fifth": float(printed[5].sum()), "even": 1 / T, "T": T, "last": T - 1}
    yield asked
    pictures = [_along_axis(scene, dim, asked) for dim in DIMS]
    (at,) = swap(pictures, buttons("slip_dim", "softmax(wei, dim=\u2026)", DIMS, right=0))
    explain(scene, asked, lambda: matrix_rows(_weights(DIMS[at]), list(map(str, range(T)))))


def _along_axis(scene: Scene, dim: int, asked: Facts) -> Picture:
    """The weights of a softmax along `dim`, with the sums of their rows and columns."""
    weights = _weights(dim)
    rows, columns = weights.sum(1), weights.sum(0)
    facts = {
        **asked, "lowest": float(rows.min()), "highest": float(rows.max()),
        "rows": ", ".join(map(number, rows.tolist())), "columns": ", ".join(map(number, columns.tolist())),
    }  # fmt: skip
    drawing = sums_drawing(weights, list(map(str, range(T))), frame.mode())
    return picture(scene, drawing, facts, "wrong" if dim == 1 else "caption")


def _weights(dim: int) -> Tensor:
    """The study notebook's wei[0], with a softmax along `dim`. (T, T)"""
    return notebook_head().see(torch.arange(T), dim=dim).stages.weights

"""The first scenes of lesson 3: every position averages its past, by a loop and by a product."""

import torch
from torch import Tensor

from tinygpt.averaging import mean_by_loop, mean_by_tril, trick_matrices, tril_weights
from tinygpt.plots.lessons import averaging as figures
from tinygpt.plots.lessons.averaging_plane import plane
from tinygpt.randomness import generator
from tinygpt.spelling import number, shown, spoken
from tinygpt.ui import frame
from tinygpt.ui.dials import buttons, slider
from tinygpt.ui.drag import Picture, drag, swap
from tinygpt.ui.lessons.averaging.speed import how_fast
from tinygpt.ui.question import own_guess
from tinygpt.ui.scene import Showing, choose, explain, picture, scene
from tinygpt.words.storyboard import Facts, Scene

T = 8  # positions, as in both study notebooks
FIRST_EIGHT = "First Ci"  # a name for each position: the first of the lecture's text
ROW_NAMES = [f"{shown(c)} {i}" for i, c in enumerate(FIRST_EIGHT)]


def notebook_x() -> Tensor:
    """The x of the study notebook that is chosen: 4 sequences of 8 points in a plane. (4, 8, 2)"""
    names = {"1337": "the first (seed 1337)", "666": "the second (seed 666)"}
    seed = choose("Study notebook", names, "1337", key="notebook", format_func=names.__getitem__)
    return torch.randn(4, T, 2, generator=generator(int(seed)))


@scene("avg-1", code=[mean_by_loop])
def mean_so_far(scene: Scene, x: Tensor) -> Showing:
    """The points of a plane up to t, and their mean."""
    points, means, mode = x[0], mean_by_loop(x)[0], frame.mode()
    every = [_mean_facts(points, means, t) for t in range(T)]
    yield every[2]
    mistaken = (T - 1, scene.templates["your_guess"]) if own_guess(scene) == 0 else None
    pictures = []
    for t in range(T):
        left = plane(points, means, t, FIRST_EIGHT, mode, guessed=mistaken if t == T - 1 else None)
        right = figures.means_table(points, means, t, ROW_NAMES, mode)
        pictures.append(picture(scene, left + right, every[t]))
    t = drag(pictures, key="t", label="Position t", names=range(T), default=2)
    explain(scene, every[t], lambda: {"t": ROW_NAMES, **_columns("x", points), **_columns("xbow", means)})


def _mean_facts(points: Tensor, means: Tensor, t: int) -> Facts:
    terms = [f"({number(a)}, {number(b)})" for a, b in points[: t + 1].tolist()]
    few = terms if t < 2 else [terms[0], "\\dots" if t > 2 else terms[1], terms[-1]]
    broken = [" + ".join(few[:2]), *few[2:]]
    return {
        "t": t, "seen": t + 1, "share": 1 / (t + 1), "mean_0": float(means[t, 0]), "mean_1": float(means[t, 1]),
        "last": T - 1, "terms": " \\\\ + ".join(broken), "looker": spoken(FIRST_EIGHT[t]),
    }  # fmt: skip


def _columns(name: str, values: Tensor) -> dict[str, list[float]]:
    return {f"{name}[{c}]": values[:, c].tolist() for c in range(values.shape[1])}


@scene("avg-2", code=[trick_matrices])
def matrix_that_adds(scene: Scene) -> Showing:
    """Three left factors that add, add up to a place, and average."""
    b = torch.randint(0, 10, (3, 2), generator=generator(42)).float()  # as in the study notebook
    factors = trick_matrices()
    row = {name: _written(a @ b, 1) for name, a in factors.items()}
    yield {
        "b_rows": str(b.int().tolist()), "all": row["ones"], "right": row["tril"], "mean": row["rows sum to 1"],
        "one": _written(b, 1), "b00": int(b[0, 0]), "b01": int(b[0, 1]), "b10": int(b[1, 0]), "b11": int(b[1, 1]),
    }  # fmt: skip
    cells = [(i, j) for i in range(3) for j in range(2)]
    pictures = [_cell(scene, a, b, i, j) for a in factors.values() for i, j in cells]
    stage = buttons("stage", "a", factors, list(factors).index("tril"))
    swap(pictures, stage, slider("cell", "Cell of c", [f"c[{i}, {j}]" for i, j in cells], 2))


def _cell(scene: Scene, a: Tensor, b: Tensor, i: int, j: int) -> Picture:
    """c[i, j] of a @ b = c, worked out. (3, 3), (3, 2)"""
    terms = [f"{x:.3g}\u00b7{y:g}" for x, y in zip(a[i].tolist(), b[:, j].tolist(), strict=True)]
    here = {"row": i, "column": j, "sum": " + ".join(terms), "value": float((a @ b)[i, j])}
    return picture(scene, figures.product(a, b, i, j, frame.mode()), here)


def _written(matrix: Tensor, row: int) -> str:
    return f"[{', '.join(f'{v:g}' for v in matrix[row].tolist())}]"


@scene("avg-3", code=[mean_by_tril, tril_weights])
def one_product(scene: Scene, x: Tensor) -> Showing:
    """wei @ x is xbow, a row at a time; what the batch has to do with it, and how much faster it is than the loop."""
    wei, means = tril_weights(T), mean_by_tril(x)[0]
    every = [_row_facts(wei, means, t) for t in range(T)]
    yield every[-1]
    pictures = [
        picture(scene, figures.weighted_rows(wei, x[0], t, ROW_NAMES, frame.mode()), every[t]) for t in range(T)
    ]
    t = drag(pictures, key="wei_row", label="Row t of wei", names=range(T), default=2)
    rows = {"row": ROW_NAMES, **{f"column {i}": wei[:, i].tolist() for i in range(T)}}
    explain(scene, {**every[t], "B": len(x), "C": x.shape[2]}, lambda: rows)
    how_fast(scene)


def _row_facts(wei: Tensor, means: Tensor, t: int) -> Facts:
    columns = wei.sum(0)
    return {
        "T": T, "t": t, "last": T - 1, "seen": t + 1, "share": float(wei[t, 0]),
        "harmonic": f"1 + 1/2 + \u2026 + 1/{T}",
        "mean_0": float(means[t, 0]), "mean_1": float(means[t, 1]),
        "first_column": float(columns[0]), "last_column": float(columns[-1]),
    }  # fmt: skip

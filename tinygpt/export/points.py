"""All points of a run as a table for a spreadsheet, or with its spec as JSON. Every number is written in full."""

import csv
import io
import json
from collections.abc import Iterable

from tinygpt.export.written import Better, Final
from tinygpt.training.spec import RunSpec
from tinygpt.training.state import Point


def points_csv(points: Iterable[Point]) -> str:
    """A line a point, below a header. Empty: no val loss was measured there; nan: the loss was no number."""
    return _table([Point._fields, *points])


def together_csv(runs: Iterable[tuple[str, int, Iterable[Point]]]) -> str:
    """The points of several runs in one table: (variant, seed, points) each."""
    rows: list[tuple[object, ...]] = [("variant", "seed", *Point._fields)]
    for variant, seed, points in runs:
        quote = "'" if variant.lstrip().startswith(("=", "+", "-", "@")) else ""  # or a spreadsheet would calculate it
        rows += [(quote + variant, seed, *point) for point in points]
    return _table(rows)


def _table(rows: Iterable[Iterable[object]]) -> str:
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows(rows)  # writes a float as repr does
    return table.getvalue()


def points_json(
    spec: RunSpec, points: Iterable[Point], *, name: str = "", final: Final | None = None, better: Better | None = None
) -> str:
    """What the run was, its final losses (None where it has not finished) and all of its points, one a line.

    `better` is where its val loss was lower than at the end, and stands there as "lowest" only then. What is no number
    (a loss that exploded) is null: JSON has no NaN.
    """
    facts = {
        "name": name,
        "spec": json.loads(spec.to_json()),
        "final": None if final is None else dict(zip(("train", "val"), final, strict=True)),
    }
    if better:
        facts["lowest"] = dict(zip(("step", "val"), better, strict=True))
    head = json.dumps(facts, indent=1, allow_nan=False).removesuffix("\n}")
    lines = ",\n".join(point.to_json() for point in points)
    return f'{head},\n "points": [\n{lines}\n]}}\n'

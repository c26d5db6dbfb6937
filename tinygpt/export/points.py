"""All points of a run as a table for a spreadsheet, or with its spec as JSON. Every number is written in full."""

import csv
import io
import json
import math
from collections.abc import Iterable

from tinygpt.training.spec import RunSpec
from tinygpt.training.state import Point


def points_csv(points: Iterable[Point]) -> str:
    """A line a point, below a header. Empty: no val loss was measured there; nan: the loss was no number."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")  # writes a float as repr does
    writer.writerow(Point._fields)
    writer.writerows(points)
    return table.getvalue()


def together_csv(runs: Iterable[tuple[str, int, Iterable[Point]]]) -> str:
    """The points of several runs in one table: (variant, seed, points) each."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(("variant", "seed", *Point._fields))
    for variant, seed, points in runs:
        writer.writerows((_harmless(variant), seed, *point) for point in points)
    return table.getvalue()


def _harmless(words: str) -> str:
    """A name as a spreadsheet shows it: one that begins like a formula is not calculated."""
    return f"'{words}" if words.lstrip()[:1] in tuple("=+-@") else words


def points_json(
    spec: RunSpec, points: Iterable[Point], *, name: str = "", final: tuple[float, float] | None = None
) -> str:
    """What the run was, its final losses (None where it has not finished) and all of its points, one a line.

    What is no number (a loss that exploded) is null: JSON has no NaN.
    """
    facts = {
        "name": name,
        "spec": json.loads(spec.to_json()),
        "final": None if final is None else dict(zip(("train", "val"), final, strict=True)),
    }
    head = json.dumps(facts, indent=1, allow_nan=False).removesuffix("\n}")
    lines = ",\n".join(json.dumps(_plain(point), allow_nan=False) for point in points)
    return f'{head},\n "points": [\n{lines}\n]}}\n'


def _plain(point: Point) -> dict[str, float | int | None]:
    """A point as JSON allows it."""
    return {name: value if value is None or math.isfinite(value) else None for name, value in point._asdict().items()}

"""Points as lines of JSON: a curve that can be appended to, read by anything, and torn anywhere."""

import json
import math
from collections.abc import Iterable
from typing import Any

from tinygpt.training.state import Point


def to_lines(points: Iterable[Point]) -> bytes:
    """One line for each point; what is no number (a loss that exploded) is null, since JSON has no NaN."""
    return b"".join(json.dumps(_plain(point), allow_nan=False).encode() + b"\n" for point in points)


def from_lines(lines: bytes, *, before: int | None = None) -> list[Point]:
    """The points of `lines`, or those before a step. Torn lines and nonsense are left out.

    A step that stands there again replaces what was written from it on: its run went on from an earlier state.
    TensorBoard does the same (`event_accumulator._MaybePurgeOrphanedData`).
    """
    points: list[Point] = []
    for line in lines.split(b"\n"):
        if (point := _point(line)) and (before is None or point.step < before):
            while points and points[-1].step >= point.step:
                points.pop()
            points.append(point)
    return points


def _plain(point: Point) -> dict[str, Any]:
    """A point as JSON allows it: what is no number is null."""
    return {name: None if _no_number(value) else value for name, value in point._asdict().items()}


def _no_number(value: Any) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


def _point(line: bytes) -> Point | None:
    """The point of one line, or None where the line is not one."""
    try:
        point = Point(**json.loads(line))
        loss = math.nan if point.loss is None else float(point.loss)
        val = None if point.val is None else float(point.val)
        return Point(int(point.step), loss, val, float(point.lr), float(point.seconds), int(point.tokens))
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None

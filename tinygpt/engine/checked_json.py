"""Checks of a value that was read from JSON: is it a number, a count, a text? JSON can hold much else."""

import sys
from typing import Any


def is_number(value: Any) -> bool:
    """Whether it is a number that fits into a float: not NaN, not infinite, not an int of 400 digits, not a bool."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def is_count(value: Any) -> bool:
    """Whether it is a whole number from 0 on."""
    return is_number(value) and isinstance(value, int) and value >= 0


def is_text(value: Any) -> bool:
    """Whether it is a text that can be sent to a browser: half of a surrogate pair cannot."""
    return isinstance(value, str) and not any("\ud800" <= c <= "\udfff" for c in value)

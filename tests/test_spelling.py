"""How numbers and names are written for people."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.files import PROJECT
from tinygpt.spelling import RAISED, lettered, percent, powered, scientific, ten_to, unlettered, with_sign


@pytest.mark.parametrize(
    ("share", "figures", "written"),
    [(0.62, 1, "62%"), (1.0, 2, "100%"), (0.0673, 2, "6.7%"), (0.00017, 2, "0.017%"), (0.0035, 1, "0.4%"),
     (0.0, 2, "0%"), (-0.12, 1, "\u221212%"), (0.96, 2, "96%")],
)  # fmt: skip
def test_a_share_in_percent(share, figures, written):
    assert percent(share, figures) == written


def written(path: Path) -> Iterator[str]:
    """All strings of a module that a page may show, with X where something is filled in; docstrings are none."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else "X" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in said:
            yield node.value


def test_a_percent_sign_stands_beside_its_number_everywhere():
    """One way in all that is read on a page: 5%, not 5 %."""
    apart = re.compile(r"[\dX}][ \u202f\u00a0]%(?![\w({])")
    words = {path: written(path) for folder in ("tinygpt", "pages") for path in (PROJECT / folder).rglob("*.py")}
    words |= {path: path.read_text(encoding="utf-8").splitlines() for path in (PROJECT / "pages").rglob("*.toml")}
    assert not [f"{path.name}: {text}" for path, texts in words.items() for text in texts if apart.search(text)]
    assert apart.search("with 95 % confidence") and apart.search("X %")


def test_the_second_of_a_name_has_a_letter():
    names: list[str] = []
    for _ in range(28):
        names.append(lettered("GPT", names))
    assert names[:3] == ["GPT", "GPT \u00b7 b", "GPT \u00b7 c"] and names[25:] == [
        "GPT \u00b7 z",
        "GPT \u00b7 aa",
        "GPT \u00b7 ab",
    ]
    assert lettered("GPT", {"GPT 2"}) == "GPT", "names of before stay as they are"


@given(st.text(min_size=1, max_size=60), st.integers(1, 30))
def test_no_name_comes_twice_or_ends_in_a_number_it_was_given(name, runs):
    names: list[str] = []
    for _ in range(runs):
        names.append(lettered(name, names))
    assert len(set(names)) == runs and all(len(each) <= 40 for each in names)
    assert not [each for each in names[1:] if re.search(r"\d$", each)]


@pytest.mark.parametrize("name", ["GPT", "GPT \u00b7 b", "GPT \u00b7 aa", "GPT 2", "GPT 17"])
def test_what_a_name_began_with(name):
    assert unlettered(name) == "GPT" and unlettered("2") == "2" and unlettered("4 layers") == "4 layers"


@given(st.integers(-300, 300))
def test_powers_of_ten_are_written_with_raised_digits(power):
    back = {new: old for old, new in RAISED.items()}
    assert int(ten_to(power).removeprefix("10").translate(back)) == power


@pytest.mark.parametrize(
    ("value", "digits", "written"),
    [
        (2.0612e-9, 2, "2.06\u00b710\u207b\u2079"), (4.24835e-18, 4, "4.2484\u00b710\u207b\u00b9\u2078"),
        (1234.0, 1, "1.2\u00b710\u00b3"), (1.0, 0, "1\u00b710\u2070"),
    ],
)  # fmt: skip
def test_a_small_number_is_written_with_a_power_of_ten(value, digits, written):
    assert powered(value, digits) == written


@pytest.mark.parametrize(("value", "written"), [
    (3.236e-8, "3.2\u00b710\u207b\u2078"), (0.000318, "3.2\u00b710\u207b\u2074"), (0.0450, "0.045"), (0.875, "0.88"),
    (0.0, "0"), (-3.2e-8, "\u22123.2\u00b710\u207b\u2078"),
])  # fmt: skip
def test_a_small_number_is_a_power_of_ten(value, written):
    assert scientific(value) == written


@given(st.floats(-5, 5))
def test_a_change_always_has_its_sign(value):
    said = with_sign(value)
    assert said[0] in "+\u2212" and float(said[1:]) == pytest.approx(abs(value), abs=0.006)
    assert (said[0] == "\u2212") == (value < 0 and float(said[1:]) > 0)

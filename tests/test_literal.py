"""What people type is shown letter for letter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.ui import literal


@pytest.mark.parametrize("text", ["**bold**", ":red[x]", "$x$", "<b>", "![](http://a/b.png)", "`code`", "# head"])
def test_no_mark_keeps_its_meaning(text):
    shown = literal.markdown(text)
    assert [shown[i - 1] for i, c in enumerate(shown) if c in "*:[]$<>!()`#"] == ["\\"] * sum(
        c in "*:[]$<>!()`#" for c in text
    )
    assert shown.replace("\\", "") == text


def test_a_name_stays_on_one_line():
    assert literal.markdown("a\n\n# b") == "a \\# b"


@given(st.text())
def test_a_block_always_has_the_same_size(text):
    lines = literal.block(text).split("\n")
    assert len(lines) == 7
    assert max(map(len, lines)) <= 32

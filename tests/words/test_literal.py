"""What people type is shown letter for letter."""

import pytest

from tinygpt.words import literal


@pytest.mark.parametrize("text", ["**bold**", ":red[x]", "$x$", "<b>", "![](http://a/b.png)", "`code`", "# head"])
def test_no_mark_keeps_its_meaning(text):
    shown = literal.markdown(text)
    assert [shown[i - 1] for i, c in enumerate(shown) if c in "*:[]$<>!()`#"] == ["\\"] * sum(
        c in "*:[]$<>!()`#" for c in text
    )
    assert shown.replace("\\", "").replace(literal.JOINER, "") == text


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("www.x.de", "www|.x.de"),
        ("WWW.x.de", "WWW|.x.de"),
        ("http://y.de/a", "http:|//y.de/a"),
        ("a@b.de", "a|@b.de"),
        (":streamlit: :+1:", ":|streamlit: :|+1:"),
        ("-> a <-> b", "|-> a |<-> b"),
        ("a -- b >= c", "a |-- b |>= c"),
    ],
)
def test_what_means_something_in_spite_of_its_escapes_is_kept_apart(text, apart):
    assert literal.markdown(text).replace("\\", "") == apart.replace("|", literal.JOINER)


@pytest.mark.parametrize("text", ["GPT 2", "feed-forward", "lr 0.001", "a: b", "-0.5", "x->y", "1. 10%"])
def test_ordinary_names_hold_nothing_invisible(text):
    assert literal.markdown(text).replace("\\", "") == text


def test_a_name_stays_on_one_line():
    assert literal.markdown("a\n\n# b") == "a \\# b"

"""A model file may say anything in its head: every command answers with a sentence and an exit code."""

import json
from copy import deepcopy

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tinygpt.bigram import BigramConfig
from tinygpt.checkpoint.header import LENGTH
from tinygpt.checkpoint.model_file import model_bytes
from tinygpt.cli.main import main
from tinygpt.gpt import GPTConfig
from tinygpt.models import build
from tinygpt.tokenizer import CharTokenizer

CHARS = "\nab"
FILES = [
    model_bytes(build(config), CharTokenizer(CHARS), step=7, val_loss=2.5, run='{"a": 1}', preset="x")
    for config in (BigramConfig(vocab_size=3), GPTConfig(vocab_size=3, n_layer=1, n_embd=4, n_head=2))
]
DEEP = "[" * 900 + "]" * 900  # as deep as a JSON reader still goes, and ...
DEEPER = "[" * 100_000  # ... deeper
RAW = [DEEP, DEEPER, "1e400", "-1e400", "NaN", "9" * 5_000, '"\\ud800"', '"\\u0000\\u001b[31m"', "1e308", "-1", "2.5"]
HOLE = "a hole for raw text"  # JSON that `json.dumps` would not write

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


def parts(blob):
    """What a file is made of: its outer head, what tinygpt wrote in it, its numbers."""
    (length,) = LENGTH.unpack(blob[: LENGTH.size])
    head = json.loads(blob[LENGTH.size : LENGTH.size + length])
    return head, json.loads(head["__metadata__"].pop("tinygpt")), blob[LENGTH.size + length :]


def places(tree, so_far=()):
    """The way to every value in a tree of JSON."""
    found = [so_far] if so_far else []
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in inner:
        found += places(value, (*so_far, key))
    return found


@st.composite
def changes(draw):
    """One value of a file's head, and what stands there instead: another value, JSON as text, or nothing."""
    blob = draw(st.sampled_from(FILES))
    head, about, _ = parts(blob)
    place = draw(st.sampled_from([("outer", *way) for way in places(head)] + [("ours", *way) for way in places(about)]))
    what = draw(st.sampled_from(["value", "raw", "gone"]))
    return blob, place, what, draw(plain if what == "value" else st.sampled_from(RAW))


def changed(blob, place, what, value):
    """The file with that change."""
    head, about, numbers = parts(blob)
    trees = {"outer": deepcopy(head), "ours": deepcopy(about)}
    tree = trees
    for key in place[:-1]:
        tree = tree[key]
    if what == "gone":
        del tree[place[-1]]
    else:
        tree[place[-1]] = HOLE if what == "raw" else value
    outer, ours = trees["outer"], json.dumps(trees["ours"])
    if what == "raw" and place[0] == "ours":
        ours = ours.replace(json.dumps(HOLE), value)
    if isinstance(outer.get("__metadata__"), dict):
        outer["__metadata__"]["tinygpt"] = ours
    written = json.dumps(outer)
    if what == "raw" and place[0] == "outer":
        written = written.replace(json.dumps(HOLE), value)
    blob = written.encode("utf-8", "surrogatepass")
    return LENGTH.pack(len(blob)) + blob + numbers


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes())
@example((FILES[0], ("ours", "model", "family"), "value", []))
@example((FILES[0], ("ours", "model", "family"), "value", {}))
@example((FILES[0], ("ours", "step"), "raw", DEEP))
@example((FILES[1], ("ours", "model", "n_layer"), "raw", "9" * 5_000))
@example((FILES[1], ("ours", "model", "n_layer"), "value", 10**18))
def test_every_command_answers_in_a_sentence(tmp_path, capsys, change):
    path = tmp_path / "strange.safetensors"
    path.write_bytes(changed(*change))
    for command in (["info", str(path)], ["generate", str(path), "--length", "3"]):
        code = main(command)
        said = capsys.readouterr()
        assert (code, said.err) == (0, "") or (code == 1 and said.err.startswith("tinygpt: ")), change[1:]
        assert said.err.count("\n") <= 1 and said.err.rstrip("\n").isprintable(), change[1:]


@pytest.mark.parametrize("blob", FILES, ids=["bigram", "gpt"])
def test_a_file_that_is_put_together_again_is_the_same_model(blob, tmp_path, capsys):
    path = tmp_path / "same.safetensors"
    path.write_bytes(changed(blob, ("ours", "preset"), "value", "x"))
    assert main(["generate", str(path), "--length", "3"]) == 0


@pytest.mark.parametrize("family", [[], {}, None, 7, "[]", ["bigram"]])
def test_a_model_of_no_family_is_not_overwritten_and_that_is_said(family, tmp_path, capsys):
    path, text = tmp_path / "strange.safetensors", tmp_path / "ab.txt"
    path.write_bytes(changed(FILES[0], ("ours", "model", "family"), "value", family))
    text.write_text("ab\n" * 200, encoding="utf-8")
    arguments = ["train", "--preset", "bigram", "--steps", "1", "--corpus", str(text), "--out", str(path)]
    assert main(arguments) == 1
    assert "is not a model of tinygpt: choose another name" in capsys.readouterr().err

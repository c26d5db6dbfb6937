"""Model files: exact, whole or not at all, and believed in nothing."""

import json
import pickle
import struct

import pytest
import safetensors.torch
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tinygpt.bigram import BigramConfig
from tinygpt.checkpoint.header import NotOurFile
from tinygpt.checkpoint.model_file import load, model_bytes, read_info, save
from tinygpt.checkpoint.run_state import dumps, loads
from tinygpt.corpus import Corpus
from tinygpt.files import write_whole
from tinygpt.generation import generate
from tinygpt.gpt import GPTConfig
from tinygpt.models import build
from tinygpt.tokenizer import CharTokenizer
from tinygpt.training.loop import advance
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import start

TOKENIZER = CharTokenizer("\n abc")
MODEL = build(GPTConfig(5, n_embd=8, n_head=2, n_layer=1))
BLOB = model_bytes(MODEL, TOKENIZER, step=7, val_loss=2.5)


def written(model, length=40):
    idx = torch.zeros((1, 1), dtype=torch.long)
    return [token.id for token in generate(model, idx, length, generator=torch.Generator().manual_seed(1))]


def altered(change):
    """The same file with a changed description; the tensors stay as they are."""
    (length,) = struct.unpack("<Q", BLOB[:8])
    header = json.loads(BLOB[8 : 8 + length])
    about = json.loads(header["__metadata__"]["tinygpt"])
    change(header, about)
    header["__metadata__"]["tinygpt"] = json.dumps(about)
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + BLOB[8 + length :]


def test_saved_model_generates_the_same_text(tmp_path):
    save(tmp_path / "model.safetensors", MODEL, TOKENIZER, step=7)
    checkpoint = load(tmp_path / "model.safetensors")
    assert written(checkpoint.model) == written(MODEL)
    assert checkpoint.tokenizer == TOKENIZER
    assert checkpoint.info["step"] == 7


def test_a_half_precision_file_is_half_as_large_and_almost_the_same():
    half = model_bytes(MODEL, TOKENIZER, half=True)
    assert len(half) < 0.75 * len(BLOB)
    for a, b in zip(load(half).model.parameters(), MODEL.parameters(), strict=True):
        torch.testing.assert_close(a, b, atol=1e-3, rtol=1e-3)


def test_info_is_read_without_the_weights():
    info = read_info(BLOB)
    assert (info["step"], info["val_loss"], info["model"]["n_head"]) == (7, 2.5, 2)


def test_a_state_is_not_a_model_and_a_model_is_not_a_state():
    corpus = Corpus.from_text("abc abc\n" * 30)
    state = start(RunSpec(BigramConfig(5), TrainConfig()), corpus)
    advance(state, corpus, steps=3)
    with pytest.raises(NotOurFile, match="in the middle of its training"):
        load(dumps(state))
    with pytest.raises(NotOurFile, match="not a run that can go on"):
        loads(BLOB)


@pytest.mark.parametrize(
    ("blob", "words"),
    [
        (b"", "not a whole"),
        (b"1234567", "not a whole"),
        (BLOB[:20], "a part of it is missing"),
        (BLOB[:-9], "incomplete"),
        (BLOB + b"tail", "incomplete"),
        (struct.pack("<Q", 2**63) + BLOB[8:], "not a tinygpt model file"),
        (b"PK\x03\x04" + BLOB, "can contain programs"),
        (pickle.dumps({"a": 1}), "can contain programs"),
        (b"%PDF-1.7 " + b"x" * 500, "not a tinygpt model file"),
        (safetensors.torch.save({"a": torch.zeros(2)}), "not made by tinygpt"),
        (safetensors.torch.save({"a": torch.zeros(2)}, metadata={"tinygpt": "{}"}), "format None"),
        (safetensors.torch.save({"a": torch.zeros(2)}, metadata={"tinygpt": "[" * 10_000}), "cannot be read"),
        (altered(lambda header, about: about.update(format=2)), "format 2"),
        (altered(lambda header, about: about["model"].update(n_layer=2)), "do not fit its description"),
        (altered(lambda header, about: about["model"].update(n_layer=-1)), "impossible model"),
        (altered(lambda header, about: about["model"].update(n_embd=10**9)), "impossible model"),
        (altered(lambda header, about: about["model"].update(block_size=9)), "should be 9 x 8"),
        (altered(lambda header, about: about["model"].update(family="rnn")), "impossible model"),
        (altered(lambda header, about: about.update(chars="\n abb")), "characters of this model are damaged"),
        (altered(lambda header, about: about.update(chars="\n abcd")), "5 scores for 6 characters"),
        (altered(lambda header, about: about.update(chars="\n ab\ud800")), "characters of this model are damaged"),
        (altered(lambda header, about: about.update(sha256="0")), "altered or damaged"),
        (BLOB[:-1] + bytes([BLOB[-1] ^ 1]), "altered or damaged"),
    ],
)  # fmt: skip
def test_a_foreign_truncated_or_altered_file_is_refused_in_words(blob, words):
    with pytest.raises(NotOurFile, match=words):
        load(blob)


def test_a_key_that_stands_twice_is_refused():
    text = BLOB[8 : 8 + struct.unpack("<Q", BLOB[:8])[0]]
    twice = text.replace(b'{"__metadata__"', b'{"x":1,"x":2,"__metadata__"', 1)
    with pytest.raises(NotOurFile, match="cannot be read"):
        load(struct.pack("<Q", len(twice)) + twice + BLOB[8 + len(text) :])


def test_broken_weights_are_refused():
    model = build(BigramConfig(5))
    with torch.no_grad():
        model.token_embedding_table.weight[0, 0] = float("nan")
    with pytest.raises(NotOurFile, match="not finite"):
        load(model_bytes(model, TOKENIZER))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200) | st.tuples(st.integers(0, len(BLOB) - 1), st.integers(1, 255)))
def test_no_bytes_whatever_do_more_than_raise_a_sentence(change):
    blob = change
    if isinstance(change, tuple):
        at, flip = change
        blob = BLOB[:at] + bytes([BLOB[at] ^ flip]) + BLOB[at + 1 :]
    try:
        checkpoint = load(blob)
    except ValueError:
        return
    assert written(checkpoint.model, 5) is not None  # a flip in a name such as "step" may be harmless


def test_a_failed_write_keeps_the_older_file(tmp_path):
    path = tmp_path / "model.safetensors"
    write_whole(path, b"old")
    with pytest.raises(TypeError):
        write_whole(path, "not bytes")  # type: ignore[arg-type]
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["model.safetensors"]


@pytest.mark.parametrize("length", [0x0280, 0x0480])
def test_a_head_whose_length_reads_like_the_start_of_a_pickle_is_ours_all_the_same(length):
    """Six models of a sweep were refused: their head had 1,152 bytes, and b"\\x80\\x04" begins a pickle."""
    table = build(BigramConfig(5))
    blobs = (model_bytes(table, TOKENIZER, step=7, note="x" * n) for n in range(1_200))
    blob = next(blob for blob in blobs if struct.unpack("<Q", blob[:8])[0] == length)
    assert blob[:2] in (b"\x80\x02", b"\x80\x04")
    assert load(blob).info["step"] == 7


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_pickle_is_called_what_it_is_and_never_read(protocol):
    blob = pickle.dumps({"weights": list(range(100))}, protocol=protocol)
    with pytest.raises(NotOurFile):
        load(blob)

"""The runs of the app on the command line: listed, and found again by name and by the beginning of an id."""

import json

import pytest

from tinygpt.bigram import BigramConfig
from tinygpt.checkpoint.model_file import model_bytes
from tinygpt.cli.main import main
from tinygpt.cli.runs import columns
from tinygpt.engine.description import RunDescription
from tinygpt.engine.runs import RunStore
from tinygpt.gpt import GPTConfig
from tinygpt.models import build
from tinygpt.texts.own import sha256_of
from tinygpt.texts.shelf import TextShelf
from tinygpt.tokenizer import CharTokenizer
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import Point

SPEC = RunSpec(BigramConfig(vocab_size=3), TrainConfig(max_steps=2_000), "shakespeare-plays")
MODEL = model_bytes(build(SPEC.model), CharTokenizer("\nab"), step=7)


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("TINYGPT_RUNS", str(tmp_path))
    return RunStore(tmp_path)


def keep(store, id, name, created, *, spec=SPEC, points=(), **end):
    """A run on disk, as a server leaves it; with `end`, one that has ended, and its model."""
    store.write_description(RunDescription(id, "5" * 32, name, spec, created, 0))
    store.append(id, points)
    if end:
        store.end(id, end, MODEL)


def listed(capsys):
    """The rows of the table, cell by cell."""
    assert main(["runs"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    heads, *rows = said.out.splitlines()
    places = [heads.index(head) for head in ("name", "text", "status", "steps", "val loss", "id")]
    return [[row[a:b].strip() for a, b in zip(places, [*places[1:], None], strict=True)] for row in rows]


def test_no_run_is_said(store, capsys):
    assert main(["runs"]) == 0
    assert capsys.readouterr().out == f"There is no run in {store.folder}.\n"


def test_the_newest_run_comes_first_with_what_it_is_and_how_far_it_came(store, capsys):
    own = RunSpec(SPEC.model, SPEC.train, TextShelf(store.corpora).keep("my text", "5" * 32, "roads"))
    gone = RunSpec(SPEC.model, SPEC.train, sha256_of("another"))
    keep(store, "0a" * 16, "old", 1.0, status="stopped", step=37, val=2.5)
    points = [Point(0, 4.2, 4.25, 1e-3, 0.1, 0), Point(1200, 2.6, None, 1e-3, 9.0, 307_200)]
    keep(store, "0b" * 16, "on its way", 2.0, spec=own, points=points)
    keep(store, "0c" * 16, "new", 3.0, spec=gone)
    assert listed(capsys) == [
        ["new", f"own text {gone.corpus[:12]}", "not ended", "0 of 2,000", "-", "0c0c0c0c"],
        ["on its way", "roads", "not ended", "1,200 of 2,000", "4.250", "0b0b0b0b"],
        ["old", "shakespeare-plays", "stopped", "37 of 2,000", "2.500", "0a0a0a0a"],
    ]


def test_an_id_is_shown_as_far_as_it_is_its_own(store, capsys):
    ids = ["0a" * 16, "0a" * 8 + "0b" * 8]
    for i, id in enumerate(ids):
        keep(store, id, f"run {i}", float(i))
    assert [row[-1] for row in listed(capsys)] == [ids[1][:18], ids[0][:18]]


@pytest.mark.parametrize("name", ["\x1b]0;ha\x07red\x1b[31m", "\u202eevil", "a\nb\rc", "\u2068x", "n" * 200_000])
def test_a_hostile_name_stays_in_its_row(store, capsys, name):
    keep(store, "0a" * 16, name, 1.0)
    (row,) = listed(capsys)
    assert row[0].isprintable() and len(row[0]) <= 40 and row[2] == "not ended"


def test_wide_characters_keep_the_columns_apart(store, capsys):
    for i, name in enumerate(("\u7d05\u6a13\u5922", "cafe\u0301", "GPT")):
        keep(store, f"{i}" * 32, name, float(i))
    assert main(["runs"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert len({columns(row[: row.index("not ended")]) for row in rows[1:]}) == 1


def test_what_lies_in_the_folder_and_is_no_run_is_left_out(store, capsys):
    keep(store, "0a" * 16, "whole", 1.0)
    for id, card in (("0b" * 16, b"{"), ("0c" * 16, b"[" * 100_000), ("no run", b"{}")):
        (store.folder / id).mkdir()
        (store.folder / id / "card.json").write_bytes(card)
    assert [row[0] for row in listed(capsys)] == ["whole"]


@pytest.mark.parametrize("words", ["0a" * 16, "0a0a", "0A0A", "my first", "{folder}/" + "0a" * 16])
def test_a_run_is_found_by_its_id_the_beginning_its_name_and_its_folder(store, capsys, words):
    keep(store, "0a" * 16, "my first", 1.0, status="finished", step=7)
    keep(store, "0b" * 16, "0b", 2.0, status="finished", step=7)
    words = words.format(folder=store.folder)
    assert main(["export", words, "--as", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "my first"
    assert main(["info", words]) == 0
    assert "step               7" in capsys.readouterr().out
    assert main(["generate", words, "--length", "5"]) == 0
    assert len(capsys.readouterr().out) == 5 + 1


def test_of_a_run_the_model_of_its_lowest_val_loss_can_be_asked_for(store, capsys, tmp_path):
    for id, name, best in (("0a" * 16, "by heart", model_bytes(build(SPEC.model), CharTokenizer("\nab"), step=3)),
                           ("0b" * 16, "falling", None)):  # fmt: skip
        keep(store, id, name, 1.0)
        store.end(id, {"status": "finished"}, MODEL, best)
    for name, flags, step in (("by heart", [], 7), ("by heart", ["--lowest"], 3), ("falling", ["--lowest"], 7)):
        assert main(["info", name, *flags]) == 0
        assert f"step               {step}" in capsys.readouterr().out, (name, flags)
    assert main(["generate", "by heart", "--lowest", "--length", "5"]) == 0
    (tmp_path / "a.safetensors").write_bytes(MODEL)
    assert main(["info", str(tmp_path / "a.safetensors"), "--lowest"]) == 1
    assert "--lowest is for a run of the app" in capsys.readouterr().err


def test_a_run_that_has_not_ended_writes_with_the_model_it_has(store, capsys, tmp_path):
    keep(store, "0a" * 16, "new", 1.0)
    assert main(["generate", "new"]) == 1
    assert capsys.readouterr().err == "tinygpt: the run 'new' has no model yet: it has made no step\n"


def test_a_name_that_several_runs_have_is_no_guess(store, capsys):
    for i in range(7):
        keep(store, f"{i}" * 32, "GPT", float(i), status="finished", step=7)
    assert main(["export", "GPT", "--as", "json"]) == 1
    said = capsys.readouterr().err
    assert said.startswith(
        "tinygpt: 'GPT' may be any of 7 runs: say which by the beginning of its id, one of 22222222, "
    )
    assert said.endswith("66666666, ...\n")


@pytest.mark.parametrize("command", [["info"], ["generate"], ["export", "--as", "json"]])
def test_a_run_that_is_not_there_is_said_with_the_way_to_those_that_are(store, capsys, command):
    assert main([*command, "nothing"]) == 1
    assert f"there is no run 'nothing' in {store.folder}: `python -m tinygpt runs` lists" in capsys.readouterr().err


def test_a_run_that_sees_the_answer_says_so_in_the_list_and_in_its_model(store, capsys):
    spec = RunSpec(GPTConfig(vocab_size=3, n_layer=1, n_embd=4, n_head=2, mask=False), SPEC.train, SPEC.corpus)
    blob = model_bytes(build(spec.model), CharTokenizer("\nab"), step=7)
    store.write_description(RunDescription("0a" * 16, "5" * 32, "blind", spec, 1.0, 0))
    store.end("0a" * 16, {"status": "finished", "step": 2_000, "val": 0.4}, blob)
    keep(store, "0b" * 16, "honest", 2.0, status="finished", step=2_000, val=2.5)
    assert [row[2] for row in listed(capsys)] == ["finished", "finished, sees the answer"]
    assert main(["info", "blind"]) == 0
    assert "sees the answer    Without the mask every position but the last reads" in capsys.readouterr().out
    assert main(["info", "honest"]) == 0
    assert "answer" not in capsys.readouterr().out

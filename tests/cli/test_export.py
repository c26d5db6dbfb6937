"""The command `export`: what the app keeps of a run, on the command line."""

import json
from dataclasses import replace

import pytest

from tinygpt.bigram import BigramConfig
from tinygpt.cli.main import main
from tinygpt.engine.description import RunDescription
from tinygpt.engine.runs import RunStore
from tinygpt.export.notebook import notebook
from tinygpt.export.plain import plain_pytorch
from tinygpt.export.points import points_csv
from tinygpt.export.script import script
from tinygpt.texts.own import keep_text
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import Point

RUN = "0a" * 16
SPEC = RunSpec(BigramConfig(), TrainConfig(max_steps=20), "shakespeare-plays")
POINTS = [Point(0, 4.5, 4.25, 1e-3, 0.1, 0), Point(20, 1 / 3, 2.5, 1e-3, 0.2, 5_120)]


@pytest.fixture
def folder(tmp_path):
    """The folder of a run that has finished."""
    keep(tmp_path, SPEC)
    return tmp_path / RUN


def keep(folder, spec, final=(1 / 3, 2.5)):
    store = RunStore(folder)
    store.write_description(RunDescription(RUN, "s" * 32, "mine\nimport os", spec, 0.0, 0))
    store.append(RUN, POINTS)
    store.end(RUN, {"status": "finished", "final": final}, None)


def test_a_run_is_printed_in_any_form(folder, capsys):
    wanted = {
        "script": script(SPEC, name="mine import os", final=(1 / 3, 2.5)),
        "notebook": notebook(SPEC, name="mine import os", final=(1 / 3, 2.5)),
        "csv": points_csv(POINTS),
    }
    for form, text in wanted.items():
        assert main(["export", str(folder), "--as", form]) == 0
        assert tuple(capsys.readouterr()) == (text, "")
    assert main(["export", str(folder), "--as", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["final"] == {"train": 1 / 3, "val": 2.5}


def test_a_run_goes_into_a_new_file_and_never_over_another(folder, tmp_path, capsys):
    out = tmp_path / "run.csv"
    for code in (0, 1):
        assert main(["export", str(folder), "--as", "csv", "--out", str(out)]) == code
    assert out.read_text(encoding="utf-8") == points_csv(POINTS)
    assert capsys.readouterr().err == f"tinygpt: {out} is there already: choose another name\n"


def test_where_the_text_belongs_is_said_and_the_text_can_be_had(tmp_path, capsys):
    text = "Der Zug hält in Köln.\n" * 9
    keep(tmp_path, replace(SPEC, corpus=keep_text(text, tmp_path / "corpora")))
    out = tmp_path / "bag" / "run.py"
    out.parent.mkdir()
    for form, file in (("script", out), ("pytorch", out.with_name("plain.py"))):
        assert main(["export", str(tmp_path / RUN), "--as", form, "--out", str(file)]) == 0
        said = capsys.readouterr().err
        assert said == f"Its text belongs beside it: export the run again --as text --out {out.with_name('text.txt')}\n"
    assert main(["export", str(tmp_path / RUN), "--as", "text", "--out", str(out.with_name("text.txt"))]) == 0
    assert out.with_name("text.txt").read_bytes().decode() == text


def test_plain_pytorch_needs_the_text_of_the_catalogue_too(folder, capsys):
    assert main(["export", str(folder), "--as", "pytorch"]) == 0
    printed = capsys.readouterr()
    assert printed.out == plain_pytorch(SPEC, name="mine import os", final=(1 / 3, 2.5))
    assert printed.err.endswith("--as text --out text.txt\n")


@pytest.mark.parametrize("final", [None, [1.0], ["a", "b"], {"a": 1}])
def test_losses_that_are_none_are_not_believed(tmp_path, capsys, final):
    keep(tmp_path, SPEC, final)
    assert main(["export", str(tmp_path / RUN), "--as", "script"]) == 0
    assert "It had not come to its end" in capsys.readouterr().out


def test_a_folder_that_is_no_run_is_refused_in_words(tmp_path, capsys):
    assert main(["export", str(tmp_path / "x"), "--as", "script"]) == 1
    assert f"there is no run '{tmp_path / 'x'}' in " in capsys.readouterr().err
    (tmp_path / RUN).mkdir()
    assert main(["export", str(tmp_path / RUN), "--as", "script"]) == 1
    assert "is not the folder of a run: it has no card.json" in capsys.readouterr().err

"""The models in checkpoints/ are what their README says, and lose what they state."""

import pytest
import torch

from benchmarks.shipped import BEGIN, END, HEAD, Shipped, main, measure, shipped, table, with_table
from tinygpt.checkpoint.model_file import load, read_info
from tinygpt.corpus import load_corpus
from tinygpt.files import CHECKPOINTS
from tinygpt.generation import generate
from tinygpt.tokenizer import LECTURE_CHARS
from tinygpt.training.presets import PRESETS

README = (CHECKPOINTS / "README.md").read_text(encoding="utf-8")
MODELS = shipped()
EACH = [pytest.param(model, id=model.path.stem) for model in MODELS]


def large(model: Shipped) -> bool:
    """Whether measuring it takes seconds."""
    return model.path.stat().st_size > 1_000_000


def test_there_are_models_and_they_are_light():
    assert {"bigram", "layer-norm", "nanogpt-cpu"} <= {model.path.stem for model in MODELS}
    assert sum(model.path.stat().st_size for model in MODELS) < 30_000_000  # bytes


@pytest.mark.parametrize("model", EACH)
def test_a_shipped_model_speaks_the_lectures_characters_and_writes(model):
    checkpoint = load(model.path)
    assert checkpoint.tokenizer.chars == LECTURE_CHARS
    tokens = generate(checkpoint.model, torch.tensor([checkpoint.tokenizer.encode("ROMEO:\n")]), 200)
    text = checkpoint.tokenizer.decode(token.id for token in tokens)
    assert len(text) == 200
    assert 20 <= text.count(" ") + text.count("\n") <= 60  # words as long as in English, not noise


@pytest.mark.parametrize("model", EACH)
def test_the_command_in_the_readme_makes_this_very_experiment(model):
    words = model.command.split()
    preset, corpus = words[words.index("--preset") + 1], words[words.index("--corpus") + 1]
    assert PRESETS[preset].spec(corpus, 65) == model.spec
    assert model.info["ended"] == "finished" and model.info["step"] == model.spec.train.max_steps
    assert model.info["seed"] == model.spec.train.seed
    assert CHECKPOINTS.parent / words[words.index("--out") + 1] == model.path


@pytest.mark.parametrize("model", EACH)
def test_a_shipped_model_is_near_what_the_lecture_states(model):
    stated = PRESETS[model.info["preset"]].stated
    if stated is None:
        pytest.skip("not a model of the lecture: the lessons show it for comparison")
    assert model.info["val_loss"] < stated + 0.08


def test_the_table_of_the_readme_is_that_of_the_files():
    lines = README.split(BEGIN)[1].split(END)[0].strip().splitlines()
    assert tuple(lines[:2]) == HEAD
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
    assert [row[:-2] for row in rows] == [model.stated_cells() for model in MODELS]
    assert [row[-1] for row in rows] == [model.size() for model in MODELS]
    for row, model in zip(rows, MODELS, strict=True):
        assert float(row[-2]) == pytest.approx(model.info["val_loss"], abs=1.1e-4)  # both are rounded


def test_only_the_table_is_written():
    new = with_table(README, table(MODELS, [1.0] * len(MODELS)))
    assert new.count("| 1.0000 |") == len(MODELS)
    assert (new.split(BEGIN)[0], new.split(END)[1]) == (README.split(BEGIN)[0], README.split(END)[1])


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(model, id=model.path.stem, marks=[pytest.mark.slow] if large(model) else [])
        for model in MODELS
    ],
)  # fmt: skip
def test_the_stated_loss_is_measured_again(exact_file, model):
    assert measure(model.path, load_corpus("tinyshakespeare")) == pytest.approx(model.info["val_loss"], abs=1e-4)


@pytest.mark.parametrize("model", EACH[:1])
def test_on_the_offline_plays_it_loses_about_the_same(model):
    assert measure(model.path, load_corpus("shakespeare-plays")) == pytest.approx(model.info["val_loss"], abs=0.03)


@pytest.mark.slow
def test_without_the_exact_text_it_measures_on_the_plays_and_says_so(monkeypatch, capsys):
    monkeypatch.setattr("tinygpt.texts.tiny_shakespeare.candidates", list)
    monkeypatch.setattr("sys.argv", ["benchmarks.shipped"])
    main()
    said = capsys.readouterr().out
    assert said.count("on shakespeare-plays") == len(MODELS)
    assert "not on this machine: measured on the offline plays, README left as it is" in said
    assert (CHECKPOINTS / "README.md").read_text(encoding="utf-8") == README


def test_a_file_that_no_command_would_make_is_told():
    info = read_info(MODELS[0].path)
    with pytest.raises(ValueError, match="was not made with the preset layer-norm as it is now"):
        _ = Shipped(MODELS[0].path, info | {"preset": "layer-norm"}).command

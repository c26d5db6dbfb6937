"""A run as plain PyTorch: without tinygpt it ends with its weights and losses, whatever its settings.

Up to rounding: the file lets autograd find the gradients, while tinygpt's are written by hand and add in another order.
AdamW's first step moves a weight by the rate whichever way its gradient points, also where that is but rounding; so a
few weights may differ by that.
"""

import ast
import math
import os
import re
import runpy
import subprocess
import sys
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, distribution

import pytest
import torch
from safetensors.torch import load_file

from tests.every_setting import TEXT, each_value
from tests.export.test_export import HOSTILE
from tinygpt.bigram import BigramConfig
from tinygpt.checkpoint.model_file import load, model_bytes
from tinygpt.corpus import CATALOGUE, Corpus
from tinygpt.export import plain
from tinygpt.export.plain import WEIGHTS, plain_pytorch
from tinygpt.files import PROJECT
from tinygpt.gpt import GPTConfig
from tinygpt.texts.own import sha256_of
from tinygpt.training import loop
from tinygpt.training.evaluation import FINAL_BATCHES
from tinygpt.training.loop import advance
from tinygpt.training.presets import LADDER, PRESETS
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import start

CORPUS = Corpus.from_text(TEXT)
STEPS = 8
WRITES = ", 500)"
VALUES = [case for case in each_value() if case.values[1].name != "vocab_size"]  # that is the text's


def trained(spec):
    """The run as tinygpt trains it: its state and its final losses."""
    state = start(spec, CORPUS)
    points = []
    while not state.ended:
        points += advance(state, CORPUS)
    return state, (points[-1].loss, points[-1].val)


def told(folder, spec, monkeypatch, capsys, *arguments, text=TEXT):
    """The losses that the file prints, started in `folder` with its text beside it."""
    if text:
        (folder / "text.txt").write_text(text, encoding="utf-8")
    code = plain_pytorch(spec, name="mine")
    assert WRITES in code
    (folder / "run.py").write_text(code.replace(WRITES, ", 5)"), encoding="utf-8")  # a few characters are enough here
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["run.py", *map(str, arguments)])
    with torch.random.fork_rng():
        runpy.run_path("run.py")
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("train loss"))
    return tuple(float(part.rsplit(" ", 1)[1]) for part in line.split(", "))


def alike(losses):
    """The same losses up to rounding."""
    return pytest.approx(losses, rel=1e-4)


def moved_alike(weights, state):
    """Whether these are the weights of a run up to rounding: all but one in a hundred to five digits."""
    exact = state.model.state_dict()
    assert weights.keys() == exact.keys()
    apart = torch.cat([(weights[name] - exact[name]).abs().flatten() for name in exact])
    rate = state.spec.train.learning_rate
    return apart.max() <= 2 * STEPS * rate and (apart > 1e-5).float().mean() <= 0.01


def follows_rounding(spec):
    """Whether every step goes by signs of numbers that may be but rounding: a norm of a single channel, no memory."""
    return getattr(spec.model, "n_embd", 2) == 1 or spec.train.beta2 == 0


def short(spec):
    """The same run with few steps, on the text of these tests."""
    few = {"max_steps": STEPS, "batch_size": min(spec.train.batch_size, 8)}
    return replace(spec, train=replace(spec.train, **few), corpus=sha256_of(TEXT))


@pytest.fixture
def judged_on_little(monkeypatch):
    """Both final losses are means over a tenth of the usual windows: as equal, and sooner there."""
    for module in (loop, plain):
        monkeypatch.setattr(module, "FINAL_BATCHES", FINAL_BATCHES // 10)


@pytest.mark.usefixtures("judged_on_little")
@pytest.mark.parametrize(("spec", "setting", "value"), VALUES)
def test_it_ends_with_the_weights_and_losses_of_the_run(spec, setting, value, tmp_path, monkeypatch, capsys):
    spec = short(spec)
    state, losses = trained(spec)
    assert state.ended == "finished", "choose a value that can be trained"
    found = told(tmp_path, spec, monkeypatch, capsys)
    if follows_rounding(spec):
        assert found == pytest.approx(losses, rel=0.3)
    else:
        assert found == alike(losses) and moved_alike(load_file(tmp_path / WEIGHTS), state)


OPERATED = [
    "0.1 cut, 0.0 flat, 1 feed-forward",
    "0 attention, 1.0 cut, 1.1 cut",
    "0 feed-forward, 1 attention, 1.1 flat",
]


@pytest.mark.usefixtures("judged_on_little")
@pytest.mark.parametrize("at", [0, 3, STEPS])
@pytest.mark.parametrize("surgery", OPERATED)
def test_surgery_on_the_way_is_done_there_too(surgery, at, tmp_path, monkeypatch, capsys):
    model = GPTConfig(CORPUS.tokenizer.vocab_size, n_embd=8, n_head=2, n_layer=2, dropout=0.1, surgery=surgery)
    spec = short(RunSpec(model, TrainConfig(surgery_at=at)))
    state, losses = trained(spec)
    assert told(tmp_path, spec, monkeypatch, capsys) == alike(losses)
    assert moved_alike(load_file(tmp_path / WEIGHTS), state)
    (tmp_path / "taken.safetensors").write_bytes(model_bytes(state.model, state.tokenizer))
    assert told(tmp_path, spec, monkeypatch, capsys, tmp_path / "taken.safetensors") == losses


@pytest.mark.usefixtures("judged_on_little")
@pytest.mark.parametrize("name", [*LADDER, "speedrun"])
def test_every_preset_is_one_short_file_that_ends_with_its_losses(name, tmp_path, monkeypatch, capsys):
    spec = short(PRESETS[name].spec("", CORPUS.tokenizer.vocab_size))
    _, losses = trained(spec)
    assert told(tmp_path, spec, monkeypatch, capsys) == alike(losses)
    assert len(plain_pytorch(spec).splitlines()) <= (260 if name == "speedrun" else 220)


def installed_alone(packages, folder):
    """Fill a folder with these packages, and what each says that it needs, as `pip install` would: by links."""
    wanted, there = list(packages), set()
    while wanted:
        try:
            package = distribution(wanted.pop())
        except PackageNotFoundError:  # of another system
            continue
        if package.name not in there:
            there.add(package.name)
            wanted += [re.match(r"[\w.-]+", need)[0] for need in package.requires or [] if "extra ==" not in need]
            for part in {file.parts[0] for file in package.files} - {"..", "__pycache__"}:
                (folder / part).symlink_to(package.locate_file(part))


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="links as Unix has them")
def test_what_its_head_says_to_install_is_enough(tmp_path):
    code = plain_pytorch(short(RunSpec(BigramConfig(CORPUS.tokenizer.vocab_size), TrainConfig())))
    packages = re.sub(r"==\S+", "", re.search(r"^    pip install (.+)$", code, re.MULTILINE)[1])
    assert f"`pip install {packages}`" in (PROJECT / "README.md").read_text(encoding="utf-8")
    (tmp_path / "run.py").write_text(code.replace(WRITES, ", 5)"), encoding="utf-8")
    (tmp_path / "text.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "packages").mkdir()
    installed_alone(packages.split(), tmp_path / "packages")
    alone = [sys.executable, "-S", "run.py"]  # -S: without what this Python has installed
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "packages")}
    done = subprocess.run(alone, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "") and (tmp_path / WEIGHTS).is_file(), done.stderr


def test_it_reads_the_model_file_of_the_run(tmp_path, monkeypatch, capsys):
    spec = short(RunSpec(GPTConfig(CORPUS.tokenizer.vocab_size, n_embd=8, n_layer=1), TrainConfig()))
    state, losses = trained(spec)
    (tmp_path / "taken.safetensors").write_bytes(model_bytes(state.model, state.tokenizer))
    assert load(tmp_path / "taken.safetensors").model.config == spec.model
    assert told(tmp_path, spec, monkeypatch, capsys, "taken.safetensors") == losses


@pytest.mark.parametrize(
    ("text", "says"), [("", "Save the text of this run as text.txt"), (TEXT + "a", "not the text")]
)
def test_without_its_very_text_it_says_what_to_do(text, says, tmp_path, monkeypatch, capsys):
    spec = short(RunSpec(BigramConfig(CORPUS.tokenizer.vocab_size), TrainConfig()))
    with pytest.raises(SystemExit, match=says):
        told(tmp_path, spec, monkeypatch, capsys, text=text)


def test_a_run_that_diverges_says_so(tmp_path, monkeypatch, capsys):
    spec = short(RunSpec(GPTConfig(CORPUS.tokenizer.vocab_size, n_embd=8, n_layer=1), TrainConfig(learning_rate=1e30)))
    with pytest.raises(SystemExit, match="This run diverges: after step"):
        told(tmp_path, spec, monkeypatch, capsys)


@pytest.mark.parametrize("corpus", CATALOGUE)
def test_it_has_the_vocabulary_of_the_text(corpus):
    code = plain_pytorch(replace(RunSpec(BigramConfig(), TrainConfig()), corpus=corpus))
    chars = CATALOGUE[corpus].chars
    tree = ast.parse(code)
    [value] = [n.value for n in tree.body if isinstance(n, ast.Assign) and getattr(n.targets[0], "id", "") == "chars"]
    assert ast.unparse(value) == "sorted(set(text))" if chars is None else ast.literal_eval(value) == chars


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_no_name_becomes_code(name):
    spec = RunSpec(BigramConfig(), TrainConfig())
    assert ast.dump(ast.parse(plain_pytorch(spec, name=name))) == ast.dump(ast.parse(plain_pytorch(spec)))


def test_nothing_of_tinygpt_is_imported_and_the_losses_stand_in_it_with_all_digits():
    code = plain_pytorch(RunSpec(GPTConfig(dropout=0.1), TrainConfig()), final=(0.1 + 0.2, math.e))
    modules = {
        name.name if isinstance(node, ast.Import) else node.module
        for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Import | ast.ImportFrom) for name in node.names
    }  # fmt: skip
    assert modules == {"math", "sys", "torch", "safetensors.torch", "torch.nn"}
    assert repr(0.1 + 0.2) in code and repr(math.e) in code


@pytest.mark.parametrize("corpus", ["", "x", '"); import os #'])
def test_only_a_text_that_is_known_becomes_code(corpus):
    with pytest.raises(ValueError, match="There is no corpus"):
        plain_pytorch(RunSpec(BigramConfig(), TrainConfig(), corpus))

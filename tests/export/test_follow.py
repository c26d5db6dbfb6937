"""The script of one position prints, in a process of its own and without tinygpt, the numbers that we show of it."""

import ast
import os
import runpy
import subprocess
import sys

import pytest
import torch

from tests.every_setting import TEXT, each_value
from tests.export.test_export import HOSTILE
from tests.export.test_plain import installed_alone
from tests.shares import with_shares
from tinygpt.bigram import BigramConfig
from tinygpt.checkpoint.model_file import save
from tinygpt.export.follow import follow_pytorch
from tinygpt.export.plain import PACKAGES, WEIGHTS
from tinygpt.gpt import GPTConfig
from tinygpt.inside.follow import follow
from tinygpt.lessons.measured import GPT, loaded, path_of
from tinygpt.models import build
from tinygpt.tokenizer import CharTokenizer

TOKENIZER = CharTokenizer.from_text(TEXT)
V = TOKENIZER.vocab_size
OF_MODELS = [case for case in each_value() if hasattr(case.values[0].model, case.values[1].name)]
OF_MODELS = [case for case in OF_MODELS if case.values[1].name != "vocab_size"]  # that is the text's
IDS = [case.id for case in OF_MODELS]


def printed(lines: str) -> dict[str, list[float]]:
    """Mean, standard deviation and numbers by the name of their stage."""
    stages = {}
    for line in lines.splitlines():
        name, numbers = line.split(" mean ", 1)
        mean, numbers = numbers.split(" std ")
        std, numbers = numbers.split(" numbers ")
        stages[name.strip()] = [float(mean), float(std), *map(float, numbers.split())]
    return stages


def ours(model, text, place, tokenizer=TOKENIZER):
    """The same from `follow`, rounded as it is printed."""
    stages = follow(model, torch.tensor(tokenizer.encode(text)), place)
    return {one.label: pytest.approx([one.mean, one.std, *one.values.tolist()], abs=1.5e-4) for one in stages}


OPERATED = "0 attention, 1.0 cut, 1.1 flat, 1 feed-forward"
OF_MODELS = [*(case.values[0].model for case in OF_MODELS), GPTConfig(V, 8, 8, 2, 2, surgery=OPERATED)]


@pytest.mark.parametrize("config", OF_MODELS, ids=[*IDS, OPERATED])
def test_it_prints_our_numbers_whatever_the_model_is(config, tmp_path, monkeypatch, capsys):
    model, text = with_shares(build(config, seed=3).eval()), "the fox"[: config.block_size]
    save(tmp_path / WEIGHTS, model, TOKENIZER)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "follow.py").write_text(follow_pytorch(model.config, TOKENIZER, text, len(text) - 1), encoding="utf-8")
    runpy.run_path("follow.py")
    seen, expected = printed(capsys.readouterr().out), ours(model, text, len(text) - 1)
    assert list(seen) == list(expected) and seen == expected


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="links as Unix has them")
def test_a_fresh_process_without_tinygpt_prints_the_numbers_of_the_shipped_gpt(tmp_path):
    shipped, text = loaded(GPT), "the king"
    (tmp_path / "mine.safetensors").write_bytes(path_of(GPT).read_bytes())
    code = follow_pytorch(shipped.model.config, shipped.tokenizer, text, 4, file="mine.safetensors")
    (tmp_path / "follow.py").write_text(code, encoding="utf-8")
    (tmp_path / "packages").mkdir()
    installed_alone(PACKAGES, tmp_path / "packages")
    alone = [sys.executable, "-S", "follow.py"]  # -S: without what this Python has installed
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "packages")}
    done = subprocess.run(alone, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    expected = ours(shipped.model, text, 4, shipped.tokenizer)
    assert printed(done.stdout) == expected and len(expected) == 3 + 3 * 19 + 3


def test_it_is_short_and_imports_nothing_of_tinygpt():
    code = follow_pytorch(GPTConfig(V), TOKENIZER, "the fox", 2)
    modules = {
        name.name if isinstance(node, ast.Import) else node.module
        for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Import | ast.ImportFrom) for name in node.names
    }  # fmt: skip
    assert modules == {"torch", "safetensors.torch"}
    assert len(code.splitlines()) <= 95 and max(map(len, code.splitlines())) <= 120


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_nothing_that_is_typed_becomes_code(text):
    known = CharTokenizer.from_text(text + "a")
    config = BigramConfig(known.vocab_size)

    def shape(typed: str, file: str) -> str:
        tree = ast.parse(follow_pytorch(config, known, typed, 0, file=file))
        strings = {node.value: node for node in ast.walk(tree) if isinstance(node, ast.Constant)}
        assert strings.keys() >= {typed, file}
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in ("MODEL", "text", "ids"):
                node.value = ast.Constant(0)
        return ast.dump(tree)

    assert shape(text or "a", text) == shape("a", "a")


def test_what_cannot_be_followed_is_said():
    for config in (GPTConfig(V), BigramConfig(V)):
        with pytest.raises(ValueError, match="places 0 to 6"):
            follow_pytorch(config, TOKENIZER, "the fox", 7)
        with pytest.raises(ValueError, match="Not among the"):
            follow_pytorch(config, TOKENIZER, "the fox!", 1)
    with pytest.raises(ValueError, match="do not fit into block_size"):
        follow_pytorch(GPTConfig(V), TOKENIZER, "the brown", 1)

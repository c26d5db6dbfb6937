"""What the command line says of a text before it trains: ways out that exist here, and that val is not unseen."""

import re

import pytest

from tinygpt.cli.main import main
from tinygpt.training.presets import PRESETS


@pytest.mark.parametrize("size", [60, 95, 200, 400, 659])
@pytest.mark.parametrize("preset", ["bigram", "nanogpt-cpu"])
def test_a_text_too_short_is_refused_with_presets_that_take_it(size, preset, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("tinygpt.training.loop.FINAL_BATCHES", 1)  # how well it ends is not asked
    text = tmp_path / "short.txt"
    text.write_text("To be, or not to be. " * 40, encoding="utf-8")
    text.write_text(text.read_text(encoding="utf-8")[:size], encoding="utf-8")
    words = ["train", "--corpus", str(text), "--steps", "1"]
    if main([*words, "--preset", preset]) == 0:
        return
    said = capsys.readouterr().err
    assert "block_size" not in said and "Add text" in said
    others = re.findall(r"[\w-]+", said.partition("--preset ")[2])
    assert bool(others) == (size >= 91), said
    for other in filter(PRESETS.__contains__, others):
        assert main([*words, "--preset", other]) == 0, said


def test_a_text_whose_val_stands_in_train_is_told(tmp_path, capsys):
    for again in ("The lamp went out and the door fell shut behind her.\n" * 90, "abc def ghi jkl\n" * 40):
        text = tmp_path / "again.txt"
        text.write_text(again, encoding="utf-8")
        assert main(["train", "--preset", "bigram", "--corpus", str(text), "--steps", "1"]) == 0
        assert "stands word by word in the training text" in capsys.readouterr().err
    assert main(["train", "--preset", "bigram", "--corpus", "shakespeare-plays", "--steps", "1"]) == 0
    assert "stands word by word" not in capsys.readouterr().err

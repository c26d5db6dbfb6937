"""`make bench`: both sides of a row compute the same, and the README's table is the one that was measured."""

import json

import pytest
import torch

from benchmarks import lecture, speedrun
from benchmarks.__main__ import CLASS, TABLE, class_time, drawing, table
from benchmarks.evaluation import SHORT
from benchmarks.in_turn import in_turn
from benchmarks.steps import SIZES
from tests.every_setting import TEXT
from tinygpt.bigram import BigramConfig
from tinygpt.corpus import Corpus, ids_of
from tinygpt.files import PROJECT
from tinygpt.generation import generate
from tinygpt.gpt import GPTConfig
from tinygpt.models import build
from tinygpt.randomness import generator
from tinygpt.tokenizer import CharTokenizer
from tinygpt.training.evaluation import EVALUATION_SEED, estimate_loss
from tinygpt.training.presets import PRESETS
from tinygpt.training.speedrun import how_soon
from tinygpt.training.work import windows_to_judge

MEASURED = json.loads((PROJECT / "docs" / "bench.json").read_text(encoding="utf-8"))
README = (PROJECT / "README.md").read_text(encoding="utf-8")
CORPUS = Corpus.from_text(TEXT)
V = CORPUS.tokenizer.vocab_size


@pytest.mark.parametrize("config", [BigramConfig(V), GPTConfig(V, n_embd=16, n_layer=2)], ids=str)
def test_the_lecture_writes_the_same_characters(config):
    model = build(config).eval()
    theirs, one = lecture.in_the_lecture_s_style(model), torch.zeros((1, 1), dtype=torch.long)
    wanted = lecture.generate(theirs, one, 30, config.block_size, generator(7))[0, 1:].tolist()
    assert [token.id for token in generate(model, one, 30, generator=generator(7))] == wanted


def test_the_lecture_estimates_the_same_loss_on_the_same_windows():
    model = build(GPTConfig(V))
    theirs, starts = (
        lecture.in_the_lecture_s_style(model),
        CORPUS.starts("val", 200 * 32, 8, generator(EVALUATION_SEED)),
    )
    pieces = iter(starts.split(32))
    found = lecture.estimate_loss(theirs, lambda: CORPUS.windows("val", next(pieces), 8))
    assert estimate_loss(model, CORPUS, "val") == pytest.approx(found, rel=1e-5)


def test_the_lecture_finds_the_same_ids():
    assert torch.equal(lecture.encode(TEXT), ids_of(TEXT, CharTokenizer.from_text(TEXT)))


def test_what_takes_eight_times_as_long_is_some_times_as_slow():
    work = torch.randn(100, 100, generator=generator(1))

    def often(times: int, by: int) -> None:
        for _ in range(times * by):
            work @ work

    found = in_turn("", lambda times: often(times, 8), lambda times: often(times, 1), 3)
    assert 2 < found.ratio < 32 and found.quartiles[0] <= found.ratio <= found.quartiles[1]


def test_the_table_and_the_picture_are_those_that_were_measured():
    assert TABLE.search(README)[0] == table(MEASURED), "`make bench` writes both"  # type: ignore[index]
    assert CLASS.search(README)[0] == class_time(MEASURED)  # type: ignore[index]
    picture = (PROJECT / "docs" / "bench.svg").read_text(encoding="utf-8")
    assert picture == drawing(MEASURED)
    assert all(f"{one['ratio']:.1f} \u00d7" in picture for one in MEASURED["rows"])


def test_a_goal_that_was_missed_is_told():
    of_steps = MEASURED["rows"][: len(SIZES)]
    assert [(one["title"], one["goal"]) for one in of_steps] == [(size.title, size.goal) for size in SIZES]
    for one in of_steps:
        met = one["ratio"] >= one["goal"]
        assert (f"{one['title']} ({one['goal']:g})" not in README) == met, "`make bench` writes it"


def test_the_measured_rows_are_whole():
    for one in MEASURED["rows"]:
        assert one["quartiles"][0] <= one["ratio"] <= one["quartiles"][1] and len(one["ratios"]) >= 9
    assert max(share for title, share in MEASURED["judging"].items() if title != SHORT) <= 0.1
    assert MEASURED["memory"]["by hand"] <= MEASURED["memory"]["autograd"]


def test_what_judging_takes_was_measured_as_runs_are_judged_now():
    now = {preset.title: windows_to_judge(preset.spec("", 65)) for preset in PRESETS.values()}
    assert MEASURED["windows"] == now, "`make bench` measures it again"


def test_the_table_of_the_speedrun_is_the_one_that_was_measured():
    assert speedrun.TABLE.search(README)[0] == speedrun.table(how_soon())  # type: ignore[index]

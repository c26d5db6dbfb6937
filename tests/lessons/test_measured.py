"""The stored results of the lessons: complete, of today's experiments, and what training gives."""

import json
import statistics

import pytest

from benchmarks import lessons
from tinygpt.checkpoint.model_file import load
from tinygpt.corpus import load_corpus
from tinygpt.lessons import measured
from tinygpt.lessons.measured import EXPERIMENTS, FILE, counted, result, spec
from tinygpt.models import count_parameters
from tinygpt.texts.keeping import forget_texts
from tinygpt.training.evaluation import loss_by_position
from tinygpt.training.loop import train
from tinygpt.training.presets import PRESETS

RUNS = [(name, seed) for name, chosen in EXPERIMENTS.items() for seed in chosen.seeds]


@pytest.fixture
def exact_text(exact_file):
    """The lecture's text, which all stored results are about."""
    forget_texts()
    yield load_corpus(measured.CORPUS)
    forget_texts()


@pytest.fixture
def a_file(monkeypatch, tmp_path):
    """Another file in the place of the stored one."""

    def put(lines: dict) -> None:
        monkeypatch.setattr(measured, "FILE", tmp_path / "lessons.json")
        (tmp_path / "lessons.json").write_text(json.dumps(lines), encoding="utf-8")
        forget()

    def forget():
        result.cache_clear()
        measured.stored_lines.cache_clear()

    yield put
    forget()


@pytest.mark.parametrize(("name", "seed"), RUNS)
def test_every_experiment_has_its_result(name, seed):
    found, run = result(name, seed), spec(name, seed)
    T = run.model.block_size
    assert (len(found.by_position), len(found.in_use), len(found.sample)) == (T, T, 120)
    assert statistics.fmean(found.by_position) == pytest.approx(found.val_loss, abs=2e-6)
    assert found.steps[0] == 0 and len(found.steps) == len(found.val) == len(found.itself) == len(found.variance)
    assert found.val[-1] == pytest.approx(found.val_loss, abs=2e-6)
    if not found.note:
        assert found.steps[-1] == run.train.max_steps
        assert found.final_val == pytest.approx(found.val_loss, abs=0.03)  # other windows of the same text
    assert {len(by_head) for by_head in found.itself} == {run.model.n_head}


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("one-head", 7_553), ("one-head-skip", 7_553), ("averaging", 7_553), ("no-mask", 7_553), ("four-heads", 7_553),
     ("one-head-no-positions", 7_297), ("feed-forward", 8_609), ("blocks-no-skip", 41_921), ("blocks", 41_921),
     ("gpt", 42_369), ("gpt-no-positions", 42_113), ("gpt-one-block", 17_153), ("gpt-averaged", 42_369),
     ("gpt-32", 43_137), ("gpt-averaged-32", 43_137), ("scaled-16", 2_080 + 256 + 3 * 32 * 16 + 16 * 65 + 65)],
)  # fmt: skip
def test_the_experiments_have_the_numbers_of_the_storyboard(name, parameters):
    assert count_parameters(spec(name).model) == parameters


@pytest.mark.parametrize(
    ("name", "preset"),
    [("one-head", "one-head"), ("one-head-skip", "one-head-skip"), ("four-heads", "four-heads"),
     ("feed-forward", "feed-forward"), ("blocks", "blocks"), ("gpt", "layer-norm")],
)  # fmt: skip
def test_an_experiment_that_is_a_rung_is_that_very_run(name, preset):
    assert spec(name) == PRESETS[preset].spec("tinyshakespeare", 65)


def test_an_experiment_can_be_run_on_another_text_and_with_another_seed():
    run = spec("scaled-256", 7, corpus="markov", vocab_size=8)
    assert (run.train.seed, run.corpus, run.model.vocab_size, run.model.head_size) == (7, "markov", 8, 256)


def test_what_the_lessons_tell_is_what_was_measured():
    floors, pairs = counted()
    average, head = result("averaging"), result("one-head")
    assert head.val_loss < floors["2-gram"].val < average.val_loss  # an average is worse than nothing
    assert average.by_position[7] > average.by_position[1] + 0.2 and max(pairs) - min(pairs) < 0.02
    assert min(pairs) < head.by_position[0]  # with one character to go by, counting pairs is unbeatable
    for wrong in ("no-mask", "wrong-axis", "wrong-axis-skip"):  # a fine loss, and useless
        assert result(wrong).val_loss < head.val_loss and max(result(wrong).in_use) > floors["2-gram"].val + 0.5
    assert result("wrong-axis-skip").val_loss < floors["5-gram"].val
    assert result("one-head-skip").val_loss < head.val_loss - 0.05
    assert result("blocks").val_loss < result("blocks-no-skip").val_loss - 0.1
    gains = [result(f"gpt-averaged{T}").val_loss - result(f"gpt{T}").val_loss for T in ("", "-32")]
    assert gains[0] < 0.15 < gains[1]  # choosing matters more in a longer window
    frozen = result("unscaled-256")
    assert frozen.itself[-1][0] > 0.98 and frozen.entropy[-1][0] < 0.05
    assert frozen.val_loss > floors["2-gram"].val - 0.01 > result("scaled-256").val_loss


def test_an_experiment_that_nobody_knows_is_refused_with_the_names():
    with pytest.raises(ValueError, match="no experiment 'two-heads'; choose one of one-head, one-head-skip"):
        result("two-heads")


def test_a_missing_result_names_the_command_that_measures_it():
    with pytest.raises(ValueError, match="no result of 'gpt' with seed 77.*python -m benchmarks.lessons --only gpt"):
        result("gpt", 77)


def test_a_result_of_other_settings_is_not_shown(a_file):
    line = json.loads(FILE.read_text(encoding="utf-8"))["gpt seed 1337"]
    a_file({"gpt seed 1337": line})
    assert result("gpt").val_loss == line["val_loss"]
    line["spec"]["train"]["max_steps"] += 1
    a_file({"gpt seed 1337": line})
    with pytest.raises(ValueError, match="other settings than today's"):
        result("gpt")


def test_without_a_file_every_question_has_a_plain_answer(a_file):
    a_file({})
    with pytest.raises(ValueError, match="nothing about the inside"):
        measured.inside_the_gpt()
    with pytest.raises(ValueError, match="no counts"):
        counted()
    with pytest.raises(ValueError, match="no result"):
        result("one-head")


def test_the_file_has_a_line_for_each_result_and_nothing_else():
    text = FILE.read_text(encoding="utf-8")
    lines = json.loads(text)
    assert len(text.splitlines()) == len(lines) + 2
    assert list(lines) == sorted(lines)
    assert set(lines) == {"counts", "inside", *(measured.line_of(name, seed) for name, seed in RUNS)}
    assert all(lessons.is_stored(lines, run) for run in RUNS)


def test_the_stored_counts_are_those_of_the_text(exact_text):
    assert lessons.counts(exact_text) == json.loads(FILE.read_text(encoding="utf-8"))["counts"]


def test_the_shipped_head_with_a_skip_is_the_one_of_the_lessons(exact_text):
    shipped = load(FILE.with_name("one-head-skip.safetensors"))
    assert shipped.info["val_loss"] == pytest.approx(result("one-head-skip").final_val, abs=1e-6)
    loss = loss_by_position(shipped.model, exact_text)
    assert loss.tolist() == pytest.approx(result("one-head-skip").by_position, abs=1e-4)


@pytest.mark.slow
@pytest.mark.trained
@pytest.mark.of_one_seed
def test_training_it_again_gives_what_the_file_says(exact_text, margin):
    run, stored = spec("scaled-16"), result("scaled-16")
    points = list(train(run, exact_text))
    margin("val, off the stored one", abs(points[-1].val - stored.final_val), below=1e-3)
    margin("train loss, off the stored one", abs(points[-1].loss - stored.final_train), below=1e-3)

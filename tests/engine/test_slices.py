"""One slice: from a state to the next, wherever it runs."""

import uuid
from dataclasses import replace
from itertools import pairwise

import pytest

from tests import by_heart
from tinygpt.bigram import BigramConfig
from tinygpt.checkpoint.model_file import load
from tinygpt.checkpoint.run_state import dumps
from tinygpt.corpus import Corpus
from tinygpt.engine.samples import Sample, samples_of_slice
from tinygpt.engine.slices import FIRST_LENGTH, HELD, SliceJob, _sample, run_slice, snapshot_steps
from tinygpt.gpt import GPTConfig
from tinygpt.texts.own import keep_text
from tinygpt.training.loop import advance
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import start

TEXT = "the quick brown fox jumps over the lazy dog. " * 40
CORPUS = Corpus.from_text(TEXT)
V = CORPUS.tokenizer.vocab_size
LONG = 60.0  # seconds: never what ends a slice here


@pytest.fixture
def texts(tmp_path):
    return tmp_path


@pytest.fixture
def job(texts):
    model = GPTConfig(V, n_embd=16, n_head=2, n_layer=1, dropout=0.2)
    spec = RunSpec(model, TrainConfig(max_steps=40, eval_interval=10, batch_size=4), keep_text(TEXT, texts))
    return SliceJob(uuid.uuid4().hex, spec, LONG, folder=texts)


def train(job, *, by_ticket, steps=7):
    """All slices of a run until it has ended."""
    slices = []
    while not slices or not slices[-1].ended:
        slices.append(run_slice(replace(job, steps=steps)))
        job = replace(job, ticket=slices[-1].ticket, state=None if by_ticket else slices[-1].state)
        if not by_ticket:
            job = replace(job, run=uuid.uuid4().hex)  # a worker that holds nothing of it
    return slices


def curve(points):
    return [point._replace(seconds=0.0) for point in points]


@pytest.mark.parametrize("by_ticket", [True, False], ids=["the state stays here", "the state travels"])
def test_slices_add_up_to_the_run_in_one_piece(job, by_ticket):
    whole = start(job.spec, CORPUS)
    points = advance(whole, CORPUS)
    slices = train(job, by_ticket=by_ticket)
    assert curve(point for piece in slices for point in piece.points) == curve(points)
    assert slices[-1].state == dumps(whole)
    assert slices[-1].step == 40


def test_the_seconds_of_a_slice_count_from_its_own_beginning(job):
    for piece in train(job, by_ticket=True):
        assert all(a.seconds <= b.seconds for a, b in pairwise(piece.points))
        assert not piece.points or piece.points[-1].seconds <= piece.seconds + 1e-9


def test_a_ticket_the_worker_does_not_hold_is_answered_not_guessed(job):
    first = run_slice(replace(job, steps=3))
    assert run_slice(replace(job, ticket="another")).needs == "state"
    assert run_slice(replace(job, ticket=first.ticket)).needs == "state"  # a wrong guess forgets
    again = run_slice(replace(job, steps=3, ticket=first.ticket, state=first.state))
    assert (again.needs, again.step) == ("", 6)


def test_a_worker_keeps_only_a_handful_of_states(job):
    jobs = [replace(job, run=uuid.uuid4().hex, steps=1) for _ in range(HELD + 1)]
    tickets = [run_slice(each).ticket for each in jobs]
    needs = [run_slice(replace(each, ticket=ticket)).needs for each, ticket in zip(jobs, tickets, strict=True)]
    assert needs == ["state"] + [""] * HELD


def test_a_text_that_is_not_here_is_asked_for(job, texts):
    elsewhere = replace(job, folder=texts / "nowhere", steps=3)
    assert run_slice(elsewhere).needs == "corpus"
    assert (
        run_slice(replace(elsewhere, text=(TEXT, CORPUS.tokenizer.chars))).state
        == run_slice(replace(job, steps=3)).state
    )


def test_snapshots_are_the_model_at_exactly_their_step(job):
    piece = run_slice(replace(job, steps=12, snapshots=(5, 10, 20)))
    assert list(piece.snapshots) == [5, 10]
    state = start(job.spec, CORPUS)
    advance(state, CORPUS, steps=10)
    kept = load(piece.snapshots[10])
    assert kept.info["step"] == 10
    for mine, exact in zip(kept.model.parameters(), state.model.parameters(), strict=True):
        assert (mine - exact).abs().max() < 1e-3  # stored in 16 bits


def test_snapshots_are_due_each_time_the_steps_have_doubled():
    large, small = (RunSpec(GPTConfig(V, n_embd=n), TrainConfig()) for n in (128, 32))
    assert snapshot_steps(large.with_settings({"max_steps": 1_000})) == (3, 7, 15, 31, 62, 125, 250, 500)
    assert snapshot_steps(small.with_settings({"max_steps": 1})) == ()


def test_a_small_model_is_kept_at_each_sixteenth_too():
    small = RunSpec(GPTConfig(V, n_embd=32), TrainConfig(max_steps=1_600))
    assert snapshot_steps(small) == (6, 12, 25, 50, *range(100, 1_600, 100))


def test_a_sample_depends_on_seed_and_step_alone(job):
    first, second = (run_slice(replace(job, run=uuid.uuid4().hex, steps=9, sample=n)) for n in (120, 40))
    assert (len(first.sample), len(second.sample)) == (120, 40)
    assert first.sample.startswith(second.sample)
    assert set(first.sample) <= set(CORPUS.tokenizer.chars)
    assert run_slice(replace(job, run=uuid.uuid4().hex, steps=9)).state == first.state  # looking changes nothing


def test_a_later_slice_can_bring_what_the_model_wrote_before_its_first_step(job, monkeypatch):
    monkeypatch.setattr("tinygpt.engine.slices.FIRST_SECONDS", LONG)
    begun = run_slice(replace(job, run=uuid.uuid4().hex, steps=9))
    goes_on = replace(job, run=begun.run, ticket=begun.ticket, state=begun.state, steps=9)
    piece = run_slice(replace(goes_on, untrained=True))
    assert piece.first_sample == _sample(start(job.spec, CORPUS), FIRST_LENGTH)[0]
    assert samples_of_slice(piece)[0] == Sample(0, piece.first_sample)
    without = run_slice(goes_on)  # from the bytes of that state
    assert (without.first_sample, without.state) == ("", piece.state)


def test_a_model_that_writes_slowly_writes_less_before_its_first_step(job):
    assert len(_sample(start(job.spec, CORPUS), FIRST_LENGTH, most=0.0)[0]) == 1


def test_a_finished_run_brings_its_model_and_a_sample(job):
    last = train(job, by_ticket=True)[-1]
    info = load(last.model).info
    assert (last.ended, info["step"], info["val_loss"]) == ("finished", 40, last.points[-1].val)
    assert last.sample


def test_a_run_that_was_better_before_its_end_brings_that_model_as_well(texts):
    keep_text(by_heart.LETTERS, texts)
    last = run_slice(SliceJob(uuid.uuid4().hex, by_heart.SPEC, LONG, folder=texts))
    looks = {point.val: point.step for point in last.points if point.val is not None and point.step < 200}
    kept = load(last.best_model).info
    assert (looks[min(looks)], min(looks)) == last.best == (kept["step"], kept["lowest_val_loss"])
    assert load(last.model).info["step"] == last.step > last.best[0]


def test_a_diverged_run_brings_the_last_model_that_was_whole(texts):
    train_config = TrainConfig(max_steps=500, learning_rate=1e9, eval_interval=50)
    spec = RunSpec(GPTConfig(V, n_embd=16, n_head=2, n_layer=1), train_config, keep_text(TEXT, texts))
    last = run_slice(SliceJob("r", spec, LONG, folder=texts))
    assert (last.ended, last.sample) == ("diverged", "")
    assert "learning rate" in last.note
    load(last.model)


def test_weights_that_cannot_write_any_more_end_a_run_by_their_loss_and_not_by_their_sample(texts):
    train_config = TrainConfig(max_steps=500, learning_rate=1e18, eval_interval=50)
    spec = RunSpec(GPTConfig(V, n_embd=16, n_head=2, n_layer=1), train_config, keep_text(TEXT, texts))
    slices = train(SliceJob("r", spec, LONG, sample=40, folder=texts), by_ticket=True, steps=1)
    assert slices[-1].ended == "diverged"
    assert any(not piece.sample for piece in slices[:-1]), "no model here was broken before its loss was"


def test_a_step_by_hand_brings_an_account_of_itself_and_nothing_else_changes(job):
    alone = run_slice(replace(job, run=uuid.uuid4().hex, steps=12, snapshots=(5,)))
    seen = run_slice(replace(job, run=uuid.uuid4().hex, steps=12, snapshots=(5,), account=True))
    assert seen.state == alone.state and curve(seen.points) == curve(alone.points)
    assert alone.account is None and seen.account.step == 12


def test_the_last_step_has_an_account_too_and_looking_for_one_more_finds_none(job):
    before = run_slice(replace(job, steps=39))
    last = run_slice(replace(job, ticket=before.ticket, steps=1, account=True))
    assert (last.ended, last.account.step) == ("finished", 40)
    every = [piece.account for piece in train(replace(job, account=True), by_ticket=False, steps=1)]
    assert [account.step for account in every] == list(range(1, 41))


def test_a_model_that_does_not_fit_the_text_is_an_error_in_words(texts):
    spec = RunSpec(BigramConfig(3), TrainConfig(max_steps=5), keep_text("ab" * 100, texts))
    with pytest.raises(ValueError, match="knows 3 characters and the text has 2"):
        run_slice(SliceJob("r", spec, LONG, folder=texts))

"""The only training loop: slicing it changes nothing, and it says when it is beyond hope."""

import math
import threading
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import by_heart
from tinygpt.bigram import BigramConfig
from tinygpt.checkpoint.header import NotOurFile, read_header
from tinygpt.checkpoint.run_state import dumps, loads
from tinygpt.corpus import Corpus, load_corpus
from tinygpt.gpt import GPTConfig
from tinygpt.models import build
from tinygpt.randomness import generator
from tinygpt.training.evaluation import Tally, estimate_loss
from tinygpt.training.loop import advance, train
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import batch_generator, start

CORPUS = Corpus.from_text("the quick brown fox jumps over the lazy dog. " * 40)
V = CORPUS.tokenizer.vocab_size
TABLE = RunSpec(BigramConfig(V), TrainConfig(max_steps=60, eval_interval=25, learning_rate=1e-2, batch_size=8))
GPT = RunSpec(
    GPTConfig(V, n_embd=16, n_head=2, n_layer=1, dropout=0.2), TrainConfig(max_steps=60, eval_interval=25, batch_size=8)
)
SAME = replace(GPT, train=replace(GPT.train, same_batches=True))  # dropout still draws from the other generator


def curve(points):
    """What two equal runs have in common: all but the clock."""
    return [point._replace(seconds=0.0) for point in points]


def whole_run(spec, corpus=CORPUS):
    state = start(spec, corpus)
    return advance(state, corpus), dumps(state)


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(st.sampled_from([TABLE, GPT, SAME]), st.lists(st.integers(1, 30), min_size=1, max_size=6))
def test_slicing_a_run_changes_nothing_to_the_byte(spec, cuts):
    state, points = start(spec, CORPUS), []
    while not state.ended:
        for steps in cuts:
            state = loads(dumps(state))
            points += advance(state, CORPUS, steps=steps)
    whole, blob = whole_run(spec)
    assert curve(points) == curve(whole)
    assert dumps(state) == blob


@pytest.mark.slow
@pytest.mark.parametrize("spec", [TABLE, GPT], ids=["bigram", "gpt with dropout"])
def test_a_thousand_steps_are_ten_times_a_hundred(spec):
    spec = replace(spec, train=replace(spec.train, max_steps=1_000, eval_interval=100))
    state, points = start(spec, CORPUS), []
    for _ in range(10):
        points += advance(state, CORPUS, steps=100)
        state = loads(dumps(state))
    whole, blob = whole_run(spec)
    assert curve(points) == curve(whole)
    assert dumps(state) == blob


def test_a_slice_in_seconds_also_cuts_the_final_evaluation():
    state, points, slices = start(GPT, CORPUS), [], 0
    while not state.ended:
        points += advance(state, CORPUS, seconds=0)  # the shortest slice there is: one step, or one piece
        state = loads(dumps(state))
        slices += 1
    assert slices > GPT.train.max_steps + 2
    assert curve(points) == curve(whole_run(GPT)[0])


def test_one_point_a_step_and_a_last_one_with_both_losses():
    points, _ = whole_run(TABLE)
    assert [point.step for point in points] == list(range(61))
    assert [point.step for point in points if point.val is not None] == [0, 25, 50, 60]
    assert points[-1].tokens == 60 * 8 * 8
    state = start(TABLE, CORPUS)
    advance(state, CORPUS)
    assert points[-1].val == estimate_loss(state.model, CORPUS, "val", batches=200, batch_size=32, block_size=8)


def test_the_best_model_is_that_of_the_lowest_look_to_the_bit_whatever_the_slices():
    state, points = start(by_heart.SPEC, by_heart.CORPUS), []
    while not state.ended:
        state = loads(dumps(state))
        points += advance(state, by_heart.CORPUS, steps=7)
    looks = {point.step: point.val for point in points[:-1] if point.val is not None}
    lowest = min(looks, key=looks.__getitem__)
    assert 0 < lowest < 100 and state.better is state.best, looks
    assert (state.best.step, state.best.val) == (lowest, looks[lowest])
    there = start(by_heart.SPEC, by_heart.CORPUS)
    advance(there, by_heart.CORPUS, steps=lowest)
    kept = state.best.model(by_heart.SPEC).state_dict()
    assert all(torch.equal(kept[name], value) for name, value in there.model.state_dict().items())


def test_the_last_model_is_the_best_by_the_same_look_as_all_before_it():
    state = start(TABLE, CORPUS)
    advance(state, CORPUS)
    assert state.best.step == TABLE.train.max_steps and state.better is None
    look = estimate_loss(state.model, CORPUS, "val", batches=20, batch_size=32, block_size=8)
    assert state.best.val == look


def test_what_is_best_of_a_run_that_breaks_off_was_a_number():
    state = start(replace(TABLE, train=replace(TABLE.train, learning_rate=1e6, eval_interval=1)), CORPUS)
    advance(state, CORPUS)
    assert state.ended == "diverged" and state.best.step <= state.step
    assert all(value.isfinite().all() for value in state.best.weights.values())


def test_a_state_from_before_there_was_a_best_model_goes_on():
    state = start(by_heart.SPEC, by_heart.CORPUS)
    advance(state, by_heart.CORPUS, steps=25)
    state.best = None  # as it was written then
    assert not [name for name in read_header(dumps(state))[0] if name.startswith("best.")]
    assert b'"best"' not in dumps(state)[:100_000]
    again = loads(dumps(state))
    assert again.best is None
    advance(again, by_heart.CORPUS, steps=6)
    assert again.best.step == 30


def test_a_best_model_of_another_size_is_no_state():
    state = start(by_heart.SPEC, by_heart.CORPUS)
    advance(state, by_heart.CORPUS, steps=1)
    name, weights = next(iter(state.best.weights.items()))
    state.best.weights[name] = weights[:1]
    with pytest.raises(NotOurFile, match="best.* has not the type and shape that it has"):
        loads(dumps(state))


def test_train_yields_the_same_points():
    assert curve(train(GPT, CORPUS)) == curve(whole_run(GPT)[0])


def test_two_runs_with_one_seed_are_equal_also_in_two_threads():
    results = {}
    threads = [
        threading.Thread(target=lambda i=i: results.__setitem__(i, whole_run(GPT)[1])) for i in range(2)
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results[0] == results[1] == whole_run(GPT)[1]


def test_another_seed_is_another_run():
    assert whole_run(GPT)[1] != whole_run(replace(GPT, train=replace(GPT.train, seed=1)))[1]


class Overheard:
    """A corpus that remembers its batches."""

    def __init__(self):
        self.heard = []

    def __getattr__(self, name):
        return getattr(CORPUS, name)

    def batch(self, split, *size_and_generator):
        x, y = CORPUS.batch(split, *size_and_generator)
        self.heard.append((split, x.tolist()))
        return x, y


def batches(spec):
    corpus = Overheard()
    advance(start(spec, corpus), corpus)
    assert len(corpus.heard) == spec.train.max_steps
    return corpus.heard


@pytest.mark.slow
def test_models_of_any_size_see_the_very_same_batches_if_asked():
    wide = replace(SAME, model=GPTConfig(V, n_embd=32, n_head=4, n_layer=2))
    table = replace(SAME, model=BigramConfig(V))
    assert batches(SAME) == batches(wide) == batches(table)
    assert batches(GPT) != batches(replace(wide, train=GPT.train))  # the lecture's way: weights and batches in turn
    assert batches(SAME) != batches(replace(SAME, train=replace(SAME.train, seed=1)))


def test_the_same_batches_leave_the_first_weights_as_they_are():
    first, other = start(GPT, CORPUS), start(SAME, CORPUS)
    assert all(map(torch.equal, first.model.parameters(), other.model.parameters()))
    assert first.batches is first.generator
    assert other.batches is not other.generator


@given(st.integers(0, 2**63 - 1))
def test_batches_do_not_begin_with_the_numbers_of_the_first_weights(seed):
    weights, other = (torch.rand(8, generator=source) for source in (generator(seed), batch_generator(seed)))
    assert not torch.equal(weights, other)


def test_only_batch_generator_their_own_are_written():
    def names(spec):
        return read_header(dumps(start(spec, CORPUS)))[0].keys()

    assert names(SAME) - names(GPT) == {"batches"}


def test_without_same_batches_nothing_is_written_of_them_so_older_files_are_equal_to_the_byte():
    assert b"same_batches" not in dumps(start(GPT, CORPUS))
    assert b"same_batches" in dumps(start(SAME, CORPUS))


def test_a_step_of_sgd_is_the_gradient_times_the_learning_rate():
    spec = TABLE.with_settings({"optimizer": "sgd", "learning_rate": 2.0, "weight_decay": 10.0})
    state, before = start(spec, CORPUS), start(spec, CORPUS)
    advance(state, CORPUS, steps=1)
    x, y = CORPUS.batch("train", 8, 8, before.batches)
    before.model(x, y)[1].backward()
    (new,), (old,) = state.model.parameters(), before.model.parameters()
    decay = 2.0 * 10.0 / 1_000  # of its larger learning rate, sgd's weights lose a 1,000th
    torch.testing.assert_close(new, (1 - decay) * old - 2.0 * old.grad)


@pytest.mark.trained
@pytest.mark.parametrize("spec", [TABLE, GPT], ids=["bigram", "gpt"])
def test_sgd_learns_at_the_rate_that_the_page_names(spec, margin):
    rate = spec.train.learning_rate * 1_000
    learning, still = (
        whole_run(spec.with_settings({"optimizer": "sgd", "learning_rate": each, "max_steps": 300}))[0]
        for each in (rate, spec.train.learning_rate)
    )
    margin("loss at its rate, and at AdamW's", still[-1].val - learning[-1].val, above=0.3)


def test_how_often_one_looks_does_not_change_the_weights():
    often = replace(GPT, train=replace(GPT.train, eval_interval=1))
    one, other = (start(spec, CORPUS) for spec in (GPT, often))
    for state in (one, other):
        advance(state, CORPUS)
    for a, b in zip(one.model.parameters(), other.model.parameters(), strict=True):
        assert torch.equal(a, b)


def test_training_neither_reads_nor_moves_the_shared_generator():
    before = torch.random.get_rng_state()
    whole_run(GPT)
    assert torch.equal(before, torch.random.get_rng_state())


@pytest.mark.trained
def test_it_can_memorize_one_sentence(margin):
    corpus = Corpus.from_text("abcdefghij" * 30)
    config = GPTConfig(corpus.tokenizer.vocab_size, n_embd=16, n_head=2, n_layer=1)
    spec = RunSpec(config, TrainConfig(max_steps=300, learning_rate=1e-2))
    points, _ = whole_run(spec, corpus)
    margin("first loss", points[0].loss, above=1.5)
    margin("last loss", points[-1].val, below=0.05)


def test_one_symbol_costs_nothing_to_predict():
    corpus = Corpus.from_text("a" * 300)
    points, _ = whole_run(RunSpec(BigramConfig(1), TrainConfig(max_steps=5)), corpus)
    assert {point.loss for point in points} == {0.0}


@pytest.mark.trained
@pytest.mark.parametrize("spec", [TABLE, GPT], ids=["bigram", "gpt"])
def test_a_learning_rate_of_a_million_keeps_the_weights_of_the_last_finite_loss(spec):
    spec = replace(spec, train=replace(spec.train, learning_rate=1e6, eval_interval=10_000))
    state = start(spec, CORPUS)
    points = advance(state, CORPUS)
    assert state.ended == "diverged"
    assert f"The model of step {points[-1].step} is kept" in state.note
    assert all(math.isfinite(point.loss) for point in points)
    again = start(
        spec, CORPUS
    )  # the batch of the last finite loss once more: the kept weights must give that very loss
    if points[-1].step:
        advance(again, CORPUS, steps=points[-1].step)
    x, y = CORPUS.batch("train", 8, 8, again.generator)
    if not isinstance(spec.model, GPTConfig):  # dropout would need its draws as well
        assert state.model(x, y)[1].item() == points[-1].loss
    kept, expected = dict(state.model.named_parameters()), dict(again.model.named_parameters())
    assert all(torch.equal(kept[name], expected[name]) for name in expected)


def test_the_weights_are_kept_also_when_the_loss_breaks_at_the_edge_of_a_slice():
    spec = replace(TABLE, train=replace(TABLE.train, learning_rate=1e6))
    state = start(spec, CORPUS)
    while not state.ended:
        state = loads(dumps(state))
        advance(state, CORPUS, steps=1)
    assert dumps(state) == whole_run(spec)[1]


@pytest.mark.trained
@pytest.mark.parametrize("model", [BigramConfig(), GPTConfig()], ids=["bigram", "gpt"])
def test_a_learning_rate_of_ten_is_called_diverged(model, margin):
    """Finite and useless: on Shakespeare the bigram ends at 4.6, the GPT at 137 (guessing costs 4.17)."""
    plays = load_corpus("shakespeare-plays")
    state = start(RunSpec(model, TrainConfig(max_steps=600, learning_rate=10)), plays)
    advance(state, plays)
    margin("steps until it is called so", state.step, below=600)
    assert state.ended == "diverged"
    assert "guessing blindly" in state.note and "Try a learning rate" in state.note


@pytest.mark.trained
def test_a_good_run_is_never_called_diverged():
    state = start(TABLE, CORPUS)
    advance(state, CORPUS)
    assert (state.ended, state.note) == ("finished", "")


def test_a_model_that_does_not_fit_the_text_is_refused_in_words():
    with pytest.raises(ValueError, match=f"knows 65 characters and the text has {V}"):
        start(RunSpec(BigramConfig(65), TrainConfig()), CORPUS)


def test_an_estimate_is_the_mean_over_windows_whatever_the_pieces():
    model = build(GPT.model)
    estimate = estimate_loss(model, CORPUS, "val", batches=4, batch_size=8, block_size=8)
    tally = Tally()
    for _ in range(9):
        if tally.windows < 32:
            tally.add_piece(model, CORPUS, "val", windows=32, block_size=8)
    assert tally.windows == 32
    assert tally.mean == estimate

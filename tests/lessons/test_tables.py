"""Tables of pairs: by hand on tiny texts, and the known figures of Tiny Shakespeare."""

import math
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from tinygpt.bigram import BigramConfig
from tinygpt.corpus import Corpus, load_corpus
from tinygpt.counting import NGramModel
from tinygpt.generation import generate
from tinygpt.lessons.tables import (
    as_model,
    entropy,
    four_figures,
    kl,
    loss,
    notebook_table,
    pair_counts,
    passes,
    probabilities,
    row_kl,
    row_losses,
    share_digits,
    softmax_of_row,
    softmax_of_table,
    write,
)
from tinygpt.lessons.windows import LECTURE_BATCH
from tinygpt.randomness import generator
from tinygpt.training.loop import advance
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import start
from tinygpt.variance import effective_characters


def ids(text: str) -> torch.Tensor:
    """a is 0, b is 1, ..."""
    return torch.tensor([ord(c) - ord("a") for c in text])


@pytest.fixture
def lecture(exact_file) -> Corpus:
    return load_corpus("tinyshakespeare")


@pytest.fixture
def counts(lecture) -> torch.Tensor:
    return pair_counts(lecture.train, 65)


def row(corpus: Corpus, c: str) -> int:
    return corpus.tokenizer.stoi[c]


def test_pairs_by_hand():
    counts = pair_counts(ids("abaab"), 3)
    assert counts.tolist() == [[1, 2, 0], [1, 0, 0], [0, 0, 0]]
    assert probabilities(counts).tolist() == [
        pytest.approx(row) for row in ([1 / 3, 2 / 3, 0], [1, 0, 0], [1 / 3, 1 / 3, 1 / 3])
    ]
    assert probabilities(counts, 1)[0].tolist() == [pytest.approx(p) for p in (2 / 6, 3 / 6, 1 / 6)]


def test_losses_by_hand():
    counts = pair_counts(ids("abaab"), 3)
    even = torch.full((3, 3), 1 / 3).double()
    assert loss(even, counts) == pytest.approx(math.log(3))
    assert entropy(counts) == pytest.approx((math.log(3) + 2 * math.log(3 / 2)) / 4)
    assert kl(even, counts) == pytest.approx(math.log(3) - entropy(counts))
    assert row_losses(even, counts)[:2].tolist() == [pytest.approx(math.log(3))] * 2
    assert row_losses(even, counts)[2].isnan()
    assert row_kl(even, counts)[1].item() == pytest.approx(math.log(3))


def test_what_the_table_thought_impossible_costs_infinity():
    counts = pair_counts(ids("aab"), 2)
    assert loss(torch.tensor([[1.0, 0.0], [0.5, 0.5]]), counts) == math.inf


def test_a_text_without_a_pair_has_no_loss():
    counts = pair_counts(ids("a"), 2)
    assert counts.tolist() == [[0, 0], [0, 0]]
    assert math.isnan(loss(probabilities(counts), counts))


def test_a_text_of_one_symbol_is_certain():
    counts = pair_counts(ids("aaaa"), 1)
    assert (entropy(counts), effective_characters(probabilities(counts)).tolist()) == (0, [1.0])


def test_the_counts_of_the_lecture_s_text(lecture, counts):
    hidden, P = pair_counts(lecture.val, 65), probabilities(counts)
    smoothed = probabilities(counts, 1)
    assert round(entropy(counts), 4) == 2.4519
    assert [round(loss(smoothed, pairs), 4) for pairs in (counts, hidden)] == [2.4546, 2.4819]
    assert (int((counts == 0).sum()), int(hidden[counts == 0].sum()), int(hidden.sum())) == (2_845, 187, 111_539)
    assert loss(P, hidden) == math.inf
    sharp = F.softmax(smoothed.log() / 0.5, dim=-1)
    assert round(loss(sharp, hidden), 2) == 2.89


def test_the_rows_of_the_lecture_s_text(lecture, counts):
    P, t, q, colon = probabilities(counts), *(row(lecture, c) for c in "tq:")
    assert (int(counts[t].sum()), int(counts[t, row(lecture, "h")])) == (60_384, 20_592)
    assert [round(float(P[t, row(lecture, c)]), 3) for c in "h o"] == [0.341, 0.246, 0.088]
    assert int(counts[q].sum()) == int(counts[q, row(lecture, "u")]) == 563
    assert round(float(P[row(lecture, "Q"), row(lecture, "U")]), 2) == 0.94
    assert round(float(P[colon, row(lecture, "\n")]), 2) == 0.85
    assert round(float(effective_characters(P)[row(lecture, " ")])) == 23


def test_a_row_at_three_temperatures(lecture, counts):
    logits = probabilities(counts, 1)[row(lecture, "t")].log()
    for temperature, likeliest, effective in ((0.5, 0.60, 2.9), (1, 0.34, 8.7), (4, 0.07, 45.2)):
        sharpened = F.softmax(logits / temperature, dim=-1)
        assert round(sharpened.max().item(), 2) == likeliest
        assert round(effective_characters(sharpened).item(), 1) == effective


def test_the_notebook_s_untrained_table(counts):
    model, source = notebook_table(65)
    x = torch.tensor(LECTURE_BATCH)
    assert round(model(x[:, :-1], x[:, 1:])[1].item(), 4) == 4.5629
    assert round(loss(softmax_of_table(model), counts), 3) == 4.638
    written = [token.id for token in generate(model, torch.zeros((1, 1), dtype=torch.int64), 5, generator=source)]
    assert written == [50, 44, 22, 43, 59]  # lfJeu


def test_random_tables_cost_about_a_half_more_than_even_guessing(counts):
    losses = torch.tensor([loss(softmax_of_table(notebook_table(65, seed)[0]), counts) for seed in range(200)])
    assert (round(losses.mean().item(), 2), round(losses.std().item(), 2)) == (4.67, 0.08)
    assert losses.min() > math.log(65)


def test_a_model_of_a_table_says_that_table():
    P = probabilities(pair_counts(ids("abcabbcacb"), 3), 1)
    torch.testing.assert_close(softmax_of_table(as_model(P)), P, rtol=0, atol=1e-6)
    model = as_model(P)
    x, y = ids("abc")[None], ids("bca")[None]
    assert model(x, y)[1].item() == pytest.approx(-float(P[[0, 1, 2], [1, 2, 0]].log().mean()), abs=1e-6)


def test_writing_throws_the_same_dice(lecture, counts):
    P = probabilities(counts)
    assert write(P, 0, 90) == write(P, 0, 90) != write(P, 0, 90, seed=1)
    assert lecture.tokenizer.decode(write(P, 0, 90)).startswith("Cars an tcede.\nY in, lanoul-see wai")


def test_what_never_follows_is_never_written():
    P = probabilities(pair_counts(ids("abcabcabc"), 3))
    assert write(P, 0, 300) == [1, 2, 0] * 100


def test_the_step_at_which_a_curve_passes():
    assert passes([0, 10, 20, 40], [2.0, 0.4, 0.1, 0.025], 0.05) == pytest.approx(20 * 2**0.5)
    assert passes([0, 10], [1.0, 0.01], 0.1) == pytest.approx(5)
    assert passes([0, 10], [2.0, 1.0], 0.05) is None
    assert passes([10], [0.01], 0.05) is None


@pytest.mark.slow
@pytest.mark.trained
@pytest.mark.of_one_seed
def test_training_becomes_the_counts(lecture, counts, margin):
    """The notebook's 10,000 steps: what the lesson says of them, to the digit that it says."""
    config = TrainConfig(max_steps=10_000, learning_rate=1e-3, eval_interval=10_000)
    state = start(RunSpec(BigramConfig(), config, lecture.name), lecture)
    untrained = softmax_of_table(state.model)
    losses = [point.loss for point in advance(state, lecture, steps=10_000)]
    P, true = softmax_of_table(state.model), probabilities(counts)
    far, q, u = row_kl(P, counts), row(lecture, "q"), row(lecture, "u")
    for what, value, said, digits in (
        ("KL", kl(P, counts), 0.015, 3), ("loss", loss(P, counts), 2.467, 3),
        ("lowest batch", min(losses[-1_000:]), 2.26, 2), ("highest batch", max(losses[-1_000:]), 2.80, 2),
        ("KL of $", far[row(lecture, "$")].item(), 4.62, 2), ("KL of space", far[row(lecture, " ")].item(), 0.0034, 4),
        ("u after q", P[q, u].item(), 0.70, 2),
    ):  # fmt: skip
        margin(what, abs(value - said), below=0.5 * 10**-digits)
    wanted = write(true, 0, 90)
    agree = [sum(a == b for a, b in zip(write(table, 0, 90), wanted, strict=True)) for table in (untrained, P)]
    assert agree == [23, 81]


@pytest.mark.slow
@pytest.mark.trained
@pytest.mark.parametrize(("learning_rate", "first", "last"), [(1e-2, 800, 920), (3e-2, 280, 360), (1e-1, 150, 250)])
def test_a_larger_learning_rate_learns_the_counts_sooner(lecture, counts, learning_rate, first, last, margin):
    config = TrainConfig(max_steps=1_000, learning_rate=learning_rate, eval_interval=1_000)
    state = start(RunSpec(BigramConfig(), config, lecture.name), lecture)
    while kl(softmax_of_table(state.model), counts) >= 0.05:
        advance(state, lecture, steps=5)
    margin("step", state.step, above=first, below=last)


@given(st.text("abcd", min_size=2, max_size=60), st.sampled_from([0.5, 1.0, 2.0]))
def test_a_table_costs_what_the_count_model_costs(text, smoothing):
    P = probabilities(pair_counts(ids(text), 4), smoothing)
    assert loss(P, pair_counts(ids(text), 4)) == pytest.approx(
        NGramModel.fit(ids(text), 2, 4, smoothing).loss(ids(text))
    )


@given(st.text("abcd", min_size=2, max_size=60), st.integers(0, 99))
def test_no_table_costs_less_than_the_counts(text, seed):
    counts = pair_counts(ids(text), 4)
    P = F.softmax(torch.randn(4, 4, generator=generator(seed)).double(), dim=-1)
    assert kl(P, counts) >= -1e-12
    far, times = row_kl(P, counts), counts.sum(dim=1)
    assert float((far * times).nansum() / times.sum()) == pytest.approx(kl(P, counts))


@given(st.text("abcd", max_size=40), st.sampled_from([0.0, 1.0]))
def test_every_row_sums_to_one(text, smoothing):
    P = probabilities(pair_counts(ids(text).long(), 4), smoothing)
    assert P.sum(dim=1).tolist() == [pytest.approx(1)] * 4
    assert ((effective_characters(P) >= 1 - 1e-9) & (effective_characters(P) <= 4 + 1e-9)).all()


@pytest.mark.parametrize("seed", [1337, 1, 2])
def test_a_pocket_calculator_finds_the_printed_digits(seed):
    table = notebook_table(65, seed)[0].token_embedding_table.weight.detach()
    for now, came in pairwise([18, 47, 56, 57, 58, 1, 15, 47, 58, 47, 64]):  # First Citiz
        worked = softmax_of_row(table[now], came)
        assert worked.shown[-1] == came and len(set(worked.shown)) == 4
        for z, power, share in zip(worked.logits, worked.powers, worked.shares, strict=True):
            assert z == round(z, 4) and power == round(math.exp(z), 4)
            assert share == pytest.approx(power / worked.total, rel=6e-4)
        assert worked.total == pytest.approx(sum(worked.powers) + worked.others, abs=1e-9)
        assert worked.loss == -math.log(worked.shares[-1])
        exact = F.cross_entropy(table[now], torch.tensor(came)).item()
        assert worked.loss == pytest.approx(exact, abs=1e-3)


def test_a_share_is_printed_with_four_figures():
    assert [four_figures(share) for share in (0.34117, 0.042134, 0.00042134, 1.0)] == [0.3412, 0.04213, 0.0004213, 1.0]
    assert share_digits(0.0) == 4

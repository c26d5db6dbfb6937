"""One step of training, slowly: autograd and p - one-hot agree, and a first step of AdamW is as long as its rate."""

import pytest
import torch

from tinygpt.corpus import default_corpus, load_corpus
from tinygpt.lessons.one_step import RATE, first_batches, gradient_by_hand, one_step
from tinygpt.lessons.tables import notebook_table
from tinygpt.lessons.windows import LECTURE_BATCH

ROWS = torch.tensor(LECTURE_BATCH)
X, Y = ROWS[:, :-1], ROWS[:, 1:]


def notebook_step():
    return one_step(notebook_table(65)[0], X, Y)


def test_autograd_finds_p_minus_one_hot():
    step = notebook_step()
    torch.testing.assert_close(step.gradient, gradient_by_hand(step.before, step.pairs), rtol=0, atol=1e-8)


def test_only_rows_of_the_batch_get_a_gradient_and_each_of_them_sums_to_zero():
    step = notebook_step()
    rows = sorted(set(X.flatten().tolist()))
    assert (step.gradient != 0).any(dim=1).nonzero().flatten().tolist() == rows
    assert (step.gradient[rows] != 0).all()
    torch.testing.assert_close(step.gradient.sum(dim=1), torch.zeros(65), rtol=0, atol=1e-7)
    assert step.pairs.sum() == 32


def test_the_first_step_moves_each_number_by_the_rate_against_its_gradient():
    step = notebook_step()
    decayed = step.before * (1 - RATE * 0.01)  # AdamW's own weight decay
    moved = (step.after - decayed)[step.gradient != 0]
    torch.testing.assert_close(moved, -RATE * step.gradient[step.gradient != 0].sign(), rtol=0, atol=2e-6)


def test_the_step_lowers_the_notebook_s_loss():
    step = notebook_step()
    assert (round(step.loss, 4), round(step.loss_after, 4)) == (4.5629, 4.561)


def test_the_first_of_many_steps_is_the_one_step():
    corpus = load_corpus(default_corpus())
    kept = first_batches(corpus, X, Y, [1, 3])
    assert list(kept) == [1, 3]
    assert torch.equal(kept[1], notebook_step().after)
    assert (kept[3] - kept[1]).abs().max() == pytest.approx(2 * RATE, rel=0.1)

"""The step itself: AdamW on one number is torch's, and what a learning rate promises is what its gradient says."""

import math

import pytest
import torch

from tinygpt.corpus import Corpus
from tinygpt.lessons.chain import one_head
from tinygpt.lessons.moving import BETA1, BETA2, adamw_on_one_number, at_rates, train_a_table
from tinygpt.randomness import generator

TEXT = Corpus.from_text("how much wood would a woodchuck chuck if a woodchuck could chuck wood? " * 20)


def test_adamw_on_one_number_is_torch_s():
    gradients = torch.randn(50, generator=generator(2), dtype=torch.float64) + 0.3
    number = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.AdamW([number], lr=0.01, weight_decay=0.0)
    assert optimizer.defaults["betas"] == (BETA1, BETA2)
    way = []
    for g in gradients:
        number.grad = g.clone()
        optimizer.step()
        way.append(float(number.detach()))
    torch.testing.assert_close(
        adamw_on_one_number(gradients, 0.01).moves.cumsum(0), torch.tensor(way).double(), rtol=1e-6, atol=1e-9
    )


@pytest.mark.parametrize("size", [1e-4, 1.0, 1e4])
def test_the_first_move_is_the_rate_however_large_the_gradient(size):
    assert float(adamw_on_one_number(torch.tensor([size]), 0.001).moves[0]) == pytest.approx(-0.001, rel=1e-3)


def test_momentum_goes_on_after_a_spike():
    moved = adamw_on_one_number(torch.tensor([1.0, 0.0, 0.0]), 0.001)
    assert moved.means[1] == pytest.approx(0.09 / (1 - 0.81)) and (moved.moves < 0).all()


def test_a_step_does_what_is_promised_where_it_is_short_and_less_where_it_is_long():
    model = one_head(TEXT.tokenizer.vocab_size, 8)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    short, long, far = at_rates(model, TEXT, (1e-3, 1.0, 1e4), 5, 8)
    assert short.losses[0] == long.losses[0] > short.observed
    assert short.observed == pytest.approx(short.predicted, abs=1e-5)
    assert long.predicted < long.observed < long.losses[0]
    assert far.predicted < 0 and not (math.isfinite(far.losses[-1]) and far.losses[-1] < far.losses[0])
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_gradients_of_a_table_are_p_minus_one_hot():
    gradients, pairs, moved = train_a_table(TEXT, 3, 1.0, adamw=False)
    assert pairs.sum() == 3 * 32 * 8
    torch.testing.assert_close(gradients.sum(-1), torch.zeros(gradients.shape[:2]), atol=1e-6, rtol=0)
    assert torch.equal(gradients, train_a_table(TEXT, 3, 1.0, adamw=False).gradients)
    torch.testing.assert_close(moved, -gradients.sum(0), atol=1e-6, rtol=0)
    never = pairs == 0
    assert (gradients[:, never] >= 0).all(), "what never came is only pushed down"


def test_one_number_by_hand_is_moved_as_the_table_s_own_optimizer_moves_it():
    gradients, _, moved = train_a_table(TEXT, 20, 0.01, adamw=True)
    for a, b in ((0, 0), (3, 5), (5, 3)):
        by_hand = adamw_on_one_number(gradients[:, a, b], 0.01).moves.sum()
        assert float(by_hand) == pytest.approx(float(moved[a, b]), abs=1e-5)

"""The chain from a loss to one number of a head: every link is autograd's, and a gradient keeps its promise."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.lessons.chain import chain, chain_by_autograd, nudged, one_head
from tinygpt.randomness import generator


def window(V, T, seed=1):
    return torch.randint(V, (2, T), generator=generator(seed)).unbind()


@given(st.integers(1, 70), st.integers(1, 9), st.integers(0, 50))
def test_every_link_is_autograd_s(V, T, seed):
    model = one_head(V, T, seed)
    idx, targets = window(V, T, seed)
    _, ours = chain(model, idx, targets)
    theirs = chain_by_autograd(model, idx, targets)
    for name in ours._fields:
        torch.testing.assert_close(
            torch.as_tensor(getattr(ours, name)), torch.as_tensor(getattr(theirs, name)), rtol=1e-4, atol=1e-6
        )


def test_the_sentences_of_the_page_are_the_formulas_of_the_links():
    V, T = 12, 6
    model = one_head(V, T)
    idx, targets = window(V, T)
    there, links = chain(model, idx, targets)
    one_hot = torch.nn.functional.one_hot(targets, V)
    torch.testing.assert_close(links.logits, (there.p - one_hot) / T)
    torch.testing.assert_close(links.handed, links.logits @ model.lm_head.weight.detach())
    torch.testing.assert_close(links.weights, links.handed @ there.values.t())
    gained = (there.weights * links.weights).sum(1, keepdim=True)
    torch.testing.assert_close(links.scores, there.weights * (links.weights - gained))
    torch.testing.assert_close(links.scores.sum(1), torch.zeros(T), atol=1e-6, rtol=0)
    torch.testing.assert_close(links.query, links.scores @ there.keys * model.config.scale_factor)
    torch.testing.assert_close(links.matrix, links.query.t() @ there.x)


def test_a_small_move_does_what_the_gradient_promised_and_leaves_the_model_as_it_was():
    model = one_head(20, 8)
    idx, targets = window(20, 8)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    _, links = chain(model, idx, targets)
    at = divmod(int(links.matrix.abs().argmax()), links.matrix.shape[1])
    by = torch.tensor([-0.1, 0.0, 0.1])
    losses = nudged(model, at, by, idx, targets)
    torch.testing.assert_close(losses, links.loss + float(links.matrix[at]) * by, atol=2e-4, rtol=0)
    assert losses[1] == pytest.approx(links.loss, abs=1e-6) and losses[0] != losses[2]
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())

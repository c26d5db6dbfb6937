"""The chain rule, link by link: from the loss of a window back to one number of a head.

All of it is computed by the very parts that train (tinygpt.training.by_hand), one after another.

Shapes in this file:
    T   characters of the window      C   channels (n_embd)
    V   vocab_size                    hs  head_size
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from tinygpt.attention import MultiHeadAttention
from tinygpt.gpt import GPTConfig, GPTLanguageModel
from tinygpt.models import build
from tinygpt.probes import Probe
from tinygpt.training.by_hand.attention import Asks, Attention
from tinygpt.training.by_hand.linear import Linear
from tinygpt.training.by_hand.loss import loss_backward, loss_forward
from tinygpt.training.by_hand.step import pass_of
from tinygpt.training.by_hand.table import Places, Table
from tinygpt.training.by_hand.walk import walk_of


class Chain(NamedTuple):
    """What each number would do to the loss of a window if it grew by 1: gradients, from the last to the first."""

    loss: float
    logits: Tensor  # (T, V)
    handed: Tensor  # what the head hands on, (T, hs)
    weights: Tensor  # a row for each query, (T, T)
    scores: Tensor  # the same, before softmax and after the scale
    query: Tensor  # (T, hs)
    matrix: Tensor  # the head's own numbers, which make a query of what a token is, (hs, C)


class Forward(NamedTuple):
    """What stood on the way there, for those who want to follow a gradient with a pencil."""

    x: Tensor  # what each token is, plus where it stands, (T, C)
    keys: Tensor  # (T, hs)
    values: Tensor
    weights: Tensor  # (T, T)
    p: Tensor  # of every character to come next, (T, V)


def one_head(vocab_size: int, block_size: int, seed: int = 1337) -> GPTLanguageModel:
    """A bare head with its first weights: no skip, no norm, nothing behind it but the output layer."""
    config = GPTConfig(
        vocab_size, block_size=block_size, n_head=1, n_layer=1, projection=False, feed_forward=0, residual=False,
        layer_norm=False,
    )  # fmt: skip
    model = build(config, seed=seed)
    assert isinstance(model, GPTLanguageModel)
    return model


def chain(model: GPTLanguageModel, idx: Tensor, targets: Tensor) -> tuple[Forward, Chain]:
    """All links of a bare head over one window: two (T,)."""
    pass_of(model)  # every number has a place for its gradient
    places, asks, attention, output = walk_of(model, 1, len(idx))
    assert isinstance(places, Places) and isinstance(asks, Asks)
    assert isinstance(attention, Attention) and isinstance(output, Linear)
    x, _ = places.forward(Table.of(model.token_embedding_table).forward(idx))
    qkv, _ = asks.forward(x)
    handed, there = attention.forward(qkv)
    logits, _ = output.forward(handed)
    loss, log_p = loss_forward(logits, targets)
    p = log_p.exp()
    d_logits = loss_backward(log_p, targets)
    d_handed = output.backward(d_logits, handed)
    d_weights, d_scores = attention.to_scores(d_handed[None], there)
    d_qkv = attention.backward(d_handed, there)
    asks.backward(d_qkv, x)
    by_query = [each[:, 0].t() for each in (there.weights, d_weights, d_scores)]  # a row for each query
    forward = Forward(x, there.k[0], there.v[0], by_query[0], p)
    matrix = asks.d_weight[: len(asks.d_weight) // 3]
    return forward, Chain(loss.item(), d_logits, d_handed, by_query[1], by_query[2], d_qkv[0], matrix)


def chain_by_autograd(model: GPTLanguageModel, idx: Tensor, targets: Tensor) -> Chain:
    """The same gradients as torch finds them by itself, through the model that evaluates and generates."""
    seen: dict[str, Tensor] = {}

    def keep(name: str) -> Callable[[nn.Module, object, Tensor], None]:
        def hook(_: nn.Module, __: object, out: Tensor) -> None:
            out.retain_grad()
            seen[name.split(".")[-1]] = out

        return hook

    watched = [
        (name, module) for name, module in model.named_modules()
        if isinstance(module, Probe | MultiHeadAttention) or module is model.lm_head
    ]  # fmt: skip
    hooks = [module.register_forward_hook(keep(name)) for name, module in watched]
    try:
        model.zero_grad()
        _, loss = model(idx[None], targets[None])
        assert loss is not None
        loss.backward()
    finally:
        for each in hooks:
            each.remove()
    found = {name: out.grad[0] for name, out in seen.items() if out.grad is not None}
    matrix = model.get_parameter("blocks.0.attention.qkv.weight").grad
    assert matrix is not None
    return Chain(
        loss.item(), found["lm_head"], found["attention"], found["weights"][0],
        found["scores"][0] / model.config.scale_factor, found["query"][0], matrix[: len(matrix) // 3],
    )  # fmt: skip


def nudged(model: GPTLanguageModel, at: tuple[int, int], by: Tensor, idx: Tensor, targets: Tensor) -> Tensor:
    """The loss of the window once one number of the head's query matrix was moved `by` so much: (N,) -> (N,)."""
    number, losses = model.get_parameter("blocks.0.attention.qkv.weight").detach()[at], []
    before = number.clone()
    with torch.no_grad():
        for each in by:
            number.copy_(before + each)
            losses.append(model(idx[None], targets[None])[1])
        number.copy_(before)
    return torch.stack(losses)

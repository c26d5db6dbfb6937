"""The loss of a batch and all its gradients, without autograd: every part there, then every part back.

    there_and_back = pass_of(model)
    loss = there_and_back(idx, targets)     and p.grad holds the gradient of each parameter p

It reads the weights of the model where they lie, and writes gradients where `p.grad` lies. Every switch of a GPTConfig
is served. The gradients are those of `loss.backward()` up to rounding (tests/training/by_hand).

Shapes in this file:
    B   sequences in the batch      N   tokens of the batch, one after another, time outermost (T * B)
    T   tokens in a sequence        C   channels (n_embd)
"""

from collections.abc import Callable
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn

from tinygpt.attention import MultiHeadAttention
from tinygpt.gpt import Block, GPTLanguageModel
from tinygpt.models import LanguageModel
from tinygpt.training.by_hand.attention import Asked, future
from tinygpt.training.by_hand.layers import (
    AttendParts,
    ThinkParts,
    attend_backward,
    attend_forward,
    think_backward,
    think_forward,
)
from tinygpt.training.by_hand.linear import Linear, linear_backward, linear_forward
from tinygpt.training.by_hand.loss import loss_backward, loss_forward
from tinygpt.training.by_hand.norm import Norm, norm_backward, norm_forward
from tinygpt.training.by_hand.table import TableByHand

Pass = Callable[[Tensor, Tensor], Tensor]  # the loss of a batch, whose gradients it sets
Back = Callable[[Tensor], Tensor]  # from the gradient of the stream behind a part to that before it, both (N, C)


def pass_of(model: LanguageModel) -> Pass:
    """The way there and back through a model of any kind."""
    return ByHand(model) if isinstance(model, GPTLanguageModel) else TableByHand(model)


class ByHand:
    """The way through one model, there and back. Surgery needs a new one: what is switched off is not walked."""

    def __init__(self, model: GPTLanguageModel) -> None:
        self.config, self.dropout = model.config, model.dropout
        for p in model.parameters():
            p.grad = torch.zeros_like(p) if p.grad is None else p.grad
        self.tokens, self.positions = _table(model.token_embedding_table), None
        if model.position_embedding_table:
            self.positions = _table(model.position_embedding_table)
        self.layers = [layer for block in model.blocks for layer in _layers(cast(Block, block))]
        self.norm, self.lm_head = _norm(model.norm), _linear(model.lm_head)
        self.future: dict[int, Tensor] = {}  # for each T

    def __call__(self, idx: Tensor, targets: Tensor) -> Tensor:
        """The loss of a batch in nats per character; p.grad of every part that is not off is set. Two (B, T) -> ()"""
        B, T = idx.shape
        ids, came = idx.t().reshape(-1), targets.t().reshape(-1)  # (N,)
        x, back = self.embed(ids, B, T)
        ways = [back]
        for layer in self.layers:
            x, back = self.through(layer, x, B, T)
            ways.append(back)
        normed = norm_forward(x, self.norm) if self.norm else None
        read = normed.out if normed else x
        loss, log_p = loss_forward(linear_forward(read, self.lm_head), came)
        d = linear_backward(loss_backward(log_p, came), read, self.lm_head)
        d = norm_backward(d, normed, self.norm) if normed and self.norm else d
        for back in reversed(ways):
            d = back(d)
        return loss

    def embed(self, ids: Tensor, B: int, T: int) -> tuple[Tensor, Back]:
        """What each token is, plus where it stands: (N,) -> (N, C). Back, a row gathers all gradients of its tokens."""
        C = self.config.n_embd
        x = torch.embedding(self.tokens.weight, ids)
        if self.positions:
            x.view(T, B, C).add_(self.positions.weight[:T, None])
        kept = self.kept(self.dropout.p, B, T, C)
        x = x if kept is None else x.mul_(kept)

        def back(d: Tensor) -> Tensor:
            d = d if kept is None else d * kept
            if self.positions:
                torch.sum(d.view(T, B, C), 1, out=self.positions.d_weight[:T])
                self.positions.d_weight[T:] = 0
            self.tokens.d_weight.zero_().index_add_(0, ids, d)
            return d

        return x, back

    def through(self, layer: AttendParts | ThinkParts, x: Tensor, B: int, T: int) -> tuple[Tensor, Back]:
        """The stream behind a layer, (N, C) -> (N, C), and the way back. A residual hands its gradient on as it is."""
        residual = self.config.residual
        if isinstance(layer, AttendParts):
            asked = self.asked(layer, B, T)
            there = attend_forward(x, layer, asked, self.kept(layer.dropout, B, T, layer.width))
        else:
            there = think_forward(x, layer, self.kept(layer.dropout, B, T, layer.width))

        def back(d: Tensor) -> Tensor:
            if isinstance(layer, AttendParts):
                d_x = attend_backward(d, there, layer, asked)
            else:
                d_x = think_backward(d, there, layer)
            return d_x.add_(d) if residual else d_x

        return x + there.change if residual else there.change, back

    def asked(self, layer: AttendParts, B: int, T: int) -> Asked:
        """How the heads of a layer look, for B sequences of T tokens."""
        if T not in self.future:
            self.future[T] = future(T, self.lm_head.weight) if self.config.mask else self.lm_head.weight.new_zeros(T, T)
        whole = layer.whole.repeat(B, 1, 1) if layer.whole is not None else None
        kept = layer.uncut.repeat(B, 1, 1) if layer.uncut is not None else None
        if layer.dropout:
            drawn = self.drawn(layer.dropout, B, self.config.n_head, T, T).flatten(0, 1).transpose(1, 2)
            kept = drawn if kept is None else drawn * kept
        dim = 1 if self.config.softmax_dim == -1 else 2
        return Asked(T, self.config.head_size, self.config.scale_factor, self.future[T], dim, whole, kept)

    def kept(self, p: float, B: int, T: int, width: int) -> Tensor | None:
        """What dropout multiplies a stream by, (N, width); None where there is none."""
        return self.drawn(p, B, T, width).transpose(0, 1).reshape(-1, width) if p else None

    def drawn(self, p: float, *shape: int) -> Tensor:
        """0 with probability p, else 1 / (1 - p): the very numbers that tinygpt.randomness.Dropout draws."""
        draw = self.lm_head.weight.new_empty(shape).bernoulli_(1 - p, generator=self.dropout.generator)
        return draw.div_(1 - p)


class Table(NamedTuple):
    """An embedding: a row for each token or place, and where the gradient goes."""

    weight: Tensor
    d_weight: Tensor


def _table(module: nn.Embedding) -> Table:
    return Table(module.weight.detach(), cast(Tensor, module.weight.grad))


def _linear(module: nn.Module) -> Linear:
    layer = cast(nn.Linear, module)
    bias = None if layer.bias is None else layer.bias.detach()
    d_bias = None if layer.bias is None else layer.bias.grad
    return Linear(layer.weight.detach(), bias, cast(Tensor, layer.weight.grad), d_bias)


def _norm(module: nn.Module) -> Norm | None:
    if not isinstance(module, nn.LayerNorm):
        return None
    d_weight, d_bias = cast(Tensor, module.weight.grad), cast(Tensor, module.bias.grad)
    return Norm(module.weight.detach(), module.bias.detach(), d_weight, d_bias)


def _layers(block: Block) -> list[AttendParts | ThinkParts]:
    """The layers of a block that are not switched off; the weights of the others get no gradient."""
    found: list[AttendParts | ThinkParts] = []
    if block.attends:
        found.append(_attention(block.attention, block.norm1))
    else:
        _forget(block.attention, block.norm1)
    if block.feed_forward and block.thinks:
        part = block.feed_forward
        shrink = _linear(part.shrink) if isinstance(part.shrink, nn.Linear) else None
        name = "gelu" if isinstance(part.activation, nn.GELU) else "relu"
        width = part.shrink.out_features if isinstance(part.shrink, nn.Linear) else part.expand.out_features
        found.append(ThinkParts(_norm(block.norm2), _linear(part.expand), shrink, name, part.dropout.p, width))
    elif block.feed_forward:
        _forget(block.feed_forward, block.norm2)
    return found


def _attention(part: MultiHeadAttention, norm: nn.Module) -> AttendParts:
    weight, grad = part.qkv.weight.detach(), cast(Tensor, part.qkv.weight.grad)
    projection = _linear(part.projection) if isinstance(part.projection, nn.Linear) else None
    width = weight.shape[1] if projection else weight.shape[0] // 3
    whole = part.all_but(part.flat).to(weight) if part.flat else None
    uncut = part.all_but(part.cut).to(weight) if part.cut else None
    return AttendParts(
        _norm(norm), Linear(weight, None, grad, None), projection, part.out_dropout.p, width, whole, uncut
    )


def _forget(*parts: nn.Module) -> None:
    for part in parts:
        for p in part.parameters():
            p.grad = None

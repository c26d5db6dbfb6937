"""The layers of a block there and back, attention and feed-forward: what each adds to the stream that runs past it.

Shapes in this file:
    N   tokens of a batch, one after another, time outermost      C   channels (n_embd)
"""

from typing import NamedTuple

from torch import Tensor

from tinygpt.training.by_hand.activation import activation_backward, activation_forward
from tinygpt.training.by_hand.attention import (
    Asked,
    Attended,
    asks_forward,
    attention_backward,
    attention_forward,
)
from tinygpt.training.by_hand.linear import Linear, linear_backward, linear_forward
from tinygpt.training.by_hand.norm import Norm, Normed, norm_backward, norm_forward


class AttendParts(NamedTuple):
    """The parts of an attention layer. `qkv` makes the queries, keys and values of all heads, (3 * J, C)."""

    norm: Norm | None
    qkv: Linear
    projection: Linear | None
    dropout: float
    width: int  # channels that come out
    whole: Tensor | None  # surgery: 0 for a flattened head, 1 for all others, (n_head, 1, 1)
    uncut: Tensor | None  # the same for heads that are cut


class ThinkParts(NamedTuple):
    """The parts of a feed-forward layer; without `shrink` the hidden layer is as wide as the stream."""

    norm: Norm | None
    expand: Linear
    shrink: Linear | None
    activation: str
    dropout: float
    width: int  # channels that come out


class HandedOn(NamedTuple):
    """What a layer adds to the stream, and what its way back needs."""

    change: Tensor  # (N, C)
    normed: Normed | None
    read: Tensor  # the stream, normed where the layer has a norm, (N, C)
    inside: "Attended | Thought"
    kept: Tensor | None  # what dropout multiplied its output by


class Thought(NamedTuple):
    """The hidden layer of a feed-forward part, before its activation and after; of relu both are what came out."""

    before: Tensor
    after: Tensor


def attend_forward(x: Tensor, layer: AttendParts, asked: Asked, kept: Tensor | None) -> HandedOn:
    """norm, queries and keys and values, attention, projection, dropout: (N, C) -> (N, C)."""
    normed = norm_forward(x, layer.norm) if layer.norm else None
    read = normed.out if normed else x
    heads = attention_forward(asks_forward(read, layer.qkv.weight), asked)
    change = linear_forward(heads.out, layer.projection) if layer.projection else heads.out
    return HandedOn(change if kept is None else change.mul(kept), normed, read, heads, kept)


def attend_backward(d_change: Tensor, there: HandedOn, layer: AttendParts, asked: Asked) -> Tensor:
    """The same from its end to its beginning: the gradient of the stream that it read, (N, C) -> (N, C)."""
    assert isinstance(there.inside, Attended)
    d = d_change if there.kept is None else d_change * there.kept
    d = linear_backward(d, there.inside.out, layer.projection) if layer.projection else d
    d = linear_backward(attention_backward(d, there.inside, asked), there.read, layer.qkv)
    return norm_backward(d, there.normed, layer.norm) if layer.norm and there.normed else d


def think_forward(x: Tensor, layer: ThinkParts, kept: Tensor | None) -> HandedOn:
    """norm, the wide layer, its activation, the narrow layer, dropout: (N, C) -> (N, C)."""
    normed = norm_forward(x, layer.norm) if layer.norm else None
    read = normed.out if normed else x
    before = linear_forward(read, layer.expand)
    after = activation_forward(before, layer.activation)
    change = linear_forward(after, layer.shrink) if layer.shrink else after
    return HandedOn(change if kept is None else change.mul(kept), normed, read, Thought(before, after), kept)


def think_backward(d_change: Tensor, there: HandedOn, layer: ThinkParts) -> Tensor:
    """The same from its end to its beginning: the gradient of the stream that it read, (N, C) -> (N, C)."""
    assert isinstance(there.inside, Thought)
    d = d_change if there.kept is None else d_change * there.kept
    d = linear_backward(d, there.inside.after, layer.shrink) if layer.shrink else d
    d = linear_backward(activation_backward(d, there.inside.before, layer.activation), there.read, layer.expand)
    return norm_backward(d, there.normed, layer.norm) if layer.norm and there.normed else d

"""A text on its way through a whole GPT: what goes into each part, what comes out, and the wire that carries the sum.

    for part in run_through(model, ids):
        print(part.name, part.goes_in.shape, part.comes_out.shape)

With skip connections every half of a block only adds to what is there: one vector for each token runs from the first
part to the last like a wire, the residual stream.

Shapes in this file:
    T   tokens in the text      H   n_head      V   vocab_size
    C   channels (n_embd)       n   numbers of a token before a part, or after it
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from tinygpt.attention import MultiHeadAttention
from tinygpt.gpt import Block, FeedForward, GPTLanguageModel
from tinygpt.probes import capture, evaluating

Run = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Part:
    """One part of a GPT at work on one text."""

    name: str  # as in models.parts; the heads are "query, key, value" there, a token shift part of the token embedding
    block: int | None  # counted from 0; None before the first block and after the last
    run: Run  # the part itself: (T, n) -> (T, n)
    goes_in: Tensor  # (T, n)
    comes_out: Tensor  # (T, n)
    wire: Tensor  # the residual stream after this part, (T, C)
    adds: bool = False  # whether what comes out is added to the wire here
    inside: Tensor | None = None  # weights of the heads (H, T, T); hidden units of feed-forward (T, 4C)


@torch.no_grad()
def run_through(model: GPTLanguageModel, ids: Tensor) -> list[Part]:
    """Every part of the model, in the order in which `ids` (T,) meet them. ValueError for a model without skips."""
    if not model.config.residual:
        raise ValueError("without skip connections there is no wire to add to")
    with evaluating(model):
        weights = capture(model, ids[None])
        parts = _embeddings(model, ids)
        for n, block in enumerate(model.blocks):
            seen = weights.get(f"blocks.{n}.attention.weights")
            parts += _halves(cast(Block, block), n, parts[-1].wire, None if seen is None else seen[0])
        wire = parts[-1].wire
        for name, run in (("LayerNorm", model.norm), ("output layer", model.lm_head), ("softmax", _softmax)):
            goes_in = parts[-1].comes_out if parts[-1].block is None else wire
            parts.append(Part(name, None, run, goes_in, run(goes_in), wire))
    return parts


def _embeddings(model: GPTLanguageModel, ids: Tensor) -> list[Part]:
    """What each token is, what the one before it brings, and where it stands: the beginning of the wire."""

    def look_up(rows: Tensor) -> Tensor:
        return model.token_embedding_table(rows[:, 0].long())

    x = look_up(ids[:, None])  # (T, C)
    parts = [Part("token embedding", None, look_up, ids[:, None].float(), x, x)]
    if (shift := model.token_embedding_shift) is not None:

        def bring(rows: Tensor) -> Tensor:
            return shift(rows[None])[0]

        brought = bring(x)
        parts.append(Part("token shift", None, bring, x, brought, x + brought, adds=True))
    if (table := model.position_embedding_table) is not None:
        places = torch.arange(len(ids))[:, None].float()

        def stand(rows: Tensor) -> Tensor:
            return table(rows[:, 0].long())

        placed = stand(places)
        parts.append(Part("positions", None, stand, places, placed, parts[-1].wire + placed, adds=True))
    return parts


def _halves(block: Block, n: int, wire: Tensor, weights: Tensor | None) -> list[Part]:
    """The parts of one block: the half that looks around, then the half that thinks, as far as they are on. (T, C)"""
    parts, after = [], wire
    if block.attends:
        heads = heads_of(block.attention)
        normed = block.norm1(wire)
        joined = heads(normed)  # (T, H * hs)
        gathered = block.attention.projection(joined)  # (T, C)
        after = wire + gathered
        parts += [
            Part("LayerNorm", n, block.norm1, wire, normed, wire),
            Part("heads", n, heads, normed, joined, wire, inside=weights),
            Part("projection", n, block.attention.projection, joined, gathered, after, adds=True),
        ]
    if (forward := block.feed_forward) is not None and block.thinks:
        normed = block.norm2(after)
        thought = forward(normed)
        hidden = hidden_units(forward, normed)
        parts += [
            Part("LayerNorm", n, block.norm2, after, normed, after),
            Part("feed-forward", n, forward, normed, thought, after + thought, adds=True, inside=hidden),
        ]
    return parts


def heads_of(attention: MultiHeadAttention) -> Run:
    """The heads of an attention part without its projection: (T, C) -> (T, H * hs), their outputs side by side."""
    bare = copy.copy(attention)
    bare._modules = {**attention._modules, "projection": nn.Identity()}  # the weights stay shared
    return lambda x: bare(x[None])[0]


def hidden_units(forward: FeedForward, x: Tensor) -> Tensor:
    """What the hidden units of a feed-forward part say after their ReLU: (T, C) -> (T, 4C)"""
    return forward.activation(forward.expand(x))


def share_of_heads(attention: MultiHeadAttention, joined: Tensor) -> Tensor:
    """What each head alone brings to what the projection adds, without its bias: (T, H * hs) -> (H, T, C)

    Without a projection that is its own H * hs numbers in their places, and 0 in those of the others.
    """
    projection = attention.projection
    weight = projection.weight if isinstance(projection, nn.Linear) else torch.eye(joined.shape[1])  # (C, H * hs)
    own = weight.view(len(weight), attention.n_head, -1).permute(1, 2, 0)  # (H, hs, C)
    return joined.view(len(joined), attention.n_head, -1).transpose(0, 1) @ own  # (H, T, hs) @ (H, hs, C)


@torch.no_grad()
def rows_reached(part: Part) -> int:
    """How many rows of what comes out change if row 0 of what goes in is replaced by the last row."""
    other = part.goes_in.clone()
    other[0] = other[-1]
    return int((part.run(other) != part.comes_out).any(-1).sum())


@torch.no_grad()
def read_off(model: GPTLanguageModel, wire: Tensor) -> Tensor:
    """What the model would guess if the wire ended here: its last LayerNorm and output layer. (T, C) -> (T, V)"""
    return _softmax(model.lm_head(model.norm(wire)))


def _softmax(scores: Tensor) -> Tensor:
    return scores.softmax(-1)

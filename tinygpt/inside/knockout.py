"""Switch a part of a trained GPT off, and see what that costs on hidden text. Nothing is trained again.

    rise(model, without(model, "feed-forward", block=0), corpus)     nats more, and the standard error of that

Shapes in this file:
    W   windows     T   tokens in a window      H   n_head      hs  head_size
"""

import copy
from typing import Literal, NamedTuple, cast

import torch
from torch import Tensor, nn

from tinygpt.corpus import Corpus
from tinygpt.gpt import Block, FeedForward, GPTLanguageModel
from tinygpt.probes import capture
from tinygpt.training.evaluation import WINDOWS, val_windows, window_costs

Half = Literal["attention", "feed-forward"]


class Rise(NamedTuple):
    """How much more a model pays than another one, in nats per character."""

    mean: float
    error: float  # its standard error, over windows


@torch.no_grad()
def without(model: GPTLanguageModel, part: Half, *, block: int, head: int | None = None) -> GPTLanguageModel:
    """A copy of the model in which one part of a block adds nothing to the residual stream; with `head` only that head
    of its attention. ValueError where there is no skip, and no projection to silence it in."""
    if not (model.config.residual and model.config.projection and model.config.feed_forward > 1):
        raise ValueError("only a part that adds something can be switched off: the model needs skips and projections")
    other = copy.deepcopy(model)
    chosen = cast(Block, other.blocks[block])
    last = cast(FeedForward, chosen.feed_forward).shrink if part == "feed-forward" else chosen.attention.projection
    assert isinstance(last, nn.Linear)
    if head is None:
        last.weight.zero_(), last.bias.zero_()
    else:
        hs = model.config.head_size
        last.weight[:, head * hs : (head + 1) * hs] = 0
    return other


def rise(model: GPTLanguageModel, other: GPTLanguageModel, corpus: Corpus, *, windows: int = WINDOWS) -> Rise:
    """What `other` pays more than `model`, window by window of val."""
    rows = val_windows(corpus, model.config.block_size, windows)  # (W, T + 1)
    more = (window_costs(other, rows) - window_costs(model, rows)).mean(1)  # (W,)
    return Rise(float(more.mean()), float(more.std() / len(more) ** 0.5))


def looks_back(model: GPTLanguageModel, corpus: Corpus, steps: int, *, windows: int = 1_000) -> Tensor:
    """The weight that each head puts `steps` characters back, on average over the rows of val that can. (L, H)"""
    rows = val_windows(corpus, model.config.block_size, windows)[:, :-1]  # (W, T)
    seen = capture(model, rows)
    maps = (seen[f"blocks.{layer}.attention.weights"] for layer in range(model.config.n_layer))  # (W, H, T, T) each
    return torch.stack([weights.diagonal(-steps, -2, -1).mean((0, 2)) for weights in maps])

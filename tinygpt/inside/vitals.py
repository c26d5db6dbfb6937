"""What the scale race watches: how wide the scores of a model are, how sharp its rows, how much its W_q and W_k learn.

All is measured on a few fixed windows of val, so that two models, or one model at two times, see the same text.

Shapes in this file:
    W   windows                       L   n_layer       H   n_head
    T   tokens in a window            C   n_embd        hs  head_size
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from tinygpt.attention import causal_mask
from tinygpt.corpus import Corpus
from tinygpt.gpt import GPTConfig, GPTLanguageModel
from tinygpt.probes import capture, evaluating
from tinygpt.training.evaluation import val_windows
from tinygpt.variance import HOT, effective_characters

TOKENS = 1_024  # 128 windows of 8: a look of a few milliseconds


class Vitals(NamedTuple):
    """The state of every head: each field is (L, H), except `gradient`. Row 0 has no choice and is left out of rows."""

    entropy: Tensor  # of a row of weights, in nats: 0 when all its weight is on one character
    largest: Tensor  # the largest weight of a row
    saturated: Tensor  # the share of rows with more than HOT on one character
    scores: Tensor  # the variance of q . k, where the mask lets it through
    scaled: Tensor  # the same after the scale
    query: Tensor  # the variance of the numbers of all queries
    key: Tensor  # and of all keys
    independent: Tensor  # hs * query * key: what `scores` would be if their numbers had nothing to do with each other
    query_gradient: Tensor  # the norm of the gradient of W_q: how much it is told to change
    key_gradient: Tensor  # and of W_k
    gradient: float  # and of all weights of the model together


def vitals(model: GPTLanguageModel, corpus: Corpus, *, tokens: int = TOKENS) -> Vitals:
    """How the heads are on about `tokens` characters of val; the model stays as it is. ValueError for too short a val.

    The gradient is that of the mean loss over these windows. In training each batch has its own, with more noise.
    """
    T = model.config.block_size
    rows = val_windows(corpus, T, max(2, tokens // T))  # (W, T + 1)
    seen = capture(model, rows[:, :-1])
    layers = [_head_vitals(model.config, seen, f"blocks.{layer}.attention") for layer in range(model.config.n_layer)]
    fields = {name: torch.stack([layer[name] for layer in layers]) for name in layers[0]}  # each (L, H)
    found = gradients(model, rows)
    H, C = model.config.n_head, model.config.n_embd
    qkv = [found[f"blocks.{layer}.attention.qkv.weight"].view(3, H, -1, C) for layer in range(model.config.n_layer)]
    query, key, _ = torch.stack(qkv).flatten(3).norm(dim=-1).unbind(1)  # (L, 3, H, hs * C) -> three (L, H)
    everything = float(torch.stack([g.norm() for g in found.values()]).norm())
    return Vitals(**fields, query_gradient=query, key_gradient=key, gradient=everything)


def _head_vitals(config: GPTConfig, seen: dict[str, Tensor], name: str) -> dict[str, Tensor]:
    """The first eight fields for one layer, each (H,)."""
    q, k, scores, weights = (seen[f"{name}.{part}"] for part in ("query", "key", "scores", "weights"))
    T = scores.shape[-1]
    allowed = causal_mask(T) if config.mask else torch.ones(T, T, dtype=torch.bool)
    rows = weights[:, :, 1:]  # (W, H, T - 1, T); empty for T = 1: nan
    largest, variance = rows.amax(-1), _of_each_head(scores[..., allowed]).var(1)
    var_q, var_k = _of_each_head(q).var(1), _of_each_head(k).var(1)
    return {
        "entropy": torch.special.entr(rows).sum(-1).mean((0, 2)),
        "largest": largest.mean((0, 2)),
        "saturated": (largest > HOT).float().mean((0, 2)),
        "scores": variance,
        "scaled": variance * config.scale_factor**2,
        "query": var_q,
        "key": var_k,
        "independent": config.head_size * var_q * var_k,
    }


def _of_each_head(x: Tensor) -> Tensor:
    """All numbers of each head in a row: (W, H, ...) -> (H, -1)."""
    return x.transpose(0, 1).flatten(1)


def gradients(model: GPTLanguageModel, rows: Tensor) -> dict[str, Tensor]:
    """The gradient of the mean loss over `rows` (W, T + 1) for each weight by name, without dropout."""
    weights = dict(model.named_parameters())
    with evaluating(model), torch.enable_grad():
        logits, _ = model(rows[:, :-1])
        loss = F.cross_entropy(logits.flatten(0, 1), rows[:, 1:].flatten())
        found = torch.autograd.grad(loss, list(weights.values()))  # returns them; backward() would leave them in .grad
    return dict(zip(weights, found, strict=True))


# --- what the rows of a head are like ---------------------------------------------------------------------------------


class Habits(NamedTuple):
    """What the rows of each head are like, on average: every field is (n_head,)."""

    itself: Tensor  # the weight on the character that looks
    back: Tensor  # the weight on the one before it
    entropy: Tensor  # of a row, in nats: 0 when all its weight is on one character
    spread: Tensor  # e to the entropy: over how many characters a row spreads
    variance: Tensor  # of the scaled scores that the mask leaves


def habits(model: GPTLanguageModel, corpus: Corpus, *, layer: int = 0, windows: int = 1_000) -> Habits:
    """The habits of the heads of one block, on val. Row 0 is left out: with the mask it has no choice."""
    idx = val_windows(corpus, model.config.block_size, windows)
    seen = capture(model, idx[:, :-1])
    of_head = _head_vitals(model.config, seen, f"blocks.{layer}.attention")
    weights = seen[f"blocks.{layer}.attention.weights"]  # (W, n_head, T, T)
    return Habits(
        itself=weights.diagonal(dim1=-2, dim2=-1)[..., 1:].mean((0, 2)),
        back=weights.diagonal(offset=-1, dim1=-2, dim2=-1).mean((0, 2)),
        entropy=of_head["entropy"],
        spread=effective_characters(weights[:, :, 1:]).mean((0, 2)),  # row 0 is left out
        variance=of_head["scaled"],
    )

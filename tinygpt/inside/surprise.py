"""How much each character of a passage surprises a model, in nats: -ln of the probability it had given to it.

Each character is predicted as in writing, from as much of the passage as fits into block_size, and from nothing that
comes later. So models with different block_size can be laid side by side, character by character.

Shapes in this file:
    N   characters of the passage      W   windows at once      T   block_size      V   vocab_size
"""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from tinygpt.counting import NGramModel, ngram_keys
from tinygpt.models import LanguageModel
from tinygpt.training.evaluation import TOKENS_AT_ONCE


def surprise(model: LanguageModel | NGramModel, ids: Tensor) -> Tensor:
    """What each character of `ids` (N,) after the first costs the model, in nats. (N - 1,)

    The first ones are predicted from the few characters before them. A table of counts needs its whole past: nan
    before that. Raises ValueError for fewer than two characters.
    """
    if len(ids) < 2:
        raise ValueError(f"A passage needs at least 2 characters, the second to be predicted; here are {len(ids)}.")
    return _of_counts(model, ids) if isinstance(model, NGramModel) else _of_model(model, ids)


def _of_counts(table: NGramModel, ids: Tensor) -> Tensor:
    """The same for a table: the first character has no surprise, even for n = 1, which needs nothing. (N - 1,)"""
    n, V = table.n, table.vocab_size
    keys = ngram_keys(ids[max(0, 2 - n) :], n, V) if len(ids) >= n else ids[:0]
    seen = table.grams(keys).double() + table.smoothing
    context = table.contexts(keys // V).double() + table.smoothing * V
    return F.pad(context.log() - seen.log(), (len(ids) - 1 - len(keys), 0), value=math.nan)


@torch.no_grad()
def _of_model(model: LanguageModel, ids: Tensor) -> Tensor:
    """One window for every character, a step of one character between them. (N - 1,)"""
    T, was_training = model.config.block_size, model.training
    model.eval()
    short = [_last(model, ids[None, : t + 1]) for t in range(1, min(T, len(ids)))]  # the passage has only just begun
    pieces = ids.unfold(0, T + 1, 1).split(max(1, TOKENS_AT_ONCE // T)) if len(ids) > T else ()
    whole = [_last(model, piece) for piece in pieces]  # of (W, T + 1)
    model.train(was_training)
    return torch.cat(short + whole).double()


def _last(model: LanguageModel, windows: Tensor) -> Tensor:
    """What the last id of each window costs, given those before it: (W, T + 1) -> (W,)."""
    logits, _ = model(windows[:, :-1])
    return F.cross_entropy(logits[:, -1], windows[:, -1], reduction="none")

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

from tinygpt.counting import NGramModel
from tinygpt.models import LanguageModel
from tinygpt.probes import evaluating
from tinygpt.training.evaluation import TOKENS_AT_ONCE


def surprise(model: LanguageModel | NGramModel, ids: Tensor) -> Tensor:
    """What each character of `ids` (N,) after the first costs the model, in nats. (N - 1,)

    The first ones are predicted from the few characters before them. A table of counts needs its whole past: nan
    before that. Raises ValueError for fewer than two characters.
    """
    if len(ids) < 2:
        raise ValueError(f"A passage needs at least 2 characters, the second to be predicted; here are {len(ids)}.")
    if isinstance(model, NGramModel):
        paid = model.costs(ids) if len(ids) >= model.n else torch.zeros(0, dtype=torch.float64)
        paid = paid[max(0, 2 - model.n) :]  # the first character has no surprise, even for n = 1, which needs nothing
        return F.pad(paid, (len(ids) - 1 - len(paid), 0), value=math.nan)
    T = model.config.block_size  # one window for every character, a step of one character between them
    pieces = ids.unfold(0, T + 1, 1).split(max(1, TOKENS_AT_ONCE // T)) if len(ids) > T else ()
    with evaluating(model), torch.no_grad():
        short = [_last(model, ids[None, : t + 1]) for t in range(1, min(T, len(ids)))]  # the passage has just begun
        whole = [_last(model, piece) for piece in pieces]  # of (W, T + 1)
    return torch.cat(short + whole).double()


def _last(model: LanguageModel, windows: Tensor) -> Tensor:
    """What the last id of each window costs, given those before it: (W, T + 1) -> (W,)."""
    logits, _ = model(windows[:, :-1])
    return F.cross_entropy(logits[:, -1], windows[:, -1], reduction="none")

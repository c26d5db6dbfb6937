"""Where the heads of a model look as a rule: averages over many windows of text that the model has never seen.

Shapes in this file:
    W   windows      T   tokens in a window (block_size)
"""

from typing import NamedTuple

import torch
from torch import Tensor

from tinygpt.attention import causal_mask
from tinygpt.corpus import Corpus
from tinygpt.gpt import GPTLanguageModel
from tinygpt.probes import capture
from tinygpt.training.evaluation import val_windows
from tinygpt.variance import effective_characters


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
    weights = seen[f"blocks.{layer}.attention.weights"]  # (W, n_head, T, T)
    scaled = seen[f"blocks.{layer}.attention.scores"] * model.config.scale_factor
    allowed = causal_mask(idx.shape[1] - 1) if model.config.mask else ...
    rows = weights[:, :, 1:]  # (W, n_head, T - 1, T)
    return Habits(
        itself=weights.diagonal(dim1=-2, dim2=-1)[..., 1:].mean((0, 2)),
        back=weights.diagonal(offset=-1, dim1=-2, dim2=-1).mean((0, 2)),
        entropy=torch.special.entr(rows).sum(-1).mean((0, 2)),
        spread=effective_characters(rows).mean((0, 2)),
        variance=scaled[..., allowed].transpose(0, 1).flatten(1).var(1),
    )

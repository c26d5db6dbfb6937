"""Let a model write, one character at a time.

Shapes in this file:
    T   tokens so far      V   vocab_size
"""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from tinygpt.models import LanguageModel


class Token(NamedTuple):
    """One character that was drawn, and how likely every character was."""

    id: int
    probabilities: Tensor  # (V,)

    @property
    def probability(self) -> float:
        """How likely the drawn one was."""
        return self.probabilities[self.id].item()


@torch.no_grad()
def next_probabilities(
    model: LanguageModel, idx: Tensor, *, temperature: float = 1.0, top_k: int | None = None
) -> Tensor:
    """How likely each character is to come next after `idx` (1, T). (1, V)

    A temperature below 1 sharpens, above 1 flattens, 0 always takes the likeliest. `top_k` keeps only the k likeliest.
    """
    logits = model(idx[:, -model.config.block_size :])[0][:, -1]  # only the last place matters: (1, T, V) -> (1, V)
    if not logits.isfinite().all():
        raise ValueError("this model has broken weights and cannot write: train again with a smaller learning rate")
    if temperature == 0:
        return F.one_hot(logits.argmax(-1), logits.shape[-1]).to(logits.dtype)
    if top_k is not None:
        kept = logits.topk(min(top_k, logits.shape[-1])).values
        logits = logits.masked_fill(logits < kept[:, -1:], float("-inf"))
    below_best = logits - logits.amax(-1, keepdim=True)  # at most 0: a tiny temperature cannot overflow
    return F.softmax(below_best / temperature, dim=-1)


def generate(
    model: LanguageModel,
    idx: Tensor,
    max_new_tokens: int,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    generator: torch.Generator | None = None,
) -> Iterator[Token]:
    """Characters that the model writes after `idx` (1, T), drawn from `generator` (a fresh one with seed 1337)."""
    if not temperature >= 0 or (top_k is not None and top_k < 1):
        raise ValueError(f"temperature must be at least 0 and top_k at least 1, got {temperature} and {top_k}")
    source = torch.Generator().manual_seed(1337) if generator is None else generator
    model.eval()
    for _ in range(max_new_tokens):
        probabilities = next_probabilities(model, idx, temperature=temperature, top_k=top_k)
        idx_next = torch.multinomial(probabilities, num_samples=1, generator=source)  # (1, 1)
        idx = torch.cat((idx, idx_next), dim=1)[:, -model.config.block_size :]  # (1, T+1), what the next step can see
        yield Token(int(idx_next), probabilities[0])

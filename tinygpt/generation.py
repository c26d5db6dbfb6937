"""Let a model write, one character at a time.

Shapes in this file:
    T   tokens so far      V   vocab_size
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from tinygpt.attention import Past
from tinygpt.gpt import GPTConfig
from tinygpt.models import LanguageModel, ModelConfig
from tinygpt.probes import unwatched
from tinygpt.tokenizer import CharTokenizer

FLOAT = torch.finfo(torch.float32)
COLDEST, HOTTEST = FLOAT.tiny, FLOAT.max  # a temperature beyond these counts as these: no score can be divided by it


class Token(NamedTuple):
    """One character that was drawn, from what, and what the model itself had thought."""

    id: int
    probabilities: Tensor  # (V,), those it was drawn from: after temperature and top-k
    logits: Tensor  # (V,), the scores of the model
    read: int  # characters that the model went through for this one: 1 with a cache, else all that it sees

    @property
    def probability(self) -> float:
        """How likely the drawn one was."""
        return self.probabilities[self.id].item()

    @property
    def guesses(self) -> Tensor:
        """How likely the model itself held each character, whatever temperature and top-k made of it. (V,)"""
        return F.softmax(self.logits, dim=-1)


class Prompt(NamedTuple):
    """What a model can go on from, and what of a prompt it could not read."""

    idx: Tensor  # (1, T)
    unknown: str  # the characters it does not know, each once


def prompt_for(tokenizer: CharTokenizer, text: str = "") -> Prompt:
    """A text as a prompt, without the characters that have no id. Where nothing is left it is a line break, or the
    first character of the vocabulary. (1, T)"""
    unknown = tokenizer.unknown(text)
    known = "".join(c for c in text if c not in unknown)
    ids = tokenizer.encode(known or "\n" * ("\n" in tokenizer.chars)) or [0]
    return Prompt(torch.tensor([ids]), unknown)


def can_be_cached(config: ModelConfig) -> bool:
    """Whether what a model made of the characters so far stays as it is when another one comes.

    Not without the mask, where earlier rows see it; not with softmax over columns, to which it belongs. And a bigram
    makes nothing of them.
    """
    return isinstance(config, GPTConfig) and config.mask and config.softmax_dim == -1


@torch.inference_mode()
def next_logits(model: LanguageModel, idx: Tensor, past: Past | None = None) -> Tensor:
    """Scores for what comes after `idx` (1, T), or after `past` and `idx`. (1, V) ValueError for broken weights."""
    logits: Tensor = (model(idx) if past is None else model(idx, past=past))[0][:, -1]  # (1, T, V) -> (1, V)
    if not math.isfinite(logits.sum()):
        raise ValueError("this model has broken weights and cannot write: train again with a smaller learning rate")
    return logits


def drawn_from(logits: Tensor, *, temperature: float = 1.0, top_k: int | None = None) -> Tensor:
    """How likely each character is drawn, given the scores of a model: (1, V) -> (1, V).

    A temperature below 1 sharpens, above 1 flattens, 0 always takes the likeliest. `top_k` keeps only the k likeliest,
    and of equal ones those that come first in the vocabulary.
    """
    if temperature == 0:
        return F.one_hot(logits.argmax(-1), logits.shape[-1]).to(logits.dtype)
    if top_k is not None:
        others = logits.argsort(dim=-1, descending=True, stable=True)[:, top_k:]
        logits = logits.scatter(-1, others, float("-inf"))
    if temperature != 1:
        below_best = logits - logits.amax(-1, keepdim=True)  # at most 0: a tiny temperature cannot overflow
        logits = below_best / min(max(temperature, COLDEST), HOTTEST)
    return F.softmax(logits, dim=-1)


def sampled(probabilities: Tensor, source: torch.Generator) -> Tensor:
    """One character by chance: (1, V) -> (1, 1). Number for number what torch.multinomial draws, without its checks.

    Each character has a clock that rings the sooner, the likelier it is; the first one wins.
    """
    clocks = torch.empty_like(probabilities).exponential_(generator=source)
    return (probabilities / clocks).argmax(-1, keepdim=True)


def next_probabilities(
    model: LanguageModel, idx: Tensor, *, temperature: float = 1.0, top_k: int | None = None
) -> Tensor:
    """How likely each character is to come next after `idx` (1, T), as in `drawn_from`. (1, V)"""
    logits = next_logits(model, idx[:, -model.config.block_size :])
    return drawn_from(logits, temperature=temperature, top_k=top_k)


def generate(
    model: LanguageModel,
    idx: Tensor,
    max_new_tokens: int,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    generator: torch.Generator | None = None,
    cache: bool = True,
) -> Iterator[Token]:
    """Characters that the model writes after `idx` (1, T), drawn from `generator` (a fresh one with seed 1337).

    With a `cache` of keys and values it goes through each character once, as long as all fit into block_size. Then the
    window slides, as in the lecture: every character stands at another place than before, so all of the window is
    computed again for each new one. So it is from the start for a model that cannot be cached (`can_be_cached`).
    """
    if not temperature >= 0 or (top_k is not None and top_k < 1):
        raise ValueError(f"temperature must be at least 0 and top_k at least 1, got {temperature} and {top_k}")
    source = torch.Generator().manual_seed(1337) if generator is None else generator
    model.eval()
    reader, block_size = unwatched(model) if cache else model, model.config.block_size
    past = Past() if cache and can_be_cached(model.config) else None
    unread = idx
    for _ in range(max_new_tokens):
        if past is None or idx.shape[1] > block_size:  # nothing can be kept, or not any more: the window slides
            past, idx = None, idx[:, -block_size:]
            unread = idx
        logits, read = next_logits(reader, unread, past), unread.shape[1]
        probabilities = drawn_from(logits, temperature=temperature, top_k=top_k)
        unread = idx_next = sampled(probabilities, source)  # (1, 1)
        idx = torch.cat((idx, idx_next), dim=1)  # (1, T + 1)
        yield Token(int(idx_next), probabilities[0], logits[0], read)

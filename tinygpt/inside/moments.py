"""A model at one moment of its training, looked at on a text: where its heads look, what it guesses, what it writes.

    look(model, ids, step=300)          from one forward pass: the maps are those that made the guesses
    writes(model, tokenizer)            with the same dice at every moment, so that the weights alone make a difference

Shapes in this file:
    N   ids given         T   of these, those that fit into block_size     V   vocab_size
    L   n_layer           H   n_head
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from tinygpt.bigram import BigramConfig, BigramLanguageModel
from tinygpt.generation import generate
from tinygpt.models import LanguageModel
from tinygpt.probes import capture
from tinygpt.randomness import generator
from tinygpt.tokenizer import CharTokenizer

DICE = 1337  # the seed of every draw, at every moment
WRITTEN = 60  # characters


class Moment(NamedTuple):
    """What a model does with a text after `step` steps of its training."""

    step: int
    maps: (
        Tensor  # the weights as the model used them, (L, H, T, T); nan where attention is off; of a bigram (0, 0, T, T)
    )
    evenness: Tensor  # of each row: its entropy over that of an even one, (L, H, T); nan for a row without a choice
    guesses: Tensor  # how likely each character is to come next, (T, V)
    costs: Tensor  # what the character that really comes next cost, in nats, (N - 1,) or (T,), whichever is less


def moment_at(model: LanguageModel, ids: Tensor, *, step: int = 0) -> Moment:
    """The model on `ids` (N,). It reads as many as fit; one that follows them is only to be guessed.

    ValueError without an id.
    """
    if not len(ids):
        raise ValueError("There is nothing to read: type a character that this model knows.")
    read = ids[: model.config.block_size]  # (T,)
    seen = capture(model, read[None])
    logits = seen["logits"][0]  # (T, V)
    following = ids[1 : len(read) + 1]
    costs = F.cross_entropy(logits[: len(following)], following, reduction="none")
    maps, masked = maps_of(model, seen), getattr(model.config, "mask", True)
    return Moment(step, maps, evenness(maps, mask=masked), logits.softmax(-1), costs)


def maps_of(model: LanguageModel, seen: dict[str, Tensor]) -> Tensor:
    """The weights of all heads on the one text of a `capture`; nan for a block whose attention is off. (L, H, T, T)"""
    config, T = model.config, seen["logits"].shape[1]
    if isinstance(config, BigramConfig):
        return torch.zeros(0, 0, T, T)
    nothing = torch.full((1, config.n_head, T, T), torch.nan)
    names = (f"blocks.{layer}.attention.weights" for layer in range(config.n_layer))
    return torch.cat([seen.get(name, nothing) for name in names])


def evenness(maps: Tensor, *, mask: bool = True) -> Tensor:
    """How even rows of weights are: 1 if all that may be seen is looked at alike, 0 if all weight is on one place.

    The entropy of a row over the largest that it can have, ln of how many places it may see. A softmax along the wrong
    axis makes rows that do not sum to 1: shares of their sums are read. Rows with one place to see, and those of a head
    that is cut, are nan. (..., T, T) -> (..., T)
    """
    T = maps.shape[-1]
    places = torch.arange(1, T + 1) if mask else torch.full((T,), T)
    shares = maps / maps.sum(-1, keepdim=True)
    return torch.special.entr(shares).sum(-1) / places.log()


def chances(model: BigramLanguageModel, ids: Tensor) -> Tensor:
    """The table of a bigram as chances: how likely each of `ids` (n,) is followed by each of them. (n, n)"""
    return model.token_embedding_table.weight.detach().softmax(-1)[ids][:, ids]


def writes(model: LanguageModel, tokenizer: CharTokenizer, *, length: int = WRITTEN) -> str:
    """What a model writes after a newline, or after its first character; "" where its weights are no numbers."""
    first = tokenizer.encode("\n") if "\n" in tokenizer.chars else [0]
    try:
        drawn = [token.id for token in generate(model, torch.tensor([first]), length, generator=generator(DICE))]
    except ValueError:
        return ""
    return tokenizer.decode(drawn)

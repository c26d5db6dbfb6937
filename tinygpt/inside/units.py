"""The hidden units of a feed-forward part: how often each is on, and in front of which held-out text most.

    units = units_of(model, corpus, block=0)
    units.on[7]              the share of places of val at which unit 7 is above 0
    units.contexts(7)        where it is largest, as text

Shapes in this file:
    W   windows      T   tokens in a window      U   hidden units of a block      K   places kept for each unit
"""

from dataclasses import dataclass
from typing import NamedTuple, cast

import torch
from torch import Tensor

from tinygpt.corpus import Corpus
from tinygpt.gpt import Block, GPTLanguageModel
from tinygpt.probes import entering
from tinygpt.training.evaluation import TOKENS_AT_ONCE, some_windows

LOOKED_THROUGH = 8_192  # characters of val that units are measured on
AHEAD = 8  # characters shown that come after the place, and that the unit has not seen


class Context(NamedTuple):
    """A place of val, and what a unit says there."""

    value: float  # after its activation
    place: int  # in val
    before: str  # what it has seen: its window, up to the character of the place
    after: str  # what comes then


@dataclass(frozen=True)
class Units:
    """All hidden units of one block on held-out text."""

    corpus: Corpus
    block_size: int
    on: Tensor  # the share of places at which each is above 0, (U,)
    values: Tensor  # the largest of each, falling, (K, U)
    places: Tensor  # where in val these are, (K, U)

    def contexts(self, unit: int) -> list[Context]:
        """The places that switch a unit on most, the strongest first. ValueError for a unit that is not there."""
        if not 0 <= unit < len(self.on):
            raise ValueError(f"This block has hidden units 0 to {len(self.on) - 1}; there is no unit {unit}.")
        pairs = zip(self.values[:, unit].tolist(), self.places[:, unit].tolist(), strict=True)
        return [self._context(value, place) for value, place in pairs]

    def _context(self, value: float, place: int) -> Context:
        val, decode = self.corpus.val, self.corpus.tokenizer.decode
        first = place - place % (self.block_size + 1)  # of the window: each has its T tokens and the one to guess
        return Context(
            value, place, decode(val[first : place + 1].tolist()), decode(val[place + 1 : place + 1 + AHEAD].tolist())
        )


def units_of(
    model: GPTLanguageModel, corpus: Corpus, *, block: int, count: int = 10, tokens: int = LOOKED_THROUGH
) -> Units:
    """The units of a block on about `tokens` characters of val, each with its `count` strongest places.

    ValueError where the model has no such block or no feed-forward part, and for too short a val.
    """
    config, T = model.config, model.config.block_size
    if not 0 <= block < config.n_layer:
        raise ValueError(f"This model has blocks 0 to {config.n_layer - 1}; there is no block {block}.")
    if not config.feed_forward or not cast(Block, model.blocks[block]).thinks:
        raise ValueError(f"Block {block} of this model has no feed-forward part at work, and so no hidden units.")
    rows = some_windows(corpus, T, tokens)  # (W, T + 1)
    name = f"blocks.{block}.feed_forward.shrink"  # what enters it are the hidden units
    hidden = config.feed_forward * config.n_embd
    on, values, places = torch.zeros(hidden), torch.zeros(0, hidden), torch.zeros(0, hidden, dtype=torch.int64)
    for first, piece in _pieces(rows):
        seen = entering(model, piece[:, :-1], {name})[name].flatten(0, 1)  # (W * T, U)
        at = (first + torch.arange(len(piece))[:, None] * (T + 1) + torch.arange(T)).flatten()  # in val, (W * T,)
        on += (seen > 0).sum(0)
        largest, where = seen.topk(min(count, len(seen)), dim=0)  # (K, U)
        values, places = torch.cat([values, largest]), torch.cat([places, at[where]])
        values, order = values.topk(min(count, len(values)), dim=0)
        places = places.gather(0, order)
    return Units(corpus, T, on / (len(rows) * T), values, places)


def _pieces(rows: Tensor) -> list[tuple[int, Tensor]]:
    """Some windows at a time, each time with the place in val at which the first of them begins."""
    length = rows.shape[1]
    pieces = rows.split(max(1, TOKENS_AT_ONCE // length))
    return [(n * len(pieces[0]) * length, piece) for n, piece in enumerate(pieces)]

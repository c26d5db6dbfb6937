"""One position of a text on its way through a whole model: the numbers of every stage, from one forward pass.

    for stage in follow(model, ids, place=4):
        print(stage.label, stage.mean, stage.std, stage.values)

    token embedding, token shift, position, stream   what the character is, what the one before it brings, where it
                                                     stands, and all together
    block 0: LayerNorm 1                             the stream with mean 0 and standard deviation 1, stretched
    block 0: head 0 weights, head 0, head 0 adds     where it looks, what it gathers, what that puts into the stream
    block 0: attention                               what the heads add together, with the bias of the projection
    block 0: stream after attention
    block 0: LayerNorm 2, hidden units, feed-forward, stream after feed-forward
    LayerNorm, logits, probabilities                 the last one, a score for each character, and how likely it is

A stage that a model does without, or that is switched off (tinygpt.surgery), is left out; a bigram has two, its logits
and its probabilities. `export.follow` writes a script of plain PyTorch that prints these very numbers.

Shapes in this file:
    T   tokens in the text      C   channels (n_embd)      H   n_head      hs  head_size
    n   numbers of a stage: C, hs, T, the hidden units of a block, or vocab_size
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from torch import Tensor

from tinygpt.attention import MultiHeadAttention
from tinygpt.gpt import Block, GPTLanguageModel
from tinygpt.inside.stream import share_of_heads
from tinygpt.models import LanguageModel
from tinygpt.probes import entering

# What enters these modules of a block is a stage.
ATTENTION = "attention", "attention.weights_dropout", "attention.projection", "attention.out_dropout"
FEED_FORWARD = "norm2", "feed_forward", "feed_forward.shrink", "feed_forward.dropout"


@dataclass(frozen=True)
class Stage:
    """The numbers of one position at one stage of its way."""

    part: str  # "head 0 adds", say
    block: int | None  # counted from 0; None before the first and after the last one
    values: Tensor  # (n,)

    @property
    def label(self) -> str:
        """What it is called: "block 0: head 0 adds"."""
        return self.part if self.block is None else f"block {self.block}: {self.part}"

    @property
    def mean(self) -> float:
        """Of its numbers."""
        return float(self.values.mean())

    @property
    def std(self) -> float:
        """Their standard deviation, as LayerNorm takes it: of these numbers, no estimate for others."""
        return float(self.values.std(correction=0))

    @property
    def on(self) -> int:
        """How many of its numbers are above 0: of hidden units, how many are switched on."""
        return int((self.values > 0).sum())

    def strongest(self, count: int) -> list[tuple[int, float]]:
        """The `count` largest of its numbers, each with its place among them."""
        values, places = self.values.topk(min(count, len(self.values)))
        return list(zip(places.tolist(), values.tolist(), strict=True))


def check_position(T: int, place: int) -> None:
    """ValueError unless `place` is one of a text of T tokens."""
    if not 0 <= place < T:
        raise ValueError(f"This text has places 0 to {T - 1}; there is no place {place} to follow.")


def follow(model: LanguageModel, ids: Tensor, place: int) -> list[Stage]:
    """Every stage of the position `place` of `ids` (T,). ValueError for a place or a length that cannot be."""
    check_position(len(ids), place)
    if not isinstance(model, GPTLanguageModel):
        logits = entering(model, ids[None], [])["logits"][0, place]
        return [Stage("logits", None, logits), Stage("probabilities", None, logits.softmax(-1))]
    return list(_through(model, ids, place))


def _through(model: GPTLanguageModel, ids: Tensor, place: int) -> Iterator[Stage]:
    """The stages of a GPT, in their order."""
    blocks = [f"blocks.{n}" for n in range(model.config.n_layer)]
    inner = {f"{block}.{module}" for block in blocks for module in (*ATTENTION, *FEED_FORWARD)}
    seen = entering(model, ids[None], {*blocks, *inner, "norm", "lm_head"})
    yield Stage("token embedding", None, model.token_embedding_table.weight[ids[place]].detach())
    if model.token_embedding_shift is not None:
        brought = model.token_embedding_shift(model.token_embedding_table(ids[None]))[0, place]
        yield Stage("token shift", None, brought.detach())
    if model.position_embedding_table is not None:
        yield Stage("position", None, model.position_embedding_table.weight[place].detach())
    yield Stage("stream", None, seen["blocks.0"][0, place])
    for n, after in enumerate([*blocks[1:], "norm"]):
        yield from _of_block(model, seen, n, place, seen[after][0, place])
    if model.config.layer_norm:
        yield Stage("LayerNorm", None, seen["lm_head"][0, place])
    yield Stage("logits", None, seen["logits"][0, place])
    yield Stage("probabilities", None, seen["logits"][0, place].softmax(-1))


def _of_block(model: GPTLanguageModel, seen: dict[str, Tensor], n: int, place: int, after: Tensor) -> Iterator[Stage]:
    """The stages of block n, at whose end the stream is `after`. A part that is switched off was not entered."""
    entered = {module: f"blocks.{n}.{module}" for module in (*ATTENTION, *FEED_FORWARD)}
    at = {module: seen[name][0] for module, name in entered.items() if name in seen}  # (T, n); weights (H, T, T)
    if "attention" in at:
        if model.config.layer_norm:
            yield Stage("LayerNorm 1", n, at["attention"][place])
        attention = cast(Block, model.blocks[n]).attention
        yield from _heads(attention, n, at["attention.weights_dropout"][:, place], at["attention.projection"][place])
        yield Stage("attention", n, at["attention.out_dropout"][place])
        yield Stage("stream after attention", n, at["norm2"][place] if "norm2" in at else after)
    if "feed_forward" in at:
        if model.config.layer_norm:
            yield Stage("LayerNorm 2", n, at["feed_forward"][place])
        yield Stage("hidden units", n, at["feed_forward.shrink"][place])
        yield Stage("feed-forward", n, at["feed_forward.dropout"][place])
        yield Stage("stream after feed-forward", n, after)


def _heads(attention: MultiHeadAttention, n: int, weights: Tensor, joined: Tensor) -> Iterator[Stage]:
    """Each head of block n: where it looks, from (H, T); what it gathers, from (H * hs,); what it adds."""
    adds = share_of_heads(attention, joined[None])[:, 0].detach()  # (H, C)
    for head, (row, gathered, added) in enumerate(zip(weights, joined.view(len(weights), -1), adds, strict=True)):
        yield Stage(f"head {head} weights", n, row)
        yield Stage(f"head {head}", n, gathered)
        yield Stage(f"head {head} adds", n, added)

"""The GPT, part by part. Every part of the lecture's ladder is a switch of its `GPTConfig`.

Shapes in this file:
    B   sequences in the batch      C   channels (n_embd)
    T   tokens in a sequence        V   vocab_size
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast, get_args

import torch
from torch import Tensor, nn

from tinygpt.attention import MultiHeadAttention, Past
from tinygpt.bigram import MAX_VOCABULARY, next_token_loss
from tinygpt.randomness import Dropout
from tinygpt.settings import check_settings, setting
from tinygpt.surgery import OF_A_HEAD, Operation, check_surgery, read_surgery

Scale = Literal["1/sqrt(head_size)", "none", "1/sqrt(n_embd)", "1/head_size", "average"]
SCALES: tuple[Scale, ...] = get_args(Scale)


def scale_factor(scale: Scale, *, head_size: int, n_embd: int) -> float:
    """The number that q @ k is multiplied by. With "average" it is 0: all scores are equal, every row a plain mean."""
    return {
        "1/sqrt(head_size)": head_size**-0.5,
        "none": 1.0,
        "1/sqrt(n_embd)": n_embd**-0.5,
        "1/head_size": 1 / head_size,
        "average": 0.0,
    }[scale]


@dataclass(frozen=True, slots=True)
class GPTConfig:
    """What a GPT is: its sizes, and a switch for every part of the lecture's ladder.

    Each default is that of the lecture's last model at its small size. ValueError, in words, for a value outside its
    range, and for heads that do not fit.

    vocab_size       characters it knows, 1 to 4,096: `corpus.tokenizer.vocab_size`; 65 in the lecture's text
    block_size       the longest context, in characters, 1 to 1,024
    n_embd           channels of the vector of each character (C), 1 to 2,048; n_head must divide it
    n_head           heads of each block, 1 to 128
    n_layer          blocks, 1 to 64
    positions        "learned": a vector for each place is added; "none": no head can know the order of its past;
                     "rotary": queries and keys are turned by their place, so that a score knows how far apart they are
    projection       a linear layer after the heads are joined
    feed_forward     how many times as wide as n_embd the hidden layer of a block is, 0 to 8: 4 in "Attention is all you
                     need"; 1 is the lecture's first, a single layer; 0 is none
    residual         x + f(x) instead of f(x)
    layer_norm       before each part of a block, and once at the end ("pre-norm", as in GPT-2)
    dropout          the share of numbers set to zero while training, at least 0 and below 1
    scale            what q @ k is multiplied by: "1/sqrt(head_size)" as in the paper, "1/sqrt(n_embd)" as in the
                     lecture's first code, "none", "1/head_size", or "average": all scores equal
    mask             no token sees what follows it; False lets every token see the answer: an encoder, or a mistake
    softmax_dim      -1: rows of weights sum to 1; -2: columns do, the study notebooks' slip, and the future leaks in
    init             "torch": torch's own first weights, which give the lecture's numbers; "gpt2": 0.02, as in nanoGPT
    fixed_head_size  channels of a head, 1 to 2,048 / n_head; None: n_embd is shared out among the heads
    activation       what the hidden layer of a feed-forward part does to a number: "relu", as in the lecture, sets
                     negative ones to 0; "gelu", as in GPT-2, bends smoothly and lets a little of them through; "relu2"
                     is relu, squared ("Primer", So et al., 2021)
    qk_norm          queries and keys are divided by the root mean square of their numbers, before any rotation: scores
                     cannot grow with the length of either
    token_shift      each token also brings a share of the one before it, learned for each channel and 0 at first, so no
                     head has to find out what stood before ("RWKV", Peng et al., 2023, which does so in every block)
    surgery          heads and parts that are switched off: "0.2 cut, 0.3 flat, 1 feed-forward" (tinygpt/surgery.py); ""
                     is a whole model
    """

    vocab_size: int = setting(65, least=1, most=MAX_VOCABULARY, essential=True, of_variant=False)
    block_size: int = setting(
        8, least=1, most=1_024, control="more", offered=range(1, 129), sweep=(2, 4, 8, 16, 32, 64), essential=True
    )
    n_embd: int = setting(
        32, least=1, most=2_048, control="more", offered=range(8, 257, 8), sweep=(8, 16, 32, 64, 128), essential=True
    )
    n_head: int = setting(4, least=1, most=128, control="more", offered=range(1, 9), sweep=(1, 2, 4, 8), essential=True)
    n_layer: int = setting(
        3, least=1, most=64, control="more", offered=range(1, 9), sweep=(1, 2, 3, 4, 6), essential=True
    )
    positions: Literal["learned", "none", "rotary"] = setting(
        "learned", label="Positions", control="more", sweep="choices"
    )
    projection: bool = setting(True)
    feed_forward: int = setting(4, least=0, most=8)
    residual: bool = setting(True, sweep="choices")
    layer_norm: bool = setting(True, sweep="choices")
    dropout: float = setting(0.0, least=0, below=1, sweep=(0.0, 0.1, 0.2, 0.4))
    scale: Scale = setting("1/sqrt(head_size)", label="Scale of the scores", control="more", sweep="choices")
    mask: bool = setting(True)
    softmax_dim: Literal[-1, -2] = setting(-1)
    init: Literal["torch", "gpt2"] = setting("torch")
    fixed_head_size: int | None = setting(
        None, least=1, most=2_048, alias="head_size", sweep=(4, 8, 16, 32, 64, 128, 256)
    )

    activation: Literal["relu", "gelu", "relu2"] = setting(
        "relu", label="Activation", control="more", sweep="choices", since="2026-11"
    )
    qk_norm: bool = setting(False, label="QK norm", control="more", sweep="choices", since="2026-11")
    token_shift: bool = setting(False, label="Token shift", control="more", sweep="choices", since="2026-11")
    surgery: str = setting("", offered=("", "0.0 cut", "0.0 flat"), sweep="never", since="2026-11")

    def __post_init__(self) -> None:
        check_settings(self)
        if self.fixed_head_size is None and self.n_embd % self.n_head:
            raise ValueError(
                f"n_embd = {self.n_embd} cannot be shared out among n_head = {self.n_head} heads: "
                f"choose an n_embd that {self.n_head} divides, or another n_head"
            )
        if self.head_size > 2_048 // self.n_head:
            raise ValueError(
                f"fixed_head_size must be a whole number between 1 and 2048 / n_head, got {self.fixed_head_size}"
            )
        if self.channels_out != self.n_embd and (self.residual or self.feed_forward or self.n_layer > 1):
            raise ValueError(
                f"n_head * fixed_head_size = {self.channels_out} is not n_embd = {self.n_embd}, "
                "the width that the next part expects: add the projection, or take heads that fit"
            )
        sizes = {"n_layer": self.n_layer, "n_head": self.n_head}
        surgery = check_surgery(self.surgery, **sizes, residual=self.residual, feed_forward=self.feed_forward > 0)
        object.__setattr__(self, "surgery", surgery)  # in its one spelling: equal models have equal configs

    @property
    def head_size(self) -> int:
        """Channels of one head."""
        return self.n_embd // self.n_head if self.fixed_head_size is None else self.fixed_head_size

    @property
    def channels_out(self) -> int:
        """Channels that the last layer reads: n_embd, or without a projection the heads' own, one after another."""
        return self.n_embd if self.projection else self.n_head * self.head_size

    @property
    def scale_factor(self) -> float:
        """The number that q @ k is multiplied by."""
        return scale_factor(self.scale, head_size=self.head_size, n_embd=self.n_embd)


class SquaredReLU(nn.Module):
    """Negative numbers become 0, all others their square."""

    def forward(self, x: Tensor) -> Tensor:
        """max(x, 0) squared, number by number: (...) -> (...)."""
        return x.relu().square()


ACTIVATIONS: dict[str, type[nn.Module]] = {"relu": nn.ReLU, "gelu": nn.GELU, "relu2": SquaredReLU}


class FeedForward(nn.Module):
    """Each token thinks for itself about what it has gathered."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        hidden = config.feed_forward * config.n_embd
        self.expand = nn.Linear(config.n_embd, hidden)
        self.activation = ACTIVATIONS[config.activation]()
        self.shrink = nn.Linear(hidden, config.n_embd) if config.feed_forward > 1 else nn.Identity()
        self.dropout = Dropout(config.dropout)

    def forward(self, x: Tensor) -> Tensor:
        """One hidden layer, the same for every token: (B, T, C) -> (B, T, C)."""
        return self.dropout(self.shrink(self.activation(self.expand(x))))


class Block(nn.Module):
    """Communication, then computation: attention, then a feed-forward layer."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.residual = config.residual
        self.attends = self.thinks = True
        self.norm1 = nn.LayerNorm(config.n_embd) if config.layer_norm else nn.Identity()
        self.attention = MultiHeadAttention(
            config.n_embd, config.n_head, scale=config.scale_factor, mask=config.mask, dim=config.softmax_dim,
            projection=config.projection, dropout=config.dropout, head_size=config.head_size,
            rotary=config.positions == "rotary", qk_norm=config.qk_norm,
        )  # fmt: skip
        self.norm2 = nn.LayerNorm(config.n_embd) if config.layer_norm and config.feed_forward else nn.Identity()
        self.feed_forward = FeedForward(config) if config.feed_forward else None

    def forward(self, x: Tensor, past: Past | None = None) -> Tensor:
        """Gather from the past, then think about it: (B, T, C) -> (B, T, C)."""
        if self.attends:
            x = self.join(x, self.attention(self.norm1(x), past))
        return self.join(x, self.feed_forward(self.norm2(x))) if self.feed_forward and self.thinks else x

    def operate(self, operations: Sequence[Operation]) -> None:
        """Switch just these parts and heads off."""
        off = [one.what for one in operations]
        self.attends, self.thinks = "attention" not in off, "feed-forward" not in off
        self.attention.cut, self.attention.flat = (
            tuple(one.head for one in operations if one.what == what) for what in OF_A_HEAD
        )

    def join(self, x: Tensor, change: Tensor) -> Tensor:
        """With a residual connection a part only adds to what is there: two (B, T, C) -> (B, T, C)."""
        return x + change if self.residual else change


class TokenShift(nn.Module):
    """Each token brings a share of the one before it."""

    def __init__(self, n_embd: int) -> None:
        super().__init__()
        self.share = nn.Parameter(torch.empty(n_embd))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """At first nobody brings anything."""
        nn.init.zeros_(self.share)

    def forward(self, x: Tensor, before: Tensor | None = None) -> Tensor:
        """What is added to each token: (B, T, C) -> (B, T, C). `before` (B, 1, C) stood before the first of them."""
        return self.share * torch.cat((torch.zeros_like(x[:, :1]) if before is None else before, x[:, :-1]), dim=1)


class GPTLanguageModel(nn.Module):
    """Characters and places become vectors, blocks let them talk, and the last layer scores the next character."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.config = config
        self.token_embedding_table = nn.Embedding(config.vocab_size, config.n_embd)
        self.token_embedding_shift = TokenShift(config.n_embd) if config.token_shift else None
        learned = config.positions == "learned"
        self.position_embedding_table = nn.Embedding(config.block_size, config.n_embd) if learned else None
        self.dropout = Dropout(config.dropout)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.n_layer))
        self.norm = nn.LayerNorm(config.channels_out) if config.layer_norm else nn.Identity()
        self.lm_head = nn.Linear(config.channels_out, config.vocab_size)
        self.operate(config.surgery)

    def forward(
        self, idx: Tensor, targets: Tensor | None = None, past: Past | None = None
    ) -> tuple[Tensor, Tensor | None]:
        """Scores for the token after each position, and the loss if `targets` are given: (B, T) -> (B, T, V), loss.

        With a `past`, `idx` goes on after what was read with it: all of a text at first, then one token at a time.
        """
        x = self.dropout(self.embed(idx, past))
        for block in self.blocks:
            x = block(x, past)
        if past is not None:
            past.length, past.last = past.length + idx.shape[1], idx[:, -1:]
        logits = self.lm_head(self.norm(x))  # (B, T, C) -> (B, T, V)
        return logits, next_token_loss(logits, targets)

    def operate(self, surgery: str) -> None:
        """From now on just those heads and parts are switched off that `surgery` names; no weight changes.

        ValueError, in words, where the model has no such part.
        """
        self.config = replace(self.config, surgery=surgery)
        operations = read_surgery(self.config.surgery)
        for n, block in enumerate(self.blocks):
            cast(Block, block).operate([one for one in operations if one.block == n])

    def embed(self, idx: Tensor, past: Past | None = None) -> Tensor:
        """What each token is, what the one before it brings, and where it stands: (B, T) -> (B, T, C).

        The first of them stands behind those of the `past`, that were read before. ValueError beyond block_size.
        """
        first, last = (0, None) if past is None else (past.length, past.last)
        end = first + idx.shape[1]
        if end > self.config.block_size:
            raise ValueError(f"{end} characters do not fit into block_size = {self.config.block_size}")
        x = self.token_embedding_table(idx)
        if self.token_embedding_shift is not None:
            before = None if last is None else self.token_embedding_table(last)
            x = x + self.token_embedding_shift(x, before)
        if self.position_embedding_table is None:
            return x
        return x + self.position_embedding_table(torch.arange(first, end))  # (B, T, C) + (T, C)

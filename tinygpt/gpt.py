"""The GPT, part by part. Every part of the lecture's ladder is a switch of its `GPTConfig`.

Shapes in this file:
    B   sequences in the batch      C   channels (n_embd)
    T   tokens in a sequence        V   vocab_size
"""

from dataclasses import dataclass
from typing import Literal, get_args

import torch
from torch import Tensor, nn

from tinygpt.attention import MultiHeadAttention
from tinygpt.bigram import MAX_VOCABULARY, next_token_loss
from tinygpt.randomness import Dropout

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
    vocab_size: int = 65
    block_size: int = 8  # the longest context
    n_embd: int = 32
    n_head: int = 4
    n_layer: int = 3
    positions: Literal["learned", "none"] = "learned"
    projection: bool = True  # a linear layer after the heads are joined
    feed_forward: int = 4  # width of the hidden layer in n_embd; 1: the lecture's first, a single layer; 0: none
    residual: bool = True  # x + f(x) instead of f(x)
    layer_norm: bool = True  # before each part, and once at the end
    dropout: float = 0.0
    scale: Scale = "1/sqrt(head_size)"  # what q @ k is multiplied by; the lecture's first code had 1/sqrt(n_embd)
    mask: bool = True  # False lets every token see the answer: an encoder, or a mistake
    softmax_dim: Literal[-1, -2] = -1  # -2 is the notebooks' slip: columns sum to 1, and the future leaks in
    init: Literal["torch", "gpt2"] = "torch"  # torch's own gives the lecture's numbers; gpt2 is 0.02, as in nanoGPT
    fixed_head_size: int | None = None  # None: n_embd is shared out among the heads

    def __post_init__(self) -> None:
        ranges = {"vocab_size": MAX_VOCABULARY, "block_size": 1_024, "n_embd": 2_048, "n_head": 128, "n_layer": 64}
        for name, most in ranges.items():
            if not 1 <= getattr(self, name) <= most:
                raise ValueError(f"{name} must be between 1 and {most}, got {getattr(self, name)}")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout must be at least 0 and below 1, got {self.dropout}")
        if not 0 <= self.feed_forward <= 8:
            raise ValueError(f"feed_forward must be between 0 and 8, got {self.feed_forward}")
        for name, allowed in CHOICES.items():
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name} must be one of {', '.join(map(str, allowed))}; got {getattr(self, name)!r}")
        self._check_heads()

    def _check_heads(self) -> None:
        """Heads must fit to what comes before and after them. ValueError in words where they do not."""
        if self.fixed_head_size is None and self.n_embd % self.n_head:
            raise ValueError(
                f"n_embd = {self.n_embd} cannot be shared out among n_head = {self.n_head} heads: "
                f"choose an n_embd that {self.n_head} divides, or another n_head"
            )
        if not isinstance(self.head_size, int) or not 1 <= self.head_size <= 2_048 // self.n_head:
            raise ValueError(
                f"fixed_head_size must be a whole number between 1 and 2048 / n_head, got {self.fixed_head_size}"
            )
        if self.channels_out != self.n_embd and (self.residual or self.feed_forward or self.n_layer > 1):
            raise ValueError(
                f"n_head * fixed_head_size = {self.channels_out} is not n_embd = {self.n_embd}, "
                "the width that the next part expects: add the projection, or take heads that fit"
            )

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


CHOICES = {"positions": ("learned", "none"), "scale": SCALES, "softmax_dim": (-1, -2), "init": ("torch", "gpt2")}


class FeedForward(nn.Module):
    """Each token thinks for itself about what it has gathered."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        hidden = config.feed_forward * config.n_embd
        self.expand, self.relu = nn.Linear(config.n_embd, hidden), nn.ReLU()
        self.shrink = nn.Linear(hidden, config.n_embd) if config.feed_forward > 1 else nn.Identity()
        self.dropout = Dropout(config.dropout)

    def forward(self, x: Tensor) -> Tensor:
        """One hidden layer with ReLU, the same for every token: (B, T, C) -> (B, T, C)."""
        return self.dropout(self.shrink(self.relu(self.expand(x))))


class Block(nn.Module):
    """Communication, then computation: attention, then a feed-forward layer."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.residual = config.residual
        self.norm1 = nn.LayerNorm(config.n_embd) if config.layer_norm else nn.Identity()
        self.attention = MultiHeadAttention(
            config.n_embd, config.n_head, scale=config.scale_factor, mask=config.mask, dim=config.softmax_dim,
            projection=config.projection, dropout=config.dropout, head_size=config.head_size,
        )  # fmt: skip
        self.norm2 = nn.LayerNorm(config.n_embd) if config.layer_norm and config.feed_forward else nn.Identity()
        self.feed_forward = FeedForward(config) if config.feed_forward else None

    def forward(self, x: Tensor) -> Tensor:
        """Gather from the past, then think about it: (B, T, C) -> (B, T, C)."""
        x = self.join(x, self.attention(self.norm1(x)))
        return x if self.feed_forward is None else self.join(x, self.feed_forward(self.norm2(x)))

    def join(self, x: Tensor, change: Tensor) -> Tensor:
        """With a residual connection a part only adds to what is there: two (B, T, C) -> (B, T, C)."""
        return x + change if self.residual else change


class GPTLanguageModel(nn.Module):
    """Characters and places become vectors, blocks let them talk, and the last layer scores the next character."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.config = config
        self.token_embedding_table = nn.Embedding(config.vocab_size, config.n_embd)
        learned = config.positions == "learned"
        self.position_embedding_table = nn.Embedding(config.block_size, config.n_embd) if learned else None
        self.dropout = Dropout(config.dropout)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.n_layer))
        self.norm = nn.LayerNorm(config.channels_out) if config.layer_norm else nn.Identity()
        self.lm_head = nn.Linear(config.channels_out, config.vocab_size)

    def forward(self, idx: Tensor, targets: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        """Scores for the token after each position, and the loss if `targets` are given: (B, T) -> (B, T, V), loss."""
        x = self.dropout(self.embed(idx))
        for block in self.blocks:
            x = block(x)
        logits = self.lm_head(self.norm(x))  # (B, T, C) -> (B, T, V)
        return logits, next_token_loss(logits, targets)

    def embed(self, idx: Tensor) -> Tensor:
        """What each token is, plus where it stands: (B, T) -> (B, T, C). ValueError if T > block_size."""
        T = idx.shape[1]
        if T > self.config.block_size:
            raise ValueError(f"{T} characters do not fit into block_size = {self.config.block_size}")
        x = self.token_embedding_table(idx)
        if self.position_embedding_table is None:
            return x
        return x + self.position_embedding_table(torch.arange(T))  # (B, T, C) + (T, C)

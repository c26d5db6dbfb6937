"""The GPT, part by part. Its switches, a `GPTConfig`, stand in tinygpt.gpt_config.

Shapes in this file:
    B   sequences in the batch      C   channels (n_embd)
    T   tokens in a sequence        V   vocab_size
"""

import torch
from torch import Tensor, nn

from tinygpt.attention import MultiHeadAttention
from tinygpt.bigram import next_token_loss
from tinygpt.gpt_config import SCALES, GPTConfig, Scale
from tinygpt.randomness import Dropout

__all__ = ["SCALES", "Block", "FeedForward", "GPTConfig", "GPTLanguageModel", "Scale"]


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

"""The simplest language model: one table of scores, a row per character.

Shapes in this file:
    B   sequences in the batch      V   vocab_size
    T   tokens in a sequence
"""

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional as F

MAX_VOCABULARY = 4_096  # characters; a table of pairs this large is a model of 17 million numbers


@dataclass(frozen=True, slots=True)
class BigramConfig:
    vocab_size: int = 65
    block_size: int = 8  # only how its batches are cut: the table itself sees one character

    def __post_init__(self) -> None:
        if not 1 <= self.vocab_size <= MAX_VOCABULARY:
            raise ValueError(f"vocab_size must be between 1 and {MAX_VOCABULARY}, got {self.vocab_size}")
        if not 1 <= self.block_size <= 1_024:
            raise ValueError(f"block_size must be between 1 and 1024, got {self.block_size}")


def next_token_loss(logits: Tensor, targets: Tensor | None) -> Tensor | None:
    """How surprised the model was by the next tokens, in nats per character: (B, T, V), (B, T) -> one number."""
    return None if targets is None else F.cross_entropy(logits.flatten(0, 1), targets.flatten())


class BigramLanguageModel(nn.Module):
    """Each token reads off the scores of the next one in its own row of the table."""

    def __init__(self, config: BigramConfig) -> None:
        super().__init__()
        self.config = config
        self.token_embedding_table = nn.Embedding(config.vocab_size, config.vocab_size)

    def forward(self, idx: Tensor, targets: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        """Scores for the token after each position, and the loss if `targets` are given: (B, T) -> (B, T, V), loss."""
        logits = self.token_embedding_table(idx)  # (B, T) -> (B, T, V)
        return logits, next_token_loss(logits, targets)

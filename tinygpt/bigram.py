"""The simplest language model: one table of scores, a row per character.

Shapes in this file:
    B   sequences in the batch      V   vocab_size
    T   tokens in a sequence
"""

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional as F

from tinygpt.settings import check_settings, setting

MAX_VOCABULARY = 4_096  # characters; a table of pairs this large is a model of 17 million numbers


@dataclass(frozen=True, slots=True)
class BigramConfig:
    """What a bigram model is. ValueError, in words, for a value outside its range.

    vocab_size  characters it knows, 1 to 4,096: `corpus.tokenizer.vocab_size`; 65 in the lecture's text. The model is a
                table of vocab_size times vocab_size numbers.
    block_size  characters in a window of its batches, 1 to 1,024; 8 in the lecture. The table itself sees one
                character, so this changes how much it learns from in a step, and not what it can know.
    """

    vocab_size: int = setting(65, least=1, most=MAX_VOCABULARY, essential=True, of_variant=False)
    block_size: int = setting(8, least=1, most=1_024, control="more", offered=range(1, 129), essential=True)

    def __post_init__(self) -> None:
        check_settings(self)


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

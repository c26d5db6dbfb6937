"""How good is a model, on training text and on text it has never seen?

One random batch is a noisy judge, so a loss is estimated from many. The windows are always the same ones, drawn from
a generator of their own: two models are judged on the same text, and looking does not change a run.
"""

from dataclasses import dataclass

import torch

from tinygpt.corpus import Corpus
from tinygpt.models import LanguageModel
from tinygpt.randomness import generator

LIVE_BATCHES = 20  # while a model trains: enough to see the curve
FINAL_BATCHES = 200  # at the end, as in the lecture: the standard error is then about 0.0075
EVALUATION_SEED = 20_230_117  # the day of the lecture; any fixed number would do
TOKENS_AT_ONCE = 4_096  # a few batches in one pass: faster than one by one, and never a long wait


@dataclass
class Tally:
    """A mean loss that is still being added up, piece by piece."""

    windows: int = 0  # how many windows are in
    total: float = 0.0  # the sum of their losses

    @property
    def mean(self) -> float:
        """Nats per character."""
        return self.total / max(1, self.windows)

    @torch.no_grad()
    def add_piece(self, model: LanguageModel, corpus: Corpus, split: str, *, windows: int, block_size: int) -> None:
        """The next few of `windows` fixed windows; leaves the model in evaluation mode."""
        starts = fixed_starts(corpus, split, windows=windows, block_size=block_size)
        piece = starts[self.windows : self.windows + max(1, TOKENS_AT_ONCE // block_size)]
        x, y = corpus.windows(split, piece, block_size)  # both (B, T)
        model.eval()
        _, loss = model(x, y)
        self.total += loss.item() * len(piece)
        self.windows += len(piece)


def fixed_starts(corpus: Corpus, split: str, *, windows: int, block_size: int) -> torch.Tensor:
    """Where the windows of an evaluation begin, the same every time. (windows,)"""
    return corpus.starts(split, windows, block_size, generator(EVALUATION_SEED))


def estimate_loss(
    model: LanguageModel,
    corpus: Corpus,
    split: str,
    *,
    batches: int = FINAL_BATCHES,
    batch_size: int = 32,
    block_size: int = 8,
) -> float:
    """Mean loss over `batches` fixed batches of `split`, in nats per character."""
    was_training, tally = model.training, Tally()
    while tally.windows < batches * batch_size:
        tally.add_piece(model, corpus, split, windows=batches * batch_size, block_size=block_size)
    model.train(was_training)
    return tally.mean

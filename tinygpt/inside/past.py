"""What a longer past is worth to a model: its loss by the place in the window, and how much of that is chance.

Shapes in this file:
    W   windows      T   tokens in a window (block_size)
"""

from typing import Literal, NamedTuple

from torch import Tensor

from tinygpt.bigram import BigramConfig
from tinygpt.corpus import Corpus
from tinygpt.experiments.significance import by_chance
from tinygpt.models import LanguageModel, ModelConfig, leak
from tinygpt.training.evaluation import val_windows, window_costs

Sees = Literal["one character", "its past", "what is to come"]


class ByPosition(NamedTuple):
    """The val loss of a model at each position of the window, in nats, and what lies between the first and the last."""

    losses: tuple[float, ...]  # the mean over all windows
    gain: float  # how much less the last position costs than the first one of the same window, on average
    margin: float  # so far from 0 chance alone brings that, with these windows
    windows: int
    sees: Sees


def at_each_position(model: LanguageModel, corpus: Corpus) -> ByPosition:
    """Measured on windows of val that lie side by side. ValueError where val is shorter than one."""
    costs = window_costs(model, val_windows(corpus, model.config.block_size))  # (W, T)
    return of_costs(costs, sees(model.config))


def of_costs(costs: Tensor, sees: Sees) -> ByPosition:
    """The same from what each character of each window cost. costs (W, T)"""
    gains = (costs[:, 0] - costs[:, -1]).double()  # (W,): what is easy text for one position is so for the other
    return ByPosition(tuple(costs.mean(0).tolist()), gains.mean().item(), by_chance(gains.tolist()), len(gains), sees)


def sees(config: ModelConfig) -> Sees:
    """What a model can look at when it guesses. One that sees a single character has no past, whatever its losses do.

    They can differ from place to place all the same: where the text has a rhythm, and windows keep step with it.
    """
    if isinstance(config, BigramConfig) or config.block_size == 1:
        return "one character"
    return "what is to come" if leak(config) else "its past"

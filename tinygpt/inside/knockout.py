"""Switch a part of a trained GPT off, and see what that costs on hidden text. Nothing is trained again.

    rise(model, operated(model, "0 feed-forward"), corpus)     nats more, and the standard error of that

What can be switched off, and how it is written, stands in tinygpt/surgery.py.

Shapes in this file:
    W   windows     T   tokens in a window
"""

from dataclasses import replace
from typing import NamedTuple, cast

from tinygpt.corpus import Corpus
from tinygpt.gpt import GPTLanguageModel
from tinygpt.models import blank
from tinygpt.training.evaluation import WINDOWS, val_windows, window_costs


class Rise(NamedTuple):
    """How much more a model pays than another one, in nats per character."""

    mean: float
    error: float  # its standard error, over windows


def operated(model: GPTLanguageModel, surgery: str) -> GPTLanguageModel:
    """The same weights in a model with another surgery ("" for none). ValueError where it has no such part."""
    other = blank(replace(model.config, surgery=surgery))
    other.load_state_dict(model.state_dict(), assign=True)
    return cast(GPTLanguageModel, other.eval())


def rise(model: GPTLanguageModel, other: GPTLanguageModel, corpus: Corpus, *, windows: int = WINDOWS) -> Rise:
    """What `other` pays more than `model`, window by window of val."""
    rows = val_windows(corpus, model.config.block_size, windows)  # (W, T + 1)
    more = (window_costs(other, rows) - window_costs(model, rows)).mean(1)  # (W,)
    return Rise(float(more.mean()), float(more.std() / len(more) ** 0.5))

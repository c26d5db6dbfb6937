"""Switch a part of a trained GPT off, and see what that costs on hidden text. Nothing is trained again.

    rise(model, operated(model, "0 feed-forward"), corpus)     nats more, and the standard error of that
    rise_of_each(model, each_alone(model.config), corpus)             the same for every head and every part

What can be switched off, and how it is written, stands in tinygpt/surgery.py.

Shapes in this file:
    W   windows     T   tokens in a window
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple, cast

from torch import Tensor

from tinygpt.corpus import Corpus
from tinygpt.gpt import GPTConfig, GPTLanguageModel
from tinygpt.models import blank
from tinygpt.surgery import HALVES
from tinygpt.training.evaluation import WINDOWS, spread_windows, val_windows, window_costs


class Rise(NamedTuple):
    """How much more a model pays than another one, in nats per character."""

    mean: float
    error: float  # its standard error, over windows


def operated(model: GPTLanguageModel, surgery: str) -> GPTLanguageModel:
    """The same weights in a model with another surgery ("" for none). ValueError where it has no such part."""
    other = blank(replace(model.config, surgery=surgery))
    other.load_state_dict(model.state_dict(), assign=True)
    return cast(GPTLanguageModel, other.eval())


def each_alone(config: GPTConfig) -> list[str]:
    """Every surgery of a single cut that such a model can have: each of its heads, then each half of a block."""
    heads = [f"{block}.{head} cut" for block in range(config.n_layer) for head in range(config.n_head)]
    has = {"attention": config.residual, "feed-forward": config.residual and config.feed_forward > 0}
    return heads + [f"{block} {half}" for block in range(config.n_layer) for half in HALVES if has[half]]


def rise(model: GPTLanguageModel, other: GPTLanguageModel, corpus: Corpus, *, windows: int = WINDOWS) -> Rise:
    """What `other` pays more than `model`, window by window of val, from its beginning on."""
    rows = val_windows(corpus, model.config.block_size, windows)  # (W, T + 1)
    return _more(window_costs(model, rows), window_costs(other, rows))


def rise_of_each(
    model: GPTLanguageModel, surgeries: Sequence[str], corpus: Corpus, *, windows: int = WINDOWS
) -> dict[str, Rise]:
    """What each surgery alone costs, on the same windows from all over val: few of them stand for all of it."""
    rows = spread_windows(corpus, model.config.block_size, windows)  # (W, T + 1)
    whole = window_costs(model, rows)
    return {surgery: _more(whole, window_costs(operated(model, surgery), rows)) for surgery in surgeries}


def _more(before: Tensor, after: Tensor) -> Rise:
    """From what each character of each window cost before and after, both (W, T)."""
    more = (after - before).mean(1)  # (W,): characters of one window are no independent looks
    return Rise(float(more.mean()), float(more.std() / len(more) ** 0.5))

"""What each head of a GPT looks at on hidden text, measured, and the name that its measures justify.

    for head in named_heads(model, corpus):
        print(head.layer, head.head, head.called, head.scores)

A score is a share of a row's weight, 0 to 1, averaged over the rows that can show the habit:

    itself           the place that looks
    one back         the place before it
    two back         the place before that
    fixed offset     the place k back, k from 3 to half the window, so that half of the rows reach so far; without the
                     mask also k ahead (k below 0). The k is that at which the head is farthest from an even spread
    same character   other places with the character of the place that looks: earlier ones, with the mask
    start of word    the first letter of the word in which the place that looks stands, but for that letter's own row.
                     A word is a run of letters and digits, and its beginning must be seen: the window has something
                     else right before it. In a text that is one long run, no row can show this habit
    diffuse          no place: the entropy of the row over that of an even spread. 1 is even, 0 all on one place

A row with a single place to look at has no choice and is left out. With softmax along the wrong axis rows do not sum to
1; shares of their sums are read. A score that no row can show is nan.

What a row that spreads evenly over all it may see would give comes to much on short windows: half "one back" in one of
two. So the name is that of the habit which goes farthest from there to having all the weight, if it goes at least
STANDS_OUT of that way; else "diffuse" from a score of EVEN on, and "mixed" below. A head that was cut, or whose
attention part is off (tinygpt.surgery), looks nowhere and is called so.

Shapes in this file:
    V   vocab_size
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from tinygpt.corpus import Corpus
from tinygpt.gpt import GPTConfig, GPTLanguageModel
from tinygpt.inside.shares import DIFFUSE, SAME, START, Measures, measures
from tinygpt.surgery import read_surgery
from tinygpt.training.evaluation import some_windows

TOKENS = 8_192  # characters of val that heads are measured on: 1,024 windows of 8
NEAR = {"itself": 0, "one back": 1, "two back": 2}
FIXED_OFFSET, MIXED, OFF = "fixed offset", "mixed", "switched off"
STANDS_OUT = 1 / 3  # of the way from an even spread to all the weight
EVEN = 0.8  # of the entropy of an even spread


@dataclass(frozen=True)
class NamedHead:
    """One head, what it scores, and what it may be called."""

    layer: int
    head: int
    name: str  # of a habit, "mixed" or "switched off"
    scores: dict[str, float]  # by the name of each habit; nan where no row can show it
    even: dict[str, float]  # what an even spread would score
    offset: int | None  # of "fixed offset": so many places back, ahead if below 0; None where the window is too short

    @property
    def called(self) -> str:
        """Its name, where a fixed offset says how far: "4 back"."""
        if self.name != FIXED_OFFSET or self.offset is None:
            return self.name
        return f"{self.offset} back" if self.offset > 0 else f"{-self.offset} ahead"


def named_heads(model: GPTLanguageModel, corpus: Corpus, *, tokens: int = TOKENS) -> list[NamedHead]:
    """Every head of the model on about `tokens` characters of val, layer by layer.

    ValueError where the model sees one character at a time, and for too short a val.
    """
    T, H = model.config.block_size, model.config.n_head
    if T == 1:
        raise ValueError("With block_size = 1 a head sees a single character: it has no choice, and so no habit.")
    found = measures(model, some_windows(corpus, T, tokens)[:, :-1], letters_of(corpus))
    heads = [_named(found, a, *divmod(a, H)) for a in range(len(found[0]) - 1)]
    return [replace(one, name=OFF) if is_off(model.config, one.layer, one.head) else one for one in heads]


def is_off(config: GPTConfig, layer: int, head: int) -> bool:
    """Whether this head hands nothing on."""
    off = [(one.block, one.head) for one in read_surgery(config.surgery) if one.what in ("cut", "attention")]
    return (layer, head) in off or (layer, -1) in off


def letters_of(corpus: Corpus) -> Tensor:
    """Which characters words are made of. (V,)"""
    return torch.tensor([char.isalnum() for char in corpus.tokenizer.chars])


def justified_name(scores: Mapping[str, float], even: Mapping[str, float]) -> str:
    """The name that these scores justify, beside those of an even spread."""
    ways = {habit: way(score, even[habit]) for habit, score in scores.items() if habit != DIFFUSE}
    farthest = max(ways, key=lambda habit: ways[habit])
    if ways[farthest] >= STANDS_OUT:
        return farthest
    return DIFFUSE if scores[DIFFUSE] >= EVEN else MIXED


def way(score: float, even: float) -> float:
    """How much of the way a score goes from an even spread's to 1; -1 where there is no way, or no score (nan)."""
    return (score - even) / (1 - even) if even < 1 else -1.0


def _named(found: Measures, a: int, layer: int, head: int) -> NamedHead:
    """Head number `a` of all."""
    far = [k for k in found if isinstance(k, int) and not 0 <= k <= 2]
    offset = max(far, key=lambda k: way(float(found[k][a]), float(found[k][-1])), default=None)
    habits = {**NEAR, FIXED_OFFSET: offset, SAME: SAME, START: START, DIFFUSE: DIFFUSE}
    scores, even = (
        {habit: math.nan if key is None else float(found[key][at]) for habit, key in habits.items()} for at in (a, -1)
    )
    return NamedHead(layer, head, justified_name(scores, even), scores, even, offset)

r"""Does a model copy? Named by cause, not by looks.

A passage holds a stretch of held-out text twice, and breaks off inside the second copy:

    ...the king the ki          the letter to guess is the n of the first copy
    ...the kiXg the ki          with another letter in its place: whoever copies now guesses that one

So the test exchanges one letter of the first copy and sees whether the guess follows (`follows`). Then heads are cut,
and the loss of the letter to be copied rises where they are needed (`rise_without`). The usual score of an "induction
head" is a look: the weight on the place after the first copy's letter ("In-context learning and induction heads",
2022). It is here too (`stripes`), beside the causes, since a model that copies may hardly show it.

A text in which most lines are a word, dots and the same word again, as in the copying language, has passages of its
own: each letter of a second word but its first, for whether that comes or another dot is drawn. Elsewhere a stretch
of text is repeated; how long it is, and where it breaks off, is drawn, so that no fixed distance leads to the letter.

Shapes in this file:
    N   passages      T   tokens in a window (block_size)      V   vocab_size
    L   n_layer       H   n_head                               W   windows
"""

import re
from itertools import combinations
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from tinygpt.corpus import Corpus
from tinygpt.gpt import GPTConfig, GPTLanguageModel
from tinygpt.inside.knockout import Rise, without
from tinygpt.models import LanguageModel
from tinygpt.probes import capture, evaluating
from tinygpt.training.evaluation import TOKENS_AT_ONCE, val_windows, window_costs

TWICE = re.compile(r"^([^.\n]+)(\.+)(\1)$", re.MULTILINE)  # a word, dots, the word again
PASSAGES = 256  # the standard error of `follows` is then about 0.01
TOKENS = 8_192  # characters of val that the loss of copied letters is read off
SHORTEST = 4  # characters: two letters, and one of them again

Cut = tuple[int, int]  # layer and head


class Passages(NamedTuple):
    """Held-out text that breaks off inside the second copy of a stretch."""

    idx: Tensor  # (N, T)
    place: Tensor  # where the first copy has the letter to be guessed, (N,)
    old: Tensor  # that letter, (N,)
    new: Tensor  # another one, to be put there, (N,)

    @property
    def exchanged(self) -> Tensor:
        """The passages with the other letter in the first copy. (N, T)"""
        return self.idx.scatter(1, self.place[:, None], self.new[:, None])


class Follows(NamedTuple):
    """How the guess moves when the letter of the first copy is another one, on average over passages."""

    score: float  # 0: not at all, as without copying; 1: all its probability goes from the old letter to the new one
    error: float  # its standard error
    up: float  # how much more probable the new letter became; the score is the mean of this and ...
    down: float  # ... how much less probable the old one, or 0 where that is below it
    old: float  # how probable the old letter was before


class Copies(NamedTuple):
    """The letters of val whose original stands before them: where, how far back, and in which word."""

    place: Tensor  # (n,)
    distance: Tensor  # (n,)
    word: list[str]


# --- passages ---------------------------------------------------------------------------------------------------------


def copied_letters(corpus: Corpus) -> Copies | None:
    """The letters, but the first, of each word of val that follows itself; None where most of val is no such line."""
    text = corpus.tokenizer.decode(corpus.val.tolist())
    lines = list(TWICE.finditer(text))
    if 2 * sum(len(line[0]) for line in lines) < len(text):
        return None
    found = [
        (place, line.start(3) - line.start(1), line[1])
        for line in lines
        for place in range(line.start(3) + 1, line.end(3))
    ]
    places, distances, words = zip(*found, strict=True) if found else ((), (), ())
    return Copies(torch.tensor(places, dtype=torch.int64), torch.tensor(distances, dtype=torch.int64), list(words))


def passages(corpus: Corpus, block_size: int, generator: torch.Generator, *, count: int = PASSAGES) -> Passages:
    """`count` passages drawn from val. ValueError where the window, the text or its alphabet is too small for any."""
    if block_size < SHORTEST:
        raise ValueError(
            f"In a window of {block_size} no stretch stands twice: to see whether a model copies, "
            f"it takes a block_size of at least {SHORTEST}."
        )
    if corpus.tokenizer.vocab_size < 2:
        raise ValueError("This text has one character only, so there is no other one to exchange it for.")
    copies = copied_letters(corpus)
    if copies is None:
        return _repeated(corpus, block_size, generator, count)
    return _of_own_lines(corpus, copies, block_size, generator, count)


def _repeated(corpus: Corpus, T: int, generator: torch.Generator, count: int) -> Passages:
    """Text of val whose last letters go back to where a stretch of T/4 to T/2 letters began."""
    starts = corpus.starts("val", count, T, generator)  # (N,)
    length = torch.randint(max(2, T // 4), T // 2 + 1, (count,), generator=generator)
    again = 1 + (torch.rand(count, generator=generator) * (length - 1)).long()  # letters of the second copy
    t = torch.arange(T).expand(count, T)
    goes_back = length[:, None] * (t >= T - again[:, None])
    idx = corpus.val[starts[:, None] + t - goes_back]
    place = T - length
    old = idx.gather(1, place[:, None])[:, 0]
    likely = corpus.val.bincount(minlength=corpus.tokenizer.vocab_size).float() + 1  # a plausible letter, or any
    return Passages(idx, place, old, _other(likely.expand(count, -1), old, generator))


def _of_own_lines(corpus: Corpus, copies: Copies, T: int, generator: torch.Generator, count: int) -> Passages:
    """Windows of val that end before a letter of a second word. The new one is none of its word, where there is one."""
    able = ((copies.place >= T) & (copies.distance < T)).nonzero()[:, 0]  # the letter before the original is seen, too
    if not len(able):
        raise ValueError(f"In windows of {T} no letter stands together with its original: take a larger block_size.")
    chosen = able[torch.randint(len(able), (count,), generator=generator)]
    idx = corpus.val[copies.place[chosen, None] + torch.arange(-T, 0)]
    old = corpus.val[copies.place[chosen]]
    of_words = set("".join(copies.word))
    free = [[c in of_words and c not in copies.word[n] for c in corpus.tokenizer.chars] for n in chosen.tolist()]
    likely = torch.tensor(free).float() + 1e-6  # where the word has all letters there are, any will do
    return Passages(idx, T - copies.distance[chosen], old, _other(likely, old, generator))


def _other(likely: Tensor, old: Tensor, generator: torch.Generator) -> Tensor:
    """A letter for each row of `likely` (N, V) that is not the old one (N,). (N,)"""
    return torch.multinomial(likely.scatter(1, old[:, None], 0.0), 1, generator=generator)[:, 0]


# --- what copies ------------------------------------------------------------------------------------------------------


def follows(model: LanguageModel, found: Passages) -> Follows:
    """Whether the guess follows the letter of the first copy."""
    before, after = (_guesses(model, idx).exp() for idx in (found.idx, found.exchanged))  # (N, V)
    old, new = found.old[:, None], found.new[:, None]
    up = (after.gather(1, new) - before.gather(1, new)).double()
    down = (before.gather(1, old) - after.gather(1, old)).double()
    moved = (up + down) / 2
    score, error = moved.mean().clamp(min=0), moved.std() / len(moved) ** 0.5  # a nan stays one: the weights are broken
    return Follows(*map(float, (score, error, up.mean(), down.mean(), before.gather(1, old).mean())))


def rise_without(model: GPTLanguageModel, found: Passages, *cut: Cut) -> Rise:
    """How much more the letters to be copied cost, in nats, when these heads are cut together.

    ValueError for a model whose heads cannot be cut.
    """
    other = model
    for layer, head in cut:
        other = without(other, "attention", block=layer, head=head)
    whole, less = (_guesses(one, found.idx).gather(1, found.old[:, None])[:, 0] for one in (model, other))
    more = (whole - less).double()
    return Rise(float(more.mean()), float(more.std() / len(more) ** 0.5))


def pairs_across_layers(config: GPTConfig) -> list[tuple[Cut, Cut]]:
    """Every two heads of different layers: copying as it is known takes one of each."""
    heads = [(layer, head) for layer in range(config.n_layer) for head in range(config.n_head)]
    return [(one, other) for one, other in combinations(heads, 2) if one[0] != other[0]]


def stripes(model: GPTLanguageModel, found: Passages) -> Tensor:
    """The weight of each head from the last place of a passage on the letter to be copied: on average. (L, H)"""
    total = torch.zeros(model.config.n_layer, model.config.n_head)
    for idx, place in zip(_pieces(found.idx), found.place.split(_at_once(found.idx)), strict=True):
        seen = capture(model, idx)
        last = torch.stack([seen[f"blocks.{n}.attention.weights"][:, :, -1] for n in range(len(total))])  # (L, N, H, T)
        total += last.gather(3, place[:, None, None].expand(len(total), -1, last.shape[2], 1)).sum((1, 3))
    return total / len(found.idx)


def copied_loss(model: LanguageModel, corpus: Corpus, *, tokens: int = TOKENS) -> float:
    """What a letter of a second word costs whose original is in the window, in nats; 0 for whoever copies perfectly.

    Read off about `tokens` characters of val. ValueError for a text that has no such lines, or too short windows.
    """
    T = model.config.block_size
    copies = copied_letters(corpus)
    rows = val_windows(corpus, T, max(16, tokens // T))  # (W, T + 1)
    back = torch.zeros_like(corpus.val)
    if copies:
        back[copies.place] = copies.distance
    back = back[: rows.numel()].view_as(rows)[:, 1:]
    there = (back > 0) & (back <= torch.arange(1, T + 1))
    if not there.any():
        raise ValueError(f"In windows of {T} characters of this text, no word stands behind itself: nothing is copied.")
    return float(window_costs(model, rows)[there].mean())


@torch.no_grad()
def _guesses(model: LanguageModel, idx: Tensor) -> Tensor:
    """The log of how likely each letter is to follow. (N, T) -> (N, V)"""
    with evaluating(model):
        return torch.cat([F.log_softmax(model(piece)[0][:, -1], -1) for piece in _pieces(idx)])


def _at_once(idx: Tensor) -> int:
    return max(1, TOKENS_AT_ONCE // idx.shape[1])


def _pieces(idx: Tensor) -> tuple[Tensor, ...]:
    return idx.split(_at_once(idx))

"""How the rows of a GPT's heads share their weight out: so many places back, on equal characters, on starts of words.

Every habit is measured like this: the weight on the places in question, averaged over the rows that can show it. An
even spread over all that a row may see is measured in the same way, as if it were one more head.

Shapes in this file:
    W   windows      T   tokens in a window      V   vocab_size
    H   heads of a layer (n_head)      L   layers
    A   all heads, layer by layer, and last an even spread
"""

import math
from collections import defaultdict
from collections.abc import Iterator

import torch
from torch import Tensor

from tinygpt.attention import causal_mask
from tinygpt.corpus import Corpus
from tinygpt.gpt import GPTConfig, GPTLanguageModel
from tinygpt.probes import capture
from tinygpt.training.evaluation import val_windows

SAME, START, DIFFUSE = "same character", "start of word", "diffuse"  # what they mean: inside.names
AT_ONCE = 4_000_000  # attention weights in one pass, all heads and layers: 16 MB
Measures = dict[int | str, Tensor]  # by how many places back, ahead below 0, or by the name of another habit: (A,)


def measures(model: GPTLanguageModel, idx: Tensor, letters: Tensor) -> Measures:
    """Every habit of every head over windows (W, T); `letters` (V,) says what words are made of."""
    totals: dict[int | str, Tensor] = {}
    rows: dict[int | str, int] = defaultdict(int)
    for piece in idx.split(windows_at_once(model.config, idx.shape[1])):
        for habit, total, count in _of_piece(model, piece, letters):
            totals[habit] = totals.get(habit, 0) + total
            rows[habit] += count
    return {habit: total / rows[habit] if rows[habit] else total * math.nan for habit, total in totals.items()}


def windows_at_once(config: GPTConfig, T: int) -> int:
    """How many windows of T tokens are captured in one pass, so that their weights fit into memory."""
    return max(1, AT_ONCE // (config.n_layer * config.n_head * T**2))


def _of_piece(model: GPTLanguageModel, idx: Tensor, letters: Tensor) -> Iterator[tuple[int | str, Tensor, int]]:
    """Each habit, its shares summed over the rows that can show it (A,), and how many rows that are."""
    spread, may_see = row_shares(model, idx), places_seen(model.config, idx.shape[1])
    first = int(model.config.mask)  # the first row that has a choice
    for k in _distances(model.config, idx.shape[1]):
        weight = spread.diagonal(-k, -2, -1)[..., first if k == 0 else 0 :]  # (W, A, rows)
        yield k, weight.sum((0, 2)), len(idx) * weight.shape[-1]
    for habit, places in ((SAME, same_character(idx) & may_see), (START, start_of_word(letters[idx]))):
        yield habit, torch.einsum("wats,wts->a", spread, places.float()), int(places.any(-1).sum())
    entropy = torch.special.entr(spread[:, :, first:]).sum(-1)  # (W, A, rows)
    yield DIFFUSE, (entropy / may_see[first:].sum(-1).log()).sum((0, 2)), entropy[:, 0].numel()


def _distances(config: GPTConfig, T: int) -> list[int]:
    """How many places back a habit may look; ahead, below 0, where the mask is missing."""
    back = range(max(3, T // 2 + 1))
    return [*back, *([] if config.mask else [-k for k in range(1, T // 2 + 1)])]


def places_seen(config: GPTConfig, T: int) -> Tensor:
    """True where the row of a place has weight to give. (T, T)"""
    return causal_mask(T) if config.mask else torch.ones(T, T, dtype=torch.bool)


def row_shares(model: GPTLanguageModel, idx: Tensor) -> Tensor:
    """How each row of each head shares its weight out, and last an even spread. (W, T) -> (W, A, T, T)"""
    may_see = places_seen(model.config, idx.shape[1]).float().expand(len(idx), 1, -1, -1)
    spread = torch.cat([weights_of_all(model, idx), may_see], dim=1)
    return spread / spread.sum(-1, keepdim=True).clamp(min=torch.finfo(spread.dtype).tiny)


def weights_of_all(model: GPTLanguageModel, idx: Tensor) -> Tensor:
    """The weights of all heads, layer by layer; 0 where the attention part is off. (W, T) -> (W, L * H, T, T)"""
    seen, (W, T) = capture(model, idx), idx.shape
    nothing = torch.zeros(W, model.config.n_head, T, T)
    names = [f"blocks.{layer}.attention.weights" for layer in range(model.config.n_layer)]
    return torch.cat([seen.get(name, nothing) for name in names], dim=1)


def same_character(idx: Tensor) -> Tensor:
    """True where another place has the same character. (W, T) -> (W, T, T)"""
    return (idx[:, :, None] == idx[:, None, :]) & ~torch.eye(idx.shape[1], dtype=torch.bool)


def start_of_word(letter: Tensor) -> Tensor:
    """True at the first letter of the word of each place, seen from its later letters. (W, T) -> (W, T, T)"""
    place = torch.arange(letter.shape[1])
    begins = letter.clone()
    begins[:, 1:] &= ~letter[:, :-1]
    begins[:, 0] = False  # what stands before the window is not seen
    latest = torch.where(begins, place, -1).cummax(1).values  # -1 while no beginning was seen
    return (letter & (latest < place))[..., None] & (latest[..., None] == place)


def looks_back(model: GPTLanguageModel, corpus: Corpus, steps: int, *, windows: int = 1_000) -> Tensor:
    """The weight that each head puts `steps` characters back, on average over all rows of val that can. (L, H)

    Row 0, whose weight is all on itself, is one of them for `steps` = 0.
    """
    rows = val_windows(corpus, model.config.block_size, windows)[:, :-1]  # (W, T)
    by_head = weights_of_all(model, rows).diagonal(-steps, -2, -1).mean((0, 2))
    return by_head.view(model.config.n_layer, model.config.n_head)

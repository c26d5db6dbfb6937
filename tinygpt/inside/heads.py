"""One attention head laid open on one text: what goes in, every number on the way, what comes out.

Two kinds of head: one inside a model (`ModelHead`), and one that stands alone (`LooseHead`: before any training, or the
study notebooks'). Both are read in the same way, `head.see(ids)`, and give the same `SeenHead`.

Shapes in this file:
    T   tokens in the text      hs  head_size
    C   channels (n_embd)       V   vocab_size
"""

import math
from dataclasses import dataclass, replace
from typing import NamedTuple, cast

import torch
from torch import Tensor

from tinygpt.attention import Head, Stages, attention_stages
from tinygpt.gpt import Block, GPTLanguageModel, Scale, scale_factor
from tinygpt.models import blank, with_memory
from tinygpt.probes import capture
from tinygpt.randomness import generator, initialize_as_torch
from tinygpt.variance import effective_characters


@dataclass(frozen=True)
class SeenHead:
    """Everything that one head computed for a text of T tokens."""

    x: Tensor  # what each token brings: what it is and where it stands, (T, C)
    q: Tensor  # what each token looks for, (T, hs)
    k: Tensor  # what each token offers, (T, hs)
    v: Tensor  # what each token hands over, (T, hs)
    factor: float  # what the scores are multiplied by
    stages: Stages  # four times (T, T)
    out: Tensor  # weights @ v, (T, hs)
    guesses: Tensor | None = None  # how likely each next token is, (T, V); None for a head without a model round it


@dataclass(frozen=True)
class ModelHead:
    """Head `head` of block `layer` of a model."""

    model: GPTLanguageModel
    layer: int = 0
    head: int = 0

    @property
    def scale(self) -> Scale:
        """What this model multiplies its scores by."""
        return self.model.config.scale

    @property
    def matrices(self) -> Tensor:
        """What x is multiplied by to make query, key and value. (3, C, hs)"""
        attention = cast(Block, self.model.blocks[self.layer]).attention
        rows = attention.qkv.weight.detach()  # (3 * n_head * hs, C)
        return rows.view(3, attention.n_head, -1, rows.shape[1])[:, self.head].mT

    def see(
        self, ids: Tensor, *, positions: bool = True, mask: bool = True, dim: int = -1, scale: Scale | None = None
    ) -> SeenHead:
        """The head at work on `ids` (T,). Whatever is switched is switched in the whole model, while it reads."""
        model = read_as(self.model, positions=positions, mask=mask, dim=dim, scale=scale or self.scale)
        seen, factor = capture(model, ids[None]), model.config.scale_factor
        attention = f"blocks.{self.layer}.attention"
        q, k, v = (seen[f"{attention}.{name}"][0, self.head] for name in ("query", "key", "value"))
        stages = stages_of_one(q, k, scale=factor, mask=mask, dim=dim)
        x, guesses = seen[f"{attention}.x"][0], seen["logits"][0].softmax(-1)  # (T, C) and (T, V)
        return SeenHead(x, q, k, v, factor, stages, stages.weights @ v, guesses)


@dataclass(frozen=True)
class LooseHead:
    """A head with no model round it: an id is a row of `tokens`, a place a row of `places`, if there are any."""

    head: Head
    tokens: Tensor  # (V, C)
    places: Tensor | None  # (longest T, C)
    scale: Scale = "1/sqrt(head_size)"

    @property
    def matrices(self) -> Tensor:
        """What x is multiplied by to make query, key and value. (3, C, hs)"""
        made = (self.head.query, self.head.key, self.head.value)
        return torch.stack([each.weight.detach().mT for each in made])

    def see(
        self, ids: Tensor, *, positions: bool = True, mask: bool = True, dim: int = -1, scale: Scale | None = None
    ) -> SeenHead:
        """The head at work on `ids` (T,), with some of its rules switched."""
        with torch.no_grad():
            x = self.tokens[ids]  # (T, C)
            if positions and self.places is not None:
                x = x + self.places[: len(ids)]
            q, k, v = self.head.query(x), self.head.key(x), self.head.value(x)  # each (T, hs)
        factor = scale_factor(scale or self.scale, head_size=q.shape[1], n_embd=x.shape[1])
        stages = stages_of_one(q, k, scale=factor, mask=mask, dim=dim)
        return SeenHead(x, q, k, v, factor, stages, stages.weights @ v)


AnyHead = ModelHead | LooseHead


def stages_of_one(q: Tensor, k: Tensor, *, scale: float, mask: bool, dim: int) -> Stages:
    """The stages of one text as a batch of one, where dim=1 means what it means in the study notebooks. Each (T, T)"""
    batched = attention_stages(q[None], k[None], scale=scale, mask=mask, dim=dim)  # (1, T, T) each
    return Stages(*(stage[0] for stage in batched))


def read_as(model: GPTLanguageModel, *, positions: bool, mask: bool, dim: int, scale: Scale) -> GPTLanguageModel:
    """The same weights under other rules; the model itself if nothing is switched."""
    old = model.config
    learned = old.positions if positions else "none"
    config = replace(old, positions=learned, mask=mask, softmax_dim=-1 if dim == -1 else -2, scale=scale)
    if config == old:
        return model
    other = cast(GPTLanguageModel, blank(config))
    other.load_state_dict(model.state_dict(), strict=False, assign=True)  # without positions, theirs are left over
    return other.eval()


# --- heads without a model ------------------------------------------------------------------------------------------


def fresh_head(n_embd: int, head_size: int, source: torch.Generator) -> Head:
    """Key, query and value before any training, drawn in that order."""
    with torch.device("meta"):  # no draw from the process's shared generator
        head = Head(n_embd, head_size)
    head = with_memory(head)
    initialize_as_torch(head, source)
    return head


def untrained_head(head_size: int = 16, *, seed: int = 1337, vocab_size: int = 65, longest: int = 24) -> LooseHead:
    """A head as training would find it: random vectors for tokens and places (32 channels), random matrices."""
    source = generator(seed)
    tokens = torch.randn(vocab_size, 32, generator=source)
    places = torch.randn(longest, 32, generator=source)
    return LooseHead(fresh_head(32, head_size, source), tokens, places)


def evenness_untrained(ids: Tensor, head_size: int = 16, *, seeds: range = range(200)) -> tuple[float, float]:
    """At how many characters the last of `ids` (T,) looks before training, as if evenly: mean and spread over seeds."""
    heads = (untrained_head(head_size, seed=seed, longest=len(ids)) for seed in seeds)
    looked = torch.stack([effective_characters(head.see(ids).stages.weights[-1]) for head in heads])  # (seeds,)
    return float(looked.mean()), float(looked.std())


def notebook_head(*, positions: bool = False) -> LooseHead:
    """Version 4 of the study notebooks: seed 1337, x (4, 8, 32), head_size 16, no scale.

    Ids 0 to 7 are its first sequence. Its x is random: no text, and no places in it.
    `positions=True` adds some, as random as the rest.
    """
    source = generator(1337)
    x = torch.randn(4, 8, 32, generator=source)  # (B, T, C)
    head = fresh_head(32, 16, source)
    places = torch.randn(8, 32, generator=source) if positions else None
    return LooseHead(head, x.flatten(0, 1), places, scale="none")


def cross_attention(asking: SeenHead, answering: SeenHead) -> tuple[Tensor, Tensor]:
    """One text asks, another answers: queries of the first, keys and values of the second; weights (T1, T2), out.

    No mask: the other text is all there already. `out` is (T1, hs).
    """
    weights = attention_stages(asking.q, answering.k, scale=asking.factor, mask=False).weights
    return weights, weights @ answering.v  # (T1, T2) @ (T2, hs) -> (T1, hs)


class QueryPlane(NamedTuple):
    """A query and keys as arrows on paper: their shadows on two directions, of which the first is the query's own."""

    length: float  # of the query
    keys: Tensor  # (T, 2)
    kept: float  # how much of the keys' squared lengths is left

    def query(self, degrees: float = 0.0) -> Tensor:
        """The query turned to the left, in this plane. (2,)"""
        angle = math.radians(degrees)
        return self.length * torch.tensor([math.cos(angle), math.sin(angle)])

    def scores(self, degrees: float = 0.0) -> Tensor:
        """The dot products of the turned query with all keys; with 0 degrees exactly those of the head. (T,)"""
        return self.keys @ self.query(degrees)


def plane_of(q: Tensor, k: Tensor) -> QueryPlane:
    """The plane of a query (hs,) in which its keys (T, hs) are as long as they can be: all its scores are exact."""
    length = float(q.norm())
    own = q / max(length, 1e-12)
    along = k @ own  # (T,)
    beside = k - along[:, None] * own  # (T, hs)
    _, _, directions = torch.linalg.svd(beside.double(), full_matrices=False)
    other = directions[0].to(k.dtype)
    across = beside @ other  # (T,)
    if float(across[across.abs().argmax()]) < 0:  # which side is up has no meaning: the farthest key is
        across = -across
    keys = torch.stack([along, across], dim=1)  # (T, 2)
    return QueryPlane(length, keys, float(keys.square().sum() / k.square().sum().clamp(min=1e-12)))


def put_back(weights: Tensor, order: Tensor) -> Tensor:
    """Undo a reordering: weights of the text `ids[order]` in the order of `ids`. (T, T) -> (T, T)"""
    back = order.argsort()
    return weights[back][:, back]


def moved(before: SeenHead, after: SeenHead) -> Tensor:
    """How far the guesses at each position moved: 0 the same, 1 nothing in common. (T,)

    The total variation distance. Without guesses the outputs are compared, by the length of their difference over
    the sum of their lengths: the same 0 and 1.
    """
    if before.guesses is not None and after.guesses is not None:
        return 0.5 * (before.guesses - after.guesses).abs().sum(-1)
    return (before.out - after.out).norm(dim=-1) / (before.out.norm(dim=-1) + after.out.norm(dim=-1))


def future_share(weights: Tensor) -> Tensor:
    """How much each row gives to what comes later. (T, T) -> (T,)"""
    return weights.triu(1).sum(-1)

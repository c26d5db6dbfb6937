"""How much work is a training step, and judging a run? Counted from the settings; what it costs is in cost.py.

A step of a tiny model is a number of small operations, each with a fixed price (Python, one kernel), and work on
numbers, whose price depends on what is done with them:

    step            once                     operation   a floating point operation of a matrix product
    part            a layer of a block       weight      an attention weight, of every head: softmax, mask, copies
    matrix          a head of a sequence     channel     a number of the stream, in every block: norms, skips, copies
    parameter       AdamW visits each        score       one of V at one place of a window: softmax, loss
    large           an operation of a product that oneDNN makes, on some processors (by_hand/products.py)
"""

import math
from functools import cache
from typing import NamedTuple

from torch import nn

from tinygpt.gpt import GPTConfig
from tinygpt.models import ModelConfig, blank, count_parameters
from tinygpt.training.by_hand.products import goes_to_onednn
from tinygpt.training.evaluation import FINAL_BATCHES, LIVE_BATCHES, judging_windows
from tinygpt.training.flat import matrices_of_blocks
from tinygpt.training.spec import RunSpec

AROUND = 4  # parts of a GPT around its blocks: places, the last norm, the output layer, a second group of numbers


class Amounts(NamedTuple):
    """How much of each there is in a step, or what each costs, in seconds."""

    step: float
    part: float
    matrix: float
    operation: float
    large: float
    weight: float
    channel: float
    score: float
    parameter: float


def windows_to_judge(spec: RunSpec) -> int:
    """How many windows a whole run is judged on: at its looks, with one at the end, and in the long estimate of both
    splits."""
    looks, T = math.ceil(spec.train.max_steps / spec.train.eval_interval) + 1, spec.model.block_size
    return looks * judging_windows(LIVE_BATCHES, T) + 2 * judging_windows(FINAL_BATCHES, T)


def amounts(model: ModelConfig, batch_size: int) -> Amounts:
    """How much of everything there is in a training step."""
    T, P = model.block_size, count_parameters(model)
    tokens, scores = batch_size * T, batch_size * T * model.vocab_size
    if not isinstance(model, GPTConfig):
        return Amounts(1, 0, 0, 0, 0, 0, 0, scores, P)
    L, heads = model.n_layer, model.n_layer * batch_size * model.n_head
    large = large_operations(model, tokens)
    return Amounts(
        step=1, part=AROUND + model.token_shift + L * parts_of_a_block(model), matrix=heads,
        operation=operations(model, batch_size) - large, large=large, weight=heads * T * T,
        channel=L * tokens * model.n_embd, score=scores, parameter=P,
    )  # fmt: skip


def parts_of_a_block(model: GPTConfig) -> int:
    """Its layers as the training step walks through them; attention itself is as much work to start as seven."""
    thinking = {0: 0, 1: 2}.get(model.feed_forward, 3)
    norms = model.layer_norm * (2 if model.feed_forward else 1)
    return 7 + model.projection + thinking + norms + model.residual * (2 if model.feed_forward else 1)


def operations(model: ModelConfig, batch_size: int) -> float:
    """Floating point operations of one training step: 6 for each weight and token, and the T x T attention.

    "PaLM" (Chowdhery et al., 2022), appendix B, with the table of the embeddings left out. What the optimizer does is
    beside it: see `step_operations`.
    """
    tokens = batch_size * model.block_size
    if not isinstance(model, GPTConfig):
        return 6.0 * tokens * model.vocab_size  # softmax over a row of the table
    tables = (model.vocab_size + model.block_size * (model.positions == "learned")) * model.n_embd
    attention = 12.0 * model.n_layer * model.n_head * model.head_size * model.block_size
    return tokens * (6.0 * max(0, count_parameters(model) - tables) + attention)


def large_operations(model: GPTConfig, tokens: int) -> float:
    """Those of `operations` that oneDNN makes: 2 for each weight and token on the way there, 4 on the way back."""
    found = 0.0
    for name, size in linear_sizes(model):
        apart = 3 if name.endswith(".qkv") else 1  # queries, keys and values, on the way there
        found += 2.0 * tokens * size * goes_to_onednn(tokens * size // apart)
        found += 4.0 * tokens * size * goes_to_onednn(tokens * size)
    return found


@cache
def linear_sizes(model: ModelConfig) -> list[tuple[str, int]]:
    """How many weights each linear layer of a model has."""
    layers = [(name, layer) for name, layer in blank(model).named_modules() if isinstance(layer, nn.Linear)]
    return [(name, layer.weight.numel()) for name, layer in layers]


def step_operations(spec: RunSpec) -> float:
    """Floating point operations of one training step of a run, with those of its optimizer."""
    return operations(spec.model, spec.train.batch_size) + sum(optimizer_operations(spec))


def optimizer_operations(spec: RunSpec) -> tuple[float, float]:
    """Those of Muon, which may be a third of all others, small and large ones; AdamW and SGD have next to none."""
    return turning(spec.model) if spec.train.optimizer == "muon" else (0.0, 0.0)


@cache
def turning(model: ModelConfig) -> tuple[float, float]:
    """Floating point operations with which Muon makes the gradients of one step orthogonal: 9 or 11 products a matrix.

    Of a long one two have its longer side, the others only the shorter one (tinygpt.training.muon). Those that are not
    large, and those that are.
    """
    found = [0.0, 0.0]
    for (rows, columns), group in matrices_of_blocks(blank(model)):
        short, long = sorted((rows, columns))
        many = sum(p.numel() for p in group) / (rows * columns)
        wide, square = (2, 9) if long >= 2 * short else (6, 3)
        for side, products in ((long, wide), (short, square)):
            found[goes_to_onednn(short**2 * side)] += many * 2 * short**2 * side * products
    return found[0], found[1]

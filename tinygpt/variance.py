"""Why scores are divided by sqrt(head_size): random queries and keys, how wide their scores are, what softmax does.

Shapes in this file:
    D   draws, each a whole batch   T   tokens in a sequence
    B   sequences in a batch        hs  head_size
"""

from typing import Literal, NamedTuple

import torch
from torch import Tensor

from tinygpt.attention import attention_stages
from tinygpt.gpt import GPTConfig

Distribution = Literal["randn", "rand"]
DISTRIBUTIONS: tuple[Distribution, ...] = ("randn", "rand")  # the lecture's draw, and the slip of one study notebook
B, T = 4, 8  # one draw is a batch of the study notebooks

HOT = 0.99  # of the weight: a row that puts more on one character looks at that one alone

# The variance of one product q[i] * k[i]. For numbers between 0 and 1: E[x^2]^2 - E[x]^4.
PRODUCT_VARIANCE = {"randn": 1.0, "rand": 1 / 9 - 1 / 16}  # 7/144


class Spread(NamedTuple):
    """Something measured many times: its mean, and what nine draws in ten lie between."""

    mean: float
    low: float
    high: float


def random_qk(
    head_size: int, *, draws: int = 1, distribution: Distribution = "randn", generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Queries and keys before anything is learned. Both (D, B, T, hs)"""
    draw = torch.randn if distribution == "randn" else torch.rand
    k = draw(draws, B, T, head_size, generator=generator)  # the study notebooks draw the keys first
    q = draw(draws, B, T, head_size, generator=generator)
    return q, k


def running_sums(q: Tensor, k: Tensor) -> Tensor:
    """A query times its own key, product by product: number n is the sum of the first n + 1. Both (..., hs) -> same"""
    return (q * k).cumsum(-1)


def score_variance(
    head_size: int,
    *,
    scale: float | bool = True,
    draws: int = 1,
    distribution: Distribution = "randn",
    generator: torch.Generator,
) -> Tensor:
    """The variance of all scores of a batch, once for each draw, as the study notebooks measure it. (D,)

    `scale` is that of `attention_stages`: True divides by sqrt(hs), False does not divide.
    """
    q, k = random_qk(head_size, draws=draws, distribution=distribution, generator=generator)
    scores = attention_stages(q, k, scale=scale, mask=False).scaled  # (D, B, T, T)
    return scores.flatten(1).var(dim=1)


def expected_variance(head_size: int, *, scale: float = 1.0, distribution: Distribution = "randn") -> float:
    """What the theory says: a score is a sum of hs independent products, and variances of a sum add up."""
    return head_size * PRODUCT_VARIANCE[distribution] * scale**2


def spread(values: Tensor) -> Spread:
    """Mean, 5 % and 95 % quantile of `values`, (D,)."""
    low, high = values.quantile(torch.tensor([0.05, 0.95], dtype=values.dtype)).tolist()
    return Spread(values.mean().item(), low, high)


def softmax_of(scores: Tensor, factor: float = 1.0) -> Tensor:
    """Softmax of `factor` times one row of scores: a query of 1 looks at keys that are the scores. (T,) -> (T,)"""
    return attention_stages(scores.new_ones(1, 1), scores[:, None], scale=float(factor), mask=False).weights[0]


def effective_characters(weights: Tensor) -> Tensor:
    """As if a row looked at so many characters, all alike: e to its entropy. (..., T) -> (...)"""
    return torch.special.entr(weights).sum(-1).exp()


def saturated(weights: Tensor) -> float:
    """The share of rows that put more than HOT of their weight on one character. `weights` is (..., T)."""
    return (weights.amax(-1) > HOT).float().mean().item()


def softmax_jacobian(weights: Tensor) -> Tensor:
    """How far each weight of a row moves with each score of that row: diag(w) - w w^T. (..., T) -> (..., T, T)"""
    return torch.diag_embed(weights) - weights[..., :, None] * weights[..., None, :]


def gradient_size(weights: Tensor) -> Tensor:
    """How much of a nudge a row of softmax passes on: the Frobenius norm of its Jacobian. (..., T) -> (...)"""
    return softmax_jacobian(weights).flatten(-2).norm(dim=-1)


def winner_gradient(scores: Tensor, factor: float = 1.0) -> float:
    """How far the largest weight moves per unit of its own score, computed by torch in the dtype of `scores`, (T,)."""
    widened = (scores * factor).requires_grad_()
    weights = softmax_of(widened)
    winner = int(weights.argmax())
    (gradient,) = torch.autograd.grad(weights[winner], widened)
    return gradient[winner].item()  # on paper p * (1 - p)


def query_gradient(q: Tensor, k: Tensor, *, scale: float | bool = True) -> Tensor:
    """How far a row of weights moves with its query: the norm of dw/dq. Both (..., T, hs) -> (..., T)

    dw/dq = factor * (diag(w) - w w^T) @ k: how large the keys are counts, not only how open the softmax is.
    """
    factor = 1.0 if scale is False else q.shape[-1] ** -0.5 if scale is True else float(scale)
    weights = attention_stages(q, k, scale=scale, mask=False).weights  # (..., T, T)
    jacobian, products = softmax_jacobian(weights), (k @ k.transpose(-2, -1))[..., None, :, :]  # (..., T, T, T) twice
    squares = (jacobian @ products * jacobian).sum((-2, -1))  # of all numbers of jacobian @ k, without making them
    return factor * squares.clamp(min=0).sqrt()


def variance_at_the_start(config: GPTConfig) -> float:
    """The variance of q . k in the first block with first weights: hs * (C * var(W) * var(x))**2, on average.

    x is a token's vector plus its place's: two numbers of variance 1 under PyTorch's own first weights, so 2, unless
    LayerNorm makes 1 of it. PyTorch draws W between -1/sqrt(C) and 1/sqrt(C): variance 1/(3C). Hence hs * (2/3)**2,
    or hs/9 with LayerNorm. GPT-2's first weights all have variance 0.02**2. With qk_norm the numbers of queries and
    keys have a mean square of 1, whatever W is, so it is hs.
    """
    if config.qk_norm:
        return float(config.head_size)
    drawn = 0.02**2 if config.init == "gpt2" else 1.0  # the variance of an embedding's numbers
    var_x = 1.0 if config.layer_norm else drawn * (2 if config.positions == "learned" else 1)
    var_w = 0.02**2 if config.init == "gpt2" else 1 / (3 * config.n_embd)
    return config.head_size * (config.n_embd * var_w * var_x) ** 2

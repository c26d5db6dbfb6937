"""Small experiments with one attention head: another text answers, the text is shuffled, a letter is exchanged.

Shapes in this file:
    T   tokens in the text      hs  head_size
"""

from torch import Tensor

from tinygpt.attention import attention_stages
from tinygpt.inside.heads import SeenHead


def cross_attention(asking: SeenHead, answering: SeenHead) -> tuple[Tensor, Tensor]:
    """One text asks, another answers: queries of the first, keys and values of the second; weights (T1, T2), out.

    No mask: the other text is all there already. `out` is (T1, hs).
    """
    weights = attention_stages(asking.q, answering.k, scale=asking.factor, mask=False).weights
    return weights, weights @ answering.v  # (T1, T2) @ (T2, hs) -> (T1, hs)


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

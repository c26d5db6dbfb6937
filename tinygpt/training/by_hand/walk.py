"""The parts of a model as it stands, in the order in which a token passes them. What surgery took away is not there.

Each holds the weights of a layer of the model where they lie, and `p.grad` of each of them.
"""

from typing import cast

from torch import nn

from tinygpt.gpt import Block, GPTLanguageModel, SquaredReLU
from tinygpt.models import LanguageModel
from tinygpt.randomness import Dropout
from tinygpt.training.by_hand.activation import Gelu, Relu, Relu2
from tinygpt.training.by_hand.asked import Rotated, UnitRms
from tinygpt.training.by_hand.attention import Asks, Attention
from tinygpt.training.by_hand.linear import Linear
from tinygpt.training.by_hand.norm import Norm
from tinygpt.training.by_hand.table import Places, Shifted
from tinygpt.training.by_hand.two_way import Dropped, Residual, TwoWay


def walk_of(model: LanguageModel, B: int, T: int) -> list[TwoWay]:
    """What stands between the table of tokens and the loss, for batches of B sequences of T tokens."""
    if not isinstance(model, GPTLanguageModel):
        return []
    parts: list[TwoWay] = []
    if model.token_embedding_shift:
        parts.append(Shifted.of(model.token_embedding_shift, B))
    if model.position_embedding_table:
        parts.append(Places.of(model.position_embedding_table, T))
    parts += part_of(model.dropout, T)
    for module in model.blocks:
        block = cast(Block, module)
        for layer in (attention(block, B, T), thinking(block, T)):
            parts += [Residual(layer)] if block.residual and layer else layer
    return [*parts, *part_of(model.norm, T), Linear.of(model.lm_head)]


def attention(block: Block, B: int, T: int) -> list[TwoWay]:
    """How the tokens of a sequence hear each other."""
    part = block.attention
    if not block.attends:
        return forget(part, block.norm1)
    attend = Attention.of(part, B, T)
    normed: list[TwoWay] = [UnitRms(attend.head_size)] if part.qk_norm else []
    placed: list[TwoWay] = [Rotated.of(part, T)] if part.rotary else []
    heads: list[TwoWay] = [Asks.of(part.qkv), *placed, *normed, attend]
    return [*part_of(block.norm1, T), *heads, *part_of(part.projection, T), *part_of(part.out_dropout, T)]


def thinking(block: Block, T: int) -> list[TwoWay]:
    """What each token makes of it."""
    part = block.feed_forward
    if part is None or not block.thinks:
        return forget(part, block.norm2)
    modules = (block.norm2, part.expand, part.activation, part.shrink, part.dropout)
    return [each for module in modules for each in part_of(module, T)]


def part_of(module: nn.Module, T: int) -> list[TwoWay]:
    """The part that a module is; none for one that does nothing."""
    match module:
        case nn.Linear():
            return [Linear.of(module)]
        case nn.LayerNorm():
            return [Norm.of(module)]
        case nn.ReLU():
            return [Relu()]
        case nn.GELU():
            return [Gelu()]
        case SquaredReLU():
            return [Relu2()]
        case Dropout():
            return [Dropped(module, T)] if module.p else []
        case nn.Identity():
            return []
    raise TypeError(f"there is no way back by hand through a {type(module).__name__}")


def forget(*parts: nn.Module | None) -> list[TwoWay]:
    """Nothing is there; its weights have no gradient."""
    for part in parts:
        for p in part.parameters() if part else ():
            p.grad = None
    return []

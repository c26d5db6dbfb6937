"""What every model obeys, how one is described and built, and what its parts are called."""

import functools
from typing import Any, Literal, TypeGuard, TypeVar

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from tinygpt.bigram import BigramConfig, BigramLanguageModel
from tinygpt.gpt import GPTConfig, GPTLanguageModel, TokenShift
from tinygpt.randomness import generator as seeded
from tinygpt.randomness import initialize_as_gpt2, initialize_as_torch, let_draw_from
from tinygpt.settings import as_plain, from_plain

ModelConfig = BigramConfig | GPTConfig
FAMILIES: dict[str, type[ModelConfig]] = {"bigram": BigramConfig, "gpt": GPTConfig}

# Every model: `model(idx, targets=None)` turns ids (B, T) into logits (B, T, V) and, with targets, the loss in nats.
LanguageModel = BigramLanguageModel | GPTLanguageModel
M = TypeVar("M", bound=nn.Module)


def family(config: ModelConfig) -> str:
    """The word that a file uses for this kind of model: "bigram" or "gpt"."""
    return next(name for name, kind in FAMILIES.items() if isinstance(config, kind))


def described(config: ModelConfig) -> dict[str, Any]:
    """A model's config as plain data, with its "family": what files and run specs say of a model."""
    return {"family": family(config), **as_plain(config)}


def config_from(parts: Any) -> ModelConfig:
    """The config that was `described`; ValueError, in words, where it is none."""
    if not isinstance(parts, dict) or parts.get("family") not in list(FAMILIES):  # a list: what it says may be one
        raise ValueError(f"the family of a model is one of {', '.join(FAMILIES)}")
    return from_plain(FAMILIES[parts["family"]], {name: value for name, value in parts.items() if name != "family"})


def kind(config: ModelConfig) -> str:
    """What people call such a model: "bigram", "head" (one), "heads" (several, bare) or "gpt" (a whole one).

    A skip connection around a lone head does not make a GPT of it.
    """
    if isinstance(config, BigramConfig):
        return "bigram"
    if config.n_head == 1 and config.n_layer == 1 and not config.feed_forward:
        return "head"
    return "gpt" if config.n_layer > 1 or config.residual else "heads"


Leak = Literal["", "no mask", "wrong axis"]


def leak(config: ModelConfig) -> Leak:
    """By which of its switches a model sees the answer: the character that it has to guess; "" for one that does not.

    All positions of a window are trained at once, and the character to guess at one of them stands at the next. So the
    val loss of such a model is no loss of guessing, but for the last position, where nothing follows.

    "no mask": every row looks at what follows it. "wrong axis": a softmax over columns divides each weight by a sum
    over later rows, and their queries know their characters; with equal scores ("average") that sum knows nothing.
    """
    if not isinstance(config, GPTConfig) or config.block_size == 1:  # in a window of one character nothing follows
        return ""
    if not config.mask:
        return "no mask"
    return "wrong axis" if config.softmax_dim == -2 and config.scale != "average" else ""


class Undrawn(TorchFunctionMode):
    """Inside, nobody draws first weights: of these there is no use on the meta device, and to draw normal ones there
    torch would first read its whole compiler, for more than a second."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        named = kwargs or {}
        return named["tensor"] if getattr(func, "__module__", "") == nn.init.__name__ else func(*args, **named)


def blank(config: ModelConfig) -> LanguageModel:
    """A model with no weights yet, for counting parameters or for weights from a file."""
    with torch.device("meta"), Undrawn():  # no memory, and above all no draw from the process's shared generator
        return BigramLanguageModel(config) if isinstance(config, BigramConfig) else GPTLanguageModel(config)


def with_memory(module: M) -> M:
    """A blank module with room for its weights, in which anything may stand.

    It is torch's own `to_empty(device="cpu")`, which would first read much of torch's compiler, for half a second.
    """
    return module._apply(lambda weight: torch.empty(weight.shape, dtype=weight.dtype))


def begins_alike(module: nn.Module) -> TypeGuard[nn.LayerNorm | TokenShift]:
    """Whether a part begins with ones and zeros, whatever the seed: nothing is drawn for it."""
    return isinstance(module, nn.LayerNorm | TokenShift)


def build(config: ModelConfig, *, seed: int = 1337, generator: torch.Generator | None = None) -> LanguageModel:
    """A model with its first weights, drawn from `generator`, or from a fresh one with `seed`.

    The study notebook draws a batch first and the model right after it: give that generator, and its numbers come out.
    """
    source = seeded(seed) if generator is None else generator
    model = with_memory(blank(config))
    for module in model.modules():
        if begins_alike(module):
            module.reset_parameters()
    if isinstance(config, GPTConfig) and config.init == "gpt2":
        initialize_as_gpt2(model, source, n_layer=config.n_layer)
    else:
        initialize_as_torch(model, source)
    let_draw_from(model, source)
    return model


@functools.lru_cache(maxsize=256)
def count_parameters(config: ModelConfig) -> int:
    """How many numbers this model learns."""
    return sum(p.numel() for p in blank(config).parameters())


# What people call a part, and the word by which the names of its weights are known.
PARTS = {
    "token embedding": "token_embedding",
    "positions": "position_embedding_table",
    "query, key, value": "qkv",
    "projection": "projection",
    "feed-forward": "feed_forward",
    "LayerNorm": "norm",
    "output layer": "lm_head",
}


def parts(config: ModelConfig) -> dict[str, int]:
    """How many numbers each part learns, all blocks together; 0 for a part that this model does without."""
    count = dict.fromkeys(PARTS, 0)
    for name, weight in blank(config).named_parameters():
        part = next(part for part, word in PARTS.items() if word in name)  # "qkv" in "blocks.0.attention.qkv.weight"
        count[part] += weight.numel()
    return count

"""Every draw of a model comes from one generator: its first weights and its dropout.

torch's own layers draw from a generator that the whole process shares, so a run would change when the neighbor's
starts. These take theirs as an argument and draw, number for number, what torch would draw.
"""

import math

import torch
from torch import Tensor, nn


def generator(seed: int) -> torch.Generator:
    """A fresh generator: same seed, same numbers."""
    return torch.Generator().manual_seed(seed)


class Dropout(nn.Module):
    """nn.Dropout, except that it draws from `self.generator`, the run's own."""

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p
        self.generator: torch.Generator | None = None

    def forward(self, x: Tensor) -> Tensor:
        """A share p of the numbers set to 0 and the rest made larger by 1/(1-p), in training only: (...) -> (...)."""
        if not self.training or self.p == 0:
            return x
        return x * self.draw(torch.empty_like(x, memory_format=torch.contiguous_format))  # drawn in order

    def draw(self, kept: Tensor) -> Tensor:
        """`kept` filled with what numbers are multiplied by: 0 with probability p, else 1 / (1 - p). (...) -> (...)"""
        return kept.bernoulli_(1 - self.p, generator=self.generator).div_(1 - self.p)


def let_draw_from(model: nn.Module, source: torch.Generator) -> None:
    """Make every dropout of `model` draw from `source`."""
    for module in model.modules():
        if isinstance(module, Dropout):
            module.generator = source


@torch.no_grad()
def initialize_as_torch(model: nn.Module, source: torch.Generator) -> None:
    """First weights as torch's layers choose them, in the order of the modules: the lecture's numbers come out."""
    for module in model.modules():
        if isinstance(module, nn.Linear):
            nn.init.kaiming_uniform_(module.weight, a=math.sqrt(5), generator=source)
            if module.bias is not None:
                bound = 1 / math.sqrt(module.in_features)
                nn.init.uniform_(module.bias, -bound, bound, generator=source)
        elif isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, generator=source)


@torch.no_grad()
def initialize_as_gpt2(model: nn.Module, source: torch.Generator, *, n_layer: int) -> None:
    """First weights as GPT-2 and nanoGPT choose them: normal with 0.02, biases 0.

    What is added to the residual stream starts smaller by sqrt(2 * n_layer), one addition for each attention and
    each feed-forward ("Language Models are Unsupervised Multitask Learners", 2019, section 2.3).
    """
    for name, module in model.named_modules():
        if isinstance(module, nn.Linear | nn.Embedding):
            into_stream = name.endswith(("projection", "shrink"))
            nn.init.normal_(module.weight, std=0.02 / math.sqrt(2 * n_layer) if into_stream else 0.02, generator=source)
        if isinstance(module, nn.Linear) and module.bias is not None:
            nn.init.zeros_(module.bias)

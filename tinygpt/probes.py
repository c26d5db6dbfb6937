"""Look inside a model without touching it.

A model marks what is worth looking at with a `Probe`; `capture` runs one forward pass and reads the marks. The
model stores nothing, so two people may look at once.
"""

import torch
from torch import Tensor, nn


class Probe(nn.Identity):
    """Marks a tensor worth looking at; computes nothing and stores nothing."""


@torch.no_grad()
def capture(model: nn.Module, idx: Tensor) -> dict[str, Tensor]:
    """Every probed tensor of one forward pass over `idx` (B, T), by the name of its probe.

    `capture(model, idx)["blocks.0.attention.weights"]` is (B, n_head, T, T). Dropout is off while looking, and the
    model is left in the mode it was in.
    """
    seen: dict[str, Tensor] = {}

    def keep(name: str):
        return lambda _module, _inputs, output: seen.__setitem__(name, output.detach())

    hooks = [m.register_forward_hook(keep(name)) for name, m in model.named_modules() if isinstance(m, Probe)]
    was_training = model.training
    try:
        model.eval()(idx)
    finally:
        model.train(was_training)
        for hook in hooks:
            hook.remove()
    return seen

"""Look inside a model without touching it.

A model marks what is worth looking at with a `Probe`; `capture` runs one forward pass and reads the marks. The
model stores nothing, and only this thread's own pass is read, so two people may look at once.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn


class Probe(nn.Identity):
    """Marks a tensor worth looking at; computes nothing and stores nothing."""


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """The model in evaluation mode, so without dropout; afterwards in the mode it was in, after an error as well."""
    was_training = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(was_training)


@torch.no_grad()
def capture(model: nn.Module, idx: Tensor) -> dict[str, Tensor]:
    """Every probed tensor of one forward pass over `idx` (B, T) by the name of its probe, and what comes out: "logits".

    `capture(model, idx)["blocks.0.attention.weights"]` is (B, n_head, T, T), `capture(model, idx)["logits"]` is
    (B, T, V). Dropout is off while looking.
    """
    seen: dict[str, Tensor] = {}
    me = threading.get_ident()  # somebody else may be running the same model just now

    def keep(name: str):
        def hook(_module: nn.Module, _inputs: object, output: Tensor) -> None:
            if threading.get_ident() == me:
                seen[name] = output.detach()

        return hook

    hooks = [m.register_forward_hook(keep(name)) for name, m in model.named_modules() if isinstance(m, Probe)]
    try:
        with evaluating(model):
            seen["logits"], _ = model(idx)
    finally:
        for hook in hooks:
            hook.remove()
    return seen

"""Look inside a model without touching it.

A model marks what is worth looking at with a `Probe`; `capture` runs one forward pass and reads the marks. The
model stores nothing, and only this thread's own pass is read, so two people may look at once.
"""

import functools
import threading
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import torch
from torch import Tensor, nn

from tinygpt.randomness import Dropout


class Probe(nn.Identity):
    """Marks a tensor worth looking at; computes nothing and stores nothing."""


M = TypeVar("M", bound=nn.Module)


def unwatched(module: M) -> M:
    """The same weights and the same `forward` as plain Python objects, which nobody can look into while they compute.

    Each call of an nn.Module asks for hooks, and each of its parts is looked up in three dictionaries: where a small
    model reads a single token, that is a third of the time. A part that has hooks stays as it is, and one that only
    hands on what it gets is a plain function.
    """
    if module._forward_hooks or module._forward_pre_hooks or "forward" in module.__dict__:
        return module
    if isinstance(module, nn.Identity | Dropout) and not module.training:
        return cast(M, _as_it_is)
    kind: Any = type(module)  # mypy takes no class for hashable
    plain = object.__new__(_plain(kind))
    parts = {name: None if part is None else unwatched(part) for name, part in module._modules.items()}
    plain.__dict__ |= module.__dict__ | module._parameters | module._buffers | parts | {"_modules": parts}
    return plain


def _as_it_is(x: Tensor) -> Tensor:
    return x


@functools.cache
def _plain(kind: type[nn.Module]) -> Any:
    """A class whose objects are called without ceremony, and otherwise what `kind` is."""
    return type(kind.__name__, (kind,), {"__call__": kind.forward})


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """The model in evaluation mode, so without dropout; afterwards in the mode it was in, after an error as well."""
    was_training = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(was_training)


Change = Callable[[Tensor], Tensor]  # of a probed tensor, into one of the same shape


@contextmanager
def changing(model: nn.Module, changes: Mapping[str, Change]) -> Iterator[None]:
    """Inside, this thread's passes go on with what `changes` make of the probed tensors of these names."""
    me = threading.get_ident()

    def go_on_with(change: Change):
        def hook(_module: nn.Module, _inputs: object, output: Tensor) -> Tensor:
            return change(output) if threading.get_ident() == me else output

        return hook

    hooks = [model.get_submodule(name).register_forward_hook(go_on_with(change)) for name, change in changes.items()]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def capture(model: nn.Module, idx: Tensor) -> dict[str, Tensor]:
    """Every probed tensor of one forward pass over `idx` (B, T) by the name of its probe, and what comes out: "logits".

    `capture(model, idx)["blocks.0.attention.weights"]` is (B, n_head, T, T), `capture(model, idx)["logits"]` is
    (B, T, V). Dropout is off while looking.
    """
    probes = {name for name, module in model.named_modules() if isinstance(module, Probe)}
    return _watched(model, idx, probes, lambda _goes_in, comes_out: comes_out)


def entering(model: nn.Module, idx: Tensor, names: Container[str]) -> dict[str, Tensor]:
    """What enters the modules of these names in one forward pass over `idx` (B, T), and what comes out: "logits".

    `entering(model, idx, ["blocks.0.norm2"])["blocks.0.norm2"]` is (B, T, C). A module that the model does without, or
    that the pass does not use, is left out. Dropout is off while looking.
    """
    return _watched(model, idx, names, lambda goes_in, _comes_out: goes_in)


@torch.no_grad()
def _watched(
    model: nn.Module, idx: Tensor, names: Container[str], chosen: Callable[[Tensor, Tensor], Tensor]
) -> dict[str, Tensor]:
    """What is `chosen` of what goes in and what comes out of each of these modules, and the "logits"."""
    seen: dict[str, Tensor] = {}
    me = threading.get_ident()  # somebody else may be running the same model just now

    def keep(name: str):
        def hook(_module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            if threading.get_ident() == me:
                seen[name] = chosen(inputs[0], output).detach()

        return hook

    hooks = [m.register_forward_hook(keep(name)) for name, m in model.named_modules() if name in names]
    try:
        with evaluating(model):
            seen["logits"], _ = model(idx)
    finally:
        for hook in hooks:
            hook.remove()
    return seen

"""A run's state as bytes and back, equal to the bit: a slice of training is from bytes to bytes.

Tensors are `model.*`, `previous.*`, `optimizer.<j>.<i>.<name>`, `generator` and, where batches come from a generator of
their own, `batches`; all else is JSON in the file's head.
"""

from dataclasses import asdict
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from tinygpt.checkpoint.header import NotOurFile, pack, read_header
from tinygpt.models import blank
from tinygpt.randomness import let_draw_from
from tinygpt.tokenizer import CharTokenizer
from tinygpt.training.divergence import Watch
from tinygpt.training.evaluation import Tally
from tinygpt.training.spec import RunSpec
from tinygpt.training.state import TrainState, make_optimizers


def dumps(state: TrainState) -> bytes:
    """A run's state as bytes; two states are equal exactly when these are."""
    tensors = {f"model.{name}": value for name, value in state.model.state_dict().items()}
    tensors |= {f"previous.{i}": value for i, value in enumerate(state.previous)}
    groups = []
    for j, optimizer in enumerate(state.optimizers):
        inner = optimizer.state_dict()
        groups.append(inner["param_groups"])
        for i, values in inner["state"].items():
            tensors |= {f"optimizer.{j}.{i}.{name}": torch.as_tensor(value) for name, value in values.items()}
    tensors["generator"] = state.generator.get_state()
    if state.batches is not state.generator:
        tensors["batches"] = state.batches.get_state()
    about = {
        "kind": "run", "spec": state.spec.to_json(), "chars": state.tokenizer.chars, "step": state.step,
        "watch": asdict(state.watch), "ended": state.ended, "note": state.note, "groups": groups,
        "tallies": {split: asdict(tally) for split, tally in state.tallies.items()},
    }  # fmt: skip
    return pack(tensors, about)


def loads(blob: bytes) -> TrainState:
    """The state that `dumps` wrote, equal to the bit. NotOurFile for anything else."""
    _, info = read_header(blob)
    if info.get("kind") != "run":
        raise NotOurFile("this file holds a finished model, not a run that can go on")
    try:
        tensors, spec = safetensors.torch.load(blob), RunSpec.from_json(info["spec"])
        model = blank(spec.model)
        model.load_state_dict({name: tensors[f"model.{name}"] for name in model.state_dict()}, assign=True)
        model.requires_grad_(True)
        generator = torch.Generator().set_state(tensors["generator"])
        batches = torch.Generator().set_state(tensors["batches"]) if spec.train.same_batches else generator
        let_draw_from(model, generator)
        optimizers = make_optimizers(spec.train, model)
        for j, optimizer in enumerate(optimizers):
            inner: dict[int, dict[str, Tensor]] = {}
            for name, value in tensors.items():
                if name.startswith(f"optimizer.{j}."):
                    _, _, i, key = name.split(".", 3)
                    inner.setdefault(int(i), {})[key] = value
            fresh = optimizer.state_dict()["param_groups"]
            groups = [_like(usual, group) for usual, group in zip(fresh, info["groups"][j], strict=True)]
            optimizer.load_state_dict({"state": inner, "param_groups": groups})
        return TrainState(
            spec, CharTokenizer(info["chars"]), model, optimizers, generator, batches,
            previous=[tensors[f"previous.{i}"] for i, _ in enumerate(model.parameters())], step=info["step"],
            watch=Watch(**info["watch"]), ended=info["ended"], note=info["note"],
            tallies={split: Tally(**tally) for split, tally in info["tallies"].items()},
        )  # fmt: skip
    except (safetensors.SafetensorError, KeyError, TypeError, RuntimeError, IndexError) as error:
        raise NotOurFile(f"the saved state of this run is damaged: {error}") from None


def _like(usual: dict[str, Any], group: dict[str, Any]) -> dict[str, Any]:
    """An optimizer's group out of JSON, which knows no tuples: they are where a new optimizer has them."""
    return {name: tuple(value) if isinstance(usual.get(name), tuple) else value for name, value in group.items()}

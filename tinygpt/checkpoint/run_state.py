"""A run's state as bytes and back, equal to the bit: a slice of training is from bytes to bytes.

Tensors are `model.*`, `previous.*`, `optimizer.<j>.<i>.<name>`, `generator`, where batches come from a generator of
their own, `batches`, and from the first look on `best.*`; all else is JSON in the file's head, with a checksum of it
all. Nothing that is read reaches torch unless it has the name, type and shape that it has in a fresh state of the same
run: torch's kernels do not look.
"""

import json
from dataclasses import asdict
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from tinygpt.checkpoint.header import NotOurFile, digest, pack, read_header
from tinygpt.files import checked, has_type
from tinygpt.models import blank
from tinygpt.randomness import let_draw_from
from tinygpt.tokenizer import CharTokenizer
from tinygpt.training.divergence import Watch
from tinygpt.training.evaluation import Tally
from tinygpt.training.optimizers import Optimizer
from tinygpt.training.spec import RunSpec
from tinygpt.training.state import Best, TrainState, flat_for, make_optimizers

DTYPES = {torch.float32: "F32", torch.uint8: "U8"}  # as .safetensors writes them
GENERATORS = ("generator", "batches")
SCALARS = {"step"}  # in an optimizer's memory of a parameter: one number; all else there has the parameter's shape
DAMAGE = (
    safetensors.SafetensorError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
# A state of November 2026 and before has no checksum, and says just this.
UNSEALED = {"format", "kind", "spec", "chars", "step", "watch", "ended", "note", "groups", "tallies"}


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
    if best := state.best:
        tensors |= {f"best.{name}": value for name, value in best.weights.items()}
        about["best"] = state.lowest
    return pack(tensors, about, sealed=True)


def loads(blob: bytes) -> TrainState:
    """The state that `dumps` wrote, equal to the bit. NotOurFile for anything else, whatever it is."""
    head, info = read_header(blob)
    if info.get("kind") != "run":
        raise NotOurFile("this file holds a finished model, not a run that can go on")
    try:
        return _restored(blob, head, info)
    except DAMAGE as error:
        raise NotOurFile(f"the saved state of this run is damaged: {error}") from None


def _restored(blob: bytes, head: dict[str, Any], info: dict[str, Any]) -> TrainState:
    """The state in a file of ours, if it is whole; else one of many errors."""
    spec = RunSpec.from_json(info["spec"])
    tokenizer, model = CharTokenizer(info["chars"]), blank(spec.model_at(info["step"]))
    expected = {f"model.{name}": value for name, value in model.state_dict().items()}
    expected |= {f"previous.{i}": value.detach() for i, value in enumerate(model.parameters())}
    expected |= {name: torch.Generator().get_state() for name in GENERATORS[: 1 + spec.train.same_batches]}
    if "best" in info:  # older states say nothing of one
        expected |= {f"best.{name}": value for name, value in model.state_dict().items()}
    memory = {name: said for name, said in head.items() if name.startswith("optimizer.")}
    _check({name: said for name, said in head.items() if name not in memory}, expected)
    tensors = safetensors.torch.load(blob)
    if info.keys() != UNSEALED and info.get("sha256") != digest(tensors, info):
        raise ValueError("it does not match its checksum")
    model.load_state_dict({name: tensors[f"model.{name}"] for name in model.state_dict()}, assign=True)
    model.requires_grad_(True)
    generator, *of_batches = (torch.Generator().set_state(tensors[name]) for name in GENERATORS if name in expected)
    let_draw_from(model, generator)
    previous = [tensors[f"previous.{i}"] for i, _ in enumerate(model.parameters())]
    flat = flat_for(spec.train, model, previous)
    optimizers = make_optimizers(spec.train, flat)
    for j, (optimizer, groups) in enumerate(zip(optimizers, info["groups"], strict=True)):
        wanted = _memory(optimizer, f"optimizer.{j}.", memory)
        inner = {i: {part: tensors[name] for part, name in names.items()} for i, names in wanted.items()}
        fresh = optimizer.state_dict()["param_groups"]
        usual = [_group(one, group, sealed="sha256" in info) for one, group in zip(fresh, groups, strict=True)]
        optimizer.load_state_dict({"state": inner, "param_groups": usual})
    _check(memory, {})
    watch, step, ended, note = checked(Watch, info["watch"]), info["step"], info["ended"], info["note"]
    tallies = {split: checked(Tally, info["tallies"][split]) for split in ("train", "val")}
    best = _best(info["best"], tensors) if "best" in info else None
    whole = has_type(step, int) and step <= spec.train.max_steps and ended in ("", "finished", "diverged")
    if not (whole and has_type(note, str) and tokenizer.vocab_size == spec.model.vocab_size):
        raise ValueError("what it says of itself does not fit")
    return TrainState(
        spec, tokenizer, model, optimizers, generator, of_batches[0] if of_batches else generator, flat,
        step=step, watch=watch, tallies=tallies, best=best, ended=ended, note=note,
    )  # fmt: skip


def _best(said: Any, tensors: dict[str, Tensor]) -> Best:
    """The best model so far, of which a file says its step and its val loss."""
    if not has_type(said, tuple[int, float]):
        raise ValueError("what it says of its best model does not fit")
    weights = {name.removeprefix("best."): value for name, value in tensors.items() if name.startswith("best.")}
    return Best(said[0], said[1], weights)


def _check(head: dict[str, Any], expected: dict[str, Tensor]) -> None:
    """ValueError unless the head of a file tells of just these tensors, by name, type and shape."""
    if odd := sorted(head.keys() ^ expected.keys()):
        raise ValueError(f"look at {odd[0][:60]!r}")
    for name, like in expected.items():
        if (head[name]["dtype"], head[name]["shape"]) != (DTYPES[like.dtype], list(like.shape)):
            raise ValueError(f"{name} has not the type and shape that it has in such a run")


def _memory(optimizer: Optimizer, prefix: str, memory: dict[str, Any]) -> dict[int, dict[str, str]]:
    """The names of the tensors that an optimizer keeps of each parameter, taken out of `memory` and checked.

    It keeps all that it REMEMBERS of a parameter, or nothing while that had no gradient.
    """
    found = {}
    for i, parameter in enumerate(optimizer.parameters):
        names = {part: f"{prefix}{i}.{part}" for part in sorted(optimizer.REMEMBERS)}
        if said := {name: memory.pop(name) for name in names.values() if name in memory}:
            like = {names[part]: torch.zeros(()) if part in SCALARS else parameter.detach() for part in names}
            _check(said, like)
            found[i] = names
    return found


def _group(fresh: dict[str, Any], written: dict[str, Any], *, sealed: bool) -> dict[str, Any]:
    """An optimizer's group as the spec makes it, with the learning rate of the last step. ValueError for any other.

    Under a checksum, a name that is missing or new is the word of another torch.
    """
    usual = {name: value for name, value in fresh.items() if name != "lr" and (name in written or not sealed)}
    if json.dumps({name: written[name] for name in usual}) != json.dumps(usual):  # as JSON, where False is no 0
        raise ValueError("its optimizer is not that of this run")
    if not has_type(written["lr"], float):
        raise ValueError("its learning rate is no number")
    return fresh | {"lr": written["lr"]}

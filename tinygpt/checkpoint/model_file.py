"""One .safetensors file for a model. Never pickle: nothing in it can execute.

It holds the weights, the config, the characters and a checksum: whoever has it can go on writing with it. A run in the
middle of its training is such a file too (tinygpt.checkpoint.run_state: `dumps` and `loads`).
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch

from tinygpt.checkpoint.header import FORMAT, MAX_FILE, NotOurFile, digest, pack, read_header
from tinygpt.files import write_whole
from tinygpt.models import LanguageModel, ModelConfig, blank, config_from, described
from tinygpt.tokenizer import CharTokenizer


@dataclass(frozen=True)
class Checkpoint:
    """A model as a file holds it, ready to use; `info` is what was written about it."""

    model: LanguageModel
    tokenizer: CharTokenizer
    info: dict[str, Any]


def model_bytes(model: LanguageModel, tokenizer: CharTokenizer, *, half: bool = False, **facts: Any) -> bytes:
    """A model file; `facts` (step, val_loss, seed, ...) stand in it as plain JSON. `half` stores 16-bit numbers."""
    kind = torch.float16 if half else torch.float32
    tensors = {name: value.detach().to(kind).contiguous() for name, value in model.state_dict().items()}
    about = {"model": described(model.config), "chars": tokenizer.chars, "kind": "model", "sha256": digest(tensors)}
    return pack(tensors, facts | about)


def save(path: str | os.PathLike[str], model: LanguageModel, tokenizer: CharTokenizer, **facts: Any) -> None:
    """Write a model file, whole or not at all: an older file of that name stays until the new one is complete."""
    write_whole(Path(path), model_bytes(model, tokenizer, **facts))


def load(source: str | os.PathLike[str] | bytes) -> Checkpoint:
    """The model in a file, in evaluation mode. NotOurFile, a ValueError in plain words, for anything else."""
    blob = _bytes_of(source)
    tensors, info = read_header(blob)
    config, tokenizer = _described(info)
    model = blank(config)
    expected = {name: list(value.shape) for name, value in model.state_dict().items()}
    if odd := sorted(tensors.keys() ^ expected.keys()):
        raise NotOurFile(f"the weights of this file do not fit its description: look at {odd[0][:60]!r}")
    for name, shape in expected.items():
        if tensors[name].get("shape") != shape or tensors[name].get("dtype") not in ("F32", "F16"):
            raise NotOurFile(f"{name} should be {' x '.join(map(str, shape))} numbers, and is not")
    try:
        values = safetensors.torch.load(blob)
    except (safetensors.SafetensorError, ValueError) as error:
        raise NotOurFile(f"this model file is damaged: {error}") from None
    if digest(values) != info.get("sha256"):
        raise NotOurFile("this model file was altered or damaged: its numbers do not match its checksum")
    if not all(value.isfinite().all() for value in values.values()):
        raise NotOurFile("this model file holds numbers that are not finite: the run it came from had diverged")
    model.load_state_dict({name: value.float() for name, value in values.items()}, assign=True)
    return Checkpoint(model.eval(), tokenizer, info)


def read_info(source: str | os.PathLike[str] | bytes) -> dict[str, Any]:
    """What a file says about its model, without reading the weights. NotOurFile for a foreign file."""
    _, info = read_header(_bytes_of(source))
    _described(info)
    return info


def _bytes_of(source: str | os.PathLike[str] | bytes) -> bytes:
    if isinstance(source, bytes):
        return source
    path = Path(source)
    if path.stat().st_size > MAX_FILE:
        raise NotOurFile(f"{path.name} is too large for a tinygpt model file")
    return path.read_bytes()


def _described(info: dict[str, Any]) -> tuple[ModelConfig, CharTokenizer]:
    """The config and the characters of a model file, checked as strictly as a person's input."""
    if info.get("format") != FORMAT:
        raise NotOurFile(f"this file has format {info.get('format')!r}; this tinygpt reads format {FORMAT}")
    if info.get("kind") != "model":
        raise NotOurFile("this file holds a run in the middle of its training, not a model")
    chars = info.get("chars")
    if not isinstance(chars, str) or any("\ud800" <= c <= "\udfff" for c in chars) or len(set(chars)) != len(chars):
        raise NotOurFile("the characters of this model are damaged")
    try:
        config = config_from(info.get("model", {}))
    except ValueError as error:
        raise NotOurFile(f"this file describes an impossible model: {error}") from None
    if config.vocab_size != len(chars):
        raise NotOurFile(f"this model has {config.vocab_size} scores for {len(chars)} characters")
    return config, CharTokenizer(chars)

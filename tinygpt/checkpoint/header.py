"""The head of our files: what is written about the numbers, and how little of it is believed when it is read.

A .safetensors file is eight bytes with a length, that much JSON, and numbers. It cannot hold a program, but it can
claim anything: so the size is checked before anything is read, the JSON before any number is.
"""

import hashlib
import json
import struct
from typing import Any

import safetensors.torch
from torch import Tensor

from tinygpt.files import has_type

MAX_FILE = 512 * 1024 * 1024  # bytes
MAX_HEADER = 1024 * 1024  # bytes; ours are a few thousand
LENGTH = struct.Struct("<Q")
FORMAT = 1  # of what tinygpt writes about a model


class NotOurFile(ValueError):
    """A sentence for people about a file that is not one of ours, or not whole."""


def pack(tensors: dict[str, Tensor], about: dict[str, Any], *, sealed: bool = False) -> bytes:
    """A .safetensors file of `tensors`; `about` stands in its head as JSON under one key.

    A sealed one carries the checksum of all of it there, which `digest` finds again.
    """
    facts = {"format": FORMAT, **about}
    if sealed:
        facts["sha256"] = digest(tensors, facts)
    written = json.dumps(facts, sort_keys=True, allow_nan=False)
    return safetensors.torch.save(tensors, metadata={"tinygpt": written})


def digest(tensors: dict[str, Tensor], about: dict[str, Any] | None = None) -> str:
    """A checksum of the numbers, and of what stands `about` them: it finds damage; it does not prove who made them."""
    found = hashlib.sha256()
    for name in sorted(tensors):
        found.update(tensors[name].numpy().tobytes())
    if about is not None:
        facts = {name: value for name, value in about.items() if name != "sha256"}
        found.update(json.dumps(facts, sort_keys=True).encode())
    return found.hexdigest()


def read_header(blob: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the file says of its tensors, by name, and what tinygpt wrote about them. NotOurFile in plain words."""
    # Ours begin with the length of a JSON object, whose first bytes may be any: 1,152 reads like the start of a pickle.
    begins_json = blob[LENGTH.size : LENGTH.size + 1] == b"{"
    if not begins_json and (blob[:4] == b"PK\x03\x04" or blob[:2] in (b"\x80\x02", b"\x80\x04")):
        raise NotOurFile(
            "this looks like a PyTorch .pt file. Such files can contain programs and are not read here: "
            "use a .safetensors file that tinygpt has saved"
        )
    if len(blob) < LENGTH.size + 2 or len(blob) > MAX_FILE:
        raise NotOurFile(f"this is not a whole tinygpt model file: it has {len(blob)} bytes")
    (length,) = LENGTH.unpack(blob[: LENGTH.size])
    if not 2 <= length <= min(MAX_HEADER, len(blob) - LENGTH.size):
        raise NotOurFile("this is not a tinygpt model file, or a part of it is missing: download or save it again")
    tensors = _json(blob[LENGTH.size : LENGTH.size + length])
    written = tensors.pop("__metadata__", None)
    if not isinstance(written, dict) or not isinstance(written.get("tinygpt"), str):
        raise NotOurFile("this .safetensors file was not made by tinygpt: it does not say which model it holds")
    try:
        ends = [info["data_offsets"][1] for info in tensors.values()]
        if not all(has_type(end, int) for end in ends):
            raise TypeError("an offset is no number of bytes")
        end, size = max(ends, default=0), len(blob) - LENGTH.size - length
        if end != size:
            raise NotOurFile(f"this file is incomplete: it has {size} of {end} bytes of numbers. Download it again")
    except (KeyError, TypeError, IndexError):
        raise NotOurFile("the description inside this file is not one of tinygpt's") from None
    return tensors, _json(written["tinygpt"].encode("utf-8", "replace"))


def _json(text: bytes) -> dict[str, Any]:
    """A JSON object without a key twice and without NaN."""
    try:
        parsed = json.loads(text.decode("utf-8"), object_pairs_hook=_no_key_twice, parse_constant=int)  # no int is NaN
    except (ValueError, RecursionError):
        raise NotOurFile("the description inside this file cannot be read: it is damaged or not from tinygpt") from None
    if not isinstance(parsed, dict):
        raise NotOurFile("the description inside this file is not one of tinygpt's")
    return parsed


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)

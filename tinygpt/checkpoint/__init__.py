"""A model, or a run in mid-training, as one .safetensors file.

The names that notebooks import stand here; tinygpt itself imports each from its module.
"""

from tinygpt.checkpoint.model_file import load, read_info, save
from tinygpt.checkpoint.run_state import dumps, loads

__all__ = ["dumps", "load", "loads", "read_info", "save"]

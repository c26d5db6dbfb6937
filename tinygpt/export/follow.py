"""One position on its way through a model as a short script of plain PyTorch: the numbers of `inside.follow`.

    follow_pytorch(model.config, tokenizer, "the king", 7)     Python that reads the model's file and prints them

It writes every stage out in the order in which the position meets it, without modules and without classes.
"""

from tinygpt.export.plain import WEIGHTS, expressions_of, filled, parts_of
from tinygpt.files import PROJECT
from tinygpt.gpt import GPTConfig
from tinygpt.inside.follow import check_position
from tinygpt.models import ModelConfig
from tinygpt.surgery import read_surgery
from tinygpt.tokenizer import CharTokenizer

TEMPLATE = PROJECT / "tinygpt" / "export" / "follow_pytorch.txt"


def follow_pytorch(config: ModelConfig, tokenizer: CharTokenizer, text: str, place: int, *, file: str = WEIGHTS) -> str:
    """The script for the position `place` of a text; `file` is the name under which the model was downloaded.

    ValueError for a place that the text does not have, characters that the model does not know, and a text that does
    not fit into its block_size.
    """
    ids = tokenizer.encode(text)
    check_position(len(ids), place)
    sizes: dict[str, object] = {}
    if isinstance(config, GPTConfig):
        if len(ids) > config.block_size:
            raise ValueError(f"{len(ids)} characters do not fit into block_size = {config.block_size}")
        sizes = {name: getattr(config, name) for name in ("n_layer", "n_head", "head_size")}
        sizes["off"] = [tuple(one) for one in read_surgery(config.surgery)]
    typed = {"text": ascii(text), "file": ascii(file)}  # as Python writes them: nothing that is typed becomes code
    return filled(TEMPLATE, parts_of(config), **expressions_of(config), **sizes, **typed, ids=ids, place=place)

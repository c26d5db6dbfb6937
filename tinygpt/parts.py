"""The parts of a model, and how many of its learned numbers are in each."""

from tinygpt.models import ModelConfig, blank

# What people call a part, and the word by which the names of its weights are known.
PARTS = {
    "token embedding": "token_embedding_table",
    "positions": "position_embedding_table",
    "query, key, value": "qkv",
    "projection": "projection",
    "feed-forward": "feed_forward",
    "LayerNorm": "norm",
    "output layer": "lm_head",
}


def parts(config: ModelConfig) -> dict[str, int]:
    """How many numbers each part learns, all blocks together; 0 for a part that this model does without."""
    count = dict.fromkeys(PARTS, 0)
    for name, weight in blank(config).named_parameters():
        count[part_of(name)] += weight.numel()
    return count


def part_of(name: str) -> str:
    """The part that a weight belongs to: "blocks.0.attention.qkv.weight" is "query, key, value"."""
    return next(part for part, word in PARTS.items() if word in name)

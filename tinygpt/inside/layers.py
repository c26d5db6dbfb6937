"""What a GPT would guess after each of its parts: the residual stream, read off by its last LayerNorm and output layer.

    seen = read_layers(model, ids)
    seen.after                 ("embedding", "block 0", "block 1", "block 2")
    seen.probabilities[1, t]   how likely each character is to follow place t, as far as block 0 knows

The lens is that of "interpreting GPT: the logit lens" (nostalgebraist, 2020). After the last block it is the model's
own guess. Without skip connections a part replaces what is there instead of adding to it; what it puts there is read in
the same way, though nothing taught the output layer to read it.

Shapes in this file:
    S   stages: the embedding, then each block or each half of a block      V   vocab_size
    T   tokens in the text      N   characters of the text, where each but the first has a price
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from tinygpt.gpt import GPTConfig, GPTLanguageModel
from tinygpt.probes import entering, evaluating


@dataclass(frozen=True)
class LayerGuesses:
    """What would be guessed at each place after each stage."""

    after: tuple[str, ...]  # "embedding", then "block 0" ..., or "attention 0", "feed-forward 0" ...
    log_probabilities: Tensor  # (S, T, V)

    @property
    def probabilities(self) -> Tensor:
        """How likely each character would be to come next. (S, T, V)"""
        return self.log_probabilities.exp()

    @property
    def changes(self) -> Tensor:
        """How much probability each stage moved to other characters, at each place: total variation. (S - 1, T)"""
        return self.probabilities.diff(dim=0).abs().sum(-1) / 2

    @property
    def most_changed(self) -> Tensor:
        """The place whose guess each stage changed most. (S - 1,)"""
        return self.changes.argmax(1)

    def costs(self, ids: Tensor) -> Tensor:
        """What each character of the text (N,) but the first costs after each stage, in nats. (S, N - 1)"""
        paid = -self.log_probabilities[:, : len(ids) - 1]
        return paid.gather(2, ids[1:].expand(len(paid), -1)[..., None])[..., 0]


def read_layers(model: GPTLanguageModel, ids: Tensor, *, halves: bool = False) -> LayerGuesses:
    """What the model would guess for `ids` (T,) after its embedding and after each block, or each half of a block.

    ValueError for more ids than fit into block_size, and where the output layer reads another width than the stream's.
    """
    config = model.config
    if config.channels_out != config.n_embd:
        raise ValueError(
            f"Without its projection this model hands {config.channels_out} numbers to the output layer, and its "
            f"embedding has {config.n_embd}: nothing can be read off before the heads."
        )
    modules = modules_after(config, halves=halves)
    seen = entering(model, ids[None], set(modules.values()))
    wires: list[Tensor] = []
    for module in reversed(modules.values()):
        # A feed-forward part that is switched off is not entered: the stream is then what the next part finds.
        wires.insert(0, seen[module][0] if module in seen else wires[0])
    with torch.no_grad(), evaluating(model):
        logits = model.lm_head(model.norm(torch.stack(wires)))  # (S, T, C) -> (S, T, V)
    return LayerGuesses(tuple(modules), logits.log_softmax(-1))


def modules_after(config: GPTConfig, *, halves: bool) -> dict[str, str]:
    """Each stage of the residual stream, and the module that it enters next."""
    modules = {"embedding": "blocks.0"}
    for n in range(config.n_layer):
        after = f"blocks.{n + 1}" if n + 1 < config.n_layer else "norm"
        if halves and config.feed_forward:
            modules |= {f"attention {n}": f"blocks.{n}.norm2", f"feed-forward {n}": after}
        else:
            modules[f"attention {n}" if halves else f"block {n}"] = after
    return modules

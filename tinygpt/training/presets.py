"""Named experiments: the lecture's ladder, a rung a preset, nanoGPT's model for a laptop, and a speedrun."""

from dataclasses import dataclass, replace

from tinygpt.bigram import BigramConfig
from tinygpt.gpt import GPTConfig
from tinygpt.models import ModelConfig
from tinygpt.training.spec import RunSpec, TrainConfig


@dataclass(frozen=True, slots=True)
class Preset:
    """A model and how to train it; `words` say what is new in it."""

    title: str
    words: str
    model: ModelConfig
    train: TrainConfig
    stated: float | None = None  # val loss that the lecture states (nanoGPT's README for its own), nats per character

    def spec(self, corpus: str, vocab_size: int) -> RunSpec:
        """This experiment on a text with `vocab_size` characters."""
        return RunSpec(self.model, self.train, corpus).for_vocabulary(vocab_size)


def _attention(n_head: int, **parts: object) -> GPTConfig:
    """A single block with nothing but its heads, and the parts that a rung adds."""
    bare = {"projection": False, "feed_forward": 0, "residual": False, "layer_norm": False, "n_layer": 1}
    return GPTConfig(n_head=n_head, **(bare | parts))  # type: ignore[arg-type]


_LECTURE = TrainConfig(max_steps=5_000, learning_rate=1e-3, eval_interval=250)

PRESETS: dict[str, Preset] = {
    "bigram": Preset(
        "bigram", "A table: each character alone says what comes next.",
        BigramConfig(), TrainConfig(max_steps=3_000, learning_rate=1e-2, eval_interval=150), 2.49,
    ),
    "one-head": Preset("one head", "One attention head, and a vector for each place.", _attention(1), _LECTURE, 2.41),
    "one-head-skip": Preset(
        "one head and skip", "One head, and a path around it: each character passes by itself.",
        _attention(1, residual=True), _LECTURE,
    ),
    "four-heads": Preset("four heads", "The same width shared out among four heads.", _attention(4), _LECTURE, 2.28),
    "feed-forward": Preset(
        "feed-forward", "After listening, each character thinks: one layer with ReLU.",
        _attention(4, feed_forward=1), _LECTURE, 2.24,
    ),
    "blocks": Preset(
        "three blocks", "Three residual blocks with projection and a wider feed-forward: 4.9 times the parameters.",
        GPTConfig(layer_norm=False), _LECTURE, 2.09,
    ),
    "layer-norm": Preset("GPT", "LayerNorm before every part: a whole small GPT.", GPTConfig(), _LECTURE, 2.06),
    "nanogpt-cpu": Preset(
        "nanoGPT for a laptop", "The size of nanoGPT's example for a CPU: 64 characters of context, four layers.",
        GPTConfig(block_size=64, n_embd=128, n_head=4, n_layer=4, init="gpt2"),
        TrainConfig(
            max_steps=2_000, batch_size=12, learning_rate=1e-3, eval_interval=250, weight_decay=0.1, beta2=0.99,
            grad_clip=1.0, warmup_steps=100, min_learning_rate=1e-4,
        ), 1.88,
    ),
    "speedrun": Preset(
        "Speedrun", "nanoGPT's size, but as soon as can be: Muon, rotary positions, token shift, QK norm, "
        "relu squared, a rate that falls straight to 0.",
        GPTConfig(
            block_size=64, n_embd=128, n_head=4, n_layer=4, init="gpt2", positions="rotary", activation="relu2",
            qk_norm=True, token_shift=True,
        ),
        TrainConfig(
            max_steps=250, batch_size=12, learning_rate=1e-2, eval_interval=50, weight_decay=0.1, beta2=0.99,
            optimizer="muon", decay_share=0.6,
        ), 1.88,
    ),
}  # fmt: skip

LECTURE = ("tinyshakespeare", "shakespeare-plays")  # the texts for which the lecture's losses hold
LADDER: tuple[str, ...] = ("bigram", "one-head", "four-heads", "feed-forward", "blocks", "layer-norm")


def preset_called(text: str) -> str:
    """The name of the preset that is called `text`, by its name or by its title, in any case; else `text` itself."""
    names = {title.casefold(): name for name, preset in PRESETS.items() for title in (name, preset.title)}
    return names.get(text.casefold(), text)


def stated(spec: RunSpec) -> float | None:
    """The val loss that the lecture (or nanoGPT) states for this text, model and number of steps; None for others."""
    if spec.corpus not in LECTURE:
        return None
    for preset in PRESETS.values():
        same_model = replace(preset.model, vocab_size=spec.model.vocab_size) == spec.model
        if same_model and preset.train.max_steps == spec.train.max_steps:
            return preset.stated
    return None

"""A run as one file of plain PyTorch, in the form of the lecture's gpt.py: nothing of tinygpt is needed to run it.

The template beside this module has every part that a model can have. A line that ends in `#@ one !other` is kept where
the run has the one part and has not the other.
"""

from importlib.metadata import version
from pathlib import Path

from tinygpt.bigram import BigramConfig
from tinygpt.corpus import CATALOGUE
from tinygpt.export.written import TEXT_FILE, Better, Final, better_words, leak_note, literal, name_comment, respelled
from tinygpt.files import PROJECT
from tinygpt.gpt import GPTConfig
from tinygpt.models import ModelConfig
from tinygpt.settings import times_the_rate
from tinygpt.surgery import read_surgery
from tinygpt.texts.own import is_sha256
from tinygpt.training.evaluation import EVALUATION_SEED, FINAL_BATCHES, LIVE_BATCHES, TOKENS_AT_ONCE, judging_windows
from tinygpt.training.muon import MOMENTUM, POLYNOMIALS
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import BATCHES

TEMPLATE = PROJECT / "tinygpt" / "export" / "plain_pytorch.txt"
WEIGHTS = "model.safetensors"  # what it writes
PACKAGES = ("torch", "safetensors", "numpy")  # what it needs; safetensors asks for numpy without bringing it
ENDED = """\
It had ended with train loss {!r} and val loss {!r}
(nats per character). This file lets autograd find the gradients, and tinygpt has
written them by hand: rounding differs, a long training makes more of it, and the
losses that are printed here come near those."""
NOT_ENDED = "It had no final losses when it was taken along, being unfinished or diverged; this trains all of it."


def plain_pytorch(spec: RunSpec, *, name: str = "", final: Final | None = None, better: Better | None = None) -> str:
    """The run as Python that needs PACKAGES alone. `final` are its losses, where it has finished.

    `better` is where its val loss was lower than at the end. It reads its text from text.txt beside it. Trained again
    it has the weights of the run up to rounding, and it reads the model files of the run, too. The name of the run is a
    comment. ValueError where its text is not known.
    """
    spec, comment = respelled(spec), name_comment(name)
    model, train = spec.model, spec.train
    chars = CATALOGUE[spec.corpus].chars if spec.corpus in CATALOGUE else None
    has = _parts(model, train) | {"own": is_sha256(spec.corpus), "named": bool(comment)}
    return filled(
        TEMPLATE,
        has,
        **_expressions(train),
        **expressions_of(model),
        text_file=TEXT_FILE,
        sha256=spec.corpus,
        ending=(NOT_ENDED if final is None else ENDED.format(*map(float, final)))
        + leak_note(spec)
        + better_words(better),
        name=comment,
        hyperparameters=_hyperparameters(model, train, has),
        chars=literal(chars) if chars else "sorted(set(text))",
        weights=WEIGHTS,
        stream=BATCHES,
        polynomials=POLYNOMIALS,
        evaluation_seed=EVALUATION_SEED,
        at_once=TOKENS_AT_ONCE,
        live_windows=judging_windows(LIVE_BATCHES, model.block_size),
        final_windows=judging_windows(FINAL_BATCHES, model.block_size),
    )


def filled(template: Path, has: dict[str, bool], **values: object) -> str:
    """The lines of a template whose conditions are met, with values for what stands in braces; {packages} is ours."""
    lines = template.read_text(encoding="utf-8").splitlines()
    kept = [line for line in (_kept(line, has) for line in lines) if line is not None]
    packages = " ".join(f"{package}=={version(package).partition('+')[0]}" for package in PACKAGES)
    return "\n".join([*kept, ""]).format(**values, packages=packages)


def _kept(line: str, has: dict[str, bool]) -> str | None:
    """A line of the template without its conditions; None where the run does without it."""
    text, _, conditions = line.partition(" #@ ")
    return text if all(has[one.lstrip("!")] != one.startswith("!") for one in conditions.split()) else None


def _parts(model: ModelConfig, train: TrainConfig) -> dict[str, bool]:
    """Which parts of the template the run has."""
    decay = bool(train.decay_share)
    schedule = bool(train.warmup_steps) or train.min_learning_rate is not None or decay
    gpt2 = isinstance(model, GPTConfig) and model.init == "gpt2"
    of_training = {"same_batches": train.same_batches, "clip": bool(train.grad_clip), "schedule": schedule}
    of_training |= {"decay": decay, "muon": train.optimizer == "muon" and isinstance(model, GPTConfig)}
    return of_training | {"gpt2": gpt2} | parts_of(model)


def parts_of(model: ModelConfig) -> dict[str, bool]:
    """Which parts of a model a template has to have."""
    if isinstance(model, BigramConfig):
        return dict.fromkeys(parts_of(GPTConfig()), False)
    return {
        "gpt": True,
        "dropout": model.dropout > 0,
        "mask": model.mask,
        "projection": model.projection,
        "feed_forward": model.feed_forward > 0,
        "shrink": model.feed_forward > 1,
        "layer_norm": model.layer_norm,
        "norm2": model.layer_norm and model.feed_forward > 0,
        "positions": model.positions == "learned",
        "rotary": model.positions == "rotary",
        "qk_norm": model.qk_norm,
        "token_shift": model.token_shift,
        "surgery": bool(model.surgery),
    }


def _expressions(train: TrainConfig) -> dict[str, object]:
    """What stands in the code where the training decides on more than whether a line is there."""
    decay = literal(train.weight_decay / times_the_rate(train))
    optimizer = f"AdamW(groups, lr=learning_rate, betas=(0.9, {literal(float(train.beta2))}), fused=True)"
    if train.optimizer == "sgd":
        optimizer = "SGD(groups, lr=learning_rate, fused=True)"
    return {"decay": decay, "optimizer": optimizer, "momentum": MOMENTUM}


def expressions_of(model: ModelConfig) -> dict[str, object]:
    """The same where the model decides."""
    if isinstance(model, BigramConfig):
        return {}
    return {
        "scale": "head_size**-0.5" if model.scale == "1/sqrt(head_size)" else literal(model.scale_factor),
        "softmax_dim": model.softmax_dim,
        "hidden": f"{model.feed_forward} * n_embd",
        "activation": model.activation.removesuffix("2"),
        "squared": ".square()" if model.activation == "relu2" else "",
        "skip": "x + " if model.residual else "",
        "norm1": "self.norm1(x)" if model.layer_norm else "x",
        "norm2": "self.norm2(x)" if model.layer_norm else "x",
        "norm": "self.norm(x)" if model.layer_norm else "x",
        "channels_out": "n_embd" if model.projection else "n_head * head_size",
    }


def _hyperparameters(model: ModelConfig, train: TrainConfig, has: dict[str, bool]) -> str:
    """The lines that give the lecture's names their values."""
    names = ["block_size"] + ["n_embd", "n_head", "head_size", "n_layer"] * has["gpt"] + ["dropout"] * has["dropout"]
    names += ["max_steps", "batch_size", "learning_rate", "eval_interval", "seed"] + ["grad_clip"] * has["clip"]
    names += ["warmup_steps", "min_learning_rate"] * has["schedule"] + ["decay_share"] * has["decay"]
    values = {name: getattr(model if hasattr(model, name) else train, name) for name in names}
    lines = [f"{name} = {literal(value)}" for name, value in values.items()]
    if isinstance(model, GPTConfig) and has["surgery"]:
        operations = [tuple(one) for one in read_surgery(model.surgery)]
        lines += [f"surgery = {operations!r}", f"surgery_at = {train.surgery_at}"]
    return "\n".join(lines)

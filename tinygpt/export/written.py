"""A run's spec as the Python that makes it: what scripts and notebooks have in common."""

import json
import math

from tinygpt.bigram import BigramConfig
from tinygpt.corpus import CATALOGUE
from tinygpt.models import leak
from tinygpt.settings import settings_of
from tinygpt.texts.cleaning import clean_name
from tinygpt.texts.own import is_sha256
from tinygpt.training.spec import RunSpec
from tinygpt.words.leaks import HOW

TEXT_FILE = "text.txt"  # where an own text has to lie: beside the script, the notebook or the file of plain PyTorch
Final = tuple[float, float]  # train and val loss at the end of a run
Better = tuple[int, float]  # the step of its lowest val loss, and that loss
LINE = 100  # characters; longer calls get a line for each setting


def imports_and_code(spec: RunSpec, name: str, *, training: str, place: str) -> tuple[str, str]:
    """The imports, in order, and the lines that make `spec` and its `corpus`.

    `training` names what else trains; `place` is the expression for the file of an own text.
    """
    bigram, own = isinstance(spec.model, BigramConfig), is_sha256(spec.corpus)
    imports = [
        "from tinygpt.bigram import BigramConfig" if bigram else "from tinygpt.gpt import GPTConfig",
        "from tinygpt.export.own_text import read_own_text" if own else "from tinygpt.corpus import load_corpus",
        f"from tinygpt.training import RunSpec, TrainConfig, {training}",
    ]
    corpus = f"read_own_text({place}, spec.corpus)" if own else "load_corpus(spec.corpus)"
    return "\n".join(sorted(imports)), f"{spec_code(spec, name)}\ncorpus = {corpus}"


def spec_code(spec: RunSpec, name: str = "") -> str:
    """Lines that make a spec equal to `spec`; `name`, typed by a person, is a comment on one line or nothing.

    Raises ValueError where its text is neither of the catalogue nor an own one.
    """
    spec = respelled(spec)
    lines = [comment] if (comment := name_comment(name)) else []
    lines += [
        f"model = {call(spec.model)}",
        f"training = {call(spec.train)}",
        f"spec = RunSpec(model, training, {literal(spec.corpus)})",
    ]
    return "\n".join(lines)


def respelled(spec: RunSpec) -> RunSpec:
    """The same spec; whatever its values were, they are plain numbers and known words now.

    Raises ValueError where its text is neither of the catalogue nor an own one.
    """
    spec = RunSpec.from_json(spec.to_json())
    if spec.corpus not in CATALOGUE and not is_sha256(spec.corpus):
        raise ValueError(f"There is no corpus {spec.corpus[:80]!r} that a script could load.")
    return spec


def name_comment(name: str) -> str:
    """The name of a run, typed by a person, as a comment on one line; "" without one."""
    called = clean_name(name)
    return f"# Its name was: {called}" if called else ""


def leak_note(spec: RunSpec) -> str:
    """A line that says why the val loss of a run that sees the answer is none of guessing; "" for any other."""
    how = leak(spec.model)
    return f"\nThis run sees the answer, so its val loss is no loss of guessing.\n{HOW[how]}" if how else ""


def better_words(better: Better | None) -> str:
    """A line that says where the val loss of a run was lower than at its end; "" for None."""
    if better is None:
        return ""
    return (
        f"\nIts val loss was lowest, {float(better[1]):.4f}, at step {int(better[0])}. "
        "The model made here is that of the last step; the app keeps both."
    )


def call(config: object) -> str:
    """The call that makes `config`, laid out as a formatter would."""
    settings = [
        f"{each.name}={literal(value)}"
        for each in settings_of(config).values()
        if (value := getattr(config, each.name)) != each.default or each.essential
    ]
    kind = type(config).__name__
    short = f"{kind}({', '.join(settings)})"
    return short if len(short) <= LINE else "\n    ".join([f"{kind}(", *(f"{each}," for each in settings)]) + "\n)"


def literal(value: object) -> str:
    """A number or a known word as Python writes it, with nothing lost."""
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    return json.dumps(value) if isinstance(value, str) else repr(value)

"""What the home page shows of real models: one head at work, and how far each model came."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, cast

import torch
from torch import Tensor

from tinygpt.attention import attention_stages
from tinygpt.checkpoint.header import NotOurFile
from tinygpt.checkpoint.model_file import load, read_info
from tinygpt.corpus import CATALOGUE, default_corpus, load_corpus
from tinygpt.files import CHECKPOINTS
from tinygpt.gpt import GPTConfig
from tinygpt.models import config_from, kind
from tinygpt.probes import capture
from tinygpt.spelling import thousands

TEXT = "First Citizen:\nSpeak"


class Showpiece(NamedTuple):
    """One head on a text. Both matrices are (T, T)."""

    text: str
    scaled: Tensor
    weights: Tensor
    caption: str


@lru_cache
def showpiece(folder: Path = CHECKPOINTS) -> Showpiece:
    """The most telling head of the shipped model with the longest memory; without models, a head that knows nothing."""
    infos = [(info["model"].get("block_size", 0), path) for path, info in shipped(folder) if "n_head" in info["model"]]
    return trained_head(max(infos)[1]) if infos else blank_head()


def shipped(folder: Path) -> list[tuple[Path, dict]]:
    """Every model file of `folder` that is whole, with what it says about itself."""
    found = []
    for path in sorted(folder.glob("*.safetensors")):
        try:
            found.append((path, read_info(path)))
        except NotOurFile:  # the page of models names it; the home page shows another
            continue
    return found


def trained_head(path: Path) -> Showpiece:
    """The head of the first layer that looks most decidedly at something before itself."""
    checkpoint = load(path)
    config = cast(GPTConfig, checkpoint.model.config)
    text = TEXT[: config.block_size]
    seen = capture(checkpoint.model, torch.tensor([checkpoint.tokenizer.encode(text)]))
    weights = seen["blocks.0.attention.weights"][0]  # (n_head, T, T)
    before = weights.tril(-1).amax(dim=-1).mean(dim=-1)  # (n_head,)
    best = int(before.argmax())
    scaled = seen["blocks.0.attention.scores"][0, best] * config.scale_factor
    return Showpiece(text, scaled, weights[best], f"One head of a model that {what_it_read(checkpoint.info)}.")


def what_it_read(info: dict) -> str:
    """What a model file says about its training, as the end of a sentence: "read Tiny Shakespeare for 2 000 steps"."""
    entry = CATALOGUE.get(info.get("corpus", ""))
    steps = f" for {thousands(info['step'])} steps" if isinstance(info.get("step"), int) else ""
    return f"read {entry.title if entry else 'a text'}{steps}"


def blank_head(head_size: int = 16) -> Showpiece:
    """A head before training: its queries and keys are random, so what it looks at means nothing yet."""
    generator = torch.Generator().manual_seed(1337)
    q, k = torch.randn(2, len(TEXT), head_size, generator=generator)
    stages = attention_stages(q, k)
    return Showpiece(TEXT, stages.scaled, stages.weights, "One head before training: random queries, random keys.")


@lru_cache
def measured_losses(folder: Path = CHECKPOINTS) -> tuple[tuple[str, float], ...]:
    """The val loss that each shipped model reached, with the role that gives it its color."""
    infos = [info for _, info in shipped(folder) if isinstance(info.get("val_loss"), float)]
    return tuple((kind(config_from(info["model"])), info["val_loss"]) for info in infos)


def about_this_server(running: int) -> str:
    """What is at hand here, in one line: the text, its length, how many runs are being trained."""
    key = default_corpus()
    length = thousands(len(load_corpus(key).text))
    runs = {0: "No run", 1: "One run"}.get(running, f"{running} runs")
    return f"On this server: {CATALOGUE[key].title}, {length} characters. {runs} in progress."

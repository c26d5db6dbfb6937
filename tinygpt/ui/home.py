"""What the first page shows: one head at work, how far each shipped model came, and a card for every other page."""

from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, cast

import torch
from torch import Tensor

from tinygpt.attention import attention_stages
from tinygpt.checkpoint.header import NotOurFile
from tinygpt.checkpoint.model_file import load, read_info
from tinygpt.corpus import CATALOGUE, default_corpus, load_corpus
from tinygpt.files import CHECKPOINTS
from tinygpt.generation import next_probabilities, prompt_for
from tinygpt.gpt import GPTConfig
from tinygpt.inside.moments import moment_at
from tinygpt.lessons.measured import EXPERIMENTS, loaded, path_of, result
from tinygpt.models import config_from, kind
from tinygpt.plots import thumbnails
from tinygpt.plots.look import Mode
from tinygpt.probes import capture
from tinygpt.spelling import count_of_steps, thousands
from tinygpt.words.duration import minutes
from tinygpt.words.storyboard import lessons

FEW = 6  # characters that may come next
TEXT = "First Citizen:\nSpeak"
REPEATED = ("one-head", "four-heads", "feed-forward", "blocks", "gpt")  # experiments of the lessons, several seeds each
LECTURE = (
    "All of this follows a lecture by Andrej Karpathy: [Let's build GPT: from scratch, in code, spelled "
    "out](https://www.youtube.com/watch?v=kCc8FmEb1nY). The lessons also look into two *study notebooks*, of learners "
    "who typed along while they watched. Their slips are the learners', not the lecture's."
)
FOR_TEACHERS = (
    "At the end of a lesson's address `?reveal=all` shows every picture at once, and `?view=present` a scene a screen, "
    "in large type. Every setting is in the address: set a page as you want it, and copy its link."
)
COUNTED = dict(enumerate("no one two three four five six seven eight nine ten eleven twelve".split()))


class Showpiece(NamedTuple):
    """One head on a text; its weights are (T, T)."""

    text: str
    weights: Tensor
    caption: str


class WayIn(NamedTuple):
    """A way into a page: where it leads, what it is called, what it asks, and its picture, an SVG."""

    page: str
    title: str
    line: str
    picture: str


@lru_cache
def showpiece(folder: Path = CHECKPOINTS) -> Showpiece:
    """The most telling head of the shipped model with the longest memory; without models, a head that knows nothing."""
    infos = [(info["model"].get("block_size", 0), path) for path, info in shipped(folder) if "n_head" in info["model"]]
    if infos:
        return trained_head(max(infos)[1])
    q, k = torch.randn(2, len(TEXT), 16, generator=torch.Generator().manual_seed(1337))  # each (T, head_size)
    return Showpiece(TEXT, attention_stages(q, k).weights, "One head before training: random queries, random keys.")


def shipped(folder: Path) -> list[tuple[Path, dict]]:
    """Every model file of `folder` that is whole, with what it says about itself."""
    found = []
    for path in sorted(folder.glob("*.safetensors")):
        try:
            found.append((path, read_info(path)))
        except NotOurFile:  # the home page shows another
            continue
    return found


def trained_head(path: Path) -> Showpiece:
    """The head of the first layer that looks most decidedly at something before itself."""
    checkpoint = load(path)
    config, info = cast(GPTConfig, checkpoint.model.config), checkpoint.info
    text = TEXT[: config.block_size]
    seen = capture(checkpoint.model, torch.tensor([checkpoint.tokenizer.encode(text)]))
    weights = seen["blocks.0.attention.weights"][0]  # (n_head, T, T)
    before = weights.tril(-1).amax(dim=-1).mean(dim=-1)  # (n_head,)
    best = int(before.argmax())
    entry = CATALOGUE.get(info.get("corpus", ""))
    steps = f" for {count_of_steps(info['step'])}" if isinstance(info.get("step"), int) else ""
    caption = f"One head of a model that read {entry.title if entry else 'a text'}{steps}."
    return Showpiece(text, weights[best], caption)


@lru_cache
def measured_losses(folder: Path = CHECKPOINTS) -> tuple[tuple[str, float], ...]:
    """The val loss that each shipped model reached, with the role that gives it its color."""
    infos = [info for _, info in shipped(folder) if isinstance(info.get("val_loss"), float)]
    return tuple((kind(config_from(info["model"])), info["val_loss"]) for info in infos)


@lru_cache
def expected_letters(folder: Path = CHECKPOINTS) -> tuple[tuple[str, float], ...]:
    """What the shipped model with the lowest val loss expects after "ROMEO:" and a new line; nothing without models."""
    found = [(info["val_loss"], path) for path, info in shipped(folder) if isinstance(info.get("val_loss"), float)]
    if not found:
        return ()
    model = load(min(found)[1])
    chances = next_probabilities(model.model, prompt_for(model.tokenizer, "ROMEO:\n").idx)[0]
    shares, ids = chances.topk(min(FEW, len(chances)))
    return tuple(zip((model.tokenizer.chars[i] for i in ids.tolist()), shares.tolist(), strict=True))


def about_this_server(running: int) -> str:
    """What is at hand here, in one line: the text, its length, how many runs are being trained."""
    key = default_corpus()
    length = thousands(len(load_corpus(key).text))
    runs = {0: "No run", 1: "One run"}.get(running, f"{running} runs")
    return f"On this server: {CATALOGUE[key].title}, {length} characters. {runs} in progress."


@cache
def _picture(lesson: str, mode: Mode) -> str:
    """What `card` in the lesson's own folder draws for its card, from the text of this server."""
    return import_module(f"tinygpt.ui.lessons.{lesson}").card(load_corpus(default_corpus()), mode)


def lesson_cards(mode: Mode) -> list[WayIn]:
    """A card for each lesson."""
    cards = []
    for one in lessons():
        line = f"{one.question} {minutes(one)}\u00a0min"
        cards.append(WayIn(f"learn/{one.name}", f"{one.number} {one.title}", line, _picture(one.name, mode)))
    return cards


def lab_cards(mode: Mode) -> list[WayIn]:
    """A card for each page of the laboratory."""
    seeds = [
        (kind(EXPERIMENTS[name].model), [result(name, seed).val_loss for seed in EXPERIMENTS[name].seeds])
        for name in REPEATED
    ]
    train, compare = thumbnails.ladder(measured_losses(), mode), thumbnails.strip(seeds, mode)
    write = thumbnails.next_letters(expected_letters(), mode)
    return [
        WayIn("lab/train", "Train", "Bigram, one head or GPT: live, on one chart.", train),
        WayIn("lab/compare", "Compare", "Is it better, or luck? Seeds, races, sweeps, and what goes wrong.", compare),
        WayIn(
            "lab/inside",
            "Inside",
            "Every head of a model on your own text, from its first step.",
            heads_of_shipped(mode),
        ),
        WayIn("lab/generate", "Generate", "Let a model write: what each character was drawn from, and why.", write),
    ]


@cache
def heads_of_shipped(mode: Mode, file: str = "layer-norm") -> str:
    """All heads of a shipped model on the first line of the lecture's text, as a small picture; "" without its file."""
    if not path_of(file).exists():
        return ""
    found = loaded(file)
    text = TEXT[: found.model.config.block_size]
    maps = moment_at(found.model, torch.tensor(found.tokenizer.encode(text))).maps  # (L, H, T, T)
    return thumbnails.maps(maps.flatten(0, 1).tolist(), maps.shape[1], mode)

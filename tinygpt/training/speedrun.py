"""The speedrun's choices: what each does, what nanoGPT's recipe has instead, how soon a loss is there without it or
with it alone.

The figures are measured by `python -m benchmarks.speedrun` and kept in checkpoints/speedrun.json.
"""

import json
import math
from functools import cache
from statistics import median
from typing import Any, NamedTuple

from tinygpt.files import CHECKPOINTS
from tinygpt.training.presets import PRESETS
from tinygpt.training.spec import RunSpec

MEASURED = CHECKPOINTS / "speedrun.json"
TARGET = 1.88  # nats per character: the val loss that nanoGPT's README states for its recipe
NANOGPT, SPEEDRUN = (PRESETS[name].spec("tinyshakespeare", 65) for name in ("nanogpt-cpu", "speedrun"))
USUAL, ALL = "nanoGPT's recipe", "the speedrun"
Settings = dict[str, Any]


class Ingredient(NamedTuple):
    """Something that is new in the speedrun. A learning rate goes with its optimizer."""

    title: str
    says: str
    usual: Settings  # as nanoGPT's recipe has it
    new: Settings


INGREDIENTS = (
    Ingredient(
        "Muon", "The matrices of blocks move by their gradient with all its directions made about equally long: what "
        "few examples ask for is learned as well.",
        {"optimizer": "adamw", "learning_rate": NANOGPT.train.learning_rate},
        {"optimizer": "muon", "learning_rate": SPEEDRUN.train.learning_rate},
    ),
    Ingredient(
        "rotary positions", "Queries and keys are turned by an angle for each place, so a score says how far apart two "
        "characters are, and no table has to be learned for it.",
        {"positions": "learned"}, {"positions": "rotary"},
    ),
    Ingredient(
        "token shift", "Each character also brings a share of the one before it, so no head has to find that first.",
        {"token_shift": False}, {"token_shift": True},
    ),
    Ingredient(
        "QK norm", "Queries and keys keep one length, so no softmax becomes sure too early.",
        {"qk_norm": False}, {"qk_norm": True},
    ),
    Ingredient(
        "relu squared", "What is above 0 is squared: strong units count more, weak ones hardly.",
        {"activation": "relu"}, {"activation": "relu2"},
    ),
    Ingredient(
        "straight fall", "The learning rate is full from the first step, and later falls straight to 0, instead of a "
        "warm-up and half a cosine to a tenth.",
        {"decay_share": 0.0, "min_learning_rate": SPEEDRUN.train.learning_rate / 10, "warmup_steps": 15},
        {"decay_share": SPEEDRUN.train.decay_share, "min_learning_rate": None, "warmup_steps": 0},
    ),
    Ingredient(
        "whole gradients", "Long ones are not shortened before a step.",
        {"grad_clip": NANOGPT.train.grad_clip}, {"grad_clip": 0.0},
    ),
)  # fmt: skip


class Reached(NamedTuple):
    """When a recipe had come to TARGET."""

    steps: list[float]  # of each seed; infinite where no length was enough
    price: float  # what a step costs, in steps of nanoGPT's recipe

    @property
    def middle(self) -> float:
        """The median of the seeds."""
        return median(self.steps)

    def sooner(self, usual: "Reached") -> float:
        """How many times sooner than `usual` it is there, in the time that steps take; 0 if it never is."""
        return usual.middle * usual.price / (self.middle * self.price)


def speedrun_without(ingredient: Ingredient) -> str:
    """The recipe that has all of the speedrun but this ingredient."""
    return f"without {ingredient.title}"


def nanogpt_with(ingredient: Ingredient) -> str:
    """The name of the recipe that is nanoGPT's, in its length, but for this ingredient."""
    return f"with {ingredient.title}"


def recipes() -> dict[str, RunSpec]:
    """Every recipe, by its name."""
    return {
        USUAL: NANOGPT,
        **{nanogpt_with(each): NANOGPT.with_settings(each.new) for each in INGREDIENTS},
        ALL: SPEEDRUN,
        **{speedrun_without(each): SPEEDRUN.with_settings(each.usual) for each in INGREDIENTS},
    }


@cache
def how_soon() -> dict[str, Reached]:
    """What was measured, by the names of the recipes."""
    found = json.loads(MEASURED.read_text(encoding="utf-8"))["recipes"]
    return {
        title: Reached([math.inf if each is None else each for each in one["steps"]], one["price"])
        for title, one in found.items()
    }

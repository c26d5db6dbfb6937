"""What the training page says of a run: what a step did, why nothing is written yet, why a press did nothing."""

import math

from tinygpt.spelling import brief, percent, powered, shown, spelled, thousands
from tinygpt.training.account import StepAccount

LONGEST = 24  # characters of a window that are shown
LAYERS = {"projection": "the projection", "expand": "the first layer of feed-forward",
          "shrink": "the second layer of feed-forward"}  # fmt: skip
SOON = "What the model writes appears here as soon as it has learned a little."
NOTHING_WRITTEN = {
    "paused": "Nothing is written yet. Resume, or make a step: after each it writes.",
    "interrupted": "Nothing that it wrote was saved. Resume, and it goes on.",
    "stopped": "It was stopped before it wrote anything.",
    "diverged": "It diverged before it wrote anything.",
    "failed": "It failed before it wrote anything.",
    "finished": "It ended before it wrote anything.",
}


def account_words(account: StepAccount) -> list[tuple[str, str]]:
    """What a step did, a line a fact: its name, and what there is to say."""
    *window, follows = map(shown, account.first)
    cut = "\u2026" if len(window) > LONGEST else ""
    first = f"\u2018{cut}{''.join(window[-LONGEST:])}\u2019 and then \u2018{follows}\u2019"
    windows = f"{thousands(account.windows)} windows" if account.windows > 1 else "one window"
    return [
        ("Batch", f"{windows} of {thousands(len(window))}, the first {first}"),
        ("Its loss", f"{brief(account.before)} before, {brief(account.after)} after"),
        (
            "Moved most",
            f"{part_words(account.moved)}: by {percent(account.share, 2)}, {length(account.change)} in length",
        ),
        ("Gradient", f"{length(account.gradient, 3)} in length, learning rate {spelled(account.learning_rate)}"),
    ]


def length(value: float, figures: int = 2) -> str:
    """A length of any size in so many figures: 0.012, or what hardly moves: 2.1\u00b710\u207b\u2079."""
    short = f"{value:.{figures}g}"
    if not math.isfinite(value) or (value and not 1e-4 <= value < 1e4):
        return powered(value, figures - 1)
    return short if "e" not in short else thousands(round(value))


def part_words(name: str) -> str:
    """A matrix in the lecture's words: "W_v of head 2, block 3" for blocks.2.attention.value.1."""
    match name.split("."):
        case ["blocks", block, "attention", ("query" | "key" | "value") as kind, head]:
            return f"W_{kind[0]} of head {int(head) + 1}, block {int(block) + 1}"
        case ["blocks", block, _, part]:
            return f"{LAYERS[part]}, block {int(block) + 1}"
        case _:
            return name


def twin_words(name: str, status: str) -> str:
    """Why Train began nothing: a run with the very same settings is on its way."""
    already = {"waiting": "waits for its turn", "training": "is training"}.get(status)
    if already is None:
        return f"This very run is here already, paused: it is {name}, the one on the chart. Resume goes on with it."
    return f"This very run {already} already: it is {name}, the one on the chart. Another seed makes another run."

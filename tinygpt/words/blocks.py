"""What a model would guess block by block, in words: what each block adds, and where it changes the guess most."""

from collections.abc import Sequence

from torch import Tensor

from tinygpt.gpt import GPTConfig
from tinygpt.inside.layers import LayerGuesses
from tinygpt.spelling import number, spoken
from tinygpt.words.surgery import off_words

NO_BLOCKS = "A table of pairs has no blocks: it guesses at once, and nothing happens on the way."
BROKEN = "With these weights its guesses are no numbers: there is nothing to be read off."
NO_SKIPS = (
    "This model has no skip connections: a block replaces what is there instead of adding to it, so before the last "
    "one the output layer reads what it was never taught to read."
)
END = "?"  # the tile of a character that is not known


def lens_words(when: str, config: GPTConfig) -> str:
    """How the guesses are read off, and of which moment."""
    reader = "the last LayerNorm and the output layer read" if config.layer_norm else "the output layer reads"
    notes = [] if config.residual else [NO_SKIPS]
    notes += [off_words(config.surgery)] if config.surgery else []
    lens = (
        f"The model {when}. After the embedding and after each block {reader} what is there, as if the model ended "
        f"there. The more color a character has, the more it costs."
    )
    return " ".join([lens, *notes])


def figure_words(known: bool) -> dict[str, object]:
    """The words of the figure that do not hang on its numbers."""
    ends = "" if known else " What comes after the end is not known."
    return {
        "slider": "Position", "title": "What comes next", "after": "after {looking}",
        "alt": f"The text after each stage, with more color where a character costs more.{ends}",
    }  # fmt: skip


def place_sentences(seen: LayerGuesses, characters: str, following: Sequence[int], symbols: Sequence[str]) -> list[str]:
    """What is guessed at each place. `symbols` are the characters by their ids."""
    return [_place_words(seen, characters, following, symbols, t) for t in range(len(characters))]


def _place_words(seen: LayerGuesses, characters: str, following: Sequence[int], symbols: Sequence[str], t: int) -> str:
    chances, here = seen.probabilities[:, t], f"After {spoken(characters[t])} at {t}"
    if t < len(following):
        each = [f"{number(float(chances[s, following[t]]))} after {_the(name)}" for s, name in enumerate(seen.after)]
        paid = number(-float(seen.log_probabilities[-1, t, following[t]]))
        return (
            f"{here} really comes {spoken(symbols[following[t]])}. Its chance is {', '.join(each)}; in the end it "
            f"costs {paid} nats."
        )
    best, ids = chances.max(-1)
    each = [
        f"{spoken(symbols[int(i)])} with {number(float(chance))} after {_the(name)}"
        for name, chance, i in zip(seen.after, best, ids, strict=True)
    ]
    return f"{here} the text ends. Likeliest is {', '.join(each)}."


def _the(stage: str) -> str:
    return "the embedding" if stage == "embedding" else stage


def means_words(after: Sequence[str], costs: Tensor) -> str:
    """What a character of the text costs on average after each stage; "" where nothing is guessed. `costs` is (S, n)"""
    if not costs.shape[1]:
        return ""
    each = [f"{number(cost)} after {_the(name)}" for name, cost in zip(after, costs.mean(1).tolist(), strict=True)]
    return f"In nats, a character of this text costs {', '.join(each)}."


def changed_words(seen: LayerGuesses, characters: str) -> str:
    """At which place each block changed the guess most, and by how much."""
    return " ".join(
        f"{name.capitalize()} changed the guess after {spoken(characters[t])} at {t} most: {number(share)} of the "
        f"probability went to other characters."
        if (share := float(row[t])) > 0
        else f"{name.capitalize()} changed no guess at all."
        for name, row, t in zip(seen.after[1:], seen.changes, seen.most_changed.tolist(), strict=True)
    )

"""Made-up languages whose best possible loss is known exactly.

A real text hides how much of it can be predicted at all. Here we know: no model, whatever its size, gets below
`best_loss` (languages.base says what that is). All costs are in nats per character.
"""

import torch

from tinygpt.languages.base import Language
from tinygpt.languages.brackets import Brackets
from tinygpt.languages.copying import Copying
from tinygpt.languages.few_letters import LookBack, Markov

LENGTH = 200_000  # letters of the text of each language
SEED = 25  # of the texts: with it, what the best model loses on train and on val is within 0.004 of the exact figures


TASKS: dict[str, Language] = {
    "look-back": LookBack("Every letter is, as a rule, a copy of one a few letters back: pairs cannot see it."),
    "markov": Markov("Two letters decide which one follows as a rule: pairs see a part of it, triples all."),
    "copying": Copying("A word, a few dots, the same word again: each letter was seen, but never equally far back."),
    "brackets": Brackets("Brackets of two kinds, one inside the other: which may close depends on all that are open."),
}


def language_text(task: str) -> str:
    """The text of a made-up language, the same every time."""
    if task not in TASKS:
        raise ValueError(f"There is no made-up language {task!r}; choose one of {', '.join(TASKS)}.")
    return TASKS[task].text(LENGTH, torch.Generator().manual_seed(SEED))


def best_loss(task: str, block_size: int) -> float:
    """What the best possible model loses on a language of TASKS, in nats per character."""
    return TASKS[task].best_loss(block_size)

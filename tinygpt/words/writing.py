"""What /generate says: of a text that a model writes, step by step, of what it could not read, and of its window."""

from collections.abc import Sequence
from statistics import median

from tinygpt.bigram import BigramConfig
from tinygpt.generation import can_be_cached
from tinygpt.inside.levels import Level
from tinygpt.inside.writing import Took, first_difference
from tinygpt.models import ModelConfig
from tinygpt.spelling import count_of_steps, number, spoken, thousands
from tinygpt.tokenizer import CharTokenizer
from tinygpt.words import literal
from tinygpt.words.surgery import WHOLE, surgery_words

FEW = 8  # unknown characters that are named
MANY = 20  # characters that are enough to say what one takes
NOT_SWITCHED_OFF = "Nothing is switched off."
NOBODY = "nobody"
THE_SAME_WHOLE = f"the same model, {WHOLE}"

# Templates that the browser fills in.
ON_THE_TYPEWRITER = {
    "write": "Write",
    "one": "One at a time",
    "stop": "Stop",
    "anew": "Begin anew",
    "count": "{shown} of {most} characters",
    "text": "What {name} writes. The arrow keys choose a character.",
    "nothing": "Press Write, or One at a time: the text appears here.",
    "own": "model",
    "left": "drawn from",
    "heads": "What each head (block.head) looked at when this character was drawn",
    "no_head": "This model has no head that looks: it has only the last character.",
    "said": "{char} {own}, drawn from {left}",
    "said_drawn": "{char} {own}, drawn from {left}, and drawn",
    "likeliest": "Character {n} is {char}, the likeliest: the model gave it {own}, and it was drawn from {left}.",
    "step": (
        "Character {n} is {char}: the model gave it {own}, and it was drawn from {left}. It held {best} likeliest, "
        "with {best_own}."
    ),
    "head": "Head {head} of block {block} looked most at {char}, {back} back, with a weight of {weight}.",
}


def switched_off(surgery: str) -> str:
    """Which parts of the model do not take part."""
    return f"While it writes: {surgery_words(surgery)}."


def prompt_words(prompt: str, tokenizer: CharTokenizer) -> str:
    """What a model cannot read of a prompt, and where it begins if nothing is left; "" where it reads all of it."""
    unknown, notes = tokenizer.unknown(prompt), []
    if unknown:
        some = ", ".join(map(spoken, unknown[:FEW])) + (f" and {len(unknown) - FEW} more" if len(unknown) > FEW else "")
        notes.append(f"Left out, because the model does not know {'it' if len(unknown) == 1 else 'them'}: {some}.")
    if len(unknown) == len(set(prompt)):
        begins = (
            "a line break"
            if "\n" in tokenizer.chars
            else (f"{spoken(tokenizer.chars[0])}, the first of its characters: its text has no line breaks")
        )
        notes.append(f"{'The prompt is empty' if not prompt else 'Nothing is left'}, so it begins after {begins}.")
    return " ".join(notes)


def long_prompt_words(length: int, most: int) -> str:
    """That only the end of a prompt is read; "" where it is short enough."""
    return f"Of {thousands(length)} characters it reads the last {thousands(most)}." if length > most else ""


def top_k_words(top_k: int | None, vocab_size: int) -> str:
    """That top-k leaves nothing out; "" where it does."""
    if top_k is None or top_k < vocab_size:
        return ""
    return f"It knows {thousands(vocab_size)} characters, so top-k {thousands(top_k)} leaves none of them out."


def step_words(step: int, max_steps: int) -> str:
    """At which moment of its training the model writes; "" at its end."""
    if step == 0:
        return "It has not made a step that was kept: these are its first weights, and it writes at random."
    return f"It writes as it was after {thousands(step)} of {thousands(max_steps)} steps." if step < max_steps else ""


def parts_words(a: str, b: str) -> str:
    """Where two texts that were drawn with the same dice part."""
    at = first_difference(a, b)
    if at is None:
        return f"With the same dice both write the same {thousands(len(a))} characters."
    if at == 0:
        same = "not even the first character is the same"
    else:
        same = f"the first {thousands(at)} characters are the same" if at > 1 else "the first character is the same"
    then = "then " if at else ""
    return f"With the same dice {same}: {then}the left one writes {spoken(a[at])} and the right one {spoken(b[at])}."


def window_words(config: ModelConfig, prompt: int, took: Sequence[Took]) -> str:
    """How a model reads what it goes on from: each character once, or its whole window anew; and what that took.

    `prompt` characters stood there before the first of `took`.
    """
    size = config.block_size
    if isinstance(config, BigramConfig):
        return "This model sees the last character alone, so it has nothing to forget."
    if not can_be_cached(config):
        return (
            "Each new character changes what this model makes of the ones before it, so nothing can be kept: it reads "
            f"up to {thousands(size)} characters anew for each{_time(took)}."
        )
    full = max(0, size - prompt + 1)  # so many characters are drawn before it slides
    once, slid = took[1:full], took[full:]
    if not slid:
        return (
            f"Prompt and text fit into its window of {thousands(size)} characters. It reads each of them once and "
            f"keeps its key and its value{_time(once)}."
        )
    until = f"Until then it read each character once{_time(once)}. " if once else ""
    return (
        f"Its window holds {thousands(size)} characters. {until}Since it is full it slides, as in the lecture: the "
        f"oldest character is forgotten, every other one gets a new place, and all {thousands(size)} are read anew for "
        f"each new one{_time(slid)}."
    )


def _time(took: Sequence[Took]) -> str:
    """What one of many characters took, the median; "" of few, of which one that had to wait would say nothing."""
    return f", in {number(1_000 * median(one.seconds for one in took), 1)}\u00a0ms" if len(took) >= MANY else ""


NO_SNAPSHOTS = "A shipped model is there as it was at its end alone. Train one, and its way can be read here."
NO_LOSS = "This run sees the answer, so its loss is no loss of guessing, and nothing can be read off it."
TOO_FEW_LEVELS = "As soon as this run has passed two levels of loss, what it wrote at each can be read here."
LEVELS = "The losses are those of val, on the straight line between the two looks around each kept model."


def levels_title(levels: Sequence[Level]) -> str:
    """What a strip of texts shows."""
    *some, last = (f"{level.loss:g}" for level in levels)
    return f"What a loss of {', '.join(some)} and {last} looks like, in this run, with the same prompt and dice"


def level_name(level: Level) -> str:
    """The name of a text at a level: its loss, and when that was."""
    return (
        f"about {number(level.val)} after {count_of_steps(level.step)}"
        if level.step
        else f"{number(level.val)} at the start"
    )


NO_NUMBERS = "The scores of this model are no numbers (any more), so it cannot guess."
ANOTHER_TEXT = "The text on this server is not the one that this model learned, so it cannot be asked about it."
THE_GAME = (
    "Ten characters of a line that no model has seen. Lay chances on what comes next, and pay \u2212ln of what you "
    "gave to the character that comes, in nats. The counted pairs and the model pay for the same characters."
)
EVEN, ALL_PAIRS, SAME_PAIRS = "even guessing", "pairs, unseen text", "pairs, same characters"
ENDS = (
    "Your mean is {mine}; the pairs pay {pairs} and the model {model}. You guess best: you know what words mean.",
    "Your mean is {mine}; the pairs pay {pairs} and the model {model}. One of them guesses better than you.",
    "Your mean is {mine}; the pairs pay {pairs} and the model {model}. A few mistakes that you were sure of cost most.",
)


def player_name(title: str) -> str:
    """The name of a model as a player of the game."""
    return title if len(title) <= 28 else title[:27] + "\u2026"


def too_many_words(vocab_size: int, most: int) -> str:
    """Why a text cannot be guessed."""
    return f"This text has {thousands(vocab_size)} different characters; the game has room for {most}."


def whole_words(even: float, pairs: float, val: float | None, model: str) -> str:
    """What each pays on much unseen text."""
    own = f", and {literal.markdown(model)} {number(val)}" if val is not None else ""
    return (
        f"On unseen text even guessing pays {number(even)} nats a character, the counted pairs pay "
        f"{number(pairs)}{own}. Ten characters are few: luck moves a mean by several tenths."
    )

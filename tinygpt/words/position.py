"""One position on its way through a model, in words: what each box does to it, with the numbers of that box."""

from collections.abc import Sequence

from tinygpt.gpt import GPTConfig
from tinygpt.inside.follow import Stage
from tinygpt.inside.units import Units
from tinygpt.spelling import number, spoken, thousands
from tinygpt.words.surgery import off_words

BROKEN = "With these weights its numbers are no numbers: there is nothing to be followed."
SLIDER, BESIDE = "Position", "If the model ended here"
PYTORCH, MODEL = "Copy as PyTorch", "The model that it reads"
UNITS, UNIT, BLOCK = "What switches a hidden unit on", "Unit", "Block"
NO_UNITS = "No block of this model has a feed-forward part at work, so there are no hidden units."
FEW_HEADS = 4  # of which each is spoken of


def intro(when: str, surgery: str) -> str:
    """Of which moment the numbers are, and what is off in the model."""
    said = f"The model {when}. The chosen position is followed, box by box, to its guess."
    return f"{said} {off_words(surgery)}" if surgery else said


def token_words(character: str, id: int, values: Stage) -> str:
    """What is known of a character before anything is looked at."""
    return (
        f"{_cap(spoken(character))} has the number {id}, and row {id} of the embedding table is all that is known of "
        f"it at first: {len(values.values)} numbers with mean {number(values.mean)} and standard deviation "
        f"{number(values.std)}."
    )


def shift_words(place: int, before: str, brought: Stage) -> str:
    """What the character before this one adds."""
    if place == 0:
        return "Nothing stands before the first character, so nothing is brought to it."
    return (
        f"{_cap(spoken(before))}, which stands before it, brings a share of its own row, learned for each channel: "
        f"{len(brought.values)} numbers with standard deviation {number(brought.std)}."
    )


def whole_way_words(place: int, stream: Stage) -> str:
    """Where it stands is added to that."""
    return (
        f"Row {place} of the position table says where it stands, and is added: the stream then has mean "
        f"{number(stream.mean)} and standard deviation {number(stream.std)}."
    )


def norm_words(before: Stage, after: Stage) -> str:
    """A vector before and after LayerNorm."""
    return (
        f"Before LayerNorm the numbers have mean {number(before.mean)} and standard deviation {number(before.std)}, "
        f"after it {number(after.mean)} and {number(after.std)}: it takes off the mean, divides by the standard "
        f"deviation, and stretches and shifts each number by what it has learned."
    )


def heads_words(weights: Sequence[Stage], adds: Sequence[Stage], characters: str) -> str:
    """Where each head looks most, and which one adds most."""
    looks = [(h, *stage.strongest(1)[0]) for h, stage in enumerate(weights)]
    if len(looks) > FEW_HEADS:
        looks = [max(looks, key=lambda look: look[2])]
    each = [
        f"head {h} hands nothing on, it is cut"
        if weight == 0
        else f"head {h} looks most at {spoken(characters[at])} at {at}, with a weight of {number(weight)}"
        for h, at, weight in looks
    ]
    said = f"{_cap('; '.join(each))}."
    if len(adds) == 1:
        return said
    norms = [float(stage.values.norm()) for stage in adds]
    longest = norms.index(max(norms))
    return f"{said} What head {longest} adds is longest: {number(norms[longest])}."


def adds_words(what: str, added: Stage, stream: Stage, config: GPTConfig) -> str:
    """What a half of a block does to the stream."""
    length = number(float(added.values.norm()))
    does = f"adds a vector of length {length} to the stream, which then"
    if not config.residual:
        does = f"puts a vector of length {length} in the place of what was there, and the stream"
    return f"{what} {does} has mean {number(stream.mean)} and standard deviation {number(stream.std)}."


def hidden_stage_words(hidden: Stage) -> str:
    """How many hidden units are on, and the strongest."""
    unit, value = hidden.strongest(1)[0]
    strongest = f" The strongest is unit {unit} with {number(value)}." if value > 0 else ""
    return f"Of {len(hidden.values)} hidden units {hidden.on} are on.{strongest}"


def logits_words(logits: Stage, symbols: str) -> str:
    """The scores of all characters."""
    best, score = logits.strongest(1)[0]
    return (
        f"Each of the {len(symbols)} characters gets a score: the highest, {number(score)}, is that of "
        f"{spoken(symbols[best])}."
    )


def table_words(character: str, logits: Stage, symbols: str) -> str:
    """The same of a table of pairs."""
    return f"The row of {spoken(character)} in the table is the answer. {logits_words(logits, symbols)}"


def chances_words(chances: Stage, symbols: str, following: int | None) -> str:
    """The guess, and what the character that really comes cost."""
    best, share = chances.strongest(1)[0]
    likeliest = f"Softmax makes chances of the scores: {spoken(symbols[best])} is likeliest with {number(share)}."
    if following is None:
        return f"{likeliest} Here the text ends."
    chance = chances.values[following]
    return (
        f"{likeliest} Really comes {spoken(symbols[following])}, which had {number(float(chance))}: that costs "
        f"{number(-float(chance.log()))} nats."
    )


def box_alt(name: str) -> str:
    """A drawing, in words, before its sentence."""
    return f"The numbers of the box {name}, as bars or tiles."


def pytorch_words(stages: int, file: str) -> str:
    """What the script does, and what it needs."""
    return (
        f"It prints the mean, the standard deviation and the numbers of all {stages} stages, the ones shown here. "
        f"It needs torch and safetensors, and beside it the model, saved as {file}."
    )


def unit_words(units: Units, unit: int, places: int) -> str:
    """How often a unit is on, and what is shown of it."""
    share = number(float(units.on[unit]))
    return (
        f"Unit {unit} is on at {share} of {thousands(places)} places of text that the model never saw. These switch it "
        f"on most; it has seen what stands up to the outlined character, and what is gray comes then."
    )


def _cap(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]

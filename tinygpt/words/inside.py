"""What the page /inside says: when a moment was, what a head does there, what of a text can be read."""

import math
from collections.abc import Mapping, Sequence

from torch import Tensor

from tinygpt.bigram import BigramConfig
from tinygpt.experiments.clicks import Click
from tinygpt.inside.moments import Moment
from tinygpt.models import ModelConfig
from tinygpt.spelling import brief, count_of_steps, number, spoken, thousands

STATUS = {
    "waiting": "It waits for its turn to go on.", "training": "It is being trained: more moments come.",
    "paused": "It is paused.", "interrupted": "The server was restarted while it trained.",
    "stopped": "It was stopped before its end.", "diverged": "It diverged: its loss stopped being a number.",
    "failed": "It failed before its end.",
}  # fmt: skip
NOTHING_HERE = "There is nothing to look into yet. Train a model, and it appears here."
NOT_BEGUN = "It has made no step yet: these are the first weights, as its seed draws them."
GONE = "The link leads to a run that is not here (any more): it was deleted, or the link is cut off."
DELETED = "This run was deleted meanwhile. Choose another model at the left."
NOT_MEASURED = "So what its heads and units do cannot be measured on text that it never saw."
NOT_YOURS = "It is somebody else\u2019s: look at it as you like, nothing here changes it."
NOTHING_TYPED = "There is no text to read: type some, and see where its heads look."
NOTHING_LEFT = "Nothing of it is left to read: type characters that stand in its training text."
FEW = 8  # unknown characters that are named
PAIR = "Position {row}, {looking}, looks at position {column}, {looked_at}, with a weight of {weight}."
ITSELF = "Position {row}, {looking}, looks at itself with a weight of {weight}."
OF_THE_TABLE = "After {looking} the table gives {looked_at} a chance of {weight}."


def shape_words(config: ModelConfig) -> str:
    """What a model is made of: "3 blocks of 4 heads", "One head", "A table of pairs"."""
    if isinstance(config, BigramConfig):
        return "A table of pairs"
    heads = "one head" if config.n_head == 1 else f"{config.n_head} heads"
    return f"{config.n_layer} blocks of {heads}" if config.n_layer > 1 else heads.capitalize()


def when_words(step: int) -> str:
    """Which moment of its training this is."""
    return "before the first step" if step == 0 else f"after {count_of_steps(step)}"


def head_sentences(moment: Moment, characters: Sequence[str], *, mask: bool) -> list[list[str]]:
    """What each head does with a text at a moment: a list a block. `characters` are those of the text, T of them."""
    T, L = len(characters), len(moment.maps)
    if T == 1:
        return [["A single character has nothing to look at but itself."] * moment.maps.shape[1]] * L
    rows = moment.maps[:, :, 1:]  # of row 0 there is nothing to say: with the mask it has no choice
    near, itself = (_mean_share(rows, steps).tolist() for steps in (1 if mask else -1, 0))
    where = "one back" if mask else "one ahead"  # without the mask, the answer stands there
    even, weight, place = moment.evenness.nanmean(-1).tolist(), *(top.tolist() for top in rows.flatten(2).max(-1))
    among = sum(1 / (row + 1 if mask else T) for row in range(1, T)) / (T - 1)

    def says(layer: int, head: int) -> str:
        if math.isnan(weight[layer][head]):
            return f"Attention is switched off in block {layer}."
        if weight[layer][head] == 0:
            return f"Head {head} of block {layer} is cut: it hands nothing on."
        row, column = divmod(place[layer][head], T)
        looks = f"from {spoken(characters[row + 1])} at {row + 1} to {spoken(characters[column])} at {column}"
        if column == row + 1:
            looks = f"that of {spoken(characters[column])} at {column}, on itself"
        return (
            f"{when_words(moment.step).capitalize()}, head {head} of block {layer} puts {number(near[layer][head])} of "
            f"its attention {where} and {number(itself[layer][head])} on itself, where an even spread puts "
            f"{number(among)}. The entropy of its rows is {number(even[layer][head])} of that of even ones. Its "
            f"largest weight is {number(weight[layer][head])}, {looks}."
        )

    return [[says(layer, head) for head in range(moment.maps.shape[1])] for layer in range(L)]


def _mean_share(rows: Tensor, steps: int) -> Tensor:
    """The share of a row's weight `steps` characters back, on average over rows 1 on: (L, H, T - 1, T) -> (L, H)."""
    return (rows / rows.sum(-1, keepdim=True)).diagonal(1 - steps, -2, -1).mean(-1)


def remark(status: str, step: int) -> str:
    """How a run stands that has not gone all its way; "" of one that has."""
    return NOT_BEGUN if not step and status != "diverged" else STATUS.get(status, "")


def click_words(click: Click) -> str:
    """The moment a run clicks."""
    return (
        f"It clicks between step {thousands(click.start)} and step {thousands(click.end)}: the val loss falls from "
        f"{number(click.before)} to {number(click.after)}."
    )


def time_machine_words(*, table: bool, remark: str, click: Click | None) -> dict[str, object]:
    """The words of the figure that do not hang on its numbers."""
    return {
        "slider": "Moment", "remark": remark, "play": "Play", "pause": "Pause",
        "click": "Before and after", "clicks": click_words(click) if click else "",
        "both": "{before} before and {after} after",
        "text": "The text it reads", "heads": "The table" if table else "All heads", "grid": "a row a block",
        "head": "Block {layer}, head {head}", "evenness": "entropy {share} of an even spread",
        "titles": ["What comes next", "Loss", "It writes"], "after": "after {looking} at {row}",
        "others": "All others: {share}.", "end": "Here the text ends.", "soon": "\u2026",
        "silent": "Nothing: its weights are no numbers.",
    }  # fmt: skip


def table_sentence(step: int, table: Tensor, characters: str, vocab_size: int) -> str:
    """The surest pair of a table (n, n) of these characters at a moment."""
    row, column = divmod(int(table.argmax()), len(characters))
    some = "" if len(characters) == vocab_size else f" Shown are {len(characters)} of its {thousands(vocab_size)} rows."
    return (
        f"{when_words(step).capitalize()}, the surest pair is {spoken(characters[row])} and then "
        f"{spoken(characters[column])}, with a chance of {number(float(table[row, column]))}; blind guessing gives "
        f"each {number(1 / vocab_size, 3)}.{some}"
    )


def next_words(character: str, chance: float, cost: float) -> str:
    """What the character that really comes next was given, and what that cost."""
    return f"Really comes {character}: {number(chance)}, which costs {brief(cost, 2)} nats."


def cost_words(costs: Tensor) -> str:
    """What a text costs by the character; "" where nothing of it is guessed."""
    return f"this text {brief(float(costs.mean()), 2)}" if len(costs) else ""


def lost_moments(lost: Mapping[int, str]) -> str:
    """Which moments cannot be looked at, and why; "" where there are none."""
    reasons = {reason: [step for step, each in lost.items() if each == reason] for reason in lost.values()}
    said = []
    for reason, steps in reasons.items():
        them = ", ".join(map(thousands, steps))
        sentence = reason[:1].upper() + reason[1:].rstrip(".")
        said.append(f"Left out: the model of step{'s' * (len(steps) > 1)} {them}. {sentence}.")
    return " ".join(said)


def reading_words(unknown: str, left: int, longest: int) -> str:
    """What of a typed text is not read: characters the model does not know, and all beyond the first `longest`."""
    notes = []
    if unknown:
        some = ", ".join(map(spoken, unknown[:FEW])) + (f" and {len(unknown) - FEW} more" if len(unknown) > FEW else "")
        notes.append(f"Left out, because this model does not know {'it' if len(unknown) == 1 else 'them'}: {some}.")
    if not left:
        notes.append(NOTHING_LEFT if unknown else NOTHING_TYPED)
    elif left > longest:
        notes.append(f"It reads the first {thousands(longest)} of {thousands(left)} characters.")
    return " ".join(notes)

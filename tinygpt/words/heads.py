"""What heads do, in words: the name that measures justify, and whether a model copies, by cause and not by looks."""

from collections.abc import Mapping

from torch import Tensor

from tinygpt.inside.copying import Cut, Follows
from tinygpt.inside.knockout import Rise
from tinygpt.inside.names import FIXED_OFFSET, MIXED, OFF, NamedHead, way
from tinygpt.inside.shares import DIFFUSE, SAME, START
from tinygpt.spelling import number, thousands
from tinygpt.words.surgery import CHANCE

NO_HEADS = "A table of pairs has no heads: it looks at the last character and at no other, so it can copy nothing."
SOON = "Its heads are being measured."
BROKEN = "With these weights its attention is no number: there is nothing to be measured."
HABITS = "Head", "Looks", "How much of its attention; the mark is an even spread"
CUTS = "Head", "Without it a copied letter costs more, in nats", "Stripe"
COPYING = "Does it copy?"
TEST = (
    "A stretch of unseen text stands twice and breaks off inside the second copy. Exchange one letter of the first "
    "copy: whoever copies now guesses the new letter. For example:"
)
STRIPE = "The stripe is the weight on the letter to be copied, the usual sign of a head that copies."
LOOKS = "Looks are not causes"
HARDLY = 0.1  # of the way: a guess that follows less hardly follows
PLACES = {
    "itself": "on the character itself", "one back": "one back", "two back": "two back",
    SAME: "on other places with the same character", START: "on the first letter of the word",
}  # fmt: skip


def measured_on(when: str, characters: int) -> str:
    """Of which moment the measures are, and on how much text."""
    return f"Measured {when}, on {thousands(characters)} characters that it never saw in training."


def head_name(layer: int, head: int) -> str:
    """ "block 0, head 2"."""
    return f"block {layer}, head {head}"


def telling_habit(head: NamedHead) -> str:
    """The habit whose score says most about a head: that of its name, or the one that goes farthest."""
    if head.name in head.scores:
        return head.name
    habits = [habit for habit in head.scores if habit != DIFFUSE]
    return max(habits, key=lambda habit: way(head.scores[habit], head.even[habit]))


def head_sentence(head: NamedHead) -> str:
    """What a head does, with the score that justifies its name beside that of an even spread."""
    if head.name == OFF:
        return "It is switched off, and looks nowhere."
    if head.name == DIFFUSE:
        share = number(head.scores[DIFFUSE])
        return f"No habit stands out: the entropy of its rows is {share} of that of even ones."
    habit = telling_habit(head)
    score, even = number(head.scores[habit]), number(head.even[habit])
    begins = "No habit stands out: it puts at the most" if head.name == MIXED else "It puts"
    return f"{begins} {score} of its attention {_where(head, habit)}; an even spread would put {even} there."


def _where(head: NamedHead, habit: str) -> str:
    if habit == FIXED_OFFSET and head.offset is not None:
        return f"{abs(head.offset)} {'back' if head.offset > 0 else 'ahead'}"
    return PLACES[habit]


def follows_words(seen: Follows, passages: int) -> str:
    """Whether the guess follows the exchanged letter."""
    if seen.score != seen.score:
        return BROKEN
    copies = "copies" if seen.score >= HARDLY else "hardly copies"
    if not is_more_than_chance(seen):
        copies = "does not copy, as far as this can tell"
    return (
        f"In {thousands(passages)} such passages the guess follows by **{number(seen.score)}** (standard error "
        f"{number(seen.error, 3)}), where 0 is not at all and 1 all the way: the new letter becomes "
        f"{_moved(seen.up)}, and the old one, which had {number(seen.old)}, {_moved(-seen.down)}. "
        f"So this model {copies}."
    )


def _moved(by: float) -> str:
    return f"{'less' if by < 0 else 'more'} probable by {number(abs(by))}"


def is_more_than_chance(seen: Follows) -> bool:
    """Whether the guess follows by more than chance would make it."""
    return seen.score > CHANCE * seen.error


def copying_words(loss: float) -> str:
    """What the letters of second words cost."""
    return f"In the text itself, a letter of a second word costs {number(loss)} nats; whoever copies perfectly pays 0."


def causes_words(rises: Mapping[Cut, Rise], stripes: Tensor, *, copies: bool) -> str:
    """Which head is missed where letters are copied, and that its looks do not say so. `stripes` is (L, H)"""
    layer, head = divmod(int(stripes.argmax()), stripes.shape[1])
    striped, largest = (layer, head), number(float(stripes[layer, head]))
    if not copies:
        return f"{STRIPE} {LOOKS}: the largest, {largest}, is that of {_named(striped)}, and the model does not copy."
    most = max(rises, key=lambda cut: rises[cut].mean)
    if rises[most].mean <= CHANCE * rises[most].error:
        return (
            f"No head alone is missed: without any of them a copied letter costs no more than chance would make it. "
            f"{STRIPE} {LOOKS}: the largest, {largest}, is that of {_named(striped)}."
        )
    missed = (
        f"Without {_named(most)} a copied letter costs {number(rises[most].mean)} nats more: it is missed most. "
        f"Its stripe is {number(float(stripes[most]))}. {STRIPE}"
    )
    if striped == most:
        return f"{missed} Here the largest is that of the head that is missed most; but it is the cut that says so."
    return (
        f"{missed} {LOOKS}: the largest, {largest}, is that of {_named(striped)}, and without that one a copied letter "
        f"costs {number(rises[striped].mean)} more."
    )


def _named(cut: Cut) -> str:
    return f"head {cut[1]} of block {cut[0]}"


def progress_words(done: int, heads: int) -> str:
    """How far the measuring has come."""
    return f"Each head is cut in turn: {done} of {heads}."

"""What is said of heads: the score that justifies a name, and that looks are not causes."""

import math

import pytest
import torch

from tinygpt.inside.copying import Follows
from tinygpt.inside.knockout import Rise
from tinygpt.inside.names import FIXED_OFFSET, MIXED, OFF, NamedHead
from tinygpt.inside.shares import DIFFUSE, SAME, START
from tinygpt.words.heads import causes_words, follows_words, head_sentence, telling_habit

EVEN = {"itself": 0.2, "one back": 0.2, "two back": 0.1, FIXED_OFFSET: 0.1, SAME: 0.1, START: math.nan, DIFFUSE: 1.0}


def head(name: str, offset: int | None = 4, **scores: float) -> NamedHead:
    given = {habit.replace(" ", "_"): habit for habit in EVEN}
    return NamedHead(1, 2, name, EVEN | {given[key]: score for key, score in scores.items()}, EVEN, offset)


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (head("one back", one_back=1), "It puts 1.00 of its attention one back; an even spread would put 0.20 there."),
        (head(FIXED_OFFSET, fixed_offset=0.7),
         "It puts 0.70 of its attention 4 back; an even spread would put 0.10 there."),
        (head(FIXED_OFFSET, -1, fixed_offset=1),
         "It puts 1.00 of its attention 1 ahead; an even spread would put 0.10 there."),
        (head(MIXED, itself=0.3, same_character=0.25),
         "No habit stands out: it puts at the most 0.25 of its attention on other places with the same character; an "
         "even spread would put 0.10 there."),
        (head(DIFFUSE, diffuse=0.84), "No habit stands out: the entropy of its rows is 0.84 of that of even ones."),
        (head(OFF), "It is switched off, and looks nowhere."),
    ],
)  # fmt: skip
def test_a_head_has_a_sentence_with_the_score_that_justifies_its_name(found, sentence):
    assert head_sentence(found) == sentence


def test_a_habit_that_no_row_can_show_is_never_the_telling_one():
    assert telling_habit(head(MIXED, start_of_word=math.nan, itself=0.21)) == "itself"
    assert telling_habit(head(MIXED, offset=None, fixed_offset=math.nan)) != FIXED_OFFSET


def test_whether_it_copies_depends_on_more_than_chance():
    assert "So this model copies." in follows_words(Follows(0.96, 0.007, 0.96, 0.96, 0.97), 256)
    assert "hardly copies" in follows_words(Follows(0.05, 0.007, 0.05, 0.05, 0.5), 256)
    assert "does not copy" in follows_words(Follows(0.05, 0.03, 0.05, 0.05, 0.5), 256)
    assert "no number" in follows_words(Follows(math.nan, math.nan, 0, 0, 0), 256)


RISES = {(0, 0): Rise(4.76, 0.2), (1, 0): Rise(2.51, 0.1)}
SURE = {(0, 0): Rise(0.01, 0.01), (1, 0): Rise(-0.2, 0.1)}


def test_the_head_that_is_missed_need_not_have_the_stripe():
    said = causes_words(RISES, torch.tensor([[0.0], [0.08]]), copies=True)
    assert "Without head 0 of block 0 a copied letter costs 4.76 nats more" in said and "Its stripe is 0.00." in said
    assert "Looks are not causes: the largest, 0.08, is that of head 0 of block 1" in said and "2.51 more" in said


def test_where_both_are_one_head_it_is_the_cut_that_says_so():
    assert "it is the cut that says so" in causes_words(RISES, torch.tensor([[0.5], [0.08]]), copies=True)


def test_a_stripe_makes_no_copier():
    said = causes_words(RISES, torch.tensor([[0.32], [0.08]]), copies=False)
    assert said.endswith("the largest, 0.32, is that of head 0 of block 0, and the model does not copy.")


def test_where_no_head_alone_is_missed_that_is_said():
    assert causes_words(SURE, torch.tensor([[0.1], [0.2]]), copies=True).startswith("No head alone is missed")

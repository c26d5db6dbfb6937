"""What /inside says of a head, by hand on three characters, and of texts and moments that are not whole."""

import math

import torch

from tinygpt.bigram import BigramConfig
from tinygpt.gpt import GPTConfig
from tinygpt.inside.moments import Moment, evenness
from tinygpt.words.inside import (
    head_sentences,
    lost_moments,
    next_words,
    reading_words,
    remark,
    shape_words,
    table_sentence,
)

ONE_BACK = [[1.0, 0.0, 0.0], [0.75, 0.25, 0.0], [0.0, 1.0, 0.0]]


def moment(*heads: list[list[float]], mask: bool = True) -> Moment:
    """One layer of heads with these maps."""
    maps = torch.tensor([heads])
    return Moment(300, maps, evenness(maps, mask=mask), torch.zeros(3, 2), torch.zeros(2))


def test_a_head_by_hand():
    ((says,),) = head_sentences(moment(ONE_BACK), "a b", mask=True)
    half = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25)) / math.log(2) / 2
    assert says == (
        "After 300 steps, head 0 of block 0 puts 0.88 of its attention one back and 0.12 on itself, where an even "
        f"spread puts 0.42. The entropy of its rows is {half:.2f} of that of even ones. Its largest weight is 1.00, "
        "from \u2018b\u2019 at 2 to a space at 1."
    )  # (0.75 + 1) / 2, 0.25 / 2 and (1/2 + 1/3) / 2


def test_without_the_mask_the_answer_stands_one_ahead():
    ahead = [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    ((says,),) = head_sentences(moment(ahead, mask=False), "abc", mask=False)
    assert "puts 1.00 of its attention one ahead and 0.00 on itself, where an even spread puts 0.33." in says


def test_heads_that_do_nothing_say_so():
    off = torch.full((3, 3), torch.nan).tolist()
    ((cut, gone),) = head_sentences(moment(torch.zeros(3, 3).tolist(), off), "abc", mask=True)
    assert cut == "Head 0 of block 0 is cut: it hands nothing on."
    assert gone == "Attention is switched off in block 0."


def test_one_character_has_no_choice():
    maps = torch.ones(1, 2, 1, 1)
    one = Moment(0, maps, evenness(maps), torch.zeros(1, 2), torch.zeros(0))
    assert head_sentences(one, "a", mask=True) == [["A single character has nothing to look at but itself."] * 2]


def test_a_table_by_hand():
    says = table_sentence(0, torch.tensor([[0.25, 0.75], [0.5, 0.5]]), "ab", 2)
    assert says == (
        "Before the first step, the surest pair is \u2018a\u2019 and then \u2018b\u2019, with a chance of 0.75; blind "
        "guessing gives each 0.500."
    )
    assert table_sentence(1, torch.eye(2), "ab", 4_000).endswith("Shown are 2 of its 4\u202f000 rows.")


def test_what_is_not_read_is_named():
    assert reading_words("", 5, 8) == ""
    assert reading_words("\u20ac", 5, 8) == "Left out, because this model does not know it: \u2018\u20ac\u2019."
    assert "\u2018h\u2019 and 2 more." in reading_words("abcdefghij", 5, 8)
    assert reading_words("", 9, 8) == "It reads the first 8 of 9 characters."
    assert reading_words("", 0, 8).startswith("There is no text") and "Nothing of it" in reading_words("a", 0, 8)


def test_lost_moments_are_named_with_their_reason():
    assert lost_moments({}) == ""
    assert lost_moments({100: "gone.", 1_200: "gone.", 7: "torn"}) == (
        "Left out: the model of steps 100, 1\u202f200. Gone. Left out: the model of step 7. Torn."
    )


def test_a_run_that_has_not_gone_all_its_way_says_so():
    assert remark("finished", 10) == "" and remark("paused", 10) == "It is paused."
    assert remark("waiting", 0).startswith("It has made no step yet")
    assert remark("diverged", 0).startswith("It diverged")


def test_a_model_in_a_few_words():
    assert shape_words(GPTConfig()) == "3 blocks of 4 heads"
    assert shape_words(GPTConfig(n_head=1, n_layer=2)) == "2 blocks of one head"
    assert shape_words(GPTConfig(n_layer=1)) == "4 heads" and shape_words(GPTConfig(n_head=1, n_layer=1)) == "One head"
    assert shape_words(BigramConfig()) == "A table of pairs"


def test_what_comes_next_and_its_cost():
    assert next_words("a space", 0.25, math.log(4)) == "Really comes a space: 0.25, which costs 1.39 nats."
    assert "which costs 2.6e8 nats" in next_words("a", 0.0, 255_880_736.0)

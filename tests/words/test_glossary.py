"""The glossary: every word of the field that a page uses is explained, once, where it is first said."""

import re

import pytest

from tinygpt.words import glossary as words
from tinygpt.words.storyboard import every_page

MUST = (
    "head",
    "logit",
    "nat",
    "tensor",
    "embedding",
    "gradient",
    "softmax",
    "dot product",
    "LayerNorm",
    "feed-forward",
)


def entry(word: str) -> words.Term:
    return next(one for one in words.glossary() if one.word == word)


@pytest.mark.parametrize("word", MUST)
def test_what_a_newcomer_does_not_know_is_explained(word):
    assert entry(word).says.endswith(".") and '"' not in entry(word).says and not re.search("[{}]", entry(word).says)


def test_a_word_is_a_word_of_its_own_and_no_code():
    assert words.words_in("The bulkhead heads for `head` and {head:.2f} of $head$, a head-on way.") == [entry("head")]
    assert words.words_in("ahead, `head`, {head}") == []
    assert [one.word for one in words.words_in("The val loss of a head.")] == ["val loss", "head"]


def test_the_first_mention_leads_to_the_explanation_and_the_rest_stays():
    text = words.explained("**Heads** of heads, `heads`.", (entry("head"),))
    assert text == f'**[Heads](#word-head "{entry("head").says}")** of heads, `heads`.'
    both = words.explained("The val loss is a loss.", (entry("val loss"), entry("loss")))
    assert both.count("](#word-") == 2 and "#word-val-loss" in both and "is a [loss](#word-loss" in both


@pytest.mark.parametrize("one", [pytest.param(one, id=one.name) for one in every_page()])
def test_each_word_of_a_lesson_is_in_its_list_and_linked_once(one):
    there = words.words_of(one)
    for found in there:
        linked = [scene for scene in one.scenes if found in words.first_mentions()[scene]]
        assert len(linked) == any(found in words.words_in(scene.say) for scene in one.scenes.values())
    assert {found for scene in one.scenes for found in words.first_mentions()[scene]} <= set(there)

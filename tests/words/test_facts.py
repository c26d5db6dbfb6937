"""The facts of a lesson carry names: nobody has to read the Python to edit a sentence."""

import pytest

from tinygpt.words.storyboard import Question, every_page, fields

SYMBOLS = {
    "B",
    "T",
    "T1",
    "T2",
    "C",
    "V",
    "hs",
    "q",
    "k",
    "v",
    "t",
    "kl",
}  # they stand in the formulas and sentences themselves
LESSONS = [pytest.param(one, id=one.name) for one in every_page()]


def of_question(question: Question) -> list[str]:
    return [question.ask, *(words for answer in question.answers for words in (answer.option, answer.reply))]


@pytest.mark.parametrize("one", LESSONS)
def test_a_placeholder_of_one_or_two_letters_is_a_symbol_of_the_page(one):
    templates = [words for scene in one.scenes.values() for words in scene.templates.values()]
    templates += [w for scene in one.scenes.values() if scene.question for w in of_question(scene.question)]
    templates += [words for question in one.check for words in of_question(question)]
    short = sorted({fact for words in templates for fact in fields(words) if len(fact) <= 2} - SYMBOLS)
    assert not short

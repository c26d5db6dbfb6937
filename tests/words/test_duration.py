"""How long a lesson takes: reckoned from its words, near what a clock said."""

from dataclasses import replace

from tinygpt.words.duration import minutes
from tinygpt.words.storyboard import lesson, lessons


def test_the_lessons_take_about_what_a_clock_said():
    measured = {"tokens": 15, "bigram": 28, "averaging": 23, "attention": 30, "scaling": 20, "transformer": 30}
    away = {one.name: abs(minutes(one) - measured[one.name]) for one in lessons()}
    assert max(away.values()) <= 10, away


def test_more_to_do_takes_longer():
    whole = lesson("attention")
    half = replace(whole, scenes=dict(list(whole.scenes.items())[:4]))
    assert minutes(replace(half, check=())) < minutes(half) < minutes(whole)
    assert minutes(replace(whole, scenes={}, check=())) == 5

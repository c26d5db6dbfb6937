"""How long a lesson takes: reckoned from its words, near what a clock said."""

from dataclasses import replace

from tinygpt.words.duration import minutes
from tinygpt.words.storyboard import lesson, lessons

# By a clock, in minutes, and of how many scenes: some have more of them since.
MEASURED = {
    "tokens": (15, 6), "bigram": (28, 8), "averaging": (23, 9), "attention": (30, 9), "scaling": (20, 8),
    "transformer": (30, 9),
}  # fmt: skip


def test_the_lessons_take_about_what_a_clock_said_a_scene():
    timed = [one for one in lessons() if one.name in MEASURED]
    expected = {one.name: MEASURED[one.name][0] / MEASURED[one.name][1] * len(one.scenes) for one in timed}
    away = {one.name: abs(minutes(one) - expected[one.name]) for one in timed}
    assert max(away.values()) <= 8, away


def test_more_to_do_takes_longer():
    whole = lesson("attention")
    half = replace(whole, scenes=dict(list(whole.scenes.items())[:4]))
    assert minutes(replace(half, check=())) < minutes(replace(half, check=4 * half.check)) < minutes(whole) + 10
    assert minutes(half) < minutes(whole)
    assert minutes(replace(whole, scenes={}, check=())) == 5

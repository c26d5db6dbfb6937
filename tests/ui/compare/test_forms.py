"""What the forms of the experiments say beside their settings."""

from tinygpt.experiments.ladder import rungs
from tinygpt.ui.compare.forms import steps_words


def test_that_the_bigram_makes_other_steps_than_the_gpt_is_said():
    assert steps_words(rungs("text", 65)) == "The bigram makes 3\u202f000 steps, each other rung 5\u202f000."
    assert steps_words(rungs("text", 65, steps=500)) == "The bigram makes 300 steps, each other rung 500."


def test_where_operations_are_equal_the_rungs_have_a_range():
    words = steps_words(rungs("text", 65, fair="flops", steps=500, most_steps=20_000))
    steps = [rung.spec.train.max_steps for rung in rungs("text", 65, fair="flops", steps=500, most_steps=20_000)]
    assert (
        words.endswith(f"each other rung 500 to {max(steps[1:]):,}.".replace(",", "\u202f")) and min(steps[1:]) == 500
    )

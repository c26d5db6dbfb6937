"""What the seeds say, in words: never more than they can."""

from tinygpt.plots.verdict_words import left_out_words, noise_words, so_far_words, verdict_words
from tinygpt.significance import compare


def said(a: dict, b: dict) -> str:
    found = compare(a, b)
    loss = sum(b.values()) / len(b) if b else 9.0
    return verdict_words("GPT", "bigram", loss, found)


def test_one_seed_each_says_nothing_about_luck():
    words = said({1: 2.5}, {1: 2.1})
    assert "GPT is lowest at 2.100, 0.400 below bigram." in words
    assert "repeat them with other seeds" in words and "confidence" not in words


def test_a_large_difference_comes_with_its_interval():
    words = said({1: 2.50, 2: 2.51, 3: 2.49}, {1: 2.10, 2: 2.11, 3: 2.09})
    assert "larger than the noise" in words and "between 0.377 and 0.423 (3 seeds, Welch)" in words


def test_a_small_one_says_what_would_have_shown():
    words = said({1: 2.50, 2: 2.40, 3: 2.45}, {1: 2.49, 2: 2.39, 3: 2.44})
    assert "within the noise" in words and "would have shown here" in words


def test_while_they_run_nothing_is_said_for_sure():
    words = so_far_words("bigram", 2.559)
    assert words.startswith("so far bigram is lowest at 2.559") and "noise" not in words


def test_runs_that_diverged_are_named():
    found = compare({1: 2.5, 2: None, 3: 2.4}, {1: 2.1, 2: 2.2, 3: None})
    assert left_out_words(found, "GPT", "bigram") == (
        " Not counted, because they have no final loss: 1 of bigram and 1 of GPT."
    )
    assert left_out_words(compare({1: 2.0}, {1: 2.0}), "a", "b") == ""
    assert "no val loss to compare it with" in verdict_words("GPT", "bigram", 2.1, compare({}, {1: 2.1}))


def test_unequal_numbers_of_seeds_are_both_said():
    assert "2 and 3 seeds" in noise_words(compare({1: 2.5, 2: 2.6}, {1: 2.1, 2: 2.0, 3: 2.2}))

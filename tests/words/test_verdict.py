"""What the seeds say, in words: never more than they can."""

from tinygpt.experiments.significance import compare
from tinygpt.words.verdict import (
    Lost,
    broken_words,
    chosen_words,
    lost_words,
    noise_words,
    rows_words,
    so_far_words,
    stopped_words,
    verdict_words,
)


def said(a: dict, b: dict) -> str:
    found = compare(a, b)
    loss = sum(b.values()) / len(b) if b else 9.0
    return verdict_words("GPT", "bigram", loss, found)


def test_one_seed_each_says_nothing_about_luck():
    words = said({1: 2.5}, {1: 2.1})
    assert "The lowest is GPT at 2.100, 0.400 below bigram." in words
    assert "repeat them with other seeds" in words and "confidence" not in words


def test_a_large_difference_comes_with_its_interval():
    words = said({1: 2.50, 2: 2.51, 3: 2.49}, {1: 2.10, 2: 2.11, 3: 2.09})
    assert "larger than the noise" in words and "between 0.377 and 0.423 (3 seeds, Welch)" in words


def test_a_small_one_says_what_would_have_shown():
    words = said({1: 2.50, 2: 2.40, 3: 2.45}, {1: 2.49, 2: 2.39, 3: 2.44})
    assert "within the noise" in words and "would have shown here" in words


def test_while_they_run_nothing_is_said_for_sure():
    words = so_far_words("bigram", 2.559)
    assert words.startswith("So far the lowest is bigram at 2.559") and "noise" not in words


def test_a_side_without_a_final_loss_is_no_side():
    assert "no final loss to compare it with" in verdict_words("GPT", "bigram", 2.1, compare({}, {1: 2.1}))


def test_why_the_seeds_are_too_few():
    assert "One seed each" in noise_words(compare({1: 2.5}, {1: 2.1}))
    assert "A single seed on one side" in noise_words(compare({1: 2.5}, {1: 2.1, 2: 2.2}))
    lost = noise_words(compare({1: 2.5, 2: None}, {1: 2.1, 2: 2.2}, same_start=True))
    assert lost.startswith("Too few seeds are left") and "One seed each" not in lost


def test_seeds_that_do_not_scatter_give_no_interval():
    equal = said({1: 2.5, 2: 2.6}, {1: 2.5, 2: 2.6})
    assert equal.startswith("The lowest are GPT and bigram, both at 2.550.")
    words = noise_words(compare({1: 2.5, 2: 2.625}, {1: 2.375, 2: 2.5}, same_start=True))  # 0.125 with both
    assert "the very same difference (2 seeds, pair by pair)" in words and "between" not in words
    flat = noise_words(compare({1: 2.5, 2: 2.5}, {1: 2.5, 2: 2.5}))
    assert flat == "There is no difference with any seed (2 seeds, Welch)."


def test_an_interval_whose_ends_look_alike_is_one_number():
    found = compare({1: 2.5, 2: 2.6, 3: 2.7}, {1: 2.4, 2: 2.50001, 3: 2.6}, same_start=True)
    assert "the true difference is 0.100 (3 seeds" in noise_words(found)


def test_the_lowest_of_many_is_called_lucky_and_many_tests_are_counted():
    assert "lowest of 12 is also the luckiest" in chosen_words(12) and chosen_words(3) == ""
    assert "5 comparisons: of twenty" in rows_words(5) and rows_words(3) == ""


def test_what_was_broken_on_purpose_is_not_praised():
    words = broken_words(("healthy", 2.352), ("no scale", 2.32), compare({1: 2.352}, {1: 2.32}))
    assert words.startswith("The val loss of healthy ends at 2.352, that of no scale at 2.320: 0.032 below. One seed")
    assert "lowest" not in words and "diagnosis below" in words


def test_who_diverged_and_who_was_stopped():
    assert lost_words([]) == stopped_words([]) == ""
    assert lost_words([Lost("A", 2, 2, "diverged"), Lost("B", 1, 3, "diverged"), Lost("C", 1, 1, "failed")]) == (
        "A diverged. 1 of 3 runs of B diverged. C failed."
    )
    assert lost_words([Lost(name, 1, 1, "diverged") for name in "ABCD"]) == "4 variants diverged."
    assert stopped_words(["A"]) == "A was stopped before the end: its loss is not final, so there is no verdict on it."
    assert stopped_words(["A", "B"]).startswith("A and B were stopped")


def test_unequal_numbers_of_seeds_are_both_said():
    assert "2 and 3 seeds" in noise_words(compare({1: 2.5, 2: 2.6}, {1: 2.1, 2: 2.0, 3: 2.2}))

"""What /generate says, checked on texts and numbers short enough to count."""

import pytest

from tinygpt.bigram import BigramConfig
from tinygpt.gpt import GPTConfig
from tinygpt.inside.levels import Level
from tinygpt.inside.writing import Took
from tinygpt.tokenizer import CharTokenizer
from tinygpt.words.copied import Copied, copied_words, unseen_words
from tinygpt.words.writing import (
    MANY,
    level_name,
    levels_title,
    long_prompt_words,
    parts_words,
    prompt_words,
    step_words,
    top_k_words,
    whole_words,
    window_words,
)

LINES, LETTERS = CharTokenizer("\nabc"), CharTokenizer("abc")
GPT = GPTConfig(block_size=4)


def test_a_prompt_that_is_read_whole_needs_no_words():
    assert prompt_words("abc", LINES) == ""


@pytest.mark.parametrize(
    ("prompt", "tokenizer", "said"),
    [
        ("axb", LINES, "Left out, because the model does not know it: \u2018x\u2019."),
        (
            "xyz",
            LINES,
            "not know them: \u2018x\u2019, \u2018y\u2019, \u2018z\u2019. Nothing is left, so it begins after a line",
        ),
        ("", LINES, "The prompt is empty, so it begins after a line break."),
        ("", LETTERS, "after \u2018a\u2019, the first of its characters: its text has no line breaks."),
        ("defghijklmn", LINES, "\u2018k\u2019 and 3 more."),
    ],
)
def test_what_of_a_prompt_is_not_read_is_named(prompt, tokenizer, said):
    assert said in prompt_words(prompt, tokenizer)


def test_long_prompts_wide_top_k_and_early_steps():
    assert long_prompt_words(9, 9) == top_k_words(3, 4) == top_k_words(None, 4) == step_words(9, 9) == ""
    assert long_prompt_words(2_001, 2_000) == "Of 2\u202f001 characters it reads the last 2\u202f000."
    assert "top-k 4 leaves none of them out" in top_k_words(4, 4)
    assert "first weights" in step_words(0, 9) and "after 3 of 9 steps" in step_words(3, 9)


@pytest.mark.parametrize(
    ("a", "b", "said"),
    [
        (
            "abc",
            "abd",
            "the first 2 characters are the same: then the left one writes \u2018c\u2019 and the right",
        ),
        ("ab", "ac", "the first character is the same: then the left one"),
        ("a", "b", "not even the first character is the same: the left one"),
        ("abc", "abc", "both write the same 3 characters"),
    ],
)
def test_where_two_texts_part(a, b, said):
    assert said in parts_words(a, b)


def test_a_window_that_is_not_full_reads_each_character_once():
    took = [Took(2, 9.0), Took(1, 0.001), Took(1, 0.001)]
    words = window_words(GPT, 2, took)  # the third character is drawn after 4
    assert "fit into its window of 4 characters" in words and "slides" not in words and "ms" not in words


def test_a_window_that_is_full_slides_and_says_what_that_takes():
    took = [Took(2, 9.0), Took(1, 0.001), Took(1, 0.001)] + [Took(4, 0.002)] * MANY
    words = window_words(GPT, 2, took)
    assert "Its window holds 4 characters. Until then it read each character once. Since" in words
    assert words.endswith("all 4 are read anew for each new one, in 2.0\u00a0ms.")
    assert "Until then" not in window_words(GPT, 9, [Took(4, 0.002)] * MANY), "the prompt alone is longer"


def test_models_that_keep_nothing_say_why():
    assert "the last character alone" in window_words(BigramConfig(), 1, [Took(1, 0.1)])
    assert "nothing can be kept" in window_words(GPTConfig(mask=False), 1, [Took(1, 0.1)])
    off = GPTConfig(n_layer=1, surgery="0 attention")
    assert window_words(off, 1, [Took(1, 0.1)])


def test_levels_are_named_by_their_loss_and_their_step():
    assert level_name(Level(2.5, 300, 2.487)) == "about 2.49 after 300 steps"
    assert level_name(Level(4.2, 0, 4.1744)) == "4.17 at the start"
    assert "a loss of 4.2 and 2.5 looks like" in levels_title([Level(4.2, 0, 4.2), Level(2.5, 9, 2.5)])


def test_the_whole_text_is_paid_for_by_whoever_was_measured():
    assert "2.48, and GPT 2.08." in whole_words(4.174, 2.482, 2.0753, "GPT")
    assert "2.48. Ten" in whole_words(4.174, 2.482, None, "GPT")


def test_what_is_copied_and_what_is_made_up():
    words = copied_words(Copied(0.125, 99, " to\n", ["herced"]))
    assert words == (
        "12% of its pieces of 8 characters stand in the training text. Its longest run from there has 4 characters, "
        "\u201c\u00b7to\u00b6\u201d, first at its character 100. One new word, which stands nowhere there: herced."
    )
    assert "Every word of it stands there." in copied_words(Copied(1, 0, "a", []))
    assert "3 more" in copied_words(Copied(0, 0, "a", list("abcdefghi")))
    assert unseen_words(Copied(0.5, 0, "a", [])).endswith("50%, 1 character, and no new word.")

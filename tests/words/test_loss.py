"""What to look for in a loss chart: a sentence computed from the curve."""

from dataclasses import replace

import pytest

from tests.plots.losses.curves import curve, points
from tinygpt.corpus import Corpus, load_corpus
from tinygpt.counting import floors
from tinygpt.experiments.curves import LossCurve
from tinygpt.training.loop import train
from tinygpt.training.presets import PRESETS
from tinygpt.words.loss import CLOSE, crossing, curve_words, end_words, final_words

KNOWN = {"uniform": 4.17, "2-gram": 2.48, "3-gram": 2.05}
SHORT = {"uniform": 3.83, "2-gram": 2.91, "3-gram": 2.81, "4-gram": 3.56}  # of the first 1,000 characters of the plays


def ended_at(final: float, last: float, run: str = "a") -> LossCurve:
    """A finished run whose last look on the way was at `last`, and whose long estimate at the end is `final`."""
    return LossCurve(run, "GPT", "gpt", points([(0, 4.2, 4.2), (90, last, last), (100, final, final)]), 100)


@pytest.mark.parametrize(
    ("curves", "words"),
    [
        ([ended_at(2.481, 2.469)],
         "The dot at the end is a longer look, at 200 batches instead of 20: it stands 0.012 above its line."),
        ([ended_at(2.4, 2.45)],
         "The dot at the end is a longer look, at 200 batches instead of 20: it stands 0.050 below its line."),
        ([ended_at(2.4, 2.41, "a"), ended_at(3.065, 2.991, "b")],
         "The dots at the ends are a longer look, at 200 batches instead of 20: they stand up to 0.074 off their lines."
         ),
        ([ended_at(2.4, 2.402)], ""),
        ([replace(ended_at(2.4, 2.6), max_steps=500)], ""),
        ([], ""),
    ],
)  # fmt: skip
def test_a_dot_that_stands_off_its_line_is_explained(curves, words):
    assert end_words(curves) == words


def test_the_crossing_is_where_the_curve_stays_below():
    assert crossing(curve(4.0, 2.4, 2.6, 2.3, 2.2), 2.48) == 30
    assert crossing(curve(4.0, 2.6), 2.48) is None


def test_below_by_a_hair_is_no_crossing():
    assert crossing(curve(4.0, 2.48 - CLOSE / 2), 2.48) is None
    assert crossing(curve(4.0, 2.47, 2.4, 2.47), 2.48) == 10
    hair = curve_words(curve(4.0, 2.47), KNOWN, ended=False)
    assert "the moment the curve falls clearly below 2\u2011gram" in hair


@pytest.mark.parametrize(
    ("curve_", "ended", "guess", "words"),
    [
        (None, False, None, "the first value"),
        (curve(4.0, 2.9), False, None, "the moment the curve falls clearly below 2\u2011gram"),
        (
            curve(4.0, 2.9),
            True,
            None,
            "how near the curve came to 2\u2011gram, the best a table of pairs can do: it ended 0.42",
        ),
        (curve(4.0, 2.47), True, None, "it ended level with it."),
        (curve(4.0, 1.2e16), True, 2.3, "it ended at 1.2e16."),
        (curve(4.0, 2.4), False, None, "the crossing at step 10. Below 2\u2011gram"),
        (curve(4.0, 2.4), False, None, "To 3\u2011gram it is still 0.35"),
        (curve(4.0, 2.0), True, 2.3, "Your guess was 2.30; it ended at 2.00."),
        (curve(4.0, 2.5, role="bigram"), False, None, "It is 0.020 above; more steps cannot bring it below."),
        (curve(4.0, 2.4, role="bigram"), False, None, "It is there, as far as a few batches can tell."),
    ],
)
def test_the_sentence_under_the_chart_is_computed(curve_, ended, guess, words):
    assert words in curve_words(curve_, KNOWN, ended=ended, guess=guess)


def test_on_a_short_text_a_bigram_below_the_counts_is_explained_and_called_no_best():
    words = curve_words(curve(4.0, 2.7, role="bigram"), SHORT, ended=False)
    assert "below 2\u2011gram: by 0.210. Counting adds 1 for every pair" in words
    for val in (3.0, 2.9, 2.7):
        words = curve_words(curve(4.0, val, role="bigram"), SHORT, ended=False)
        assert "the best" not in words and "cannot" not in words


@pytest.mark.trained
def test_a_bigram_really_ends_below_the_counts_on_a_short_text(margin):
    corpus = Corpus.from_text(load_corpus("shakespeare-plays").text[:1_000])
    known = {name: floor.val for name, floor in floors(corpus).items()}
    spec = PRESETS["bigram"].spec(corpus.name, corpus.tokenizer.vocab_size)
    points = train(replace(spec, train=replace(spec.train, max_steps=1_000)), corpus)
    bigram = LossCurve("a", "bigram", "bigram", list(points))
    margin("val above counting", bigram.vals[-1][1] - known["2-gram"], below=-CLOSE)
    assert "Counting adds 1" in curve_words(bigram, known, ended=True)


def test_on_a_short_text_no_crossing_proves_that_a_model_uses_more():
    words = curve_words(curve(4.0, 2.6), SHORT, ended=False)
    assert "GPT may still use only two characters" in words
    assert "must" not in words + curve_words(curve(4.0, 3.2), SHORT, ended=False)


def test_to_be_below_a_table_that_is_worse_than_a_smaller_one_proves_nothing():
    assert "the moment" in curve_words(curve(4.0, 3.2), SHORT, ended=False)  # below the 4-gram, above the 2-gram


@pytest.mark.parametrize(
    ("curve_", "words"),
    [
        (curve(4.2, 1e5, 900.0), "at step 10 a batch cost 100\u202f000, where guessing costs 4.17. What is too high"),
        (curve(4.2), "the curve breaks off: after step 0 there is no loss to draw"),
        (LossCurve("a", "GPT", "gpt", []), "not even the first loss was a number"),
    ],
)
def test_a_diverged_run_has_a_sentence_of_its_own(curve_, words):
    assert words in curve_words(curve_, KNOWN, ended=True, guess=2.3, diverged=True)


def test_a_loss_that_is_no_number_has_diverged():
    assert [final_words(loss) for loss in (2.4868, float("inf"), float("nan"))] == ["2.487", "diverged", "diverged"]

"""What a loss chart shows: sentences computed from its curves."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.floors import bigram_curve, contradictions
from tests.plots.losses.curves import curve, points
from tinygpt.corpus import Corpus, load_corpus
from tinygpt.counting import SMOOTHING, Floor, NGramModel, floors
from tinygpt.experiments.curves import LossCurve
from tinygpt.words.floors import CLOSE, counting_words, stretch_below
from tinygpt.words.leaks import leak_words
from tinygpt.words.loss import curve_words, end_words, final_words

KNOWN = {
    "uniform": Floor(4.17, 4.17),
    "2-gram": Floor(2.45, 2.48, 1.0, counts=714, lowest=2.48),
    "3-gram": Floor(1.91, 2.05, 0.1, counts=89, lowest=2.05),
}
SHORT = {  # of the first 1,000 characters of the plays
    "uniform": Floor(3.83, 3.83),
    "2-gram": Floor(2.0, 2.91, 1.0, counts=3.1, lowest=2.8),
    "3-gram": Floor(1.0, 2.81, 0.1, counts=1.4, lowest=2.81),
    "4-gram": Floor(0.5, 3.56, 0.01, counts=1.1, lowest=3.5),
}


def ended_at(final: float, last: float, run: str = "a") -> LossCurve:
    """A finished run whose last look on the way was at `last`, and whose long estimate at the end is `final`."""
    return LossCurve(run, "GPT", "gpt", points([(0, 4.2, 4.2), (90, last, last), (100, final, final)]), 100)


@pytest.mark.parametrize(
    ("curves", "words"),
    [
        ([ended_at(2.481, 2.469)],
         "The dot at the end is a longer look, at 10 times the text: it stands 0.012 above its line."),
        ([ended_at(2.4, 2.45)],
         "The dot at the end is a longer look, at 10 times the text: it stands 0.050 below its line."),
        ([ended_at(2.4, 2.41, "a"), ended_at(3.065, 2.991, "b")],
         "The dots at the ends are a longer look, at 10 times the text: they stand up to 0.074 off their lines."
         ),
        ([replace(ended_at(2.4, 2.45, "a"), label="a table"), curve(4.0, 3.0)],
         "The dot at the end of a table is a longer look, at 10 times the text: it stands 0.050 below its line."
         ),
        ([ended_at(2.4, 2.402)], ""),
        ([replace(ended_at(2.4, 2.6), max_steps=500)], ""),
        ([], ""),
    ],
)  # fmt: skip
def test_a_dot_that_stands_off_its_line_is_explained(curves, words):
    assert end_words(curves) == words


def test_the_crossing_is_where_the_curve_stays_below():
    assert stretch_below(curve(4.0, 2.4, 2.6, 2.3, 2.2), KNOWN["2-gram"]) == (30, 40)
    assert stretch_below(curve(4.0, 2.6), KNOWN["2-gram"]) is None


def test_below_by_a_hair_is_no_crossing():
    assert stretch_below(curve(4.0, 2.48 - CLOSE / 2), KNOWN["2-gram"]) is None
    assert stretch_below(curve(4.0, 2.47, 2.4, 2.47), KNOWN["2-gram"]) == (10, 30)
    hair = curve_words(curve(4.0, 2.47), KNOWN, ended=False)
    assert "The curve is not yet clearly below pairs, the best a table of pairs can do: once it is clearly" in hair


def test_where_a_few_windows_are_noisier_a_hair_is_thicker():
    noisy = KNOWN["2-gram"]._replace(noise=0.04)
    assert stretch_below(curve(4.0, 2.4), KNOWN["2-gram"]) == (10, 10)
    assert stretch_below(curve(4.0, 2.4), noisy) is None


@pytest.mark.parametrize(
    ("curve_", "ended", "guess", "words"),
    [
        (None, False, None, "The first value will stand near the dotted line at the top"),
        (
            curve(4.0, 2.9),
            False,
            None,
            "The curve is still 0.42 above pairs, the best a table of pairs can do: once it is",
        ),
        (
            curve(4.0, 2.9),
            True,
            None,
            "The curve ended 0.42 above pairs, the best a table of pairs can do.",
        ),
        (curve(4.0, 2.47), True, None, "The curve ended level with pairs, the best"),
        (curve(4.0, 1.2e16), True, 2.3, "it ended at 1.2e16."),
        (curve(4.0, 2.4), False, None, "The curve crosses pairs at step 10. Below pairs, the best"),
        (curve(4.0, 2.4), False, None, "GPT must be using more than one character"),
        (curve(4.0, 2.4), False, None, "To triples it is still 0.35"),
        (curve(4.0, 2.0), True, 2.3, "Your guess was 2.30; it ended at 2.00."),
        (curve(4.0, 3.7, role="bigram"), False, None, "The curve is still 1.220 above pairs, the best a table of"),
        (curve(4.0, 3.7, role="bigram"), True, None, "The curve is 1.220 above pairs, the best a table of"),
        (curve(4.0, 2.5, role="bigram"), False, None, "It is 0.020 above; more steps cannot bring it clearly below."),
        (curve(4.0, 2.46, role="bigram"), False, None, "It is there, as far as a few batches can tell."),
        (
            curve(4.0, 2.27, role="bigram"),
            True,
            None,
            "The curve is below pairs by 0.210. A learned table can be better than",
        ),
    ],
)
def test_the_sentence_under_the_chart_is_computed(curve_, ended, guess, words):
    assert words in curve_words(curve_, KNOWN, ended=ended, guess=guess)


@pytest.mark.parametrize("role", ["gpt", "bigram"])
def test_a_crossing_that_was_undone_is_taken_back(role):
    back = curve_words(curve(4.0, 2.4, 2.3, 2.6, role=role), KNOWN, ended=True)
    assert "The curve came back: GPT was below pairs from step 10 to 20 and is 0.12 above it now." in back
    assert "crosses" not in back and "must" not in back and "the best" not in back
    half = curve_words(curve(4.0, 2.4, 1.9, 2.3), KNOWN, ended=False)
    assert "was below triples at step 20 and is 0.25 above it now. It is still below pairs." in half


@given(st.lists(st.floats(0.5, 5), min_size=1, max_size=12), st.booleans(), st.sampled_from(["gpt", "bigram"]))
def test_what_is_said_of_a_curve_is_what_the_curve_does(vals, ended, role):
    words, floor, now = curve_words(curve(*vals, role=role), KNOWN, ended=ended), KNOWN["2-gram"].val, vals[-1]
    assert ("below pairs by" in words) <= (now < floor - CLOSE), words
    assert ("must be using" in words and "crosses" in words) <= (now < floor), words
    assert ("ended level" in words) <= (abs(now - floor) <= CLOSE), words
    assert ("above it now" in words) <= (now > min(vals)), words
    if role == "bigram":
        assert ("the best" in words) <= (min(vals) >= floor - CLOSE), words


def test_on_a_short_text_a_bigram_below_the_counts_is_explained_and_called_no_best():
    words = curve_words(curve(4.0, 2.7, role="bigram"), SHORT, ended=False)
    assert "The curve is below pairs by 0.210. A learned table can be better than a counted one" in words
    assert "only 3.1 counts for each pair that occurs" in words
    for val in (3.0, 2.9, 2.7):
        words = curve_words(curve(4.0, val, role="bigram"), SHORT, ended=False)
        assert "the best" not in words and "cannot" not in words


def test_counting_is_not_the_best_where_another_smoothing_or_a_bigram_is_lower():
    strange = KNOWN | {"2-gram": KNOWN["2-gram"]._replace(lowest=2.31)}
    words = curve_words(curve(4.0, 2.4), strange, ended=True)
    assert "may still use only one character: unseen text is unlike training text here" in words and "2.31" in words
    words = curve_words(curve(4.0, 2.4), KNOWN, ended=True, bigram=2.3)
    assert "may still use only one character: a bigram came down to 2.3" in words
    for said in (words, curve_words(curve(4.0, 2.9), KNOWN, ended=True, bigram=2.3)):
        assert "the best" not in said and "must" not in said


def test_so_far_below_a_few_counts_comes_no_table():
    few = {name: floor._replace(counts=30.0) if name == "2-gram" else floor for name, floor in KNOWN.items()}
    floor = few["2-gram"].val
    words = curve_words(curve(4.0, floor - 0.1), few, ended=True)
    assert "GPT may still use only one character: there are only 30.0 counts for each pair" in words
    words = curve_words(curve(4.0, floor - 0.3), few, ended=True)
    assert "It is 0.30 below pairs, what a table of pairs reaches by counting, and no other" in words
    assert "table of pairs comes so low: GPT must be using more than one character." in words


def test_how_the_floors_were_counted_can_be_read():
    assert "pairs 1, triples 0.1." in counting_words(KNOWN)
    assert counting_words({"uniform": KNOWN["uniform"]}) == ""


@pytest.mark.trained
def test_on_a_short_text_a_bigram_beats_the_lectures_counts_and_contradicts_no_sentence(margin):
    corpus = Corpus.from_text(load_corpus("shakespeare-plays").text[:1_000])
    known, bigram = floors(corpus), bigram_curve(corpus, 1_000)
    usual = NGramModel.fit(corpus.train, 2, corpus.tokenizer.vocab_size, SMOOTHING[2]).loss(corpus.val)
    margin("val above counting with 1 added", bigram.vals[-1][1] - usual, below=-CLOSE)
    assert known["2-gram"].val < usual - CLOSE and not known["2-gram"].sure
    assert not list(contradictions(bigram, known))


def test_on_a_short_text_no_crossing_proves_that_a_model_uses_more():
    words = curve_words(curve(4.0, 2.6), SHORT, ended=False)
    assert "GPT may still use only two characters: there are only 1.4 counts for each triple" in words
    assert "must" not in words + curve_words(curve(4.0, 3.2), SHORT, ended=False)


def test_to_be_below_a_table_that_is_worse_than_a_smaller_one_proves_nothing():
    words = curve_words(curve(4.0, 3.2), SHORT, ended=False)  # below fours, above pairs
    assert words.startswith("The curve is still 0.29 above pairs")


@pytest.mark.parametrize(
    ("curve_", "words"),
    [
        (curve(4.2, 1e5, 900.0), "at step 10 a batch cost 100\u202f000, where guessing costs 4.17. What is too high"),
        (curve(4.2), "The curve breaks off: after step 0 there is no loss to draw"),
        (LossCurve("a", "GPT", "gpt", []), "No loss is drawn: not even the first one was a number."),
    ],
)
def test_a_diverged_run_has_a_sentence_of_its_own(curve_, words):
    assert words in curve_words(curve_, KNOWN, ended=True, guess=2.3, diverged=True)


def test_a_loss_that_is_no_number_has_diverged():
    assert [final_words(loss) for loss in (2.4868, float("inf"), float("nan"))] == ["2.487", "diverged", "diverged"]


# --- a run that sees the answer --------------------------------------------------------------------------------------


def test_a_run_that_sees_the_answer_crosses_no_line_and_is_asked_about():
    seen = replace(curve(4.0, 2.4, 0.396), leak="no mask")
    assert curve_words(seen, KNOWN, ended=True, guess=2.3) == (
        "The val loss of GPT is 0.396: too good. Why? Without the mask every position but the last reads the character "
        "it has to guess. Your guess was 2.30; it ended at 0.40."
    )


def test_one_that_still_trains_or_is_not_too_good_is_set_apart_all_the_same():
    words = curve_words(replace(curve(4.0, 2.4), leak="no mask"), KNOWN, ended=False)
    assert words.startswith("The val loss of GPT, 2.400 so far, is no loss of guessing: this run sees the answer.")
    assert "pairs" not in words and "more than one character" not in words
    words = curve_words(replace(curve(4.0, 2.4, 2.2), leak="wrong axis"), KNOWN, ended=True)
    assert "GPT, 2.200, is no loss of guessing" in words and "The softmax over columns" in words
    falls, rises = [4.0, 2.0, 1.0], [1.5, 2.0, 2.5, 3.0, 3.5]
    assert "by heart" not in curve_words(replace(curve(*falls, *rises), leak="no mask"), KNOWN, ended=False)


def test_where_it_has_nothing_to_read_its_loss_is_said_beside_that_of_counting():
    words = leak_words("GPT", 0.396, "no mask", {"2-gram": 2.48}, by_position=[0.01, 0.02, 3.08])
    assert words.endswith(
        "At the first position it loses 0.01; at the last, where nothing is left to read, 3.08, where counting pairs "
        "loses 2.48."
    )
    assert "will be no loss of guessing: this run sees the answer" in leak_words("GPT", None, "no mask", {})


@pytest.mark.parametrize("ended", [False, True])
@pytest.mark.parametrize("role", ["gpt", "bigram"])
@given(st.lists(st.floats(0.5, 5), max_size=12))
def test_every_sentence_states_and_begins_with_a_capital_letter(role, ended, vals):
    for known in ({}, KNOWN, SHORT):
        for diverged in (False, True):
            words = curve_words(curve(*vals, role=role), known, ended=ended, diverged=diverged)
            assert words[0].isupper() and words.endswith("."), words

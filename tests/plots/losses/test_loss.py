"""The loss chart: a constant spec, and rows that say what the picture shows."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.bigram import BigramConfig
from tinygpt.corpus import Corpus, load_corpus
from tinygpt.counting import floors
from tinygpt.experiments.curves import LossCurve, running_mean
from tinygpt.models import kind
from tinygpt.plots.losses.loss import Line, apart, loss_rows
from tinygpt.plots.losses.loss_chart import ROLES, loss_spec
from tinygpt.plots.losses.marks import DASHES
from tinygpt.spelling import brief
from tinygpt.training.loop import train
from tinygpt.training.presets import LADDER, PRESETS
from tinygpt.words.loss import CLOSE, crossing, look_for

FLOORS = [Line("ln 65\n4.17", 4.17), Line("2-gram\n2.48", 2.48), Line("3-gram\n2.05", 2.05)]
KNOWN = {"uniform": 4.17, "2-gram": 2.48, "3-gram": 2.05}
SHORT = {"uniform": 3.83, "2-gram": 2.91, "3-gram": 2.81, "4-gram": 3.56}  # of the first 1,000 characters of the plays


def curve(*vals, run="a", label="GPT", role="gpt", every=10):
    """A curve whose batch losses are those of the val loss; a val loss every `every` steps."""
    return LossCurve(run, label, role, 0, [(i * every, val, val) for i, val in enumerate(vals)])


def rows_of(kind, rows):
    return [row.dropna().to_dict() for _, row in rows[rows["kind"] == kind].iterrows()]


def test_the_spec_is_constant_and_plain_json():
    assert loss_spec("light") is loss_spec("light")
    assert json.loads(json.dumps(loss_spec("dark"))) == loss_spec("dark")


def test_zoom_is_a_named_selection_bound_to_the_scales():
    (grid,) = loss_spec("light")["params"]
    assert (grid["name"], grid["bind"]) == ("grid", "scales")


def test_every_role_has_its_hue_and_every_family_of_the_ladder_its_role():
    color = next(layer["encoding"]["color"] for layer in loss_spec("light")["layer"] if "color" in layer["encoding"])
    assert color["scale"]["domain"] == list(ROLES)
    assert len(set(color["scale"]["range"])) == len(ROLES)
    roles = [kind(PRESETS[rung].model) for rung in LADDER]
    assert roles == ["bigram", "head", "heads", "heads", "gpt", "gpt"]
    assert kind(BigramConfig()) == "bigram"


def test_the_axes_reach_from_step_zero_to_the_last_step_of_the_longest_run():
    corners = rows_of("corner", loss_rows([curve(4.2, 3.0)], FLOORS, max_steps=1_000))
    assert [corner["step"] for corner in corners] == [0, 1_015]
    assert corners[1]["loss"] < 3.0 < 4.2 < corners[0]["loss"]


def test_adding_a_point_leaves_the_corners_where_they_are():
    before = rows_of("corner", loss_rows([curve(4.2, 3.0, 2.6)], FLOORS, max_steps=100))
    after = rows_of("corner", loss_rows([curve(4.2, 3.0, 2.6, 2.58)], FLOORS, max_steps=100))
    assert before == after


def test_train_and_val_are_rows_and_the_end_is_named():
    rows = loss_rows([curve(4.0, 3.0, 2.5)], FLOORS, max_steps=20)
    assert [row["loss"] for row in rows_of("val", rows)] == [4.0, 3.0, 2.5]
    assert len(rows_of("train", rows)) == 3
    (end,) = rows_of("end", rows)
    assert (end["label"], end["step"], end["side"]) == ("GPT 2.500", 20, "left")


def test_a_diverged_curve_runs_along_the_upper_edge_and_does_not_stretch_the_chart():
    rows = loss_rows([curve(4.2, 900.0, 2e30), curve(4.1, 3.0, run="b")], FLOORS, max_steps=100)
    top = rows_of("corner", rows)[0]["loss"]
    assert top < 7
    wild = [row for row in rows_of("val", rows) if row["run"] == "a"]
    assert [row["val"] for row in wild] == [4.2, 900.0, 2e30]  # what the tooltip says
    assert [row["loss"] for row in wild] == [4.2, wild[1]["loss"], wild[1]["loss"]]
    assert 4.2 < wild[1]["loss"] < top
    assert len([row for row in rows_of("train", rows) if row["run"] == "a"]) == 3
    assert {row["label"]: row["loss"] < top for row in rows_of("end", rows)} == {"GPT 3.000": True, "GPT 2.0e30": True}


def test_the_tooltip_says_the_loss_that_was_measured():
    (points,) = [layer for layer in loss_spec("light")["layer"] if layer.get("name") == "points"]
    assert [entry["field"] for entry in points["encoding"]["tooltip"]] == ["label", "step", "val", "train"]


def test_the_names_of_two_diverged_runs_do_not_lie_on_each_other():
    wild = [curve(4.2, 900.0, run="a"), curve(4.2, 901.0, run="b"), curve(4.2, 902.0, run="c")]
    rows = loss_rows(wild, FLOORS, max_steps=100)
    high, low = (corner["loss"] for corner in rows_of("corner", rows))
    places = [row["label_y"] for row in rows_of("end", rows)]
    assert max(places) < high
    assert all(above - below > 0.07 * (high - low) for below, above in zip(places, places[1:], strict=False))


def test_training_text_that_is_learned_by_heart_stays_on_the_chart():
    learned = LossCurve("a", "GPT", "gpt", 0, [(i * 10, 4.0 / (i + 1), 3.0) for i in range(20)])
    rows = loss_rows([learned], FLOORS, max_steps=190)
    low = rows_of("corner", rows)[1]["loss"]
    assert low < min(row["loss"] for row in rows_of("train", rows)) < 0.3


@pytest.mark.parametrize("guess", [0.0, 2.3, 8.5])
def test_every_guess_is_on_the_chart(guess):
    rows = loss_rows([curve(4.2, 3.0)], FLOORS, max_steps=100, guess=guess)
    high, low = (corner["loss"] for corner in rows_of("corner", rows))
    (line,) = rows_of("guess", rows)
    assert low < line["loss"] < high and line["label"] == f"your guess {guess:.2f}"


def test_a_loss_takes_few_characters():
    assert [brief(loss) for loss in (2.4868, 3_900.4, 4.68e26)] == ["2.487", "3\u202f900", "4.7e26"]


def test_a_guess_is_a_line_and_the_end_is_a_closer_look():
    vals = [4.2 - 0.1 * i for i in range(20)]
    rows = loss_rows([curve(*vals, every=5)], FLOORS, max_steps=95, guess=2.31, the_end=True)
    assert rows_of("guess", rows)[0]["label"] == "your guess 2.31"
    assert min(row["step"] for row in rows_of("val", rows)) >= 31


def test_no_run_yet_shows_the_floors_alone():
    rows = loss_rows([], FLOORS, max_steps=100)
    assert {row["kind"] for row in rows.to_dict("records")} == {"corner", "floor"}


@given(st.lists(st.floats(0, 10), max_size=8).map(sorted), st.floats(0.01, 1))
def test_labels_are_moved_apart_and_stay_in_order(values, gap):
    placed = apart(values, gap)
    assert all(b - a >= gap - 1e-9 for a, b in zip(placed, placed[1:], strict=False))
    assert all(place >= value for place, value in zip(placed, values, strict=True))
    lowered = apart(values, gap, top=5)
    assert all(b - a >= gap - 1e-9 for a, b in zip(lowered, lowered[1:], strict=False))
    assert all(place <= 5 for place in lowered)


def test_a_running_mean_by_hand():
    assert running_mean([0, 2, 3, 9, 10], [1.0, 3.0, 5.0, 9.0, 4.0], over=1) == [1.0, 4.0, 4.0, 6.5, 6.5]
    assert running_mean([], [], over=1) == []
    assert running_mean([0, 9, 10, 19, 20], [5.0, 1e30, 5.0, 5.0, 5.0], over=2)[3:] == [5.0, 5.0]  # after a huge one


def test_the_last_batch_of_a_live_run_is_smoothed_and_the_estimate_at_the_end_is_not():
    losses = [2.0] * 99 + [3.0]  # the last one is a spike
    points = [(step, loss, None) for step, loss in enumerate(losses, 1)]
    assert LossCurve("a", "GPT", "gpt", 0, points, max_steps=500).train[-1] == (100, pytest.approx(2 + 1 / 3))
    assert LossCurve("a", "GPT", "gpt", 0, points, max_steps=100).train[-1] == (100, 3.0)


def test_the_crossing_is_where_the_curve_stays_below():
    assert crossing(curve(4.0, 2.4, 2.6, 2.3, 2.2), 2.48) == 30
    assert crossing(curve(4.0, 2.6), 2.48) is None


def test_below_by_a_hair_is_no_crossing():
    assert crossing(curve(4.0, 2.48 - CLOSE / 2), 2.48) is None
    assert crossing(curve(4.0, 2.47, 2.4, 2.47), 2.48) == 10
    hair = look_for(curve(4.0, 2.47), KNOWN, ended=False)
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
    assert words in look_for(curve_, KNOWN, ended=ended, guess=guess)


def test_there_are_four_dashes_and_the_first_is_a_plain_line():
    assert DASHES[0] == [1, 0] and len(DASHES) == 4


def test_on_a_short_text_a_bigram_below_the_counts_is_explained_and_called_no_best():
    words = look_for(curve(4.0, 2.7, role="bigram"), SHORT, ended=False)
    assert "below 2\u2011gram: by 0.210. Counting adds 1 for every pair" in words
    for val in (3.0, 2.9, 2.7):
        words = look_for(curve(4.0, val, role="bigram"), SHORT, ended=False)
        assert "the best" not in words and "cannot" not in words


@pytest.mark.trained
def test_a_bigram_really_ends_below_the_counts_on_a_short_text(margin):
    corpus = Corpus.from_text(load_corpus("shakespeare-plays").text[:1_000])
    known = {name: floor.val for name, floor in floors(corpus).items()}
    spec = PRESETS["bigram"].spec(corpus.name, corpus.tokenizer.vocab_size)
    points = train(replace(spec, train=replace(spec.train, max_steps=1_000)), corpus)
    bigram = LossCurve("a", "bigram", "bigram", 0, [(point.step, point.loss, point.val) for point in points])
    margin("val above counting", bigram.vals[-1][1] - known["2-gram"], below=-CLOSE)
    assert "Counting adds 1" in look_for(bigram, known, ended=True)


def test_on_a_short_text_no_crossing_proves_that_a_model_uses_more():
    words = look_for(curve(4.0, 2.6), SHORT, ended=False)
    assert "GPT may still use only two characters" in words
    assert "must" not in words + look_for(curve(4.0, 3.2), SHORT, ended=False)


def test_to_be_below_a_table_that_is_worse_than_a_smaller_one_proves_nothing():
    assert "the moment" in look_for(curve(4.0, 3.2), SHORT, ended=False)  # below the 4-gram, above the 2-gram


@pytest.mark.parametrize(
    ("curve_", "words"),
    [
        (curve(4.2, 1e5, 900.0), "at step 10 a batch cost 100\u202f000, where guessing costs 4.17. What is too high"),
        (curve(4.2), "the curve breaks off: after step 0 there is no loss to draw"),
        (LossCurve("a", "GPT", "gpt", 0, []), "not even the first loss was a number"),
    ],
)
def test_a_diverged_run_has_a_sentence_of_its_own(curve_, words):
    assert words in look_for(curve_, KNOWN, ended=True, guess=2.3, diverged=True)

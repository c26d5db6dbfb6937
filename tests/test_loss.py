"""The loss chart: a constant spec, and rows that say what the picture shows."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.bigram import BigramConfig
from tinygpt.models import kind
from tinygpt.plots.loss import Line, LossCurve, apart, loss_rows, running_mean
from tinygpt.plots.loss_chart import DASHES, ROLES, loss_spec
from tinygpt.plots.loss_words import crossing, look_for
from tinygpt.presets import LADDER, PRESETS

FLOORS = [Line("ln 65\n4.17", 4.17), Line("2-gram\n2.48", 2.48), Line("3-gram\n2.05", 2.05)]
KNOWN = {"uniform": 4.17, "2-gram": 2.48, "3-gram": 2.05}


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


def test_a_diverged_curve_does_not_stretch_the_chart():
    rows = loss_rows([curve(4.2, 900.0, 2000.0)], FLOORS, max_steps=100)
    assert rows["loss"].max() < 7
    assert len(rows_of("val", rows)) == 1


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


def test_a_running_mean_by_hand():
    assert running_mean([0, 2, 3, 9, 10], [1.0, 3.0, 5.0, 9.0, 4.0], over=1) == [1.0, 4.0, 4.0, 6.5, 4.0]
    assert running_mean([], [], over=1) == []


def test_the_crossing_is_where_the_curve_stays_below():
    assert crossing(curve(4.0, 2.4, 2.6, 2.3, 2.2), 2.48) == 30
    assert crossing(curve(4.0, 2.6), 2.48) is None


@pytest.mark.parametrize(
    ("curve_", "ended", "guess", "words"),
    [
        (None, False, None, "the first value"),
        (curve(4.0, 2.9), False, None, "the moment the curve falls below 2\u2011gram"),
        (curve(4.0, 2.4), False, None, "the crossing at step 10. Below 2\u2011gram"),
        (curve(4.0, 2.4), False, None, "To 3\u2011gram it is still 0.35"),
        (curve(4.0, 2.0), True, 2.3, "Your guess was 2.30; it ended at 2.00."),
        (curve(4.0, 2.5, role="bigram"), False, None, "It is 0.020 above"),
    ],
)
def test_the_sentence_under_the_chart_is_computed(curve_, ended, guess, words):
    assert words in look_for(curve_, KNOWN, ended=ended, guess=guess)


def test_there_are_four_dashes_and_the_first_is_a_plain_line():
    assert DASHES[0] == [1, 0] and len(DASHES) == 4

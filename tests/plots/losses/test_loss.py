"""The loss chart: a constant spec, and rows that say what the picture shows."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.plots.losses.curves import FLOORS, curve, points
from tinygpt.bigram import BigramConfig
from tinygpt.experiments.curves import LossCurve, running_mean
from tinygpt.models import kind
from tinygpt.plots.losses.ends import moved_apart
from tinygpt.plots.losses.loss import loss_rows
from tinygpt.plots.losses.loss_chart import loss_spec
from tinygpt.plots.losses.marks import DASHES
from tinygpt.plots.losses.reach import Live, Variant, View
from tinygpt.plots.losses.tones import family_tone
from tinygpt.spelling import brief
from tinygpt.training.presets import LADDER, PRESETS


def live_rows(curves, floors=FLOORS, *, max_steps, guess=None, the_end=False):
    """The rows of the live chart: each run a line of its own."""
    variants = [Variant([one], family_tone(one.role, 0, "light")) for one in curves]
    return loss_rows(variants, floors, View(the_end=the_end), live=Live(max_steps, guess))


def rows_of(kind, rows):
    return [row.dropna().to_dict() for _, row in rows[rows["kind"] == kind].iterrows()]


def test_the_spec_is_constant_and_plain_json():
    assert loss_spec("light") is loss_spec("light")
    assert json.loads(json.dumps(loss_spec("dark"))) == loss_spec("dark")


def test_zoom_is_a_named_selection_bound_to_the_scales():
    (grid,) = loss_spec("light")["params"]
    assert (grid["name"], grid["bind"]) == ("grid", "scales")


def test_every_role_has_its_hue_and_every_family_of_the_ladder_its_role():
    every = ("bigram", "head", "heads", "gpt", "count")
    assert len({family_tone(role, 0, "light").line for role in every}) == len(every)
    roles = [kind(PRESETS[rung].model) for rung in LADDER]
    assert roles == ["bigram", "head", "heads", "heads", "gpt", "gpt"]
    assert kind(BigramConfig()) == "bigram"


def test_the_axes_reach_from_step_zero_to_the_last_step_of_the_longest_run():
    corners = rows_of("corner", live_rows([curve(4.2, 3.0)], max_steps=1_000))
    assert [corner["x"] for corner in corners] == [0, pytest.approx(1_015)]
    assert corners[1]["loss"] < 3.0 < 4.2 < corners[0]["loss"]


def test_adding_a_point_leaves_the_corners_where_they_are():
    before = rows_of("corner", live_rows([curve(4.2, 3.0, 2.6)], max_steps=100))
    after = rows_of("corner", live_rows([curve(4.2, 3.0, 2.6, 2.58)], max_steps=100))
    assert before == after


def test_train_and_val_are_rows_and_the_end_is_named():
    rows = live_rows([curve(4.0, 3.0, 2.5)], max_steps=20)
    assert [row["loss"] for row in rows_of("val", rows)] == [4.0, 3.0, 2.5]
    assert len(rows_of("train", rows)) == 3
    (end,) = rows_of("end", rows)
    assert (end["label"], end["x"]) == ("GPT 2.500", 20)


def test_a_diverged_curve_runs_along_the_upper_edge_and_does_not_stretch_the_chart():
    rows = live_rows([curve(4.2, 900.0, 2e30), curve(4.1, 3.0, run="b")], max_steps=100)
    top = rows_of("corner", rows)[0]["loss"]
    assert top < 7
    wild = [row for row in rows_of("val", rows) if row["run"] == "a"]
    assert [row["val"] for row in wild] == [4.2, 900.0, 2e30]  # what the tooltip says
    assert [row["loss"] for row in wild] == [4.2, wild[1]["loss"], wild[1]["loss"]]
    assert 4.2 < wild[1]["loss"] < top
    assert len([row for row in rows_of("train", rows) if row["run"] == "a"]) == 3
    assert {row["label"]: row["loss"] < top for row in rows_of("end", rows)} == {"GPT 3.000": True, "GPT 2.0e30": True}


def test_the_tooltip_says_the_loss_that_was_measured():
    (found,) = [layer for layer in loss_spec("light", live=True)["layer"] if layer.get("name") == "points"]
    assert [entry["field"] for entry in found["encoding"]["tooltip"]] == ["label", "step", "val", "train"]
    vals = rows_of("val", live_rows([curve(4.0, 3.0)], max_steps=10))
    assert [(row["step"], row["val"], row["train"]) for row in vals] == [(0, 4.0, 4.0), (10, 3.0, 3.0)]


def test_the_names_of_two_diverged_runs_do_not_lie_on_each_other():
    wild = [curve(4.2, 900.0, run="a"), curve(4.2, 901.0, run="b"), curve(4.2, 902.0, run="c")]
    rows = live_rows(wild, max_steps=100)
    high, low = (corner["loss"] for corner in rows_of("corner", rows))
    places = [row["label_y"] for row in rows_of("end", rows)]
    assert max(places) < high
    assert all(above - below > 0.07 * (high - low) for below, above in zip(places, places[1:], strict=False))


def test_training_text_that_is_learned_by_heart_stays_on_the_chart():
    learned = LossCurve("a", "GPT", "gpt", points((i * 10, 4.0 / (i + 1), 3.0) for i in range(20)))
    rows = live_rows([learned], max_steps=190)
    low = rows_of("corner", rows)[1]["loss"]
    assert low < min(row["loss"] for row in rows_of("train", rows)) < 0.3


@pytest.mark.parametrize("guess", [0.0, 2.3, 8.5])
def test_every_guess_is_on_the_chart(guess):
    rows = live_rows([curve(4.2, 3.0)], max_steps=100, guess=guess)
    high, low = (corner["loss"] for corner in rows_of("corner", rows))
    (line,) = rows_of("guess", rows)
    assert low < line["loss"] < high and line["label"] == f"your guess {guess:.2f}"


def test_a_loss_takes_few_characters():
    assert [brief(loss) for loss in (2.4868, 3_900.4, 4.68e26)] == ["2.487", "3\u202f900", "4.7e26"]


def test_a_guess_is_a_line_and_the_end_is_a_closer_look():
    vals = [4.2 - 0.1 * i for i in range(20)]
    rows = live_rows([curve(*vals, every=5)], max_steps=95, guess=2.31, the_end=True)
    assert rows_of("guess", rows)[0]["label"] == "your guess 2.31"
    assert min(row["step"] for row in rows_of("val", rows)) >= 31


def test_no_run_yet_shows_the_floors_alone():
    rows = live_rows([], max_steps=100)
    assert {row["kind"] for row in rows.to_dict("records")} == {"corner", "floor"}


@given(st.lists(st.floats(0, 10), max_size=8).map(sorted), st.floats(0.01, 1))
def test_labels_are_moved_apart_and_stay_in_order(values, gap):
    placed = moved_apart(values, gap)
    assert all(b - a >= gap - 1e-9 for a, b in zip(placed, placed[1:], strict=False))
    assert all(place >= value for place, value in zip(placed, values, strict=True))
    lowered = moved_apart(values, gap, top=5)
    assert all(b - a >= gap - 1e-9 for a, b in zip(lowered, lowered[1:], strict=False))
    assert all(place <= 5 for place in lowered)


def test_a_running_mean_by_hand():
    assert running_mean([0, 2, 3, 9, 10], [1.0, 3.0, 5.0, 9.0, 4.0], over=1) == [1.0, 4.0, 4.0, 6.5, 6.5]
    assert running_mean([], [], over=1) == []
    assert running_mean([0, 9, 10, 19, 20], [5.0, 1e30, 5.0, 5.0, 5.0], over=2)[3:] == [5.0, 5.0]  # after a huge one


def test_the_last_batch_of_a_live_run_is_smoothed_and_the_estimate_at_the_end_is_not():
    losses = [2.0] * 99 + [3.0]  # the last one is a spike
    live, ended = (
        LossCurve("a", "GPT", "gpt", points((step, loss, None) for step, loss in enumerate(losses, 1)), max_steps)
        for max_steps in (500, 100)
    )
    assert live.smoothed(0.03)[-1] == pytest.approx(2 + 1 / 3)
    assert ended.smoothed(0.03)[-1] == 3.0


def test_there_are_four_dashes_and_the_first_is_a_plain_line():
    assert DASHES[0] == [1, 0] and len(DASHES) == 4

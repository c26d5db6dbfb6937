"""The loss chart: a constant spec, and rows that say what the picture shows."""

import json
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.plots.losses.curves import FLOORS, curve, points
from tinygpt.bigram import BigramConfig
from tinygpt.experiments.curves import LossCurve, running_mean
from tinygpt.models import kind
from tinygpt.plots.look import color
from tinygpt.plots.losses.ends import BETWEEN, FLOOR, FLOOR_SMALL, NAME, NAME_SMALL, PHONE, PLOTS, WIDE, moved_apart
from tinygpt.plots.losses.loss import NAMED, loss_rows
from tinygpt.plots.losses.loss_chart import loss_spec
from tinygpt.plots.losses.marks import DASHES
from tinygpt.plots.losses.reach import Line, Live, Variant, View
from tinygpt.plots.losses.tones import tone
from tinygpt.spelling import brief
from tinygpt.training.presets import LADDER, PRESETS


def live_rows(curves, floors=FLOORS, *, max_steps, guess=None, the_end=False):
    """The rows of the live chart: each run a line of its own."""
    variants = [Variant([one], tone(one.role, 0, "light")) for one in curves]
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
    every = ("bigram", "head", "heads", "gpt")
    assert [tone(role, 0, mode).line for mode in ("light", "dark") for role in every] == [
        color(role, mode) for mode in ("light", "dark") for role in every
    ]
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
    assert (end["label"], end["x"]) == (f"GPT{BETWEEN}2.500", 20)


def test_a_diverged_curve_runs_along_the_upper_edge_and_does_not_stretch_the_chart():
    rows = live_rows([curve(4.2, 900.0, 2e30), curve(4.1, 3.0, run="b")], max_steps=100)
    top = rows_of("corner", rows)[0]["loss"]
    assert top < 7
    wild = [row for row in rows_of("val", rows) if row["run"] == "a"]
    assert [row["val"] for row in wild] == [4.2, 900.0, 2e30]  # what the tooltip says
    assert [row["loss"] for row in wild] == [4.2, wild[1]["loss"], wild[1]["loss"]]
    assert 4.2 < wild[1]["loss"] < top
    assert len([row for row in rows_of("train", rows) if row["run"] == "a"]) == 3
    assert {row["label"].replace(BETWEEN, " "): row["loss"] < top for row in rows_of("end", rows)} == {
        "GPT 3.000": True, "GPT 2.0e30": True
    }  # fmt: skip


def test_the_tooltip_says_the_loss_that_was_measured():
    points, end = [layer for layer in loss_spec("light", live=True)["layer"] if layer["mark"].get("size") == 160]
    assert [entry["field"] for entry in points["encoding"]["tooltip"]] == ["label", "step", "val", "train", "measured"]
    assert [entry["field"] for entry in end["encoding"]["tooltip"]] == ["name", "step", "val", "train", "measured"]
    vals = rows_of("val", live_rows([curve(4.0, 3.0)], max_steps=10))
    assert [(row["step"], row["val"], row["train"]) for row in vals] == [(0, 4.0, 4.0), (10, 3.0, 3.0)]


def test_the_names_of_two_diverged_runs_do_not_lie_on_each_other():
    wild = [curve(4.2, 900.0, run="a"), curve(4.2, 901.0, run="b"), curve(4.2, 902.0, run="c")]
    rows = live_rows(wild, max_steps=100)
    high, low = (corner["loss"] for corner in rows_of("corner", rows))
    for field, px in zip(WIDE, PLOTS, strict=True):
        places = [row[field] for row in rows_of("end", rows)]
        assert max(places) <= high
        assert all(above - below >= NAME / px * (high - low) - 1e-9 for below, above in pairwise(places))


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
    assert low < line["loss"] < high and line["label"] == f"your guess{BETWEEN}{guess:.2f}"


def test_a_loss_takes_few_characters():
    assert [brief(loss) for loss in (2.4868, 3_900.4, 4.68e26)] == ["2.487", "3\u202f900", "4.7e26"]


def test_a_guess_is_a_line_and_the_end_is_a_closer_look():
    vals = [4.2 - 0.1 * i for i in range(20)]
    rows = live_rows([curve(*vals, every=5)], max_steps=95, guess=2.31, the_end=True)
    assert rows_of("guess", rows)[0]["label"] == f"your guess{BETWEEN}2.31"
    assert min(row["step"] for row in rows_of("val", rows)) >= 31


def test_no_run_yet_shows_the_floors_alone():
    rows = live_rows([], max_steps=100)
    assert {row["kind"] for row in rows.to_dict("records")} == {"corner", "floor"}


@given(st.lists(st.floats(0, 10), max_size=12).map(sorted), st.floats(0.01, 1), st.floats(0, 4), st.floats(5, 10))
def test_labels_are_moved_apart_and_stay_in_order(values, gap, low, top):
    free, held = moved_apart(values, gap), moved_apart(values, gap, low=low, top=top)
    assert all(b - a >= gap - 1e-9 for a, b in pairwise(free))
    room = min(gap, (top - low) / max(1, len(values) - 1))  # where they do not find room, they share it out
    assert all(b - a >= room - 1e-9 for a, b in pairwise(held))
    assert all(low - 1e-9 <= place <= top + 1e-9 for place in held)


@given(st.lists(st.floats(0, 10), min_size=1, max_size=12).map(sorted), st.floats(0.01, 1))
def test_no_label_moves_without_need(values, gap):
    """A heap of labels stands round the middle of where they belong, and one that lies on no other stays."""
    places, start = moved_apart(values, gap), 0
    for end in [n for n in range(1, len(values)) if places[n] - places[n - 1] > gap + 1e-9] + [len(values)]:
        assert sum(places[start:end]) == pytest.approx(sum(values[start:end]), abs=1e-6)
        start = end


@given(
    st.lists(st.tuples(st.floats(0.5, 6), st.integers(1, 300)), min_size=1, max_size=NAMED),
    st.lists(st.floats(0.5, 5), max_size=6), st.none() | st.floats(0, 9), st.booleans(),
)  # fmt: skip
def test_no_name_lies_on_another_or_on_an_end_or_on_a_floor(ends, floors, guess, the_end):
    """Floors have their names at the left of the plot, runs at its right, where no curve, dot or dotted line is. On
    either side, on a wide page and on a phone, all names of it keep apart and have the order of their levels.
    """
    curves = [
        LossCurve(str(n), f"run {n}", "gpt", points([(0, 4.2, 4.2), (step, end, end)]), 300)
        for n, (end, step) in enumerate(ends)
    ]
    lines = [Line(f"{n}-gram\n{loss:.2f}", loss) for n, loss in enumerate(floors)]
    rows = live_rows(curves, lines, max_steps=300, guess=guess, the_end=the_end)
    high, low = (corner["loss"] for corner in rows_of("corner", rows)[:2])
    left = rows_of("floor", rows) + rows_of("guess", rows)
    right = [row for row in rows_of("end", rows) if row["label"]]
    for side, wide, narrow in ((left, FLOOR, FLOOR_SMALL), (right, NAME, NAME_SMALL)):
        sizes = [(field, wide / px) for field, px in zip(WIDE, PLOTS, strict=True)]
        for field, size in sizes + [(field, narrow / px) for field, px in zip(PHONE, PLOTS, strict=True)]:
            places = [(row["loss"], row[field]) for row in side]
            room = min(size, 1 / max(1, len(side) - 1)) * (high - low)
            in_order = [place for _, place in sorted(places)]
            assert all(b - a >= room - 1e-6 for a, b in pairwise(sorted(in_order))), places
            assert in_order == sorted(in_order), "the order of the names is that of their levels"
            assert all(low - 1e-6 <= place <= high + 1e-6 for place in in_order)


def outside(layer: dict) -> bool:
    """Whether words are written outside the plot."""
    x = layer["mark"]["x"]
    return x < 0 if isinstance(x, int) else x["expr"].startswith("width + ")


@pytest.mark.parametrize("live", [True, False])
def test_words_stand_outside_the_plot_and_a_line_leads_to_each(live):
    layers = loss_spec("light", live=live)["layer"]
    words = [layer for layer in layers if layer["mark"]["type"] == "text"]
    assert len(words) == 3 and all(map(outside, words)), "floors, guess, ends"
    for layer in words:
        leads = [
            other for other in layers
            if other["transform"][0] == layer["transform"][0] and other["encoding"].get("y2") == {"field": "place"}
        ]  # fmt: skip
        assert leads and all(lead["encoding"]["y"]["field"] == "loss" for lead in leads)


def test_the_estimate_at_the_end_is_a_dot_and_its_line_ends_before_it():
    ended = LossCurve("a", "GPT", "gpt", points([(0, 4.2, 4.2), (90, 2.4, 2.5), (100, 2.45, 2.53)]), 100)
    rows = live_rows([ended], max_steps=100)
    assert [(row["step"], row["val"], row["measured"]) for row in rows_of("val", rows)] == [
        (0, 4.2, "a look on the way"), (90, 2.5, "a look on the way")
    ]  # fmt: skip
    assert [row["loss"] for row in rows_of("final", rows)] == [2.5, 2.53], "joined by a thin line of its own"
    (end,) = rows_of("end", rows)
    assert (end["val"], end["train"], end["measured"]) == (2.53, 2.45, "the long look at the end")
    assert [row["x"] for row in rows_of("train", rows)] == [0, 90], "nor is it the loss of a batch"
    still = live_rows([replace(ended, max_steps=500)], max_steps=500)
    assert not rows_of("final", still) and rows_of("end", still)[0]["measured"] == "a look on the way"


def test_a_running_mean_by_hand():
    assert running_mean([0, 2, 3, 9, 10], [1.0, 3.0, 5.0, 9.0, 4.0], over=1) == [1.0, 4.0, 4.0, 6.5, 6.5]
    assert running_mean([], [], over=1) == []
    assert running_mean([0, 9, 10, 19, 20], [5.0, 1e30, 5.0, 5.0, 5.0], over=2)[3:] == [5.0, 5.0]  # after a huge one


def test_the_last_batch_is_smoothed_and_the_estimate_at_the_end_is_none():
    losses = [2.0] * 99 + [3.0]  # the last one is a spike
    live, ended = (
        LossCurve("a", "GPT", "gpt", points((step, loss, None) for step, loss in enumerate(losses, 1)), max_steps)
        for max_steps in (500, 100)
    )
    assert live.smoothed(0.03)[-1] == ended.smoothed(0.03)[-1] == pytest.approx(2 + 1 / 3)
    estimated = LossCurve("a", "GPT", "gpt", points([(0, 4.0, 4.0), (99, 2.0, None), (100, 3.0, 2.5)]), 100)
    assert estimated.final == estimated.points[-1] and estimated.smoothed(0.03) == [4.0, 2.0]


def test_there_are_four_dashes_and_the_first_is_a_plain_line():
    assert DASHES[0] == [1, 0] and len(DASHES) == 4

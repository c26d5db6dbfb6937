"""The comparison's chart: bands of seeds, four axes, and names that do not lie on each other."""

import json
import math
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinygpt.experiments.curves import ACROSS, LossCurve, seed_means
from tinygpt.plots.look import PALETTE
from tinygpt.plots.losses.ends import KEY, Name, box, names_apart
from tinygpt.plots.losses.loss import NAMED, WIDE, loss_rows
from tinygpt.plots.losses.loss_chart import EMPTY, loss_spec
from tinygpt.plots.losses.marks import DASHES
from tinygpt.plots.losses.reach import Line, View, variants_of
from tinygpt.plots.losses.tones import READABLE, contrast, tones
from tinygpt.plots.picture import chart_svg
from tinygpt.training.state import Point

FLOORS = [Line("ln 65\n4.17", 4.17), Line("2-gram\n2.48", 2.48)]


def course(
    run: str, label: str, vals: dict[int, float | None], *, role: str = "gpt", per_step: float = 100.0, **more
) -> LossCurve:
    """A run whose val loss was measured at some steps; 256 characters and a tenth of a second a step."""
    points = [Point(step, (val or 0.0) + 0.1, val, 1e-3, step / 10, 256 * step) for step, val in vals.items()]
    return LossCurve(run, label, role, points, 100, per_step, **more)


def overlay_rows(curves, floors, mode, *, lines="val", **view):
    """The rows of a comparison of `curves`; curves of one label are one variant."""
    groups = {one.label: [other for other in curves if other.label == one.label] for one in curves}
    styles = dict(zip(groups, tones([group[0].role for group in groups.values()], mode), strict=True))
    return loss_rows(variants_of(groups, styles), floors, View(lines=lines, **view))


def of(rows, kind: str, *columns: str) -> list[tuple]:
    return [tuple(row[name] for name in columns) for row in rows.to_dict("records") if row["kind"] == kind]


THIRD = {0: 4.0, 70: 2.5, 100: 2.2}
THREE = [
    course("a", "four heads", {0: 4.0, 50: 2.4, 100: 2.2}),
    course("b", "four heads", {0: 4.2, 50: 2.6, 100: 2.4}),
    course("c", "four heads", {0: 4.1, 50: 2.5, 100: 2.3}),
]


def test_the_band_of_a_variant_is_its_lowest_and_highest_seed():
    rows = overlay_rows(THREE, FLOORS, "light")
    assert of(rows, "band", "x", "low", "high") == [(0, 4.0, 4.2), (50, 2.4, 2.6), (100, 2.2, 2.4)]
    assert of(rows, "val", "x", "loss", "seeds") == [
        (0, pytest.approx(4.1), 3), (50, pytest.approx(2.5), 3), (100, pytest.approx(2.3), 3)
    ]  # fmt: skip


def test_without_the_band_each_run_has_its_own_line():
    rows = overlay_rows(THREE, FLOORS, "light", band=False)
    assert not of(rows, "band", "x")
    assert {run for (run,) in of(rows, "val", "run")} == {"a", "b", "c"}


def test_the_mean_ends_where_the_slowest_seed_is_and_one_that_has_not_begun_is_left_out():
    slow = course("d", "four heads", {0: 4.3})
    assert [mean.step for mean in seed_means([*THREE, slow], "steps")] == [0]
    assert [mean.step for mean in seed_means([*THREE, course("e", "four heads", {})], "steps")] == [0, 50, 100]
    assert seed_means([], "steps") == []


@pytest.mark.parametrize(("axis", "end"), list(zip(ACROSS, (100, 25_600, 10.0, 10_000.0), strict=True)))
def test_the_same_curve_across_steps_tokens_seconds_and_operations(axis, end):
    rows = overlay_rows(THREE, FLOORS, "light", axis=axis)
    assert max(x for (x,) in of(rows, "val", "x")) == pytest.approx(end)
    assert of(rows, "end", "x") == [(pytest.approx(end),)]


def test_lines_of_training_text_come_when_asked_for():
    assert not of(overlay_rows(THREE, FLOORS, "light"), "train", "x")
    both = overlay_rows(THREE, FLOORS, "light", lines="both", smoothing=0.0)
    assert [loss for run, loss in of(both, "train", "run", "loss") if run == "a"] == [4.1, 2.5, pytest.approx(2.3)]
    assert not of(overlay_rows(THREE, FLOORS, "light", lines="train"), "val", "x")


def test_the_end_alone_begins_at_a_third():
    rows = overlay_rows(THREE, FLOORS, "light", the_end=True)
    assert [x for (x,) in of(rows, "val", "x")] == [50, 100]
    corners = of(rows, "corner", "x", "loss")
    assert corners[0][0] == pytest.approx(100 / 3) and corners[0][1] < 3


def test_what_the_lecture_states_is_a_stroke_at_the_right_edge():
    rows = overlay_rows([course("a", "GPT", {0: 4.0, 100: 2.1}, target=2.06)], FLOORS, "light")
    assert of(rows, "target", "x", "loss") == [(100, 2.06)]


@given(st.lists(st.floats(1.0, 5.0), min_size=1, max_size=20))
def test_only_the_best_few_are_named_and_their_names_keep_apart(losses):
    courses = [course(str(n), f"variant {n}", {0: 4.2, 100: loss}) for n, loss in enumerate(losses)]
    ends = of(overlay_rows(courses, FLOORS, "light"), "end", "label", "label_y", "loss")
    named = [end for end in ends if end[0]]
    assert len(ends) == len(losses) and len(named) == (len(losses) if len(losses) <= NAMED else 1)
    assert max(loss for *_, loss in named) <= min((loss for label, _, loss in ends if not label), default=9)
    assert all(b > a for a, b in pairwise(sorted(place for _, place, _ in named)))


def test_nothing_to_compare_is_an_empty_chart_with_its_floors():
    rows = overlay_rows([], FLOORS, "light")
    assert [label for (label,) in of(rows, "floor", "label")] == ["ln 65\n4.17", "2-gram\n2.48"]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_family_keeps_its_hue_and_many_of_one_family_get_paler(mode):
    palette = PALETTE[mode]
    assert [tone.line for tone in tones(["bigram", "head", "gpt"], mode)] == [palette.ochre, palette.blue, palette.plum]
    assert tones(["gpt"] * 2, mode) == [(palette.plum, palette.label["plum"], dash) for dash in (0, 1)]
    many = tones(["gpt"] * 7, mode)
    assert len({tone.line for tone in many}) == 7
    assert {tone.dash for tone in many} == set(range(len(DASHES)))


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_name_has_the_tone_of_its_line_wherever_that_can_be_read(mode):
    paper = PALETTE[mode].paper
    many = tones(["gpt"] * 7, mode)
    assert all(contrast(tone.ink, paper) >= READABLE for tone in many)
    assert all(tone.ink == tone.line for tone in many if contrast(tone.line, paper) >= READABLE)
    assert len({tone.ink for tone in many}) > 3


def test_contrast_by_hand():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21) == contrast("#FFFFFF", "#000000")
    assert contrast("#2358C6", "#2358C6") == 1


def test_one_diverged_run_runs_along_the_edge_and_its_name_keeps_its_number():
    wild = [
        course("w", "too fast", {0: 4.2, 50: 900.0, 100: 929_727.0}),
        course("v", "too fast", {0: 4.2, 50: 5.0, 100: 9e5}),
    ]
    rows = overlay_rows([*THREE, *wild], FLOORS, "light")
    (_, high), (_, low) = of(rows, "corner", "x", "loss")
    assert (low, high) == (pytest.approx(2.1), pytest.approx(4.3))  # 2.2 to 4.2, and a twentieth of that as air
    top = pytest.approx(4.3 - 0.02 * 2.2)
    assert of(rows, "end", "label", "loss")[-1] == ("too fast 914\u202f864", top)
    assert [loss for label, loss in of(rows, "val", "label", "loss") if label == "too fast"] == [4.2, top, top]
    assert [edges for *edges, label in of(rows, "band", "low", "high", "label") if label == "too fast"][1:] == [
        [top, top]
    ] * 2
    drawn = rows[["loss", "low", "high", "label_y", "log_y", "narrow_y"]].max()
    assert drawn.max() <= high


def test_a_loss_that_is_no_number_counts_as_infinite():
    broken = course("d", "four heads", {0: 4.3, 50: math.nan, 75: None, 100: math.inf})
    assert [mean.loss for mean in seed_means([*THREE, broken], "steps")] == [pytest.approx(4.15), math.inf, math.inf]
    rows = overlay_rows([*THREE, broken], FLOORS, "light")
    assert of(rows, "end", "label") == [("four heads diverged",)]
    assert rows[["loss", "label_y"]].max().max() < 5


def test_what_the_lecture_states_does_not_stretch_the_chart():
    rows = overlay_rows([course("a", "GPT", {0: 4.0, 100: 2.1}, target=1.48)], FLOORS, "light")
    assert of(rows, "target", "loss") == [(1.48,)] and of(rows, "corner", "loss")[1][0] < 1.48
    rows = overlay_rows([course("a", "GPT", {0: 4.0, 100: 2.1}, target=60.0)], FLOORS, "light")
    assert of(rows, "target", "loss")[0] < of(rows, "corner", "loss")[0]


def test_at_the_end_the_shortest_curve_keeps_its_last_third():
    long, short = course("a", "GPT", THIRD), course("b", "one head", THIRD, role="head", per_step=30.0)
    rows = overlay_rows([long, short], FLOORS, "light", axis="FLOPs", the_end=True)
    assert of(rows, "corner", "x")[0] == (2_000,)  # two thirds of 3 000, which is before a third of 10 000
    assert [x for label, x in of(rows, "val", "label", "x") if label == "one head"] == [2_100, 3_000]


def test_the_end_does_not_wait_for_a_run_that_has_just_begun():
    begun = course("b", "one head", {0: 4.0, 10: 3.5}, role="head")
    assert of(overlay_rows([*THREE, begun], FLOORS, "light", the_end=True), "corner", "x")[0][0] == pytest.approx(
        20 / 3
    )
    moving = replace(begun, moving=True)
    assert of(overlay_rows([*THREE, moving], FLOORS, "light", the_end=True), "corner", "x")[0][0] == pytest.approx(
        100 / 3
    )


def test_only_names_that_would_lie_on_each_other_move():
    first, second, third = Name(10, 2.0, "one head 2.0"), Name(12, 2.0, "four heads 2.0"), Name(600, 2.0, "GPT 2.0")
    assert names_apart([first, second, third], 0.1, 4.0, 620) == [2.0, 2.1, 2.0]
    chain = [Name(x, y, "one head 2.0") for x, y in ((0, 2.0), (100, 2.05), (200, 2.0))]  # each 141 px from its end
    assert names_apart(chain, 0.1, 4.0, 620) == [2.0, 2.1, 2.0]  # the third lies on neither
    third = third._replace(x=140)
    assert names_apart([first, second, third], 0.1, 2.0, 150) == [pytest.approx(1.8), pytest.approx(1.9), 2.0]


def test_a_sample_of_the_line_stands_beside_names_of_one_family():
    courses = [
        course(name, name, {0: 4.0, 100: 2.0}, role=role)
        for name, role in zip("abc", ("gpt", "gpt", "head"), strict=True)
    ]
    assert {label[0]: key > 0 for label, key in of(overlay_rows(courses, FLOORS, "light"), "end", "label", "key")} == {
        "a": True, "b": True, "c": False
    }  # fmt: skip


@pytest.mark.parametrize("floors", [FLOORS, []])
def test_where_no_run_is_the_axis_has_a_length_and_no_numbers(floors):
    rows = overlay_rows([], floors, "light")
    xs = [x for (x,) in of(rows, "corner", "x")]
    assert max(xs) < EMPTY and len([x for x in xs if x > 0]) == 2  # also on an axis of powers
    assert f"< {EMPTY} ? ''" in json.dumps(loss_spec("light", "steps"))
    lone = overlay_rows([course("a", "GPT", {})], floors, "light")
    assert max(x for (x,) in of(lone, "corner", "x")) == pytest.approx(101.5)


@pytest.mark.parametrize("axis", ACROSS)
def test_the_spec_is_plain_data_and_the_same_object_every_time(axis):
    json.dumps(loss_spec("light", axis))
    assert loss_spec("light", axis) is loss_spec("light", axis)
    assert '"log"' in json.dumps(loss_spec("light", axis, log=True))


def written(picture: str) -> list[tuple[str, str]]:
    """The words of an SVG image, each with the side on which it begins."""
    found = ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")
    return [("".join(text.itertext()), text.get("text-anchor", "start")) for text in found]


def test_a_name_stands_in_the_browser_where_its_height_was_decided_for():
    ended = {f"ends at {step}": course(str(step), f"ends at {step}", {0: 4.0, step: 2.0}) for step in (20, 60, 75, 99)}
    rows = overlay_rows(list(ended.values()), FLOORS, "light")
    drawn = set(written(chart_svg(loss_spec("light"), rows, width=WIDE)))
    last = 100 * 1.015
    for label, one in ended.items():
        x = one.points[-1].step / last * WIDE
        beside = box(Name(x, 2.0, f"{label} 2.000", KEY), WIDE)[0] == x
        assert (f"{label} 2.000", "start" if beside else "end") in drawn


def test_an_axis_of_powers_has_round_numbers_also_where_it_is_short():
    short = replace(course("a", "GPT", {1: 4.0, 10: 3.0, 50: 2.0}), max_steps=50)
    rows = overlay_rows([short], FLOORS, "light")
    numbers = {words for words, _ in written(chart_svg(loss_spec("light", log=True), rows)) if words.isdecimal()}
    assert {"5", "10", "20", "50"} <= numbers <= {"1", "2", "5", "10", "20", "50"}

"""The comparison's chart: bands of seeds, four axes, and names that do not lie on each other."""

import json
import math
from dataclasses import replace
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tinygpt.experiments.curves import ACROSS, LossCurve, seed_means
from tinygpt.plots.look import PALETTE, READABLE, color, contrast
from tinygpt.plots.losses.ends import BETWEEN, PLACES
from tinygpt.plots.losses.loss import NAMED, loss_rows
from tinygpt.plots.losses.loss_chart import EMPTY, loss_spec
from tinygpt.plots.losses.marks import APART, DASHES
from tinygpt.plots.losses.reach import Line, Variant, View
from tinygpt.plots.losses.tones import MANY, SHADES, VISIBLE, tone, tones
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
    styles = tones([(group[0].role, None) for group in groups.values()], mode)
    variants = [Variant(group, style) for group, style in zip(groups.values(), styles, strict=True)]
    return loss_rows(variants, floors, View(lines=lines, **view))


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
    assert of(rows, "val", "x", "loss", "seeds") == [(0, pytest.approx(4.1), 3), (50, pytest.approx(2.5), 3)]
    assert of(rows, "end", "x", "loss", "seeds") == [(100, pytest.approx(2.3), 3)]


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
    assert max(x for (x,) in of(rows, "val", "x")) == pytest.approx(end / 2)
    assert of(rows, "end", "x") == [(pytest.approx(end),)]


def test_lines_of_training_text_come_when_asked_for():
    assert not of(overlay_rows(THREE, FLOORS, "light"), "train", "x")
    both = overlay_rows(THREE, FLOORS, "light", lines="both", smoothing=0.0)
    assert [loss for run, loss in of(both, "train", "run", "loss") if run == "a"] == [4.1, 2.5]
    assert not of(overlay_rows(THREE, FLOORS, "light", lines="train"), "val", "x")


def test_the_end_alone_begins_at_a_third():
    rows = overlay_rows(THREE, FLOORS, "light", the_end=True)
    assert [x for (x,) in of(rows, "val", "x")] == [50] and [x for (x,) in of(rows, "final", "x")] == [50, 100]
    corners = of(rows, "corner", "x", "loss")
    assert corners[0][0] == pytest.approx(100 / 3) and corners[0][1] < 3


def test_what_the_lecture_states_is_a_stroke_at_the_right_edge():
    rows = overlay_rows([course("a", "GPT", {0: 4.0, 100: 2.1}, target=2.06)], FLOORS, "light")
    assert of(rows, "target", "x", "loss", "val") == [(100, 2.06, 2.06)], "which the pointer finds in words"


@given(st.lists(st.floats(1.0, 5.0), min_size=1, max_size=20))
def test_only_the_best_few_are_named_and_their_names_keep_apart(losses):
    courses = [course(str(n), f"variant {n}", {0: 4.2, 100: loss}) for n, loss in enumerate(losses)]
    ends = of(overlay_rows(courses, FLOORS, "light"), "end", "label", "wide_330", "loss")
    named = [end for end in ends if end[0]]
    assert len(ends) == len(losses) and len(named) == (len(losses) if len(losses) <= NAMED else 1)
    assert max(loss for *_, loss in named) <= min((loss for label, _, loss in ends if not label), default=9)
    assert all(b > a for a, b in pairwise(sorted(place for _, place, _ in named)))


def test_nothing_to_compare_is_an_empty_chart_with_its_floors():
    rows = overlay_rows([], FLOORS, "light")
    assert of(rows, "floor", "label") == [(f"2-gram{BETWEEN}2.48",), (f"ln 65{BETWEEN}4.17",)]


# --- tones -----------------------------------------------------------------------------------------------------------

MODES = ["light", "dark"]


def oklab(color: str) -> tuple[float, float, float]:
    """A color where distances are about as the eye sees them: Ottosson 2020, "A perceptual color space"."""
    parts = [part / 255 for part in bytes.fromhex(color[1:])]
    r, g, b = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    medium = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


@pytest.mark.parametrize("mode", MODES)
@given(st.lists(st.sampled_from(["bigram", "head", "heads", "gpt"]), min_size=2, max_size=MANY))
@example(["gpt"] * MANY)
@example(["heads"] * MANY)
@example(["head"] * MANY)
@example(["bigram"] * MANY)
def test_eight_runs_of_any_families_can_be_told_apart(mode, roles):
    """Each run of a student takes the lowest free place of its family; 0.02 is the least that the eye sees."""
    drawn = tones([(role, None) for role in roles], mode)
    for a, b in combinations(drawn, 2):
        assert math.dist(oklab(a.line), oklab(b.line)) >= 0.09, (a, b)
    assert all(contrast(one.line, PALETTE[mode].paper) >= VISIBLE for one in drawn)
    assert all(contrast(one.ink, PALETTE[mode].paper) >= READABLE for one in drawn)
    for role, one in zip(roles, drawn, strict=True):
        if roles.index(role) == drawn.index(one):
            assert one.line == color(role, mode), "the first of a family has its hue"


@pytest.mark.parametrize("mode", MODES)
def test_a_run_has_in_a_comparison_the_tone_of_the_training_page(mode):
    wanted = [("gpt", None), ("gpt", 3), ("gpt", 0), ("bigram", 0), ("gpt", 3), ("gpt", None)]
    drawn = tones(wanted, mode)
    assert [drawn[n] for n in (1, 2, 3)] == [tone("gpt", 3, mode), tone("gpt", 0, mode), tone("bigram", 0, mode)]
    assert len(set(drawn)) == len(drawn), "and nobody has that of another"


@pytest.mark.parametrize("mode", MODES)
def test_a_place_beyond_the_shades_has_another_dash(mode):
    assert {len(shades) for shades in SHADES[mode].values()} == {MANY}
    assert len({tone("gpt", slot, mode) for slot in range(10)}) == 10


@pytest.mark.parametrize("mode", MODES)
def test_very_many_variants_of_one_family_run_from_pale_to_strong(mode):
    many, paper = tones([("gpt", None)] * 20, mode), PALETTE[mode].paper
    steps = [contrast(one.line, paper) for one in many]
    assert steps == sorted(steps) and steps[0] >= VISIBLE and {one.dash for one in many} == set(range(len(DASHES)))
    assert all(contrast(one.ink, paper) >= READABLE for one in many)


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
    assert of(rows, "end", "label", "loss")[-1] == (f"too fast{BETWEEN}914\u202f864", top)
    assert [loss for label, loss in of(rows, "val", "label", "loss") if label == "too fast"] == [4.2, top]
    assert [edges for *edges, label in of(rows, "band", "low", "high", "label") if label == "too fast"][1:] == [
        [top, top]
    ] * 2
    drawn = rows[["loss", "low", "high", *PLACES[:-1]]].max()
    assert drawn.max() <= high


def test_a_loss_that_is_no_number_counts_as_infinite():
    broken = course("d", "four heads", {0: 4.3, 50: math.nan, 75: None, 100: math.inf})
    assert [mean.loss for mean in seed_means([*THREE, broken], "steps")] == [pytest.approx(4.15), math.inf, math.inf]
    rows = overlay_rows([*THREE, broken], FLOORS, "light")
    assert of(rows, "end", "label") == [(f"four heads{BETWEEN}diverged",)]
    assert rows[["loss", "wide_330"]].max().max() < 5


def test_what_the_lecture_states_does_not_stretch_the_chart():
    rows = overlay_rows([course("a", "GPT", {0: 4.0, 100: 2.1}, target=1.48)], FLOORS, "light")
    assert of(rows, "target", "loss") == [(1.48,)] and of(rows, "corner", "loss")[1][0] < 1.48
    rows = overlay_rows([course("a", "GPT", {0: 4.0, 100: 2.1}, target=60.0)], FLOORS, "light")
    assert of(rows, "target", "loss")[0] < of(rows, "corner", "loss")[0]


def test_at_the_end_the_shortest_curve_keeps_its_last_third():
    long, short = course("a", "GPT", THIRD), course("b", "one head", THIRD, role="head", per_step=30.0)
    rows = overlay_rows([long, short], FLOORS, "light", axis="FLOPs", the_end=True)
    assert of(rows, "corner", "x")[0] == (2_000,)  # two thirds of 3 000, which is before a third of 10 000
    assert [x for label, x in of(rows, "final", "label", "x") if label == "one head"] == [2_100, 3_000]


def test_the_end_does_not_wait_for_a_run_that_has_just_begun():
    begun = course("b", "one head", {0: 4.0, 10: 3.5}, role="head")
    assert of(overlay_rows([*THREE, begun], FLOORS, "light", the_end=True), "corner", "x")[0][0] == pytest.approx(
        20 / 3
    )
    moving = replace(begun, moving=True)
    assert of(overlay_rows([*THREE, moving], FLOORS, "light", the_end=True), "corner", "x")[0][0] == pytest.approx(
        100 / 3
    )


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


def written(picture: str) -> list[str]:
    """The words of an SVG image."""
    found = ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")
    return ["".join(text.itertext()) for text in found]


def test_every_name_is_whole_in_a_picture_however_long_it_is():
    courses = [course(str(n), "x" * n, {0: 4.0, 50: 2.0}) for n in (1, 20, 40)]
    drawn = written(chart_svg(loss_spec("light"), overlay_rows(courses, FLOORS, "light")))
    assert {f"{'x' * n}{BETWEEN}2.000" for n in (1, 20, 40)} <= set(drawn)


def test_a_finished_curve_stays_while_another_seed_of_it_trains():
    """The band goes as far as both have come, the finished one goes on to its end, where its number stands."""
    done = course("a", "GPT, 2 seeds", {0: 4.0, 50: 2.4, 80: 2.2, 100: 2.1})
    twin = course("b", "GPT, 2 seeds", {0: 4.2, 50: 2.6}, moving=True)
    rows = loss_rows([Variant([done, twin], tone("gpt", 0, "light"), 2.1)], FLOORS, View(lines="val"))
    assert of(rows, "band", "x", "low", "high") == [(0, 4.0, 4.2), (50, 2.4, 2.6)]
    assert of(rows, "val", "run", "x", "loss", "seeds") == [
        ("GPT, 2 seeds", 0, pytest.approx(4.1), 2), ("GPT, 2 seeds", 50, 2.5, 2), ("a", 50, 2.4, 1), ("a", 80, 2.2, 1)
    ]  # fmt: skip
    assert of(rows, "final", "run", "x", "loss") == [("a", 80, 2.2), ("a", 100, 2.1)]
    assert of(rows, "end", "label", "x", "loss") == [(f"GPT, 2 seeds{BETWEEN}2.100", 100, 2.1)]
    assert of(rows, "corner", "loss")[1] < (2.1,), "and the chart reaches down to it"


def test_an_axis_of_powers_has_round_numbers_also_where_it_is_short():
    short = replace(course("a", "GPT", {1: 4.0, 10: 3.0, 50: 2.0}), max_steps=50)
    rows = overlay_rows([short], FLOORS, "light")
    numbers = {words for words in written(chart_svg(loss_spec("light", log=True), rows)) if words.isdecimal()}
    assert {"5", "10", "20", "50"} <= numbers <= {"1", "2", "5", "10", "20", "50"}


def test_a_run_that_sees_the_answer_is_dashed_like_no_other_and_named_by_that():
    cheat = course("x", "no mask", {0: 4.0, 50: 1.0, 100: 0.4}, leak="no mask")
    rows = overlay_rows([*THREE, cheat], FLOORS, "light")
    assert of(rows, "end", "label", "dash", "val") == [
        (f"no mask{BETWEEN}sees the answer", str(APART), 0.4),
        (f"four heads{BETWEEN}2.300", "0", pytest.approx(2.3)),
    ]
    assert {dash for (dash,) in of(rows, "val", "dash")} == {"0", str(APART)}
    pattern = loss_spec("light")["layer"]
    drawn = next(one["encoding"]["strokeDash"]["scale"] for one in pattern if "strokeDash" in one["encoding"])
    assert drawn["range"][drawn["domain"].index(str(APART))] not in DASHES


def test_of_too_many_the_best_that_guesses_has_a_name():
    many = [course(str(n), f"run {n}", {0: 4.0, 100: 2.0 + n / 100}) for n in range(NAMED)]
    cheat = course("x", "no mask", {0: 4.0, 100: 0.4}, leak="no mask")
    labels = [label for (label,) in of(overlay_rows([cheat, *many], FLOORS, "light"), "end", "label") if label]
    assert labels == [f"run 0{BETWEEN}2.000"]

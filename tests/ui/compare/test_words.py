"""What the comparison says: only final losses are ranked and tested, and what is left out is named."""

import math
import re
from dataclasses import replace

import pytest

from tinygpt.engine.experiments import ExperimentView
from tinygpt.engine.records import RunView
from tinygpt.experiments.differences import varied
from tinygpt.gpt import GPTConfig
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.ui import floors
from tinygpt.ui.compare.kinds import above_words
from tinygpt.ui.compare.results import differences, loss_words, marked, perplexity, result_rows, steps_of
from tinygpt.ui.compare.shown import Shown, labels
from tinygpt.ui.compare.standing import comparable, losses, standing, variant_loss
from tinygpt.ui.compare.sweep import edges, lowest, mean_losses, swept
from tinygpt.ui.compare.verdict import comparison_words, set_apart_words
from tinygpt.words.loss import gap_words
from tinygpt.words.verdict import sweep_words

SPEC = RunSpec(GPTConfig(n_embd=8, n_head=1, n_layer=1), TrainConfig(max_steps=100, same_batches=True), "text")


def run(label: str, seed: int, loss: float | None, status: str = "finished", spec: RunSpec = SPEC) -> RunView:
    """A run of variant `label`. Only a finished one has a final loss; the others have looked at val once."""
    spec = replace(spec, train=replace(spec.train, seed=seed))
    final = (loss, loss) if status == "finished" and loss is not None else None
    return RunView(
        id=f"{label}{seed}", student="s", name=label, spec=spec, slot=0, created=0.0, status=status, step=50,
        max_steps=100, points=5, loss=loss, val=loss, final=final, seconds=1.0, steps_per_second=50.0, note="",
        warning="", busy=False, experiment="e", label=label,
    )  # fmt: skip


def variant(label: str, *losses_: float | None, status: str = "finished", spec: RunSpec = SPEC) -> list[RunView]:
    """Its runs, seeds 1, 2, 3 ... A loss of None: that run diverged, and val had run away."""
    return [
        run(label, seed, 929_727.0 if loss is None else loss, "diverged" if loss is None else status, spec)
        for seed, loss in enumerate(losses_, 1)
    ]


def shown(*runs: RunView, kind: str = "seeds") -> Shown:
    """These runs as one experiment."""
    one = ExperimentView("e", "s", kind, "title", 0.0, runs)
    return Shown([one], list(runs), {run.id: run.label for run in runs}, [])


# --- stopped, on their way ------------------------------------------------------------------------------------------


def test_stopped_runs_get_no_verdict():
    now = shown(*variant("A", 2.1, 2.11, status="stopped"), *variant("B", 2.5, 2.51))
    words = comparison_words(now)
    assert "confidence" not in words and "A was stopped before the end: its loss is not final" in words
    assert words.startswith("The val loss of B is 2.505; no other variant can be ranked")
    assert marked(now) == ("", "")
    (step,) = steps_of(now.variants())
    assert "confidence" not in step.row["more than luck?"] and not step.tested


def test_one_stopped_run_takes_only_its_variant_out():
    now = shown(*variant("A", 2.1), run("A", 2, 2.9, "stopped"), *variant("B", 2.5, 2.51), *variant("C", 2.7, 2.71))
    words = comparison_words(now)
    assert words.startswith("The lowest is B at 2.505, 0.200 below C.") and "A was stopped" in words
    assert losses(now.variants()["A"]) == [2.1], "the mean is over final losses"


def test_a_stopped_run_that_was_run_again_has_its_final_loss():
    again = standing({"A": [run("A", 1, 2.4), run("A", 1, 2.9, "stopped")], "B": variant("B", 2.5)})
    assert list(again.ranked) == ["A", "B"] and not again.stopped


def test_nobody_is_best_while_runs_are_on_their_way():
    now = shown(*variant("A", 2.1), run("B", 1, 2.5, "training"))
    assert marked(now) == ("", "") and comparison_words(now).startswith("So far the lowest is A at 2.100")
    assert loss_words(now.variants()["B"]) == "2.500 so far" and steps_of(now.variants()) == []


@pytest.mark.parametrize(("b", "mark"), [((2.5,), "ends lowest"), ((2.11, 2.5), "ends lowest"), ((2.5, 2.51), "best")])
def test_the_best_is_called_so_where_that_is_more_than_noise(b, mark):
    now = shown(*variant("A", *(2.1, 2.12)[: len(b)]), *variant("B", *b))
    assert marked(now) == ("A", mark)
    assert ("larger than the noise" in comparison_words(now)) is (mark == "best")
    row = result_rows(now)[0]
    assert (row["variant"], row["val loss"].startswith("**")) == (
        ("**A**, best", True) if mark == "best" else ("A, ends lowest", False)
    )


# --- one number -----------------------------------------------------------------------------------------------------


def test_a_variant_has_the_number_of_its_runs_that_have_come_farthest():
    """One run of three has ended, another is at step 50 of 100, the last one at step 1: a mean over three different
    steps would be the loss of no model."""
    often = replace(SPEC, train=replace(SPEC.train, eval_interval=10))
    done, half = run("A", 1, 2.1, spec=often), run("A", 2, 2.6, "training", often)
    begun = replace(run("A", 3, 4.2, "waiting", often), step=1)
    assert (variant_loss([done, half, begun]), variant_loss([half, begun]), variant_loss([begun])) == (2.1, 2.6, 4.2)
    now = shown(done, half, begun)
    assert loss_words([done, half, begun]) == "2.100 so far" == result_rows(now)[0]["val loss"]
    assert "The val loss of A is 2.100 so far" in comparison_words(now)
    assert variant_loss([half, run("A", 2, 2.8, "training", often)]) == pytest.approx(2.7), (
        "side by side they count alike"
    )
    assert (
        variant_loss([half, run("A", 3, 9e5, "diverged")]) == 2.6 and variant_loss([run("A", 3, 9.0, "failed")]) is None
    )


def test_what_was_stopped_has_a_number_and_says_so():
    assert loss_words([run("A", 1, 2.5, "stopped")]) == "2.500 when stopped"
    assert loss_words(variant("A", 2.5, 2.7, status="stopped")) == "2.600 when stopped"
    assert loss_words([run("A", 1, None, "failed")]) == "failed"


# --- names ----------------------------------------------------------------------------------------------------------


def single(name: str, seed: int, spec: RunSpec = SPEC) -> RunView:
    return replace(run(name, seed, 2.0, spec=spec), experiment="", label="")


def test_runs_that_differ_in_their_seed_alone_have_a_name_of_their_own_together():
    wide = replace(SPEC, model=replace(SPEC.model, n_embd=16))
    names = labels([single("GPT", 1), single("GPT \u00b7 b", 2), single("GPT \u00b7 c", 3, wide)])
    assert list(names.values()) == ["GPT, 2 seeds", "GPT, 2 seeds", "GPT \u00b7 c"]
    older = labels([single("GPT", 1), single("GPT 2", 2), single("GPT 3", 7)])
    assert set(older.values()) == {"GPT, 3 seeds"}
    renamed = labels([single("mine", 1), single("yours", 2)])
    assert set(renamed.values()) == {"GPT, 2 seeds"}, "names that share nothing: what kind of model it is"
    twice = labels([replace(single("GPT", 1), id="a"), replace(single("GPT \u00b7 b", 1), id="b")])
    assert set(twice.values()) == {"GPT, 2 runs of one seed"}


def test_no_two_variants_have_one_name():
    wide = replace(SPEC, model=replace(SPEC.model, n_embd=16))
    names = labels([run("GPT", 1, 2.0), run("GPT", 2, 2.0), single("GPT", 3, wide)])
    assert list(names.values()) == ["GPT", "GPT", "GPT \u00b7 b"]


def test_the_perplexity_of_a_loss_however_large():
    assert [perplexity(loss) for loss in (0.0, math.log(65), 10.0)] == ["1.00", "65.00", "22\u202f026"]
    assert perplexity(699.9).endswith("e303") and perplexity(710.0) == perplexity(1e30) == "over 1e300"
    rows = result_rows(shown(*variant("A", 2.0, 2.2), *variant("B", None)))
    assert [row["perplexity"] for row in rows] == ["8.17", ""], "of the mean loss; a diverged run has none"


# --- diverged -------------------------------------------------------------------------------------------------------


def test_a_variant_that_diverged_is_named_and_never_ranked():
    now = shown(*variant("A", 2.4, 2.41), *variant("B", 2.6, 2.61), *variant("C", None, None))
    words = comparison_words(now)
    assert words.startswith("The lowest is A at 2.405, 0.200 below B.") and "C diverged." in words
    assert "no val loss" not in words and "Not counted" not in words
    assert loss_words(now.variants()["C"]) == "diverged" and losses(now.variants()["C"]) == []


def test_rank_and_difference_come_from_the_same_runs():
    a, b = variant("A", 2.0, 2.9, 3.0), variant("B", 2.4, 2.6, None)  # over all: 2.633 and 2.5; over both: 2.45 and 2.5
    words = comparison_words(shown(*a, *b))
    assert words.startswith("The lowest is A at 2.450, 0.050 below B.")
    assert "1 of 3 runs of B diverged. Only the seeds that all of these have kept are counted." in words
    assert marked(shown(*a, *b)) == ("", "")


def test_survivors_are_not_ranked_where_others_came_through_whole():
    stand = standing({"A": variant("A", 2.4, 2.5), "B": variant("B", 2.6, 2.7), "C": variant("C", 2.0, None)})
    assert list(stand.ranked) == ["A", "B"] and list(stand.lost) == ["C"] and stand.lowest == "A"


def test_seeds_that_were_lost_leave_too_few():
    assert "Too few seeds are left" in comparison_words(shown(*variant("A", 2.4, 2.5), *variant("B", 2.6, None)))
    words = comparison_words(shown(*variant("A", 2.4, None), *variant("B", None, 2.6)))
    assert words.startswith("Too few seeds are left") and "1 of 2 runs of A diverged" in words


def test_nothing_but_divergence_is_said():
    words = comparison_words(shown(*variant("A", None), *variant("B", None)))
    assert words == "There is no final loss. A and B diverged."
    assert comparison_words(shown(*variant("A", None))) == "There is no final loss. A diverged."


# --- many, broken ---------------------------------------------------------------------------------------------------


def test_the_lowest_of_many_comes_with_a_word_of_caution():
    names = "ABCDE"
    runs = [run for n, name in enumerate(names) for run in variant(name, 2.1 + n, 2.12 + n)]
    assert "The lowest of 5 is also the luckiest" in comparison_words(shown(*runs))
    assert "luckiest" not in comparison_words(shown(*runs[:4]))


def test_a_broken_run_is_not_praised():
    now = shown(*variant("healthy", 2.352), *variant("no scale", 2.32), kind="break")
    words = comparison_words(now)
    assert words.startswith("The val loss of healthy ends at 2.352, that of no scale at 2.320: 0.032 below.")
    assert "lowest" not in words and marked(now) == ("", "")
    diverged = comparison_words(shown(*variant("healthy", 2.2, 2.3), *variant("no scale", None, None), kind="break"))
    assert diverged == "The val loss of healthy ends at 2.250. no scale diverged. The diagnosis is below."


# --- what differs, floors -------------------------------------------------------------------------------------------


def test_of_two_variants_both_sides_are_said():
    blind = replace(SPEC, model=replace(SPEC.model, mask=False))
    assert differences({"healthy": variant("healthy", 2.4), "no mask": variant("no mask", 0.4, spec=blind)}) == {
        "healthy": "mask", "no mask": "no mask",
    }  # fmt: skip
    wide = replace(SPEC, model=replace(SPEC.model, n_embd=16))
    names = {"n_embd 8": variant("n_embd 8", 2.4), "n_embd 16": variant("n_embd 16", 2.3, spec=wide)}
    assert set(differences(names).values()) == {""}, "the names say all of it"


def test_what_differs_is_said_in_words_and_not_how_it_was_run():
    single = RunSpec(replace(SPEC.model, feed_forward=1), replace(SPEC.train, same_batches=False), "text")
    assert differences({"A": variant("A", 2.4), "B": variant("B", 2.4, spec=single)}) == {
        "A": "feed-forward, 4 times as wide inside", "B": "feed-forward, a single layer",
    }  # fmt: skip


def test_settings_that_find_no_room_are_counted():
    names = ("n_embd", "n_head", "n_layer", "block_size", "dropout", "scale")
    model = replace(SPEC.model, n_embd=16, n_head=2, n_layer=2, block_size=16, dropout=0.1, scale="none")
    other = replace(SPEC, model=model)
    assert set(varied([SPEC, other])) == set(names)
    said = differences({"A": variant("A", 2.4), "B": variant("B", 2.3, spec=other)})["B"]
    assert said.endswith(" \u00b7 and 2 more") and said.count("\u00b7") == 4


def test_on_a_made_up_language_the_floor_is_the_best_possible_loss():
    known = floors.of_model("look-back", SPEC.model.block_size)
    assert known["the best possible"] == pytest.approx(1.0717, abs=1e-4) and "5-gram" not in known
    assert gap_words(known) == (
        "Gap closed is how far a loss has come from blind guessing, 0%, to the best possible loss, 100%."
    )
    assert "to triples, the best that counting reaches on this text, 100%." in gap_words(
        {"uniform": 4.2, "3-gram": 2.0, "4-gram": 2.3}
    )


def test_the_gap_has_one_unit_in_every_row():
    wide = replace(SPEC, model=replace(SPEC.model, n_embd=16), corpus="look-back")
    here = replace(SPEC, corpus="look-back")
    groups = [variant("A", 9.0, spec=here), variant("B", 2.0, spec=wide), variant("C", None, spec=here)]
    cells = [row["gap closed"] for row in result_rows(shown(*(one for group in groups for one in group)))]
    assert all(re.fullmatch(r"\u2212?\d+%|", cell) for cell in cells), cells
    assert cells[0].startswith("\u2212") and cells[2] == "", "above guessing is below 0%, and no loss has no share"


def test_how_far_above_the_best_a_run_is():
    assert above_words(run("A", 1, 1.076), 1.0717) == "0.004"
    assert above_words(run("A", 1, 9e5, "diverged"), 1.0717) == "diverged"
    assert above_words(run("A", 1, 1.5717, "stopped"), 1.0717) == "0.500 when stopped"
    assert above_words(run("A", 1, 1.5717, "training"), 1.0717) == "0.500 so far"


# --- sweeps ---------------------------------------------------------------------------------------------------------


def test_each_axis_of_a_sweep_has_its_own_edges():
    axes = {"n_embd": (8, 8, 8, 16, 16, 16, 32, 32, 32), "dropout": (0.0, 0.1, 0.2) * 3}
    assert edges(axes, 3) == [], "in the middle of n_embd, and nothing is below a dropout of 0"
    assert edges(axes, 4) == [] and edges(axes, 1) == ["n_embd 8"]
    assert edges(axes, 5) == ["dropout 0.2"] and edges(axes, 8) == ["n_embd 32", "dropout 0.2"]
    assert edges({"n_layer": (1, 2, 3)}, 0) == [] and edges({"scale": ("a", "b", "c")}, 2) == []
    assert edges({"n_embd": (8, 16)}, 1) == [], "of two values, each is an edge"


def test_the_words_of_a_sweep_name_the_edges():
    assert sweep_words("A", 2.5, []) == "The lowest loss, 2.500, is at A."
    assert "x and y are at the edge" in sweep_words("A", 2.5, ["x", "y"])
    assert sweep_words("A", 2.5, [], over=False).startswith("The lowest loss so far")


def test_a_sweep_moves_what_its_labels_say():
    slow = RunSpec(SPEC.model, replace(SPEC.train, learning_rate=1e-3, min_learning_rate=1e-4), "text")
    fast = RunSpec(SPEC.model, slow.train.at(1e-2), "text")
    groups = {"learning_rate 1e-3": variant("a", 2.4, spec=slow), "learning_rate 1e-2": variant("b", None, spec=fast)}
    assert swept(groups) == {"learning_rate": (1e-3, 1e-2)}
    assert lowest(groups) == ("learning_rate 1e-3", 2.4)
    first, second = mean_losses(groups)
    assert first == 2.4 and second is not None and second != second, "diverged: not a number"
    assert mean_losses({"c": [run("c", 1, None, "waiting")]}) == [None], "and what has not begun has not diverged"


# --- who sees the answer ----------------------------------------------------------------------------------------------

BLIND = replace(SPEC, model=replace(SPEC.model, mask=False))
CHEAT = variant("one head without the mask", 0.396, 0.398, spec=BLIND)
HONEST = [*variant("A", 2.1, 2.12), *variant("B", 2.5, 2.51)]


def test_whoever_sees_the_answer_is_no_part_of_the_comparison_and_is_asked_about(monkeypatch):
    monkeypatch.setattr(floors, "of_model", lambda *_: {"uniform": 4.17, "2-gram": 2.48, "5-gram": 1.77})
    along = {"one head without the mask": (0.01, 0.02, 3.08)}
    alone, words = comparison_words(shown(*HONEST)), comparison_words(shown(*HONEST, *CHEAT), along)
    assert alone.startswith("The lowest is A at 2.110") and words == (
        f"{alone} The val loss of one head without the mask is 0.397: too good. Why? Without the mask every position "
        "but the last reads the character it has to guess. At the first position it loses 0.01; at the last, where "
        "nothing is left to read, 3.08, where counting pairs loses 2.48."
    )


def test_its_row_says_so_and_has_no_gap_no_perplexity_and_no_mark(monkeypatch):
    monkeypatch.setattr(floors, "of_model", lambda *_: {"uniform": 4.0, "2-gram": 2.0})
    rows = result_rows(shown(*HONEST, *CHEAT))
    assert [row["variant"] for row in rows] == ["**A**, best", "B", "one head without the mask, sees the answer"]
    assert [bool(row["gap closed"]) for row in rows] == [bool(row["perplexity"]) for row in rows] == [True, True, False]
    assert rows[2]["val loss"] == "0.397"
    assert marked(shown(*HONEST, *CHEAT)) == marked(shown(*HONEST)) == ("A", "best")


def test_beside_a_single_honest_variant_nobody_is_lowest():
    now = shown(*variant("A", 2.1, 2.12), *CHEAT)
    words = comparison_words(now)
    assert words.startswith("The seeds of A lie between 2.100 and 2.120") and "owest" not in words
    assert "0.397" in words and "repeat" not in words and marked(now) == ("", "")
    assert steps_of(comparable(now.variants())) == []


def test_each_against_the_one_before_leaves_it_out():
    now = shown(*variant("A", 2.1, 2.12), *CHEAT, *variant("B", 2.5, 2.51))
    groups = comparable(now.variants())
    (step,) = steps_of(groups)
    assert (step.row["from"], step.row["to"]) == ("A", "B")
    assert set_apart_words(now.variants(), groups) == (
        "Left out: one head without the mask sees the answer, so its loss is not comparable with the others."
    )
    assert set_apart_words(groups, groups) == ""


def test_only_cheats_are_compared_in_reading():
    axis = replace(SPEC, model=replace(SPEC.model, softmax_dim=-2))
    now = shown(*CHEAT, *variant("wrong axis", 2.02, 2.03, spec=axis))
    words = comparison_words(now)
    assert words.startswith(
        "All of these see the answer, so they are compared in reading it, not in guessing. The lowest"
    )
    assert words.count("no loss of guessing") + words.count("too good") == 2
    assert marked(now) == ("", "") and set_apart_words(now.variants(), comparable(now.variants())) in words
    assert [row["variant"].endswith("sees the answer") for row in result_rows(now)] == [True, True]
    assert comparison_words(shown(*CHEAT)).startswith("The val loss of one head without the mask")


def test_a_cheat_that_still_trains_leads_nobody_and_holds_nobody_up():
    late = run("one head without the mask", 1, 1.2, "training", BLIND)
    words = comparison_words(shown(*HONEST, late))
    assert words.startswith("The lowest is A at 2.110") and "1.200 so far, is no loss of guessing" in words
    assert marked(shown(*HONEST, late)) == ("A", "best")
    words = comparison_words(shown(*variant("A", 2.1), run("B", 1, 2.5, "training"), late))
    assert words.startswith("So far the lowest is A at 2.100") and "sees the answer" in words
    assert comparison_words(shown(replace(late, val=None, loss=None))).endswith("the character it has to guess.")


def test_a_cheat_that_was_broken_on_purpose_is_asked_about_too():
    now = shown(*variant("healthy", 2.452), *variant("no mask", 0.42, spec=BLIND), kind="break")
    words = comparison_words(now)
    assert words.startswith("The val loss of healthy is 2.452") and "2.032" not in words and "repeat" not in words
    assert "reads the character it has to guess. The diagnosis comes below." in words


def test_in_a_sweep_the_lowest_is_sought_among_the_honest():
    moved = {str(mask): replace(SPEC, model=replace(SPEC.model, mask=mask)) for mask in (True, False)}
    groups = {label: variant(label, 2.4 if label == "True" else 0.4, spec=spec) for label, spec in moved.items()}
    assert lowest(comparable(groups)) == ("True", 2.4)

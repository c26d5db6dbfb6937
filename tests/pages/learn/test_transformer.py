"""Lesson 6: every part counted, what the sentences claim against what was measured, and a model trained on the page."""

import json
import math
import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pages.learn.lesson_pages import asked, facts_of, hidden, opened, said
from tests.waiting import page_until
from tinygpt.bigram import BigramConfig
from tinygpt.corpus import default_corpus
from tinygpt.gpt import GPTConfig
from tinygpt.lessons.measured import counted, result
from tinygpt.models import count_parameters, parts
from tinygpt.spelling import thousands
from tinygpt.training.presets import LADDER, PRESETS
from tinygpt.ui import session
from tinygpt.ui.lessons.transformer.fair import WITHOUT, choosing, one_fair_test, one_part_less, place_by_place
from tinygpt.ui.lessons.transformer.machine import WHOLE, WIDTHS, owner_facts
from tinygpt.ui.lessons.transformer.parts import CODE, OWN, RUNGS, machine_of, name_of, products, sum_of_parts
from tinygpt.ui.lessons.transformer.trained import LARGE, loss_facts, never_before, spec_of
from tinygpt.words.storyboard import find_scene

switches = st.builds(
    GPTConfig, n_head=st.sampled_from([1, 2, 4, 8]), n_layer=st.integers(1, 4), feed_forward=st.sampled_from([0, 1, 4]),
    positions=st.sampled_from(["learned", "none"]), projection=st.booleans(), residual=st.booleans(),
    layer_norm=st.booleans(),
)  # fmt: skip


pytestmark = pytest.mark.usefixtures("one_engine")


@pytest.fixture
def page():
    return opened("transformer", reveal="all")


# --- counting --------------------------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(switches | st.builds(BigramConfig))
def test_the_products_on_the_page_are_the_numbers_of_the_parts(config):
    counts = {part: n for part, n in parts(config).items() if n}
    assert {part: sum(map(math.prod, terms)) for part, terms in products(config).items() if terms} == counts


@settings(max_examples=40)
@given(switches | st.builds(BigramConfig))
def test_the_boxes_of_the_diagram_add_up_to_the_whole_model(config):
    machine = machine_of(config)
    block = sum(box.count for half in machine.halves for box in half)
    around = sum(box.count for box in (*machine.before, *machine.after))
    assert around + machine.n_layer * block == count_parameters(config)


def test_a_factor_of_1_is_not_written():
    assert sum_of_parts([(1, 3, 32, 32), (1, 32)]) == "3\u00b732\u00b732 + 32"


def test_a_model_of_the_ladder_has_its_name_and_any_other_has_none():
    assert [name_of(PRESETS[name].model) for name in LADDER] == list(RUNGS)
    assert name_of(GPTConfig(n_layer=2)) == OWN


def sums(page) -> str:
    """How the learned numbers of the model on screen add up, in words."""
    (drawing,) = [c for c in page.get("bidi_component") if "still_tra_1_sums" in c.proto.id]
    return json.loads(drawing.proto.json)["alt"]


def test_the_page_opens_with_the_head_of_the_notebook(page):
    assert "one head: 7\u202f553 learned numbers. The largest part: query, key, value, 41%." in said(page)
    assert sums(page) == (
        "7\u202f553 learned numbers = 2\u202f080 token embedding + 256 positions + "
        "3\u202f072 query, key, value + 2\u202f145 output layer."
    )


@pytest.mark.slow
def test_every_rung_shows_its_count_and_a_table_has_no_switches(page):
    for rung, name in RUNGS.items():
        page.button_group(key="rung").set_value(rung).run()
        assert not page.exception and not page.warning
        assert f"{rung}: {thousands(count_parameters(PRESETS[name].model))} learned numbers" in said(page)
        assert bool(page.toggle) and ("part_skip" in {t.key for t in page.toggle}) == (rung != "bigram")


@pytest.mark.slow
def test_a_switch_makes_another_model_of_it_and_the_next_rung_sets_it_anew(page):
    page.button_group(key="rung").set_value("GPT").run()
    page.toggle(key="part_positions").set_value(False).run()
    assert f"own mix: {thousands(42_369 - 8 * 32)} learned numbers" in said(page)
    page.button_group(key="part_blocks").set_value(1).run()
    assert "own mix: 16\u202f897 learned numbers" in said(page)
    page.button_group(key="rung").set_value("four heads").run()
    assert "four heads: 7\u202f553 learned numbers" in said(page) and page.toggle(key="part_positions").value


def test_a_link_names_a_rung_and_a_switch():
    page = opened("transformer", rung="three blocks", part_skip="false", part_feed_forward="\u00d7 1")
    assert not page.toggle(key="part_skip").value and page.toggle(key="part_projection").value
    assert "own mix: 20\u202f033 learned numbers" in said(page)


@pytest.mark.parametrize("part", CODE)
def test_a_click_shows_the_few_lines_of_a_part(part):
    page = opened("transformer", code_of=part)
    shown = "\n".join(block.value for block in page.code)
    assert shown and all(function.__name__ in shown for function in CODE[part])
    assert not any(block.value.startswith(" ") for block in page.code)


# --- where heads look ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "a", "ab", "\u00e9\u00e9", "**[x](y)** <b>:red[k]", "   ", "to be or not to be"])
def test_nothing_breaks_on_what_people_type(text):
    page = opened("transformer", reveal="all", text=text)
    assert len([chart for chart in page.get("plotly_chart") if "on itself" in chart.proto.alt]) >= 6


def test_with_a_skip_the_n_looks_at_the_i(page):
    found = re.search(
        r"\u2018n\u2019, gives \u2018i\u2019 at 5 a weight of ([\d.]+) without the skip and ([\d.]+)", said(page)
    )
    assert found and float(found[1]) < 0.3 < 0.8 < float(found[2])


# --- what the answers claim ------------------------------------------------------------------------------------------


def test_feed_forward_owns_more_than_half():
    facts = owner_facts(WHOLE)
    assert facts["forward_share"] > 0.5 > facts["qkv_share"] > max(facts["embeddings_share"], facts["output_share"])
    assert (facts["forward"], facts["qkv"], facts["projection"], facts["output"], facts["embeddings"]) == (
        25_056,
        9_216,
        3_168,
        2_145,
        2_336,
    )


def test_the_wider_a_gpt_the_less_its_characters_own():
    """12 C² in each block (GPT-2's rule of thumb) leave nothing to what only grows with C."""
    wide = [owner_facts(replace(WHOLE, n_embd=n_embd)) for n_embd in WIDTHS]
    for narrow, wider in pairwise(wide):
        assert (
            wider["embeddings_share"] < narrow["embeddings_share"]
            and wider["output_share"] < narrow["output_share"]
            and wider["forward_share"] > narrow["forward_share"]
        )
    assert wide[-1]["numbers"] == pytest.approx(WHOLE.n_layer * 12 * WIDTHS[-1] ** 2, rel=0.02)
    assert wide[-1]["forward_share"] == pytest.approx(8 / 12, abs=0.01)


def test_the_skips_did_it_and_not_the_numbers():
    facts = facts_of("tra-5", one_fair_test)
    for numbers, skips in (
        (facts["by_numbers"], facts["gain"]),
        (facts["bare_2"] - facts["before_2"], facts["gain_2"]),
    ):
        assert abs(numbers) < 0.06 < 0.15 < skips
    assert facts["bare"] < 0.6 * facts["even"]  # it trains
    assert facts["by_both"] == pytest.approx(facts["by_numbers"] + facts["by_skips"])


def test_layer_norm_is_missed_least_and_not_much_more_than_another_seed():
    facts = facts_of("tra-6", one_part_less)
    rises = {part: result(name).val_loss - facts["full"] for part, name in WITHOUT.items()}
    assert min(rises, key=rises.__getitem__) == "LayerNorm"
    assert facts["norm"] < 2 * facts["seed"] < min(facts["positions"], facts["skips"], facts["choice"])


@pytest.mark.slow
def test_choosing_buys_about_twice_as_much_in_the_longer_window(page):
    short, long = (
        result(f"gpt-averaged{size}").val_loss - result(f"gpt{size}").val_loss for size in ("", "-32")
    )  # fmt: skip
    assert 1.7 < long / short < 2.6
    steps = facts_of("tra-7", choosing)
    assert (steps["steps_short"], steps["steps_long"]) == (5_000, 2_500)
    assert 1.7 < long / steps["difference_early"] < 2.6  # not for the steps alone
    assert "(2\u202f500 steps)" in "".join(question.value for question in page.subheader)
    assert abs(printed_difference(page) - short) < 1e-3
    page.button_group(key="context").set_value(32).run()
    assert abs(printed_difference(page) - long) < 1e-3 and "2\u202f500 steps)" in said(page)


def printed_difference(page) -> float:
    """The difference of the losses that are printed beside it, which is what is printed."""
    (chosen, averaged, difference) = map(
        float, re.search(r"([\d.]+) chosen, ([\d.]+) averaged, difference ([\d.]+)", said(page)).groups()
    )
    assert difference == pytest.approx(averaged - chosen, abs=1e-9)
    return difference


def test_pairs_are_best_without_a_past_and_the_gpt_with_one():
    facts = facts_of("tra-8", place_by_place)
    assert facts["pairs_first"] < min(facts["head_first"], facts["gpt_first"]) < facts["pairs_first"] + 0.1
    assert facts["gpt_last"] < facts["head_last"] < facts["pairs_last"]
    assert facts["first"] > 0.1 > 0.03 > abs(facts["later"])  # one character more than the bigram


def test_the_gpt_ties_a_table_of_triples():
    facts = loss_facts(find_scene("tra-9"))
    assert abs(facts["gpt"] - facts["triples"]) < 0.05 < facts["pairs"] - facts["gpt"]
    assert facts["train_shorter"] - facts["train_longer"] > 5 * (
        facts["val_shorter"] - facts["val_longer"]
    )  # counting longer pieces stops to help
    assert 11_000 < facts["counts"] < 12_000 and count_parameters(LARGE) == pytest.approx(10.79e6, rel=1e-3)


def test_most_of_the_hidden_text_s_pieces_were_seen_in_training(exact_file):
    assert tuple(never_before(n, default_corpus()) for n in (4, 5)) == pytest.approx((0.042, 0.101), abs=5e-4)


def test_a_head_trained_too_fast_ends_above_counted_pairs(page):
    facts, pairs = loss_facts(find_scene("tra-9")), counted()[0]["2-gram"].val
    assert result(f"rate-{facts['rate_too_high']}").val_loss > pairs > result("rate-0.003").val_loss
    assert facts["slow"] > facts["early"]
    assert facts["rates"] in said(page)


@pytest.mark.slow
def test_the_ladder_s_comparison_is_framed_as_wrong_and_put_right(page):
    assert "the same 41\u202f921 numbers: the skips bring" in said(page)
    page.toggle(key="wrong_confound").set_value(True).run()
    assert "neither can be given the credit" in said(page) and "wrong on purpose" in said(page)
    page.button(key="right_wrong_confound").click().run()
    assert "wrong on purpose" not in said(page)


def test_answers_are_replied_with_measured_numbers():
    page = opened("transformer")
    asked(page, "tra_2").set_value(1).run()
    assert "**Right.** 59%." in said(page) and "show_tra_2" not in hidden(page)


# --- a model trained here --------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_model_on_screen_is_the_one_that_is_trained(page):
    page.button_group(key="rung").set_value("four heads").run()
    page.toggle(key="part_skip").set_value(True).run()
    page.select_slider(key="max_steps").set_value(10).run()
    page.select_slider(key="learning_rate").set_value(3e-3).run()
    assert "**own mix**, 7\u202f553 learned numbers" in said(page)
    page.button(key="train").click().run()
    student = page.session_state["student"]
    page_until(page, lambda: [view.status for view in session.engine().runs(student)] == ["finished"])
    (view,) = session.engine().runs(student)
    model = GPTConfig(
        n_head=4, n_layer=1, projection=False, feed_forward=0, residual=True, layer_norm=False
    )  # fmt: skip
    assert view.spec == spec_of(model, 10, 3e-3, 1337) and view.name == OWN
    page.run()
    assert "finished: 10 steps" in said(page)

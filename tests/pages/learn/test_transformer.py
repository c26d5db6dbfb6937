"""Lesson 6: every part counted, what the sentences claim against what was measured, and a model trained on the page."""

import json
import math
import re
from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pages.learn.lesson_pages import asked, drawn, facts_of, hidden, opened, replied, said, sentences, shown
from tests.waiting import page_until
from tinygpt.bigram import BigramConfig
from tinygpt.corpus import default_corpus, load_corpus
from tinygpt.counting import SMOOTHING
from tinygpt.gpt import GPTConfig
from tinygpt.inside.knockout import operated, rise
from tinygpt.inside.shares import looks_back
from tinygpt.inside.stream import share_of_heads
from tinygpt.lessons.measured import CORPUS, counted, inside_the_gpt, result
from tinygpt.models import count_parameters, parts
from tinygpt.spelling import thousands
from tinygpt.training.presets import LADDER, PRESETS
from tinygpt.ui import session
from tinygpt.ui.lessons.transformer import running
from tinygpt.ui.lessons.transformer.fair import choosing, choosing_facts, one_fair_test, one_part_less, place_by_place
from tinygpt.ui.lessons.transformer.heads import block_habits
from tinygpt.ui.lessons.transformer.machine import WHOLE, WIDTHS, block_facts, owner_facts, width_facts
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
    assert "One head: 7\u202f553 learned numbers. The largest part is query, key, value, 41%." in said(page)
    assert sums(page) == (
        "7\u202f553 learned numbers = 2\u202f080 token embedding + 256 positions + "
        "3\u202f072 query, key, value + 2\u202f145 output layer."
    )


@pytest.mark.slow
def test_every_rung_shows_its_count_and_a_table_has_no_switches(page):
    for rung, name in RUNGS.items():
        page.button_group(key="rung").set_value(rung).run()
        assert not page.exception and not page.warning
        assert (
            f"{rung[:1].upper()}{rung[1:]}: {thousands(count_parameters(PRESETS[name].model))} learned numbers"
            in said(page)
        )
        assert ("part_skip" in {t.key for t in page.toggle}) == (rung != "bigram")


@pytest.mark.slow
def test_a_switch_makes_another_model_of_it_and_the_next_rung_sets_it_anew(page):
    page.button_group(key="rung").set_value("GPT").run()
    page.toggle(key="part_positions").set_value(False).run()
    assert f"Your own mix: {thousands(42_369 - 8 * 32)} learned numbers" in said(page)
    page.button_group(key="part_blocks").set_value(1).run()
    assert "Your own mix: 16\u202f897 learned numbers" in said(page)
    page.button_group(key="rung").set_value("four heads").run()
    assert "Four heads: 7\u202f553 learned numbers" in said(page) and page.toggle(key="part_positions").value


def test_the_ladder_shows_what_the_switches_make_or_nothing():
    page = opened("transformer", rung="GPT")
    ladder = page.button_group(key="rung")
    assert ladder.value == "GPT"
    page.button_group(key="part_heads").set_value(8).run()
    assert page.button_group(key="rung").value is None
    page.button_group(key="rung").set_value("GPT").run()  # pressing it again sets the switches
    assert page.button_group(key="part_heads").value == 4 and page.button_group(key="rung").value == "GPT"
    page.toggle(key="part_layer_norm").set_value(False).run()
    assert page.button_group(key="rung").value == "three blocks"


def test_the_first_question_is_not_answered_by_what_is_on_screen_and_its_answer_sets_the_whole_gpt():
    page = opened("transformer")
    facts = block_facts()
    assert facts["whole"] == 42_369 < facts["blocks"] * facts["one"]
    assert facts["whole"] == facts["once"] + facts["blocks"] * facts["block"]
    assert thousands(facts["whole"]) not in said(page)
    asked(page, "tra_1").set_value(0).run()
    assert f"GPT: {thousands(facts['whole'])} learned numbers" in said(page)
    assert page.button_group(key="rung").value == "GPT"


def test_a_link_names_a_rung_and_a_switch():
    page = opened("transformer", rung="three blocks", part_skip="false", part_feed_forward="\u00d7 1")
    assert not page.toggle(key="part_skip").value and page.toggle(key="part_projection").value
    assert "Your own mix: 20\u202f033 learned numbers" in said(page)


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
    assert len([chart for chart in page.get("plotly_chart") if "on itself" in chart.proto.alt]) >= 2
    assert len(sentences(page, "block")) == 3


def test_with_a_skip_the_n_looks_at_the_i(page):
    found = re.search(
        r"\u2018n\u2019, gives \u2018i\u2019 at 5 a weight of ([\d.]+) without the skip and ([\d.]+)", said(page)
    )
    assert found and float(found[1]) < 0.3 < 0.8 < float(found[2])


def test_a_block_s_heads_are_called_by_what_they_do_on_hidden_text(page):
    """Measured on the lecture's text: head 0 of block 0 looks one back, head 2 two back."""
    first = block_habits(0)
    assert (first["high"], first["far"]) == (0, 2)
    assert (first["high_back"], first["far_two"]) == pytest.approx((0.89, 0.68), abs=0.005)
    assert "head 0 looks one back most, 0.89; head 2 looks two back most, 0.68" in sentences(page, "block")[0]


def test_what_is_stored_about_the_inside_is_what_is_measured(exact_file):
    corpus, gpt, stored = load_corpus(CORPUS), running.gpt(), inside_the_gpt()
    found = rise(gpt, operated(gpt, "1 feed-forward"), corpus)
    assert tuple(found) == pytest.approx(stored.off["feed-forward"][1], abs=1e-4)
    found = rise(gpt, operated(gpt, "1.2 cut"), corpus)
    assert tuple(found) == pytest.approx(stored.heads_off[1][2], abs=1e-4)
    assert torch.allclose(looks_back(gpt, corpus, 2), torch.tensor(stored.back[2]), atol=1e-4)


# --- the machine runs ------------------------------------------------------------------------------------------------


def test_the_boxes_show_the_model_s_own_numbers():
    ids = torch.tensor([running.TOKENIZER.encode(running.TEXT)])
    logits = running.gpt()(ids)[0][0].detach()
    names = running.stop_names()
    shown = running.matrices_of(names.index("output layer"))[-1].values
    torch.testing.assert_close(shown, logits)
    torch.testing.assert_close(running.matrices_of(names.index("softmax"))[-1].values, logits.softmax(-1))
    first = running.the_run()[running.HEADS]
    assert (first.name, first.block) == ("heads", 0)


def test_only_the_boxes_of_heads_let_rows_talk():
    facts = running.run_facts()
    assert (facts["boxes"], facts["heads"], facts["both"]) == (20, 3, 6)


def test_every_box_says_something_of_every_row(page):
    (figure,) = [c for c in page.get("bidi_component") if c.proto.id.endswith("-walk_box")]
    sent = json.loads(figure.proto.json)
    said_of = [row[2] for box in sent["boxes"] for row in box[2]]
    assert len(said_of) == 20 * 8 and all(map(str.strip, said_of)) and len(figure.proto.json) < 600_000
    assert sent["at"] == [3, 6] and "puts 0.89 of its weight on \u2018i\u2019 at 5" in sent["boxes"][3][2][6][2]
    assert sum("8 of 8 rows" in sentence for sentence in said_of) == 3 * 8


def test_a_link_opens_a_box_and_a_row_and_one_that_is_not_there_is_left_out():
    for link, at in (({"box": "6", "row": "2"}, [6, 2]), ({"box": "99", "row": "x"}, [3, 6])):
        page = opened("transformer", reveal="all", **link)
        (figure,) = [c for c in page.get("bidi_component") if c.proto.id.endswith("-walk_box")]
        assert json.loads(figure.proto.json)["at"] == at


def test_the_n_switches_on_fewer_than_half_of_the_hidden_units(page):
    facts = running.vector_facts(running.ROW)
    assert 2 < facts["units_on"] < facts["hidden"] / 2
    assert facts["units_on"] + facts["off"] == facts["hidden"] == 128
    assert f"Of 128 hidden units {facts['units_on']} are on." in sentences(page, "vector")[running.ROW]


@pytest.mark.parametrize("t", range(len(running.TEXT)))
def test_all_heads_together_add_less_than_the_sum_of_their_lengths(t):
    facts, (_, heads, mixed, *_) = running.vector_facts(t), running.the_run()[2:]
    each = share_of_heads(running.gpt().blocks[0].attention, heads.comes_out)[:, t].norm(dim=-1).tolist()
    assert facts["longest"] == pytest.approx(max(each)) and facts["head"] == each.index(max(each))
    assert facts["together"] == pytest.approx(float(mixed.comes_out[t].norm()))
    assert facts["together"] < sum(each)


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
    facts = width_facts()
    assert facts["large"] < 0.01 < 0.1 < facts["small"] and facts["times"] == 16
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


def test_feed_forward_with_most_numbers_is_missed_no_more_than_the_skips_with_none():
    facts = facts_of("tra-6", one_part_less)
    assert facts["forward_share"] > 0.5
    assert abs(facts["forward"] - facts["skips"]) < facts["seed"] < facts["forward"] < facts["choice"]
    assert facts["choice"] == max(facts["rises"].values()) == pytest.approx(0.085)  # as the page on choosing prints it
    assert choosing_facts()["apart_short"] == pytest.approx(facts["choice"])
    assert facts["lowest"] == facts["projection"] < 0 < facts["heads"] < facts["seed"] < facts["norm"]
    assert facts["small"] == 2


def test_a_part_that_is_switched_off_costs_more_than_one_that_was_never_there():
    facts, off = facts_of("tra-6", one_part_less), inside_the_gpt().off
    assert facts["forward"] < facts["off_low"] < facts["off_high"]
    assert all(rise > 50 * error for found in off.values() for rise, error in found)


def test_choosing_buys_about_twice_as_much_in_the_longer_window(page):
    facts = facts_of("tra-7", choosing)
    assert 1.7 < facts["difference_long"] / facts["difference_short"] < 2.6
    assert (facts["steps_short"], facts["steps_long"]) == (5_000, 2_500)
    assert 1.7 < facts["difference_long"] / facts["difference_early"] < 2.6  # not for the steps alone
    assert "(2\u202f500 steps)" in "".join(question.value for question in page.subheader)
    assert "At the last position the difference is 0.17 and 0.27" in said(page)


def test_the_right_end_of_the_curves_is_said_of_the_right_end():
    page = opened("transformer")
    asked(page, "tra_7").set_value(2).run()
    assert "right end of the curves it is 0.17 and 0.27, on average over the window 0.09 and 0.20" in replied(
        page, "tra_7"
    )


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
    assert facts["slow_loss"] <= facts["fast_early"]


def test_fours_and_fives_are_said_to_be_of_one_smoothing(page):
    assert "The losses of fours and fives are of this one smoothing." in said(page)
    assert loss_facts(find_scene("tra-9"))["smoothing"] == SMOOTHING[4] == SMOOTHING[5]


def test_no_option_of_the_last_question_gives_a_loss():
    assert not any("{" in answer.option for answer in find_scene("tra-9").question.answers)


def test_the_ladder_s_comparison_is_a_picture_that_is_wrong_on_purpose(page):
    assert "the same 41\u202f921 numbers: the skips bring" in shown(page, "wrong_confound")
    (dial,) = drawn(page, "wrong_confound")["dials"]
    assert dial["right"] == dial["at"] == 0
    wrong = opened("transformer", reveal="all", wrong_confound="true")
    assert "neither can be given the credit" in shown(wrong, "wrong_confound")


def test_answers_are_replied_with_measured_numbers():
    page = opened("transformer")
    asked(page, "tra_2").set_value(1).run()
    assert "they grow with n_embd, the matrices of the blocks with its square." in said(page)
    assert "show_tra_2" not in hidden(page)


# --- a model trained here --------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_model_on_screen_is_the_one_that_is_trained(page):
    page.button_group(key="rung").set_value("four heads").run()
    page.toggle(key="part_skip").set_value(True).run()
    page.select_slider(key="max_steps").set_value(10).run()
    page.select_slider(key="learning_rate").set_value(3e-3).run()
    assert "**your own mix**, 7\u202f553 learned numbers" in said(page)
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

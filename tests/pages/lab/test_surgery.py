"""The section Surgery of /inside, without a browser: what is said is what was measured, and a twin is begun."""

import pytest

from tests.pages.lab.inside_page import STUDENT, TEXT, V, bigram, gpt, opened, says, trained
from tests.waiting import page_until, until
from tinygpt.corpus import load_corpus
from tinygpt.engine.description import Origin
from tinygpt.gpt import GPTConfig
from tinygpt.inside.knockout import each_alone, operated, rise_of_each
from tinygpt.inside.moments import writes
from tinygpt.lessons.measured import loaded
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.ui import session
from tinygpt.ui.inside.surgery import MOST
from tinygpt.words.surgery import head_words, missed_words, rise_words

pytestmark = pytest.mark.usefixtures("one_engine")
SHIPPED = "layer-norm"


def surgery(run="", student="", **params):
    """The section, by a link."""
    return opened(student, look="Surgery", **({"run": run} if run else {}), **params)


@pytest.fixture(scope="module")
def costs():
    """What each cut of the shipped model costs."""
    gpt, corpus = loaded(SHIPPED).model, load_corpus(TEXT)
    return rise_of_each(gpt, each_alone(gpt.config), corpus, windows=MOST // 8)


@pytest.mark.parametrize("guess", ["0.2 cut", "1.2 cut"])
def test_a_guess_is_answered_with_what_each_head_costs(guess, costs):
    page = surgery(SHIPPED)
    assert "Choose the head that you would miss most" in says(page)
    page.pills(key="missed").set_value(guess).run()
    heads = {one: cost for one, cost in costs.items() if one.endswith("cut")}
    assert missed_words(heads, guess) in says(page)
    assert "Head 2 of block 1 is missed most" in says(page), "as the lesson's stored numbers have it"


def test_a_link_switches_off_and_both_samples_are_the_models(costs):
    page = surgery(SHIPPED, surgery="0.0 cut, 2 feed-forward")
    assert page.multiselect(key="operations").value == ["0.0 cut", "2 feed-forward"]
    found, corpus = loaded(SHIPPED), load_corpus(TEXT)
    chosen = "0.0 cut, 2 feed-forward"
    [cost] = rise_of_each(found.model, [chosen], corpus, windows=MOST // 8).values()
    assert rise_words(chosen, cost) in says(page)
    written = [element.proto.body for element in page.get("html")]
    for model in (found.model, operated(found.model, chosen)):
        first = writes(model, found.tokenizer).strip().splitlines()[0]
        assert any(first in body for body in written), first


def test_what_is_chosen_becomes_the_link():
    page = surgery(SHIPPED)
    page.multiselect(key="operations").set_value(["1 attention", "0.1 flat"]).run()
    assert page.query_params["surgery"] == "0.1 flat, 1 attention"
    page.multiselect(key="operations").set_value([]).run()
    assert "surgery" not in page.query_params


@pytest.mark.parametrize("link", ["nonsense", "9.9 cut", "0.0 cut, 0.0 flat", "<b>", "0.0 cut, 77 attention"])
def test_whatever_a_link_says_the_page_stands(link):
    page = surgery(SHIPPED, surgery=link)
    assert not page.exception


def test_one_weight_is_changed_by_hand():
    page = surgery(SHIPPED)
    page.session_state["edit_weight"] = True
    page.run()
    assert "In head 0 of block 0," in says(page)
    page.slider(key="edit_to").set_value(0.5).run()
    assert " 0.50 of its weight instead of " in says(page)


def test_a_bigram_has_nothing_to_switch_off():
    assert "no heads and no parts" in says(surgery(trained(bigram()), STUDENT))


def test_a_model_without_skips_offers_its_heads_alone():
    page = surgery(trained(gpt(residual=False, feed_forward=0, n_layer=1)), STUDENT)
    assert page.multiselect(key="operations").options == [
        "head 0 of block 0 cut", "head 1 of block 0 cut", "head 0 of block 0 flattened", "head 1 of block 0 flattened",
    ]  # fmt: skip


def test_a_run_on_its_way_is_forked():
    engine, student = session.engine(), "8" * 32
    spec = RunSpec(GPTConfig(V, n_embd=8, n_head=2, n_layer=1), TrainConfig(max_steps=20_000, batch_size=4), TEXT)
    run = engine.submit(spec, student=student, name="mine")
    engine.pause(run)
    until(lambda: not engine.view(run).busy)
    engine.step(run, 5)
    until(lambda: engine.view(run).step >= 5 and not engine.view(run).busy)
    page = surgery(run, student, surgery="0.1 flat")
    page.button(key="fork").click().run()
    assert not page.exception
    [twin] = [view for view in engine.runs(student) if view.origin]
    step = engine.view(run).step
    assert (twin.origin, twin.spec, twin.name) == (Origin(run, step), spec.operated("0.1 flat", step), "mine, 0.1 flat")
    for each in (run, twin.id):
        engine.delete(each)


def test_a_run_that_has_ended_is_trained_again_up_to_a_step():
    run = trained()
    page = surgery(run, STUDENT, surgery="0.1 flat")
    page.select_slider(key="operate_at").set_value(8).run()
    page.button(key="again").click().run()
    engine = session.engine()
    [twin] = [view for view in engine.runs(STUDENT) if view.spec == engine.view(run).spec.operated("0.1 flat", 8)]
    page_until(page, lambda: engine.view(twin.id).status == "finished")
    whole, operated_twin = (engine.points(each) for each in (run, twin.id))
    assert [p.loss for p in whole[:8]] == [p.loss for p in operated_twin[:8]] and whole[-1].loss != operated_twin[
        -1
    ].loss
    engine.delete(twin.id)


def test_nobody_operates_on_anothers_run():
    page = surgery(trained(), "9" * 32, surgery="0.1 flat")
    assert {"fork", "again"}.isdisjoint(button.key for button in page.button)
    assert head_words("0.1 cut") in page.pills(key="missed").options

"""A closer look on /inside, without a browser: its heads, block by block, one position; of every kind of model."""

import json
from typing import Any

import pytest
import torch
from streamlit.testing.v1 import AppTest

from tests.pages.lab.inside_page import STUDENT, gpt, opened, says, trained
from tests.waiting import page_until, until
from tinygpt.checkpoint.model_file import load, save
from tinygpt.corpus import default_corpus, load_corpus
from tinygpt.export.follow import follow_pytorch
from tinygpt.gpt import GPTConfig
from tinygpt.inside.copying import rise_without, stripes
from tinygpt.inside.follow import follow
from tinygpt.inside.layers import read_layers
from tinygpt.inside.names import named_heads
from tinygpt.inside.passages import draw_passages
from tinygpt.inside.units import units_of
from tinygpt.lessons.measured import GPT, loaded
from tinygpt.randomness import generator
from tinygpt.tokenizer import CharTokenizer
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.ui import session, texts
from tinygpt.ui.inside.chosen import Model
from tinygpt.ui.inside.opened import opened_step
from tinygpt.ui.inside.sections import SECTIONS

pytestmark = pytest.mark.usefixtures("one_engine")
_, HEADS, _, BLOCKS, POSITION = SECTIONS
TOKENIZER = CharTokenizer(load_corpus("shakespeare-plays").tokenizer.chars)
TYPED = "To be, o"
ODD = {"n_layer": 1, "n_head": 3, "fixed_head_size": 5, "feed_forward": 0, "projection": False, "residual": False,
       "layer_norm": False}  # fmt: skip


@pytest.fixture(scope="module")
def run(one_engine) -> str:
    """A small GPT that has ended. Whoever uses it leaves it as it is."""
    return trained()


def look(which: str, student: str = STUDENT, **link: str) -> AppTest:
    page = opened(student, look=which, **link)
    if which == HEADS:
        page_until(page, lambda: not page.get("progress"))
    return page


def html(page: AppTest) -> str:
    return "".join(element.proto.body for element in page.get("html"))


def given(page: AppTest, key: str) -> dict[str, Any]:
    """What a figure of the browser was given."""
    (found,) = [c for c in page.get("bidi_component") if c.proto.id.endswith(f"-{key}")]
    return json.loads(found.proto.json)


def model_of(run: str):
    return load(session.engine().model_bytes(run)).model


def test_nothing_is_measured_before_somebody_asks(run):
    page = opened(STUDENT, run=run)
    assert page.segmented_control(key="look").value == next(iter(SECTIONS)) and not page.get("html")


# --- heads ------------------------------------------------------------------------------------------------------------


def test_heads_are_named_with_their_scores_beside_an_even_spread():
    page = look(HEADS, run=GPT)
    corpus = load_corpus(default_corpus())
    for head in named_heads(loaded(GPT).model, corpus):
        if head.name in ("one back", "two back"):
            sentence = f"It puts {head.scores[head.name]:.2f} of its attention {head.name}; an even spread would put "
            assert sentence + f"{head.even[head.name]:.2f} there." in html(page)
    assert "after 5\u202f000 steps, on 8\u202f192 characters that it never saw" in says(page)
    assert "So this model does not copy" in says(page) and "and the model does not copy." in says(page)


def test_cuts_and_stripes_are_those_of_the_core(run):
    page = look(HEADS, run=run)
    model, corpus = model_of(run), load_corpus("shakespeare-plays")
    found = draw_passages(corpus, 8, generator(1337))
    page.session_state["table_cuts"] = True
    page.run()
    rows = page.dataframe[0].value.to_dict("records")
    assert [row["head"] for row in rows] == [f"block {layer}, head {head}" for layer in (0, 1) for head in (0, 1)]
    for row, (layer, head) in zip(rows, ((0, 0), (0, 1), (1, 0), (1, 1)), strict=True):
        rise = rise_without(model, found, (layer, head))
        assert (row["rise without it"], row["its standard error"]) == pytest.approx(rise, abs=1e-6)
        assert row["stripe"] == pytest.approx(float(stripes(model, found)[layer, head]), abs=1e-6)


def test_at_an_earlier_moment_that_model_is_measured(run):
    first = look(HEADS, run=run, step="0")
    assert "Measured before the first step" in says(first) and html(first) != html(look(HEADS, run=run))


def test_the_copying_language_has_letters_that_are_copied():
    lines = load_corpus("copying")
    spec = RunSpec(GPTConfig(lines.tokenizer.vocab_size, 24, 8, 1, 2), TrainConfig(max_steps=4), "copying")
    engine = session.engine()
    run = engine.submit(spec, student=STUDENT, name="copying")
    until(lambda: engine.view(run).status == "finished")
    assert "a letter of a second word costs" in says(look(HEADS, run=run))


@pytest.mark.parametrize(
    ("model", "sentence"),
    [(gpt(block_size=1), "it has no choice, and so no habit"), (gpt(block_size=2), "In a window of 2 no stretch")],
)
def test_windows_too_short_are_said(model, sentence):
    assert sentence in says(look(HEADS, run=trained(model)))


def test_heads_that_are_off_look_nowhere():
    page = look(HEADS, run=trained(gpt(surgery="0.0 cut, 1 attention")))
    assert html(page).count("It is switched off, and looks nowhere.") == 3


def test_a_text_that_is_not_shared_is_not_measured_on():
    key = texts.shelf().keep("Somebody's own words, and some more of them. " * 80, "5" * 32, "hers")
    corpus = load_corpus(key, folder=texts.folder())
    spec = RunSpec(GPTConfig(corpus.tokenizer.vocab_size, 8, 8, 2, 2), TrainConfig(max_steps=4), key)
    engine = session.engine()
    run = engine.submit(spec, student="5" * 32, name="hers")
    until(lambda: engine.view(run).status == "finished")
    page = look(HEADS, run=run)
    assert "belongs to somebody who has not shared it" in says(page) and "cannot be measured" in says(page)
    assert not page.get("html")


# --- block by block ---------------------------------------------------------------------------------------------------


def test_every_number_of_the_figure_is_that_of_the_core(run):
    figure = given(look(BLOCKS, run=run, typed=TYPED + "r"), "place")
    ids = torch.tensor(TOKENIZER.encode(TYPED + "r"))
    seen = read_layers(model_of(run), ids[:8])
    assert figure["after"] == ["embedding", "block 0", "block 1"] and figure["next"] and len(figure["next"]) == 8
    for t, symbols in enumerate(figure["symbols"]):
        of = [TOKENIZER.encode({"\u00b7": " ", "\u00b6": "\n"}.get(c, c))[0] for c in symbols]
        for s, shares in enumerate(figure["shares"]):
            assert shares[t] == pytest.approx(seen.probabilities[s, t, of].tolist(), abs=1e-4)
        assert symbols[figure["next"][t]] == "o\u00b7be,\u00b7or"[t]
    paid = seen.costs(ids)
    assert f"<span>{float(paid[1].mean()):.2f} nats</span>" in figure["lines"]
    assert f"in the end it costs {float(paid[2, 7]):.2f} nats" in figure["says"][7]


def test_a_link_says_which_position_and_nonsense_says_the_last(run):
    assert given(look(BLOCKS, run=run, typed=TYPED, place="3"), "place")["at"] == 3
    for nonsense in ("8", "-1", "x", "\u0663", "1e9"):
        assert given(look(BLOCKS, run=run, typed=TYPED, place=nonsense), "place")["at"] == 7


def test_a_single_character_is_read_off_too(run):
    page = look(BLOCKS, run=run, typed="T")
    figure = given(page, "place")
    assert figure["next"] == [] and "the text ends" in figure["says"][0]
    assert "a character of this text costs" not in says(page)


def test_each_position_has_a_row_of_the_table(run):
    page = look(BLOCKS, run=run, typed=TYPED)
    page.session_state["table_place"] = True
    page.run()
    rows = page.dataframe[0].value
    assert len(rows) == 8 and rows["position"][2] == "2 a space" and rows["block 1: nats"].isna().tolist()[-1]


def test_without_skips_it_is_said_and_without_one_width_nothing_is_read():
    assert "no skip connections" in says(look(BLOCKS, run=trained(gpt(residual=False))))
    odd = trained(gpt(**ODD))
    assert "nothing can be read off before the heads" in says(look(BLOCKS, run=odd))


# --- one position -----------------------------------------------------------------------------------------------------


def test_a_position_goes_through_the_boxes_of_its_model(run):
    figure = given(look(POSITION, run=run, typed=TYPED, followed="3"), "walk_box")
    block = ["LayerNorm", "heads", "projection", "LayerNorm", "feed-forward"]
    assert figure["stops"] == [
        "token embedding", "positions", *(f"block {n}: {name}" for n in (0, 1) for name in block), "LayerNorm",
        "output layer", "softmax",
    ]  # fmt: skip
    assert figure["places"] == ["3"] and figure["stops"][figure["at"][0]] == "block 0: heads"
    stages = {s.label: s for s in follow(model_of(run), torch.tensor(TOKENIZER.encode(TYPED)), 3)}
    said = [box[2][0][2] for box in figure["boxes"]]
    before, after = stages["stream"], stages["block 0: LayerNorm 1"]
    assert f"mean {before.mean:.2f} and standard deviation {before.std:.2f}, after it".replace("-", "\u2212") in said[2]
    assert f"and {after.std:.2f}:" in said[2]
    assert f"{stages['block 0: hidden units'].on} are on" in said[6]
    cost = -float(stages["probabilities"].values[TOKENIZER.encode("e")].log())
    assert said[-1].endswith(f"that costs {cost:.2f} nats.")


def test_beside_a_box_stands_what_would_be_guessed_there(run):
    figure = given(look(POSITION, run=run, typed=TYPED), "walk_box")
    seen = read_layers(model_of(run), torch.tensor(TOKENIZER.encode(TYPED)), halves=True)
    for stop, stage in (("block 0: heads", 0), ("block 0: projection", 1), ("softmax", -1)):
        beside = figure["boxes"][figure["stops"].index(stop)][2][0][1]
        assert f"</i>{float(seen.probabilities[stage, 7].max()):.2f}</p>" in beside


@pytest.mark.parametrize(
    ("model", "stops"),
    [(gpt(**ODD), ["token embedding", "positions", "block 0: heads", "output layer", "softmax"]),
     (gpt(n_layer=1, surgery="0 attention", positions="none"),
      ["token embedding", "block 0: LayerNorm", "block 0: feed-forward", "LayerNorm", "output layer", "softmax"]),
     (gpt(**ODD, token_shift=True),
      ["token embedding", "token shift", "positions", "block 0: heads", "output layer", "softmax"])],
    ids=["odd widths", "operated", "shifted"],
)  # fmt: skip
def test_a_model_without_some_parts_has_no_boxes_for_them(model, stops):
    page = look(POSITION, run=trained(model))
    assert given(page, "walk_box")["stops"] == stops
    assert ("Switched off in it: attention of block 0 off." in says(page)) is bool(model.surgery)


def test_a_table_of_pairs_has_two_boxes_and_its_own_sentences():
    page = look(POSITION, run="bigram")
    assert given(page, "walk_box")["stops"] == ["table", "softmax"]
    assert "has no heads" in says(look(HEADS, run="bigram")) and "has no blocks" in says(look(BLOCKS, run="bigram"))
    page.session_state["pytorch"] = True
    page.run()
    assert 'w["token_embedding_table.weight"][ids]' in page.code[0].value


def test_the_numbers_and_the_script_are_those_of_the_position(run):
    page = look(POSITION, run=run, typed=TYPED, followed="5")
    page.session_state["table_stages"] = page.session_state["pytorch"] = True
    page.run()
    rows = page.dataframe[0].value.to_dict("records")
    stages = follow(model_of(run), torch.tensor(TOKENIZER.encode(TYPED)), 5)
    assert [row["stage"] for row in rows] == [stage.label for stage in stages]
    assert rows[-1]["numbers"] == pytest.approx(stages[-1].values.tolist(), abs=1e-6)
    assert page.code[0].value == follow_pytorch(gpt(), TOKENIZER, TYPED, 5).rstrip("\n")
    assert f"all {len(stages)} stages" in says(page)


def test_the_text_of_a_unit_is_that_of_the_core(run):
    page = look(POSITION, run=run, typed=TYPED)
    page.session_state["units"] = True
    page.run()
    unit = page.selectbox(key="unit_0_7").value
    stages = {s.label: s for s in follow(model_of(run), torch.tensor(TOKENIZER.encode(TYPED)), 7)}
    assert unit == int(stages["block 0: hidden units"].values.argmax())
    units = units_of(model_of(run), load_corpus("shakespeare-plays"), block=0)
    assert f"Unit {unit} is on at {float(units.on[unit]):.2f} of 8\u202f192 places" in says(page)
    assert all(f">{context.value:.2f}</b>" in html(page) for context in units.contexts(unit))
    page.segmented_control(key="block_of_units").set_value(1).run()
    assert not page.exception and page.selectbox(key="unit_1_7")


def test_a_shorter_text_moves_the_position(run):
    page = look(POSITION, run=run, typed=TYPED, followed="7")
    page.text_area(key="typed").set_value("To").run()
    assert not page.exception and page.slider(key="followed").value == 1
    page.text_area(key="typed").set_value("T").run()
    assert not page.exception and given(page, "walk_box")["places"] == ["0"]


# --- what cannot be shown ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", [HEADS, BLOCKS, POSITION])
def test_weights_that_make_no_numbers_are_said(which):
    run = trained(seed=9)
    store = session.engine().store
    model = load(store.model(run)).model
    with torch.no_grad():
        for weight in model.parameters():
            weight.fill_(1e30)
    save(store.home(run) / "model.safetensors", model, TOKENIZER, step=16)
    assert "no number" in says(look(which, run=run))


def test_a_run_that_is_deleted_meanwhile_is_missed_in_words():
    run = trained(seed=8)
    view = session.engine().view(run)
    session.engine().delete(run)
    with pytest.raises(ValueError, match="deleted meanwhile"):
        opened_step(Model(run, "mine", view.spec, TOKENIZER, view))


def test_where_the_last_model_cannot_be_read_the_one_before_is_looked_at():
    run = trained(seed=6)
    file = session.engine().store.home(run) / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-8] + b"\0" * 8)
    last = session.engine().snapshots(run)[-1]
    assert last < 16 and f"The model after {last} steps." in says(look(BLOCKS, run=run))

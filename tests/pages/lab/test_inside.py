"""The page /inside, without a browser: every kind of model is opened, and what cannot be is said in words."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pages.lab.inside_page import (
    SIZES,
    STUDENT,
    TEXT,
    V,
    bigram,
    figure,
    figures,
    gpt,
    opened,
    says,
    trained,
    unpacked,
)
from tests.waiting import until
from tinygpt.attention import causal_mask
from tinygpt.checkpoint.model_file import load, save
from tinygpt.corpus import load_corpus
from tinygpt.gpt import GPTConfig
from tinygpt.inside.moments import moment_at, writes
from tinygpt.lessons.measured import loaded
from tinygpt.probes import capture
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import at_the_start
from tinygpt.ui import session, texts
from tinygpt.ui.inside import machine, moments
from tinygpt.ui.inside.reading import LONGEST
from tinygpt.ui.readers import readable

pytestmark = pytest.mark.usefixtures("one_engine")
HALF = 0.5 / 65_535  # how far a share can move on its way
TOKENIZER = load_corpus(TEXT).tokenizer


@pytest.fixture(autouse=True, scope="module")
def at_once():
    """All moments come with the first picture: there is no browser that would ask for the others."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(machine, "AT_FIRST", math.inf)
        yield


@pytest.fixture(scope="module")
def run(one_engine) -> str:
    """A small GPT that has ended. Whoever uses it leaves it as it is."""
    return trained()


def test_with_nothing_trained_a_shipped_model_is_open():
    page = opened()
    assert page.selectbox(key="looked_into").value == "layer-norm"
    given = figure(page)
    assert given["steps"] == [0, 5_000] and (given["layers"], given["heads"]) == (3, 4)
    assert "3 blocks of 4 heads" in says(page)


def test_the_newest_run_of_ones_own_is_open_and_a_link_leads_to_any(run):
    page = opened(STUDENT)
    assert page.selectbox(key="looked_into").value == run
    page = opened(STUDENT, run="bigram")
    assert page.selectbox(key="looked_into").value == "bigram" and figure(page)["table"]
    page.selectbox(key="looked_into").set_value(run).run()
    assert "".join(page.query_params["run"]) == run and not figure(page)["table"]


def test_its_moments_are_the_first_weights_the_snapshots_and_the_last_ones(run):
    given = figure(opened(STUDENT, run=run))
    kept = session.engine().snapshots(run)
    assert given["steps"] == [0, *kept, 16] and kept
    assert given["when"][0] == "before the first step" and given["when"][-1] == "after 16 steps"


def test_the_maps_are_those_of_the_models(run):
    page = opened(STUDENT, run=run, typed="To be, o")
    given, ids = figure(page), torch.tensor(TOKENIZER.encode("To be, o"))
    engine = session.engine()
    models = [at_the_start(engine.view(run).spec), *(load(engine.snapshot(run, s)).model for s in given["steps"][1:-1])]
    models.append(load(engine.model_bytes(run)).model)
    for packed, model in zip(given["maps"], models, strict=True):
        seen = capture(model, ids[None])
        maps = torch.stack([seen[f"blocks.{layer}.attention.weights"][0] for layer in (0, 1)])
        torch.testing.assert_close(unpacked(packed), maps[..., causal_mask(8)].flatten(), atol=2 * HALF, rtol=0)


def test_bars_keep_their_characters_and_their_shares_are_the_guesses(run):
    page = opened(STUDENT, run=run, typed="To be, o")
    bars, ids = figure(page)["bars"], torch.tensor(TOKENIZER.encode("To be, o"))
    found = moment_at(load(session.engine().model_bytes(run)).model, ids)
    shares = unpacked(bars["shares"][-1]).view(8, -1)
    for t, symbols in enumerate(bars["symbols"]):
        of = [TOKENIZER.encode({"\u00b7": " ", "\u00b6": "\n"}.get(c, c))[0] for c in symbols]
        torch.testing.assert_close(shares[t], found.guesses[t, of], atol=2 * HALF, rtol=0)
        assert t == 7 or symbols[bars["next"][t]] == "o\u00b7be,\u00b7o"[t]
    assert f"costs {float(found.costs[0]):.2f} nats" in bars["says"][-1][0]


def test_what_it_writes_comes_once_the_figure_asks_for_it(run):
    page = opened(STUDENT, run=run)
    assert figure(page)["samples"] is None
    page.session_state["machine"] = {"wants": figure(page)["of"], "at": figure(page)["at"]}
    page.run()
    samples = figure(page)["samples"]
    assert samples[-1] == writes(load(session.engine().model_bytes(run)).model, TOKENIZER)
    assert len(samples) == len(figure(page)["steps"])


def test_at_first_only_what_is_quick_is_looked_at_and_the_ends_always(run):
    steps = moments.steps_of_run(session.engine().view(run))
    found, lost = moments.moments_of(run, steps, (1, 2, 3), first=[16, 4], seconds=-1)
    assert [moment.step for moment in found] == [4, 16] and not lost
    found, _ = moments.moments_of(run, steps, (1, 2, 3))
    assert [moment.step for moment in found] == steps


@pytest.mark.parametrize(
    ("model", "tiles"),
    [(gpt(n_head=1, n_layer=1), 36), (gpt(mask=False), 4 * 64), (gpt(softmax_dim=-2), 4 * 36), (bigram(), V * V)],
    ids=["one head", "no mask", "wrong axis", "bigram"],
)
def test_every_kind_of_run_is_opened(model, tiles):
    page = opened(STUDENT, run=trained(model))
    given = figure(page)
    assert len(unpacked(given["maps"][-1])) == tiles
    assert given["says"][-1][0].startswith("After 16 steps, ")
    assert ("one ahead" in given["says"][-1][0]) is (getattr(model, "mask", True) is False)


def test_what_is_cut_or_switched_off_is_said():
    given = figure(opened(STUDENT, run=trained(gpt(surgery="0 attention, 1.1 cut"), surgery_at=4)))
    at = given["steps"].index(8)
    assert given["off"][0] == [False, False] and given["off"][at] == [True, False]
    assert given["says"][at][0] == "Attention is switched off in block 0."
    assert given["says"][at][3] == "Head 1 of block 1 is cut: it hands nothing on."
    assert given["even"][at][3] is None and "cut" not in given["says"][0][3]


def test_a_diverged_run_shows_what_it_left():
    page = opened(STUDENT, run=trained(learning_rate=1e3, optimizer="sgd", max_steps=64))
    assert "It diverged" in figure(page)["words"]["remark"] and figure(page)["steps"][0] == 0


def test_a_run_that_has_not_begun_shows_its_first_weights():
    engine = session.engine()
    spec = RunSpec(gpt(), TrainConfig(max_steps=20_000), TEXT)
    run = engine.submit(spec, student=STUDENT, name="later")
    engine.pause(run)
    page = opened(STUDENT, run=run)
    given, step = figure(page), engine.view(run).step
    assert given["steps"][0] == 0 and ("has made no step yet" in given["words"]["remark"]) is (step == 0)
    engine.delete(run)


def test_a_damaged_snapshot_is_left_out_and_named():
    run = trained(seed=5)
    store = session.engine().store
    path = store.home(run) / "snapshots" / "4.safetensors"
    path.write_bytes(path.read_bytes()[:-8] + b"\0" * 8)
    page = opened(STUDENT, run=run)
    assert "Left out: the model of step 4." in says(page) and 4 not in figure(page)["steps"]


def test_a_model_that_holds_no_numbers_is_left_out_and_named():
    run = trained(seed=6)
    store = session.engine().store
    model = load(store.model(run)).model
    with torch.no_grad():
        next(model.parameters()).fill_(torch.nan)
    save(store.home(run) / "model.safetensors", model, TOKENIZER, step=16)
    page = opened(STUDENT, run=run)
    assert "numbers that are not finite" in says(page) and figure(page)["steps"][-1] != 16


def test_a_run_that_is_deleted_meanwhile_is_missed_in_words():
    run = trained(seed=7)
    page = opened(STUDENT, run=run)
    session.engine().delete(run)
    page.run()
    assert not page.exception and "leads to a run that is not here" in says(page)
    assert page.selectbox(key="looked_into").value != run


@pytest.mark.parametrize("nonsense", ["x", "0" * 32, "../../etc", "layer-norm.safetensors"])
def test_a_link_that_leads_nowhere_says_so(nonsense):
    page = opened(run=nonsense)
    assert "leads to a run that is not here" in says(page) and figure(page)["steps"] == [0, 5_000]


def test_somebody_elses_run_is_looked_at_and_not_touched(run):
    page = opened(run=run)
    assert "somebody else" in says(page) and "not yours" in page.selectbox(key="looked_into").options[0]
    assert figure(page)["steps"][-1] == 16
    assert not [button for button in page.button if button.label in ("Stop", "Pause", "Delete")]


def test_the_text_of_somebody_elses_run_stays_hidden():
    secret = "a letter to nobody else, and a long one at that. " * 40
    key = texts.shelf().keep(secret, STUDENT, "letter")
    spec = RunSpec(GPTConfig(len(set(secret)), **SIZES), TrainConfig(max_steps=8), key)
    run = session.engine().submit(spec, student=STUDENT, name="secret")
    until(lambda: session.engine().view(run).status == "finished")
    hidden = secret[int(0.9 * len(secret)) :][:48]
    mine, other = opened(STUDENT, run=run), opened(run=run)
    assert mine.text_area(key="typed").value == hidden
    assert other.text_area(key="typed").value != hidden and figure(other)["steps"]


def test_unknown_characters_are_left_out_and_named(run):
    page = opened(STUDENT, run=run, typed="T\u00f6 be\u20ac")
    assert "does not know them: \u2018\u00f6\u2019, \u2018\u20ac\u2019." in says(page)
    assert figure(page)["text"] == list("T\u00b7be")


@pytest.mark.parametrize(("typed", "words"), [("", "There is no text to read"), ("\u00f6", "Nothing of it is left")])
def test_nothing_to_read_is_said_and_no_figure_stands_there(run, typed, words):
    page = opened(STUDENT, run=run)
    page.text_area(key="typed").set_value(typed).run()
    assert words in says(page) and figures(page) == [] and not page.exception
    page.text_area(key="typed").set_value("To be").run()
    assert figure(page)["text"] == list("To\u00b7be")


def test_a_longer_text_is_read_in_windows_and_the_last_one_is_whole(run):
    page = opened(STUDENT, run=run, typed="abcdefghijklmnopqrst")
    assert figure(page)["text"] == list("abcdefgh")
    page.slider(key="window_at").set_value(3).run()
    assert figure(page)["text"] == list("mnopqrst")
    page.text_area(key="typed").set_value("abcdefghij").run()
    assert figure(page)["text"] == list("cdefghij") and not page.exception
    assert figure(page)["bars"]["next"][6] is not None and len(figure(page)["bars"]["next"]) == 7


def test_another_model_brings_its_own_text_unless_somebody_has_typed(run):
    page = opened(STUDENT, run=run)
    first = page.text_area(key="typed").value
    assert first in load_corpus(TEXT).text
    page.selectbox(key="looked_into").set_value("nanogpt-cpu").run()
    assert len(page.text_area(key="typed").value) == 64
    page.text_area(key="typed").set_value("my own words").run()
    page.selectbox(key="looked_into").set_value(run).run()
    assert page.text_area(key="typed").value == "my own words"


def test_a_link_names_head_position_and_step(run):
    page = opened(STUDENT, run=run, head="1.0", position="3", step="4")
    assert figure(page)["at"] == {"head": "1.0", "position": 3, "step": 4}
    page = opened(STUDENT, run=run, head="9.9.9", position="-4", step="soon")
    assert figure(page)["at"] == {"head": "", "position": -1, "step": -1}


def test_what_a_link_asks_for_in_vain_is_said(run):
    page = opened(STUDENT, run=run, head="1.0", moon="1", look="Under water")
    assert "nothing here is called moon, and look=Under water is not offered here" in says(page)
    assert "left out" not in says(opened(STUDENT, run=run, head="1.0", step="4", typed="To be", window_at="1"))


def test_the_table_has_the_numbers_of_the_chosen_head(run):
    page = opened(STUDENT, run=run, typed="To be, o", head="1.0", step="4")
    page.session_state["table_machine"] = True
    page.run()
    (rows,) = (frame.value for frame in page.dataframe)
    weights = moment_at(load(session.engine().snapshot(run, 4)).model, torch.tensor(TOKENIZER.encode("To be, o"))).maps
    assert rows.iloc[7, 1:].tolist() == pytest.approx(weights[1, 0, 7].tolist())
    assert rows.columns[0] == "block 1, head 0, after 4 steps"


@settings(max_examples=25)
@given(typed=st.text(max_size=40))
def test_whatever_is_typed_the_page_says_something_true(run, typed):
    page = opened(STUDENT, run=run)
    page.text_area(key="typed").set_value(typed).run()
    assert not page.exception
    typed = page.text_area(key="typed").value or ""
    read, words = readable(typed, TOKENIZER), says(page)
    assert ("does not know" in words) is bool(TOKENIZER.unknown(typed))
    assert ("There is no text to read" in words) is (not typed)
    assert ("Nothing of it is left" in words) is (bool(typed) and not read)
    if read:
        assert len(figure(page)["text"]) == min(8, len(read))


def test_of_a_very_long_text_the_page_says_what_it_reads(run):
    page = opened(STUDENT, run=run)
    page.text_area(key="typed").set_value("ab" * LONGEST).run()
    assert "It reads the first 2\u202f000 of 4\u202f000 characters." in says(page) and not page.exception


def test_the_shipped_models_are_read_as_they_are():
    page = opened(run="layer-norm", typed="the king")
    found = loaded("layer-norm")
    seen = moment_at(found.model, torch.tensor(found.tokenizer.encode("the king")))
    torch.testing.assert_close(
        unpacked(figure(page)["maps"][-1]), seen.maps[..., causal_mask(8)].flatten(), atol=2 * HALF, rtol=0
    )

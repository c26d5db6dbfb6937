"""The page that lets a model write, without a browser: runs of each kind, what is said of each, and what is drawn."""

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from tests.pages.lab.generate_page import opened, says, text, typewriter, wish
from tests.waiting import until
from tinygpt.bigram import BigramConfig
from tinygpt.checkpoint.model_file import load
from tinygpt.corpus import default_corpus, load_corpus
from tinygpt.generation import generate, prompt_for
from tinygpt.gpt import GPTConfig
from tinygpt.inside.knockout import operated
from tinygpt.inside.writing import Dice
from tinygpt.lessons.measured import loaded, path_of
from tinygpt.models import LanguageModel, ModelConfig
from tinygpt.probes import capture
from tinygpt.randomness import generator
from tinygpt.texts import keeping
from tinygpt.texts.keeping import forget_texts, size_of
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.ui import session, texts
from tinygpt.ui.generate import desk, guess
from tinygpt.ui.generate.desk import writing_of

pytestmark = pytest.mark.usefixtures("one_engine")

ME, OTHER = "5" * 32, "6" * 32
V = load_corpus(default_corpus()).tokenizer.vocab_size
BARE = {"n_embd": 16, "n_layer": 1, "feed_forward": 0, "projection": False, "residual": False, "layer_norm": False}
KINDS: dict[str, ModelConfig] = {
    "bigram": BigramConfig(V),
    "one head": GPTConfig(V, n_head=1, **BARE),  # type: ignore[arg-type]
    "GPT": GPTConfig(V, n_embd=16, n_layer=2),
    "no mask": GPTConfig(V, n_head=1, mask=False, **BARE),  # type: ignore[arg-type]
}


def trained(
    model: ModelConfig, name: str, *, student: str = ME, steps: int = 40, corpus: str = "", rate: float = 1e-3
) -> str:
    """A short run that has ended; its id."""
    train = TrainConfig(max_steps=steps, eval_interval=10, learning_rate=rate)
    run = session.engine().submit(RunSpec(model, train, corpus or default_corpus()), student=student, name=name)
    until(lambda: session.engine().view(run).status in ("finished", "diverged"))
    return run


@pytest.fixture(scope="module")
def runs(one_engine) -> dict[str, str]:
    return {name: trained(config, name) for name, config in KINDS.items()}


def as_the_core_writes(model: LanguageModel, prompt: str, characters: int, **dice) -> str:
    """What the command line would print."""
    tokenizer = load_corpus(default_corpus()).tokenizer
    seed = dice.pop("seed", 1337)
    drawn = generate(model, prompt_for(tokenizer, prompt).idx, characters, generator=generator(seed), **dice)
    return tokenizer.decode(token.id for token in drawn)


@pytest.mark.parametrize("name", KINDS)
def test_a_run_of_each_kind_writes_what_the_core_writes(runs, name):
    page = opened(ME, run=runs[name], prompt="ROMEO:", temperature="0.80", top_k="10", dice="7")
    wish(page, 25)
    model = load(session.engine().model_bytes(runs[name])).model
    assert text(page, 25) == as_the_core_writes(model, "ROMEO:", 25, temperature=0.8, top_k=10, seed=7)
    assert "The window" in says(page)


def test_every_kind_says_how_it_reads(runs):
    said = {name: says(wish(opened(ME, run=run), 20)) for name, run in runs.items()}
    assert "sees the last character alone" in said["bigram"]
    assert "Each new character changes what this model makes of the ones before it" in said["no mask"]
    for name in ("one head", "GPT"):
        assert "Its window holds 8 characters" in said[name] and "it slides, as in the lecture" in said[name]


def test_the_heads_of_a_chosen_character_come_from_the_window_it_was_drawn_after(runs):
    page = wish(opened(ME, run=runs["GPT"]), 20, at=3)
    (sheet,) = typewriter(page)["pages"]
    assert sheet["looked"]["at"] == 3 and sheet["looked"]["length"] == 4, "the line break and three characters"
    assert [(one["block"], one["head"]) for one in sheet["looked"]["heads"]] == [
        (b, h) for b in (0, 1) for h in range(4)
    ]
    assert all(sum(one["weights"]) == pytest.approx(1, abs=0.01) for one in sheet["looked"]["heads"])
    assert (page.query_params["at"], page.query_params["written"]) == ("3", "20")
    (bigram,) = typewriter(wish(opened(ME, run=runs["bigram"]), 5))["pages"]
    assert bigram["looked"]["heads"] == []


def test_a_link_opens_what_was_written_for_somebody_else(runs):
    link = {"run": runs["GPT"], "prompt": "To be", "written": "30", "at": "4"}
    mine, other = opened(ME, **link), opened(OTHER, **link)
    assert typewriter(other)["want"] == 30 and typewriter(other)["at"] == 4
    assert text(mine, 30) == text(other, 30)
    assert "somebody else" in says(other) and "somebody else" not in says(mine)


def test_other_settings_begin_anew_as_far_as_before(runs):
    page = wish(opened(ME, run=runs["GPT"]), 20)
    order = typewriter(page)["order"]
    page.slider(key="temperature").set_value(0.0).run()
    given = typewriter(page)
    assert given["order"] != order and given["want"] == 20 and given["pages"][0]["from"] == 0
    likeliest = given["pages"][0]["drawn"][0]
    assert likeliest[0] == likeliest[1][0] and likeliest[3][0] == 1.0


def test_fewer_characters_shorten_the_text(runs):
    page = wish(opened(ME, run=runs["GPT"], characters="100"), 60)
    page.slider(key="characters").set_value(30).run()
    assert (typewriter(page)["most"], typewriter(page)["want"]) == (30, 30) and page.query_params["written"] == "30"


def test_a_block_whose_attention_is_off_has_no_heads_here():
    page = wish(opened(ME, run="layer-norm", surgery="1 attention"), 12)
    (sheet,) = typewriter(page)["pages"]
    assert {one["block"] for one in sheet["looked"]["heads"]} == {0, 2}
    page.session_state["letters"] = True
    page.run()
    assert len(page.dataframe[1].value) == 8


def test_two_models_write_with_the_same_dice_and_it_is_said_where_they_part(runs):
    page = wish(opened(ME, run=runs["GPT"], against=runs["bigram"], prompt="ROMEO:"), 30)
    given, two = typewriter(page), [text(page, 30, sheet) for sheet in (0, 1)]
    assert [sheet["name"] for sheet in given["pages"]] == ["GPT", "bigram"]
    parts = next(n for n, (a, b) in enumerate(zip(*two, strict=True)) if a != b)
    assert given["parts"] == parts and "With the same dice" in says(page)
    page.selectbox(key="against").set_value("").run()
    assert len(typewriter(page)["pages"]) == 1 and "against" not in page.query_params


def test_what_is_switched_off_in_the_link_is_off_here_and_can_be_laid_beside_the_whole():
    page = wish(opened(ME, run="layer-norm", surgery="0.2 cut,1 feed-forward", against="whole"), 30)
    model = loaded("layer-norm").model
    assert text(page, 30) == as_the_core_writes(operated(model, "0.2 cut, 1 feed-forward"), "", 30)
    assert text(page, 30, sheet=1) == as_the_core_writes(model, "", 30)
    assert "While it writes: head 2 of block 0 cut and feed-forward of block 1 off." in says(page)
    page.button(key="whole").click().run()
    assert "surgery" not in page.query_params and "While it writes" not in says(page)


@pytest.mark.parametrize(
    ("run", "surgery", "said"),
    [("layer-norm", "9.0 cut", "there is no block 9"), ("layer-norm", "x", "surgery must be like"),
     ("bigram", "0.0 cut", "A bigram is one table of pairs")],
)  # fmt: skip
def test_a_surgery_that_is_not_possible_is_said_and_left_out(run, surgery, said):
    page = wish(opened(ME, run=run, surgery=surgery), 10)
    assert said in says(page) and "Nothing is switched off" in says(page)
    assert text(page, 10) == as_the_core_writes(loaded(run).model, "", 10)


def test_unknown_characters_are_named_and_left_out_and_an_empty_prompt_is_fine():
    page = wish(opened(ME, run="layer-norm", prompt="\u00e9To{be\u4e16"), 10)
    assert "Left out, because the model does not know them" in says(page) and "\u4e16" in says(page)
    assert text(page, 10) == as_the_core_writes(loaded("layer-norm").model, "Tobe", 10)
    page.text_area(key="prompt").set_value("{}").run()
    assert "Nothing is left, so it begins after a line break" in says(page)
    page.text_area(key="prompt").set_value("").run()
    assert "The prompt is empty, so it begins after a line break" in says(page)


PAGE: list[AppTest] = []  # one for all examples: to open a page takes longer than all that is tried on it


@settings(max_examples=25)
@given(st.text(max_size=40))
def test_whatever_is_typed_as_a_prompt_is_gone_on_from(prompt):
    if not PAGE:
        PAGE.append(opened(ME, run="one-head"))
    page = PAGE[0]
    page.text_area(key="prompt").set_value(prompt).run()
    assert not page.exception, page.exception
    assert text(page, 5) == as_the_core_writes(loaded("one-head").model, prompt, 5)


def test_top_k_above_the_vocabulary_leaves_nothing_out():
    page = wish(opened(ME, run="layer-norm", top_k="500"), 10)
    assert "It knows 65 characters, so top-k 500 leaves none of them out" in says(page)
    assert text(page, 10) == as_the_core_writes(loaded("layer-norm").model, "", 10)


def test_a_text_without_line_breaks_begins_with_its_first_character():
    key = texts.shelf().keep("abcdefghij" * 40, ME, "letters")
    run = trained(BigramConfig(10), "letters", corpus=key)
    page = wish(opened(ME, run=run), 10)
    assert "so it begins after \u2018a\u2019, the first of its characters" in says(page)
    assert set(text(page, 10)) <= set("abcdefghij")


def test_a_run_that_has_not_begun_writes_at_random(runs, monkeypatch):
    monkeypatch.setattr(type(session.engine()), "snapshots", lambda *_: [])
    fresh = session.engine().view(runs["GPT"])
    monkeypatch.setattr(
        type(session.engine()), "view", lambda *_: fresh.__class__(**(vars(fresh) | {"step": 0, "status": "waiting"}))
    )
    page = wish(opened(OTHER, run=runs["GPT"]), 10)
    assert "these are its first weights, and it writes at random" in says(page)


def test_a_run_that_is_deleted_meanwhile_is_said(runs):
    run = trained(BigramConfig(V), "short")
    page = wish(opened(ME, run=run), 10)
    session.engine().delete(run, student=ME)
    app = typewriter(page)
    page.session_state["typewriter"] = {"wish": {"order": app["order"], "have": 10, "want": 20, "at": -1, "turn": 9}}
    page.run()
    assert not page.exception and "not here (any more)" in says(page)


def test_a_link_to_nothing_says_so_and_shows_another_model():
    page = opened("7" * 32, run="0" * 32, against="1" * 32)
    assert says(page).count("The link leads to a run that is not here") == 2 and typewriter(page)["pages"]


def test_a_damaged_model_is_said(runs):
    run = trained(KINDS["GPT"], "damaged")
    path = session.engine().store.folder / run / "model.safetensors"
    until(path.exists)
    path.write_bytes(path.read_bytes()[:-40])
    page = opened(ME, run=run)
    assert says(page).count("this file is incomplete") == 1 and "typewriter" not in page.session_state


def test_a_run_that_diverged_writes_with_the_last_weights_that_were_numbers():
    run = trained(GPTConfig(V, n_embd=16, n_layer=2, layer_norm=False), "wild", rate=1e9, steps=60)
    assert session.engine().view(run).status == "diverged"
    page = wish(opened(ME, run=run), 10)
    assert text(page, 10) == as_the_core_writes(load(session.engine().model_bytes(run)).model, "", 10)


def test_weights_whose_scores_are_no_numbers_are_said_on_their_sheet(monkeypatch):
    broken = copy.deepcopy(loaded("one-head").model)
    with torch.no_grad():
        broken.lm_head.bias.fill_(torch.nan)
    for module in (desk, guess):
        monkeypatch.setattr(module, "author_of", lambda *_: broken)
    forget_texts()
    page = opened(ME, run="one-head")
    page = wish(page, 10)
    (sheet,) = typewriter(page)["pages"]
    assert "broken weights" in sheet["broken"] and not sheet["drawn"]
    assert "are no numbers (any more), so it cannot guess" in says(page)
    forget_texts()


def test_a_text_of_somebody_else_is_not_shown_though_its_model_writes():
    key = texts.shelf().keep("a secret that nobody has shared\n" * 30, OTHER, "secret")
    run = trained(
        BigramConfig(load_corpus(key, folder=texts.folder()).tokenizer.vocab_size), "hers", student=OTHER, corpus=key
    )
    page = wish(opened(ME, run=run), 10)
    assert len(text(page, 10)) == 10
    assert "belongs to somebody who has not shared it" in says(page)


def test_the_levels_of_a_run_are_written_when_somebody_opens_them():
    run = trained(GPTConfig(V, n_embd=16, n_layer=1), "levels", steps=400, rate=1e-2)
    page = opened(ME, run=run)
    (box,) = [each for each in page.expander if "What a loss of" in each.label]
    assert "4.2" in box.label and "2.5" in box.label
    page.session_state["levels"] = True
    page.run()
    given = typewriter(page, "levels_written")
    assert given["bare"] and given["want"] == 120
    vals = [float(sheet["name"].removeprefix("about ").split()[0]) for sheet in given["pages"]]
    assert vals == sorted(vals, reverse=True) and len(vals) >= 2


def test_the_game_is_paid_by_the_pairs_and_by_the_model():
    page = opened(ME, run="layer-norm")
    given = typewriter(page, "next_letter")
    assert [one["key"] for one in given["opponents"]] == ["pairs", "model"]
    ids = torch.tensor(load_corpus(default_corpus()).tokenizer.encode(given["games"][0]["before"]))[-8:]
    logits = capture(loaded("layer-norm").model, ids[None])["logits"]
    first = -float(logits[0, -1].log_softmax(-1)[given["games"][0]["asked"][0]])
    assert given["games"][0]["paid"][1][0] == pytest.approx(first, abs=1e-4)
    assert [round(one[1], 2) for one in given["whole"]] == [4.17, 2.48, pytest.approx(2.08, abs=0.01)]
    assert "even guessing pays 4.17 nats a character, the counted pairs pay 2.48" in says(page)


def test_what_is_held_of_texts_is_bounded_and_a_text_that_had_to_go_is_written_again(monkeypatch):
    page = opened(ME, run="nanogpt-cpu", dice="1")
    wish(page, 5)
    first = text(page, 5)
    forget_texts()
    held = size_of(writing_of("nanogpt-cpu", loaded("nanogpt-cpu").info["step"], "", (0,), Dice(seed=1)))
    assert held > 3_000_000, "its model counts"
    monkeypatch.setattr(keeping, "MOST_BYTES", 3 * held)
    for seed in range(2, 7):
        writing_of("nanogpt-cpu", loaded("nanogpt-cpu").info["step"], "", (0,), Dice(seed=seed))
        assert sum(size for _, size in keeping._values.values()) <= 3 * held
    assert text(page, 5) == first


def test_a_table_says_every_character_and_every_head(runs):
    page = wish(opened(ME, run=runs["GPT"]), 12)
    page.session_state["letters"] = True
    page.run()
    letters, heads = (frame.value for frame in page.dataframe)
    assert len(letters) == 12 and len(heads) == 8
    assert (letters["its chance"] >= letters["its chance for the model"]).all()


def test_shipped_models_are_all_there():
    page = opened("8" * 32)
    assert [name for name in page.selectbox(key="against").options][1:]
    assert path_of("layer-norm").exists() and typewriter(page)["pages"]

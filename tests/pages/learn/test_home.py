"""The home page, and the real numbers that it shows."""

import json
from pathlib import Path

import pytest
import torch
from streamlit.testing.v1 import AppTest

from tinygpt.bigram import BigramConfig
from tinygpt.checkpoint.model_file import load, save
from tinygpt.files import PROJECT
from tinygpt.gpt import GPTConfig
from tinygpt.models import build
from tinygpt.plots import thumbnails
from tinygpt.plots.look import color
from tinygpt.probes import capture
from tinygpt.tokenizer import LECTURE_CHARS, CharTokenizer
from tinygpt.ui.home import (
    COUNTED,
    TEXT,
    about_this_server,
    expected_letters,
    lab_cards,
    lesson_cards,
    measured_losses,
    showpiece,
)
from tinygpt.words.duration import minutes
from tinygpt.words.storyboard import beside, lessons

SLIPS = [f"**{page.title}** \u2002{page.question}" for page in beside()]
ROUTER = str(PROJECT / "pages" / "router.py")


@pytest.fixture
def home() -> AppTest:
    return AppTest.from_file(ROUTER, default_timeout=60).run()


def keep(folder: Path, name: str, config: GPTConfig | BigramConfig, **facts: object) -> Path:
    path = folder / f"{name}.safetensors"
    save(path, build(config, seed=1), CharTokenizer(LECTURE_CHARS), **facts)
    return path


def test_home_opens_with_its_promise_and_two_ways_on(home):
    assert not home.exception
    assert [title.value for title in home.title] == ["Train a tiny language model. Watch what it looks at."]
    assert [button.label for button in home.button] == ["Start with lesson 1", "Train a model"]


def test_home_says_whose_the_lecture_is_and_whose_the_slips(home):
    (words,) = [text.value for text in home.markdown if "Andrej Karpathy" in text.value]
    assert "https://www.youtube.com/watch?v=kCc8FmEb1nY" in words
    assert "Their slips are the learners', not the lecture's." in words


def on_top(home):
    """What the browser is sent of the figure on top."""
    (figure,) = [c for c in home.get("bidi_component") if c.proto.id.endswith("-still_showpiece")]
    return json.loads(figure.proto.json)


def test_home_shows_one_figure_that_also_says_itself_in_words(home):
    assert "Attention weights" in on_top(home)["alt"]


def test_the_button_leads_to_train(home):
    page = home.button(key="to_train").click().run()
    assert not page.exception
    assert page.title[0].value == "Train"


def test_the_first_button_leads_to_lesson_1(home):
    page = home.button(key="to_learn").click().run()
    assert not page.exception
    assert page.title[0].value == lessons()[0].title


def test_every_lesson_has_a_card_with_its_question(home):
    links = [link.proto.label for link in home.get("page_link")]
    lab = ["**Train**", "**Compare**", "**Inside**", "**Generate**"]
    assert links == [*(f"**{one.number} {one.title}**" for one in lessons()), *SLIPS, *lab]
    words = " ".join(text.value for text in home.markdown)
    assert all(one.question in words for one in lessons())


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_card_has_a_picture_of_its_own(mode):
    pictures = [card.picture for card in (*lesson_cards(mode), *lab_cards(mode))]
    assert len(set(pictures)) == len(pictures) and all(picture.startswith("<svg") for picture in pictures)


def test_home_says_what_one_will_be_able_to_do(home):
    words = " ".join(text.value for text in home.markdown)
    assert (
        f"In {COUNTED[len(lessons())]} lessons you build the model behind ChatGPT, at a size you can check by hand."
        in words
    )


def test_home_does_not_do_lesson_4_s_arithmetic(home):
    drawing = on_top(home)["drawing"]
    assert "of its attention" in drawing and "e^" not in drawing and "\u00f7" not in drawing
    words = " ".join(text.value for text in home.markdown)
    assert "The stronger the color, the more the row's character looks at the column's." in words


@pytest.mark.parametrize("one", lessons(), ids=lambda one: one.name)
def test_a_card_promises_the_time_that_is_reckoned(one, home):
    assert any(f"{one.question} {minutes(one)}\u00a0min" in text.value for text in home.markdown)


def test_home_says_what_is_at_hand(home):
    assert any("On this server: " in text.value and " characters. " in text.value for text in home.markdown)


def test_without_models_the_caption_says_that_the_head_knows_nothing(tmp_path):
    piece = showpiece(tmp_path)
    assert piece.caption == "One head before training: random queries, random keys."
    torch.testing.assert_close(piece.weights.sum(-1), torch.ones(len(TEXT)))


def test_the_picture_is_a_head_of_the_model_with_the_longest_memory(tmp_path):
    keep(tmp_path, "short", GPTConfig(n_embd=8, n_head=2, n_layer=1, block_size=8), step=10)
    path = keep(tmp_path, "long", GPTConfig(n_embd=8, n_head=2, n_layer=1, block_size=12), step=2500, corpus="markov")
    piece = showpiece(tmp_path)
    assert piece.text == TEXT[:12]
    assert piece.caption == "One head of a model that read Markov language for 2\u202f500 steps."
    seen = capture(load(path).model, torch.tensor([CharTokenizer(LECTURE_CHARS).encode(piece.text)]))
    assert any(torch.equal(piece.weights, head) for head in seen["blocks.0.attention.weights"][0])


def test_a_damaged_model_file_does_not_break_the_page(tmp_path):
    (tmp_path / "broken.safetensors").write_bytes(b"not a model")
    assert "before training" in showpiece(tmp_path).caption
    assert measured_losses(tmp_path) == ()


def test_the_ladder_shows_what_the_model_files_say_they_reached(tmp_path):
    keep(tmp_path, "bigram", BigramConfig(), val_loss=2.5)
    keep(tmp_path, "gpt", GPTConfig(n_embd=8, n_head=2, n_layer=2), val_loss=2.0)
    keep(tmp_path, "silent", BigramConfig())
    losses = measured_losses(tmp_path)
    assert losses == (("bigram", 2.5), ("gpt", 2.0))
    picture = thumbnails.ladder(losses, "light")
    assert picture.index(color("bigram", "light")) < picture.index(color("gpt", "light"))  # the worst stands first
    assert picture.count("<rect") == 2


def test_the_letters_that_may_come_next_are_those_of_the_best_model(tmp_path):
    path = keep(tmp_path, "gpt", GPTConfig(n_embd=8, n_head=2, n_layer=1), val_loss=2.0)
    keep(tmp_path, "bigram", BigramConfig(), val_loss=2.5)
    letters, tokenizer = expected_letters(tmp_path), CharTokenizer(LECTURE_CHARS)
    chances = capture(load(path).model, torch.tensor([tokenizer.encode("ROMEO:\n")]))["logits"][0, -1].softmax(-1)
    assert [share for _, share in letters] == pytest.approx(chances.topk(6).values.tolist())
    assert tokenizer.chars[int(chances.argmax())] == letters[0][0]
    assert thumbnails.next_letters(letters, "light").count("<rect") == 6
    assert thumbnails.next_letters((), "light") == thumbnails.thumbnail("")


def test_without_models_there_is_no_ladder():
    assert thumbnails.ladder((), "light") == ""


def test_the_line_about_the_server_counts_runs_in_words():
    assert about_this_server(0).endswith("No run in progress.")
    assert about_this_server(1).endswith("One run in progress.")
    assert about_this_server(2).endswith("2 runs in progress.")

"""Guess the next letter: the reader, the counted pairs and the chosen model on the same characters of unseen text."""

import math

import streamlit as st

from tinygpt.corpus import Corpus, load_corpus
from tinygpt.counting import NGramModel
from tinygpt.lessons.guessing import price
from tinygpt.models import kind, leak
from tinygpt.plots.look import color
from tinygpt.texts.keeping import kept
from tinygpt.training.evaluation import spread_windows, window_costs
from tinygpt.training.loop import one_thread
from tinygpt.ui import frame, game, texts
from tinygpt.ui.generate.desk import WriteOrder, author_of
from tinygpt.words import writing as words

MOST_CHARACTERS = 256  # of a text: so many can be laid on
TOKENS = 32_768  # characters of unseen text that a model's mean is measured on


@st.fragment
def next_letter(order: WriteOrder) -> None:
    """Ten characters of a line that no model has seen, and what each of the three pays for them."""
    st.header("Guess the next letter", anchor="guess")
    try:
        _play(order, order.corpus())
    except ValueError as error:
        st.text(str(error))


def _play(order: WriteOrder, corpus: Corpus) -> None:
    if corpus.tokenizer.vocab_size > MOST_CHARACTERS:
        raise ValueError(words.too_many_words(corpus.tokenizer.vocab_size, MOST_CHARACTERS))
    st.markdown(words.THE_GAME)
    mode, even = frame.mode(), math.log(corpus.tokenizer.vocab_size)
    model, hue = words.player_name(order.title), color(kind(order.model.spec.model), mode)
    pairs, paid = color("bigram", mode), paid_by(order.model.name, order.step, order.surgery, corpus.name)
    whole = [
        game.Whole(words.EVEN, even, color("count", mode)),
        game.Whole(words.ALL_PAIRS, pairs_on(corpus.name), pairs),
    ]
    if (val := paid_on_average(order, corpus.name)) is not None:
        whole.append(game.Whole(f"{model}, unseen text", val, hue))
    game.play(
        game.drawn_games(corpus.name), corpus.tokenizer, key="next_letter", name=corpus.name,
        opponents=[
            game.Opponent("pairs", words.SAME_PAIRS, game.paid_by_pairs(corpus.name), pairs),
            game.Opponent("model", f"{model}, same characters", paid, hue),
        ],
        whole=whole, ends=words.ENDS,
    )  # fmt: skip
    frame.caption(words.whole_words(even, pairs_on(corpus.name), val, model))


@kept
def paid_by(name: str, step: int, surgery: str, corpus: str) -> list[tuple[float, ...]]:
    """What a model pays for each character of each line, in nats. ValueError where one of the two is
    gone, or the scores of the model are no numbers."""
    model, tokenizer = author_of(name, step, surgery), load_corpus(corpus, folder=texts.folder()).tokenizer
    paid = [price(each, model, tokenizer) for each in game.drawn_games(corpus)]
    if not all(math.isfinite(cost) for line in paid for cost in line):
        raise ValueError(words.NO_NUMBERS)
    return paid


@kept
def pairs_on(corpus: str) -> float:
    """What the counted pairs pay on all of the unseen text, in nats per character."""
    text = load_corpus(corpus, folder=texts.folder())
    return NGramModel.fit(text.train, 2, text.tokenizer.vocab_size, 1.0).loss(text.val)


def paid_on_average(order: WriteOrder, corpus: str) -> float | None:
    """What the model pays on unseen text of `corpus`; None for one that sees the answer."""
    return None if leak(order.model.spec.model) else model_on(order.model.name, order.step, order.surgery, corpus)


@kept
def model_on(name: str, step: int, surgery: str, corpus: str) -> float:
    """What a model pays on windows from all over the unseen text, in nats per character. ValueError where one of the
    two is gone."""
    model, text = author_of(name, step, surgery), load_corpus(corpus, folder=texts.folder())
    with one_thread():
        return float(
            window_costs(model, spread_windows(text, model.config.block_size, TOKENS // model.config.block_size)).mean()
        )

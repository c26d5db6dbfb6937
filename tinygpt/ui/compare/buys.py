"""Two models on the same unseen text, by the place in the window and character by character: what attention buys."""

import streamlit as st

from tinygpt.models import leak
from tinygpt.plots.losses.lines import Axes, Series, lines_rows, lines_spec
from tinygpt.plots.losses.marks import APART, DASHES
from tinygpt.plots.losses.surprise import passage
from tinygpt.ui import frame, texts
from tinygpt.ui.compare import models
from tinygpt.ui.compare.chart import figure, styles
from tinygpt.ui.compare.models import Choice
from tinygpt.ui.compare.shown import Shown
from tinygpt.ui.drag import still
from tinygpt.words import literal
from tinygpt.words.leaks import told_apart
from tinygpt.words.surprise import position_words, surprise_words

LENGTH = 240  # characters of the passage
PLACES = 100  # passages to choose from, spread over val
WITH_A_MODEL = ("finished", "stopped")


@st.fragment
def two_models(now: Shown) -> None:
    """Two models of the runs, side by side; made when somebody asks for it."""
    ready = [run for run in now.runs if run.status in WITH_A_MODEL]
    found = models.model_choices(
        sorted(ready, key=lambda run: -(run.final[1] if run.final else run.val or 0.0)),  # the worst first
        lambda run: f"{now.labels[run.id] if run.experiment else run.name} (seed {run.spec.train.seed})",
    )
    st.header("Two models, side by side", anchor="buys")
    if len(found) < 2:
        st.markdown(":gray[Once the runs above have ended, two of them can be laid side by side here.]")
        return
    pair = _pair(found)
    try:
        _positions(*pair, now)
        _passage(*pair)
    except ValueError as error:
        st.text(str(error))


def _pair(found: dict[str, Choice]) -> tuple[Choice, Choice]:
    """The last models of the worst and the best run of one seed, or both of a single run, unless somebody chooses."""
    keys, titles = list(found), {key: _title(each) for key, each in found.items()}
    every = [key for key, each in found.items() if not each.where.best]
    honest = [key for key in every if not leak(found[key].run.spec.model)]
    *others, best = honest if len(honest) > 1 else every  # whoever sees the answer is lowest, and not the best
    seeds = [found[key].run.spec.train.seed for key in others]
    seed = found[best].run.spec.train.seed
    worst = seeds.index(seed) if seed in seeds else 0  # of one seed: what is luck for one is then luck for the other
    a, b = (others[worst], best) if others else keys
    with st.container(horizontal=True, gap="medium"):
        first = st.selectbox("This model", keys, keys.index(a), key="first", format_func=titles.__getitem__)
        second = st.selectbox("and this one", keys, keys.index(b), key="second", format_func=titles.__getitem__)
    return found[first], found[second]


def _title(each: Choice) -> str:
    return told_apart(each.title, leak(each.run.spec.model))


def _positions(a: Choice, b: Choice, now: Shown) -> None:
    """Val loss at each position of the window: flat for whoever sees one character, falling for whoever sees more."""
    tones = styles(now)
    look = [tones[now.labels[each.run.id]] for each in (a, b)]
    if look[0] == look[1]:  # two seeds of one variant, or two models of one run
        look[1] = look[1]._replace(dash=(look[1].dash + 1) % len(DASHES))
    look = [tone._replace(dash=APART) if leak(each.run.spec.model) else tone
            for each, tone in zip((a, b), look, strict=True)]  # fmt: skip
    found = [models.at_positions(each.where) for each in (a, b)]
    series = [
        Series(_title(each), tone, range(len(at.losses)), at.losses)
        for each, tone, at in zip((a, b), look, found, strict=True)
    ]
    figure(
        lines_rows(series), lines_spec(frame.mode(), Axes("position in the window", "val loss")), key="by_position",
        alt="Val loss of two models at each position of the window.",
        title="Loss by position in the window, nats per character",
    )  # fmt: skip
    names = [literal.markdown(each.title) for each in (a, b)]  # the sentence says by itself who sees the answer
    frame.caption(position_words(list(zip(names, found, strict=True))), label="By position")


def _passage(a: Choice, b: Choice) -> None:
    """The same characters of val, each in the color of the difference; for those alone who may read them."""
    if secret := texts.why_not(a.where.corpus):
        st.text(secret)
        return
    st.markdown(
        "**Surprise, character by character** \u2002:gray[each is guessed from what stands before it, as in writing]"
    )
    place = st.slider("Passage", 1, PLACES, 1, key="passage", bind="query-params", width=420)
    corpus = models.text_of(a.where)
    length = min(LENGTH, len(corpus.val) - 1)
    start = (len(corpus.val) - 1 - length) * (place - 1) // PLACES
    costs = models.surprises(a.where, start, length), models.surprises(b.where, start, length)
    characters = list(corpus.tokenizer.decode(corpus.val[start + 1 : start + 1 + length].tolist()))
    names = a.title, b.title
    words = surprise_words(characters, costs, names)
    still(passage(characters, *costs, names, frame.mode()), key="passage", alt=words)
    frame.caption(literal.markdown(words), label="Surprise")

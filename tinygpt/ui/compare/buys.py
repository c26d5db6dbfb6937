"""Two models on the same unseen text, by the place in the window and character by character: what attention buys."""

import streamlit as st

from tinygpt.engine.records import RunView
from tinygpt.plots.losses.lines import Axes, Series, lines_rows, lines_spec
from tinygpt.plots.losses.surprise import passage
from tinygpt.ui import frame, texts
from tinygpt.ui.compare import models
from tinygpt.ui.compare.chart import figure, styles
from tinygpt.ui.compare.shown import Shown
from tinygpt.ui.drag import still
from tinygpt.words import literal
from tinygpt.words.surprise import position_words, surprise_words

LENGTH = 240  # characters of the passage
PLACES = 100  # passages to choose from, spread over val
WITH_A_MODEL = ("finished", "stopped")


@st.fragment
def two_models(now: Shown) -> None:
    """Two runs, side by side; made when somebody asks for it."""
    ready = {run.id: run for run in now.runs if run.status in WITH_A_MODEL}
    st.header("Two models, side by side", anchor="buys")
    if len(ready) < 2:
        st.markdown(":gray[Once the runs above have ended, two of them can be laid side by side here.]")
        return
    pair = _pair(list(ready.values()), now)
    try:
        _positions(*pair, now)
        _passage(*pair, now)
    except ValueError as error:
        st.text(str(error))


def _pair(ready: list[RunView], now: Shown) -> tuple[RunView, RunView]:
    """The worst and the best of one seed, unless somebody chooses others."""
    ordered = sorted(ready, key=lambda run: -(run.final[1] if run.final else run.val or 0.0))
    *seeds, best = (run.spec.train.seed for run in ordered)
    worst = seeds.index(best) if best in seeds else 0  # of one seed: what is luck for one is then luck for the other
    by_id = {run.id: run for run in ordered}
    with st.container(horizontal=True, gap="medium"):
        first = st.selectbox("This model", list(by_id), worst, key="first", format_func=lambda i: _title(by_id[i], now))
        second = st.selectbox(
            "and this one", list(by_id), len(by_id) - 1, key="second", format_func=lambda i: _title(by_id[i], now)
        )
    return by_id[first], by_id[second]


def _title(run: RunView, now: Shown) -> str:
    return f"{now.labels[run.id] if run.experiment else run.name} (seed {run.spec.train.seed})"


def _positions(a: RunView, b: RunView, now: Shown) -> None:
    """Val loss at each position of the window: flat for whoever sees one character, falling for whoever sees more."""
    tones = styles(now)
    look = [tones[now.labels[run.id]] for run in (a, b)]
    if look[0] == look[1]:  # two seeds of one variant
        look[1] = look[1]._replace(dash=look[1].dash + 1)
    found = [models.at_positions(models.reached(run)) for run in (a, b)]
    series = [
        Series(_title(run, now), tone, range(len(at.losses)), at.losses)
        for run, tone, at in zip((a, b), look, found, strict=True)
    ]
    figure(
        lines_rows(series), lines_spec(frame.mode(), Axes("position in the window", "val loss")), key="by_position",
        alt="Val loss of two models at each position of the window.",
        title="Loss by position in the window, nats per character",
    )  # fmt: skip
    names = [literal.markdown(_title(run, now)) for run in (a, b)]
    frame.caption(position_words(list(zip(names, found, strict=True))))


def _passage(a: RunView, b: RunView, now: Shown) -> None:
    """The same characters of val, each in the color of the difference; for those alone who may read them."""
    if secret := texts.why_not(a.spec.corpus):
        st.text(secret)
        return
    st.markdown(
        "**Surprise, character by character** \u2002:gray[each is guessed from what stands before it, as in writing]"
    )
    place = st.slider("Passage", 1, PLACES, 1, key="passage", bind="query-params", width=420)
    where = models.reached(a)
    corpus = models.text_of(where)
    length = min(LENGTH, len(corpus.val) - 1)
    start = (len(corpus.val) - 1 - length) * (place - 1) // PLACES
    costs = models.surprises(models.reached(a), start, length), models.surprises(models.reached(b), start, length)
    characters = list(corpus.tokenizer.decode(corpus.val[start + 1 : start + 1 + length].tolist()))
    names = (_title(a, now), _title(b, now))
    words = surprise_words(characters, costs, names)
    still(passage(characters, *costs, names, frame.mode()), key="passage", alt=words)
    frame.caption(literal.markdown(words))

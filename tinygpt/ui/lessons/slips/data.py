"""Two slips about the text: a method that nobody called, and windows that begin too late."""

from contextlib import nullcontext

import streamlit as st

from tinygpt.corpus import Corpus, default_corpus, load_corpus
from tinygpt.lessons.windows import LECTURE_BATCH, cut_windows, draw
from tinygpt.plots.lessons import tokens as figures
from tinygpt.ui import frame
from tinygpt.ui.drag import drag
from tinygpt.ui.lessons.tokens.ids import characters
from tinygpt.ui.scene import Showing, caption, explain, picture, scene, wrong_frame, wrong_switch
from tinygpt.words.storyboard import Facts, Scene

SHORT_TEXT, SLIP, BLOCK = 40, 4, 8  # the text of the ruler; the study notebook's batch_size and block_size
SAFE = 32  # a batch_size with which the slip cannot crash
LONG_RUN = 10_000  # steps, as in the lecture's first training


@scene("slip-1")
def print_the_type(scene: Scene) -> Showing:
    """What Python prints for a method, for its result, and for what was meant."""
    data = _real_text().data
    method = str(data.type).split(" at 0x")[0]
    facts = {"method": f"{method}>", "called": data.type(), "dtype": str(data.dtype)}
    yield facts
    asked = {"data.type": facts["method"], "data.type()": facts["called"], "data.dtype": facts["dtype"]}
    st.code("\n".join(f">>> print({what})\n{printed}" for what, printed in asked.items()), language=None)
    caption(scene, facts)


def _real_text() -> Corpus:
    return load_corpus(default_corpus())


@scene("slip-2", code=[draw, cut_windows])
def crash_that_hides(scene: Scene) -> Showing:
    """The last windows of a short text, cut with and without the study notebook's slip."""
    corpus = _real_text()
    real = draw(len(corpus.train), SLIP, batch_size=SLIP, block_size=BLOCK)
    slip = draw(SHORT_TEXT, SLIP, batch_size=SLIP, block_size=BLOCK)
    facts = {
        "length": len(corpus.train), "real_bad": real.bad, "real_starts": real.starts, "every": round(1 / real.failure),
        "single": real.starts // real.bad, "steps": LONG_RUN, "one_in": 1 / (1 - (1 - real.failure) ** LONG_RUN),
        "bad": slip.bad, "starts": slip.starts, "B": SLIP, "chance": slip.failure, "last": SHORT_TEXT - BLOCK - 1,
        "short": SHORT_TEXT, "T": BLOCK, "safe_B": SAFE,
        "missed": draw(SHORT_TEXT, SAFE, batch_size=SAFE, block_size=BLOCK).missed,
        "notebook": str(list(LECTURE_BATCH[0][:BLOCK])),
    }  # fmt: skip
    yield facts
    wrong = wrong_switch("wrong_draw", "len(data) \u2212 batch_size")
    with wrong_frame("wrong_draw") if wrong else nullcontext():
        _ruler(scene, corpus, facts, slip.starts if wrong else SHORT_TEXT - BLOCK)
    explain(scene, facts)


def _ruler(scene: Scene, corpus: Corpus, facts: Facts, starts: int) -> None:
    """The last eight starts that can be drawn, each with the x and y that it cuts."""
    good, text = SHORT_TEXT - BLOCK, corpus.data[:SHORT_TEXT]
    symbols, pictures = characters(corpus.tokenizer, text), []
    last = range(starts - 8, starts)
    for start in last:
        x, y = cut_windows(text, start, BLOCK)
        stops = scene.plain("stops", {}) if len(y) < BLOCK else ""
        here = {**facts, "start": start, "x_length": len(x), "y_length": len(y), "stops": stops}
        rows = figures.cut_rows(characters(corpus.tokenizer, x), characters(corpus.tokenizer, y), BLOCK, frame.mode())
        drawing = figures.ruler(symbols, good, starts, start, frame.mode()) + rows
        pictures.append(picture(scene, drawing, here, "wrong" if starts > good else "caption"))
    drag(pictures, key="start", label="Start of the window", names=last, default=len(last) - 1)

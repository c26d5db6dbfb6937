"""Lesson 1, scenes 4 to 6: windows, batches, and where a window may begin."""

from contextlib import nullcontext

import streamlit as st
import torch

from tinygpt.corpus import Corpus
from tinygpt.lessons.windows import LECTURE_BATCH, context_examples, cut_windows, draw
from tinygpt.plots.lessons import tokens as figures
from tinygpt.randomness import generator
from tinygpt.spelling import spoken, thousands
from tinygpt.ui import controls, frame
from tinygpt.ui.drag import drag
from tinygpt.ui.lessons.tokens.ids import characters
from tinygpt.ui.scene import Showing, choose, explain, picture, scene, wrong_frame, wrong_switch
from tinygpt.words.storyboard import Facts, Scene

SHORT_TEXT, SLIP, BLOCK = 40, 4, 8  # the text of the ruler; the study notebook's batch_size and block_size
SAFE = 32  # a batch_size with which the slip cannot crash
LONG_RUN = 10_000  # steps, as in the lecture's first training


@scene("tok-4", code=[context_examples])
def one_window(scene: Scene, corpus: Corpus) -> Showing:
    """The first window of the text, a question at a time."""
    block_size = choose("block_size", [2, 4, 8, 16], 8, key="window")
    asked = {"ids": block_size + 1, "questions": block_size, "pairs": block_size * (block_size + 1) // 2}
    yield asked
    x, y = (part[0] for part in corpus.windows("train", torch.tensor([0]), block_size))
    window, decode = corpus.train[: block_size + 1], corpus.tokenizer.decode
    facts = [
        {
            "context": str(context.tolist()), "text": f"\u201c{decode(context.tolist())}\u201d".replace("\n", "\u00b6"),
            "target": int(target), "character": spoken(decode([int(target)])),
        }
        for context, target in context_examples(x, y)
    ]  # fmt: skip
    symbols, lines = characters(corpus.tokenizer, window), [scene.plain("line", fact) for fact in facts]
    pictures = []
    for t, fact in enumerate(facts):
        tiles = figures.id_tiles(symbols, window.tolist(), frame.mode(), context=t + 1, target=t + 1)
        drawing = tiles + figures.questions(lines, t, frame.mode())
        words = fact | {"window": decode(window.tolist())}
        pictures.append(picture(scene, drawing, words))
    drag(pictures, key="t", label="Position t", names=range(block_size), default=3)
    explain(scene, asked)


@scene("tok-5", code=[Corpus.starts, Corpus.windows])
def batch(scene: Scene, corpus: Corpus) -> Showing:
    """Several windows at once, and what follows each of their ids."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        batch_size = choose("batch_size", [1, 2, 4, 8], 4, key="rows")
        with st.container(width=160):
            seed = controls.seed()
    starts = corpus.starts("train", batch_size, BLOCK, generator(seed))
    x, y = corpus.windows("train", starts, BLOCK)
    asked = {
        "B": batch_size, "T": BLOCK, "questions": batch_size * BLOCK,
        "places": " and ".join(thousands(s) for s in starts[:2].tolist()),
        "room": len(corpus.train) - BLOCK, "starts": _in_rows(starts.tolist()),
        "rows": "; ".join(corpus.tokenizer.decode(row.tolist()) for row in x),
    }  # fmt: skip
    yield asked
    symbols = [[characters(corpus.tokenizer, row) for row in part] for part in (x, y)]
    pictures = []
    for t in range(BLOCK):
        again = scene.plain("again", {"next": t + 1}) if t + 1 < BLOCK else ""
        target = {"t": t, "x_id": int(x[0, t]), "y_id": int(y[0, t]), "character": spoken(symbols[1][0][t])}
        grids = [
            figures.batch_grid(name, part, ids.tolist(), frame.mode(), column=t, role=role)
            for name, part, ids, role in zip(("x", "y"), symbols, (x, y), ("head", "bigram"), strict=True)
        ]
        pictures.append(picture(scene, "".join(grids), {**asked, **target, "again": again}))
    drag(pictures, key="column", label="Position t", names=range(BLOCK), default=0)
    explain(scene, asked)


def _in_rows(ids: list[int]) -> str:
    """Numbers for a formula, four in a row: more would be wider than a phone."""
    return ", \\\\ ".join(", ".join(map(str, ids[i : i + 4])) for i in range(0, len(ids), 4))


@scene("tok-6", code=[draw, cut_windows])
def crash_that_hides(scene: Scene, corpus: Corpus) -> Showing:
    """The last windows of a short text, cut with and without the study notebook's slip."""
    real = draw(len(corpus.train), SLIP, batch_size=SLIP, block_size=BLOCK)
    short = min(SHORT_TEXT, len(corpus.data))
    slip = draw(short, SLIP, batch_size=SLIP, block_size=BLOCK)
    facts = {
        "length": len(corpus.train), "real_bad": real.bad, "real_starts": real.starts, "every": round(1 / real.failure),
        "steps": LONG_RUN, "one_in": 1 / (1 - (1 - real.failure) ** LONG_RUN),
        "bad": slip.bad, "starts": slip.starts, "B": SLIP, "chance": slip.failure, "last": short - BLOCK - 1,
        "short": short, "T": BLOCK, "safe_B": SAFE,
        "missed": draw(SHORT_TEXT, SAFE, batch_size=SAFE, block_size=BLOCK).missed,
        "notebook": str(list(LECTURE_BATCH[0][:BLOCK])),
    }  # fmt: skip
    yield facts
    wrong = wrong_switch("wrong_draw", "len(data) \u2212 batch_size")
    with wrong_frame("wrong_draw") if wrong else nullcontext():
        _ruler(scene, corpus, facts, slip.starts if wrong else short - BLOCK)
    explain(scene, facts)
    with st.container(width=900):
        st.markdown(scene.write("missed", facts))


def _ruler(scene: Scene, corpus: Corpus, facts: Facts, starts: int) -> None:
    """The last eight starts that can be drawn, each with the x and y that it cuts."""
    good, text = facts["short"] - BLOCK, corpus.data[: facts["short"]]
    symbols, pictures = characters(corpus.tokenizer, text), []
    last = range(max(0, starts - 8), starts)
    for start in last:
        x, y = cut_windows(text, start, BLOCK)
        stops = scene.plain("stops", {}) if len(y) < BLOCK else ""
        here = {**facts, "start": start, "x_length": len(x), "y_length": len(y), "stops": stops}
        rows = figures.cut_rows(characters(corpus.tokenizer, x), characters(corpus.tokenizer, y), BLOCK, frame.mode())
        drawing = figures.ruler(symbols, good, starts, start, frame.mode()) + rows
        pictures.append(picture(scene, drawing, here, "wrong" if starts > good else "caption"))
    drag(pictures, key="start", label="Start of the window", names=last, default=len(last) - 1)

"""Lesson 1, scenes 4 and 5: windows and batches."""

import streamlit as st
import torch

from tinygpt.corpus import Corpus
from tinygpt.lessons.windows import context_examples
from tinygpt.plots.lessons import tokens as figures
from tinygpt.randomness import generator
from tinygpt.spelling import spoken
from tinygpt.ui import controls, frame
from tinygpt.ui.drag import drag
from tinygpt.ui.lessons.tokens.ids import characters
from tinygpt.ui.scene import Showing, choose, explain, picture, scene
from tinygpt.words.storyboard import Scene

BLOCK = 8  # block_size of the batch, as in the study notebook
ASKED = 3  # the position of the batch that the question is about


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
            "target": int(target), "character": spoken(decode([int(target)])), "t": t,
        }
        for t, (context, target) in enumerate(context_examples(x, y))
    ]  # fmt: skip
    symbols, lines = characters(corpus.tokenizer, window), [scene.plain("line", fact) for fact in facts]
    pictures = []
    for t, fact in enumerate(facts):
        rows = figures.shifted(symbols, window.tolist(), t, frame.mode())
        words = fact | {"window": decode(window.tolist())}
        pictures.append(picture(scene, rows + figures.questions(lines, t, frame.mode()), words))
    drag(pictures, key="t", label="Position t", names=range(block_size), default=3)
    explain(scene, asked)


@scene("tok-5")
def batch(scene: Scene, corpus: Corpus) -> Showing:
    """Several windows at once, and what follows each of their ids."""
    with st.container(horizontal=True, vertical_alignment="top"):
        batch_size = choose("batch_size", [1, 2, 4, 8], 4, key="rows")
        with st.container(width=160):
            seed = controls.seed()
    starts = corpus.starts("train", batch_size, BLOCK, generator(seed))
    x, y = corpus.windows("train", starts, BLOCK)
    asked = {
        "B": batch_size, "T": BLOCK, "questions": batch_size * BLOCK, "next": ASKED + 1,
        "t": ASKED, "before": ASKED - 1, "room": len(corpus.train) - BLOCK, "starts": _in_rows(starts.tolist()),
        "rows": "; ".join(corpus.tokenizer.decode(row.tolist()) for row in x),
    }  # fmt: skip
    yield asked
    symbols = [[characters(corpus.tokenizer, row) for row in part] for part in (x, y)]
    pictures = []
    for t in range(BLOCK):
        seen, column = range(t + 1), range(t, t + 1)
        target = {"context": str(x[0, : t + 1].tolist()), "y_id": int(y[0, t]), "character": spoken(symbols[1][0][t])}
        grids = [
            figures.batch_grid(name, part, ids.tolist(), frame.mode(), columns=columns, role=role)
            for name, part, ids, columns, role in zip(
                ("x", "y"), symbols, (x, y), (seen, column), ("head", "bigram"), strict=True
            )
        ]
        pictures.append(picture(scene, "".join(grids), {**asked, **target, "t": t, "seen": t + 1}))
    drag(pictures, key="column", label="Position t", names=range(BLOCK), default=ASKED)
    explain(scene, asked)


def _in_rows(ids: list[int]) -> str:
    """Numbers for a formula, four in a row: more would be wider than a phone."""
    return ", \\\\ ".join(", ".join(map(str, ids[i : i + 4])) for i in range(0, len(ids), 4))

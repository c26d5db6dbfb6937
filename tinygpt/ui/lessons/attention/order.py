"""The scenes of lesson 4 that bring another text: the same one in another order, and one that answers."""

import streamlit as st
import torch

from tinygpt.inside.heads import ModelHead, cross_attention, notebook_head, put_back
from tinygpt.plots.chart import block
from tinygpt.plots.lessons.attention import attention_map
from tinygpt.spelling import powered
from tinygpt.ui import frame
from tinygpt.ui.dials import buttons
from tinygpt.ui.drag import Picture, swap
from tinygpt.ui.lessons.attention.reader import ANOTHER, NOTEBOOK, Reader
from tinygpt.ui.lessons.attention.row import matrix_rows, show_colors, show_map
from tinygpt.ui.readers import say_what_is_read
from tinygpt.ui.scene import Showing, alt, explain, lecture, picture, scene, table, under_picture
from tinygpt.words.attention import strongest_look
from tinygpt.words.storyboard import Scene

CASES = {
    "no mask, no positions": ("caption", {"mask": False, "positions": False}),
    "positions added": ("positions", {"mask": False, "positions": True}),
    "mask on": ("mask", {"mask": True, "positions": False}),
}
ORDERS = ("reversed", "shuffled")
POINTED = 8  # characters of a text whose tiles say something: of more, twelve maps would be a long message


@scene("att-9", code=[put_back])
def no_space(scene: Scene, reader: Reader) -> Showing:
    """The same characters in another order."""
    yield {}
    pictures = [_reordered(scene, reader, case, how) for case in CASES for how in ORDERS]
    swap(pictures, buttons("case", "Case", CASES), buttons("order", "Order", ORDERS))
    show_colors()
    t1, t2 = torch.tensor([[1, 1]]), torch.tensor([[1, 1], [1, 1], [2, 2]])  # as in the second study notebook
    explain(scene, {"small": str(t1.tolist()), "many": str(t2.tolist()), "sums": str((t1 + t2).tolist())})


def _reordered(scene: Scene, reader: Reader, case: str, how: str) -> Picture:
    """The map of the text as typed, and that of its characters in another order."""
    words, rules = CASES[case]
    T, head = len(reader.ids), notebook_head(positions=True) if reader.name == NOTEBOOK else reader.head
    order = torch.arange(T).flip(0)
    if how == "shuffled":
        order = torch.randperm(T, generator=torch.Generator().manual_seed(0))
    typed, there = (head.see(ids, **rules).stages.weights for ids in (reader.ids, reader.ids[order]))  # type: ignore[arg-type]
    apart = float((put_back(there, order) - typed).abs().max())
    rounding = scene.plain("rounding", {"difference": powered(apart, 1)}) if apart else scene.templates["exactly"]
    facts = {
        "how": how, "difference": apart, "difference_words": rounding,
        "turn": scene.templates["turn_it"] if how == "reversed" else "",
    }  # fmt: skip
    drawn, mode = [], frame.mode()
    for name, weights, places in (("typed", typed, range(T)), ("reordered", there, order.tolist())):
        letters, heading = [reader.characters[i] for i in places], scene.plain(name, {"how": how.capitalize()})
        drawing = attention_map(weights, letters, mode, side=270, pointed=T <= POINTED)
        drawn.append(block(drawing, mode, heading=heading, wide=False))
    unchanged = torch.equal(reader.ids, reader.ids[order])
    return picture(scene, "".join(drawn), facts, "unchanged" if unchanged else words)


@scene("att-10", code=[cross_attention])
def another_text(scene: Scene, reader: Reader) -> Showing:
    """One text asks, another answers."""
    typed = st.text_input("Another text", ANOTHER, key="text2", bind="query-params", width=260)
    other = reader.other_text(typed)
    if reader.tokenizer:
        say_what_is_read(typed, reader.readable(typed), reader.tokenizer, reader.longest, instead=ANOTHER)
    weights, out = cross_attention(reader.see(), reader.see(other))
    letters, answering = reader.characters, reader.labels(other)
    asks, answers = (f"\u2018{''.join(text)}\u2019" for text in (letters, answering))
    t, i, w = strongest_look(weights, rows=range(len(weights)))  # no mask: row 0 has a choice too
    facts = {
        "T1": len(letters), "T2": len(answering), "hs": out.shape[1], "asking": asks, "answering": answers,
        "row": t, "looker": reader.spoken[t], "most_at": i, "most_char": reader.names(other)[i], "most": w,
    }  # fmt: skip
    yield facts
    titles = scene.templates["asks"], scene.templates["answers_axis"]
    show_map(scene.key, weights, letters, alt(scene, facts), side=380, looked_at=answering, titles=titles)
    under_picture(scene, facts)
    st.markdown(f":gray[{scene.templates['mechanism' if isinstance(reader.head, ModelHead) else 'random']}]")
    show_colors()
    lecture(scene)
    table(lambda: matrix_rows(weights, letters, answering), key=scene.key)

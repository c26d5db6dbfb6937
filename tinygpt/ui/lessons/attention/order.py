"""The scenes of lesson 4 that bring another text: the same one in another order, and one that answers."""

import streamlit as st
import torch

from tinygpt.inside.heads import ModelHead, cross_attention, notebook_head, put_back
from tinygpt.spelling import powered
from tinygpt.ui.lessons.attention.reader import ANOTHER, NOTEBOOK, Reader
from tinygpt.ui.lessons.attention.row import matrix_rows, show_colors, show_map
from tinygpt.ui.readers import say_what_is_read
from tinygpt.ui.scene import Showing, alt, choose, explain, lecture, scene, table, under_picture
from tinygpt.words.attention import strongest_look
from tinygpt.words.storyboard import Scene

CASES = {
    "no mask, no positions": ("caption", {"mask": False, "positions": False}),
    "positions added": ("positions", {"mask": False, "positions": True}),
    "mask on": ("mask", {"mask": True, "positions": False}),
}
ORDERS = ("reversed", "shuffled")


@scene("att-9", code=[put_back])
def no_space(scene: Scene, reader: Reader) -> Showing:
    """The same characters in another order."""
    yield {}
    with st.container(horizontal=True, gap="medium"):
        words, rules = CASES[choose("Case", CASES, next(iter(CASES)), key="case")]
        how = choose("Order", ORDERS, ORDERS[0], key="order")
    T, head = len(reader.ids), notebook_head(positions=True) if reader.name == NOTEBOOK else reader.head
    order = torch.arange(T).flip(0)
    if how == "shuffled":
        order = torch.randperm(T, generator=torch.Generator().manual_seed(0))
    typed, there = (head.see(ids, **rules).stages.weights for ids in (reader.ids, reader.ids[order]))  # type: ignore[arg-type]
    t1, t2 = torch.tensor([[1, 1]]), torch.tensor([[1, 1], [1, 1], [2, 2]])  # as in the second study notebook
    apart = float((put_back(there, order) - typed).abs().max())
    rounding = scene.plain("rounding", {"difference": powered(apart, 1)}) if apart else scene.templates["exactly"]
    facts = {
        "how": how, "difference": apart, "difference_words": rounding, "small": str(t1.tolist()),
        "turn": scene.templates["turn_it"] if how == "reversed" else "",
        "many": str(t2.tolist()), "sums": str((t1 + t2).tolist()),
    }  # fmt: skip
    words = "unchanged" if torch.equal(reader.ids, reader.ids[order]) else words
    named = {"typed": (typed, range(T)), "reordered": (there, order.tolist())}
    for place, (name, (weights, places)) in zip(st.columns(2, gap="large"), named.items(), strict=True):
        with place:
            st.markdown(scene.write(name, facts | {"how": how.capitalize()}))
            letters = [reader.characters[i] for i in places]
            show_map(f"{scene.key}_{name}", weights, letters, alt(scene, facts, words), least=330)
    under_picture(scene, facts, words)
    show_colors()
    explain(scene, facts)


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
    with st.container(width=520):
        show_map(scene.key, weights, letters, alt(scene, facts), least=440, looked_at=answering, titles=titles)
    under_picture(scene, facts)
    st.markdown(f":gray[{scene.templates['mechanism' if isinstance(reader.head, ModelHead) else 'random']}]")
    show_colors()
    lecture(scene)
    table(lambda: matrix_rows(weights, letters, answering), key=scene.key)

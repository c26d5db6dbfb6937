"""The scenes of lesson 4 that bring another text: the same one in another order, and one that answers."""

import streamlit as st
import torch

from tinygpt.inside.heads import ModelHead, cross_attention, notebook_head, put_back
from tinygpt.plots.lessons.attention import attention_heatmap
from tinygpt.ui import frame
from tinygpt.ui.lessons.attention.reader import ANOTHER, NOTEBOOK, Reader
from tinygpt.ui.lessons.attention.row import height_for, in_characters, matrix_rows
from tinygpt.ui.readers import LONGEST
from tinygpt.ui.scene import Showing, alt, deeper, lecture, look_for, scene, table
from tinygpt.words.attention import strongest_look
from tinygpt.words.storyboard import Scene

# --- att-8 ----------------------------------------------------------------------------------------------------------

CASES = {
    "no mask, no positions": ("look_for", {"mask": False, "positions": False}),
    "positions added": ("positions", {"mask": False, "positions": True}),
    "mask on": ("mask", {"mask": True, "positions": False}),
}
ORDERS = ("reversed", "shuffled")


@scene("att-8", height=460, code=[put_back])
def no_space(scene: Scene, reader: Reader) -> Showing:
    """The same characters in another order."""
    yield {}
    case = st.segmented_control("Case", list(CASES), default=next(iter(CASES)), required=True, key="case",
                                bind="query-params")  # fmt: skip
    how = st.segmented_control("Order", ORDERS, default=ORDERS[0], required=True, key="order", bind="query-params")
    words, rules = CASES[case]
    T, head = len(reader.ids), notebook_head(positions=True) if reader.name == NOTEBOOK else reader.head
    order = torch.arange(T).flip(0)
    if how == "shuffled":
        order = torch.randperm(T, generator=torch.Generator().manual_seed(0))
    typed, there = (head.see(ids, **rules).stages.weights for ids in (reader.ids, reader.ids[order]))  # type: ignore[arg-type]
    facts = {"how": how, "difference": float((put_back(there, order) - typed).abs().max())}
    words = "unchanged" if torch.equal(reader.ids, reader.ids[order]) else words
    characters = reader.characters
    named = {"typed": (typed, characters), "reordered": (there, [characters[i] for i in order.tolist()])}
    for place, (name, (weights, letters)) in zip(st.columns(2, gap="large"), named.items(), strict=True):
        with place:
            st.markdown(scene.write(name, facts | {"how": how.capitalize()}))
            figure = attention_heatmap(weights, letters, frame.mode()).update_layout(height=height_for(T, 400))
            frame.show(figure, key=f"{scene.key}_{name}", alt=alt(scene, facts, words), square=True)
    look_for(scene, facts, words)
    lecture(scene)
    deeper(scene, _sum_facts())


def _sum_facts() -> dict[str, object]:
    """The second notebook's cell t1 + t2: one row is added to every row."""
    t1, t2 = torch.tensor([[1, 1]]), torch.tensor([[1, 1], [1, 1], [2, 2]])
    return {"small": str(t1.tolist()), "many": str(t2.tolist()), "sums": str((t1 + t2).tolist())}


# --- att-9 ----------------------------------------------------------------------------------------------------------


@scene("att-9", height=440, code=[cross_attention])
def another_text(scene: Scene, reader: Reader) -> Showing:
    """One text asks, another answers."""
    typed = st.text_input("Another text", ANOTHER, max_chars=LONGEST, key="text2", bind="query-params", width=260)
    other = reader.other_text(typed or ANOTHER)
    weights, out = cross_attention(reader.see(), reader.see(other))
    letters, answering = reader.characters, reader.labels(other)
    t, i, w = strongest_look(weights, rows=range(len(weights)))  # no mask: row 0 has a choice too
    facts = {
        "T1": len(letters), "T2": len(answering), "hs": out.shape[1], "asking": _quoted(letters),
        "answering": _quoted(answering),
        "count": in_characters(len(letters)),
        "row": t, "looker": reader.spoken[t], "most_at": i, "most_char": reader.names(other)[i], "most": w,
    }  # fmt: skip
    yield facts
    figure = attention_heatmap(weights, letters, frame.mode(), looked_at=answering)
    figure.update_layout(height=height_for(len(letters), 440))
    with st.container(width=520):
        frame.show(figure, key=scene.key, alt=alt(scene, facts), square=True)
    look_for(scene, facts)
    st.markdown(f":gray[{scene.templates['mechanism' if isinstance(reader.head, ModelHead) else 'random']}]")
    table(lambda: matrix_rows(weights, letters, answering), key=scene.key)


def _quoted(letters: list[str]) -> str:
    return f"\u2018{''.join(letters)}\u2019"

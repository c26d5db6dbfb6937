"""The scenes of lesson 4 that read one head: a row of its map, and what query, key and value are."""

import inspect
from typing import Any

import streamlit as st
from torch import Tensor

from tinygpt.attention import Head, MultiHeadAttention
from tinygpt.averaging import tril_weights
from tinygpt.inside.heads import LooseHead, ModelHead, SeenHead, stages_of_one, untrained_head
from tinygpt.lessons.measured import counts_of_pairs_and_triples
from tinygpt.models import kind
from tinygpt.plots.lessons.attention import attention_heatmap
from tinygpt.plots.lessons.attention_reading import Expected, Guesses, reading
from tinygpt.plots.lessons.attention_stages import vectors_figure
from tinygpt.spelling import spoken
from tinygpt.ui import frame
from tinygpt.ui.drag import Picture, drag
from tinygpt.ui.lessons.attention.reader import NOTEBOOK, Reader
from tinygpt.ui.scene import Showing, alt, caption, explain, scene, show_code
from tinygpt.variance import effective_characters
from tinygpt.words.storyboard import Scene

LIKELIEST = 5  # how many next characters are shown


def two_strongest(weights: Tensor, names: list[str], t: int) -> dict[str, object]:
    """Whom row `t` looks at most and second: weights, places and names. `weights` is (T, T)."""
    order = weights[t].argsort(descending=True, stable=True).tolist()
    first, second = order[0], order[min(1, len(order) - 1)]
    return {
        "row": t, "looker": names[t], "most": float(weights[t, first]), "most_at": first, "most_char": names[first],
        "second": float(weights[t, second]), "second_at": second, "second_char": names[second],
    }  # fmt: skip


def matrix_rows(weights: Tensor, characters: list[str], looked_at: list[str] | None = None) -> dict[str, list]:
    """A matrix of weights as the columns of a table: who looks, and a column for each one looked at. (T, T2)"""
    columns = characters if looked_at is None else looked_at
    return {"looks": [f"{i} {spoken(c)}" for i, c in enumerate(characters)]} | {
        f"{j} {spoken(c)}": weights[:, j].tolist() for j, c in enumerate(columns)
    }


def show_map(key: str, weights: Tensor, characters: list[str], alt: str, *, least: int = 400, **more: Any) -> None:
    """Weights as tiles, `least` px high or as high as their characters need. `weights` is (T, T2)."""
    figure = attention_heatmap(weights, characters, frame.mode(), **more)
    figure.update_layout(height=max(least, 18 * len(weights) + 60))
    frame.show(figure, key=key, alt=alt, square=True)


@scene("att-1")
def one_row(scene: Scene, reader: Reader) -> Showing:
    """The whole map, one row of it in the text, and what the head expects next."""
    seen, names = reader.see(), reader.spoken
    T, weights = len(names), seen.stages.weights
    after = [_after(reader, seen, t) for t in range(T)]
    facts = [
        two_strongest(weights, names, t) | {"T": T, "before": names[max(0, t - 1)]} | gives
        for t, (gives, _) in enumerate(after)
    ]
    yield facts[reader.start] if reader.can_choose else None
    shares = [share for _, expected in after for one in expected for share in one[1:4] if share is not None]
    most, role = max(shares, default=1.0), "head"  # whose color its guesses have
    if isinstance(reader.head, ModelHead):
        role = kind(reader.head.model.config)
    pictures = []
    for t, (_, expected) in enumerate(after):
        said = ["caption" if t else "alone"]
        if expected:
            said += ["goes_on" if t + 1 < T else "at_the_end", "counts" if t else "pairs"]
        sentence = " ".join(scene.plain(template, facts[t]) for template in said)
        guesses = Guesses(expected, most, role)
        drawing = reading(weights, reader.characters, t, frame.mode(), scaled=seen.stages.scaled, guesses=guesses)
        pictures.append(Picture(drawing, sentence, scene.plain("alt", facts[t] | {"caption": sentence})))
    drag(pictures, key="t", label="Row", names=range(T), default=reader.start)
    explain(scene, {}, lambda: matrix_rows(weights, reader.characters))
    show_code(MultiHeadAttention.forward if isinstance(reader.head, ModelHead) else stages_of_one)


def _after(reader: Reader, seen: SeenHead, t: int) -> tuple[dict[str, object], list[Expected]]:
    """What the head and counts give the next character of the text, or at its end the likeliest; and the likeliest
    ones, among which the one that comes always is. Nothing for a head without a model."""
    if seen.guesses is None or reader.tokenizer is None:
        return {}, []
    counted, read = counts_of_pairs_and_triples(), reader.ids[: t + 1]
    given, pairs = seen.guesses[t].tolist(), counted[0].probabilities(read).tolist()
    triples = counted[1].probabilities(read).tolist() if t else None
    likeliest = seen.guesses[t].topk(LIKELIEST).indices.tolist()
    true = int(reader.ids[t + 1]) if t + 1 < len(reader.ids) else None
    if true is not None and true not in likeliest:
        likeliest[-1] = true
    itos, following = reader.tokenizer.itos, likeliest[0] if true is None else true
    facts = {"next_char": spoken(itos[following]), "model_gives": given[following], "pairs_give": pairs[following]}
    expected = [
        Expected(itos[i], given[i], pairs[i], triples[i] if triples else None, true=i == true) for i in likeliest
    ]
    return facts | ({"triples_give": triples[following]} if triples else {}), expected


@scene("att-2")
def three_vectors(scene: Scene, reader: Reader) -> Showing:
    """Query, key and value of each character, and what an untrained head makes of them: the reader's, if it is one."""
    seen, characters = reader.see(), reader.characters
    (T, C), hs = seen.x.shape, seen.q.shape[1]
    loose = reader.head if isinstance(reader.head, LooseHead) else untrained_head(longest=T)
    untrained = loose.see(reader.ids, scale="1/sqrt(head_size)").stages.weights
    facts = {
        "T": T, "C": C, "hs": hs, "numbers": 3 * C * hs, "last": T - 1,
        "effective": float(effective_characters(untrained[-1])),
        **{f"value_{c}": value for c, value in enumerate([*seen.v[0, :4].tolist(), *[0.0] * 4][:4])},
    }  # fmt: skip
    yield facts
    left, right = st.columns([11, 8], gap="large")
    with left:
        vectors = {"query": seen.q, "key": seen.k, "value": seen.v}
        frame.show(vectors_figure(vectors, characters, frame.mode()), key=scene.key, alt=alt(scene, facts))
    with right:
        st.markdown(scene.write("divided" if reader.name == NOTEBOOK else "untrained", facts))
        says, average = scene.plain("alt_untrained", facts), scene.plain("alt_average", facts)
        show_map(f"{scene.key}_untrained", untrained, characters, says, least=270)
        st.markdown(scene.write("average", facts))
        show_map(f"{scene.key}_average", tril_weights(T), characters, average, least=270)
    caption(scene, facts)
    if hs >= 4:
        st.markdown(f":gray[{scene.write('first_values', facts)}]")
    explain(scene, facts)
    with st.expander("A head as the lecture writes it", type="compact"):
        st.code(inspect.getsource(Head), language="python")
    show_code(MultiHeadAttention.__init__ if isinstance(reader.head, ModelHead) else Head.__init__)

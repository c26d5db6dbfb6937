"""The scenes of lesson 4 that read one head: a row of its map, and what query, key and value are."""

import inspect

import streamlit as st
import torch
from torch import Tensor

from tinygpt.attention import Head
from tinygpt.averaging import tril_weights
from tinygpt.inside.heads import LooseHead, SeenHead, untrained_head
from tinygpt.lessons.measured import counts_of_pairs_and_triples
from tinygpt.plots.lessons.attention import attention_heatmap
from tinygpt.plots.lessons.attention_reading import Expected, Guesses, reading
from tinygpt.plots.lessons.attention_stages import vectors_figure
from tinygpt.spelling import spoken
from tinygpt.ui import frame
from tinygpt.ui.drag import Picture, drag
from tinygpt.ui.lessons.attention.reader import NOTEBOOK, Reader
from tinygpt.ui.scene import Showing, alt, formula, lecture, look_for, scene, show_code, table
from tinygpt.variance import effective_characters
from tinygpt.words.storyboard import Facts, Scene

LIKELIEST = 5  # how many next characters are shown


def two_strongest(weights: Tensor, names: list[str], t: int) -> dict[str, object]:
    """Whom row `t` looks at most and second: weights, places and names. `weights` is (T, T)."""
    order = weights[t].argsort(descending=True, stable=True).tolist()
    first, second = order[0], order[min(1, len(order) - 1)]
    return {
        "row": t, "looker": names[t], "most": float(weights[t, first]), "most_at": first, "most_char": names[first],
        "second": float(weights[t, second]), "second_at": second, "second_char": names[second],
    }  # fmt: skip


def in_characters(characters: int) -> str:
    """How many, as people write it: "1 character", "8 characters"."""
    return f"{characters} character{'' if characters == 1 else 's'}"


def height_for(T: int, least: int) -> int:
    """Px for a map of T rows, so that its characters do not run into each other."""
    return max(least, 18 * T + 60)


# --- att-1 ----------------------------------------------------------------------------------------------------------


@scene("att-1", height=440)
def one_row(scene: Scene, reader: Reader) -> Showing:
    """The whole map, one row of it in the text, and what the head expects next."""
    seen, names, mode = reader.see(), reader.spoken, frame.mode()
    T, weights = len(names), seen.stages.weights
    facts = [
        two_strongest(weights, names, t) | {"T": T, "before": names[max(0, t - 1)]} | _expects(reader, seen, t)
        for t in range(T)
    ]
    yield facts[reader.start] if reader.can_choose else None
    expected = [_expected(reader, seen, t) for t in range(T)]
    most = max((share for row in expected for e in row for share in e[1:4] if share is not None), default=1.0)
    pictures = []
    for t in range(T):
        sentence = _reading_of(scene, facts[t])
        guesses = Guesses(expected[t], most, reader.role)
        drawing = reading(weights, reader.characters, t, mode, scaled=seen.stages.scaled, guesses=guesses)
        pictures.append(Picture(drawing, sentence, scene.plain("alt", facts[t] | {"look_for": sentence})))
    drag(pictures, key="t", label="Row", names=[str(t) for t in range(T)], default=reader.start)
    lecture(scene)
    table(lambda: matrix_rows(weights, reader.characters), key=scene.key)
    show_code(reader.weighs)


def matrix_rows(weights: Tensor, characters: list[str], looked_at: list[str] | None = None) -> dict[str, list]:
    """A matrix of weights as the columns of a table: who looks, and a column for each one looked at. (T, T2)"""
    columns = characters if looked_at is None else looked_at
    return {"looks": [f"{i} {spoken(c)}" for i, c in enumerate(characters)]} | {
        f"{j} {spoken(c)}": weights[:, j].tolist() for j, c in enumerate(columns)
    }


def _reading_of(scene: Scene, facts: Facts) -> str:
    """What to look for in one row, and what is expected after it where the head sits in a model."""
    sentence = scene.plain("look_for" if facts["row"] else "alone", facts)
    if "model_gives" not in facts:
        return sentence
    after = "at_the_end" if facts["last"] else "goes_on"
    counts = "counts" if "triples_give" in facts else "pairs"
    return " ".join([sentence, scene.plain(after, facts), scene.plain(counts, facts)])


def _expects(reader: Reader, seen: SeenHead, t: int) -> dict[str, object]:
    """The next character of the text, or the likeliest at its end: what the head gives it, and what counts do."""
    if seen.guesses is None or reader.tokenizer is None:
        return {}
    last = t + 1 == len(reader.ids)
    which = int(seen.guesses[t].argmax()) if last else int(reader.ids[t + 1])
    pairs, triples = _counted(reader, t)
    facts = {
        "next_char": spoken(reader.tokenizer.itos[which]),
        "model_gives": float(seen.guesses[t, which]),
        "pairs_give": float(pairs[which]),
    }
    return facts | {"last": last} | ({"triples_give": float(triples[which])} if t else {})


def _expected(reader: Reader, seen: SeenHead, t: int) -> list[Expected]:
    """The likeliest next characters after `t`, the likeliest first; the one that comes is always among them."""
    if seen.guesses is None or reader.tokenizer is None:
        return []
    pairs, triples = _counted(reader, t)
    likeliest = seen.guesses[t].topk(LIKELIEST).indices.tolist()
    true = int(reader.ids[t + 1]) if t + 1 < len(reader.ids) else None
    if true is not None and true not in likeliest:
        likeliest[-1] = true
    return [
        Expected(
            reader.tokenizer.itos[i], float(seen.guesses[t, i]), float(pairs[i]), float(triples[i]) if t else None,
            true=i == true,
        )
        for i in likeliest
    ]  # fmt: skip


def _counted(reader: Reader, t: int) -> tuple[Tensor, Tensor]:
    """Shares of what follows position `t` in the text of this server, by pairs and by triples. (V,) each"""
    pairs, triples = counts_of_pairs_and_triples()
    read = reader.ids[: t + 1]
    return pairs.probabilities(read), triples.probabilities(read) if t else torch.zeros(triples.vocab_size)


# --- att-2 ----------------------------------------------------------------------------------------------------------


@scene("att-2", height=640)
def three_vectors(scene: Scene, reader: Reader) -> Showing:
    """Query, key and value of each character, and what an untrained head makes of them."""
    seen = reader.see()
    (T, C), hs = seen.x.shape, seen.q.shape[1]
    untrained = _before_training(reader).stages.weights
    facts = {
        "T": T, "C": C, "hs": hs, "numbers": 3 * C * hs, "last": T - 1,
        "effective": float(effective_characters(untrained[-1])),
        "count": in_characters(T),
        **{f"value_{c}": value for c, value in enumerate([*seen.v[0, :4].tolist(), *[0.0] * 4][:4])},
    }  # fmt: skip
    yield facts
    left, right = st.columns([11, 8], gap="large")
    with left:
        vectors = {"query": seen.q, "key": seen.k, "value": seen.v}
        frame.show(vectors_figure(vectors, reader.characters, frame.mode()), key=scene.key, alt=alt(scene, facts))
    with right:
        st.markdown(scene.write("divided" if reader.name == NOTEBOOK else "untrained", facts))
        _small_map(scene, reader, untrained, "untrained", facts)
        st.markdown(scene.write("average", facts))
        _small_map(scene, reader, tril_weights(T), "average", facts)
    look_for(scene, facts)
    if hs >= 4:
        st.markdown(f":gray[{scene.write('first_values', facts)}]")
    formula(scene, facts)
    lecture(scene)
    with st.expander("A head as the lecture writes it", type="compact"):
        st.code(inspect.getsource(Head), language="python")
    show_code(reader.made)


def _small_map(scene: Scene, reader: Reader, weights: Tensor, name: str, facts: Facts) -> None:
    """Weights over the reader's text as tiles, beside another figure. `weights` is (T, T)."""
    figure = attention_heatmap(weights, reader.characters, frame.mode())
    figure.update_layout(height=height_for(len(weights), 270))
    frame.show(figure, key=f"{scene.key}_{name}", alt=scene.plain(f"alt_{name}", facts), square=True)


def _before_training(reader: Reader) -> SeenHead:
    """A head that nobody trained, its scores scaled as training would: the reader's own, if it is one."""
    head = reader.head if isinstance(reader.head, LooseHead) else untrained_head(longest=len(reader.ids))
    return head.see(reader.ids, scale="1/sqrt(head_size)")

"""The scene of lesson 4 that reads one head: a row of its map, as tiles or as arrows, and what comes next."""

from typing import Any

import streamlit as st
from torch import Tensor

from tinygpt.attention import MultiHeadAttention
from tinygpt.inside.heads import ModelHead, SeenHead, stages_of_one
from tinygpt.lessons.measured import counts_of_pairs_and_triples
from tinygpt.models import kind
from tinygpt.plots.drawing import scale_bar, svg
from tinygpt.plots.lessons.attention import attention_map
from tinygpt.plots.lessons.attention_graph import islands
from tinygpt.plots.lessons.attention_reading import Expected, Guesses, reading
from tinygpt.spelling import spoken
from tinygpt.ui import frame
from tinygpt.ui.drag import Picture, drag, still
from tinygpt.ui.lessons.attention.reader import ANOTHER, Reader
from tinygpt.ui.scene import Showing, choose, explain, lecture, margin, picture, scene, show_code
from tinygpt.words.storyboard import Scene

LIKELIEST = 5  # how many next characters are shown
LEAST = 0.1  # an arrow that carries more is counted


def two_strongest(weights: Tensor, names: list[str], t: int) -> dict[str, object]:
    """Whom row `t` looks at most and second: weights, places and names. `weights` is (T, T)."""
    order = weights[t].argsort(descending=True, stable=True).tolist()
    first, second = order[0], order[min(1, len(order) - 1)]
    return {
        "row": t, "looker": names[t], "most": float(weights[t, first]), "most_at": first, "most_char": names[first],
        "second": float(weights[t, second]), "second_at": second, "second_char": names[second],
    }  # fmt: skip


def matrix_rows(weights: Tensor, characters: list[str], looked_at: list[str] | None = None) -> dict[str, list]:
    """A matrix of weights as the columns of a table: who looks, and a column for each one looked at. (T, T2)

    The masked future is left blank; a weight that is 0 is a 0."""
    columns, causal = characters if looked_at is None else looked_at, not bool(weights.triu(1).any())
    blank = causal and looked_at is None
    return {"looks": [f"{i} {spoken(c)}" for i, c in enumerate(characters)]} | {
        f"{j} {spoken(c)}": [None if blank and j > i else w for i, w in enumerate(weights[:, j].tolist())]
        for j, c in enumerate(columns)
    }


def show_map(key: str, weights: Tensor, characters: list[str], alt: str, **more: Any) -> None:
    """Weights as tiles. (T, T2)"""
    still(attention_map(weights, characters, frame.mode(), **more), key=key, alt=alt)


def show_colors() -> None:
    """Below a scene's words: how to read the colors of its maps."""
    with margin():
        st.html(svg(160, 34, scale_bar(4, 2, frame.mode())))


@scene("att-2")
def one_row(scene: Scene, reader: Reader) -> Showing:
    """One row of the map, in the text, and what the head expects next; or the same weights as arrows."""
    seen, names = reader.see(), reader.spoken
    T, weights = len(names), seen.stages.weights
    facts = [two_strongest(weights, names, t) | {"T": T, "before": names[max(0, t - 1)]} for t in range(T)]
    most, start = facts[reader.start]["most_at"], reader.start
    where = {"itself": most == start, "before": most == start - 1, "farther": most < start - 1}  # type: ignore[operator]
    asked = facts[start] | {f"most_is_{name}": so for name, so in where.items()}
    yield asked if reader.can_choose else None
    if choose("Show it as", ("tiles", "arrows"), "tiles", key="view") == "tiles":
        pictures = _as_tiles(scene, reader, seen, facts)
    else:
        pictures = _as_arrows(scene, reader, weights, facts)
        lecture(scene, template="graph")
    drag(pictures, key="t", label="Row", names=range(T), default=start)
    explain(scene, {}, lambda: matrix_rows(weights, reader.characters))
    show_code(MultiHeadAttention.forward if isinstance(reader.head, ModelHead) else stages_of_one)


def _as_tiles(scene: Scene, reader: Reader, seen: SeenHead, facts: list[dict[str, object]]) -> list[Picture]:
    """The map with a row outlined, that row in the text, and bars for what comes next, for every row."""
    after, pictures = [_after(reader, seen, t) for t in range(len(facts))], []
    shares = [share for _, expected in after for one in expected for share in one[1:4] if share is not None]
    most, role = max(shares, default=1.0), "head"  # whose color its guesses have
    if isinstance(reader.head, ModelHead):
        role = kind(reader.head.model.config)
    for t, (gives, expected) in enumerate(after):
        said = ["caption" if t else "alone"]
        if expected:
            said += ["goes_on" if t + 1 < len(facts) else "at_the_end", "counts" if t else "pairs"]
        sentence = " ".join(scene.plain(template, facts[t] | gives) for template in said)
        guesses, stages = Guesses(expected, most, role), seen.stages
        drawing = reading(stages.weights, reader.characters, t, frame.mode(), scaled=stages.scaled, guesses=guesses)
        pictures.append(Picture(drawing, sentence, scene.plain("alt", facts[t] | {"caption": sentence})))
    return pictures


def _as_arrows(scene: Scene, reader: Reader, weights: Tensor, facts: list[dict[str, object]]) -> list[Picture]:
    """The weights as a directed graph, and a second text that no arrow reaches, for every row. `weights` is (T, T)."""
    names, other = reader.spoken, reader.other_text(ANOTHER)
    far, T = reader.see(other).stages.weights, len(names)
    shared: dict[str, object] = {
        "arrows": T * (T + 1) // 2, "strong": int((weights > LEAST).sum()), "least": LEAST,
        "strongest": "; ".join(f"{names[int(row.argmax())]} to {names[t]}" for t, row in enumerate(weights)),
    }  # fmt: skip
    pictures = []
    for t, here in enumerate(facts):
        drawing = islands(weights, reader.characters, far, reader.labels(other), t, frame.mode())
        drawn = picture(scene, drawing, here | shared, "arrows")
        alt = scene.plain("alt_arrows", here | shared | {"caption": drawn.sentence})
        pictures.append(drawn._replace(alt=alt))
    return pictures


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

"""The whole table of pairs as a picture in which a row is chosen without asking the server.

Press on a tile to choose its row and to read its pair; or type a letter, or use the arrow keys.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from tinygpt.plots.lessons.bigram_drawings import color_scale, table_image
from tinygpt.plots.look import PALETTE, color
from tinygpt.spelling import named, number, shown, thousands
from tinygpt.ui import frame
from tinygpt.ui.browser.component import component
from tinygpt.ui.lessons.bigram.text import Counted

KEY = "table_row"  # the chosen row in a link

_table = component("whole_table")


def row_of_link(text: Counted, wanted: int) -> int:
    """The row that a link names, or the one that is `wanted`."""
    asked = st.query_params.get(KEY, "")
    return next((i for i, c in enumerate(text.chars) if named(c) == asked), wanted)


def whole_table(
    text: Counted, ids: Sequence[int], wanted: int, *, words: Mapping[str, str], alt: str, guessed: int | None
) -> int:
    """The rows and columns of `ids` as tiles, `wanted` chosen first, `guessed` marked; the id of the chosen row."""
    place = {i: n for n, i in enumerate(ids)}
    began = st.session_state.setdefault(f"{KEY} of {text.corpus.name}", row_of_link(text, wanted))
    start = place.get(began, place.get(wanted, 0))
    data = _data(text, ids, words) | {"row": start, "label": alt, "guessed": place.get(guessed) if guessed else None}
    state = _table(key=f"rows_{text.corpus.name}", data=data, default={"row": start}, on_row_change=lambda: None)
    chosen = ids[min(int(state.row), len(ids) - 1)]
    if chosen != began or KEY in st.query_params:
        st.query_params[KEY] = named(text.chars[chosen])
    return chosen


def _data(text: Counted, ids: Sequence[int], words: Mapping[str, str]) -> dict[str, Any]:
    """What the browser needs: the picture, the pairs behind its tiles, and a sentence a row."""
    mode = frame.mode()
    p, kept = PALETTE[mode], list(ids)
    P, counts = text.P[kept][:, kept], text.counts[kept][:, kept]
    return {
        "of": text.corpus.name, "url": table_image(P, mode, empty=counts == 0), "scale": color_scale(mode),
        "chars": [[shown(text.chars[i]), text.say(i), text.chars[i]] for i in ids],
        "counts": counts.int().tolist(), "shares": [[round(share, 5) for share in row] for row in P.tolist()],
        "likeliest": [int(row.argmax()) if row.any() else None for row in counts],
        "rows": [_sentence(text, i, words) for i in ids],
        "words": {"pair": words["pair"], "guess": words["guess"]},
        "tones": {"rule": p.rule, "muted": p.muted, "ink": p.ink, "cell": color("bigram", mode)},
    }  # fmt: skip


def _sentence(text: Counted, i: int, words: Mapping[str, str]) -> str:
    """What a row says first."""
    likely, values = text.top(i)
    pairs = int(text.counts[i].sum())
    if not pairs:
        return words["no_row"].format(character=text.say(i))
    listed = ", ".join(f"{text.say(j)} {number(p)}" for j, p in zip(likely, values, strict=True))
    return words["row"].format(character=text.say(i), likeliest=listed, pairs=thousands(pairs))

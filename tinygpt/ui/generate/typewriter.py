"""The typewriter: texts that grow character by character, side by side, and what each character was drawn from.

The browser asks for the next piece when it needs one, and says how many characters it has: so no piece is lost, a page
that nobody looks at asks for nothing, and "Stop" needs no server. What it has shown, it says afterwards.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import streamlit as st

from tinygpt.inside.writing import Letter, Writing, first_difference
from tinygpt.plots.drawing import shade
from tinygpt.plots.look import PALETTE
from tinygpt.spelling import in_a_row, shown, spoken
from tinygpt.tokenizer import CharTokenizer
from tinygpt.training.loop import one_thread
from tinygpt.ui import frame, pace
from tinygpt.ui.browser.component import component
from tinygpt.words.writing import ON_THE_TYPEWRITER

SLICE = 0.2  # seconds of work in one answer: others wait for it
SHOWN = 64  # characters of a window that stand beside each head
WRITTEN, AT = "written", "at"  # in the link: how many characters stand there, and which of them is looked at

_figure = component("typewriter", "say")


class Sheet(NamedTuple):
    """A text on the typewriter, and who writes it."""

    name: str
    tone: str  # the hue of its bars
    tokenizer: CharTokenizer
    writing: Writing

    def text(self, characters: int) -> str:
        """The first characters of what is written."""
        return self.tokenizer.decode(one.id for one in self.writing.letters[:characters])


class Wish(NamedTuple):
    """What the browser has of an order, and what it would like to have."""

    order: str = ""
    have: int = 0  # characters that it has of every page
    want: int = 0  # that are to stand there
    at: int = -1  # the one that is looked at; -1: the last
    turn: int = 0  # another one each time that it asks: an answer is never the same as the one before


class Typed(NamedTuple):
    """What stands on the typewriter."""

    characters: int  # of each page, as far as it can write
    at: int
    whole: bool  # whether all of them are there that somebody wants
    broken: list[str]  # why a page cannot be written, in words; "" for one that can


def typewriter(pages: Sequence[Sheet], *, key: str, order: str, most: int, bare: bool = False) -> Typed:
    """Texts side by side; `order` names what is to be written, and another order is begun anew, as far as the last.

    `bare` has no buttons and nothing below: all of it is written at once. To be called in a fragment.
    """
    wish = _wish(key, order, most, bare=bare)
    broken = [_go_on(page, wish, SLICE / len(pages)) for page in pages]
    have = min(len(page.writing.letters) for page in pages)
    pace.seen(have < wish.want)
    _figure(
        key=key, default={"wish": wish._asdict()}, on_wish_change=lambda: None,
        data={
            "order": order, "most": most, "bare": bare, "want": wish.want, "at": wish.at, "turn": wish.turn,
            "pages": [_page(*each, wish) for each in zip(pages, broken, strict=True)],
            "parts": _parts(pages), "wait": round(1000 * pace.interval()),
            "words": ON_THE_TYPEWRITER, "before": frame.IN_THE_PICTURE, **_looks(),
        },
    )  # fmt: skip
    if not bare:
        _link(wish)
    return Typed(min(have, wish.want), wish.at, have >= wish.want, broken)


def _wish(key: str, order: str, most: int, *, bare: bool) -> Wish:
    """What the browser said last; on a new page, what its link says; of another order it has nothing yet."""
    said = st.session_state.get(key, {}).get("wish")
    if said is None:
        return Wish(order, 0, most) if bare else Wish(order, 0, _number(WRITTEN, 0, most), _number(AT, -1, most - 1))
    wish = Wish(str(said.get("order", "")), *(int(said.get(name, 0)) for name in Wish._fields[1:]))
    want = most if bare else max(0, min(wish.want, most))
    have = max(0, min(wish.have, want)) if wish.order == order else 0
    return Wish(order, have, want, max(-1, min(wish.at, want - 1)), wish.turn)


def _number(name: str, least: int, most: int) -> int:
    """A number in the link; `least` for anything else."""
    written = st.query_params.get(name, "")
    return min(int(written), most) if written.isdecimal() and len(written) < 9 else least


def _link(wish: Wish) -> None:
    """Let the link say what stands there."""
    for name, value, nothing in ((WRITTEN, wish.want, 0), (AT, wish.at, -1)):
        if value == nothing:
            st.query_params.pop(name, None)
        elif st.query_params.get(name) != str(value):
            st.query_params[name] = str(value)


def _go_on(page: Sheet, wish: Wish, seconds: float) -> str:
    """Write on for so long; why that cannot be, in words, or ""."""
    try:
        with one_thread():
            page.writing.go_on(wish.want, seconds)
    except ValueError as error:
        return str(error)
    return ""


def _page(page: Sheet, broken: str, wish: Wish) -> dict[str, Any]:
    """What the browser does not have yet of a page, with the characters that it needs for that."""
    writing, chars = page.writing, page.tokenizer.chars
    letters = writing.letters[wish.have : wish.want]
    prompt = writing.prompt[0].tolist() if wish.have == 0 else []
    ids = {*prompt, *(chance.id for one in letters for chance in one.likeliest)}
    found: dict[str, Any] = {
        "name": page.name, "tone": page.tone, "broken": broken, "from": wish.have, "prompt": prompt,
        "chars": {i: _character(chars[i]) for i in sorted(ids)}, "drawn": [_letter(one) for one in letters],
    }  # fmt: skip
    at = wish.at if wish.at >= 0 else wish.want - 1
    if wish.have >= wish.want > 0 and 0 <= at < len(writing.letters):  # the text stands: somebody looks at it
        found["looked"] = {"at": at, **_looked(page, at)}
    return found


def _character(c: str) -> tuple[str, str, str, bool]:
    """A character in a running text, on a tile, and in a sentence; and whether it ends a line."""
    return c if c == " " else in_a_row(c), shown(c), spoken(c), c == "\n"


def _letter(one: Letter) -> tuple[int, list[int], list[float], list[float]]:
    """What was drawn, and the likeliest: their ids, their chances for the model, and those it was drawn from."""
    ids, own, left = zip(*one.likeliest, strict=True)
    return one.id, list(ids), [round(p, 4) for p in own], [round(p, 4) for p in left]


def _looked(page: Sheet, at: int) -> dict[str, Any]:
    """What each head looked at when the character `at` was drawn: its name, and a weight for each of the window."""
    rows = page.writing.looked_at(at)  # (L, H, T)
    heads = [
        {"block": block, "head": head, "weights": [round(weight, 4) for weight in row]}
        for block, of_block in enumerate(rows.tolist())
        for head, row in enumerate(of_block)
        if row[0] == row[0]  # nan: switched off
    ]
    return {"heads": heads, "length": rows.shape[-1], "shown": min(SHOWN, rows.shape[-1])}


def _parts(pages: Sequence[Sheet]) -> int | None:
    """Where two texts part for the first time, as far as both are written."""
    if len(pages) != 2:
        return None
    return first_difference(*(page.text(page.writing.most) for page in pages))


def _looks() -> dict[str, Any]:
    mode = frame.mode()
    p = PALETTE[mode]
    return {
        "shades": [shade(n / 100, mode) for n in range(101)],
        "tones": {
            "ink": p.ink, "muted": p.muted, "paper": p.paper, "box": "#F3F1EB" if mode == "light" else "#1E2128",
            "on": "#FFFFFF" if mode == "light" else p.paper,
        },
    }  # fmt: skip

"""What has been written: the typewriter, what stands there in words, and all of it as a table."""

from collections import ChainMap
from collections.abc import Sequence
from typing import Any

import streamlit as st

from tinygpt.models import kind
from tinygpt.plots.look import color
from tinygpt.spelling import named
from tinygpt.ui import frame
from tinygpt.ui.generate import copied
from tinygpt.ui.generate.desk import WriteOrder, fingerprint
from tinygpt.ui.generate.typewriter import Sheet, Typed, typewriter
from tinygpt.words import literal
from tinygpt.words.writing import parts_words, window_words


def able(orders: Sequence[WriteOrder]) -> list[WriteOrder]:
    """The orders that can be carried out; of the others it is said why not."""
    found = []
    for order in orders:
        try:
            order.author()
            found.append(order)
        except ValueError as error:
            st.text(str(error))
    return found


@st.fragment
def written(orders: Sequence[WriteOrder]) -> None:
    """The typewriter with a sheet for each of one or two orders, and what stands there in words."""
    try:
        sheets = [sheet_of(order, order.title) for order in orders]
    except ValueError as error:  # it is gone meanwhile
        st.text(str(error))
        return
    typed = typewriter(sheets, key="typewriter", order=fingerprint(orders), most=orders[0].most)
    if typed.characters and not any(typed.broken):
        _in_words(orders, sheets, typed.characters)
        if typed.whole:
            copied.say_what_is_copied(orders, sheets, typed.characters)
        _table(sheets, typed)


def sheet_of(order: WriteOrder, name: str) -> Sheet:
    """A sheet for the typewriter. ValueError with a sentence where the model of an order is gone or damaged."""
    tone = color(kind(order.model.spec.model), frame.mode())
    return Sheet(name, tone, order.model.tokenizer, order.writing())


def _in_words(orders: Sequence[WriteOrder], sheets: Sequence[Sheet], characters: int) -> None:
    """Where two texts part, and what each model did to read what it goes on from."""
    if len(sheets) > 1:
        frame.caption(
            literal.markdown(parts_words(*(sheet.text(characters) for sheet in sheets))), label="Side by side"
        )
    for order, sheet in zip(orders, sheets, strict=True):
        words = window_words(order.model.spec.model, len(order.ids), sheet.writing.took[:characters])
        label = f"The window of {literal.markdown(order.title)}" if len(sheets) > 1 else "The window"
        frame.caption(words, label=label)


def _table(sheets: Sequence[Sheet], typed: Typed) -> None:
    """Every character with its chances, and what the heads looked at for the chosen one; made when it is opened."""
    with st.expander("As a table", type="compact", key="letters", on_change="rerun") as box:
        if box.open:
            sides = {"": sheets[0]} if len(sheets) == 1 else {"left: ": sheets[0], "right: ": sheets[1]}
            letters = [_letters(sheet, typed.characters, side) for side, sheet in sides.items()]
            at = typed.at if typed.at >= 0 else typed.characters - 1
            heads = [row for side, sheet in sides.items() for row in _heads(sheet, at, side)]
            st.dataframe({"place": list(range(1, typed.characters + 1)), **dict(ChainMap(*letters[::-1]))},
                         hide_index=True, key="rows_of_letters")  # fmt: skip
            if heads:
                st.dataframe(heads, hide_index=True, key="rows_of_heads")


def _letters(sheet: Sheet, characters: int, side: str) -> dict[str, list[Any]]:
    letters, chars = sheet.writing.letters[:characters], sheet.tokenizer.chars
    return {
        f"{side}character": [named(chars[one.id]) for one in letters],
        f"{side}its chance for the model": [one.chance.own for one in letters],
        f"{side}drawn from": [one.chance.left for one in letters],
        f"{side}likeliest": [named(chars[one.likeliest[0].id]) for one in letters],
        f"{side}its chance": [one.likeliest[0].own for one in letters],
    }


def _heads(sheet: Sheet, at: int, side: str) -> list[dict[str, Any]]:
    """What each head looked at most when the character `at` was drawn, a row a head."""
    rows, read = sheet.writing.looked_at(at), sheet.tokenizer.decode(sheet.writing.window(at)[0].tolist())
    weights, places = rows.max(-1)  # (L, H) each
    return [
        {"head": f"{side}{layer}.{head}", "looked most at": named(read[place]), "back": len(read) - place,
         "weight": float(weights[layer, head])}
        for layer, row in enumerate(places.tolist()) for head, place in enumerate(row)
        if not weights[layer, head].isnan()  # switched off
    ]  # fmt: skip

"""The hidden units of a block, and the text that switches one on most."""

from typing import cast

import streamlit as st

from tinygpt.gpt import GPTLanguageModel
from tinygpt.inside.follow import Stage
from tinygpt.inside.units import LOOKED_THROUGH, Units, units_of
from tinygpt.plots.inside.position import contexts
from tinygpt.spelling import number
from tinygpt.texts.keeping import kept
from tinygpt.training.evaluation import some_windows
from tinygpt.training.loop import one_thread
from tinygpt.ui import frame
from tinygpt.ui.inside.chosen import Model
from tinygpt.ui.inside.moments import model_after
from tinygpt.ui.inside.opened import corpus_of, measured_text
from tinygpt.words import position as words


def hidden_part(model: Model, step: int, place: int, stages: list[Stage]) -> None:
    """A unit to choose, the strongest at this position first, and its text; made when somebody opens it."""
    hidden = {stage.block: stage for stage in stages if stage.part == "hidden units"}
    if not hidden:
        return
    with st.expander(words.UNITS, type="compact", key="units", on_change="rerun") as box:
        if not box.open:
            return
        with st.container(horizontal=True):
            block = _choose_block([n for n in hidden if n is not None])
            unit = _choose_unit(hidden[block], block, place)
        try:
            text = measured_text(model)
            units = measured_units(model.name, step, text, block)
        except ValueError as error:
            st.text(str(error))
            return
        places = some_windows(corpus_of(text), units.block_size, LOOKED_THROUGH)[:, :-1].numel()
        st.markdown(words.unit_words(units, unit, places))
        st.html(contexts(units.contexts(unit), frame.mode()))


def _choose_block(blocks: list[int]) -> int:
    if len(blocks) < 2:
        return blocks[0]
    return st.segmented_control(words.BLOCK, blocks, default=blocks[0], required=True, key="block_of_units")


def _choose_unit(hidden: Stage, block: int, place: int) -> int:
    """The units of a block, as strong as they are at this position."""
    order = hidden.values.argsort(descending=True).tolist()
    values = hidden.values.tolist()
    return st.selectbox(
        words.UNIT, order, key=f"unit_{block}_{place}", width=220,
        format_func=lambda unit: f"{unit}: {number(values[unit])} here",
    )  # fmt: skip


@kept
def measured_units(name: str, step: int, text: str, block: int) -> Units:
    """All units of a block on unseen text. ValueError as for `model_of`, and for too short a text."""
    with one_thread():
        return units_of(cast(GPTLanguageModel, model_after(name, step)), corpus_of(text), block=block)

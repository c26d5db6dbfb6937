"""One position on its way through the whole model: its boxes as in lesson 6, its hidden units, and a script to go on.

T   characters in the window
"""

import re
from functools import partial

import streamlit as st
import torch

from tinygpt.checkpoint.model_file import model_bytes
from tinygpt.export.follow import follow_pytorch
from tinygpt.export.plain import WEIGHTS
from tinygpt.gpt import GPTConfig
from tinygpt.inside.follow import Stage, follow
from tinygpt.plots.inside.position import marked_text
from tinygpt.plots.lessons.transformer_stream import CELL, likeliest_bars, machine_on_a_wire
from tinygpt.texts.keeping import kept
from tinygpt.training.loop import one_thread
from tinygpt.ui import frame
from tinygpt.ui import walk as ui
from tinygpt.ui.inside.boxes import StageBox, Text, boxes_of
from tinygpt.ui.inside.chosen import Model
from tinygpt.ui.inside.layers import guesses_of
from tinygpt.ui.inside.moments import model_after
from tinygpt.ui.inside.opened import opened_step
from tinygpt.ui.inside.reading import ReadWindow
from tinygpt.ui.inside.units import hidden_part
from tinygpt.ui.scene import table
from tinygpt.words import position as words
from tinygpt.words.inside import when_words

KEY = "followed"  # of the link: the position
LIKELIEST = 5  # characters that are read off the stream


@st.fragment
def one_position(model: Model, reading: ReadWindow) -> None:
    """The boxes that one position goes through, its hidden units, its numbers, and a script that prints the same."""
    try:
        step = opened_step(model)
        config = model_after(model.name, step).config  # what was switched off later is still on in it
        st.markdown(f":gray[{words.intro(when_words(step), getattr(config, 'surgery', ''))}]")
        place = _choose_place(reading)
        stages = stages_of(model.name, step, reading.ids[: len(reading.characters)], place)
        if not all(stage.values.isfinite().all() for stage in stages):
            st.text(words.BROKEN)
            return
        _boxes(model, step, reading, place, stages)
        table(partial(_rows, stages), key="stages")
        hidden_part(model, step, place, stages)
        _pytorch(model, step, reading, place, stages)
    except ValueError as error:
        st.text(str(error))


def _choose_place(reading: ReadWindow) -> int:
    """The position that is followed: that of the link, or the one at which the figure above stands, or the last."""
    last, place = len(reading.characters) - 1, 0
    if last > 0:
        if st.session_state.get(KEY, 0) > last:  # of a longer text
            st.session_state[KEY] = last
        above = st.query_params.get("position", "")
        usual = min(int(above), last) if re.fullmatch(r"\d{1,6}", above, re.ASCII) else last
        place = st.slider(words.SLIDER, 0, last, usual, key=KEY, bind="query-params", width=480)
    st.html(marked_text(reading.characters, place, frame.mode()))
    return place


@kept
def stages_of(name: str, step: int, ids: tuple[int, ...], place: int) -> list[Stage]:
    """Every stage of that position. ValueError as for `model_of`."""
    with one_thread():
        return follow(model_after(name, step), torch.tensor(ids), place)


def _boxes(model: Model, step: int, reading: ReadWindow, place: int, stages: list[Stage]) -> None:
    """The machine, and the box that is open."""
    config, mode = model.spec.model, frame.mode()
    symbols = model.tokenizer.decode(range(model.tokenizer.vocab_size))
    text = Text(reading.characters, place, reading.ids, symbols)
    boxes = boxes_of(stages, config if isinstance(config, GPTConfig) else None, text, mode)
    chances = _chances(model, step, text)
    names = [box.stop.name if box.stop.block is None else f"block {box.stop.block}: {box.stop.name}" for box in boxes]
    opened = [
        ui.Opened(box.drawing, words.box_alt(name), [ui.Row((), _beside(box, chances), box.sentence)])
        for name, box in zip(names, boxes, strict=True)
    ]
    first = next((n for n, box in enumerate(boxes) if box.stop.name == "heads"), 0)
    ui.walk(
        machine_on_a_wire([box.stop for box in boxes], mode), opened, keys=("box", "row"), stops=names,
        places=[str(place)], default=(first, 0), step=CELL, beside=words.BESIDE if chances else "",
    )  # fmt: skip


def _chances(model: Model, step: int, text: Text) -> dict[str, str]:
    """What would be guessed if the model ended after a part, as bars; {} where that cannot be read off."""
    if not isinstance(model.spec.model, GPTConfig):
        return {}
    try:
        seen = guesses_of(model.name, step, text.ids[: len(text.characters)], halves=True)
    except ValueError:  # the heads make vectors of another width
        return {}
    bars = {}
    for name, shares in zip(seen.after, seen.probabilities[:, text.place], strict=True):
        values, ids = shares.topk(min(LIKELIEST, len(shares)))
        found = zip(map(text.symbols.__getitem__, ids.tolist()), values.tolist(), strict=True)
        bars[name] = likeliest_bars(list(found), frame.mode())
    return bars


def _beside(box: StageBox, chances: dict[str, str]) -> str:
    return chances.get(box.read, "")


def _rows(stages: list[Stage]) -> list[dict[str, object]]:
    """A row for each stage: its mean, its standard deviation, its numbers."""
    return [
        {"stage": stage.label, "mean": stage.mean, "standard deviation": stage.std, "numbers": stage.values.tolist()}
        for stage in stages
    ]


def _pytorch(model: Model, step: int, reading: ReadWindow, place: int, stages: list[Stage]) -> None:
    """The script, and the model that it reads; made when somebody opens it."""
    with st.expander(words.PYTORCH, type="compact", key="pytorch", on_change="rerun") as box:
        if not box.open:
            return
        st.markdown(words.pytorch_words(len(stages), WEIGHTS))
        st.download_button(
            words.MODEL, partial(_file, model, step), WEIGHTS, "application/octet-stream", key="followed_model",
            on_click="ignore",
        )  # fmt: skip
        network = model_after(model.name, step)
        st.code(follow_pytorch(network.config, model.tokenizer, reading.characters, place), language="python")


def _file(model: Model, step: int) -> bytes:
    return model_bytes(model_after(model.name, step), model.tokenizer, step=step)

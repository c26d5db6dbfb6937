"""One function per control: the only place that knows its key, its range and its default.

A key is one value on every page and one parameter of the URL. Settings of a run say themselves what can be chosen
(tinygpt.settings). Their defaults are the preset's, so choosing another preset sets them anew (`_take_preset`).
"""

import math
from typing import Any

import streamlit as st

from tinygpt.gpt import GPTConfig
from tinygpt.settings import Setting, settings_of, times_the_rate
from tinygpt.spelling import spelled
from tinygpt.texts import tiny_shakespeare
from tinygpt.training.presets import PRESETS, Preset
from tinygpt.training.spec import LAST_SEED, LEARNING_RATES, TrainConfig
from tinygpt.ui import texts
from tinygpt.words import literal

HEAD_SIZES = [1, 4, 8, 16, 32, 64, 128, 256]
DEFAULT_MODEL = "GPT"
SETTINGS = {  # a link may set them all, whatever model it names
    each.name for config in (GPTConfig, TrainConfig) for each in settings_of(config).values() if each.control
}
BY_TITLE = {preset.title: preset for preset in PRESETS.values()}
SLIDER = 1_000  # values; among more than these nobody hits one
# The order of the first settings; all others follow as their configs have them.
ORDER = ("n_layer", "n_head", "n_embd", "block_size", "scale", "learning_rate", "batch_size", "seed")


def preset() -> Preset:
    """Which named model: a rung of the lecture's ladder, nanoGPT's, or the speedrun."""
    told = "\n".join(f"* **{each.title}** {each.words}" for each in PRESETS.values())
    title = st.selectbox(
        "Model", list(BY_TITLE), list(BY_TITLE).index(DEFAULT_MODEL), key="model", bind="query-params",
        on_change=_take_preset, help=f"{told}\n\nMore settings change any of them.",
    )  # fmt: skip
    return BY_TITLE[title]


def _take_preset() -> None:
    """Another preset: its settings instead of the old one's, but the seed stays."""
    for each, value in _controlled(BY_TITLE[st.session_state["model"]]):
        if each.of_variant:
            st.session_state[each.name] = value


def _controlled(chosen: Preset) -> list[tuple[Setting, Any]]:
    """The settings of a preset that have a control, with its values."""
    found = [
        (each, getattr(config, each.name))
        for config in (chosen.model, chosen.train)
        for each in settings_of(config).values()
        if each.control
    ]
    return sorted(found, key=lambda one: ORDER.index(one[0].name) if one[0].name in ORDER else len(ORDER))


def chosen_settings(chosen: Preset, place: str) -> dict[str, Any]:
    """What the controls at a place ("always", "more") say about the model and its training, by the settings' names."""
    values = {}
    for each, usual in _controlled(chosen):
        if each.control == place:
            value = values[each.name] = setting_control(each, usual)
            rate = usual_rate(each, value, chosen)
            if each.rates and values.get("learning_rate", rate) != rate:
                st.markdown(f":gray[For {value} a learning rate of {spelled(rate)} is usual.]")
    return values


def usual_rate(declared: Setting, value: Any, chosen: Preset) -> float:
    """The learning rate that a preset would have with this value of a setting: the nearest that is offered."""
    rate = declared.rates.get(value, 1.0) * chosen.train.learning_rate / times_the_rate(chosen.train)
    return min(LEARNING_RATES, key=lambda each: abs(math.log(each / rate)))


def _take_rate(declared: Setting) -> None:
    """Another optimizer: the learning rate that is usual with it."""
    chosen = BY_TITLE[st.session_state["model"]]
    st.session_state["learning_rate"] = usual_rate(declared, st.session_state[declared.name], chosen)


def setting_control(declared: Setting, default: Any) -> Any:
    """The control of a setting: words in a list, a switch, a slider, or for very many numbers a field to type in.

    What it does, as the docstring of its config has it, is told to whoever asks.
    """
    label, offered = declared.label or declared.name, declared.offered
    how: dict[str, Any] = {
        "key": declared.name,
        "bind": "query-params",
        "help": literal.markdown(declared.about) or None,
    }
    if declared.rates:
        how |= {"on_change": _take_rate, "args": (declared,)}
    if declared.kind is bool:
        return st.toggle(label, default, **how)
    if declared.choices:
        options = declared.choices
        return st.selectbox(label, options, options.index(default), **how)
    if not isinstance(offered, range):
        return st.select_slider(label, offered, default, format_func=declared.written, **how)
    first, last, step = offered[0], offered[-1], offered.step
    widget = st.slider if len(offered) <= SLIDER else st.number_input
    return widget(label, first, last, default, step, **how)


def corpus() -> str:
    """Which text: a key of the catalogue, or the SHA-256 of an own text; a sentence where the link asks for another."""
    options = texts.choices()
    if words := texts.follow_link(options):
        st.session_state["text_refused"] = words
    chosen = st.selectbox("Text", list(options), key="corpus", bind="query-params", on_change=_forget_refusal)
    for words in filter(None, (st.session_state.get("text_refused"), tiny_shakespeare.not_as_told())):
        st.text(words)
    return options[chosen]


def _forget_refusal() -> None:
    st.session_state.pop("text_refused", None)


def of_training(name: str, default: Any) -> Any:
    """One setting of the training alone, for the pages that fix all others."""
    return setting_control(settings_of(TrainConfig)[name], default)


def seed() -> int:
    return of_training("seed", 1337)


def dice(label: str) -> int:
    """The seed of the random numbers with which something is drawn: whoever has the same one draws the same."""
    return int(st.number_input(label, 0, LAST_SEED, 1337, key="dice", bind="query-params"))


def guess() -> float | None:
    """What the student thinks: a loss, or nothing yet."""
    return st.number_input(
        "Your guess: where will it end?", 0.0, 9.0, None, 0.05, key="guess", bind="query-params",
        placeholder="a loss, such as 2.40",
    )  # fmt: skip


def text(default: str) -> str:
    """What a head reads: a few characters that somebody types. Of a long text the page says what of it is read; a
    field with a bound would refuse a paste without a word."""
    return st.text_input("Text", default, key="text", bind="query-params", width=260) or ""


def head_size() -> int:
    return st.select_slider("head_size", HEAD_SIZES, 16, key="head_size", bind="query-params")

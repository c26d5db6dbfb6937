"""The scale race, looked into: what the scores, the rows of weights and the gradients of each variant do on the way."""

from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import product
from statistics import fmean
from typing import NamedTuple

import streamlit as st

from tinygpt.checkpoint.model_file import load
from tinygpt.corpus import load_corpus
from tinygpt.engine.records import ENDED, RunView
from tinygpt.gpt import GPTConfig, GPTLanguageModel
from tinygpt.inside.vitals import Vitals, vitals
from tinygpt.models import build
from tinygpt.plots.losses.lines import Axes, Series, lines_rows, lines_spec
from tinygpt.plots.losses.tones import Tone
from tinygpt.spelling import brief, number
from tinygpt.training.loop import one_thread
from tinygpt.training.spec import RunSpec
from tinygpt.ui import frame, session, texts
from tinygpt.ui.compare.chart import figure
from tinygpt.ui.compare.standing import comparable
from tinygpt.variance import variance_at_the_start
from tinygpt.words import literal
from tinygpt.words.scale import effect_words, scale_words

FIRST = 1  # where step 0 stands on an axis of powers: there is no 0 on it


class Measure(NamedTuple):
    """What is watched: what it is called, which of the vitals it is, and whether its axis runs in powers of ten."""

    name: str
    title: str
    of: str
    log_y: bool


MEASURES = {
    "entropy": Measure("entropy", "Entropy of a row of weights, nats", "entropy", log_y=False),
    "largest": Measure("largest weight", "Largest weight of a row", "largest", log_y=False),
    "variance": Measure("variance of q\u00b7k", "Variance of q\u00b7k, before the scale", "scores", log_y=True),
    "query": Measure("gradient of W_q", "Gradient of W_q, its norm", "query_gradient", log_y=True),
    "key": Measure("gradient of W_k", "Gradient of W_k, its norm", "key_gradient", log_y=True),
}
Looks = dict[int, Vitals]  # what was seen of a run, by its step: from 0 on, in order
Found = dict[str, list[Looks]]  # variant -> for each seed its looks


def scale_inside(groups: dict[str, list[RunView]], tones: dict[str, Tone], suffix: str) -> None:
    """What is watched, one chart at a time, and what all of it says; `suffix` makes its keys its own."""
    st.header("What the scale does inside", anchor=f"inside{suffix}")
    found: Found = {label: list(map(watched, runs)) for label, runs in groups.items()}
    config = next(iter(groups.values()))[0].spec.model
    assert isinstance(config, GPTConfig)
    key = st.segmented_control(
        "Watch", list(MEASURES), default="entropy", required=True, key=f"watch{suffix}",
        bind=None if suffix else "query-params", format_func=lambda key: MEASURES[key].name,
    )  # fmt: skip
    levels, start = [], variance_at_the_start(config)
    if key == "variance":  # head_size products of unit numbers, each of variance 1; and the first weights of this model
        levels = [(f"head_size {config.head_size}: unit q and k", float(config.head_size))]
        levels.append((f"first weights {number(start, 1)}", start))
    _chart(key, found, tones, levels, suffix)
    named = {literal.markdown(label): seeds for label, seeds in found.items()}
    variance, entropy = (
        {label: fmean(_mean(looks, name, max(looks)) for looks in seeds) for label, seeds in named.items()}
        for name in ("scores", "entropy")
    )
    first = [_mean(looks, "scores", 0) for seeds in found.values() for looks in seeds]
    finals = {
        literal.markdown(label): fmean(losses)
        for label, runs in comparable(groups).items()
        if (losses := [run.final[1] for run in runs if run.final])
    }
    effect = effect_words(finals) if len(finals) == len(comparable(groups)) else ""
    frame.caption(f"{scale_words(first, start, variance, entropy)} {effect}")
    with st.expander("Head by head", type="compact"):
        st.table(head_rows(found, config), border="horizontal", hide_index=True)


def watched(run: RunView) -> Looks:
    """A run from its first weights over every model that was kept on the way to the one it has reached.

    One that is damaged or gone is left out.
    """
    steps = [0, *session.engine().snapshots(run.id)]
    if run.status in ENDED and run.step > steps[-1]:
        steps.append(run.step)
    looks = {}
    for step in steps:
        with suppress(ValueError):
            looks[step] = look_at(run.id, step, run.spec, last=step == run.step)
    return looks


@lru_cache(maxsize=2_048)
def look_at(run: str, step: int, spec: RunSpec, *, last: bool) -> Vitals:
    """One look. The first weights are drawn again from the seed: they are the same to the bit."""
    engine = session.engine()
    if step == 0:
        model = build(spec.model, seed=spec.train.seed)
    else:
        blob = engine.model_bytes(run) if last else engine.snapshot(run, step)
        if blob is None:
            raise ValueError(f"The model of step {step} is not there (any more).")
        model = load(blob).model
    assert isinstance(model, GPTLanguageModel)
    with one_thread():
        return vitals(model, load_corpus(spec.corpus, folder=texts.folder()))


def _mean(looks: Looks, name: str, step: int) -> float:
    """One of the vitals at a step, as the mean over the heads."""
    return float(getattr(looks[step], name).mean())


def _chart(key: str, found: Found, tones: dict[str, Tone], levels: Sequence[tuple[str, float]], suffix: str) -> None:
    measure, series = MEASURES[key], []
    for label, seeds in found.items():
        shared = sorted(set.intersection(*map(set, seeds)))
        values = [[_mean(looks, measure.of, step) for looks in seeds] for step in shared]
        at = [max(step, FIRST) for step in shared]
        series.append(
            Series(label, tones[label], at, [*map(fmean, values)], [*map(min, values)], [*map(max, values)], dots=False)
        )
    figure(
        lines_rows(series, levels, log_y=measure.log_y),
        lines_spec(frame.mode(), Axes("step", measure.title, log_x=True, log_y=measure.log_y, height=300)),
        key=f"inside_{key}{suffix}", alt=f"{measure.title}, by step, for each scale.", title=measure.title,
    )  # fmt: skip


def head_rows(found: Found, config: GPTConfig) -> list[dict[str, str]]:
    """The variance of q\u00b7k of every head, first and last, beside that of independent numbers."""
    rows = []
    for label, seeds in found.items():
        ends = [looks[max(looks)] for looks in seeds]
        for at in product(range(config.n_layer), range(config.n_head)):
            row = {
                "variant": literal.markdown(label),
                "layer": str(at[0]),
                "head": str(at[1]),
                "variance of q\u00b7k at first": brief(fmean(float(looks[0].scores[at]) for looks in seeds), 2),
                "now": brief(fmean(float(end.scores[at]) for end in ends), 2),
                "head_size \u00b7 var(q) \u00b7 var(k) now": brief(
                    fmean(float(end.independent[at]) for end in ends), 2
                ),
            }
            rows.append(row)
    return rows

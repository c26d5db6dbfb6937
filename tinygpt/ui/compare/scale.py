"""The scale race, looked into: what the scores, the rows of weights and the gradients of each variant do on the way."""

from collections.abc import Callable, Sequence
from statistics import fmean
from typing import NamedTuple

import streamlit as st

from tinygpt.engine.records import RunView
from tinygpt.gpt import GPTConfig
from tinygpt.plots.losses.lines import Axes, Series, lines_rows, lines_spec
from tinygpt.plots.losses.tones import Tone
from tinygpt.spelling import brief, number
from tinygpt.ui import frame
from tinygpt.ui.compare import models
from tinygpt.ui.compare.figure import figure
from tinygpt.ui.compare.models import Watched
from tinygpt.variance import variance_at_the_start
from tinygpt.words import markdown as literal
from tinygpt.words.scale import effect_words, scale_words

FIRST = 1  # where step 0 stands on an axis of powers: there is no 0 on it


class Measure(NamedTuple):
    """What is watched: what it is called, what it takes of a look, and whether its axis runs in powers of ten."""

    key: str
    name: str
    title: str
    of: Callable[[Watched], float]
    log_y: bool = False


MEASURES = (
    Measure("entropy", "entropy", "Entropy of a row of weights, nats", lambda look: look.entropy),
    Measure("largest", "largest weight", "Largest weight of a row", lambda look: look.largest),
    Measure(
        "variance",
        "variance of q\u00b7k",
        "Variance of q\u00b7k, before the scale",
        lambda look: look.scores,
        log_y=True,
    ),
    Measure("query", "gradient of W_q", "Gradient of W_q, its norm", lambda look: look.query_gradient, log_y=True),
    Measure("key", "gradient of W_k", "Gradient of W_k, its norm", lambda look: look.key_gradient, log_y=True),
)
Found = dict[str, list[list[Watched]]]  # variant -> for each seed its looks


def scale_inside(groups: dict[str, list[RunView]], tones: dict[str, Tone], suffix: str = "") -> None:
    """What is watched, one chart at a time, and what all of it says; `suffix` makes its keys its own."""
    st.header("What the scale does inside", anchor=f"inside{suffix}")
    found: Found = {label: [looks for run in runs if (looks := models.watched(run))] for label, runs in groups.items()}
    config = next(iter(groups.values()))[0].spec.model
    assert isinstance(config, GPTConfig)
    by_key = {measure.key: measure for measure in MEASURES}
    watched = st.segmented_control(
        "Watch", list(by_key), default=MEASURES[0].key, required=True, key=f"watch{suffix}",
        bind=None if suffix else "query-params", format_func=lambda key: by_key[key].name,
    )  # fmt: skip
    _chart(by_key[watched], found, tones, _levels(config) if watched == "variance" else (), suffix)
    begun = {literal.markdown(label): seeds for label, seeds in found.items() if seeds}
    finals = {
        literal.markdown(label): fmean(losses)
        for label, runs in groups.items()
        if (losses := [run.final[1] for run in runs if run.final])
    }
    words = scale_words(
        [looks[0].scores for seeds in begun.values() for looks in seeds], variance_at_the_start(config),
        {label: fmean(looks[-1].scores for looks in seeds) for label, seeds in begun.items()},
        {label: fmean(looks[-1].entropy for looks in seeds) for label, seeds in begun.items()},
    )  # fmt: skip
    frame.caption(f"{words} {effect_words(finals) if len(finals) == len(groups) else ''}")
    with st.expander("Head by head", type="compact"):
        st.table(head_rows(found, config), border="horizontal", hide_index=True)


def _levels(config: GPTConfig) -> list[tuple[str, float]]:
    """What theory says of the variance: for unit numbers, and for the first weights of this model."""
    unit, start = config.head_size, variance_at_the_start(config)  # head_size products, each of variance 1
    return [(f"head_size {unit}: unit q and k", unit), (f"first weights {number(start, 1)}", start)]


def _chart(
    measure: Measure, found: Found, tones: dict[str, Tone], levels: Sequence[tuple[str, float]], suffix: str
) -> None:
    series = []
    for label, seeds in found.items():
        shared = sorted(set.intersection(*({look.step for look in looks} for looks in seeds))) if seeds else []
        values = [[measure.of(look) for looks in seeds for look in looks if look.step == step] for step in shared]
        at = [max(step, FIRST) for step in shared]
        series.append(
            Series(label, tones[label], at, [*map(fmean, values)], [*map(min, values)], [*map(max, values)], dots=False)
        )
    figure(
        lines_rows(series, levels, log_y=measure.log_y),
        lines_spec(frame.mode(), Axes("step", measure.title, log_x=True, log_y=measure.log_y, height=300)),
        key=f"inside_{measure.key}{suffix}", alt=f"{measure.title}, by step, for each scale.", title=measure.title,
    )  # fmt: skip


def head_rows(found: Found, config: GPTConfig) -> list[dict[str, str]]:
    """The variance of q\u00b7k of every head, first and last, beside that of independent numbers."""
    rows = []
    for label, seeds in found.items():
        for n in range(config.n_layer * config.n_head if seeds else 0):
            layer, head = divmod(n, config.n_head)
            first, last = ([looks[end].heads[n] for looks in seeds] for end in (0, -1))
            rows.append(
                {
                    "variant": literal.markdown(label),
                    "layer": str(layer),
                    "head": str(head),
                    "variance of q\u00b7k at first": brief(fmean(scores for scores, _ in first), 2),
                    "now": brief(fmean(scores for scores, _ in last), 2),
                    "head_size \u00b7 var(q) \u00b7 var(k) now": brief(fmean(alone for _, alone in last), 2),
                }  # fmt: skip
            )
    return rows

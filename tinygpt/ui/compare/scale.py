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
from tinygpt.variance import variance_at_the_start, variance_of_unit_scores
from tinygpt.words import markdown as literal

SMALL = 0.03  # nats: what another seed alone does
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
    frame.caption(f"{scale_words(found, config)} {effect_words(groups)}")
    with st.expander("Head by head", type="compact"):
        st.table(head_rows(found, config), border="horizontal", hide_index=True)


def _levels(config: GPTConfig) -> list[tuple[str, float]]:
    """What theory says of the variance: for unit numbers, and for the first weights of this model."""
    unit, start = variance_of_unit_scores(config.head_size), variance_at_the_start(config)
    return [(f"head_size {number(unit, 0)}: unit q and k", unit), (f"first weights {number(start, 1)}", start)]


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


def scale_words(found: Found, config: GPTConfig) -> str:
    """The first look against theory, and the last looks against each other."""
    begun = {label: seeds for label, seeds in found.items() if seeds}
    if not begun:
        return "what will appear here as soon as the first models are kept."
    first = fmean(looks[0].scores for seeds in begun.values() for looks in seeds)
    ends = {label: fmean(looks[-1].entropy for looks in seeds) for label, seeds in begun.items()}
    grown = {label: fmean(looks[-1].scores for looks in seeds) for label, seeds in begun.items()}
    sharp, soft = min(ends, key=ends.__getitem__), max(ends, key=ends.__getitem__)
    wide = max(grown, key=grown.__getitem__)
    return (
        f"q\u00b7k begins with a variance of {number(first, 1)}; for these first weights theory says "
        f"{number(variance_at_the_start(config), 1)}. Training changes it: under {literal.markdown(wide)} it is "
        f"{brief(grown[wide], 1)} now. The rows of {literal.markdown(sharp)} are the sharpest (entropy "
        f"{number(ends[sharp])}), those of {literal.markdown(soft)} the softest ({number(ends[soft])})."
    )


def effect_words(groups: dict[str, list[RunView]]) -> str:
    """Whether all of that shows in the loss, honestly; "" before every variant has a final one."""
    means = {
        label: fmean(finals) for label, runs in groups.items() if (finals := [r.final[1] for r in runs if r.final])
    }
    if len(means) < max(2, len(groups)):
        return ""
    best, worst = min(means, key=means.__getitem__), max(means, key=means.__getitem__)
    apart = means[worst] - means[best]
    if apart < SMALL:
        return f"In the loss the effect is small at this head_size: all scales end within {number(apart, 3)} nats."
    return (
        f"In the loss it shows: {literal.markdown(worst)} ends {number(apart, 3)} nats above {literal.markdown(best)}."
    )


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

"""Which variants learn the training text by heart: what the table and the sentence under the chart say of it."""

from collections.abc import Mapping, Sequence
from statistics import fmean

from tinygpt.engine.records import ENDED
from tinygpt.experiments.turning import Turn, turn_of
from tinygpt.models import kind, leak
from tinygpt.spelling import brief
from tinygpt.ui import floors, texts
from tinygpt.ui.compare.chart import Curves
from tinygpt.ui.compare.shown import Shown
from tinygpt.words import literal
from tinygpt.words.overfitting import at_steps, by_heart_words
from tinygpt.words.verdict import NAMED

Turned = Mapping[str, Sequence[Turn]]


def turns_of(now: Shown, curves: Curves) -> Turned:
    """Where the runs of each variant turned, of those variants that have turned runs; a diverged run has no turn."""
    diverged = {run.id for run in now.runs if run.status == "diverged"}
    found = {
        label: [turn for curve in group if curve.run not in diverged and (turn := turn_of(curve))]
        for label, group in curves.items()
    }
    return {label: turns for label, turns in found.items() if turns}


def turned_words(now: Shown, turned: Turned) -> str:
    """A sentence for each variant that learns by heart; of many, who they are. "" where none does."""
    if len(turned) > NAMED:
        return f"{len(turned)} variants learn the training text by heart: the table says where each was lowest."
    groups, sentences = now.variants(), []
    for label, turns in turned.items():
        runs, name = groups[label], literal.markdown(label)
        some = f"{len(turns)} of {len(runs)} runs of {name} " if len(turns) < len(runs) else ""
        spec, ended = runs[0].spec, all(run.status in ENDED for run in runs)
        known = floors.of(spec.corpus, texts.folder()) if not leak(spec.model) else {}  # its loss is no guess
        table = kind(spec.model) == "bigram"
        sentences.append(by_heart_words(some.rstrip() or name, turns, known, table=table, ended=ended))
    return " ".join(sentences)


def lowest_words(turns: Sequence[Turn]) -> str:
    """Where the val loss of a variant was lowest, for a cell of the table; "" for one that has not turned."""
    return f"{brief(fmean(turn.lowest for turn in turns))} {at_steps([turn.step for turn in turns])}" if turns else ""

"""The settings of each kind of experiment; what a form returns is the plan of its runs."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from tinygpt.corpus import Corpus
from tinygpt.engine.limits import MAX_STEPS
from tinygpt.experiments import ladder as ladders
from tinygpt.experiments import scale as scales
from tinygpt.experiments import sweep as sweeps
from tinygpt.experiments.differences import setting_words
from tinygpt.experiments.fairness import with_steps
from tinygpt.experiments.pairs import BREAKAGES, TRIALS, breakage_plan, trial_plan
from tinygpt.experiments.plan import Plan, repeat_plan
from tinygpt.models import kind
from tinygpt.spelling import thousands
from tinygpt.training.presets import PRESETS
from tinygpt.training.spec import STEP_COUNTS
from tinygpt.ui import session

FAIR: dict[str, ladders.Fair] = {"as in the lecture": "", "equal parameters": "parameters", "equal operations": "flops"}
VERSIONS = (
    "As in the lecture: the rungs differ in size, and the upper ones are larger. Equal parameters: every rung but the "
    "bigram is made as large as the GPT. Equal operations: every rung trains until it has spent as many operations "
    "(FLOPs) as the GPT."
)
# The order of the first settings that can be swept; all others follow as their configs have them.
ORDER = (
    "learning_rate", "batch_size", "max_steps", "n_embd", "n_head", "n_layer", "block_size", "head_size", "dropout",
    "scale",
)  # fmt: skip
VALUES = {name: values for name in (*ORDER, *sweeps.SWEPT) if (values := sweeps.SWEPT[name].to_sweep)}
LENGTHS = {"a tenth": 0.1, "a third": 1 / 3, "whole": 1.0}  # of a run's usual steps
FIRST = {"learning_rate": (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2), "max_steps": (500, 1_000, 2_000)}  # chosen at first


def seeds_form(corpus: Corpus) -> Plan:
    """Any run of this student, or any model of the ladder, over and over."""
    mine = {run.id: run for run in session.runs()}
    named = {name: f"{run.name}, as I trained it" for name, run in mine.items()}
    named |= {name: preset.title for name, preset in PRESETS.items()}
    chosen = st.selectbox("What to repeat", list(named), key="repeat", format_func=named.__getitem__)
    all_seeds, share = _seeds("repeat", least=2), _share("repeat")
    if chosen in mine:
        name, spec = mine[chosen].name, mine[chosen].spec
    else:
        name, spec = named[chosen], PRESETS[chosen].spec(corpus.name, corpus.tokenizer.vocab_size)
    return _shortened(repeat_plan(name, spec, all_seeds), share)


def ladder_form(corpus: Corpus) -> Plan:
    """The six rungs, as in the lecture or fair."""
    fair = _one_of(FAIR, "Version", key="fair", help=VERSIONS)
    steps, all_seeds = _steps("ladder", 5_000, "Steps of the GPT"), _seeds("ladder")
    vocab_size = corpus.tokenizer.vocab_size
    rungs = ladders.rungs(corpus.name, vocab_size, fair=fair, steps=steps, most_steps=MAX_STEPS)
    st.markdown(f":gray[{steps_words(rungs)}]")
    for rung in rungs:
        if rung.capped:
            st.markdown(f":gray[{rung.title}: stops at {thousands(MAX_STEPS)} steps, the limit here.]")
        if rung.kept_size:
            st.markdown(f":gray[{rung.title}: a table of pairs cannot grow, so it keeps its size.]")
    return ladders.ladder_plan(rungs, all_seeds, fair=fair)


def steps_words(rungs: Sequence[ladders.Rung]) -> str:
    """How many steps each rung makes, where that is not said by one number: the bigram makes others than the GPT."""
    steps = {rung.title: rung.spec.train.max_steps for rung in rungs}
    of_table, *others = steps.values()
    least, most = min(others), max(others)
    each = thousands(most) if least == most else f"{thousands(least)} to {thousands(most)}"
    return f"The {rungs[0].title} makes {thousands(of_table)} steps, each other rung {each}."


def scale_form(corpus: Corpus) -> Plan:
    """One model under four scales."""
    attentive = {preset.title: name for name, preset in PRESETS.items() if kind(preset.model) != "bigram"}
    preset = _one_of(attentive, "Model", key="scale_model")
    sizes = scales.HEAD_SIZES
    head_size = st.select_slider("head_size", sizes, sizes[-1], key="scale_head_size", bind="query-params")
    steps, all_seeds = _steps("scale", 2_000), _seeds("scale")
    base = scales.base(corpus.name, corpus.tokenizer.vocab_size, preset=preset, head_size=head_size, steps=steps)
    return scales.scale_plan(base, all_seeds)


def sweep_form(corpus: Corpus) -> Plan | None:
    """One or two settings of a model, moved."""
    presets = {preset.title: preset for preset in PRESETS.values()}
    preset = _one_of(presets, "Model", key="sweep_model", first="one head")
    base = preset.spec(corpus.name, corpus.tokenizer.vocab_size)
    steps, all_seeds = _steps("sweep", 1_000), _seeds("sweep")
    names = [name for name in VALUES if sweeps.matters(name, base)]
    first = st.selectbox("Setting", names, key="sweep_1", bind="query-params")
    second = st.selectbox("and", ["no other", *(n for n in names if n != first)], key="sweep_2", bind="query-params")
    axes = {name: chosen for name in (first, second) if name in names and (chosen := _values(name))}
    if first not in axes:
        st.markdown(":gray[Choose the values that it takes.]")
        return None
    point = {} if "max_steps" in axes else {"max_steps": steps}
    found = sweeps.sweep(sweeps.run_at(base, point), axes, all_seeds)
    if found.left_out:
        st.markdown(f":gray[Left out, because they cannot be built: {', '.join(found.left_out)}.]")
    return found.plan


def breakage_form(corpus: Corpus) -> Plan:
    """A healthy run, and the same with one thing wrong."""
    name = _one_of({what.title: name for name, what in BREAKAGES.items()}, "What goes wrong", key="broken")
    what, all_seeds, share = BREAKAGES[name], _seeds("break"), _share("break")
    st.markdown(f":gray[{what.words}]")
    if what.corpus and what.corpus != corpus.name:
        st.markdown(f":gray[It shows on the {what.corpus} language, so that is what both learn.]")
    return _shortened(breakage_plan(name, corpus.name, corpus.tokenizer.vocab_size, all_seeds), share)


def language_form() -> Plan:
    """Two models on a made-up language: one that can find its rule, and one that cannot."""
    name = _one_of({trial.title: name for name, trial in TRIALS.items()}, "Which language", key="trial")
    all_seeds, share = _seeds("language"), _share("language")
    st.markdown(f":gray[{TRIALS[name].words}]")
    return _shortened(trial_plan(name, all_seeds), share)


FORMS = {
    "Repeat with other seeds": seeds_form,
    "The ladder race": ladder_form,
    "The scale race": scale_form,
    "Sweep a setting": sweep_form,
    "Break it": breakage_form,
}
LANGUAGES = "Made-up languages"  # the one that asks for no text


def _one_of(choices: dict[str, Any], label: str, *, key: str, first: str = "", help: str | None = None) -> Any:
    """What stands under the title that is chosen in a list; `first` is chosen to begin with, else the first one."""
    titles = list(choices)
    at = titles.index(first) if first else 0
    return choices[st.selectbox(label, titles, at, key=key, bind="query-params", help=help)]


def _values(name: str) -> list[Any]:
    """The values of one setting that are chosen, in the order of the list."""
    values = list(VALUES[name])
    words = [setting_words(name, value).removeprefix(f"{name} ") for value in values]
    first = [words[values.index(value)] for value in FIRST.get(name, values[:4]) if value in values]
    chosen = st.multiselect(f"Values of {name}", words, first, key=f"values_{name}", bind="query-params")
    return [value for value, word in zip(values, words, strict=True) if word in chosen]


def _seeds(experiment: str, *, least: int = 1) -> tuple[int, ...]:
    """The seeds that everything is repeated with; three, unless somebody says otherwise."""
    return (1337, *range(1, st.slider("Seeds", least, 8, 3, key=f"{experiment}_seeds", bind="query-params")))


def _steps(experiment: str, default: int, label: str = "Steps of each run") -> int:
    return st.select_slider(label, STEP_COUNTS[1:], default, key=f"{experiment}_steps", bind="query-params")


def _share(experiment: str) -> float:
    """How much of its usual length each run gets: a lesson is short."""
    chosen = st.segmented_control(
        "Length", list(LENGTHS), default="whole", required=True, key=f"{experiment}_length", bind="query-params"
    )
    return LENGTHS[chosen]


def _shortened(plan: Plan, share: float) -> Plan:
    """The same runs with a share of their steps; what comes of them may then not be what the words promise."""
    if share == 1.0:
        return plan
    specs = [with_steps(run.spec, max(1, round(run.spec.train.max_steps * share))) for run in plan.runs]
    return replace(plan, runs=tuple(replace(run, spec=spec) for run, spec in zip(plan.runs, specs, strict=True)))

"""What one student may ask of a shared server. The command line and notebooks have no limits."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tinygpt.engine.description import RunDescription
from tinygpt.experiments.plan import Plan
from tinygpt.gpt import GPTConfig
from tinygpt.models import count_parameters
from tinygpt.settings import settings_of
from tinygpt.training.spec import RunSpec

MAX_PARAMETERS = 3_000_000
MAX_STEPS = 20_000
MAX_SECONDS = 600.0  # of worker time for one run
MAX_LIVE = 3  # single runs of one student that are waiting, training or paused; those of an experiment do not count
MAX_DEATHS = 3  # workers in a row that a run may take with it
SILENT = 3.0  # seconds without a sign of life after which a worker is said not to answer ...
HANGING = 120.0  # ... and without its slice, after which it is given up
# The following are far above every preset. They keep a single step within seconds, and a worker within a gigabyte.
MAX_WORK = 6_000_000_000  # parameters times characters in a batch
MAX_NUMBERS = 32_000_000  # attention weights of all heads and layers, and scores of all characters, in a batch
SHRINK = ("batch_size", "block_size", "n_embd", "n_layer", "max_steps")  # what makes a run smaller, if it is smaller
# An experiment is one at a time for a student, and gets the turns of one run beside hers: these bound how long it is
# on its way, and what the server keeps of it.
MAX_RUNS = 60  # a heatmap of 5 x 4 settings over three seeds; more curves than that nobody tells apart
MAX_STEPS_IN_ALL = 400_000  # the ladder of the lecture over three seeds makes 84,000
MAX_PARAMETERS_IN_ALL = 20_000_000  # the state of each run stays in memory, 20 bytes a parameter: 400 MB
# For everybody together: three runs for each of thirty students, and states of 2.5 GB in memory.
MAX_GROUPS = 100
MAX_PARAMETERS_ON_THE_WAY = 125_000_000


def check_run(spec: RunSpec) -> None:
    """Raise ValueError, in words for a student and with a way out, when a run is too large for a shared server."""
    if wrong := too_large(spec):
        raise ValueError(f"{wrong} {way_out(spec)}")


def too_large(spec: RunSpec) -> str:
    """What is too large about a run, in a sentence; "" where it can be trained here."""
    parameters, steps = count_parameters(spec.model), spec.train.max_steps
    if parameters > MAX_PARAMETERS:
        return f"This model has {parameters:,} parameters; up to {MAX_PARAMETERS:,} can be trained here."
    if steps > MAX_STEPS:
        return f"{steps:,} steps are too many; up to {MAX_STEPS:,} can be made here."
    characters = spec.train.batch_size * spec.model.block_size
    heads = spec.model.n_head * spec.model.n_layer if isinstance(spec.model, GPTConfig) else 0
    numbers = characters * (heads * spec.model.block_size + spec.model.vocab_size)
    if parameters * characters > MAX_WORK or numbers > MAX_NUMBERS:
        return f"One step of this run, with {characters:,} characters in a batch, is too long or too large here."
    return ""


def way_out(spec: RunSpec, settings: Sequence[str] = SHRINK) -> str:
    """What makes a run that is too large small enough: each of `settings` that can alone, else a text, else several."""
    values = {name: smaller(spec, name) for name in settings}
    alone = {name: [value for value in values[name] if small_enough(spec, {name: value})] for name in settings}
    if found := [f"{name} {max(possible)}" for name, possible in alone.items() if possible]:
        return f"Choose {' or '.join(found)}."
    V = bisect_left(range(1, spec.model.vocab_size), True, key=lambda V: bool(too_large(spec.for_vocabulary(V))))
    if V:
        return f"Choose a text with at most {V:,} different characters."
    least = {name: min(possible) for name, possible in values.items() if possible}
    for n in range(2, len(least) + 1):
        if small_enough(spec, changes := dict(list(least.items())[:n])):
            return f"Choose {' and '.join(f'{name} {value}' for name, value in changes.items())}."
    return "Choose another model."


def smaller(spec: RunSpec, name: str) -> list[Any]:
    """The values of a setting that a control offers and that are smaller than this run's."""
    for config in (spec.model, spec.train):
        if each := settings_of(config).get(name):
            return [value for value in each.offered if value < getattr(config, name)]
    return []


def small_enough(spec: RunSpec, changes: Mapping[str, Any]) -> bool:
    """Whether a run with other settings can be built, and trained here."""
    try:
        return not too_large(spec.with_settings(changes))
    except ValueError:
        return False


def check_plan(plan: Plan) -> None:
    """Raise ValueError, in words for a student, when an experiment or one of its runs is too large."""
    if len(plan.runs) > MAX_RUNS:
        raise ValueError(
            f"This experiment has {len(plan.runs)} runs; up to {MAX_RUNS} can be trained together here. "
            "Choose fewer seeds or fewer values."
        )
    for planned in plan.runs:
        if wrong := too_large(planned.spec):
            way = "Leave this value out." if plan.kind == "sweep" else way_out(planned.spec, settings=())
            raise ValueError(f"{planned.label}: {wrong} {way}")
    steps = sum(planned.spec.train.max_steps for planned in plan.runs)
    if steps > MAX_STEPS_IN_ALL:
        raise ValueError(
            f"This experiment makes {steps:,} steps in all; up to {MAX_STEPS_IN_ALL:,} can be made here. "
            "Choose fewer steps, seeds or values."
        )
    parameters = sum(count_parameters(planned.spec.model) for planned in plan.runs)
    if parameters > MAX_PARAMETERS_IN_ALL:
        raise ValueError(
            f"The models of this experiment have {parameters:,} parameters in all; up to {MAX_PARAMETERS_IN_ALL:,} "
            "can be trained together here. Choose fewer seeds or values."
        )


def check_room(live: Iterable[RunDescription], experiment: str = "") -> None:
    """Raise ValueError, in words for a student, when one more single run, or a run of `experiment`, is too much.

    `live` is what she has on its way. Her experiment and her single runs do not count against each other.
    """
    live = list(live)
    names = [about.name for about in live if about.experiment is None]
    if not experiment and len(names) >= MAX_LIVE:
        raise ValueError(
            f"You have {len(names)} runs on their way: {', '.join(names)}. There is room for {MAX_LIVE}: stop one of "
            "them in its menu under Runs, or wait until one has finished."
        )
    parts = (about.experiment for about in live)
    if experiment and (other := next((part for part in parts if part and part.id != experiment), None)):
        raise ValueError(
            f"Your experiment “{other.title}” is still on its way, and there is room for one. "
            "Stop it, or wait until it has finished."
        )


def check_server(live: Sequence[RunDescription], specs: Sequence[RunSpec]) -> None:
    """Raise ValueError, in words for a student, when runs of these specs are too much beside all that is `live`."""
    groups = len({about.group for about in live})
    parameters = sum(count_parameters(spec.model) for spec in (*(about.spec for about in live), *specs))
    if groups >= MAX_GROUPS or parameters > MAX_PARAMETERS_ON_THE_WAY:
        raise ValueError(
            f"This server has {len(live)} runs of everybody on their way, and no room for more. "
            "Wait until some of them have finished, and try again."
        )

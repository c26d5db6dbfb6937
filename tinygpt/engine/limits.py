"""What one student may ask of a shared server. The command line and notebooks have no limits."""

from collections.abc import Iterable, Sequence

from tinygpt.engine.description import RunDescription
from tinygpt.experiments.plan import Plan
from tinygpt.gpt import GPTConfig
from tinygpt.models import count_parameters
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
MAX_WEIGHTS = 32_000_000  # attention weights in a batch, of all heads and layers
# An experiment is one at a time for a student, and gets the turns of one run beside hers: these bound how long it is
# on its way, and what the server keeps of it.
MAX_RUNS = 60  # a heatmap of 5 x 4 settings over three seeds; more curves than that nobody tells apart
MAX_STEPS_IN_ALL = 400_000  # the ladder of the lecture over three seeds makes 84,000
MAX_PARAMETERS_IN_ALL = 20_000_000  # the state of each run stays in memory, 16 bytes a parameter: 320 MB
# For everybody together: three runs for each of thirty students, and states of 2 GB in memory.
MAX_GROUPS = 100
MAX_PARAMETERS_ON_THE_WAY = 125_000_000


def check_run(spec: RunSpec) -> None:
    """Raise ValueError, in words for a student, when a run is too large for a shared server."""
    parameters, steps = count_parameters(spec.model), spec.train.max_steps
    if parameters > MAX_PARAMETERS:
        raise ValueError(
            f"This model has {parameters:,} parameters; up to {MAX_PARAMETERS:,} can be trained here. "
            "Choose a smaller n_embd or n_layer, or a text with fewer different characters."
        )
    if steps > MAX_STEPS:
        raise ValueError(f"{steps:,} steps are too many; up to {MAX_STEPS:,} can be made here. Choose fewer max_steps.")
    characters = spec.train.batch_size * spec.model.block_size
    heads = spec.model.n_head * spec.model.n_layer if isinstance(spec.model, GPTConfig) else 0
    if parameters * characters > MAX_WORK or heads * characters * spec.model.block_size > MAX_WEIGHTS:
        raise ValueError(
            f"One step of this run, with {characters:,} characters in a batch, would take too long here. "
            "Choose a smaller batch_size or block_size."
        )


def check_plan(plan: Plan) -> None:
    """Raise ValueError, in words for a student, when an experiment or one of its runs is too large."""
    if len(plan.runs) > MAX_RUNS:
        raise ValueError(
            f"This experiment has {len(plan.runs)} runs; up to {MAX_RUNS} can be trained together here. "
            "Choose fewer seeds or fewer settings."
        )
    for planned in plan.runs:
        try:
            check_run(planned.spec)
        except ValueError as error:
            raise ValueError(f"{planned.label}: {error}") from None
    steps = sum(planned.spec.train.max_steps for planned in plan.runs)
    if steps > MAX_STEPS_IN_ALL:
        raise ValueError(
            f"This experiment makes {steps:,} steps in all; up to {MAX_STEPS_IN_ALL:,} can be made here. "
            "Choose fewer max_steps, seeds or settings."
        )
    parameters = sum(count_parameters(planned.spec.model) for planned in plan.runs)
    if parameters > MAX_PARAMETERS_IN_ALL:
        raise ValueError(
            f"The models of this experiment have {parameters:,} parameters in all; up to {MAX_PARAMETERS_IN_ALL:,} "
            "can be trained together here. Choose smaller models, fewer seeds or fewer settings."
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

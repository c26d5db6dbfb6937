"""What one student may ask of a shared server. The command line and notebooks have no limits."""

from tinygpt.gpt import GPTConfig
from tinygpt.models import ModelConfig, count_parameters
from tinygpt.spec import RunSpec

MAX_PARAMETERS = 3_000_000
MAX_STEPS = 20_000
MAX_SECONDS = 600.0  # of worker time for one run
MAX_LIVE = 3  # runs of one student that are waiting, training or paused
MAX_DEATHS = 3  # workers in a row that a run may take with it
# The following are far above every preset. They keep a single step within seconds, and a worker within a gigabyte.
MAX_WORK = 6_000_000_000  # parameters times characters in a batch
MAX_WEIGHTS = 32_000_000  # attention weights in a batch, of all heads and layers


def check(spec: RunSpec) -> None:
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
    weights = characters * spec.model.block_size * _heads(spec.model)
    if parameters * characters > MAX_WORK or weights > MAX_WEIGHTS:
        raise ValueError(
            f"One step of this run, with {characters:,} characters in a batch, would take too long here. "
            "Choose a smaller batch_size or block_size."
        )


def _heads(config: ModelConfig) -> int:
    return config.n_head * config.n_layer if isinstance(config, GPTConfig) else 0

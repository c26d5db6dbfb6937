"""A run's model as a file of its own: on the way, at its end, or whenever somebody wants to try it."""

from tinygpt.checkpoint.model_file import model_bytes
from tinygpt.training.state import Point, TrainState


def model_of(state: TrainState, *, half: bool = False, **facts: float | None) -> bytes:
    """The model of a run as a file of its own, with `facts` about it; `half` stores 16-bit numbers."""
    facts |= {"step": state.step, "seed": state.spec.train.seed}
    return model_bytes(state.model, state.tokenizer, half=half, corpus=state.spec.corpus, **facts)


def final_model(state: TrainState, points: list[Point]) -> bytes | None:
    """The model of a run that has ended, with its last losses; None while it goes on."""
    if not state.ended:
        return None
    measured = state.ended == "finished"  # then the last point is the long estimate of both losses
    return model_of(state, train_loss=points[-1].loss, val_loss=points[-1].val) if measured else model_of(state)


def snapshot_steps(max_steps: int) -> tuple[int, ...]:
    """When to keep a model on the way: each time the steps have doubled, so early change is seen too."""
    return tuple(sorted({max_steps >> k for k in range(1, 9)} - {0}))

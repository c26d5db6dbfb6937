"""The last few states that this worker has trained, alive: going on with one of them needs no bytes and no reading.

A state is found by its run and by the ticket it got when it was put here. It is taken out to be trained, so that when
a slice fails on the way nobody mistakes a half-trained state for the one that the ticket names. The lock is only for
executors that use threads: a worker process trains one slice at a time.
"""

import threading
import uuid
from collections import OrderedDict

from tinygpt.training.state import TrainState

# A handful of runs take turns on a worker. With the eighteen of an experiment every slice reads its state, which makes
# it 1 to 3 % longer (`python -m benchmarks.engine experiment`): not worth several times the memory.
HELD = 4

_states: OrderedDict[str, tuple[str, TrainState]] = OrderedDict()  # run -> (ticket, state), oldest first
_lock = threading.Lock()


def take(run: str, ticket: str) -> TrainState | None:
    """The state of this ticket, held no longer; None where it is not here (any more)."""
    with _lock:
        held, state = _states.pop(run, ("", None))
    return state if ticket and held == ticket else None


def put(run: str, state: TrainState) -> str:
    """Hold a state for the next slice of its run, and forget the oldest of too many; its ticket."""
    ticket = uuid.uuid4().hex
    with _lock:
        _states[run] = (ticket, state)
        while len(_states) > HELD:
            _states.popitem(last=False)
    return ticket

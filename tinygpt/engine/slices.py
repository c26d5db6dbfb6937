"""What a worker does: one slice of one run, from a state to the next.

    slice = run_slice(SliceJob(run, spec, seconds=0.5, ticket=before.ticket, state=before.state))

A job and its slice are plain values that travel between processes and machines; `slice.state` is all that the next
slice needs, wherever that one runs. A worker also keeps the last few states alive: asked to go on from a state by
its ticket alone, it need not be sent it, nor read it. It answers `needs` when it does not hold what it would need, and
has then done nothing. So whoever sends jobs may be wrong about what a worker holds, but never gets a wrong result.
"""

import math
import os
import threading
import time
import uuid
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from tinygpt.checkpoint.model_file import model_bytes
from tinygpt.checkpoint.run_state import dumps, loads
from tinygpt.corpus import Corpus, default_corpus, load_corpus
from tinygpt.generation import generate, prompt_for
from tinygpt.gpt import GPTConfig
from tinygpt.models import count_parameters
from tinygpt.randomness import generator
from tinygpt.texts.own import is_sha256
from tinygpt.training.account import StepAccount, account_of_step
from tinygpt.training.loop import advance, one_thread, operate
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import Point, TrainState, at_the_start, start

SAMPLE_LENGTH = 120  # characters, at most
FIRST_LENGTH, FIRST_SECONDS = 40, 0.15  # of what a model writes before its first step; a large one stops earlier

BYTES_OF_A_SNAPSHOT = 2  # for each parameter: 16-bit numbers
SMALL = 250_000  # bytes of a snapshot
SIXTEENTHS = 16

# A handful of runs take turns on a worker. With the eighteen of an experiment every slice reads its state, which makes
# it 1 to 3 % longer (`python -m benchmarks.engine experiment`): not worth several times the memory.
HELD = 4

_held: OrderedDict[str, tuple[str, TrainState]] = OrderedDict()  # run -> (ticket, state), oldest first
_lock = threading.Lock()  # for executors that use threads: a worker process trains one slice at a time


@dataclass(frozen=True, slots=True)
class SliceJob:
    """Go on with a run: from its first step, from `state`, or from the state that the worker holds as `ticket`."""

    run: str
    spec: RunSpec
    seconds: float  # of training wanted; a slice ends with the step that reaches them
    steps: int | None = None  # at most so many
    state: bytes | None = None
    ticket: str = ""  # names the state to go on from; "" before the first step
    snapshots: tuple[int, ...] = ()  # steps at which to keep the model, not yet reached
    sample: int = 0  # let the model write so many characters at the end
    untrained: bool = False  # let it also write as it was before its first step
    account: bool = False  # say of the last of its `steps` what it did
    folder: Path | None = None  # where own texts lie
    text: tuple[str, str] | None = None  # text and characters of the corpus, for a worker that cannot read it


@dataclass(frozen=True, slots=True)
class Slice:
    """What came of a job. `began` and `finished` are the worker's own clock."""

    run: str
    needs: str = ""  # "state" or "corpus": nothing was done, send it along
    points: list[Point] = field(default_factory=list)  # .seconds counts from 0 in each slice
    state: bytes = b""
    ticket: str = ""  # under which the worker holds `state`
    step: int = 0
    ended: str = ""
    note: str = ""
    snapshots: dict[int, bytes] = field(default_factory=dict)
    best: tuple[int, float] | None = None  # step and val loss of the lowest look so far
    model: bytes | None = None  # once the run has ended ...
    best_model: bytes | None = None  # ... and that of its lowest look, where it is another one
    sample: str = ""
    first_sample: str = ""  # what the model wrote before its first step
    account: StepAccount | None = None
    seconds: float = 0.0  # inside the training loop
    sample_seconds: float = 0.0
    began: float = 0.0
    finished: float = 0.0
    pid: int = 0


def run_slice(job: SliceJob) -> Slice:
    """Train one slice. An error of the run itself (a text that is too short, no memory) is raised."""
    began = time.monotonic()
    corpus = _corpus(job)
    if corpus is None:
        return Slice(job.run, needs="corpus")
    state = _take(job.run, job.ticket)
    if not job.ticket:
        state = start(job.spec, corpus)
    elif state is None and job.state is not None:
        state = loads(job.state)
    if state is None:
        return Slice(job.run, needs="state")
    # What this takes is not counted among the samples: every run begins with it.
    first_sample = _sample(state, FIRST_LENGTH, most=FIRST_SECONDS, untrained=True)[0] if job.untrained else ""
    state.seconds = 0.0  # a slice has a clock of its own: the table adds them up
    points, snapshots, account = _train(state, corpus, job)
    seconds = state.seconds
    length = SAMPLE_LENGTH if state.ended == "finished" else job.sample
    sample, sample_seconds = _sample(state, length) if length and state.ended != "diverged" else ("", 0.0)
    losses = {}
    if state.ended == "finished":  # the last point is the long estimate of both
        losses = {"train_loss": points[-1].loss, "val_loss": points[-1].val}
    blob = dumps(state)
    model, best_model = (model_of(state, half=False, **losses), best_model_of(state)) if state.ended else (None, None)
    ticket = "" if state.ended else _hold(job.run, state)  # last: from here on it may go on training
    return Slice(
        job.run, points=points, state=blob, ticket=ticket, step=state.step, ended=state.ended, note=state.note,
        snapshots=snapshots, best=state.lowest, model=model, best_model=best_model, sample=sample,
        first_sample=first_sample, account=account, seconds=seconds, sample_seconds=sample_seconds,
        began=began, finished=time.monotonic(), pid=os.getpid(),
    )  # fmt: skip


def _take(run: str, ticket: str) -> TrainState | None:
    """The state of this ticket, held no longer, so that nobody mistakes a half-trained one for it; None if not here."""
    with _lock:
        held, state = _held.pop(run, ("", None))
    return state if ticket and held == ticket else None


def _hold(run: str, state: TrainState) -> str:
    """Hold a state for the next slice of its run, and forget the oldest of too many; its ticket."""
    ticket = uuid.uuid4().hex
    with _lock:
        _held[run] = (ticket, state)
        while len(_held) > HELD:
            _held.popitem(last=False)
    return ticket


def warm() -> int:
    """Make a new worker as fast as an old one; its process id. The first real step alone imports much of torch."""
    corpus = Corpus.from_text("to be or not to be " * 4)
    model = GPTConfig(vocab_size=corpus.tokenizer.vocab_size, block_size=4, n_embd=4, n_head=1, n_layer=1)
    state = start(RunSpec(model, TrainConfig(max_steps=2, batch_size=1), "warm"), corpus)
    advance(state, corpus, steps=1)
    _sample(loads(dumps(state)), length=2)
    with suppress(Exception):  # only a head start: a text that is missing is told to whoever trains on it
        load_corpus(default_corpus())
    return os.getpid()


def _train(
    state: TrainState, corpus: Corpus, job: SliceJob
) -> tuple[list[Point], dict[int, bytes], StepAccount | None]:
    """Advance until the seconds or the steps of the job are over.

    The points, a model for each snapshot due, and an account of the last step where one is asked for.
    """
    account = None
    points: list[Point] = []
    snapshots: dict[int, bytes] = {}
    goal = None if job.steps is None else state.step + job.steps
    while True:
        if state.step in job.snapshots:
            snapshots[state.step] = model_of(state, half=True)
        left = job.seconds - state.seconds
        if state.ended or left <= 0 or state.step == goal:
            break
        alone = goal - 1 if goal is not None and job.account else None  # from there the last step is made by itself
        stops = [stop for stop in (goal, alone, *job.snapshots) if stop is not None and stop > state.step]
        steps = min(stops) - state.step if stops else None
        if state.step == alone:
            new, account = account_of_step(state, corpus)
            points += new
        else:
            points += advance(state, corpus, steps=steps, seconds=left)
    return points, snapshots, account


def operated_state(blob: bytes, spec: RunSpec) -> bytes:
    """The state of a run as that of its fork, whose `spec` differs in its surgery alone."""
    state = loads(blob)
    state.spec = spec
    operate(state)
    return dumps(state)


def model_of(state: TrainState, *, half: bool = False, **facts: float | None) -> bytes:
    """The model of a run as a file of its own, with `facts` about it; `half` stores 16-bit numbers."""
    facts |= {"step": state.step, "seed": state.spec.train.seed}
    return model_bytes(state.model, state.tokenizer, half=half, corpus=state.spec.corpus, **facts)


def best_model_of(state: TrainState) -> bytes | None:
    """The model of its lowest look as a file; None where that is its model as it is, or nobody has looked."""
    if (best := state.better) is None:
        return None
    spec = state.spec
    return model_bytes(
        best.model(spec), state.tokenizer, step=best.step, seed=spec.train.seed, corpus=spec.corpus,
        lowest_val_loss=best.val,
    )  # fmt: skip


def snapshot_steps(spec: RunSpec) -> tuple[int, ...]:
    """When to keep a model on the way: each time the steps have doubled, so that early change is seen, too.

    Of a small model also at every sixteenth of the run, for what happens all at once later on.
    """
    steps = spec.train.max_steps
    kept = {steps >> k for k in range(1, 9)}
    if BYTES_OF_A_SNAPSHOT * count_parameters(spec.model) <= SMALL:
        kept |= {steps * k // SIXTEENTHS for k in range(1, SIXTEENTHS)}
    return tuple(sorted(kept - {0}))


def _sample(state: TrainState, length: int, *, most: float = math.inf, untrained: bool = False) -> tuple[str, float]:
    """What the model writes after an empty line, in `most` seconds or a little more, and the seconds it took.

    `untrained`: the model as it was before its first step.

    Its draws depend on seed and step alone: a shorter sample is the beginning of a longer one.
    """
    began = time.monotonic()
    model, step = (at_the_start(state.spec), 0) if untrained else (state.model, state.step)
    source = generator((state.spec.train.seed * 1_000_003 + step) % 2**63)
    written: list[int] = []
    with one_thread(), suppress(ValueError):  # broken weights cannot write; the next loss finds them, and says so
        for token in generate(model, prompt_for(state.tokenizer).idx, length, generator=source):
            written.append(token.id)
            if time.monotonic() - began > most:
                break
    return state.tokenizer.decode(written), time.monotonic() - began


def _corpus(job: SliceJob) -> Corpus | None:
    """The text of the job: one that came along, or one that this machine has; None where it has to come along."""
    key = job.spec.corpus
    if job.text is not None:
        return _sent_corpus(job.text[0], key, job.text[1])
    try:
        return load_corpus(key, folder=job.folder) if is_sha256(key) else load_corpus(key)  # as `warm` loaded it
    except (ValueError, OSError):
        return None


_sent_corpus = lru_cache(maxsize=4)(Corpus.from_text)

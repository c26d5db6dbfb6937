"""The training loop of tinygpt: a resumable loop over a value.

    state = start(spec, corpus)
    points = advance(state, corpus, steps=200)  # or seconds=0.5

One call of 1,000 steps and ten calls of 100, with the state written to bytes and read back between them, give the
same weights to the bit: whatever the next step needs is in the state, and all chance comes from its one generator (and
a second one for the batches, where TrainConfig.same_batches asks for that).
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from tinygpt.corpus import Corpus
from tinygpt.gpt import GPTLanguageModel
from tinygpt.training.divergence import not_a_number
from tinygpt.training.evaluation import FINAL_BATCHES, LIVE_BATCHES, judged_loss, judging_windows
from tinygpt.training.spec import RunSpec
from tinygpt.training.state import Best, Point, TrainState, start

Witness = Callable[[Tensor, Tensor], None]  # at a batch, both (B, T), once its gradients are there


def train(spec: RunSpec, corpus: Corpus) -> Iterator[Point]:
    """Train from scratch, yielding one point per step; stop iterating to stop training."""
    state = start(spec, corpus)
    while not state.ended:
        yield from advance(state, corpus, steps=spec.train.eval_interval)


def advance(
    state: TrainState,
    corpus: Corpus,
    *,
    steps: int | None = None,
    seconds: float | None = None,
    witness: Witness | None = None,
) -> list[Point]:
    """Go on for `steps` steps or `seconds` seconds, whichever is over first; the points on the way.

    At least one step is made; `witness` sees the batch of each, and must change nothing. After the last one follows the
    final evaluation, in pieces that also fit into `seconds`. Changes `state` in place; call again until `state.ended`.
    """
    points: list[Point] = []
    first, began, before = state.step, time.perf_counter(), state.seconds
    with one_thread():
        while not state.ended:
            if state.step < state.spec.train.max_steps:
                if steps is not None and state.step - first >= steps:
                    break
                point = one_step(state, corpus, witness)
            else:
                point = one_piece_of_the_final_evaluation(state, corpus)
            state.seconds = before + time.perf_counter() - began
            if point:
                points.append(point._replace(seconds=state.seconds))
            if seconds is not None and state.seconds - before >= seconds:
                break
    return points


@contextmanager
def one_thread() -> Iterator[None]:
    """One torch thread inside: one and two threads add in another order and give other bits.

    Numbers below 1e-38 are 0 inside: a processor takes many times as long for each of them, and AdamW's memory of small
    gradients is full of them. It may stand inside another one: what was so before is so afterwards.
    """
    threads, flushed = torch.get_num_threads(), not float(torch.tensor(1e-38) * 0.01)
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(flushed)
        torch.set_num_threads(threads)


def one_step(state: TrainState, corpus: Corpus, witness: Witness | None = None) -> Point | None:
    """One optimizer step on one random batch; the loss before it, or None where it is not a number any more."""
    config, B, T = state.spec.train, state.spec.train.batch_size, state.spec.model.block_size
    val = look(state, corpus) if state.step % config.eval_interval == 0 else None
    x, y = corpus.batch("train", B, T, state.batches)  # both (B, T)
    measured = state.loss_and_gradients(x, y).item()  # without autograd: tinygpt.training.by_hand
    if not math.isfinite(measured):
        give_up(state)
        return None
    keep_if_best(state, val)
    point = Point(state.step, measured, val, config.learning_rate_at(state.step), 0.0, state.tokens)
    state.flat.keep()
    if witness:
        witness(x, y)
    if config.grad_clip:
        torch.nn.utils.clip_grad_norm_(state.model.parameters(), config.grad_clip)
    for optimizer in state.optimizers:
        for group in optimizer.param_groups:
            group["lr"] = point.lr
        optimizer.step()
    state.step += 1
    operate(state)
    state.note = state.watch.see(measured, state.spec.model.vocab_size, config.usual_rate)
    state.ended = "diverged" if state.note else ""
    return point


def operate(state: TrainState) -> None:
    """Switch off in the model what its spec says is off after so many steps. Weights and optimizer stay as they are."""
    surgery = "" if state.step < state.spec.train.surgery_at else state.spec.surgery
    if isinstance(state.model, GPTLanguageModel) and state.model.config.surgery != surgery:
        state.model.operate(surgery)
        state.there_and_back = None


def look(state: TrainState, corpus: Corpus) -> float | None:
    """The val loss of the model as it is, over a few batches, always the same ones; None where it is no number."""
    val = judged_loss(state.model, corpus, "val", LIVE_BATCHES)
    return val if math.isfinite(val) else None


def keep_if_best(state: TrainState, val: float | None) -> None:
    """Keep a copy of the weights if no look was lower; of two equal looks, those of the later one."""
    if val is not None and (state.best is None or val <= state.best.val):
        weights = {name: value.detach().clone() for name, value in state.model.state_dict().items()}
        state.best = Best(state.step, val, weights)


def give_up(state: TrainState) -> None:
    """The loss is not a number any more: end, with the weights of the last loss that was one."""
    state.flat.go_back()
    state.step = max(0, state.step - 1)
    operate(state)
    state.ended = "diverged"
    state.note = not_a_number(state.step, state.spec.train.learning_rate, state.spec.train.usual_rate)


def one_piece_of_the_final_evaluation(state: TrainState, corpus: Corpus) -> Point | None:
    """A few batches more of the last estimate; the last point, once both splits are done.

    Before it the model is looked at like all before it: a long estimate, over other windows, says not which is better.
    """
    config, block_size = state.spec.train, state.spec.model.block_size
    if not any(tally.windows for tally in state.tallies.values()):
        keep_if_best(state, look(state, corpus))
    windows = judging_windows(FINAL_BATCHES, block_size)
    for split, tally in state.tallies.items():
        if tally.windows < windows:
            tally.add_piece(state.model, corpus, split, windows=windows, block_size=block_size)
            break
    if any(tally.windows < windows for tally in state.tallies.values()):
        return None
    train_loss, val_loss = (tally.mean for tally in state.tallies.values())
    if not (math.isfinite(train_loss) and math.isfinite(val_loss)):
        give_up(state)
        return None
    state.ended = "finished"
    return Point(state.step, train_loss, val_loss, config.learning_rate_at(state.step - 1), 0.0, state.tokens)

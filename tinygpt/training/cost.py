"""How long will this run take on this machine? Estimated from short measurements, made here.

A step of a tiny model is a number of small operations, each with a fixed price (Python, one kernel), and arithmetic.
The first is counted in layers, the second in floating point operations. With many different characters two more things
count: the scores of every character (softmax, loss) and AdamW, which visits every parameter:

    seconds per step = per_step + per_layer * n_layer + per_operation * floating point operations
                       + per_score * batch_size * block_size * vocab_size + per_parameter * parameters
"""

import math
import threading
import time
from dataclasses import dataclass, replace
from functools import cache

from tinygpt.bigram import BigramConfig
from tinygpt.corpus import Corpus
from tinygpt.gpt import GPTConfig
from tinygpt.models import ModelConfig, blank, build, count_parameters
from tinygpt.training.evaluation import FINAL_BATCHES, LIVE_BATCHES, estimate_loss
from tinygpt.training.flat import matrices_of_blocks
from tinygpt.training.loop import advance, one_thread
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.state import start

REHEARSAL = Corpus.from_text("to be or not to be that is the question " * 60)
MANY, TABLE = 3_000, 1_700  # different characters: of a large alphabet, and of a table that is still allowed
_measuring = threading.Lock()  # two at once would halve each other's speed
FORWARD_SHARE = 1 / 3  # a forward pass is a third of a step: the backward pass costs twice as much


@dataclass(frozen=True)
class Machine:
    """What a step costs here, in seconds."""

    per_step: float
    per_layer: float
    per_operation: float  # one floating point operation
    per_score: float = 0.0  # one of V at one place of a window
    per_parameter: float = 0.0
    per_score_of_a_look: float = 0.0  # while a loss is estimated: many windows at once, so other memory each time

    def step_seconds(self, model: ModelConfig, batch_size: int) -> float:
        """Seconds of one training step."""
        layers = model.n_layer if isinstance(model, GPTConfig) else 0
        fixed = self.per_step + self.per_layer * layers + self.per_parameter * count_parameters(model)
        scores = batch_size * model.block_size * model.vocab_size
        return fixed + self.per_operation * operations(model, batch_size) + self.per_score * scores

    def run_seconds(self, spec: RunSpec) -> float:
        """Seconds of a whole run: its steps, its live estimates with one at the end, its final evaluation."""
        config = spec.train
        looks = (math.ceil(config.max_steps / config.eval_interval) + 1) * LIVE_BATCHES + 2 * FINAL_BATCHES
        look = self.per_operation * operations(spec.model, config.batch_size) * FORWARD_SHARE
        look += self.per_score_of_a_look * config.batch_size * spec.model.block_size * spec.model.vocab_size
        step = self.step_seconds(spec.model, config.batch_size)
        step += self.per_operation * turning(spec.model) * (config.optimizer == "muon")
        return config.max_steps * step + looks * look


def operations(model: ModelConfig, batch_size: int) -> float:
    """Floating point operations of one training step: 6 for each weight and token, and the T x T attention.

    "Scaling Laws for Neural Language Models" (2020), section 2.1, with the table of the embeddings left out.
    """
    tokens = batch_size * model.block_size
    if not isinstance(model, GPTConfig):
        return 6.0 * tokens * model.vocab_size  # softmax over a row of the table
    tables = (model.vocab_size + model.block_size * (model.positions == "learned")) * model.n_embd
    attention = 12.0 * model.n_layer * model.n_embd * model.block_size
    return tokens * (6.0 * max(0, count_parameters(model) - tables) + attention)


@cache
def turning(model: ModelConfig) -> float:
    """Floating point operations with which Muon makes the gradients of one step orthogonal: 19 products a matrix.

    Two of them have its longer side, the others are products of squares of the shorter one (tinygpt.training.muon).
    """
    found = 0.0
    for (rows, columns), group in matrices_of_blocks(blank(model)):
        short, long = sorted((rows, columns))
        found += sum(p.numel() for p in group) / (rows * columns) * 2 * short**2 * (2 * long + 17 * short)
    return found


def this_machine() -> Machine:
    """What a step costs here, measured once in this process; whoever asks meanwhile waits a second."""
    with _measuring:
        return _measured()


@cache
def _measured() -> Machine:
    """Short runs: a table; one layer and four; a model that is mostly arithmetic; and of many characters a model with
    many scores and a table with many parameters."""
    V = REHEARSAL.tokenizer.vocab_size
    small, large = GPTConfig(V, n_layer=1), GPTConfig(V, block_size=32, n_embd=128, n_layer=2)
    one, four, heavy = (seconds_per_step(model) for model in (small, replace(small, n_layer=4), large))
    per_layer = max(0.0, (four - one) / 3)
    per_operation = max(1e-13, (heavy - one - per_layer) / (operations(large, 32) - operations(small, 32)))
    known = Machine(seconds_per_step(BigramConfig(V)), per_layer, per_operation)
    # Two models of many characters, two prices: over = per_score * scores + per_parameter * parameters, for both.
    wide, table = GPTConfig(MANY, n_layer=1), BigramConfig(TABLE)
    over, over_table = (seconds_per_step(model) - known.step_seconds(model, 32) for model in (wide, table))
    scores, scores_of_table = (32 * model.block_size * model.vocab_size for model in (wide, table))
    parameters, parameters_of_table = count_parameters(wide), count_parameters(table)
    determinant = scores * parameters_of_table - scores_of_table * parameters
    per_score = max(0.0, (over * parameters_of_table - over_table * parameters) / determinant)
    per_parameter = max(0.0, (over_table * scores - over * scores_of_table) / determinant)
    return replace(known, per_score=per_score, per_parameter=per_parameter, per_score_of_a_look=seconds_of_a_look(wide))


def rehearsal(V: int) -> Corpus:
    """A text with so many different characters."""
    if V == REHEARSAL.tokenizer.vocab_size:
        return REHEARSAL
    return Corpus.from_text("".join(map(chr, range(0x4E00, 0x4E00 + V))) * (1 + 1_000 // V))


def seconds_of_a_look(model: ModelConfig) -> float:
    """Seconds of one score of V, at one place of a window, in an estimate of the loss: the shortest of three."""
    corpus, blank, batches, times = rehearsal(model.vocab_size), build(model), 2 * LIVE_BATCHES, []
    with one_thread():
        for _ in range(3):
            began = time.perf_counter()
            estimate_loss(blank, corpus, "val", batches=batches, block_size=model.block_size)
            times.append(time.perf_counter() - began)
    return min(times) / (batches * 32 * model.block_size * model.vocab_size)


def seconds_per_step(model: ModelConfig, steps: int = 12) -> float:
    """The shortest of a few real steps with batches of 32, after two to warm up: what else runs here disturbs some."""
    corpus = rehearsal(model.vocab_size)
    state = start(RunSpec(model, TrainConfig(max_steps=100, eval_interval=100), "rehearsal"), corpus)
    advance(state, corpus, steps=2)
    times = []
    for _ in range(steps):
        began = time.perf_counter()
        advance(state, corpus, steps=1)
        times.append(time.perf_counter() - began)
    return min(times)

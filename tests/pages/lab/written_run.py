"""A run on disk that nobody has trained: its moments are models of other seeds, and its curve is made up."""

from collections.abc import Sequence

from tinygpt.checkpoint.model_file import model_bytes
from tinygpt.corpus import load_corpus
from tinygpt.engine.description import RunDescription
from tinygpt.engine.runs import RunStore
from tinygpt.models import build
from tinygpt.training.spec import RunSpec
from tinygpt.training.state import Point


def write_run(
    store: RunStore, run: str, spec: RunSpec, vals: Sequence[float], steps: Sequence[int], *, student: str
) -> None:
    """A finished run of `student` with a model at each of `steps`, the last of them its end; `vals` are evenly far."""
    tokenizer, last = load_corpus(spec.corpus).tokenizer, steps[-1]
    store.write_description(RunDescription(run, student, f"run {run[0]}", spec, 1e9, 3))
    at = [last * n // (len(vals) - 1) for n in range(len(vals))]
    store.append(run, [Point(step, val, val, 1e-3, step / 100, step) for step, val in zip(at, vals, strict=True)])
    files = {step: model_bytes(build(spec.model, seed=step), tokenizer, step=step) for step in steps}
    for step in steps[:-1]:
        store.write_snapshot(run, step, files[step])
    facts = {
        "status": "finished",
        "note": "",
        "step": last,
        "points": len(vals),
        "val": vals[-1],
        "seconds": last / 100,
    }
    store.end(run, facts, files[last])

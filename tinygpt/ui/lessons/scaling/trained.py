"""The last scene of lesson 5: what the division changes in heads that were trained, and a pair to train here."""

from typing import Any

import streamlit as st

from tinygpt.lessons.measured import EXPERIMENTS, SIZES, Result, counted, result
from tinygpt.lessons.scaling import CHARACTERS
from tinygpt.plots.lessons import scaling as figures
from tinygpt.ui import frame
from tinygpt.ui.scene import Showing, alt, deeper, look_for, scene, table
from tinygpt.ui.train.here import Runs, train_button
from tinygpt.words.storyboard import Facts, Scene

PAIR = {"scaled": "scaled", "scores": "unscaled"}  # a stage of the figures, and how its experiments are called
FROZEN = 0.05  # nats: rows of less entropy than this look at one character


def trained_size_control() -> int:
    return st.segmented_control(
        "head_size of the trained head", list(SIZES), default=SIZES[-1], required=True, key="trained_size",
        bind="query-params",
    )  # fmt: skip


@scene("sca-8", height=420)
def trained_heads(scene: Scene) -> Showing:
    """Val loss with and without the division, and how many characters a row looks at on the way."""
    try:
        facts, floor = pair_facts(), counted()[0]["2-gram"].val
    except ValueError as error:  # the file of results is not there
        st.text(str(error))
        return
    yield facts
    head_size = trained_size_control()
    losses = {stage: _losses(name) for stage, name in PAIR.items()}
    figure = figures.trained(SIZES, losses, floor, frame.mode(), chosen=head_size)
    facts.update(_size_facts(head_size, floor))
    frame.show(figure, key=scene.key, alt=alt(scene, facts))
    froze = scene.write("froze", facts) if facts["entropy"] < FROZEN else ""
    frame.caption(scene.write("look_for", facts) + froze)
    _on_the_way(scene, head_size, facts)
    deeper(scene, facts)
    table(_loss_table, key=scene.key)
    _train_here(scene, head_size)


def _results(name: str, size: int) -> list[Result]:
    """What came of one head, a result for each seed."""
    return [result(f"{name}-{size}", seed) for seed in EXPERIMENTS[f"{name}-{size}"].seeds]


def _losses(name: str) -> list[list[float]]:
    return [[found.val_loss for found in _results(name, size)] for size in SIZES]


def pair_facts() -> dict[str, Any]:
    """The numbers of the question and of "Dig deeper". ValueError where they were not measured."""
    ends = [_results("scaled", size)[0] for size in SIZES]
    wide, looks = [end.variance[-1][0] for end in ends], [end.spread[-1][0] for end in ends]
    divided, plain = _results("scaled", 16), _results("unscaled", 16)
    return {
        "steps": EXPERIMENTS["scaled-16"].train.max_steps, "first_16": plain[0].variance[0][0],
        "with_16": divided[0].val_loss, "without_16": plain[0].val_loss, "seeds_16": _apart(divided),
        "least": min(wide), "most": max(wide), "eff_least": min(looks), "eff_most": max(looks),
        "eff_start": ends[-1].spread[0][0], "smallest": SIZES[0], "loss_smallest": ends[0].val_loss,
    }  # fmt: skip


def _apart(found: list[Result]) -> float:
    losses = [one.val_loss for one in found]
    return max(losses) - min(losses)


def _size_facts(head_size: int, floor: float) -> Facts:
    divided, plain = _results("scaled", head_size), _results("unscaled", head_size)
    return {
        "hs": head_size, "divided": divided[0].val_loss, "undivided": plain[0].val_loss,
        "seeds_apart": max(_apart(divided), _apart(plain)),
        "itself": plain[0].itself[-1][0], "entropy": plain[0].entropy[-1][0], "floor": floor,
        "eff": divided[0].spread[-1][0], "eff_without": plain[0].spread[-1][0],
    }  # fmt: skip


def _on_the_way(scene: Scene, head_size: int, facts: Facts) -> None:
    """How many characters a row looked at, step by step."""
    st.markdown("**As if a row looked at \u2026 characters**, while it was trained")
    found = {stage: _results(name, head_size)[0] for stage, name in PAIR.items()}
    looks = {stage: [row[0] for row in one.spread] for stage, one in found.items()}
    figure = figures.looking(found["scaled"].steps, looks, len(CHARACTERS), frame.mode())
    frame.show(figure, key=f"{scene.key}_looking", alt=scene.plain("alt_looking", facts))


def _loss_table() -> dict[str, list[float]]:
    columns = {
        f"{'divided' if stage == 'scaled' else 'not divided'}, seed {seed}": [rows[i] for rows in _losses(name)]
        for stage, name in PAIR.items()
        for i, seed in enumerate(EXPERIMENTS[f"{name}-{SIZES[0]}"].seeds)
    }
    return {"head_size": list(SIZES), **columns}


# --- a pair to train here --------------------------------------------------------------------------------------------


def _train_here(scene: Scene, head_size: int) -> None:
    """A button that trains the same two heads on the text of this server, and both losses once they are there."""
    st.markdown(scene.write("here", {"hs": head_size, "steps": EXPERIMENTS["scaled-16"].train.max_steps}))

    def compare(runs: Runs) -> None:
        ends = [run.final[1] for run in runs.values() if run.final]
        if len(ends) == len(PAIR):
            look_for(scene, {"hs": head_size, "divided": ends[0], "undivided": ends[1]}, "look_for_here")

    titles = {f"{name}-{head_size}": f"head_size {head_size}, {figures.TRAINED[stage]}" for stage, name in PAIR.items()}
    train_button("Train this pair here", titles, compare, key="pair", primary=True)

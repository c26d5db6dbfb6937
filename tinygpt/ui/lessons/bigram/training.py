"""The scenes of lesson 2 about a table in training: it becomes the counts, its rare rows last."""

import math
from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from typing import Any

import streamlit as st
from torch import Tensor

from tinygpt.engine.records import ENDED, RunView
from tinygpt.lessons import tables
from tinygpt.lessons.measured import counted
from tinygpt.plots.lessons import bigram as figures
from tinygpt.plots.lessons import bigram_drawings as drawings
from tinygpt.plots.lessons.bigram_drawings import Floors, TableHistory
from tinygpt.spelling import brief, named, spelled, thousands
from tinygpt.training.spec import RunSpec
from tinygpt.ui import controls, frame, pace, session
from tinygpt.ui.drag import Picture, drag, still
from tinygpt.ui.lessons.bigram.runs import (
    RATE,
    STEPS,
    fits,
    history_of,
    latest,
    losses_of_batches,
    newest_run,
    table_spec,
    tables_of,
)
from tinygpt.ui.lessons.bigram.text import SHOWN, Counted, commonest
from tinygpt.ui.scene import (
    Showing,
    alt,
    choose,
    explain,
    formula,
    fragment_of,
    scene,
    table,
    under_picture,
    wrong_frame,
    wrong_switch,
)
from tinygpt.ui.train import status
from tinygpt.variance import effective_characters
from tinygpt.words.storyboard import Facts, Scene, apart

NAME = "bigram table"
NEAR = 0.05  # nats: a table this close to the counts has learned them
LAST = 1_000  # steps whose batches are looked at
SLIDER = 66  # px
PRINTED = 2.440112590789795  # the last line of the study notebook's training: loss.item() of its last batch
VIEWS = {"whole": "the whole table", "rows": "each row"}
WRONG = {
    "wrong_last_batch": "report the last batch, as a study notebook does",
    "wrong_smoothing": "count without adding 1",
}


@scene("big-4", code=[tables.loss, tables.kl])
def becomes_the_counts(scene: Scene, text: Counted) -> Showing:
    """Train a table beside the counts, watch it become them, and drag through what was kept of it."""
    facts = _floors(text)
    yield facts
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        with st.container(width=220):
            learning_rate = controls.of_training("learning_rate", RATE)
        with st.container(width=220):
            max_steps = controls.of_training("max_steps", STEPS)
        spec = table_spec(text, learning_rate, max_steps)
        st.button("Train", type="primary", key="train", on_click=session.order, args=("train", _train, spec))
    if words := session.answer("train"):
        st.text(words)
    pace.wait_for_a_first_point(lambda: newest_run(text))
    view = newest_run(text)
    moving = view is not None and pace.will_change(view)
    every = pace.interval([view]) if view and moving else None
    fragment_of(_tick, run_every=every)(scene, text, facts, moving)
    explain(scene, facts)


def _floors(text: Counted) -> Facts:
    """What a table can reach: the counts' own uncertainty, even guessing, and the row that is hardest to guess."""
    wide = effective_characters(text.P).masked_fill(text.counts.sum(dim=1) < text.often, 0)
    return {
        "entropy": tables.entropy(text.counts), "V": text.V, "even": math.log(text.V),
        "widest": text.say(int(wide.argmax())), "eff": float(wide.max()), "near": NEAR,
    }  # fmt: skip


def _train(spec: RunSpec) -> None:
    session.watch(session.engine().submit(spec, student=session.student(), name=session.free_name(NAME)))


def _tick(scene: Scene, text: Counted, facts: Facts, moving: bool) -> None:
    """How far it is, the two tables, and what has become of earlier runs."""
    view = newest_run(text)
    if view and pace.wait_for_rest(partial(session.engine().view, view.id)):
        view = newest_run(text)
    pace.seen(moving)
    status.status_line(view)
    _two_tables(scene, text, view, facts, moving=moving)
    _earlier_runs(text)
    now = newest_run(text)
    if moving != (now is not None and pace.will_change(now)) or pace.out_of_step(moving, [now] if now else []):
        st.rerun()  # once: the asking stops, or finds its new pace, and the scenes below get the new table


def _every(facts: Facts, history: TableHistory) -> list[dict[str, Any]]:
    """The facts of each table of a run."""
    return [
        {**facts, "step": step, "loss": loss, "kl": apart(loss, facts["entropy"], 3)}
        for step, loss in zip(history.steps, history.losses, strict=True)
    ]


def _said_of(view: RunView | None, loss: float) -> str:
    """The template for a table of that loss."""
    return "untrained" if view is None else "caption" if math.isfinite(loss) else "diverged"


def _two_tables(scene: Scene, text: Counted, view: RunView | None, facts: Facts, *, moving: bool) -> None:
    """While it trains, the newest table; then all that were kept, to drag through; beside it always the counts."""
    found = tables_of(view, text)
    every, last = _every(facts, history_of(found, text)), len(found) - 1
    drawn = [last] if moving else range(len(found))
    pictures = []
    for at, drawing in zip(drawn, _tables_drawn(scene, text, found, drawn), strict=True):
        words = _said_of(view, every[at]["loss"])
        pictures.append(Picture(drawing, scene.plain(words, every[at]), alt(scene, every[at], words)))
    if len(pictures) > 1:
        best = view.better[0] if view and view.better else None
        names = [f"{step}, lowest val loss" if step == best else str(step) for step in found]
        drag(pictures, key="when", label="Step", names=names, default=last)
        return
    with st.container(height=SLIDER, border=False, vertical_alignment="center"):  # where the slider will be
        st.markdown(f":gray[{scene.templates['replay']}]")
    still(pictures[-1].drawing, key=scene.key, alt=pictures[-1].alt)
    under_picture(scene, every[last], _said_of(view, every[last]["loss"]))


def _tables_drawn(scene: Scene, text: Counted, found: dict[int, Tensor], drawn: Sequence[int]) -> list[str]:
    """The table at each of the places `drawn`, and the counts beside it."""
    mode, shown = frame.mode(), commonest(text, SHOWN)
    P, empty = text.P[shown][:, shown], text.counts[shown][:, shown] == 0
    counts = drawings.table_tiles(P, scene.templates["counts"], mode, empty=empty)
    steps = list(found)
    return [
        drawings.table_tiles(found[steps[at]][shown][:, shown], scene.plain("after", {"step": steps[at]}), mode)
        + counts
        for at in drawn
    ]


def _earlier_runs(text: Counted) -> None:
    """A line for each run that has ended: how fast it learned, and how near it came."""
    rows, near = [], f"KL below {NEAR:g} after about"
    for view in session.runs()[::-1]:
        if fits(view, text) and view.status in ENDED and view.step:
            found = tables_of(view, text)
            history = history_of(found, text)
            passed = tables.passes(history.steps, history.kl, NEAR)
            rows.append({
                "run": view.name, "learning rate": spelled(view.spec.train.learning_rate),
                "steps": thousands(view.step), near: None if passed is None else thousands(10 * round(passed / 10)),
                "KL at the end": history.kl[-1] if view.step in found else None,
            })  # fmt: skip
    if rows:
        formats = {
            "KL at the end": st.column_config.NumberColumn(format="%.4f"),
            **{column: st.column_config.TextColumn(alignment="right") for column in ("learning rate", "steps", near)},
        }
        st.dataframe(rows, hide_index=True, key="bigram_runs", column_config=formats, width="content")


@scene("big-5", code=[tables.row_kl, tables.row_losses])
def is_it_there(scene: Scene, text: Counted) -> Showing:
    """How near the newest table is to the counts: as a whole, with two mistakes to try, and row by row."""
    floors, _ = counted()
    yield {
        "printed": PRINTED, "pairs": floors["2-gram"].train, "guesses": 256, "windows": 32, "T": 8,
    }  # fmt: skip
    if choose("Look at", list(VIEWS), next(iter(VIEWS)), key="near_what", format_func=VIEWS.get) == "rows":
        _each_row(scene, text)
    else:
        _whole_table(scene, text)


def _whole_table(scene: Scene, text: Counted) -> None:
    """The two curves of the newest run, and what goes wrong with them."""
    view, facts = newest_run(text), _floors(text)
    facts = {**facts, **_wrong_facts(view, text)}
    found = tables_of(view, text)
    history = history_of(found, text)
    there = _every(facts, history)[-1]
    wrong = [key for key, label in WRONG.items() if wrong_switch(key, label)]
    with wrong_frame(*wrong) if wrong else nullcontext():
        drawing = _curves(view, text, history, there, wrong)
        words = _said_of(view, there["loss"])
        still(drawing, key=scene.key, alt=alt(scene, there, words))
        for template in [_diagnosis(key, there) for key in wrong] or [words]:
            under_picture(scene, there, template)
    if math.isfinite(there["loss"]):
        formula(scene, there)


def _curves(view: RunView | None, text: Counted, history: TableHistory, facts: Facts, wrong: Sequence[str]) -> str:
    """The loss and, of it, the KL by step."""
    mode, max_steps, last = frame.mode(), view.max_steps if view else STEPS, len(history.steps) - 1
    hidden = text.P if "wrong_smoothing" in wrong else text.smoothed
    floors = Floors(facts["entropy"], tables.loss(hidden, text.hidden), facts["even"])
    batches = facts["batches"] if "wrong_last_batch" in wrong else ()
    return drawings.loss_curve(history, max_steps, last, mode, floors=floors, batches=batches) + drawings.kl_curve(
        history, max_steps, last, mode, goal=NEAR
    )


def _diagnosis(key: str, facts: Facts) -> str:
    """The template that says what is wrong; another one where this text or an empty stage does not show it."""
    if key == "wrong_last_batch":
        return key if facts["batches"] else f"{key}_untrained"
    return key if facts["unseen"] else f"{key}_none"


def _wrong_facts(view: RunView | None, text: Counted) -> Facts:
    """What the two mistakes of this scene are about."""
    batches = losses_of_batches(view) if view else []
    last = min(LAST, (view.step + 1) // 2) if view else 0  # of a short run the second half
    late = [loss for step, loss in batches if view and step >= view.step - last] or [math.nan]
    guesses = view.spec.train.batch_size * view.spec.model.block_size if view else 0
    smoothed = tables.loss(text.smoothed, text.counts)
    return {
        "batches": batches, "last": last, "lowest": brief(min(late), 2),
        "highest": brief(max(late), 2), "guesses": guesses, "unseen": int(text.hidden[text.counts == 0].sum()),
        "hidden_pairs": int(text.hidden.sum()), "smoothing_cost": smoothed - tables.entropy(text.counts),
        "val": tables.loss(text.smoothed, text.hidden),
    }  # fmt: skip


def _each_row(scene: Scene, text: Counted) -> None:
    """How far each row is from the counts, against how often its character occurs."""
    times = text.counts.sum(dim=1)
    step, P, trained = latest(text)
    far = tables.row_kl(P, text.counts)
    there = (times > 0).nonzero().flatten().tolist()
    surest = int(text.P.amax(dim=1).masked_fill(times < text.often, -1).argmax())
    follows, common = int(text.P[surest].argmax()), int(times.argmax())
    rarest = max(there, key=lambda i: (-times[i].item(), far[i].item()))
    facts = {
        "step": step, "characters": len(there),
        "rarest": text.say(rarest), "rarest_times": _times(scene, times[rarest]), "rarest_kl": float(far[rarest]),
        "commonest": text.say(common), "commonest_times": _times(scene, times[common]),
        "commonest_kl": float(far[common]), "surest": text.say(surest), "follows": text.say(follows),
        "learned": float(P[surest, follows]), "counted": float(text.P[surest, follows]),
    }  # fmt: skip
    chars, n, k = [text.chars[i] for i in there], times[there].tolist(), far[there].clamp(1e-6, 1e6).tolist()
    words = "rows" if trained else "rows_untrained"
    said = scene.plain("alt_rows", facts | {"caption": scene.plain(words, facts)})
    figure = figures.rare_rows(n, k, chars, frame.mode())
    frame.show(figure, key=f"{scene.key}_rows", alt=said)
    under_picture(scene, facts, words)
    table(lambda: {"character": list(map(named, chars)), "times": n, "KL of its row": k}, key=scene.key)


def _times(scene: Scene, n: Tensor) -> str:
    return scene.templates["once"] if n == 1 else scene.plain("times", {"count": int(n)})

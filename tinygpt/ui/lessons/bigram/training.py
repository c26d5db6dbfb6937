"""The scenes of lesson 2 about a table in training: it becomes the counts, its rare rows last."""

import math
from collections.abc import Sequence

import streamlit as st
from torch import Tensor

from tinygpt.engine.records import ENDED, RunView
from tinygpt.lessons import tables
from tinygpt.plots.lessons import bigram as figures
from tinygpt.plots.lessons import bigram_drawings as drawings
from tinygpt.plots.lessons.bigram_drawings import Floors, TableHistory
from tinygpt.spelling import named, thousands
from tinygpt.training.loop import advance
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
    caption,
    explain,
    formula,
    fragment_of,
    plot,
    scene,
    wrong_frame,
    wrong_switch,
)
from tinygpt.ui.train import status
from tinygpt.variance import effective_characters
from tinygpt.words.storyboard import Facts, Scene, apart

NAME = "bigram table"
NEAR = 0.05  # nats: a table this close to the counts has learned them
RARE = 10  # so many times as common is the commonest character, where another one is called rare
LAST = 1_000  # steps whose batches are looked at
SLIDER = 66  # px
WRONG = {
    "wrong_last_batch": "report the last batch, as a study notebook does",
    "wrong_smoothing": "count without adding 1",
}


@scene("big-4", code=[advance, tables.loss, tables.kl])
def becomes_the_counts(scene: Scene, text: Counted) -> Showing:
    """Train a table, watch it become the counts, and drag through what was kept of it."""
    wide = effective_characters(text.P).masked_fill(text.counts.sum(dim=1) < text.often, 0)
    facts = {
        "entropy": tables.entropy(text.counts), "V": text.V, "even": math.log(text.V),
        "widest": text.say(int(wide.argmax())), "eff": float(wide.max()),
    }  # fmt: skip
    yield facts
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        with st.container(width=300):
            learning_rate = controls.of_training("learning_rate", RATE)
        with st.container(width=300):
            max_steps = controls.of_training("max_steps", STEPS)
        spec = table_spec(text, learning_rate, max_steps)
        st.button("Train", type="primary", key="train", on_click=session.order, args=("train", _train, spec))
    if words := session.answer("train"):
        st.text(words)
    view = newest_run(text)
    moving = view is not None and pace.will_change(view)
    every = pace.interval(eager=moving and not view.points) if view and moving else None
    fragment_of(_tick, run_every=every)(scene, text, facts, moving)


def _train(spec: RunSpec) -> None:
    session.watch(session.engine().submit(spec, student=session.student(), name=session.free_name(NAME)))


def _tick(scene: Scene, text: Counted, facts: Facts, moving: bool) -> None:
    """How far it is, the picture, and what has become of earlier runs."""
    view = newest_run(text)
    pace.seen(moving)
    status.status_line(view)
    wrong = [key for key, label in WRONG.items() if wrong_switch(key, label)]
    facts = {**facts, **_wrong_facts(view, text)}
    if wrong:
        with wrong_frame(*wrong):
            there = _show(scene, text, view, facts, wrong, moving=moving)
            for key in wrong:
                caption(scene, there, _diagnosis(key, there))
    else:
        there = _show(scene, text, view, facts, wrong, moving=moving)
    st.markdown(f":gray[{scene.write('axes', {'near': NEAR})}]")
    formula(scene, there)
    _earlier_runs(text)
    now = newest_run(text)
    eager = moving and now is not None and not now.points
    if moving != (now is not None and pace.will_change(now)) or pace.out_of_step(moving, eager=eager):
        st.rerun()  # once: the asking stops, or finds its new pace, and the scenes below get the new table


def _diagnosis(key: str, facts: Facts) -> str:
    """The template that says what is wrong; another one where this text or an empty stage does not show it."""
    if key == "wrong_last_batch":
        return key if facts["batches"] else f"{key}_untrained"
    return key if facts["unseen"] else f"{key}_none"


def _wrong_facts(view: RunView | None, text: Counted) -> Facts:
    """What the two mistakes of this scene are about."""
    batches = losses_of_batches(view) if view else []
    late = [loss for step, loss in batches if view and step >= view.step - LAST] or [math.nan]
    guesses = view.spec.train.batch_size * view.spec.model.block_size if view else 0
    smoothed = tables.loss(text.smoothed, text.counts)
    return {
        "batches": batches, "last": min(LAST, view.step) if view else 0, "lowest": min(late),
        "highest": max(late), "guesses": guesses, "unseen": int(text.hidden[text.counts == 0].sum()),
        "hidden_pairs": int(text.hidden.sum()), "smoothing_cost": smoothed - tables.entropy(text.counts),
        "val": tables.loss(text.smoothed, text.hidden),
    }  # fmt: skip


def _show(
    scene: Scene, text: Counted, view: RunView | None, facts: Facts, wrong: Sequence[str], *, moving: bool
) -> Facts:
    """While it trains, the newest table; then all that were kept, to drag through. The facts of the one shown."""
    found = tables_of(view, text)
    history = history_of(found, text)
    every = [
        {**facts, "step": step, "loss": loss, "kl": apart(loss, facts["entropy"], 3)}
        for step, loss in zip(history.steps, history.losses, strict=True)
    ]  # of each table
    last = len(found) - 1
    drawn = [last] if moving else range(len(found))
    stills = _drawings(text, view, found, history, every[last], wrong, drawn)
    words = "caption" if view else "untrained"
    pictures = [
        Picture(drawing, "" if wrong else scene.plain(words, every[at]), alt(scene, every[at], words))
        for at, drawing in zip(drawn, stills, strict=True)
    ]
    if len(pictures) > 1:
        best = view.better[0] if view and view.better else None
        names = [f"{step}, lowest val loss" if step == best else str(step) for step in found]
        return every[drag(pictures, key="when", label="Step", names=names, default=last)]
    if moving:  # a line where the slider will be
        with st.container(height=SLIDER, border=False, vertical_alignment="center"):
            st.markdown(f":gray[{scene.templates['moving']}]")
    still(pictures[-1].drawing, key=scene.key, alt=pictures[-1].alt)
    if not wrong:
        caption(scene, every[last], words)
    return every[last]


def _drawings(
    text: Counted, view: RunView | None, found: dict[int, Tensor], history: TableHistory, facts: Facts,
    wrong: Sequence[str], drawn: Sequence[int],
) -> list[str]:  # fmt: skip
    """The table at each of the places `drawn`, the counts beside it, and the curves with that place marked."""
    mode, max_steps, shown = frame.mode(), view.max_steps if view else STEPS, commonest(text, SHOWN)
    hidden = text.P if "wrong_smoothing" in wrong else text.smoothed
    floors = Floors(facts["entropy"], tables.loss(hidden, text.hidden), facts["even"])
    batches = facts["batches"] if "wrong_last_batch" in wrong else ()
    P, empty = text.P[shown][:, shown], text.counts[shown][:, shown] == 0
    counts = drawings.table_tiles(P, "the counts", mode, empty=empty)
    steps = list(found)
    return [
        drawings.table_tiles(found[steps[at]][shown][:, shown], f"after {thousands(steps[at])} steps", mode)
        + counts
        + drawings.kl_curve(history, max_steps, at, mode, goal=NEAR)
        + drawings.loss_curve(history, max_steps, at, mode, floors=floors, batches=batches)
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
                "run": view.name, "learning rate": view.spec.train.learning_rate, "steps": thousands(view.step),
                near: None if passed is None else thousands(10 * round(passed / 10)),
                "KL at the end": history.kl[-1] if view.step in found else None,
            })  # fmt: skip
    if rows:
        formats = {
            "learning rate": st.column_config.NumberColumn(format="scientific"),
            "KL at the end": st.column_config.NumberColumn(format="%.4f"),
            **{column: st.column_config.TextColumn(alignment="right") for column in ("steps", near)},
        }
        st.dataframe(rows, hide_index=True, key="bigram_runs", column_config=formats, width="content")


@scene("big-5", code=[tables.row_kl, tables.row_losses])
def learns_last(scene: Scene, text: Counted) -> Showing:
    """How far each row is from the counts, against how often its character occurs."""
    times = text.counts.sum(dim=1)
    step, P, trained = latest(text)
    far = tables.row_kl(P, text.counts)
    there = (times > 0).nonzero().flatten().tolist()
    surest = int(text.P.amax(dim=1).masked_fill(times < text.often, -1).argmax())
    follows, common = int(text.P[surest].argmax()), int(times.argmax())
    rarest = max(there, key=lambda i: (-times[i].item(), far[i].item()))
    rare = bool(times[common] >= RARE * times[rarest])
    facts = {
        "step": step, "characters": len(there), "yet": "" if trained else scene.templates["yet"],
        "rarest": text.say(rarest), "rarest_times": _times(scene, times[rarest]), "rarest_kl": float(far[rarest]),
        "commonest": text.say(common), "commonest_times": _times(scene, times[common]),
        "commonest_kl": float(far[common]), "surest": text.say(surest), "follows": text.say(follows),
        "learned": float(P[surest, follows]), "counted": float(text.P[surest, follows]),
        "is_rare": rare, "is_even": not rare, "is_common": False,
    }  # fmt: skip
    yield facts
    chars, n, k = [text.chars[i] for i in there], times[there].tolist(), far[there].clamp(1e-6, 1e6).tolist()
    plot(scene, figures.rare_rows(n, k, chars, frame.mode()), facts, "caption" if trained else "untrained")
    explain(scene, facts, lambda: {"character": list(map(named, chars)), "times": n, "KL of its row": k})


def _times(scene: Scene, n: Tensor) -> str:
    return scene.templates["once"] if n == 1 else scene.plain("times", {"count": int(n)})

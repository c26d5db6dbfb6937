"""A scene of lesson 2: how near a table is to the counts, as a whole and row by row."""

import math
from collections.abc import Sequence
from contextlib import nullcontext

from torch import Tensor

from tinygpt.engine.records import RunView
from tinygpt.lessons import tables
from tinygpt.lessons.measured import counted
from tinygpt.plots.lessons import bigram as figures
from tinygpt.plots.lessons import bigram_drawings as drawings
from tinygpt.plots.lessons.bigram_drawings import Floors, TableHistory
from tinygpt.spelling import brief, named
from tinygpt.ui import frame
from tinygpt.ui.drag import still
from tinygpt.ui.lessons.bigram.runs import (
    AS_GOOD_AS_COUNTS,
    STEPS,
    facts_of_counts,
    facts_of_tables,
    history_of,
    latest,
    losses_of_batches,
    newest_run,
    tables_of,
    template_of,
)
from tinygpt.ui.lessons.bigram.text import Counted
from tinygpt.ui.scene import Showing, alt, choose, formula, scene, table, under_picture, wrong_frame, wrong_switch
from tinygpt.words.storyboard import Facts, Scene

LAST = 1_000  # steps whose batches are looked at
PRINTED = 2.440112590789795  # the last line of the study notebook's training: loss.item() of its last batch
VIEWS = {"whole": "the whole table", "rows": "each row"}
WRONG = {
    "wrong_last_batch": "report the last batch, as a study notebook does",
    "wrong_smoothing": "count without adding 1",
}


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
    view, facts = newest_run(text), facts_of_counts(text)
    facts = {**facts, **_wrong_facts(view, text)}
    found = tables_of(view, text)
    history = history_of(found, text)
    there = facts_of_tables(facts, history)[-1]
    wrong = [key for key, label in WRONG.items() if wrong_switch(key, label)]
    with wrong_frame(*wrong) if wrong else nullcontext():
        drawing = _curves(view, text, history, there, wrong)
        words = template_of(view, there["loss"])
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
        history, max_steps, last, mode, goal=AS_GOOD_AS_COUNTS
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

"""The last scene of lesson 5: what the division changes in heads that were trained, and a pair to train here."""

import streamlit as st

from tinygpt.corpus import default_corpus
from tinygpt.lessons.measured import EXPERIMENTS, SIZES, Result, counted, results_of_seeds, spec
from tinygpt.lessons.scaling import CHARACTERS
from tinygpt.plots.chart import full_width
from tinygpt.plots.lessons import scaling_trained as figures
from tinygpt.plots.lessons.scaling import TRAINED
from tinygpt.ui import frame
from tinygpt.ui.dials import buttons
from tinygpt.ui.drag import Picture, swap
from tinygpt.ui.question import own_guess
from tinygpt.ui.scene import Showing, explain, margin, picture, scene, under_picture
from tinygpt.ui.train.here import Runs, train_button
from tinygpt.ui.train.launch import time_words
from tinygpt.words.storyboard import Facts, Scene

PAIR = {"scaled": "scaled", "scores": "unscaled"}  # a stage of the figures, and how its experiments are called
FROZEN = 0.05  # nats: rows of less entropy than this look at one character
ASKED = 16  # the head_size that the question is about
GUESSED = ("much worse", "about the same", "better")
Found = dict[str, dict[int, list[Result]]]  # results of all seeds by stage and head_size


@scene("sca-8")
def trained_heads(scene: Scene) -> Showing:
    """Val loss with and without the division, and how many characters a row looks at on the way."""
    try:
        found = {stage: {size: results_of_seeds(f"{name}-{size}") for size in SIZES} for stage, name in PAIR.items()}
        floor = counted()[0]["2-gram"].val
    except ValueError as error:  # the file of results is not there
        st.text(str(error))
        return
    ends, experiment = [seeds[0] for seeds in found["scaled"].values()], EXPERIMENTS["scaled-16"]
    wide, looks = [end.variance[-1][0] for end in ends], [end.spread[-1][0] for end in ends]
    with_16, without_16 = found["scaled"][ASKED], found["scores"][ASKED]
    T = len(CHARACTERS)  # a row sees itself and what stands before it: row 0 has no choice and is left out
    asked = {
        "steps": experiment.train.max_steps, "first_16": without_16[0].variance[0][0],
        "with_16": with_16[0].val_loss, "without_16": without_16[0].val_loss, "seeds_16": _apart(with_16),
        "least": min(wide), "most": max(wide), "eff_least": min(looks), "eff_most": max(looks),
        "eff_start": ends[-1].spread[0][0], "smallest": SIZES[0], "loss_smallest": ends[0].val_loss,
        "last": T - 1, "even": sum(range(2, T + 1)) / (T - 1),
    }  # fmt: skip
    yield asked
    mark = None if (guessed := own_guess(scene)) is None else (ASKED, GUESSED[guessed])
    pictures = [_at_size(scene, found, size, asked | {"floor": floor}, mark) for size in SIZES]
    (at,) = swap(pictures, buttons("trained_size", "head_size of the trained head", SIZES, len(SIZES) - 1))
    columns = {
        f"{'divided' if stage == 'scaled' else 'not divided'}, seed {seed}": [seeds[i] for seeds in by_size]
        for stage, by_size in _losses(found).items()
        for i, seed in enumerate(experiment.seeds)
    }
    explain(scene, asked, lambda: {"head_size": SIZES, **columns})
    _train_here(scene, SIZES[at])


def _at_size(scene: Scene, found: Found, size: int, asked: Facts, guess: tuple[int, str] | None) -> Picture:
    """The losses of all sizes with one of them marked, and where the heads of that size look on the way."""
    divided, plain = found["scaled"][size], found["scores"][size]
    facts = {
        **asked, "hs": size, "divided": divided[0].val_loss, "undivided": plain[0].val_loss,
        "seeds_apart": max(_apart(divided), _apart(plain)), "itself": plain[0].itself[-1][0],
        "eff": divided[0].spread[-1][0], "eff_without": plain[0].spread[-1][0],
    }  # fmt: skip
    mode, heading = frame.mode(), scene.plain("looking", facts)
    losses = figures.trained(SIZES, _losses(found), facts["floor"], mode, chosen=size, guess=guess)
    on_the_way = {stage: [row[0] for row in by_size[size][0].spread] for stage, by_size in found.items()}
    looking = figures.looking(divided[0].steps, on_the_way, facts["even"], mode)
    drawn = picture(scene, full_width(losses, mode) + full_width(looking, mode, heading=heading), facts)
    froze = scene.plain("froze", facts) if plain[0].entropy[-1][0] < FROZEN else ""
    return drawn._replace(sentence=drawn.sentence + froze, alt=f"{drawn.alt} {scene.plain('alt_looking', facts)}")


def _losses(found: Found) -> dict[str, list[list[float]]]:
    """The val loss of every seed at every head_size, by stage."""
    return {stage: [[one.val_loss for one in seeds] for seeds in by_size.values()] for stage, by_size in found.items()}


def _apart(found: list[Result]) -> float:
    losses = [one.val_loss for one in found]
    return max(losses) - min(losses)


def _train_here(scene: Scene, head_size: int) -> None:
    """A button that trains the same two heads on the text of this server, and both losses once they are there."""
    titles = {f"{name}-{head_size}": f"head_size {head_size}, {TRAINED[stage]}" for stage, name in PAIR.items()}
    time = time_words([spec(name, corpus=default_corpus()) for name in titles])
    steps = EXPERIMENTS[f"scaled-{head_size}"].train.max_steps

    def compare(runs: Runs) -> None:
        ends = [run.final[1] for run in runs.values() if run.final]
        if len(ends) == len(PAIR):
            under_picture(scene, {"hs": head_size, "divided": ends[0], "undivided": ends[1]}, "caption_here")

    with margin():
        st.space("small")
        st.markdown(scene.write("here", {"hs": head_size, "steps": steps, "time": time}))
        train_button("Train this pair here", titles, compare, key="pair", primary=True)

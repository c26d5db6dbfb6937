"""Are the sentences about floors true? A bigram is trained on many texts, and each sentence is held against its curve.

    python -m benchmarks.floors                     the texts that are made here
    python -m benchmarks.floors --machine           and those that this machine happens to have
    python -m benchmarks.floors --files a.txt b.txt  others
    python -m benchmarks.floors --steps 5000 --only latin

A row for each text: what was counted, how low the bigram came, and what was said. It fails where a sentence, at any
look, called counting the best that a table of pairs can do and the bigram was clearly lower at some time; where it said
"it is there" and it was not; where the bigram's own curve, shown as that of a head, "must be using more than one
character"; and where pairs, triples or fours that are counted in another way come as low as no table is said to come
("backed": how far they are below the best smoothing, the widest of them). A text takes a few seconds.
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path

from benchmarks.backing_off import loss_backing_off
from benchmarks.goals import Goals
from benchmarks.texts import made, of_this_machine
from tinygpt.corpus import Corpus, check_length
from tinygpt.counting import Floor, floors
from tinygpt.experiments.curves import LossCurve
from tinygpt.texts.cleaning import clean_text
from tinygpt.texts.decoding import TextRefused
from tinygpt.training.loop import train
from tinygpt.training.presets import PRESETS
from tinygpt.training.spec import look_every
from tinygpt.words.floors import FAR, KIND, SOME, TABLES, slack_at
from tinygpt.words.loss import curve_words

ROW = "{:30}{:>9}{:>6}{:>8}{:>7}{:>8}{:>8}{:>6}{:>7}{:>8}{:>8}{:>8}{:>9} "


def bigram_curve(corpus: Corpus, steps: int) -> LossCurve:
    """A bigram trained as the page does it."""
    spec = PRESETS["bigram"].spec(corpus.name, corpus.tokenizer.vocab_size)
    spec = spec.with_settings({"max_steps": steps, "eval_interval": look_every(steps)})
    return LossCurve("a", "bigram", "bigram", list(train(spec, corpus)), steps)


def contradictions(curve: LossCurve, floors: dict[str, Floor]) -> Iterator[str]:
    """Each sentence that this curve, whole, shows to be false."""
    floor = floors["2-gram"]
    below = any(val < floor.val - slack_at(curve, step, floor) for step, val in curve.vals)
    looks = [i for i, point in enumerate(curve.points) if point.val is not None]
    for i in looks:
        seen = replace(curve, points=curve.points[: i + 1])
        for ended in {False, i == looks[-1]}:
            said = curve_words(seen, floors, ended=ended)
            if below and ("the best a table of pairs" in said or "cannot" in said):
                yield f"step {curve.points[i].step}: {said}"
            if "is there" in said and seen.vals[-1][1] < floor.val - slack_at(curve, curve.points[i].step, floor):
                yield f"step {curve.points[i].step}: {said}"
            said = curve_words(replace(seen, role="head", label="one head"), floors, ended=ended)
            if "must be using" in said and (below or "crosses" in said):
                yield f"step {curve.points[i].step}, of a bigram: {said}"


def gains(corpus: Corpus, floors: dict[str, Floor]) -> dict[str, float]:
    """How much less each table that has something to count loses when it is counted in another way, in nats."""
    return {
        name: floors[name].lowest - loss_backing_off(corpus, int(name[0]))
        for name in TABLES
        if name in floors and floors[name].counts >= SOME
    }


def tell(corpus: Corpus, steps: int) -> int:
    """Train, and print the row of a text; how many sentences were false."""
    known, curve = floors(corpus), bigram_curve(corpus, steps)
    floor, vals, wrong = known["2-gram"], [val for _, val in curve.vals], list(contradictions(curve, known))
    gained = gains(corpus, known)
    wrong += [f"another {KIND[name]} loses {gain:.3f} less" for name, gain in gained.items() if gain >= FAR]
    losses = [f"{loss:.3f}" for loss in (floor.val, floor.lowest, floor.noise, min(vals), vals[-1])]
    row = ROW.format(
        corpus.name[:29], f"{len(corpus.text):,}", corpus.tokenizer.vocab_size, f"{floor.counts:.1f}",
        f"{floor.smoothing:g}", *losses[:2], "yes" if floor.sure else "", *losses[2:],
        f"{max(gained.values()):.3f}" if gained else "", f"{corpus.val_in_train:.0%}",
    )  # fmt: skip
    print(row, curve_words(curve, known, ended=True), *(f"\n    WRONG {one}" for one in wrong[:3]), flush=True)
    return len(wrong)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--machine", action="store_true")
    parser.add_argument("--files", nargs="*", type=Path, default=[])
    parser.add_argument("--steps", type=int, default=3_000)
    parser.add_argument("--only", default="", help="a part of the names")
    chosen, goals = parser.parse_args(), Goals()
    files = [(path.name, path.read_text(encoding="utf-8")) for path in chosen.files]
    texts = files or chain(made(), of_this_machine() if chosen.machine else ())
    print(
        ROW.format(
            "text",
            "length",
            "V",
            "a pair",
            "added",
            "2-gram",
            "best",
            "sure",
            "noise",
            "lowest",
            "end",
            "backed",
            "in train",
        )
    )
    for name, text in texts:
        if chosen.only not in name:
            continue
        try:
            corpus = Corpus.from_text(clean_text(text).text, name)
            check_length(corpus.text, 8)
        except TextRefused as refusal:
            print(f"{name[:29]:30}{refusal}")
            continue
        wrong = tell(corpus, chosen.steps)
        goals.at_most(0, wrong, f"{name}, false sentences")
    goals.settle()


if __name__ == "__main__":
    main()

"""A model that learns by heart, in words; and which of a run's two models is meant."""

from collections.abc import Mapping, Sequence
from statistics import fmean

from tinygpt.experiments.curves import LossCurve
from tinygpt.experiments.turning import Turn, turn_of
from tinygpt.spelling import brief, number, thousands
from tinygpt.words.floors import called, falling


def last_model(step: int) -> str:
    """What the model at the end of a run is called wherever one can be chosen."""
    return f"last, step {thousands(step)}"


def lowest_model(step: int) -> str:
    """What the model of its lowest val loss is called there."""
    return f"lowest val loss, step {thousands(step)}"


def turn_words(curve: LossCurve, floors: Mapping[str, float], *, ended: bool) -> str:
    """What is seen of a curve that has turned: where, and what it means; "" for one that has not."""
    turn = turn_of(curve)
    if turn is None:
        return ""
    words = f"The thick line turns at step {thousands(turn.step)}. "
    words += by_heart_words(curve.label, [turn], floors, table=curve.role == "bigram", ended=ended)
    return words + (" The menu of the run has both models: this lowest one, and the last." if curve.kept else "")


def by_heart_words(
    name: str, turns: Sequence[Turn], floors: Mapping[str, float], *, table: bool = False, ended: bool
) -> str:
    """That a model learns its training text by heart, from the turns of its runs: their mean losses, and its price."""
    steps = [turn.step for turn in turns]
    lowest, now, train = (fmean(losses) for losses in list(zip(*turns, strict=True))[1:])
    passed = [name for name in falling(floors) if lowest < floors[name]]
    below = f", below {called(passed[-1])}" if passed else ""
    blind = floors.get("uniform")
    worse = f", worse than guessing ({number(blind)})" if blind is not None and now > blind else ""
    rise = number(now - lowest)
    learned = "the pairs of the training text" if table else "the training text"
    return (
        f"{name} {'learned' if ended else 'learns'} {learned} by heart: val loss was lowest {at_steps(steps)}, "
        f"{brief(lowest)}{below}, and {f'rose by {rise} after that' if ended else f'has risen by {rise} since'}, to "
        f"{brief(now)}{worse}, while training text costs {brief(train)}."
    )


def at_steps(steps: Sequence[int]) -> str:
    """ "at step 300"; of several runs, between which."""
    first, last = thousands(min(steps)), thousands(max(steps))
    return f"at step {first}" if first == last else f"between step {first} and {last}"

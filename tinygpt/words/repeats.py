"""What to say of a text whose unseen part is not unseen."""

from tinygpt.spelling import percent

MUCH = 0.3  # of val: no prose, code or log comes near it (`python -m benchmarks.floors --machine` shows how near)


def repeats_words(val_in_train: float) -> str:
    """What it means that so much of val stands in train; "" where that is no more than texts usually repeat."""
    if val_in_train < MUCH:
        return ""
    return (
        f"{percent(val_in_train)} of the unseen text (the last tenth, val) stands word by word in the training text. A "
        "low val loss will show that a model remembers, not that it does as well on new text."
    )

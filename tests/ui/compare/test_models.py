"""The models of runs that a comparison keeps at hand: by their bytes, not by their number."""

from tinygpt.bigram import BigramConfig
from tinygpt.models import LanguageModel, build
from tinygpt.ui.compare.models import At, Kept

SMALL = 4 * 10 * 10  # bytes of a table of 10 characters


def test_models_are_kept_by_their_bytes_and_those_not_asked_for_go_first():
    made = []

    def get(run: str, vocab_size: int = 10) -> LanguageModel:
        def make() -> LanguageModel:
            made.append(run)
            return build(BigramConfig(vocab_size), seed=1)

        return kept.get(At(run, 1, "text"), make)

    kept = Kept(most_bytes=2 * SMALL)
    first = get("a")
    get("b")
    assert get("a") is first and made == ["a", "b"]
    get("c")  # there is no room for three: b goes
    assert get("a") is first and made == ["a", "b", "c"]
    get("b")
    assert made == ["a", "b", "c", "b"]
    assert get("large", 100) is get("large", 100), "also one that is larger than all the room"

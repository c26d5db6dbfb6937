"""What a page says of an address that asked for something which is not there."""

from collections.abc import Mapping, Sequence

NAMED = 3  # so many settings are named, each with so many of its characters
LONGEST = 40


def address_words(unknown: Sequence[str], refused: Mapping[str, str]) -> str:
    """Which settings have no meaning here, and which had values that are not offered; "" where there are none.

    `refused` says of a setting what was asked for.
    """
    sentences = []
    if unknown:
        sentences.append(f"nothing here is called {_listed([_cut(name) for name in unknown])}")
    if refused:
        asked = [f"{name}={_cut(value)}" for name, value in refused.items()]
        sentences.append(f"{_listed(asked)} {'is' if len(asked) == 1 else 'are'} not offered here")
    if not sentences:
        return ""
    return f"Of the address something was left out: {', and '.join(sentences)}."


def _cut(words: str) -> str:
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "\u2026"


def _listed(words: Sequence[str]) -> str:
    more = [f"{len(words) - NAMED} more"] if len(words) > NAMED else []
    *all_, last = [*words[:NAMED], *more]
    return f"{', '.join(all_)} and {last}" if all_ else last

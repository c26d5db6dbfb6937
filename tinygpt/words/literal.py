"""Any text is data: what people type, and what models write, is shown as it is, wherever it stands."""

import re
import string

from tinygpt.spelling import isolated

ESCAPES = str.maketrans({mark: f"\\{mark}" for mark in string.punctuation})
JOINER = "\u2060"  # no width, no break: it keeps characters apart that would mean something together

# Streamlit looks for these once more after it has read the escapes, so an escape does not take their meaning.
STILL_MEAN = re.compile(
    r"(?<=www)(?=\.)"  # www.x.de, a link
    r"|(?<=:)(?=[\w/+-])"  # http://x.de, a link; :smile:, a picture
    r"|(?=@)"  # a@b.de, a link
    r"|(?<!\S)(?=(?:<->|->|<-|--|>=|<=|~=)(?!\S))",  # an arrow, a dash, a sign
    re.IGNORECASE,
)


def markdown(text: str) -> str:
    """`text` inside markdown, letter for letter: no bold, no colors, no formulas, no links, no pictures.

    Where it runs from right to left, it does not turn round what stands beside it.
    """
    text = isolated(text)
    return STILL_MEAN.sub(JOINER, " ".join(re.split(r"[ \t\r\n]+", text))).translate(ESCAPES)

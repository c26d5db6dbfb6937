"""How much of what was written stands in the training text, beside as much text that no model has seen."""

from collections.abc import Sequence

from tinygpt.corpus import load_corpus, split_point
from tinygpt.inside.copied import longest_copied, new_words, share_copied
from tinygpt.texts.keeping import kept
from tinygpt.ui import frame, texts
from tinygpt.ui.generate.desk import WriteOrder
from tinygpt.ui.generate.typewriter import Sheet
from tinygpt.words import literal
from tinygpt.words.copied import LEAST, Copied, copied_words, unseen_words


def say_what_is_copied(orders: Sequence[WriteOrder], sheets: Sequence[Sheet], characters: int) -> None:
    """A sentence for each text, and one for real text; or why nothing can be said."""
    if characters < LEAST:
        return
    for order, sheet in zip(orders, sheets, strict=True):
        label = f"Copied by {literal.markdown(order.title)}" if len(sheets) > 1 else "Copied"
        try:
            corpus = order.corpus()
        except ValueError as error:
            frame.caption(literal.markdown(str(error)), label=label)
            continue
        mine = copied_from(corpus.name, sheet.text(characters), order.prompt)
        beside = ""
        if sheet is sheets[-1] and len(corpus.val) >= characters:
            unseen = corpus.tokenizer.decode(corpus.val[:characters].tolist())
            beside = unseen_words(copied_from(corpus.name, unseen, ""))
        frame.caption(literal.markdown(f"{copied_words(mine)} {beside}"), label=label)


@kept
def copied_from(corpus: str, written: str, prompt: str) -> Copied:
    """What a text has from the training part of a corpus. ValueError where that is gone."""
    text = load_corpus(corpus, folder=texts.folder()).text
    train = text[: split_point(len(text))]
    run = longest_copied(written, train)
    quote = written[run.at : run.at + run.length]
    return Copied(share_copied(written, train, LEAST), run.place, quote, new_words(written, train, prompt=prompt))

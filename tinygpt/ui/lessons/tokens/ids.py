"""The first scenes of lesson 1: characters, ids, the text that is hidden."""

import re
from collections import Counter
from typing import Any

import streamlit as st
import torch
from torch import Tensor

from tinygpt.corpus import CATALOGUE, Corpus, load_corpus, split_point
from tinygpt.languages.catalogue import TASKS
from tinygpt.plots.lessons import tokens as figures
from tinygpt.spelling import named, spoken
from tinygpt.texts.keeping import kept
from tinygpt.texts.tiny_shakespeare import SHA256
from tinygpt.tokenizer import LECTURE_CHARS, CharTokenizer
from tinygpt.ui import controls, frame, texts
from tinygpt.ui.dials import switch
from tinygpt.ui.drag import swap
from tinygpt.ui.scene import Showing, deeper, explain, margin, picture, scene, under_picture
from tinygpt.words import literal
from tinygpt.words.storyboard import Facts, Scene

LONGEST = 60  # tiles of what is typed
BEGINNING = "Firs"  # of the lecture's text
RARE = 30  # times: a character that occurs less often is rare
WORD = re.compile(r"\w+|\S")  # a word or a mark
QUOTED = 24, 20  # characters of the text before and after the cut


def text_to_count() -> Corpus:
    """The text that all scenes of the page are about."""
    with st.container(width=780):
        with st.container(width=360):
            key = controls.corpus()
        if entry := CATALOGUE.get(key):
            made_up = "A made-up language. " if key in TASKS else ""
            st.markdown(f":gray[{made_up}{literal.markdown(entry.about)}]")
    return load_corpus(key, folder=texts.folder())


def characters(tokenizer: CharTokenizer, ids: Tensor) -> list[str]:
    """The characters of ids, one by one."""
    return list(tokenizer.decode(ids.tolist()))


@scene("tok-1")
def every_character(scene: Scene, corpus: Corpus) -> Showing:
    """What is typed, as tiles with ids."""
    tokenizer = corpus.tokenizer
    with st.container(width=480):
        typed = st.text_input("Type something", "hello, there!", key="typed", bind="query-params", live="250ms") or ""
    tiles = typed[:LONGEST]
    known = "".join(c for c in tiles if c in tokenizer.stoi)
    facts = {**_typed_facts(tokenizer, tiles, known), "typed": len(typed)}
    yield facts
    st.html(figures.id_tiles(list(tiles), [tokenizer.stoi.get(c) for c in tiles], frame.mode()))
    if len(typed) > LONGEST:
        st.markdown(scene.write("longer", facts | {"most": LONGEST}))
    if unknown := [spoken(c) for c in tokenizer.unknown(tiles)]:
        here = {"characters": ", ".join(unknown), "first": unknown[0], "V": tokenizer.vocab_size}
        st.markdown(scene.write("unknown", here))
    under_picture(scene, facts, "caption" if known == tiles and known else "caption_some" if known else "caption_empty")
    words = _word_facts(corpus.name)
    if words["shorter"] > 2 and words["different"] > words["V"]:  # else it is no text of words
        deeper(scene, words, "words")
    explain(scene, facts, lambda: {"character": list(map(named, known)), "id": tokenizer.encode(known)})


def _typed_facts(tokenizer: CharTokenizer, tiles: str, known: str) -> Facts:
    common = Counter(known).most_common(1)[0][0] if known else ""
    lecture = CharTokenizer(LECTURE_CHARS)
    return {
        "length": len(known),
        "shown": len(tiles),
        "different": len(set(known)),
        "character": spoken(common),
        "its_id": tokenizer.stoi.get(common, 0),
        "tiles": ", ".join(f"{spoken(c)} {tokenizer.stoi.get(c, 'without an id')}" for c in tiles),
        "small": lecture.stoi["h"],
        "capital": lecture.stoi["H"],
        "hello": str(lecture.encode("hello")),
        "lecture_V": lecture.vocab_size,
    }


@kept
def _word_facts(name: str) -> Facts:
    """What a vocabulary of whole words would be. ValueError where the text is gone."""
    corpus = load_corpus(name, folder=texts.folder())
    words = WORD.findall(corpus.text)
    return {
        "different": len(set(words)), "words": len(words), "V": corpus.tokenizer.vocab_size,
        "length": len(corpus.text), "shorter": len(corpus.text) / max(1, len(words)),
    }  # fmt: skip


@kept
def _counts(name: str) -> list[int]:
    """How often each character occurs in the corpus of that name. ValueError where its text is gone."""
    corpus = load_corpus(name, folder=texts.folder())
    return torch.bincount(corpus.data, minlength=corpus.tokenizer.vocab_size).tolist()


@scene("tok-2")
def vocabulary(scene: Scene, corpus: Corpus) -> Showing:
    """How often each character occurs."""
    counts, chars = _counts(corpus.name), corpus.tokenizer.chars
    facts = _vocabulary_facts(scene, counts, chars)
    yield facts
    pictures = [
        picture(scene, figures.vocabulary_bars(counts, chars, frame.mode(), logarithmic=logarithmic), facts)
        for logarithmic in (False, True)
    ]
    swap(pictures, switch("log_shares", "logarithmic"))
    remarks = {"many": len(chars) > figures.BARS, "never": bool(facts["absent"]), "exact": corpus.sha256 == SHA256}
    remarks["not_exact"] = chars == LECTURE_CHARS and not remarks["exact"]
    lines = " ".join(scene.write(name, facts) for name, is_so in remarks.items() if is_so)
    if lines:
        st.markdown(f":gray[{lines}]")
    with margin(), st.expander("The first 1\u202f000 characters", type="compact"):
        st.code(corpus.text[:1_000], language=None)
    explain(scene, facts, lambda: {"id": range(len(chars)), "character": list(map(named, chars)), "times": counts})


def _vocabulary_facts(scene: Scene, counts: list[int], chars: str) -> Facts:
    """The commonest and the rarest characters; and what is to be said of each that may be taken for the commonest."""
    times, total = dict(zip(chars, counts, strict=True)), sum(counts)
    by_count = sorted((n, c) for c, n in times.items() if n)
    (most, first), (least, last) = by_count[-1], by_count[0]
    found: dict[str, Any] = {
        "commonest": spoken(first), "share": most / total, "one_in": total / most, "length": total, "V": len(chars),
        "rarest": spoken(last), "least": least / total, "rare": RARE, "rare_ones": sum(n < RARE for n in counts),
        "absent": ", ".join(spoken(c) for c, n in times.items() if not n), "bars": figures.BARS,
    }  # fmt: skip
    found["end"] = scene.plain("end_rare" if found["rare_ones"] else "end_even", found)
    found["why"] = scene.plain("why_space", found) if first == " " else ""
    for name, c in (("e", "e"), ("space", " "), ("newline", "\n")):
        here = found | {"asked": spoken(c), "own": times.get(c, 0) / total}
        found[f"{name}_first"] = first == c
        found[f"{name}_says"] = scene.plain("first" if first == c else "other" if times.get(c) else "gone", here)
    return found | {"other_first": first not in "e \n"}


@scene("tok-3", code=[split_point])
def hide_some(scene: Scene, corpus: Corpus) -> Showing:
    """The text cut in two: nine tenths to train on, the rest hidden."""
    n, m, V = len(corpus.train), len(corpus.val), corpus.tokenizer.vocab_size
    missing = V - len(corpus.val.unique())
    facts = {"all": n + m, "train": n, "hidden": m, "missing": missing, "first": str(corpus.train[:9].tolist())}
    yield (facts := facts | {"end": scene.plain("end_missing" if missing else "end_all", facts)})
    before, after = QUOTED
    quoted = {"before": corpus.text[max(0, n - before) : n], "after": corpus.text[n : n + after]}
    st.html(figures.split_bar(n, m, frame.mode(), **quoted))
    under_picture(scene, facts)
    explain(scene, facts)


def check_facts() -> Facts:
    """The numbers that the closing check needs."""
    tokenizer = CharTokenizer(LECTURE_CHARS)
    *x, following = tokenizer.encode(BEGINNING)
    return {
        "e_id": tokenizer.stoi["e"], "d_id": tokenizer.stoi["d"], "x_ids": str(x), "next": following, "T": len(x),
        "y_ids": str([*x[1:], following]), "mirrored": str(x[::-1]),
    }  # fmt: skip

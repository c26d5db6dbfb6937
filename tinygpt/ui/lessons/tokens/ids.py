"""The first scenes of lesson 1: characters, ids, the text that is hidden."""

from collections import Counter

import streamlit as st
import torch
from torch import Tensor

from tinygpt.corpus import Corpus, load_corpus
from tinygpt.plots.lessons import tokens as figures
from tinygpt.spelling import named, spoken
from tinygpt.texts.keeping import kept
from tinygpt.texts.tiny_shakespeare import SHA256
from tinygpt.tokenizer import LECTURE_CHARS, CharTokenizer
from tinygpt.ui import controls, frame, texts
from tinygpt.ui.scene import Showing, alt, caption, explain, scene, table
from tinygpt.words.storyboard import Facts, Scene

NARROW = """@media (max-width: 640px) {  /* on a phone there is room for every fourth character below its bar */
  .st-key-narrow_tok_2 .xtick:not(:nth-child(4n+2)) { display: none; }
}"""
LONGEST = 60  # characters of the typed text
BEGINNING = "Firs"  # of the lecture's text
RARE = 30  # times: a character that occurs less often is rare


def text_to_count() -> Corpus:
    """The text that all scenes of the page are about."""
    with st.container(width=360):
        return load_corpus(controls.corpus(), folder=texts.folder())


def characters(tokenizer: CharTokenizer, ids: Tensor) -> list[str]:
    """The characters of ids, one by one."""
    return list(tokenizer.decode(ids.tolist()))


@scene("tok-1", code=[CharTokenizer.encode, CharTokenizer.decode])
def every_character(scene: Scene, corpus: Corpus) -> Showing:
    """What is typed, as tiles with ids."""
    tokenizer = corpus.tokenizer
    with st.container(width=480):
        typed = st.text_input(
            "Type something", "hello, there!", LONGEST, key="typed", bind="query-params", live="250ms"
        )
    typed = typed or ""
    known = "".join(c for c in typed if c in tokenizer.stoi)
    facts = _typed_facts(tokenizer, typed, known)
    yield facts
    st.html(figures.id_tiles(list(typed), [tokenizer.stoi.get(c) for c in typed], frame.mode()))
    if unknown := [spoken(c) for c in tokenizer.unknown(typed)]:
        here = {"characters": ", ".join(unknown), "first": unknown[0], "V": tokenizer.vocab_size}
        st.markdown(scene.write("unknown", here))
    caption(scene, facts, "caption" if known else "caption_empty")
    if known:
        same = tokenizer.decode(tokenizer.encode(known)) == typed
        words = "what you typed" if same else "only the characters that have an id"
        st.markdown(f":gray[decode(encode(text)) gives back {words}.]")
    explain(scene, facts, lambda: {"character": list(map(named, known)), "id": tokenizer.encode(known)})


def _typed_facts(tokenizer: CharTokenizer, typed: str, known: str) -> Facts:
    common = Counter(known).most_common(1)[0][0] if known else ""
    lecture = CharTokenizer(LECTURE_CHARS)
    return {
        "length": len(known),
        "different": len(set(known)),
        "character": spoken(common),
        "its_id": tokenizer.stoi.get(common, 0),
        "tiles": ", ".join(f"{spoken(c)} {tokenizer.stoi.get(c, 'without an id')}" for c in typed),
        "hello": ", ".join(map(str, lecture.encode("hello,"))),
        "there": ", ".join(map(str, lecture.encode(" there!"))),
        "h_id": lecture.stoi["h"],
        "lecture_V": lecture.vocab_size,
        "forwards": str(lecture.encode("hello")),
        "backwards": str(lecture.encode("olleh")),
    }


@kept
def _counts(name: str) -> list[int]:
    """How often each character occurs in the corpus of that name. ValueError where its text is gone."""
    corpus = load_corpus(name, folder=texts.folder())
    return torch.bincount(corpus.data, minlength=corpus.tokenizer.vocab_size).tolist()


@scene("tok-2", code=[CharTokenizer.from_text])
def vocabulary(scene: Scene, corpus: Corpus) -> Showing:
    """How often each character occurs."""
    counts, chars = _counts(corpus.name), corpus.tokenizer.chars
    share = {c: n / sum(counts) for c, n in zip(chars, counts, strict=True)}
    first = max(share, key=share.__getitem__)
    facts = {
        "commonest": spoken(first), "share": share[first], "length": sum(counts), "V": len(chars),
        "rare": RARE, "rare_ones": sum(n < RARE for n in counts),
        "e_share": share.get("e", 0.0), "space_share": share.get(" ", 0.0), "newline_share": share.get("\n", 0.0),
        "e_first": first == "e", "space_first": first == " ", "newline_first": first == "\n",
        "other_first": first not in "e \n",
    }  # fmt: skip
    yield facts
    logarithmic = st.toggle("logarithmic", key="log_shares", bind="query-params")
    figure = figures.vocabulary_bars(counts, chars, frame.mode(), logarithmic=logarithmic)
    if len(chars) > figures.ROOMY:
        st.html(f"<style>{NARROW}</style>")
    with st.container(key="narrow_tok_2"):
        frame.show(figure, key=scene.key, alt=alt(scene, facts))
    caption(scene, facts)
    if len(chars) > figures.BARS:
        st.markdown(f":gray[{scene.write('many', facts | {'bars': figures.BARS})}]")
    if absent := [spoken(c) for c, n in zip(chars, counts, strict=True) if not n]:
        st.markdown(f":gray[{scene.write('never', {'characters': ', '.join(absent)})}]")
    exact = "exact" if corpus.sha256 == SHA256 else "not_exact"
    st.markdown(f":gray[SHA-256 {corpus.sha256[:12]}\u2026 {scene.write(exact, facts)}]")
    with st.expander("The first 1\u202f000 characters", type="compact"):
        st.code(corpus.text[:1_000], language=None)
    table(lambda: {"id": range(len(chars)), "character": list(map(named, chars)), "times": counts}, key=scene.key)


@scene("tok-3", code=[Corpus.from_text])
def hide_some(scene: Scene, corpus: Corpus) -> Showing:
    """The text cut in two: nine tenths to train on, the rest hidden."""
    n, m, V = len(corpus.train), len(corpus.val), corpus.tokenizer.vocab_size
    facts = {
        "all": n + m, "train": n, "hidden": m, "missing": V - len(corpus.val.unique()),
        "first": str(corpus.train[:9].tolist()),
    }  # fmt: skip
    yield facts
    st.html(figures.split_bar(n, m, frame.mode()))
    with st.container(horizontal=True, gap="large"):
        st.text(f"\u2026{corpus.text[n - 30 : n]!r}", width="content")
        st.text(f"{corpus.text[n : n + 30]!r}\u2026", width="content")
    caption(scene, facts)
    st.markdown(f"train[:9] = {facts['first']}")


def check_facts() -> Facts:
    """The numbers that the closing check needs."""
    tokenizer = CharTokenizer(LECTURE_CHARS)
    *x, following = tokenizer.encode(BEGINNING)
    return {
        "e_id": tokenizer.stoi["e"], "d_id": tokenizer.stoi["d"], "x_ids": str(x), "next": following, "T": len(x),
        "y_ids": str([*x[1:], following]), "mirrored": str(x[::-1]),
    }  # fmt: skip

"""The scenes of lesson 2 about what a table writes: the same dice, its one character of context, temperature."""

import math
from functools import lru_cache
from typing import Any

import streamlit as st
import torch
from torch.nn import functional as F

from tinygpt.bigram import BigramLanguageModel
from tinygpt.counting import NGramModel
from tinygpt.generation import drawn_from, generate, next_probabilities
from tinygpt.lessons import tables
from tinygpt.plots.lessons import bigram as figures
from tinygpt.plots.lessons import bigram_drawings as drawings
from tinygpt.randomness import generator
from tinygpt.spelling import count_of_steps, in_a_row, isolated, named, spoken
from tinygpt.texts.keeping import kept
from tinygpt.ui import controls, frame
from tinygpt.ui.drag import drag, still
from tinygpt.ui.lessons.bigram.runs import newest_run, tables_of
from tinygpt.ui.lessons.bigram.text import Counted, char_control, counted_text
from tinygpt.ui.scene import Showing, alt, formula, picture, scene, table, under_picture
from tinygpt.variance import effective_characters
from tinygpt.words.storyboard import Facts, Scene

LINE, LONG = 90, 500  # characters written with the same dice
TEMPERATURES = [2 ** (i / 4 - 2) for i in range(17)]  # 0.25 to 4
CONTEXTS = ("in", "an")
LONGEST = 60  # characters that can be pasted as a context; the last two count
WRITTEN = 100  # characters at a temperature


@scene("big-6", code=[tables.write])
def same_dice(scene: Scene, text: Counted) -> Showing:
    """What the table writes at several moments, and what the counts write, with one seed."""
    with st.container(width=200):
        seed = controls.dice("Seed of the random numbers")
    found = tables_of(newest_run(text), text)
    moments = sorted({0, list(found)[-1]})
    first = text.corpus.tokenizer.stoi.get("\n", 0)
    written = {f"after {count_of_steps(step)}": found[step] for step in moments} | {"the counts": text.P}
    lines = [(name, _decoded(text, tables.write(P, first, LINE, seed))) for name, P in written.items()]
    agree = [sum(a == b for a, b in zip(line, lines[-1][1], strict=True)) for _, line in lines]
    facts: dict[str, Any] = {
        "step": moments[-1], "agree_before": agree[0], "agree_now": agree[-2], "length": LINE, "lines": len(lines),
        "is_all": agree[-2] == LINE, "is_most": agree[-2] < LINE, "is_hardly": False,
    }  # fmt: skip
    facts["so_far"] = scene.plain("so_far" if moments[-1] else "so_far_untrained", facts)
    yield facts
    words = "caption" if moments[-1] else "untrained"
    still(drawings.written_lines(lines, frame.mode()), key="big_6", alt=alt(scene, facts, words))
    before, now = (tables.kl(found[step], text.counts) for step in (0, moments[-1]))
    nearer = scene.write("nearer", {"kl_before": before, "kl_now": now}) if now < before else ""
    frame.caption(scene.write(words, facts) + nearer)
    with st.expander(f"{LONG} characters", type="compact", key="long_sample", on_change="rerun") as box:
        if box.open:
            st.code(_decoded(text, tables.write(found[moments[-1]], first, LONG, seed)), language=None)


def _decoded(text: Counted, ids: list[int]) -> str:
    return text.corpus.tokenizer.decode(ids)


@kept
def _ngrams(corpus: str, n: int) -> NGramModel:
    text = counted_text(corpus)
    return NGramModel.fit(text.corpus.train, n, text.V, 0)


def _read(typed: str, wanted: str, text: Counted) -> tuple[str, str]:
    """The context that counts of what was typed, and the template that says what became of it, or ""."""
    last = typed[-2:]
    if len(last) < 2:
        return wanted, "too_short"
    if not set(last) <= set(text.chars):
        return wanted, "unknown"
    return last, "last_two" if typed != last else ""


def _context_control(scene: Scene, text: Counted, label: str, key: str, wanted: str) -> str:
    """Two characters: the last two of what is typed; a sentence where that is not what was typed."""
    typed = st.text_input(label, wanted, LONGEST, key=key, bind="query-params", live="250ms") or ""
    context, words = _read(typed, wanted, text)
    if words:
        unknown = next((c for c in typed[-2:] if c not in text.chars), "")
        facts = {"context": _quoted(context), "char": spoken(unknown) if unknown else ""}
        st.markdown(f":gray[{scene.write(words, facts)}]")
    return context


def _quoted(context: str) -> str:
    return f"\u201c{isolated(''.join(map(in_a_row, context)))}\u201d"


def _fits(context: str, text: Counted) -> bool:
    return not _read(context, "", text)[1]


def _first_contexts(text: Counted) -> list[str]:
    """The lecture's two, or else two of the text's own: its commonest character after two others."""
    if all(_fits(context, text) for context in CONTEXTS):
        return list(CONTEXTS)
    last = int(text.counts.sum(dim=0).argmax())
    before = text.counts[:, last].topk(min(2, text.V)).indices.tolist()
    return [text.chars[i] + text.chars[last] for i in (before[0], before[-1])]


def _forget_contexts(text: Counted) -> None:
    """Another text was chosen: what was typed for the last one goes where it does not fit."""
    if st.session_state.get("contexts_of", text.corpus.name) != text.corpus.name:
        for key in ("context_a", "context_b"):
            if not _fits(st.session_state.get(key, ""), text):
                st.session_state.pop(key, None)
    st.session_state["contexts_of"] = text.corpus.name


def _two_contexts(scene: Scene, text: Counted) -> list[str]:
    """What is typed as contexts."""
    _forget_contexts(text)
    controls = zip(("First", "Second"), ("context_a", "context_b"), _first_contexts(text), strict=True)
    with st.container(horizontal=True, gap="medium"):
        contexts = []
        for name, key, first in controls:
            with st.container(width=260):
                contexts.append(_context_control(scene, text, f"{name} context (two characters)", key, first))
    return contexts


@scene("big-7", code=[NGramModel.probabilities, BigramLanguageModel.forward])
def one_character(scene: Scene, text: Counted) -> Showing:
    """Two contexts: the table sees their last characters only."""
    contexts = _two_contexts(scene, text)
    ids = [torch.tensor(text.corpus.tokenizer.encode(context)) for context in contexts]
    pairs, triples = ([_ngrams(text.corpus.name, n).probabilities(i) for i in ids] for n in (2, 3))
    guess, same = int(triples[0].argmax()), contexts[0][-1] == contexts[1][-1]
    facts: dict[str, Any] = {"guess": text.say(guess), "same": same, "different": not same}
    for n, place in enumerate(("first", "second")):
        facts |= {
            place: _quoted(contexts[n]),
            f"{place}_last": text.say(int(ids[n][-1])),
            f"{place}_pair": float(pairs[n][guess]),
            f"{place}_triple": float(triples[n][guess]),
        }
    yield facts
    likeliest = pairs[0].argsort(descending=True, stable=True).tolist()[:6]
    drawn = likeliest if guess in likeliest else [*likeliest[:5], guess]
    words = "caption" if same else "other"
    figure = figures.two_contexts(contexts, pairs, triples, drawn, text.chars, frame.mode())
    frame.show(figure, key=scene.key, alt=alt(scene, facts, words))
    under_picture(scene, facts, words)
    columns = {"pairs, a": pairs[0], "triples, a": triples[0], "pairs, b": pairs[1], "triples, b": triples[1]}
    shares = {name: row[drawn].tolist() for name, row in columns.items()}
    table(lambda: {"next": [named(text.chars[i]) for i in drawn], **shares}, key=scene.key)


@scene("big-8", code=[next_probabilities, drawn_from])
def sharper_or_flatter(scene: Scene, text: Counted) -> Showing:
    """A row at several temperatures, and what is written then."""
    val, sharp = _losses_at(text.corpus.name)
    yield {"val": val, "sharp": sharp}
    i = char_control(text, "favorites", "t")
    model, mode = tables.as_model(text.smoothed), frame.mode()
    idx, shown = torch.tensor([[i]]), text.smoothed[i].argsort(descending=True, stable=True).tolist()[:10]
    pictures, every = [], []
    for tau, sample in zip(TEMPERATURES, _written(text.corpus.name, i), strict=True):
        row = next_probabilities(model, idx, temperature=tau)[0]
        facts = {
            "character": text.say(i), "likeliest": text.say(shown[0]), "tau": tau, "share": float(row[shown[0]]),
            "eff": float(effective_characters(row)),
        }  # fmt: skip
        drawing = drawings.row_at_temperature(row, shown, text.chars, mode) + drawings.sample_line(sample, mode)
        pictures.append(picture(scene, drawing, facts))
        every.append(facts)
    names = [f"{tau:.2f}" for tau in TEMPERATURES]
    at = drag(pictures, key="temperature", label="Temperature", names=names, default=names.index("1.00"))
    st.markdown(scene.write("loss", {"val": val}))
    formula(scene, every[at])


@lru_cache(maxsize=64)
def _losses_at(corpus: str) -> tuple[float, float]:
    """Val loss of the smoothed counts, as they are and sharpened by a temperature of ½."""
    text = counted_text(corpus)
    sharpened = F.softmax(text.smoothed.log() / 0.5, dim=-1)
    return tables.loss(text.smoothed, text.hidden), tables.loss(sharpened, text.hidden)


@kept
def _written(corpus: str, first: int) -> list[str]:
    """What the counts write after `first` at each of TEMPERATURES, with the same dice."""
    text, idx = counted_text(corpus), torch.tensor([[first]])
    model = tables.as_model(text.smoothed)
    drawn = (generate(model, idx, WRITTEN, temperature=tau, generator=generator(1337)) for tau in TEMPERATURES)
    return [_decoded(text, [token.id for token in tokens]) for tokens in drawn]


def check_facts(text: Counted) -> Facts:
    """The numbers of the closing check."""
    val, _ = _losses_at(text.corpus.name)
    return {"val": val, "target": val - 0.18, "eff": math.exp(val)}

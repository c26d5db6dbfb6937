"""The first scene of lesson 3: what a model comes to that may read what it has to guess."""

import streamlit as st

from tinygpt.corpus import Corpus, default_corpus, load_corpus
from tinygpt.lessons.measured import Result, counted, result
from tinygpt.plots.lessons.averaging_window import losses_bars, window
from tinygpt.spelling import spoken
from tinygpt.ui import frame
from tinygpt.ui.dials import slider, switch
from tinygpt.ui.drag import Picture, swap
from tinygpt.ui.lessons.averaging.loop import T
from tinygpt.ui.scene import Showing, explain, picture, scene
from tinygpt.words.storyboard import Facts, Scene


@scene("avg-0")
def look_right(scene: Scene) -> Showing:
    """A head that reads only to its left, or the whole window: what it guesses, what it pays, what it writes."""
    honest, cheat, floors = result("one-head"), result("no-mask"), counted()[0]
    yield {"cheat": cheat.val_loss, "honest": honest.val_loss, "fives": floors["5-gram"].val, "all": T, "seen": T - 1}
    characters = hidden_line(load_corpus(default_corpus()))
    pictures = [
        _place(scene, characters, t, honest, cheat, future=future) for future in (False, True) for t in range(T)
    ]
    dials = switch("look_right", scene.templates["switch"]), slider("place", "Position", range(T), 2)
    future, _ = swap(pictures, *dials)
    st.markdown(scene.templates["writes"])
    st.code((cheat if future else honest).sample, language=None, wrap_lines=True)
    if future:
        in_use = {"low": min(cheat.in_use), "high": max(cheat.in_use), "even": floors["uniform"].val}
        st.markdown(scene.write("in_use", in_use))
    explain(scene, {}, lambda: {"position": range(T), "one head": honest.by_position, "no mask": cheat.by_position})


def _place(scene: Scene, characters: list[str], t: int, honest: Result, cheat: Result, *, future: bool) -> Picture:
    """What position `t` reads, has to guess and pays; with `future` also what it pays that reads the whole window."""
    losses = {scene.templates["honest"]: honest.by_position}
    if future:
        losses[scene.templates["cheat"]] = cheat.by_position
    drawing = window(characters, t, frame.mode(), future=future) + losses_bars(losses, t, frame.mode())
    return picture(scene, drawing, _place_facts(characters, t, honest, cheat), _template(t, future))


def hidden_line(corpus: Corpus) -> list[str]:
    """The first T + 1 characters of the hidden text's first whole line."""
    text = corpus.tokenizer.decode(corpus.val[:1_000].tolist())
    return list(text.partition("\n")[2][: T + 1])


def _template(t: int, future: bool) -> str:
    if not future:
        return "caption"
    return "in_sight" if t < T - 1 else "at_the_end"


def _place_facts(characters: list[str], t: int, honest: Result, cheat: Result) -> Facts:
    return {
        "t": t, "next_t": t + 1, "last": T - 1, "seen": t + 1, "next": spoken(characters[t + 1]),
        "honest": honest.by_position[t], "cheat": cheat.by_position[t],
    }  # fmt: skip

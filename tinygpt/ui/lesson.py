"""The page of a lesson: how it is laid out, its head, its closing questions, the way on; on request a scene a screen.

A wide screen has two columns a scene: words at the left, the picture at the right, and whichever is shorter stays in
sight while the other one is read. A phone has one.
"""

from html import escape

import streamlit as st

from tinygpt.ui import frame
from tinygpt.ui.browser.component import component
from tinygpt.ui.question import answers
from tinygpt.words import literal
from tinygpt.words.glossary import words_of
from tinygpt.words.storyboard import Facts, Lesson, lesson, lessons

STYLE = """
.st-key-lesson h1 { font-size: 2rem; padding: 0; }
.st-key-lesson { gap: .25rem; }
.st-key-text, .st-key-corpus { min-height: 4.28rem; }
[class*="st-key-question_"] { min-height: 4.2rem; }
[class*="st-key-scene_"] { padding-top: 2.5rem; }
[class*="st-key-scene_"] h2 { padding-top: 0; font-size: 1.5rem; scroll-margin-top: 7.5rem; }
[class*="st-key-scene_"] h3 { font-size: 1.05rem; line-height: 1.4; padding-bottom: .35rem; }
@media (min-width: 1000px) {
  [data-testid="stLayoutWrapper"]:has(> .st-key-frame .st-key-lesson) { width: 1320px; max-width: 100%; }
  [class*="st-key-scene_"] {
    display: grid; grid-template-columns: minmax(0, 22rem) minmax(0, 1fr); grid-template-rows: auto 1fr;
    grid-template-areas: "words stage" "margin stage"; column-gap: 2.75rem; row-gap: 1rem; align-items: start;
  }
  [class*="st-key-scene_"] > :nth-child(1) { grid-area: words; }
  [class*="st-key-scene_"] > :nth-child(2) { grid-area: stage; position: sticky; top: 4.5rem; min-width: 0; }
  [class*="st-key-scene_"] > :nth-child(3) { grid-area: margin; }
}
/* What stands on the first screen, above words or beside them: they wait where they will be. */
.st-key-still_showpiece { min-height: min(466px, 100vw - 2.5rem); }
.st-key-drag_look_right { min-height: 470px; }
.st-key-drag_pair { min-height: 585px; }
.st-key-still_tra_1 { min-height: 496px; }
[class*="st-key-words_"] > :first-child [data-testid="stSkeleton"] { height: 24px; }  /* the way, a line */
:is(.st-key-part_heads, .st-key-part_feed_forward, .st-key-part_blocks, .st-key-rung) { min-height: 68px; }
:is(.st-key-part_positions, .st-key-part_projection, .st-key-part_skip, .st-key-part_layer_norm) { height: 27px; }
[class*="st-key-margin_"] .katex { font-size: .95em; }
[class*="st-key-margin_"] .katex-display { overflow-x: auto; overflow-y: hidden; }
.way { display: flex; flex-wrap: wrap; gap: 0 .8rem; margin: 0; font-size: .75rem; }
.way span { color: light-dark(#5F5C56, #A5A29B); }
.way b { color: light-dark(#22252B, #E9E6E0); border-bottom: 2px solid; }
[class*="st-key-hidden_"] {
  min-height: 16rem; border: 1px dashed light-dark(#B9B4A8, #4A505C); border-radius: 6px; justify-content: center;
}
[class*="st-key-reply_"] { padding: .5rem .9rem; border-left: 5px solid; border-radius: 0 6px 6px 0; }
[class*="st-key-reply_right"] { background: light-dark(#E0F1F0, #17302C); border-color: light-dark(#0B6E6D, #74E6CB); }
[class*="st-key-reply_wrong"] { background: light-dark(#F6EBDC, #33271B); border-color: light-dark(#8F5410, #F2A65A); }
[class*="st-key-reply_"] strong { font-size: 1.15em; }
a[href^="#word-"] { position: relative; text-decoration: underline dotted; text-underline-offset: .22em; }
a[href^="#word-"][data-says]:is(:hover, :focus)::after {
  content: attr(data-says); position: absolute; left: var(--shift, 0); top: 1.7em; z-index: 20; width: max-content;
  max-width: min(20rem, 70vw); padding: .5rem .75rem; border-radius: 6px;
  font-size: .9rem; line-height: 1.4; font-weight: 400;
  color: light-dark(#FCFBF8, #15171C); background: light-dark(#22252B, #E9E6E0);
}
.glossary { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .4rem 1.25rem; max-width: 900px; }
.glossary dt { font-weight: 600; }
.glossary dd { margin: 0; }
"""

# As deep as the rules of the app (streamlit_app.py), and after them, so that these hold.
PRESENTED = """
html { font-size: 22px; }
.stApp {
  [data-testid="stHeader"], [class*="st-key-margin_"] { display: none; }
  [class*="st-key-scene_"] { min-height: 100vh; padding-block: 1.5rem; align-content: center; }
  [data-testid="stLayoutWrapper"]:has(> .st-key-frame .st-key-lesson) { width: 100%; }
}
"""

_arrows = component("arrows", "hold")


def presented() -> bool:
    """Whether the page is shown to a class: a scene a screen, in large type."""
    return st.query_params.get("view") == "present"


def open_lesson(name: str) -> Lesson:
    """A page's words; its title, and its place among the lessons, are shown.

    With `?view=present` a scene fills the screen in large type, the arrow keys turn scenes, and a link to a scene shows
    that one.
    """
    found = lesson(name)
    with st.container(key="lesson"):
        place = f"Lesson {found.number} of {len(lessons())}" if found.number else "Beside the lessons"
        way = "[leave](?)" if presented() else "[present](?view=present)"  # either in a tab of its own
        frame.title(found.title, found.subtitle, f"{place} \u00b7 {way}")
    if presented():
        st.html(f"<style>{PRESENTED}</style>")
        _arrows(key="arrows", height=1)
    return found


def close_lesson(lesson: Lesson, facts: Facts | None = None) -> None:
    """The questions at the end of a lesson; the way to the lesson before, and to the one after or the laboratory. From
    a page beside the lessons the way leads home."""
    st.space("large")
    if lesson.number is None:
        _words(lesson)
        st.space("large")
        with st.container(key="card_turn"):
            st.page_link("learn/home.py", label="Home", icon=":material/arrow_back:")
        return
    st.header("Check", anchor="check")
    for question in lesson.check:
        answers(question, facts or {})
    _words(lesson)
    st.space("large")
    links = [(f"learn/{one.name}.py", literal.markdown(one.title)) for one in lessons()]
    way = [("learn/home.py", "Home"), *links, ("lab/train.py", "Train your own")]
    at = 1 + lessons().index(lesson)
    (before, name), (after, next_name) = way[at - 1], way[at + 1]
    with st.container(horizontal=True, horizontal_alignment="distribute", key="card_turn"):
        with st.container(width="content"):
            st.page_link(before, label=name, icon=":material/arrow_back:")
        st.page_link(after, label=f"Next: {next_name}", icon=":material/arrow_forward:", icon_position="right")


def _words(lesson: Lesson) -> None:
    """What the words of the field mean that a page uses."""
    if found := words_of(lesson):
        st.space("large")
        st.subheader("Words", anchor="words")
        rows = (f'<dt id="{entry.anchor}">{escape(entry.word)}</dt><dd>{escape(entry.says)}</dd>' for entry in found)
        st.html(f'<dl class="glossary">{"".join(rows)}</dl>')

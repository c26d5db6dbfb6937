"""The page of a lesson: how it is laid out, its head, its closing questions, the way on; on request a scene a screen.

A wide screen has two columns a scene: words at the left, the picture at the right, and whichever is shorter stays in
sight while the other one is read. A phone has one.
"""

import streamlit as st

from tinygpt.ui import frame
from tinygpt.ui.question import answers
from tinygpt.words import literal
from tinygpt.words.storyboard import Facts, Lesson, lesson, lessons

STYLE = """
[data-testid="stMainBlockContainer"]:has(.st-key-lesson) { padding: 4.5rem 2.5rem 5rem; }
[data-testid="stLayoutWrapper"]:has(> .st-key-frame .st-key-lesson) { width: 1320px; max-width: 100%; }
[class*="st-key-scene_"] { padding-top: 2.5rem; }
[class*="st-key-scene_"] h2 { padding-top: 0; font-size: 1.5rem; scroll-margin-top: 5rem; }
[class*="st-key-scene_"] h3 { font-size: 1.05rem; line-height: 1.4; padding-bottom: .35rem; }
@media (min-width: 1000px) {
  [class*="st-key-scene_"] {
    display: grid; grid-template-columns: minmax(0, 22rem) minmax(0, 1fr); grid-template-rows: auto 1fr;
    grid-template-areas: "words stage" "margin stage"; column-gap: 2.75rem; row-gap: 1rem; align-items: start;
  }
  [class*="st-key-scene_"] > :nth-child(1) { grid-area: words; }
  [class*="st-key-scene_"] > :nth-child(2) { grid-area: stage; position: sticky; top: 4.5rem; min-width: 0; }
  [class*="st-key-scene_"] > :nth-child(3) { grid-area: margin; }
}
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
"""

PRESENTED = """
html { font-size: 22px; scroll-snap-type: y proximity; }
[data-testid="stMain"] { scroll-snap-type: y mandatory; scroll-padding-top: 3.75rem; }
[class*="st-key-scene_"] { min-height: calc(100vh - 4rem); scroll-snap-align: start; align-content: center; }
[data-testid="stLayoutWrapper"]:has(> .st-key-frame .st-key-lesson) { width: 100%; }
"""

_arrows = st.components.v2.component(
    "tinygpt_arrows",
    js="""
const CONTROL = "input, textarea, select, [role=radio], [role=slider], [contenteditable=true]";
export default function () {
  const main = document.querySelector('[data-testid="stMain"]');
  const turn = (event) => {
    const step = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 }[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey || event.composedPath()[0].matches?.(CONTROL)) return;
    const tops = [...document.querySelectorAll('[class*="st-key-scene_"]')]
      .map((scene) => scene.getBoundingClientRect().top - main.getBoundingClientRect().top - 60);
    const next = step > 0 ? tops.find((top) => top > 20) : tops.findLast((top) => top < -20);
    if (next === undefined) return;
    event.preventDefault();
    main.scrollBy({ top: next, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  };
  document.addEventListener("keydown", turn);
  return () => document.removeEventListener("keydown", turn);
}
""",
)


def open_lesson(name: str) -> Lesson:
    """A page's words; its title, and its place among the lessons, are shown.

    With `?view=present` a scene fills the screen in large type, and the arrow keys turn scenes.
    """
    found = lesson(name)
    presented = st.query_params.get("view") == "present"
    st.html(f"<style>{STYLE}{PRESENTED if presented else ''}</style>")
    with st.container(key="lesson"):
        place = f"Lesson {found.number} of {len(lessons())}" if found.number else "Beside the lessons"
        frame.title(found.title, found.subtitle, place)
    if presented:
        _arrows(key="arrows", height=1)
    return found


def close_lesson(lesson: Lesson, facts: Facts | None = None) -> None:
    """The questions at the end of a lesson; the way to the lesson before, and to the one after or the laboratory. From
    a page beside the lessons the way leads home."""
    st.space("large")
    if lesson.number is None:
        with st.container(key="card_turn"):
            st.page_link("learn/home.py", label="Home", icon=":material/arrow_back:")
        return
    st.header("Check", anchor="check")
    for question in lesson.check:
        answers(question, facts or {})
    st.space("large")
    links = [(f"learn/{one.name}.py", literal.markdown(one.title)) for one in lessons()]
    way = [("learn/home.py", "Home"), *links, ("lab/train.py", "Train your own")]
    at = 1 + lessons().index(lesson)
    (before, name), (after, next_name) = way[at - 1], way[at + 1]
    with st.container(horizontal=True, horizontal_alignment="distribute", key="card_turn"):
        with st.container(width="content"):
            st.page_link(before, label=name, icon=":material/arrow_back:")
        st.page_link(after, label=f"Next: {next_name}", icon=":material/arrow_forward:", icon_position="right")

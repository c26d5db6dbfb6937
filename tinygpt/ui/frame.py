"""The furniture of every page: its frame, its head, its figures."""

from html import escape

import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from tinygpt.plots import look, thumbnails
from tinygpt.spelling import harmless_directions
from tinygpt.ui.browser.component import component

STYLE = """
/* What the theme has no key for. 1: a link starts where its picture starts. */
.st-key-frame [data-testid="stPageLink"] a { padding-left: 0; padding-right: 0; height: auto; }
.st-key-frame [data-testid="stPageLink"] a * { white-space: normal; overflow: visible; line-height: 1.35; }
/* 2: the label of a primary button is always white: too faint on the bright primary of the dark theme. */
.st-key-frame [data-testid="stBaseButton-primary"]:not(:disabled) { color: light-dark(#FFFFFF, #15171C); }
/* 3: code in ink, as in print. The fixed colors of the highlighter reach only 2.1 : 1 on paper. */
.st-key-frame .token.token.token { color: inherit; font-weight: inherit; }
.st-key-frame .token.token.token:is(.keyword, .function, .class-name) { font-weight: 700; }
.st-key-frame .token.token.token:is(.comment, .string) { color: light-dark(#5F5C56, #A5A29B); }
/* 4: three dots say "menu" without an arrow beside them. */
.st-key-runs [data-testid="stPopoverButton"] div[aria-hidden="true"] { display: none; }
/* 5: a chart's own buttons come up inside it, where curves that fall leave room, not over what stands above it. */
.st-key-frame :has(> * > [data-testid="stVegaLiteChart"]) [data-testid="stElementToolbar"] { top: 0 !important; }
/* 6: a formula of several lines is 2 px wider and higher than its box: no scroll bar, no numerator without its top. */
.st-key-frame .katex-display { padding: .25rem 3px; }
/* 7: what a model writes: a line that goes on stands further in, and a longer text scrolls in its place. */
.passage {
  height: 12rem; overflow-y: auto; padding: .6rem .9rem; border-radius: 6px; background: light-dark(#F3F1EB, #1E2128);
}
.passage.nothing { color: light-dark(#5F5C56, #A5A29B); }
.passage p {
  font: .9rem/1.5 "Source Code Pro", monospace;
  margin: 0; padding-inline-start: 1.5em; text-indent: -1.5em; white-space: pre-wrap; overflow-wrap: anywhere;
}
/* 8: what people and models write runs in its own direction, line by line. */
.st-key-frame :is([data-testid="stCode"] code, [data-testid="stText"], textarea) {
  unicode-bidi: plaintext; text-align: start;
}
/* 9: a figure's own buttons come up above it, not over its labels; a finger has no use for them. */
.st-key-frame .js-plotly-plot .modebar-container { top: -1.5rem !important; }
@media (hover: none) { .st-key-frame .js-plotly-plot .modebar-container { display: none; } }
/* 10: labels of what opens below them, as dark as text that is read. */
.st-key-frame details summary, .st-key-frame details summary p { color: light-dark(#5F5C56, #A5A29B); opacity: 1; }
/* 11: as wide as the window from the beginning; a page says so only when it runs. */
[data-testid="stMainBlockContainer"] { max-width: none; padding-inline: max(1rem, min(2rem, 3vw)); }
"""

IN_THE_PICTURE = "In the picture"  # before the sentence under a figure

# A page that is worked at: one low line above, all of the width below, and what is set at the left stays in sight.
BENCH = """
[data-testid="stMainBlockContainer"]:has(.st-key-bench) { padding-bottom: 1rem; }
[data-testid="stLayoutWrapper"]:has(> .st-key-frame .st-key-bench) { width: 1400px; max-width: 100%; }
.st-key-frame:has(.st-key-bench) { gap: .5rem; }
.st-key-bench { row-gap: .2rem; }
/* Until the code of a control has come, a gray bar keeps its place: as high as a control with its name. */
.st-key-frame:has(.st-key-bench) :is(.st-key-axis, .st-key-part) [data-testid="stSkeleton"] { height: 67px; }
.st-key-frame:has(.st-key-bench) [data-testid="stColumn"]:first-child
  [data-testid="stElementContainer"]:not(.st-key-train, .st-key-begin, .st-key-beside) [data-testid="stSkeleton"] {
  height: 77px;
}
.st-key-onward [data-testid="stSkeleton"] { height: 26px !important; }
.st-key-look [role="radiogroup"] { flex-wrap: wrap; overflow-x: visible; }
.st-key-typed { min-height: 120px; }
.st-key-prompt { min-height: 102px; }
.st-key-machine, .st-key-typewriter { min-height: 385px; }
@media (min-width: 1000px) { .st-key-machine, .st-key-typewriter { min-height: 551px; } }
.st-key-bench h1 { font-size: 1.5rem; padding: 0; white-space: nowrap; }
@media (max-height: 32rem) and (min-width: 641px) {  /* a window so low has no line to spare */
  [data-testid="stLayoutWrapper"]:has(> .st-key-bench) { position: absolute; opacity: 0; pointer-events: none; }
}
"""

_appearance = component("appearance")
_way_back = component("way_back", "hold")
_explain = component("explain")


def mode() -> look.Mode:
    """The appearance that this browser shows."""
    return "dark" if st.context.theme.type == "dark" else "light"


def set_up() -> None:
    """Title, icon and logo: what stands outside the page. The first call of the router."""
    st.set_page_config(page_title="tinygpt", page_icon=thumbnails.favicon(), layout="wide")
    st.logo(thumbnails.logo(mode()), size="medium")


def column() -> DeltaGenerator:
    """Where a page writes: one column of at most 1120 px, in the middle of any screen."""
    return st.container(horizontal_alignment="center").container(width=1120, key="frame")


def follow_the_browser() -> None:
    """Run the page again when somebody chooses Light or Dark: Streamlit does not, and our figures need it. Let the
    browser's Back lead to the page before, as it was left. Nothing of this shows."""
    _appearance(key="appearance", data={"drawn": mode()}, height=1, on_changed_change=lambda: None)
    _way_back(key="way_back", height=1)
    _explain(key="explain", height=1)


def title(words: str, lede: str, aside: str = "") -> None:
    """A page's title, something small at its right ("Lesson 4 of 6"), and at most two sentences."""
    _name(words)
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute", gap=None):
        st.title(words, anchor=False, width="content")
        if aside:
            st.markdown(f":gray[{aside}]", width="content")
    with st.container(width=780):
        st.markdown(lede)


def bench(words: str, lede: str) -> None:
    """The title of a page that is worked at, in one low line."""
    _name(words)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="bench"):
        st.title(words, anchor=False, width="content")
        st.markdown(f":gray[{lede}]", width="stretch")


def _name(words: str) -> None:
    """A name for the tab, which a screen reader says first."""
    st.set_page_config(page_title=f"{words} \u00b7 tinygpt")


def as_written(text: str, instead: str) -> None:
    """What a model wrote, letter for letter and in its own direction; where there is nothing, words `instead`.

    Always in the same space. Line breaks are the model's own: a line that is too long goes on further in, as in print.
    What would turn the direction of what follows round is shown by its number.
    """
    if not text:
        st.html(f'<div class="passage nothing">{escape(instead)}</div>')
        return
    harmless = harmless_directions(text.removesuffix("\n"))
    lines = "".join(f'<p dir="auto">{escape(line) or "&nbsp;"}</p>' for line in harmless.split("\n"))
    st.html(f'<div class="passage">{lines}</div>')


def show(figure: go.Figure, *, key: str, alt: str) -> None:
    """A figure in our own look; `alt` says in words what it shows."""
    st.plotly_chart(look.dress(figure, mode()), theme=None, config=look.CONFIG, key=key, alt=alt)


def zoomed() -> None:
    """Nothing to do. That somebody listens is what makes Streamlit keep the zoom when the rows change."""


def caption(sentence: str, hint: str = "", *, label: str = IN_THE_PICTURE) -> None:
    """The one sentence under a figure: what it shows. Computed, never typed. `hint` is read on demand."""
    with st.container(width=900):
        st.markdown(f"**{label}** \u2002{sentence}", help=hint or None)

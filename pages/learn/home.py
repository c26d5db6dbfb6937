"""Page: what this is and where to start."""

import streamlit as st

from tinygpt.plots.lessons.attention import attention_heatmap
from tinygpt.ui import frame, home, session
from tinygpt.words.attention import heatmap_words, strongest_look
from tinygpt.words.storyboard import lessons

mode, piece = frame.mode(), home.showpiece()

left, right = st.columns([10, 9], gap="large", vertical_alignment="center")
with left:
    st.title("Train a tiny language model. Watch what it looks at.", anchor=False)
    how_many = home.COUNTED.get(len(lessons()), len(lessons()))
    st.markdown(
        f"{how_many} lessons and a laboratory about **attention**, for a classroom. Everything here is computed, most "
        "of it while you watch, and small enough to check by hand."
    )
    with st.container(horizontal=True):
        if st.button("Start with lesson 1", type="primary", key="to_learn"):
            st.switch_page(f"learn/{lessons()[0].name}.py")
        if st.button("Train a model", key="to_train"):
            st.switch_page("lab/train.py")
with right:
    T = len(piece.text)
    row = strongest_look(piece.weights, rows=range(T // 5, T // 2)).row  # its words fit at its right
    figure = attention_heatmap(
        piece.weights, piece.text, mode, scaled=piece.scaled, row=row, note="the future:<br>no tile"
    )
    frame.show(
        figure.update_layout(height=470), key="showpiece", alt=heatmap_words(piece.weights, piece.text), square=True
    )
    st.markdown(
        f":gray[{piece.caption} A row is a character; the farther a tile is from the color of the page, the more that "
        "character looks at that column.]"
    )

for section, row_of_cards in (("Learn", home.lesson_cards(mode)), ("Laboratory", home.lab_cards(mode))):
    st.space("small")
    st.header(section, anchor=False)
    with st.grid(3, min_column_width=150, gap="medium"):
        for card in row_of_cards:
            with st.container(key=f"card_{card.page.split('/')[1]}", gap="xsmall"):
                if card.picture:
                    st.image(card.picture, width="stretch", alt="")
                st.page_link(f"{card.page}.py", label=f"**{card.title}**")
                st.markdown(f":gray[{card.line}]")

st.space("medium")
with st.container(width=780):
    st.markdown(home.LECTURE)
st.markdown(f":gray[{home.about_this_server(session.engine().live_runs())}]")

"""Page: what this is and where to start."""

import streamlit as st

from tinygpt.plots.lessons.attention import attention_map
from tinygpt.ui import frame, home, session
from tinygpt.ui.drag import still
from tinygpt.words.attention import heatmap_words, strongest_look
from tinygpt.words.storyboard import beside, lessons

mode, piece = frame.mode(), home.showpiece()

left, right = st.columns([10, 9], gap="large", vertical_alignment="center")
with left:
    st.title("Train a tiny language model. Watch what it looks at.", anchor=False)
    how_many = home.COUNTED.get(len(lessons()), len(lessons()))
    st.markdown(
        f"In {how_many} lessons you build the model behind ChatGPT, at a size you can check by hand. Everything here "
        "is computed, most of it while you watch. In the laboratory you train models of your own."
    )
    with st.container(horizontal=True):
        if st.button("Start with lesson 1", type="primary", key="to_learn"):
            st.switch_page(f"learn/{lessons()[0].name}.py")
        if st.button("Train a model", key="to_train"):
            st.switch_page("lab/train.py")
with right:
    T = len(piece.text)
    row = strongest_look(piece.weights, rows=range(T // 5, T // 2)).row  # its words fit at its right
    drawing = attention_map(piece.weights, piece.text, mode, row=row, note="the future:\nno tile", side=440)
    still(drawing, key="showpiece", alt=heatmap_words(piece.weights, piece.text))
    st.markdown(f":gray[{piece.caption} The stronger the color, the more the row's character looks at the column's.]")

for section, row_of_cards in (("Learn", home.lesson_cards(mode)), ("Laboratory", home.lab_cards(mode))):
    st.space("small")
    st.header(section, anchor=False)
    if section == "Learn":
        with st.container(width=780):
            st.markdown(home.LECTURE)
    with st.grid(3, min_column_width=150, gap="medium"):
        for card in row_of_cards:
            with st.container(key=f"card_{card.page.split('/')[1]}", gap="xsmall"):
                if card.picture:
                    st.image(card.picture, width="stretch", alt="")
                st.page_link(f"{card.page}.py", label=f"**{card.title}**")
                st.markdown(f":gray[{card.line}]")
    for page in beside() if section == "Learn" else ():
        st.page_link(f"learn/{page.name}.py", label=f"**{page.title}** \u2002{page.question}")

st.space("medium")
with st.expander("For teachers", type="compact"):
    st.markdown(home.FOR_TEACHERS)
    st.markdown(f":gray[{home.about_this_server(session.engine().live_runs())}]")

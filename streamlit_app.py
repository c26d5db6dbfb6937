"""The server. `streamlit run streamlit_app.py` finds `app` by itself; the table of contents is pages/router.py."""

import sys

try:
    import streamlit as st
    from starlette.middleware import Middleware

    from tinygpt.ui import frame, lesson
    from tinygpt.ui.cookie import NameTheBrowser
    from tinygpt.ui.generate import desk
    from tinygpt.ui.server import lifespan
    from tinygpt.ui.stylesheet import StyleFirst
    from tinygpt.ui.train import layout
    from tinygpt.ui.uploads import BoundUploads
except ModuleNotFoundError as error:
    from tinygpt.__main__ import what_to_type

    sys.exit(what_to_type("streamlit run streamlit_app.py", error))

# Nested, these rules win over Streamlit's own, which come later.
OF_THE_LAB = f"&:has(.st-key-settings) {{ {layout.SETTINGS} }} &:has(.st-key-curves) {{ {layout.CURVES} }}"
RULES = f".stApp {{ {frame.STYLE} {frame.BENCH} {lesson.STYLE} {desk.STYLE} {OF_THE_LAB} }}"
MIDDLEWARE = [Middleware(NameTheBrowser), Middleware(BoundUploads), Middleware(StyleFirst, rules=RULES)]
app = st.App("pages/router.py", lifespan=lifespan, middleware=MIDDLEWARE)

if __name__ == "__main__":
    sys.exit("tinygpt: start it with `make run`, or with `.venv/bin/streamlit run streamlit_app.py`")

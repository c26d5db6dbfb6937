"""The server. `streamlit run streamlit_app.py` finds `app` by itself; the table of contents is pages/router.py."""

import streamlit as st
from starlette.middleware import Middleware

from tinygpt.ui.cookie import NameTheBrowser
from tinygpt.ui.server import lifespan

app = st.App("pages/router.py", lifespan=lifespan, middleware=[Middleware(NameTheBrowser)])

"""A chart of this page: drawn live, and to be taken along as PNG or SVG."""

from typing import Any

import pandas as pd
import streamlit as st

from tinygpt.plots.picture import NoPicture, chart_png, chart_svg
from tinygpt.ui import frame


def figure(rows: pd.DataFrame, spec: dict[str, Any], *, key: str, alt: str, title: str, zoom: bool = False) -> None:
    """A Vega-Lite chart of `rows` under its title, with a menu that saves it. `zoom` keeps what one has zoomed into."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"**{title}**", width="content")
        box = st.popover("Save", type="tertiary", key=f"save_{key}", on_change="rerun", width="content")
    if box.open:
        with box:
            _save("PNG", lambda: chart_png(spec, rows, mode=frame.mode(), title=title), key, "png", "image/png")
            _save("SVG", lambda: chart_svg(spec, rows, mode=frame.mode(), title=title), key, "svg", "image/svg+xml")
    if zoom:
        st.vega_lite_chart(
            rows, spec, width="stretch", key=key, alt=alt, on_select=frame.zoomed, selection_mode=["grid"]
        )  # fmt: skip
    else:
        st.vega_lite_chart(rows, spec, width="stretch", key=key, alt=alt)


def _save(label: str, draw: Any, key: str, ending: str, mime: str) -> None:
    st.download_button(
        label, data=_or_words(draw), file_name=f"tinygpt-{key}.{ending}", mime=mime, key=f"{ending}_{key}",
        on_click="ignore",
    )  # fmt: skip


def _or_words(draw: Any) -> Any:
    """Drawn when the button is pressed; where that fails, a file that says so is better than none."""

    def data() -> bytes | str:
        try:
            return draw()
        except NoPicture as error:
            return str(error)

    return data

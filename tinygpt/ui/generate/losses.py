"""What a loss looks like: one run at a few levels of its val loss, each with the same prompt and the same dice."""

import streamlit as st

from tinygpt.inside.levels import Level, reached_levels
from tinygpt.models import leak
from tinygpt.ui import session
from tinygpt.ui.generate.desk import WriteOrder, fingerprint, kept_steps
from tinygpt.ui.generate.paper import sheet_of
from tinygpt.ui.generate.typewriter import typewriter
from tinygpt.words import writing as words

LENGTH = 120  # characters at each level


@st.fragment
def loss_levels(order: WriteOrder) -> None:
    """The models that an own or a linked run kept, from its first loss to its last; written when it is opened."""
    st.header("What a loss looks like", anchor="losses")
    run = order.model.run
    if run is None:
        st.markdown(f":gray[{words.NO_SNAPSHOTS}]")
        return
    if leak(run.spec.model):
        st.markdown(f":gray[{words.NO_LOSS}]")
        return
    try:
        levels = levels_of(order)
        if len(levels) < 2:
            st.markdown(f":gray[{words.TOO_FEW_LEVELS}]")
            return
        with st.expander(words.levels_title(levels), key="levels", on_change="rerun") as box:
            if box.open:
                _write(order, levels)
    except ValueError as error:
        st.text(str(error))


def levels_of(order: WriteOrder) -> list[Level]:
    """The levels that a run has passed, and its models that stand for them. ValueError where it is gone."""
    assert order.model.run
    points = session.engine().points(order.model.run.id)
    return reached_levels(
        [(point.step, point.val) for point in points if point.val is not None], kept_steps(order.model)
    )


def _write(order: WriteOrder, levels: list[Level]) -> None:
    orders = [order._replace(step=level.step, surgery="") for level in levels]
    sheets = [sheet_of(each, words.level_name(level)) for each, level in zip(orders, levels, strict=True)]
    typewriter(sheets, key="levels_written", order=fingerprint(orders), most=LENGTH, bare=True)
    st.markdown(f":gray[{words.LEVELS}]")

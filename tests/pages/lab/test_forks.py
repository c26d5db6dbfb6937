"""A fork on the page Train: it says where it comes from, and its curve begins where it left its run."""

import pytest
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df

from tests.pages.lab.train_page import drawn, opened, says
from tests.waiting import page_until
from tinygpt.corpus import default_corpus
from tinygpt.gpt import GPTConfig
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.ui import session

pytestmark = pytest.mark.usefixtures("one_engine")

SPEC = RunSpec(
    GPTConfig(65, n_embd=8, n_head=2, n_layer=1), TrainConfig(max_steps=60, batch_size=4, eval_interval=10),
    default_corpus(),
)  # fmt: skip


def forked(page, surgery):
    """A run that stands at step 25, and its fork; both train to their ends."""
    student, engine = page.session_state["student"], session.engine()
    run = engine.submit(SPEC, student=student, name="mine")
    engine.pause(run)
    page_until(page, lambda: not engine.view(run).busy)
    engine.step(run, 25 - engine.view(run).step)
    page_until(page, lambda: engine.view(run).step == 25 and not engine.view(run).busy)
    fork = engine.fork(run, surgery, student=student)
    engine.resume(run)
    page_until(page, lambda: {engine.view(each).status for each in (run, fork)} == {"finished"})
    return run, fork


@pytest.mark.slow
def test_a_fork_says_what_was_done_to_it_and_its_curve_begins_there():
    page = opened()
    run, fork = forked(page, "0.1 flat")
    page.query_params["run"] = fork
    page.run()
    assert "Forked from \u2018mine\u2019 at step 25. From step 25 on: head 1 of block 0 flattened." in says(page)
    assert "from step 25" in says(page)
    assert len(drawn(page, "loss")) == 2
    rows = convert_arrow_bytes_to_pandas_df(page.get_by_key("loss").proto.data.data)
    first = rows[rows["kind"] == "train"].groupby("run")["x"].min()
    assert (first[run], first[fork]) == (0, 25)
    assert rows[rows["kind"] == "fork"][["run", "x", "step"]].values.tolist() == [[fork, 25, 25]]
    page.checkbox(key=f"show_{run}").uncheck().run()
    rows = convert_arrow_bytes_to_pandas_df(page.get_by_key("loss").proto.data.data)
    assert rows[rows["kind"] == "train"]["x"].min() == 0, "alone, it is drawn from its first step on"
    assert "fork" not in set(rows["kind"])

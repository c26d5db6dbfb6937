"""Any experiment that a lesson quotes can be trained again from its page."""

import pytest

from tests.pages.learn.lesson_pages import opened, said
from tests.waiting import page_until
from tinygpt.engine.limits import check_run
from tinygpt.lessons.measured import EXPERIMENTS, result, spec
from tinygpt.ui import session

pytestmark = pytest.mark.usefixtures("one_engine")


def test_the_expander_offers_the_experiments_behind_its_figure():
    page = opened("averaging", reveal="all")
    page.session_state["here_avg_9"] = True
    page.run()
    assert not page.exception
    assert page.selectbox(key="which_avg_9").options == [EXPERIMENTS[name].title for name in ("averaging", "one-head")]
    assert page.button(key="train_avg_9").label == "Train a head that averages, 5\u202f000 steps"


def test_a_press_trains_that_very_experiment_and_shows_how_far_it_is():
    page = opened("averaging", reveal="all")
    page.session_state["here_avg_9"] = True
    page.run()
    page.button(key="train_avg_9").click().run()
    (view,) = (view for view in session.engine().runs(page.session_state["student"]))
    assert view.spec == spec("averaging", corpus=view.spec.corpus)
    assert page.button(key="train_avg_9").disabled
    assert "a head that averages" in said(page)
    session.engine().delete(view.id)


@pytest.mark.slow
def test_at_its_end_both_losses_stand_side_by_side():
    page = opened("averaging", reveal="all")
    page.session_state["here_avg_9"] = True
    page.run()
    page.button(key="train_avg_9").click().run()
    page_until(page, lambda: "Here the val loss ended at" in said(page))
    assert f"the stored run ended at {result('averaging').final_val:.3f}." in said(page)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_can_be_started_on_a_server(name):
    check_run(spec(name, corpus="shakespeare-plays"))  # ValueError if it is too large

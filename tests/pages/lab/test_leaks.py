"""A run that sees the answer, on both pages of the lab: set apart, while the honest ones are compared."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.lab import train_page
from tests.pages.lab.compare_page import opened, rows
from tests.pages.lab.train_page import drawn, says
from tests.waiting import page_until, until
from tinygpt.corpus import default_corpus, load_corpus
from tinygpt.gpt import GPTConfig
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.ui import session

pytestmark = pytest.mark.usefixtures("one_engine")
SIZES = {"n_embd": 16, "n_head": 1, "n_layer": 1, "feed_forward": 0, "projection": False, "residual": False}


def submit(page: AppTest, name: str, *, steps: int = 20, rate: float = 1e-3, **switches: object) -> str:
    """A small run of this page's student; its id. At a `rate` of nearly 0 its loss stays where it begins."""
    corpus = default_corpus()
    model = GPTConfig(load_corpus(corpus).tokenizer.vocab_size, **(SIZES | switches))
    spec = RunSpec(model, TrainConfig(max_steps=steps, eval_interval=10, learning_rate=rate), corpus)
    return session.engine().submit(spec, student=page.session_state["student"], name=name)


def ended(*runs: str) -> None:
    until(lambda: all(session.engine().view(run).status == "finished" for run in runs))


@pytest.fixture
def page() -> AppTest:
    return opened()


def shown(page: AppTest, *runs: str) -> AppTest:
    page.query_params["show"] = ",".join(runs)
    page.run()
    assert not page.exception
    return page


def test_compare_sets_it_apart_and_compares_the_honest_ones(page):
    runs = [submit(page, "wide"), submit(page, "narrow", n_embd=8), submit(page, "blind", mask=False)]
    ended(*runs)
    shown(page, *runs)
    table, words = {row["variant"].strip("*").partition(",")[0]: row for row in rows(page)}, says(page)
    assert "sees the answer" in table["blind"]["variant"] and table["blind"]["perplexity"] == ""
    assert table["wide"]["perplexity"] and "sees the answer" not in table["wide"]["variant"]
    assert "The lowest is " in words and "The lowest is blind" not in words and "below blind" not in words
    assert "every position but the last reads the character it has to guess" in words
    assert "blind sees the answer" in drawn(page, "overlay")
    (picked,) = {box.value for box in page.selectbox if box.key == "second"}
    assert not picked.startswith(runs[2]), "the best of two models is an honest one"


def test_only_cheats_and_one_that_still_trains(page):
    runs = [submit(page, "blind", mask=False), submit(page, "wrong axis", softmax_dim=-2)]
    ended(*runs)
    assert "All of these see the answer" in says(shown(page, *runs))
    late = submit(page, "late", steps=20_000, rate=1e-12, mask=False)
    page_until(page, lambda: bool(session.engine().view(late).step))
    words = says(shown(page, late))
    session.engine().stop(late)
    assert "so far, is no loss of guessing: this run sees the answer" in words and "lowest" not in words


def test_train_says_so_in_the_list_on_the_chart_and_under_it():
    page = train_page.opened()
    run = submit(page, "blind", mask=False)
    ended(run)
    page.run()
    assert not page.exception and "blind sees the answer" in drawn(page, "loss")
    assert ":gray[sees the answer]" in says(page)
    assert "The val loss of blind" in says(page) and "pairs, " not in says(page)

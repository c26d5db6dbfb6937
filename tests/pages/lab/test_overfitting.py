"""A run that learns by heart, on every page that shows it: the sentence, the two models, and where they can be had."""

from dataclasses import replace

import pytest

from tests import by_heart
from tests.pages.lab import compare_page
from tests.pages.lab.train_page import opened, says
from tests.waiting import until
from tinygpt.bigram import BigramConfig
from tinygpt.checkpoint.model_file import load
from tinygpt.gpt import GPTConfig
from tinygpt.ui import floors, session, texts
from tinygpt.ui.lessons.bigram import runs as bigram_runs
from tinygpt.ui.lessons.bigram import text as bigram_text

pytestmark = [pytest.mark.usefixtures("one_engine"), pytest.mark.trained]


def trained(model: BigramConfig | GPTConfig, student: str, rate: float) -> str:
    """A run that has learned a few letters by heart, with its floors counted."""
    texts.shelf().keep(by_heart.LETTERS, student, "letters")
    spec = replace(by_heart.SPEC, model=model, train=replace(by_heart.SPEC.train, learning_rate=rate))
    run = session.engine().submit(spec, student=student, name="parrot")
    until(lambda: session.engine().view(run).status == "finished")
    until(lambda: floors.are_counted(spec.corpus, texts.folder()))
    return run


@pytest.fixture(scope="module")
def run(one_engine) -> str:
    return trained(by_heart.GPT, "5" * 32, 6e-3)


def test_the_stage_says_it_and_the_menu_has_both_models(run):
    page = opened()
    page.query_params["run"] = run
    page.session_state[f"menu_{run}"] = True
    page.run()
    step, _ = session.engine().view(run).better
    words = says(page)
    assert f"The thick line turns at step {step}. parrot learned the training text by heart" in words
    assert "worse than guessing (3.26), while training text costs" in words
    assert page.get_by_key(f"download_{run}").label == "Download the model: last, step 200"
    assert page.get_by_key(f"download_best_{run}").label == f"Download the model: lowest val loss, step {step}"


def test_the_comparison_says_it_in_its_sentence_and_its_table_and_lays_both_models_side_by_side(run):
    page = compare_page.opened(show=run)
    page.session_state["student"] = "5" * 32  # it is her text
    page.run()
    view = session.engine().view(run)
    step, val = view.better
    assert f"parrot learned the training text by heart: val loss was lowest at step {step}" in says(page)
    (row,) = compare_page.rows(page)
    assert row["lowest"] == f"{val:.3f} at step {step}"
    first, second = (page.selectbox(key=key) for key in ("first", "second"))
    last, lowest = "parrot (seed 1337), last, step 200", f"parrot (seed 1337), lowest val loss, step {step}"
    assert (first.options, second.options) == ([last, lowest], [last, lowest])
    assert (first.value, second.value) == (run, f"{run} best")
    assert f"Blue: {lowest} is surprised less than {last}" in says(page).replace("\\", "")
    labels = {button.label for button in page.get("download_button")}
    assert {"Model: last, step 200", f"Model: lowest val loss, step {step}"} <= labels


def test_a_table_of_ones_own_is_looked_at_as_it_was_when_it_was_best():
    run = trained(BigramConfig(26), "6" * 32, 0.3)
    view = session.engine().view(run)
    text = bigram_text.counted_text(view.spec.corpus)
    step, _ = view.better
    found = bigram_runs.tables_of(view, text)
    assert step in found and list(found) == sorted(found)
    kept = load(session.engine().model_bytes(run, best=True)).model
    assert (found[step] - kept.token_embedding_table.weight.double().softmax(-1)).abs().max() < 1e-6

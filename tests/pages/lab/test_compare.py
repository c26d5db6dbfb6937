"""The comparison, without a browser: experiments are begun, seen, stopped and passed on as a link."""

import re
from dataclasses import replace

import pytest

from tests.pages.lab.compare_page import begun, ended, finished, link, opened, rows
from tests.pages.lab.train_page import drawn, says
from tests.waiting import page_until, until
from tinygpt.bigram import BigramConfig
from tinygpt.corpus import load_corpus
from tinygpt.gpt import GPTConfig
from tinygpt.settings import settings_of
from tinygpt.training.presets import LADDER, PRESETS
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.ui import session, texts

pytestmark = pytest.mark.usefixtures("one_engine")


@pytest.fixture(scope="module")
def race():
    """A short ladder race that has ended. Whoever uses it leaves it as it is."""
    return finished(experiment="The ladder race", ladder_steps="250", ladder_seeds="1")


def test_the_page_opens_and_says_what_to_do_and_what_it_costs():
    page = opened()
    assert "begin an experiment" in says(page)
    assert re.search("18 runs, 84\u202f000 steps in all, [0-9]+.* (?:s|min) here", says(page))


@pytest.mark.slow
def test_the_ladder_race_has_a_row_for_each_rung_and_marks_the_best(race):
    labels = [row["variant"] for row in rows(race)]
    assert [label.replace("**", "").removesuffix(", ends lowest").replace("\\-", "-") for label in labels] == [
        PRESETS[name].title for name in LADDER
    ]
    marks = [row["variant"].partition(", ")[2] for row in rows(race)]
    assert sorted(marks) == ["", "", "", "", "", "ends lowest"], "of one seed each, none is proven to be the best"
    assert "One seed each cannot say whether that is more than luck" in says(race)


@pytest.mark.slow
def test_every_rung_says_what_is_new_in_it(race):
    table = next(rows(race, n) for n in range(len(race.table)) if "what is new" in race.table[n].value)
    assert len(table) == len(LADDER) and all(row["what is new"] for row in table)
    assert [row["parameters"] for row in rows(race)][:2] == ["4\u202f225", "7\u202f553"]
    race.segmented_control(key="rung_code").set_value("three blocks").run()
    shown = "\n".join(block.value for block in race.code)
    assert "- n_layer 1\n+ n_layer 3" in shown and "def join" in shown


@pytest.mark.slow
def test_a_link_opens_the_same_comparison_for_somebody_else(race):
    other = opened(show=link(race))
    assert rows(other) == rows(race)
    assert not [button for button in other.button if button.label in ("Stop", "Pause")]


@pytest.mark.slow
def test_two_runs_are_laid_side_by_side_character_by_character(race):
    assert "Two models, side by side" in [header.value for header in race.header]
    assert "by its past" in says(race) and "The largest gain is" in says(race)
    race.slider(key="passage").set_value(40).run()
    assert not race.exception


def test_an_experiment_is_stopped_as_a_whole():
    page = begun(experiment="The ladder race")  # long enough for any machine
    stop = next(button for button in page.button if button.label == "Stop")
    stop.click().run()
    page_until(page, lambda: ended(page))
    statuses = {run.status for run in session.engine().experiment(link(page)).runs}
    assert "stopped" in statuses and statuses <= {"stopped", "finished"}


def test_a_sweep_leaves_out_what_cannot_be_built():
    page = opened(experiment="Sweep a setting", sweep_1="n_layer", sweep_2="head_size", sweep_seeds="1")
    page.multiselect(key="values_n_layer").set_value(["1", "2"]).run()
    page.multiselect(key="values_head_size").set_value(["16", "32"]).run()
    assert "Left out, because they cannot be built: n_layer 2 \u00b7 head_size 16." in says(page)  # 16 channels of 32
    assert "3 runs" in says(page) and not page.button(key="begin").disabled


def test_a_sweep_offers_the_settings_that_matter_for_its_model():
    page = opened(experiment="Sweep a setting", sweep_model="GPT", sweep_1="activation", sweep_seeds="1")
    choices = len(settings_of(GPTConfig)["activation"].choices)
    assert page.selectbox(key="sweep_1").value == "activation" and f"{choices} runs" in says(page)
    for model in ("one head", "bigram"):
        page.selectbox(key="sweep_model").set_value(model).run()
        offered = page.selectbox(key="sweep_1").options
        assert "activation" not in offered and ("n_embd" in offered) is (model == "one head")
        assert page.selectbox(key="sweep_1").value == "learning_rate" and not page.exception
        assert not page.button(key="begin").disabled
    assert "6 runs" in says(
        opened(experiment="Sweep a setting", sweep_model="bigram", sweep_1="n_embd", sweep_seeds="1")
    )


def test_nothing_chosen_is_said_in_words():
    page = opened(experiment="Sweep a setting")
    page.multiselect(key="values_learning_rate").set_value([]).run()
    assert "Choose the values" in says(page) and page.button(key="begin").disabled


@pytest.mark.parametrize("kind", ["Repeat with other seeds", "The scale race", "Break it", "Made-up languages"])
def test_every_experiment_says_its_cost(kind):
    page = opened(experiment=kind)
    assert re.search(" steps in all, [0-9]+.* (?:s|min) here", says(page)) and not page.button(key="begin").disabled


@pytest.mark.parametrize("nonsense", ["x", "../../etc", "0" * 32, "0" * 32 + ",", "\u2028"])
def test_a_link_that_leads_nowhere_says_so_and_shows_an_empty_comparison(nonsense):
    words = says(opened(show=nonsense))
    assert "begin an experiment" in words and "This link leads to no run that is here" in words


@pytest.mark.slow
def test_two_races_are_shown_together(race):
    again = begun(experiment="The ladder race", ladder_steps="250", ladder_seeds="1", fair="equal parameters")
    both = opened(show=f"{link(race)},{link(again)}")
    assert [header.value for header in both.header].count("Rung by rung") == 2
    assert "GPT \u00b7 b" in " ".join(row["variant"].replace("\\", "") for row in rows(both))
    session.engine().stop(link(again))  # nobody waits for it


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"experiment": "The moon race"}, "experiment=The moon race is not offered here"),
        ({"ladder_seeds": "99", "moon": "1"}, "nothing here is called moon, and ladder_seeds=99 is not offered here"),
        ({"axis": "miles", "fair": "never"}, "axis=miles and fair=never are not offered here"),
        ({"sweep_seeds": "2"}, "nothing here is called sweep_seeds"),
        ({"experiment": "Sweep a setting", "values_learning_rate": ["1e-3", "7"]}, "values_learning_rate=7 is not"),
        ({"experiment": "Sweep a setting", "values_learning_rate": ["1e-3", "3e-3"], "axis": "tokens"}, ""),
        ({"experiment": "Break it", "broken": "no mask", "break_seeds": "2", "band": "false"}, ""),
    ],
    ids=str,
)
def test_what_a_link_asks_for_in_vain_is_said(asked, said):
    words = says(opened(**asked))
    assert (f"left out: {said}" in words) if said else ("left out" not in words)


TEXTS = "shakespeare-plays", "look-back"


@pytest.fixture
def two_texts():
    """A page that compares two seeds on one text and a run on another; every run has ended."""
    page = opened()
    engine, student, ids = session.engine(), page.session_state["student"], []
    for corpus, seed, name in ((TEXTS[0], 1, "bigram"), (TEXTS[1], 1, "other"), (TEXTS[0], 2, "bigram \u00b7 b")):
        vocab_size = load_corpus(corpus).tokenizer.vocab_size
        spec = RunSpec(BigramConfig(vocab_size), TrainConfig(max_steps=20, eval_interval=5, seed=seed), corpus)
        ids.append(engine.submit(spec, student=student, name=name))
    until(lambda: all(engine.view(run).status == "finished" for run in ids))
    page.query_params["show"] = ",".join(ids)
    page.run()
    assert not page.exception
    return page, ids


def test_runs_on_another_text_are_hidden_and_a_choice_brings_them(two_texts):
    page, ids = two_texts
    (number,) = {row["val loss"] for row in rows(page)}
    assert drawn(page, "overlay") == [f"bigram, 2 seeds {number}"], "two seeds have a name of their own, and one number"
    assert f"Its val loss is {number}" in says(page) and "1 run on another text is hidden" in says(page)
    page.selectbox(key="of_text").set_value(TEXTS[1]).run()
    assert not page.exception
    assert [name.split()[0] for name in drawn(page, "overlay")] == ["other"]
    assert "2 runs on another text are hidden" in says(page) and link(page).split(",")[0] == ids[1]


@pytest.mark.slow
def test_somebody_elses_comparison_says_so(race):
    assert "not yours" not in says(race)
    other = opened(show=link(race))
    assert "not yours: from a link" in says(other)
    assert any("not yours" in option for option in other.multiselect(key="shown").options)


def test_the_text_of_somebody_elses_run_is_not_handed_out(one_engine):
    page = opened()
    student, text = page.session_state["student"], "a letter to nobody else, and a long one at that. " * 40
    spec = RunSpec(BigramConfig(len(set(text))), TrainConfig(max_steps=10), texts.shelf().keep(text, student, "letter"))
    engine = session.engine()
    ids = [engine.submit(replace(spec, train=replace(spec.train, seed=seed)), student=student) for seed in (1, 2)]
    until(lambda: all(engine.view(run).status == "finished" for run in ids))
    for owner in (True, False):
        seen = page if owner else opened()
        seen.query_params["show"] = ",".join(ids)
        seen.run()
        assert not seen.exception
        assert ("belongs to somebody who has not shared it" not in says(seen)) is owner
        assert ("Its text" in [button.label for button in seen.get("download_button")]) is owner


def test_an_experiment_that_has_ended_can_be_deleted():
    page = finished(experiment="Repeat with other seeds", repeat_seeds="2", repeat_length="a tenth")
    experiment = link(page)
    page.button(key=f"delete_all_{experiment}").click().run()
    assert "for good, with the curves and the models of its 2 runs?" in says(page)
    page.button(key=f"delete_all_{experiment}_no").click().run()
    assert session.engine().experiment(experiment) and "for good" not in says(page)
    page.button(key=f"delete_all_{experiment}").click().run()
    page.button(key=f"delete_all_{experiment}_yes").click().run()
    assert session.engine().experiment(experiment) is None and not page.exception
    assert "leads to no run" not in says(page)


def test_an_experiment_that_is_too_large_is_refused_before_it_begins():
    page = opened(experiment="Sweep a setting", sweep_2="n_embd", sweep_seeds="8")
    assert "up to 60 can be trained together" in says(page) and page.button(key="begin").disabled


@pytest.mark.slow
@pytest.mark.trained
@pytest.mark.of_one_seed
def test_a_broken_run_is_diagnosed_with_its_own_numbers():
    page = finished(experiment="Break it", broken="no mask", break_seeds="1", break_length="a third")
    assert "It has read the answer" in says(page).replace("\\", "")
    assert "The healthy one writes" in says(page)


@pytest.mark.slow
@pytest.mark.trained
@pytest.mark.of_one_seed
def test_on_a_made_up_language_the_moment_is_named():
    page = finished(experiment="Made-up languages", language_seeds="1", language_length="a third")
    table = next(rows(page, n) for n in range(len(page.table)) if "has found it" in page.table[n].value)
    assert table[0]["has found it"].startswith("from step") and table[1]["has found it"].startswith("not in")


@pytest.mark.slow
def test_the_scale_race_watches_what_the_scores_do():
    page = finished(experiment="The scale race", scale_head_size="64", scale_steps="250", scale_seeds="1")
    assert "q\u00b7k begins with a variance of" in says(page)
    heads = next(rows(page, n) for n in range(len(page.table)) if "head" in page.table[n].value)
    assert {row["variant"].replace("\\", "") for row in heads} >= {"no scale", "1/head_size"}
    for measure in ("largest", "variance", "query", "key"):
        page.segmented_control(key="watch").set_value(measure).run()
        assert not page.exception


@pytest.mark.slow
def test_a_sweep_finds_the_best_rate():
    page = finished(experiment="Sweep a setting", sweep_model="bigram", sweep_steps="250", sweep_seeds="1")
    assert "The lowest loss, " in says(page) and "What the sweep has found" in [header.value for header in page.header]

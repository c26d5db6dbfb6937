"""The training page, without a browser: what it says, and that nothing goes wrong with what people type."""

import html
import re
from collections.abc import Sequence
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.lab.train_page import bring, drawn, opened, says
from tests.waiting import PATIENCE, page_until, until
from tinygpt.bigram import BigramConfig
from tinygpt.checkpoint.model_file import load
from tinygpt.corpus import CATALOGUE, default_corpus
from tinygpt.files import PROJECT, runs_folder
from tinygpt.gpt import GPTConfig
from tinygpt.settings import Setting, settings_of
from tinygpt.spelling import count_of_steps, thousands
from tinygpt.texts.own import keep_text
from tinygpt.training.presets import PRESETS
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.training.speedrun import INGREDIENTS, how_soon, nanogpt_with, speedrun_without
from tinygpt.ui import floors, pace, session, texts
from tinygpt.ui.train import launch, loss
from tinygpt.words import literal

pytestmark = pytest.mark.usefixtures("one_engine")


@pytest.fixture
def page() -> AppTest:
    return opened()


def test_the_page_opens_and_says_what_to_do(page):
    assert "Nothing trained yet" in says(page)
    assert "42\u202f369 parameters, " in says(page)
    assert page.button(key="train").label == "Train"


@pytest.mark.slow
def test_a_run_is_trained_to_its_end_and_shows_its_losses(page):
    page.selectbox(key="model").set_value("bigram").run()
    page.select_slider(key="max_steps").set_value(100).run()
    page.button(key="train").click().run()
    page_until(page, lambda: "finished: 100 steps" in says(page))
    page_until(page, lambda: floors.are_counted(default_corpus(), texts.folder()))
    page.run()
    assert " above pairs, the best a table of pairs can do." in says(page)
    assert "bigram" in [box.label for box in page.checkbox]


def test_another_preset_brings_its_own_settings(page):
    page.selectbox(key="model").set_value("nanoGPT for a laptop").run()
    assert page.slider(key="n_embd").value == 128
    assert page.select_slider(key="max_steps").value == 2_000
    page.selectbox(key="model").set_value("GPT").run()
    assert page.slider(key="n_embd").value == 32


def test_heads_that_do_not_divide_n_embd_are_refused_with_a_way_out(page):
    page.slider(key="n_head").set_value(5).run()
    assert "cannot be shared out among n_head = 5 heads" in says(page)
    assert page.button(key="train").disabled
    page.slider(key="n_embd").set_value(40).run()
    assert not page.button(key="train").disabled


def test_a_model_over_the_budget_is_refused_with_a_way_out(page):
    page.slider(key="n_embd").set_value(256).run()
    page.slider(key="n_layer").set_value(8).run()
    assert "up to 3,000,000 can be trained here" in says(page)
    assert page.button(key="train").disabled


def trained(page: AppTest) -> str:
    """The id of a short run that has finished."""
    page.selectbox(key="model").set_value("bigram").run()
    page.select_slider(key="max_steps").set_value(10).run()
    page.button(key="train").click().run()
    page_until(page, lambda: "finished: 10 steps" in says(page))
    return session.engine().runs(page.session_state["student"])[0].id


def test_a_run_is_renamed_and_its_name_shown_letter_for_letter(page):
    run = trained(page)
    page.session_state[f"menu_{run}"] = True
    page.run()
    page.text_input(key=f"name_{run}").set_value("**<b>$x$ :red[y]").run()
    assert page.checkbox(key=f"show_{run}").label == literal.markdown("**<b>$x$ :red[y]")
    assert "<b>" not in says(page)


def test_the_download_is_the_model_of_the_run(page):
    run = trained(page)
    checkpoint = load(session.engine().model_bytes(run))
    assert checkpoint.info["step"] == 10
    assert checkpoint.model.config.vocab_size == 65


def test_a_deleted_run_is_gone(page):
    run = trained(page)
    page.session_state[f"menu_{run}"] = True
    page.run()
    page.button(key=f"delete_{run}").click().run()
    assert "for good, with its curve and its models?" in says(page) and session.engine().view(run)
    page.button(key=f"delete_{run}_yes").click().run()
    assert not page.exception
    assert "Nothing trained yet" in says(page)
    assert session.engine().view(run) is None


def test_a_run_is_looked_into_from_its_status_and_from_its_menu(page):
    assert "Look inside" not in [link.proto.label for link in page.get("page_link")]
    run = trained(page)
    page.session_state[f"menu_{run}"] = True
    page.run()
    links = [link.proto for link in page.get("page_link") if link.proto.label == "Look inside"]
    assert [(link.page, link.query_string) for link in links] == [("inside", f"run={run}")] * 2


def test_a_second_press_on_train_is_the_same_run(page):
    page.select_slider(key="max_steps").set_value(5_000).run()
    page.checkbox(key="beside").set_value(False).run()
    page.button(key="train").click().run()
    page.button(key="train").click().run()
    (run,) = session.engine().runs(page.session_state["student"])
    assert re.search(
        "This very run (is training|waits for its turn) already: it is GPT, the one on the chart", says(page)
    )
    page_until(page, lambda: "steps/s" in says(page))
    page.button(key="stop").click().run()
    page_until(page, lambda: "stopped at" in says(page))
    assert session.engine().model_bytes(run.id)


def test_what_is_asked_of_a_run_stands_there_as_soon_as_it_is_done(page, monkeypatch):
    monkeypatch.setattr(pace, "A_WHILE", PATIENCE)  # a page waits for that, here as long as it takes
    student = page.session_state["student"]
    run = session.engine().submit(RunSpec(GPTConfig(65), TrainConfig(max_steps=20_000)), student=student, name="it")
    page_until(page, lambda: "steps/s" in says(page))
    page.button(key="pause").click().run()
    reached = session.engine().view(run).step
    assert f"paused at step {thousands(reached)} of" in says(page)
    page.button(key="step").click().run()
    assert f"paused at step {thousands(reached + 1)} of" in says(page)
    page.button(key="pause").click().run()  # it says Resume now
    page_until(page, lambda: "steps/s" in says(page))
    page.button(key="stop").click().run()
    assert f"stopped at step {thousands(session.engine().view(run).step)} of" in says(page)


def test_a_learning_rate_of_a_million_ends_in_a_sentence_and_keeps_a_model(page):
    page.selectbox(key="model").set_value("bigram").run()
    page.select_slider(key="learning_rate").set_value(1e6).run()
    page.button(key="train").click().run()
    page_until(page, lambda: "diverged at" in says(page))
    assert "The loss stopped being a number" in says(page) and "Try a learning rate of 1e-3, or" in says(page)
    (run,) = session.engine().runs(page.session_state["student"])
    assert load(session.engine().model_bytes(run.id)).info["step"] == run.step


def test_a_run_that_diverged_at_once_can_be_downloaded(page):
    page.select_slider(key="learning_rate").set_value(1e6).run()
    page.checkbox(key="beside").set_value(False).run()
    page.button(key="train").click().run()
    page_until(page, lambda: "diverged at step 0" in says(page))
    assert "after 0 steps" in says(page), "the model that has learned nothing wrote, and none after it"
    (run,) = session.engine().runs(page.session_state["student"])
    page.session_state[f"menu_{run.id}"] = True
    page.run()
    assert page.get_by_key(f"download_{run.id}").label == "Download the model"
    assert load(session.engine().model_bytes(run.id)).info["step"] == 0


def live(page: AppTest, runs: int) -> list[str]:
    """Begin so many runs of this student and pause them: they keep their places."""
    page.run()
    ids = []
    for seed in range(runs):
        spec = RunSpec(GPTConfig(n_layer=1), TrainConfig(seed=seed), "shakespeare-plays")
        ids.append(session.engine().submit(spec, student=page.session_state["student"]))
        session.engine().pause(ids[-1])
    return ids


def forget(runs: list[str]) -> None:
    for run in runs:
        session.engine().delete(run)


def test_the_last_place_is_the_chosen_models_and_not_the_bigrams(page):
    live(page, 2)
    page.run()
    page.button(key="train").click().run()
    names = [view.name for view in session.engine().runs(page.session_state["student"])]
    assert "GPT" in names and "bigram" not in names
    assert "room for one more run only, so no bigram" in says(page)
    forget([view.id for view in session.engine().runs(page.session_state["student"])])


def test_a_refusal_stays_until_the_next_press(page):
    runs = live(page, 3)
    page.run()
    page.button(key="train").click().run()
    for _ in range(3):
        page.run()
        assert "You have 3 runs on their way: Run 1, Run 2, Run 3." in says(page)
        assert "stop one of them in its menu under Runs" in says(page)
    page.session_state[f"menu_{runs[1]}"] = True
    page.run()
    page.button(key=f"stop_{runs[1]}").click().run()
    assert session.engine().view(runs[1]).status == "stopped"
    forget(runs)
    page.checkbox(key="beside").set_value(False).run()
    page.button(key="train").click().run()
    assert "You have 3 runs on their way" not in says(page)
    forget([view.id for view in session.engine().runs(page.session_state["student"])])


@pytest.mark.slow
def test_the_choice_of_a_bigram_stays_where_it_is_when_there_is_one(page):
    assert not page.checkbox(key="beside").disabled
    page.select_slider(key="max_steps").set_value(10).run()
    page.button(key="train").click().run()
    assert page.checkbox(key="beside").disabled and page.checkbox(key="beside").value
    assert page.checkbox(key="beside").label == "its bigram is under Runs"
    page_until(page, lambda: "finished: 10 steps" in says(page))
    page.number_input(key="seed").set_value(1).run()
    page.button(key="train").click().run()
    names = [view.name for view in session.engine().runs(page.session_state["student"])]
    assert names == ["bigram", "GPT", "GPT \u00b7 b"]


def test_no_bigram_is_offered_where_its_steps_would_be_too_large():
    many = GPTConfig(vocab_size=1_500, block_size=128)
    assert launch.bigram_for(RunSpec(many, TrainConfig(), "text")) is None
    assert launch.bigram_for(RunSpec(GPTConfig(), TrainConfig(), "text")).model.vocab_size == 65


@pytest.mark.parametrize("button", ["pause", "stop"])
def test_a_button_of_a_run_that_another_tab_deleted_says_so(page, button):
    (run,) = live(page, 1)
    page.run()
    page.button(key=button).click()
    forget([run])
    page.run()
    assert not page.exception
    assert "This run does not exist any more." in says(page)


def test_a_name_for_a_run_that_another_tab_deleted_gets_a_sentence(page):
    (run,) = live(page, 1)
    page.session_state[f"menu_{run}"] = True
    page.run()
    page.text_input(key=f"name_{run}").set_value("another")
    forget([run])
    page.run()
    assert not page.exception
    assert "This run does not exist any more." in says(page)


def test_the_curve_of_a_run_that_is_gone_is_left_out(page):
    (run,) = live(page, 1)
    view = session.engine().view(run)
    assert loss.curve_of(view).run == run
    forget([run])
    assert loss.curve_of(view) is None


def test_a_run_whose_text_is_gone_is_shown_without_floors(page):
    page.run()
    folder = runs_folder() / "corpora"
    key = keep_text(text := "a text that will be gone " * 40, folder)
    spec = RunSpec(BigramConfig(len(set(text))), TrainConfig(max_steps=10), key)
    run = session.engine().submit(spec, student=page.session_state["student"])
    until(lambda: session.engine().view(run).status == "finished")  # no page may read the text meanwhile
    (folder / f"{key}.txt").unlink()
    page.run()
    assert not page.exception
    assert "finished: 10 steps" in says(page)


def test_a_hidden_run_stays_hidden_when_somebody_comes_back_to_the_page(page):
    run = trained(page)
    page.checkbox(key=f"show_{run}").set_value(False).run()
    page.switch_page("learn/home.py").run()
    page.switch_page("lab/train.py").run()
    assert page.checkbox(key=f"show_{run}").value is False


def test_runs_on_another_text_are_hidden_until_one_of_them_is_shown(page):
    """Also in the same visit, in which their ticks have been drawn: losses of two texts have no floors in common."""
    first = trained(page)
    assert [name.split()[0] for name in drawn(page, "loss")] == ["bigram"] and "hidden" not in says(page)
    bring(page, "to be, or not to be: that is the question.\n" * 40)
    page.button(key="train").click().run()
    page_until(page, lambda: "bigram \u00b7 b" in says(page).replace("\\", "") and "finished: 10 steps" in says(page))
    assert [name.rsplit(" ", 1)[0] for name in drawn(page, "loss")] == ["bigram \u00b7 b"]
    assert "1 run on another text is hidden: its losses cannot be compared with these." in says(page)
    assert page.checkbox(key=f"hidden_{first}").disabled and not page.checkbox(key=f"hidden_{first}").value
    page.session_state[f"menu_{first}"] = True
    page.run()
    page.button(key=f"watch_{first}").click().run()
    assert [name.rsplit(" ", 1)[0] for name in drawn(page, "loss")] == ["bigram"]
    assert page.checkbox(key=f"show_{first}").value, "its tick is what it was"


def test_the_chart_has_the_number_of_the_list(page):
    run = trained(page)
    page.run()
    assert drawn(page, "loss") == [f"bigram {session.engine().view(run).val:.3f}"]
    assert f"**{session.engine().view(run).val:.3f}**" in says(page)


def test_somebody_elses_run_says_so_in_the_list_and_the_status(page):
    run = trained(page)
    assert "not yours" not in says(page)
    other = AppTest.from_file(str(PROJECT / "pages/router.py"), default_timeout=PATIENCE)
    other.query_params["run"] = run
    other.run()
    other.switch_page("lab/train.py").run()
    assert "not yours: from a link" in says(other) and ":small[:gray[not yours]]" in says(other)
    assert other.button(key="stop").disabled


def test_a_screen_reader_hears_names_and_no_marks(page):
    run = trained(page)
    assert page.checkbox(key=f"show_{run}").label == "bigram"
    assert page.get_by_key(f"menu_{run}").proto.popover.label == "Menu of bigram"


def offered(setting: Setting) -> Sequence[Any]:
    """What can be chosen on the page."""
    return setting.choices or setting.offered


CONTROLS = {
    each.name: each for config in (TrainConfig, GPTConfig) for each in settings_of(config).values() if each.control
}


@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize("end", [0, -1])
def test_any_control_at_its_end_leaves_every_page_standing(page, control, end):
    """A key shared by pages is one value: what one page allows, no other may choke on."""
    page.get_by_key(control).set_value(offered(CONTROLS[control])[end]).run()
    assert not page.exception
    for other in ("learn/home.py", "lab/train.py"):
        page.switch_page(other).run()
        assert not page.exception


def test_every_setting_with_a_control_reaches_the_run(page):
    """And a choice that needs another learning rate brings it along."""
    chosen = {}
    for name, each in CONTROLS.items():
        values = [value for value in offered(each)[:9] if value != each.default]
        for value in values if each.choices else values[-1:]:
            chosen[name] = value
            page.get_by_key(name).set_value(value).run()
            assert not page.exception
            if each.rates:
                chosen["learning_rate"] = page.select_slider(key="learning_rate").value
                assert chosen["learning_rate"] == 1e-3 * each.rates.get(value, 1)

    page.button(key="train").click().run()
    bigram, model = session.engine().runs(page.session_state["student"])
    found = {name: getattr(model.spec.model, name, getattr(model.spec.train, name, None)) for name in CONTROLS}
    assert found == chosen
    different = [
        each.name
        for each in settings_of(TrainConfig).values()
        if getattr(bigram.spec.train, each.name) != getattr(model.spec.train, each.name) and not each.of_model
    ]
    assert not different, "a bigram beside it is trained in the same way"
    forget([model.id, bigram.id])


def test_another_preset_sets_every_setting_but_the_seed(page):
    page.number_input(key="seed").set_value(7)
    for name, each in CONTROLS.items():
        if each.choices:
            page.get_by_key(name).set_value(next(value for value in each.choices if value != each.default))
    page.run()
    page.selectbox(key="model").set_value("nanoGPT for a laptop").run()
    spec = PRESETS["nanogpt-cpu"].spec("", 65)
    wanted = {name: getattr(spec.model, name, getattr(spec.train, name, None)) for name in CONTROLS} | {"seed": 7}
    assert {name: page.get_by_key(name).value for name in CONTROLS} == wanted


# --- what a run writes, and what a step did ---------------------------------------------------------------------------


def test_what_a_run_wrote_on_its_way_can_be_read_again(page):
    page.run()
    student = page.session_state["student"]
    run = session.engine().submit(RunSpec(BigramConfig(65), TrainConfig(max_steps=10)), student=student, name="it")
    session.engine().pause(run)
    until(lambda: not session.engine().view(run).busy)
    start = session.engine().view(run).step
    for _ in range(3):
        session.engine().step(run)
        until(lambda: not session.engine().view(run).busy)
    samples = session.engine().samples(run)
    assert [sample.step for sample in samples] == [0, start + 1, start + 2, start + 3]
    page.run()
    assert f"after {count_of_steps(start + 3)}" in says(page) and wrote(page) == lines(samples[-1].text)
    page.select_slider(key=f"when_{run}").set_value(start + 1).run()
    assert f"after {count_of_steps(start + 1)}" in says(page) and wrote(page) == lines(samples[1].text)
    session.engine().step(run)
    until(lambda: not session.engine().view(run).busy)
    page.run()
    assert wrote(page) == lines(samples[1].text), "it does not stay where it was left"
    page.select_slider(key=f"when_{run}").set_value("now").run()
    assert f"after {start + 4} steps" in says(page)
    assert sum(each.proto.body.count("<dt>") for each in page.get("html")) == 4
    forget([run])


def wrote(page: AppTest) -> list[str]:
    """The lines of what the run wrote, as they are shown, or the words that stand there instead."""
    (body,) = [each.proto.body for each in page.get("html") if 'class="passage' in each.proto.body]
    return [html.unescape(line) for line in re.findall(r"<[^<>]+>([^<>]+)</", body)]


def lines(text: str) -> list[str]:
    return [line or "\u00a0" for line in text.removesuffix("\n").split("\n")]


# --- what an address asks for -----------------------------------------------------------------------------------------


def came_with(**asked: str) -> AppTest:
    """The page of somebody who came with this address."""
    app = AppTest.from_file(str(PROJECT / "pages/router.py"), default_timeout=PATIENCE)
    app.query_params.update(asked)
    app.run()
    app.switch_page("lab/train.py").run()
    assert not app.exception
    return app


@pytest.mark.parametrize(("asked", "said"), [
    ({"steps": "1000"}, "nothing here is called steps."),
    ({"model": "nonsense"}, "model=nonsense is not offered here."),
    ({"max_steps": "123"}, "max_steps=123 is not offered here."),
    ({"n_embd": "100000"}, "n_embd=100000 is not offered here."),
    ({"learning_rate": "0.5"}, "learning_rate=0.5 is not offered here."),
    ({"guess": "20"}, "guess=20 is not offered here."),
    ({"seed": "inf"}, "seed=inf is not offered here."),
    ({"steps": "nan"}, "nothing here is called steps."),
    ({"view": "nowhere"}, "view=nowhere is not offered here."),
    ({"run": "f" * 32}, f"run={'f' * 32} is not offered here."),
    ({"a": "1", "b": "2", "n_head": "x"}, "nothing here is called a and b, and n_head=x is not offered here."),
])  # fmt: skip
def test_what_is_not_here_is_named_and_leaves_the_address(asked, said):
    page = came_with(**asked)
    assert f"Of the address something was left out: {said}" in says(page)
    assert not set(asked) & {name for name, value in page.query_params.items() if value == [asked.get(name)]}


@pytest.mark.parametrize("asked", [
    {"model": "one head", "max_steps": "500", "learning_rate": "3e-3", "n_embd": "64", "seed": "7", "guess": "2.4"},
    {"max_steps": "1000", "model": "GPT", "beside": "false", "view": "the end"}, {"learning_rate": "0.001"},
    {"model": "one-head", "corpus": "copying"},
    {"model": "bigram", "beside": "false", "n_head": "2"}, {"corpus": CATALOGUE["copying"].title}, {},
], ids=str)  # fmt: skip
def test_of_an_address_that_is_right_nothing_is_said(asked):
    assert "Of the address" not in says(came_with(**asked))


def test_another_optimizer_takes_its_usual_learning_rate_along():
    page = opened()
    rates = {}
    for optimizer in ("sgd", "muon", "adamw"):
        page.selectbox(key="optimizer").set_value(optimizer).run()
        rates[optimizer] = page.select_slider(key="learning_rate").value
        assert "is usual" not in says(page)
    assert rates == {"sgd": 1.0, "muon": 1e-2, "adamw": 1e-3}
    page.select_slider(key="learning_rate").set_value(1e-1).run()
    assert "For adamw a learning rate of 1e-3 is usual." in says(page)


def test_each_choice_of_the_speedrun_says_what_it_brings_and_can_be_switched_off():
    page = opened()
    assert "choices" not in {button.key for button in page.button}
    page.selectbox(key="model").set_value(PRESETS["speedrun"].title).run()
    page.button(key="choices").click().run()

    def steps_of(recipe):
        return thousands(round(how_soon()[recipe].middle))

    for ingredient in INGREDIENTS:
        (words,) = [each.value for each in page.markdown if each.value.startswith(f"**{ingredient.title}**")]
        assert (
            ingredient.says in words
            and f"Without it {steps_of(speedrun_without(ingredient))} steps" in words
            and f"added alone to nanoGPT's recipe {steps_of(nanogpt_with(ingredient))} steps" in words
        )
    page.button(key="off_Muon").click().run()
    assert page.selectbox(key="optimizer").value == "adamw"
    assert page.select_slider(key="learning_rate").value == 1e-3


@pytest.mark.parametrize(("said", "rate"), [("0.001", 1e-3), ("1e-03", 1e-3), ("0.03", 3e-2)])
def test_a_link_may_write_a_number_as_people_do(said, rate):
    page = AppTest.from_file(str(PROJECT / "pages/router.py"), default_timeout=PATIENCE)
    page.query_params["learning_rate"] = said
    page.switch_page("lab/train.py").run()
    assert page.select_slider(key="learning_rate").value == rate

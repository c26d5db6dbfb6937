"""The training page, without a browser: what it says, and that nothing goes wrong with what people type."""

import time
from collections.abc import Callable, Iterator

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import SelectSlider

from tinygpt.checkpoint import load
from tinygpt.ui import controls, session

PATIENCE = 60  # seconds


@pytest.fixture(scope="module", autouse=True)
def _engine() -> Iterator[None]:
    """One engine for the page's tests, and no worker left after them."""
    yield
    session.close_engine()


@pytest.fixture
def page() -> AppTest:
    app = AppTest.from_file("../pages/router.py", default_timeout=PATIENCE).run()
    app.switch_page("lab/train.py").run()
    assert not app.exception
    return app


def until(app: AppTest, done: Callable[[], bool]) -> None:
    """Tick until it is so: an AppTest has no timers."""
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline, [text.value for text in app.markdown]
        app.run()
        assert not app.exception


def says(app: AppTest) -> str:
    return "\n".join(element.value for element in (*app.markdown, *app.text))


def test_the_page_opens_and_says_what_to_do(page):
    assert "Nothing trained yet" in says(page)
    assert "42\u202f369 parameters, about" in says(page)
    assert page.button(key="train").label == "Train"


def test_a_run_is_trained_to_its_end_and_shows_its_losses(page):
    page.selectbox(key="model").set_value("bigram").run()
    page.select_slider(key="max_steps").set_value(100).run()
    page.button(key="train").click().run()
    until(page, lambda: "finished: 100 steps" in says(page))
    assert "2\u2011gram" in says(page) or "the first value" in says(page)
    assert any(box.label.startswith(":orange[**bigram**]") for box in page.checkbox)


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


def bring(page: AppTest, text: str) -> None:
    """Open the expander, paste, press the button."""
    page.session_state["own_text"] = True
    page.run()
    page.text_area(key="pasted").set_value(text).run()
    page.button(key="use_text").click().run()


def test_an_own_text_is_cleaned_chosen_and_trained_on(page):
    bring(page, "\ufeffabc\r\nabd " * 100)
    assert page.selectbox(key="corpus").value.startswith("own text ")
    assert "line ends" in says(page) and "Chosen: " in says(page)
    page.selectbox(key="model").set_value("bigram").run()
    page.select_slider(key="max_steps").set_value(50).run()
    page.button(key="train").click().run()
    until(page, lambda: "finished: 50 steps" in says(page))


@pytest.mark.parametrize("text", ["", "   ", "\x00" * 50, "".join(map(chr, range(0x4E00, 0x4E00 + 20_000)))])
def test_a_text_that_cannot_be_used_is_refused_and_nothing_is_lost(page, text):
    before = page.selectbox(key="corpus").value
    bring(page, text)
    assert page.selectbox(key="corpus").value == before
    assert "What you had stays." in says(page)


def test_a_text_shorter_than_the_context_is_refused_with_both_ways_out(page):
    before = page.selectbox(key="corpus").value
    bring(page, "hello there, this is short " * 3)
    assert "needs at least" in says(page) and "Add text, or choose a context of at most" in says(page)
    assert page.selectbox(key="corpus").value == before
    assert page.text_area(key="pasted").value.startswith("hello there")


def test_a_context_too_long_for_the_chosen_text_is_refused_before_training(page):
    bring(page, "hello there, this is short " * 6)
    page.slider(key="block_size").set_value(64).run()
    assert "needs at least" in says(page)
    assert page.button(key="train").disabled


def upload(page: AppTest, name: str, data: bytes) -> None:
    page.session_state["own_text"] = True
    page.run()
    page.get("file_uploader")[0].upload(name, data, "text/plain").run()
    page.button(key="use_text").click().run()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.7 hello", "not a plain text file but a PDF"),
        (b"abc\x00def" * 30, "not a plain text file"),
        (b"", "empty"),
    ],
)
def test_a_file_that_is_no_text_is_refused_and_nothing_is_lost(page, data, words):
    before = page.selectbox(key="corpus").value
    upload(page, "text.txt", data)
    assert words in says(page) and "What you had stays." in says(page)
    assert page.selectbox(key="corpus").value == before


def test_bytes_that_are_not_utf8_are_read_only_after_a_yes(page):
    before = page.selectbox(key="corpus").value
    upload(page, "text.txt", ("Le caf\u00e9 \u00e9tait ferm\u00e9, o\u00f9 \u00e9tais-tu? " * 20).encode("cp1252"))
    assert "It would say" in says(page) and "caf\u00e9" in says(page)
    assert page.selectbox(key="corpus").value == before
    page.button(key="read_as").click().run()
    assert page.selectbox(key="corpus").value.startswith("own text ")
    assert "Chosen: " in says(page)


def test_utf16_is_read_and_said(page):
    upload(page, "text.txt", ("notepad saves like this " * 30).encode("utf-16"))
    assert page.selectbox(key="corpus").value.startswith("own text ")
    assert "Read as UTF-16" in says(page)


def trained(page: AppTest) -> str:
    """The id of a short run that has finished."""
    page.selectbox(key="model").set_value("bigram").run()
    page.select_slider(key="max_steps").set_value(10).run()
    page.button(key="train").click().run()
    until(page, lambda: "finished: 10 steps" in says(page))
    return session.engine().runs(page.session_state["student"])[0].id


def test_a_run_is_renamed_and_its_name_shown_letter_for_letter(page):
    run = trained(page)
    page.session_state[f"menu_{run}"] = True
    page.run()
    page.text_input(key=f"name_{run}").set_value("**<b>$x$ :red[y]").run()
    assert r"\*\*\<b\>\$x\$ \:red\[y\]" in says(page)


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
    assert not page.exception
    assert "Nothing trained yet" in says(page)
    assert session.engine().view(run) is None


def test_a_second_press_on_train_is_the_same_run(page):
    page.select_slider(key="max_steps").set_value(5_000).run()
    page.checkbox(key="beside").set_value(False).run()
    page.button(key="train").click().run()
    page.button(key="train").click().run()
    (run,) = session.engine().runs(page.session_state["student"])
    until(page, lambda: "steps/s" in says(page))
    page.button(key="stop").click().run()
    until(page, lambda: "stopped at" in says(page))
    assert session.engine().model_bytes(run.id)


def test_a_learning_rate_of_a_million_ends_in_a_sentence_and_keeps_a_model(page):
    page.selectbox(key="model").set_value("bigram").run()
    page.select_slider(key="learning_rate").set_value(1e6).run()
    page.button(key="train").click().run()
    until(page, lambda: "diverged at" in says(page))
    assert "The loss stopped being a number" in says(page) and "Try a learning rate ten times smaller." in says(page)
    (run,) = session.engine().runs(page.session_state["student"])
    assert load(session.engine().model_bytes(run.id)).info["step"] == run.step


ENDS = {"max_steps": controls.STEPS, "batch_size": controls.BATCH_SIZES, "learning_rate": controls.LEARNING_RATES}


@pytest.mark.parametrize(
    "control", ["n_layer", "n_head", "n_embd", "block_size", "batch_size", "learning_rate", "max_steps"]
)
@pytest.mark.parametrize("end", [0, -1])
def test_any_control_at_its_end_leaves_every_page_standing(page, control, end):
    """A key shared by pages is one value: what one page allows, no other may choke on."""
    found = page.get_by_key(control)
    if isinstance(found, SelectSlider):
        found.set_value(ENDS[control][end]).run()
    else:
        found.set_value((found.min, found.max)[end]).run()
    assert not page.exception
    for other in ("learn/home.py", "lab/train.py"):
        page.switch_page(other).run()
        assert not page.exception

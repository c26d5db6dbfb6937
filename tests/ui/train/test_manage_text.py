"""A text has a name and an owner: others see it only when she shares it, and when she deletes it, it is gone."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.lab import compare_page
from tests.pages.lab.train_page import bring, opened, says
from tests.ui.train.test_own_text import upload
from tests.waiting import PATIENCE, page_until
from tinygpt.bigram import BigramConfig
from tinygpt.files import PROJECT
from tinygpt.texts.own import keep_text, sha256_of
from tinygpt.training.spec import RunSpec, TrainConfig
from tinygpt.ui import session, texts
from tinygpt.ui.compare.take import text_for

pytestmark = pytest.mark.usefixtures("one_engine")
SECRET = "my grandmother keeps the quince jam behind the third jar, and nobody knows. "


@pytest.fixture
def page() -> AppTest:
    return opened()


def of_ada(page: AppTest, text: str = SECRET * 30, name: str = "jam.txt") -> str:
    """Ada uploads a text; its SHA-256."""
    upload(page, name, text.encode())
    return sha256_of(text)


def run_of(page: AppTest, key: str, text: str = SECRET * 30, *, steps: int = 20, slow: bool = False) -> str:
    """A bigram of this student on a text, trained to its end, unless it is a `slow` one: that trains for seconds."""
    config = TrainConfig(max_steps=steps, batch_size=1_024 if slow else 4)
    spec = RunSpec(BigramConfig(len(set(text))), config, key)
    run = session.engine().submit(spec, student=page.session_state["student"], name=f"secret {steps}")
    if not slow:
        page_until(page, lambda: session.engine().view(run).status == "finished")
    return run


def by_link(path: str, **query: str) -> AppTest:
    """What another student sees who opens a link."""
    app = AppTest.from_file(str(PROJECT / "pages/router.py"), default_timeout=PATIENCE).run()
    app.switch_page(path)
    app.query_params.update(query)
    app.run()
    assert not app.exception
    return app


def buttons(page: AppTest) -> list[str]:
    return [one.proto.label for one in page.get("download_button")]


def all_words(page: AppTest) -> str:
    """Everything that reaches the browser, pictures too."""
    return "\n".join(str(element) for element in page._tree)


def test_an_uploaded_text_keeps_the_name_of_its_file_and_can_be_renamed(page):
    key = of_ada(page)
    assert page.selectbox(key="corpus").value == "jam.txt"
    assert page.query_params["corpus"] == ["jam.txt"] or page.query_params["corpus"] == "jam.txt"
    field = next(one for one in page.text_input if one.label == "Name of this text")
    field.set_value("**Grandma** $x$").run()
    assert page.selectbox(key="corpus").value == "**Grandma** $x$"
    assert texts.shelf().of(page.session_state["student"])[key].name == "**Grandma** $x$"
    again = next(one for one in page.text_input if one.label == "Name of this text")
    again.set_value("Shakespeare, nine plays").run()
    assert page.selectbox(key="corpus").value == "Shakespeare, nine plays \u00b7 b"


def test_a_pasted_text_is_called_by_its_first_words(page):
    bring(page, SECRET * 30)
    assert page.selectbox(key="corpus").value == "my grandmother keeps\u2026"


def test_a_link_of_before_leads_its_owner_to_her_text(page):
    key = of_ada(page)
    page.query_params["corpus"] = f"own text {key[:12]}"
    page.selectbox(key="corpus").set_value(page.selectbox(key="corpus").options[0]).run()
    page.query_params["corpus"] = f"own text {key[:12]}"
    page.run()
    assert page.selectbox(key="corpus").value == "jam.txt"


def test_a_text_of_before_belongs_to_whose_run_has_used_it(page):
    text = SECRET * 31
    page.run()
    key = keep_text(text, texts.folder())
    page.session_state["claimed"] = ""
    run = run_of(page, key, text)
    page.run()
    assert f"own text {key[:12]}" in page.selectbox(key="corpus").options
    session.engine().delete(run)


@pytest.mark.parametrize("path", ["lab/train.py", "learn/tokens.py", "learn/bigram.py"])
def test_the_digits_of_a_text_open_it_for_nobody_else(page, path):
    key = of_ada(page, SECRET * 32, f"{path[-9:-3]}.txt")
    other = by_link(path, corpus=f"own text {key[:12]}")
    assert other.selectbox(key="corpus").value == other.selectbox(key="corpus").options[0]
    assert "a text that is not here, or that is not shared with you" in says(other)
    assert "grandmother" not in all_words(other) and f"{path[-9:-3]}.txt" not in all_words(other)


def test_a_link_to_a_run_shows_its_curve_and_not_its_text_until_its_owner_shares_it(page):
    key = of_ada(page, SECRET * 33)
    runs = [run_of(page, key, SECRET * 33, steps=steps) for steps in (20, 25)]
    other = compare_page.opened(show=",".join(runs))
    assert "belongs to somebody who has not shared it" in says(other)
    assert "Its text" not in buttons(other) and "Model" in buttons(other)
    assert "grandmother" not in all_words(other) and "The largest gain" not in says(other)
    stage = by_link("lab/train.py", run=runs[0])
    assert "secret 20" in says(stage) and "belongs to somebody who has not shared it" in says(stage)
    assert "jam.txt" not in all_words(stage)

    page.checkbox(key=f"share_{key}").set_value(True).run()
    other.run()
    assert "Its text" in buttons(other) and "The largest gain" in says(other)
    for said in (f"jam.txt, shared {key[:12]}", "jam.txt"):  # the link for others, and the address of its owner
        linked = by_link("learn/tokens.py", corpus=said)
        assert linked.selectbox(key="corpus").value == f"jam.txt, shared {key[:12]}"
    page.checkbox(key=f"share_{key}").set_value(False).run()
    other.run()
    assert "Its text" not in buttons(other)
    for run in runs:
        session.engine().delete(run)


def test_a_download_of_a_text_is_its_owners_or_shared_and_asks_no_page(page):
    """The server fetches it in a thread of its own, which belongs to no page."""
    key, owner = of_ada(page, SECRET * 37), page.session_state["student"]
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(text_for, key, owner).result() == SECRET * 37
        assert "has not shared it" in pool.submit(text_for, key, "b" * 32).result()
        page.checkbox(key=f"share_{key}").set_value(True).run()
        assert pool.submit(text_for, key, "b" * 32).result() == SECRET * 37


def test_a_name_that_two_shared_texts_have_leads_to_neither(page):
    keys = [of_ada(page, SECRET * 35, "twice.txt")]
    page.checkbox(key=f"share_{keys[0]}").set_value(True).run()
    other = opened()
    keys.append(of_ada(other, SECRET * 36, "twice.txt"))
    assert by_link("learn/tokens.py", corpus="twice.txt").selectbox(key="corpus").value.startswith("twice.txt, shared")
    other.checkbox(key=f"share_{keys[1]}").set_value(True).run()
    assert "a text that is not here" in says(by_link("learn/tokens.py", corpus="twice.txt"))


def test_a_deleted_text_is_asked_for_once_and_its_runs_stay_and_say_so(page):
    key = of_ada(page, SECRET * 34)
    run = run_of(page, key, SECRET * 34)
    page.button(key="delete_text").click().run()
    assert "Delete \u2018jam.txt\u2019 for good? Your 1 run of it stay" in says(page)
    page.button(key="delete_text_no").click().run()
    assert texts.shelf().is_here(key) and "for good?" not in says(page)
    page.button(key="delete_text").click().run()
    page.button(key="delete_text_yes").click().run()
    assert not page.exception
    assert not list(texts.folder().glob(f"{key}*"))
    assert "jam.txt" not in page.selectbox(key="corpus").options
    page.query_params["run"] = run
    page.run()
    assert "The text of this run was deleted. Its curve and its model stay." in says(page)
    assert session.engine().view(run).status == "finished"
    mine = compare_page.opened(show=run)
    assert "was deleted" in says(mine) and "Its text" not in buttons(mine)
    session.engine().delete(run)


def test_a_run_whose_text_is_deleted_is_not_begun_again(page):
    key = of_ada(page, SECRET * 39)
    run = run_of(page, key, SECRET * 39)
    page.button(key="delete_text").click().run()
    page.button(key="delete_text_yes").click().run()
    page.switch_page("lab/compare.py")
    page.query_params["experiment"] = "Repeat with other seeds"
    page.query_params["repeat"] = "secret 20, as I trained it"
    page.run()
    page.button(key="begin").click().run()
    assert "The text of this run was deleted." in says(page)
    assert not session.engine().experiments(page.session_state["student"])
    session.engine().delete(run)


def test_a_text_that_is_being_learned_is_not_deleted(page):
    key = of_ada(page, SECRET * 35)
    run = run_of(page, key, SECRET * 35, steps=20_000, slow=True)
    page.button(key="delete_text").click().run()
    page.button(key="delete_text_yes").click().run()
    assert "secret 20000 is learning this text just now. Stop it first." in says(page)
    assert texts.shelf().is_here(key)
    session.engine().delete(run)


def test_a_full_shelf_is_told_before_and_when_it_is_reached_and_nothing_is_lost(page, monkeypatch):
    monkeypatch.setattr("tinygpt.texts.shelf.MAX_OF_A_STUDENT", 9_000)
    of_ada(page, SECRET * 36)
    page.run()
    assert "Your texts take 0.0 MB of the 0.0 MB that a student has here." in says(page)
    of_ada(page, SECRET * 37)
    bring(page, SECRET * 38)
    assert "Delete one: choose it as Text, then look below. What you had stays." in says(page)
    assert page.text_area(key="pasted").value == SECRET * 38

"""Whatever an address says, every page opens: each parameter that a page reads is tried with what people mistype."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from typing import Any

import pytest
from streamlit.runtime.state.query_params import QueryParams
from streamlit.testing.v1 import AppTest

from tests.waiting import PATIENCE, until
from tinygpt.corpus import CATALOGUE, load_corpus
from tinygpt.experiments.ladder import ladder_plan, rungs
from tinygpt.experiments.scale import base, scale_plan
from tinygpt.files import PROJECT
from tinygpt.ui import session
from tinygpt.ui.addresses import WORDS
from tinygpt.ui.compare.forms import FORMS, LANGUAGES
from tinygpt.ui.lessons.attention.reader import NOTEBOOK, UNTRAINED
from tinygpt.words.storyboard import every_page

pytestmark = pytest.mark.usefixtures("one_engine")

ROUTER = str(PROJECT / "pages" / "router.py")
# A page, and what an address has to say so that all of its controls are there.
PAGES: list[tuple[str, dict[str, str]]] = [
    *((f"learn/{one.name}.py", {"reveal": "all"}) for one in every_page()),
    *(("learn/attention.py", {"reveal": "all", "reader": head}) for head in (UNTRAINED, NOTEBOOK, "GPT")),
    ("lab/train.py", {}),
    ("lab/generate.py", {"run": "layer-norm", "surgery": "0.0 cut"}),
    *(("lab/compare.py", {"experiment": form}) for form in (*FORMS, LANGUAGES)),
    *(("lab/inside.py", {"run": model}) for model in ("layer-norm", "bigram")),
]
# What people and programs put there: every parameter is tried with each of EACH; those of MORE are dealt out.
EACH: tuple[Any, ...] = ("", "inf", ["8", "16"])
MORE = ("nan", "-1e400", "9" * 400, "-1", "0.5", "\ufffd\u202e <b>&\x00 \U0001f682", "ab" * 5_000)
ROUNDS = 2  # of dealing out


@contextmanager
def noted() -> Iterator[set[str]]:
    """The parameters that are read meanwhile: those that a control is bound to, and those that somebody looks up."""
    found: set[str] = set()
    bind, look_up = QueryParams.bind_widget, QueryParams.__getitem__

    def note_bound(self, param_key, *arguments, **more):
        found.add(param_key)
        return bind(self, param_key, *arguments, **more)

    def note(self, key):
        found.add(key)
        return look_up(self, key)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QueryParams, "bind_widget", note_bound)
        patch.setattr(QueryParams, "__getitem__", note)
        yield found


def opened(path: str, **params: Any) -> AppTest:
    """A page of the app, by a link with these parameters."""
    app = AppTest.from_file(ROUTER, default_timeout=PATIENCE)
    app.query_params.update(params)
    app.switch_page(path).run()
    return app


@pytest.fixture(scope="module")
def compared() -> dict[str, str]:
    """A link to experiments of each kind whose charts have controls of their own."""
    corpus = load_corpus("shakespeare-plays")
    text = (corpus.name, corpus.tokenizer.vocab_size)
    plans = ladder_plan(rungs(*text, steps=100), [1]), scale_plan(base(*text, head_size=4, steps=20), [1])
    engine = session.engine()
    ids = [engine.begin(plan, student=f"{i}" * 32) for i, plan in enumerate(plans)]
    until(lambda: all(engine.experiment(id).status == "ended" for id in ids))
    return {"show": ",".join(ids)}


@pytest.mark.slow
@pytest.mark.parametrize(("path", "params"), PAGES, ids=["-".join((path, *params.values())) for path, params in PAGES])
def test_a_page_opens_whatever_its_address_says(path, params, compared):
    if path == "lab/compare.py":
        params = compared | params
    with noted() as found:
        app = opened(path, **params)
    assert not app.exception
    tried = found - params.keys()
    assert tried, "no parameter is read: how does this test find them?"
    typed = {box.key for box in app.text_input if box.proto.query_param_key}
    assert typed <= WORDS, "what is typed may be anything"
    said = [dict.fromkeys(tried, value) for value in EACH]
    said += [dict(zip(sorted(tried), cycle(MORE[start:] + MORE[:start]))) for start in range(ROUNDS)]
    for values in said:
        app = opened(path, **values | params)
        assert not app.exception, (values, [error.message for error in app.exception])


def test_what_no_control_can_hold_leaves_the_address_and_what_is_typed_stays():
    app = opened("learn/tokens.py", typed="inf", seed="inf", window="", rows="8", reveal="all")
    assert not app.exception
    assert app.text_input(key="typed").value == "inf"
    assert (app.number_input(key="seed").value, app.button_group(key="window").value) == (1337, 8)
    assert app.button_group(key="rows").value == 8
    assert app.query_params == {"typed": "inf", "rows": "8", "reveal": "all"}


def test_the_readme_names_what_an_address_of_train_takes():
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    (paragraph,) = re.findall(r"^\*\*Train\*\* .*?\n\n", readme, re.MULTILINE | re.DOTALL)
    with noted() as found:
        opened("lab/train.py")
    assert set(re.findall(r"`(\w+)`", paragraph)) == found


@pytest.mark.parametrize(
    ("said", "key", "chosen"),
    [
        ({"model": "one-head", "corpus": "copying"}, "model", "one head"),
        ({"model": "one-head", "corpus": "copying"}, "corpus", CATALOGUE["copying"].title),
        ({"corpus": "shakespeare-plays"}, "corpus", CATALOGUE["shakespeare-plays"].title),
        ({"model": "bigram"}, "model", "bigram"),
    ],
)
def test_a_model_and_a_text_also_go_by_the_names_of_the_command_line(said, key, chosen):
    app = opened("lab/train.py", **said)
    assert not app.exception and app.selectbox(key=key).value == chosen

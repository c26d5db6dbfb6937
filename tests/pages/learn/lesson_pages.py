"""Lesson pages as AppTest sees them: open one, read what it says."""

import inspect
import json
import re
from collections.abc import Callable
from typing import Any

from streamlit.testing.v1 import AppTest

from tinygpt.files import PROJECT
from tinygpt.words.storyboard import Facts, find_scene

ROUTER = str(PROJECT / "pages" / "router.py")


def opened(name: str, **params: str) -> AppTest:
    """The page of a lesson, opened by a link with these parameters."""
    page = AppTest.from_file(ROUTER, default_timeout=120)
    for key, value in params.items():
        page.query_params[key] = value
    page.switch_page(f"learn/{name}.py")
    page.run()
    assert not page.exception, page.exception
    return page


def facts_of(scene: str, show: Callable[..., None]) -> Facts:
    """The numbers of a scene's question, which `show` hands over before it draws anything."""
    return next(inspect.unwrap(show)(find_scene(scene)))


def said(page: AppTest) -> str:
    """All words on the page, without the marks that keep a character of a text from meaning something; then what is
    said under the figures of the browser where they begin."""
    written = re.sub(r"\\([^\w\s])", r"\1", " ".join(text.value for text in page.markdown))
    return " ".join([written, *map(_sentence, _figures(page))])


def data_of(component: Any) -> dict[str, Any]:
    """What the browser is sent for a component; the drawings of a figure whole again, whose beginning is sent once."""
    sent = json.loads(component.proto.json)
    if begins := sent.get("begins"):
        sent["pictures"] = [[begins + drawing, *words] for drawing, *words in sent["pictures"]]
    return sent


def _figures(page: AppTest, key: str = "") -> list[dict[str, Any]]:
    """What the browser is sent of the figures whose pictures it swaps, or of the one that has a dial under `key`."""
    sent = [data_of(c) for c in page.get("bidi_component") if "-drag_" in c.proto.id]
    return [figure for figure in sent if not key or key in {dial["key"] for dial in figure["dials"]}]


def _sentence(figure: dict[str, Any]) -> str:
    """The caption of a figure where it begins."""
    at = 0
    for dial in figure["dials"]:
        at = at * len(dial["names"]) + dial["at"]
    return figure["pictures"][at][1]


def drawn(page: AppTest, key: str) -> dict[str, Any]:
    """What the browser is sent of the figure under `key`: its pictures, and its dials with their positions."""
    (figure,) = _figures(page, key)
    return figure


def sentences(page: AppTest, key: str) -> list[str]:
    """The caption at every position of the dial under `key`, where all others of its figure begin."""
    figure, places = drawn(page, key), [0]
    for dial in figure["dials"]:
        steps = range(len(dial["names"])) if dial["key"] == key else [dial["at"]]
        places = [place * len(dial["names"]) + step for place in places for step in steps]
    return [figure["pictures"][place][1] for place in places]


def position(page: AppTest, key: str) -> str:
    """Where the dial under `key` stands, as people read it, in whichever figure it is."""
    (dial,) = [dial for figure in _figures(page) for dial in figure["dials"] if dial["key"] == key]
    return dial["names"][dial["at"]]


def shown(page: AppTest, key: str) -> str:
    """The caption of the figure under `key` where it begins."""
    return _sentence(drawn(page, key))


def pictures(page: AppTest) -> int:
    """How many figures can be seen."""
    return sum(len(page.get(kind)) for kind in ("plotly_chart", "bidi_component", "vega_lite_chart"))


def hidden(page: AppTest) -> list[str]:
    """The keys of the buttons that open what a question still hides."""
    return [key for button in page.button if (key := button.key or "").startswith("show_")]


def asked(page: AppTest, question: str):
    """The widget of a question, whichever kind it is."""
    key = f"ask_{question}"
    return page.radio(key=key) if key in {box.key for box in page.radio} else page.button_group(key=key)


def replied(page: AppTest, question: str) -> str:
    """What is said to the answer that is chosen."""
    blocks = [page.main]
    for block in blocks:  # grows while it is walked through
        if re.search(f"-reply_(right|wrong)_{question}$", getattr(block.proto, "id", "")):
            return block.children[0].value.partition(": ")[2]  # without its icon
        blocks += [child for child in block.children.values() if hasattr(child, "children")]
    raise LookupError(f"nothing is said about {question}")

"""Lesson pages as AppTest sees them: open one, read what it says."""

import inspect
import json
import re
from collections.abc import Callable

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
    """All words on the page, without the marks that keep a character of a text from meaning something."""
    return re.sub(r"\\([^\w\s])", r"\1", " ".join(text.value for text in page.markdown))


def sentences(page: AppTest, key: str) -> list[str]:
    """The caption at every position of the figure that follows the finger under `key`."""
    (figure,) = [c for c in page.get("bidi_component") if c.proto.id.endswith(f"-drag_{key}")]
    return [picture[1] for picture in json.loads(figure.proto.json)["pictures"]]


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

"""What the tests of /generate share: how it is opened, what its typewriter is given, and how the browser answers."""

import json
from typing import Any

from streamlit.testing.v1 import AppTest

from tests.pages.lab import train_page
from tests.waiting import PATIENCE
from tinygpt.files import PROJECT

ROUTER = str(PROJECT / "pages" / "router.py")


def opened(student: str = "", **params: str | list[str]) -> AppTest:
    """The page of a new student, or of one who has runs, with some settings in the link."""
    app = AppTest.from_file(ROUTER, default_timeout=PATIENCE)
    if student:
        app.session_state["student"] = student
    app.query_params.update(params)
    app.run()
    app.switch_page("lab/generate.py").run()
    assert not app.exception, app.exception
    return app


def typewriter(app: AppTest, key: str = "typewriter") -> dict[str, Any]:
    """What the browser is given to show."""
    return json.loads(app.get_by_key(key).proto.json)


def wish(app: AppTest, want: int, at: int = -1, key: str = "typewriter") -> AppTest:
    """The browser says how many characters it has and wants, as its script does; until all of them are there."""
    while True:
        given = typewriter(app, key)
        have = max((page["from"] + len(page["drawn"]) for page in given["pages"]), default=0)
        app.session_state[key] = {"wish": {"order": given["order"], "have": have, "want": want, "at": at, "turn": have}}
        app.run()
        assert not app.exception, app.exception
        given = typewriter(app, key)
        if all(page["broken"] or page["from"] >= want for page in given["pages"]):
            return app


def text(app: AppTest, characters: int, sheet: int = 0) -> str:
    """What a sheet says after so many characters: all of it once more, as for a browser that has lost it."""
    given = typewriter(app)
    app.session_state["typewriter"] = {"wish": {"order": "", "have": 0, "want": characters, "at": -1, "turn": -1}}
    app.run()
    page = typewriter(app)["pages"][sheet]
    assert given["order"] == typewriter(app)["order"] and len(page["drawn"]) == characters, page["broken"]
    return "".join("\n" if page["chars"][str(one[0])][3] else page["chars"][str(one[0])][0] for one in page["drawn"])


def says(app: AppTest) -> str:
    """All that is written on the page, without the marks that keep it from being markdown."""
    return train_page.says(app).replace("\\", "")

"""What the tests of the comparison share: how it is opened, how an experiment is begun and waited for."""

from streamlit.testing.v1 import AppTest

from tests.pages.lab.train_page import says
from tests.waiting import PATIENCE, page_until
from tinygpt.files import PROJECT

ROUTER = str(PROJECT / "pages" / "router.py")


def opened(**params: str | list[str]) -> AppTest:
    """The comparison of a new student, with some settings in the link."""
    app = AppTest.from_file(ROUTER, default_timeout=PATIENCE)
    app.query_params.update(params)
    app.run()
    app.switch_page("lab/compare.py").run()
    assert not app.exception
    return app


def begun(**params: str) -> AppTest:
    """The same, after Run was pressed."""
    app = opened(**params)
    app.button(key="begin").click().run()
    assert not app.exception
    return app


def finished(**params: str) -> AppTest:
    """The same, once every run has ended."""
    app = begun(**params)
    page_until(app, lambda: ended(app))
    app.run()
    assert not app.exception
    return app


def ended(app: AppTest) -> bool:
    """Whether the page says that every run of its experiment has ended."""
    words = next((line for line in says(app).splitlines() if "runs have ended" in line), "")
    counts = [int(part) for part in words.split("\u2002")[-1].split() if part.isdecimal()]
    return len(counts) >= 2 and counts[0] == counts[1]


def rows(app: AppTest, n: int = 0) -> list[dict[str, str]]:
    """The rows of the n-th table."""
    return app.table[n].value.to_dict("records")


def link(app: AppTest) -> str:
    """What the link says is shown."""
    return "".join(app.query_params["show"])

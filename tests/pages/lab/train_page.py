"""What the tests of the training page share: how it is opened, waited for and read."""

from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest

from tests.waiting import PATIENCE
from tinygpt.files import PROJECT
from tinygpt.plots.losses.ends import BETWEEN
from tinygpt.ui import texts


def opened() -> AppTest:
    """The training page of a new student."""
    app = AppTest.from_file(str(PROJECT / "pages/router.py"), default_timeout=PATIENCE).run()
    app.switch_page("lab/train.py").run()
    assert not app.exception
    return app


def says(app: AppTest) -> str:
    """All that is written on the page."""
    return "\n".join(element.value for element in (*app.markdown, *app.text))


def drawn(app: AppTest, key: str) -> list[str]:
    """The names at the ends of the curves of a chart, each with its number."""
    rows = convert_arrow_bytes_to_pandas_df(app.get_by_key(key).proto.data.data)
    return [label.replace(BETWEEN, " ") for label in rows[rows["kind"] == "end"]["label"]]


def shared(text: str) -> str:
    """The label of a text that somebody shares, so that a link of whoever has it opens it."""
    key = texts.shelf().keep(text, "5" * 32, "somebody's")
    texts.shelf().share(key, "5" * 32, True)
    return texts.shared_label(key)


def bring(page: AppTest, text: str) -> None:
    """Open the expander for an own text, paste, press the button."""
    page.session_state["own_text"] = True
    page.run()
    page.text_area(key="pasted").set_value(text).run()
    page.button(key="use_text").click().run()

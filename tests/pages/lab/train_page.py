"""What the tests of the training page share: how it is opened, waited for and read."""

from streamlit.testing.v1 import AppTest

from tests.waiting import PATIENCE
from tinygpt.files import PROJECT


def opened() -> AppTest:
    """The training page of a new student."""
    app = AppTest.from_file(str(PROJECT / "pages/router.py"), default_timeout=PATIENCE).run()
    app.switch_page("lab/train.py").run()
    assert not app.exception
    return app


def says(app: AppTest) -> str:
    """All that is written on the page."""
    return "\n".join(element.value for element in (*app.markdown, *app.text))


def bring(page: AppTest, text: str) -> None:
    """Open the expander for an own text, paste, press the button."""
    page.session_state["own_text"] = True
    page.run()
    page.text_area(key="pasted").set_value(text).run()
    page.button(key="use_text").click().run()

"""The files that run in a browser: each belongs to a component, and each component is registered in one place."""

import ast

import pytest

from tests.test_house import dotted, sources, tree
from tinygpt.files import PROJECT
from tinygpt.ui.browser import component as place

BROWSER = PROJECT / "tinygpt/ui/browser"
REGISTERS = BROWSER / "component.py"


def asked_for() -> list[tuple[str, ...]]:
    """The names with which the product calls `component`: its own, then what it shares."""
    callers = [path for path in sources() if "component(" in path.read_text(encoding="utf-8")]
    calls = [node for path in callers for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    found = [call for call in calls if dotted(call.func) == "component"]
    return [tuple(arg.value for arg in call.args if isinstance(arg, ast.Constant)) for call in found]


def test_nobody_else_registers_a_component():
    others = [path for path in sources() if path != REGISTERS and "components.v2" in path.read_text(encoding="utf-8")]
    assert others == []


def test_every_file_belongs_to_a_component_and_none_is_missing():
    known = {name for names in asked_for() for name in names}
    files = [path for path in BROWSER.iterdir() if path.suffix in (".html", ".css", ".js")]
    assert {path.stem for path in files} == known
    own = [names[0] for names in asked_for()]
    assert len(set(own)) == len(own), "two components with one name"


@pytest.mark.parametrize("names", asked_for(), ids=lambda names: names[0])
def test_what_is_drawn_has_a_look_and_what_is_not_has_none(names):
    has_look = any((BROWSER / f"{name}.css").exists() for name in names)
    assert (BROWSER / f"{names[0]}.html").exists() is has_look


def test_a_name_without_a_script_is_refused():
    with pytest.raises(FileNotFoundError, match=r"no script drawing\.js"):
        place.component("drawing")


@pytest.mark.parametrize("path", sorted(BROWSER.glob("*.js")), ids=lambda path: path.stem)
def test_a_script_says_first_what_it_is(path):
    assert path.read_text(encoding="utf-8").startswith("// ")


def test_what_is_shared_stands_first_and_what_is_missing_is_left_out(monkeypatch, tmp_path):
    for name, text in {"one.js": "mine", "say.js": "shared ", "one.html": "page"}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    given = {}
    monkeypatch.setattr(place, "HERE", tmp_path)
    monkeypatch.setattr(place.st.components.v2, "component", lambda name, **files: given.update(files, name=name))
    place.component("one", "say")
    assert given == {"name": "tinygpt_one", "html": "page", "css": None, "js": "shared \nmine"}

"""`make tree`: write the tree of the README from the first sentences of folders and of the root's modules.

A line's place stays what it is; what is new comes at the end of its folder.
"""

import ast
import re
from pathlib import Path

from tinygpt.files import PROJECT

README = PROJECT / "README.md"
BLOCK = re.compile(r"(?<=^```\n)streamlit_app.py .*?(?=^```$)", re.MULTILINE | re.DOTALL)
COLUMN, LONGEST = 23, 120  # where the sentences begin; characters of a line
NO_INIT = {  # folders that are no packages
    "pages/": "What students see: short scripts that say, ask, compute, show.",
    "pages/learn/": "Home and the lessons, each with its words in a .toml beside it.",
    "pages/lab/": "The laboratory: train, compare, look inside, let a model write.",
    "checkpoints/": "The shipped models, and how each was made.",
    "tests/": "Folders as in tinygpt/; tests/browser drives a real Chromium.",
}


def rooms() -> list[str]:
    """What the tree shows: every folder with Python in it, but those of single lessons, and every module of a root."""
    lessons = PROJECT / "tinygpt/ui/lessons"
    inits = [path.parent for top in ("tinygpt", "benchmarks") for path in (PROJECT / top).rglob("__init__.py")]
    folders = [f"{path.relative_to(PROJECT).as_posix()}/" for path in inits if lessons not in path.parents]
    modules = [path for path in (PROJECT / "tinygpt").glob("*.py") if path.name != "__init__.py"]
    modules += [PROJECT / "streamlit_app.py", PROJECT / "pages/router.py"]
    pages = {f"{path.parent.relative_to(PROJECT).as_posix()}/" for path in (PROJECT / "pages").rglob("*.py")}
    return [*folders, *sorted(pages | NO_INIT.keys()), *(path.relative_to(PROJECT).as_posix() for path in modules)]


def sentence(path: str) -> str:
    """The first sentence of a module, or of a folder's `__init__`."""
    if path in NO_INIT:
        return NO_INIT[path]
    file = PROJECT / path / "__init__.py" if path.endswith("/") else PROJECT / path
    words = " ".join((ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").split("\n\n")[0].split())
    return re.split(r"(?<=[.:]) (?=[A-Z`])", words)[0]


def shown(readme: str) -> list[str]:
    """The paths that the tree of a README names, in its order."""
    folders: list[str] = []
    paths = []
    for line in tree_of(readme).splitlines():
        indent, name = re.match(r"( *)(\S+)", line).groups()
        folders = [*folders[: len(indent) // 2], name]
        paths.append("".join(folders))
    return paths


def tree_of(readme: str) -> str:
    return BLOCK.search(readme).group()


def written(readme: str) -> str:
    """The tree as it should stand in this README."""
    before = shown(readme)

    def place(path: str) -> list[tuple[int, str]]:
        """The place of each folder on the way to a path, then its own."""
        steps = [path[: end.end()] for end in re.finditer("/", path)] + [path]
        return [(before.index(step) if step in before else len(before), step) for step in dict.fromkeys(steps)]

    return "".join(map(_line, sorted(rooms(), key=place)))


def _line(path: str) -> str:
    depth, name = path.rstrip("/").count("/"), path.rstrip("/").rsplit("/", 1)[-1]
    line = f"{'  ' * depth + name + '/' * path.endswith('/'):{COLUMN}}{sentence(path).rstrip('.:')}"
    return (line if len(line) <= LONGEST else re.split("[:;] ", line)[0]) + "\n"  # its second half goes


def main(readme: Path = README) -> None:
    text = readme.read_text(encoding="utf-8")
    readme.write_text(text.replace(tree_of(text), written(text)), encoding="utf-8")


if __name__ == "__main__":
    main()

"""One word, one meaning: no two modules of tinygpt give their public names to different things."""

import ast
from collections import defaultdict
from collections.abc import Iterator

from tests.test_house import MODULES, tree

# Why a name has two homes. At most ten.
EXCEPTIONS = {
    "T": "the lecture's letter for the length of a window, in both",
    "card": "the home page calls it by that name for every lesson",
    "check_facts": "every lesson has such a scene, and the words of a check ask for its facts",
}


def defined(module: ast.Module) -> Iterator[tuple[str, bool]]:
    """The public names that a module gives at its top level, and whether each is a constant."""
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found = [(node.name, False)]
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found = [(part.id, True) for each in targets for part in ast.walk(each) if isinstance(part, ast.Name)]
        else:
            continue
        yield from ((name, constant) for name, constant in found if not name.startswith("_"))


def names_in_two_modules() -> dict[str, list[str]]:
    """Functions, classes, and constants that another module imports, if two modules of tinygpt or more define them."""
    trees = {name: tree(path) for name, path in MODULES.items()}
    imported = {
        (node.module, alias.name)
        for module in trees.values()
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    homes = defaultdict(set)
    for module, parsed in trees.items():
        if module.partition(".")[0] == "tinygpt":
            for name, constant in defined(parsed):
                if not constant or (module, name) in imported:
                    homes[name].add(module)
    return {name: sorted(modules) for name, modules in homes.items() if len(modules) > 1}


def test_no_name_is_public_in_two_modules():
    new = {name: modules for name, modules in names_in_two_modules().items() if name not in EXCEPTIONS}
    assert not new, "the more special one gets another name"


def test_every_exception_is_still_one():
    stale = sorted(EXCEPTIONS.keys() - names_in_two_modules().keys())
    assert not stale, "these have one meaning now: take them out of EXCEPTIONS"

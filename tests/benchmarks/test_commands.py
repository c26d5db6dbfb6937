"""Every benchmark can at least be read: none asks for a name that has moved."""

from importlib import import_module

import pytest

from tinygpt.files import PROJECT


@pytest.mark.parametrize("name", sorted(path.stem for path in (PROJECT / "benchmarks").glob("[a-z]*.py")))
def test_a_benchmark_finds_all_that_it_imports(name):
    assert import_module(f"benchmarks.{name}").__doc__

"""The house itself: who may import whom, what nobody may call, and the options that hold it up."""

import ast
import os
import re
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tinygpt.files import PROJECT
from tinygpt.texts.cleaning import MAX_BYTES, MAX_FILE_BYTES
from tinygpt.words.storyboard import every_page

# Imports go one way: pages -> ui -> plots -> core. A folder's rule holds for all that is in it, at any depth, unless a
# folder further in has a rule of its own.
MAY_NOT_IMPORT = {
    "tinygpt": {"streamlit", "plotly", "pandas", "starlette", "tinygpt.plots", "tinygpt.ui", "pages"},
    "tinygpt/plots": {"streamlit", "starlette", "tinygpt.ui", "pages"},
    "tinygpt/ui": {"pages"},
    "pages": {"torch", "plotly", "pandas", "loky", "dask", "distributed"},
}
PRINTS = {"tinygpt/cli/main.py", "tinygpt/cli/runs.py", "tinygpt/cli/train.py"}  # the command line

# The model files run in a notebook and in a worker: they know nothing of processes and of the network.
ENGINE_ONLY = {"loky", "dask", "distributed", "psutil", "tinygpt.engine", "tinygpt.scheduler"}
MODEL_FILES = (
    "tokenizer", "averaging", "attention", "bigram", "gpt", "models", "probes", "variance", "generation",
    "training", "inside", "lessons/tables",
)  # fmt: skip

# What could run what it reads, and what would put a stranger's markup into a page.
FORBIDDEN_IMPORTS = {"pickle", "cPickle", "_pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__", "torch.load", "torch.save", "os.system", "os.popen"}
FORBIDDEN_KEYWORDS = {"unsafe_allow_html", "unsafe_allow_javascript", "shell"}


def sources() -> list[Path]:
    """Every Python file of the product; the tests are not part of it."""
    found = [PROJECT / "streamlit_app.py"]
    for folder in ("tinygpt", "pages", "benchmarks"):
        found += sorted((PROJECT / folder).rglob("*.py"))
    return [path for path in found if path.is_file()]


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, dotted; `from a import b` gives `a` and `a.b`."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def module_of(path: Path) -> str:
    """The dotted name under which a file is imported; that of its folder for an `__init__`."""
    return ".".join(path.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_of(path): path for path in sources()}


def within(module: str, packages: set[str]) -> bool:
    return any(module == package or module.startswith(package + ".") for package in packages)


def dotted(node: ast.expr) -> str:
    """`torch.load` for the expression torch.load; empty for anything that is not a plain name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (before := dotted(node.value)):
        return f"{before}.{node.attr}"
    return ""


def named(paths: list[Path]) -> list:
    return [pytest.param(path, id=str(path.relative_to(PROJECT))) for path in paths]


def files_of(folder: str) -> list[Path]:
    """The files that the rule of `folder` holds for: those in it, but not those of a folder with its own rule."""
    inner = {PROJECT / other for other in MAY_NOT_IMPORT if other.startswith(f"{folder}/")}
    return [path for path in (PROJECT / folder).rglob("*.py") if not inner & set(path.parents)]


@pytest.mark.parametrize(("folder", "banned"), MAY_NOT_IMPORT.items())
def test_imports_go_one_way(folder, banned):
    files = files_of(folder)
    assert files, f"{folder} is gone: what does its rule hold for now?"
    wrong = [f"{path.relative_to(PROJECT)}: {name}" for path in files for name in imports(path) if within(name, banned)]
    assert not wrong


def test_no_two_modules_import_each_other():
    graph = {name: {other for other in imports(path) if other in MODULES} - {name} for name, path in MODULES.items()}
    TopologicalSorter(graph).prepare()  # a CycleError names the circle


def test_no_two_rooms_import_each_other():
    """A room is a folder; what lies in none, at the root of tinygpt, is a room of its own."""
    folders = {name: path.parent.relative_to(PROJECT).as_posix() for name, path in MODULES.items()}
    room = {name: name if folder in (".", "tinygpt") else folder for name, folder in folders.items()}
    graph: dict[str, set[str]] = {place: set() for place in room.values()}
    for name, path in MODULES.items():
        graph[room[name]] |= {room[other] for other in imports(path) if other in MODULES} - {room[name]}
    TopologicalSorter(graph).prepare()  # a CycleError names the circle


@pytest.mark.parametrize("name", MODEL_FILES)
def test_model_files_know_nothing_of_processes(name):
    """A name is that of a module, or of a folder with all that is in it."""
    files = [path for name_, path in MODULES.items() if within(name_, {f"tinygpt.{name.replace('/', '.')}"})]
    assert files, f"tinygpt/{name} is gone: does the rule hold for what came after it?"
    assert not [module for path in files for module in imports(path) if within(module, ENGINE_ONLY)]


@pytest.mark.slow
def test_the_core_runs_where_there_is_no_streamlit_plotly_or_pandas():
    core = {path for path in files_of("tinygpt") if path.name != "__main__.py"}
    modules = sorted(name for name, path in MODULES.items() if path in core)
    program = (
        f"import importlib, sys\nfor name in {modules!r}: importlib.import_module(name)\n"
        "print(*({'streamlit', 'plotly', 'pandas'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], cwd=PROJECT, capture_output=True, text=True)
    assert (done.returncode, done.stderr, done.stdout.strip()) == (0, "", "")


@pytest.mark.parametrize("path", named(sources()))
def test_nothing_can_run_what_it_reads(path):
    assert not [module for module in imports(path) if within(module, FORBIDDEN_IMPORTS)]
    calls = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    assert not [name for call in calls if (name := dotted(call.func)) in FORBIDDEN_CALLS]
    assert not [key.arg for call in calls for key in call.keywords if key.arg in FORBIDDEN_KEYWORDS]


@pytest.mark.parametrize("path", named(sorted((PROJECT / "tinygpt").rglob("*.py"))))
def test_only_the_command_line_prints(path):
    calls = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    printing = "print" in [dotted(call.func) for call in calls]
    assert printing is (path.relative_to(PROJECT).as_posix() in PRINTS)


@pytest.mark.parametrize("path", named(sources()))
def test_nothing_touches_the_global_seed(path):
    calls = [dotted(node.func) for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    assert not {"torch.manual_seed", "torch.seed", "random.seed", "numpy.random.seed", "np.random.seed"} & set(calls)


@pytest.mark.parametrize("path", named(sorted((PROJECT / "pages").rglob("*.py"))))
def test_a_page_is_short_and_defines_nothing(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 80
    assert not [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.ClassDef)]


@pytest.mark.parametrize("path", named(sources()))
def test_every_file_says_what_it_is(path):
    assert ast.get_docstring(tree(path)) or not tree(path).body, "no docstring at its head"


def test_every_page_of_the_router_exists_and_every_page_is_in_it():
    """The router names its pages one by one; those of the lessons it takes from their .toml files."""
    calls = [node for node in ast.walk(tree(PROJECT / "pages" / "router.py")) if isinstance(node, ast.Call)]
    paths = [call.args[0] for call in calls if dotted(call.func) == "st.Page"]
    listed = {path.value for path in paths if isinstance(path, ast.Constant)}
    assert "f'learn/{one.name}.py'" in map(ast.unparse, paths), "the pages of the lessons"
    listed |= {f"learn/{one.name}.py" for one in every_page()}
    there = {path.relative_to(PROJECT / "pages").as_posix() for path in (PROJECT / "pages").glob("*/*.py")}
    wrong = sorted(listed ^ there)
    assert not wrong, "in the router or in the folder, but not in both"


def test_the_options_that_hold_up_the_app_are_set():
    config = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["runner"]["postScriptGC"] is False
    assert config["client"]["showErrorDetails"] == "none" and config["client"]["toolbarMode"] == "viewer"
    assert config["browser"]["gatherUsageStats"] is False
    assert config["browser"]["serverAddress"] == "127.0.0.1", "unset, Streamlit asks checkip.amazonaws.com at its start"
    assert config["server"]["address"] == "127.0.0.1", "a start by hand does not serve the whole network"
    assert config["server"]["allowedHosts"] == ["127.0.0.1", "localhost"]
    assert config["server"]["maxUploadSize"] * 1024**2 >= MAX_FILE_BYTES, "2 MB of text in UTF-32 have room"
    assert config["server"]["enableStaticServing"] is False
    assert config["server"]["maxWidgetStateSize"] * 1_000_000 > 2 * MAX_BYTES, "a paste of 2 MB has room around it"
    assert not {"enableCORS", "enableXsrfProtection"} & config["server"].keys(), "the safe defaults stay"


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ([], "--server.port=8501 --server.address=127.0.0.1"),
        (["ADDRESS=localhost", "PORT=80"], "--server.port=80 --server.address=localhost"),
        (["ADDRESS=0.0.0.0"], "--server.port=8501 --server.address=0.0.0.0 '--server.allowedHosts=*'"),
    ],
)
def test_make_run_serves_this_machine_unless_told_otherwise(said, options):
    make = ["make", "--no-print-directory", "--dry-run", "--old-file=.venv/run.stamp", "run", *said]
    done = subprocess.run(make, cwd=PROJECT, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1].split("streamlit_app.py")[1].strip() == options


@pytest.mark.skipif(os.name == "nt", reason="signals as Unix has them")
@pytest.mark.slow
def test_ctrl_c_ends_make_run_without_an_error(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    bin_folder = Path(sys.executable).parent
    with subprocess.Popen(
        ["make", "--old-file=.venv/run.stamp", "run", f"PORT={port}", f"BIN={bin_folder}"], cwd=PROJECT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=os.environ | {"TINYGPT_RUNS": str(tmp_path)},
        start_new_session=True, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as make:  # fmt: skip
        try:
            shown = next(line for line in make.stdout if "URL" in line)
            os.killpg(make.pid, signal.SIGINT)  # as a terminal does it: to everybody in the foreground
            said, _ = make.communicate(timeout=60)
        finally:
            if make.poll() is None:
                os.killpg(make.pid, signal.SIGKILL)
    assert f"http://127.0.0.1:{port}" in shown
    assert "***" not in said, "make calls it an error"
    assert make.returncode in (0, -signal.SIGINT)


def test_every_package_is_pinned_once():
    constraints = dict(pins("constraints.txt"))
    assert "+" not in "".join(constraints.values()), "a local version, such as +cpu, is of one platform"
    ours = dict([*pins("requirements.txt"), *pins("requirements-dev.txt")])
    assert ours.items() <= constraints.items(), "refresh constraints.txt: its first lines say how"
    assert "-c constraints.txt" in (PROJECT / "requirements.txt").read_text(encoding="utf-8").splitlines()


def pins(name: str) -> list[tuple[str, str]]:
    """Package and version of every line of a file of requirements."""
    return re.findall(r"^([\w.-]+)==(\S+)", (PROJECT / name).read_text(encoding="utf-8"), re.MULTILINE)


def test_the_two_commands_and_the_manual():
    done = subprocess.run(["make", "--no-print-directory", "help"], cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0
    assert {"make run", "make test", "make check", "make fast", "make clean"} <= {
        " ".join(line.split()[:2]) for line in done.stdout.splitlines()
    }

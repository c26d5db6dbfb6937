"""The README cannot rot: its code runs, its tree is the house, its numbers are those of the code."""

import ast
import re
import subprocess
import sys

import pytest

from tests import tree
from tinygpt.checkpoint.model_file import read_info
from tinygpt.cli.parser import parser
from tinygpt.corpus import CATALOGUE
from tinygpt.engine import limits
from tinygpt.engine.quota import GIGABYTES, SHARES
from tinygpt.files import CHECKPOINTS, PROJECT
from tinygpt.models import count_parameters
from tinygpt.texts.cleaning import MAX_BYTES, MAX_DISTINCT, MAX_NAME
from tinygpt.texts.shelf import MAX_OF_A_STUDENT, MAX_OF_ALL, megabytes
from tinygpt.training.presets import LADDER, PRESETS
from tinygpt.words.storyboard import lessons

MOST_LINES = 50  # of the tree
README = (PROJECT / "README.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL))


def fenced(text: str, language: str = "") -> list[str]:
    """The blocks of code between three backticks."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_the_tree_is_that_of_the_house():
    stands, should = (text.splitlines() for text in (tree.tree_of(README), tree.written(README)))
    wrong = sorted(set(stands) ^ set(should))
    assert not wrong, "`make tree`, or python -m tests.tree, writes it"
    assert stands == should and len(stands) <= MOST_LINES


def test_every_folder_says_in_a_sentence_what_is_in_it():
    inits = sorted((PROJECT / "tinygpt").rglob("__init__.py"))
    silent = [str(path) for path in inits if len((ast.get_docstring(ast.parse(path.read_text())) or "").split()) < 4]
    assert not silent


def test_every_link_and_picture_is_there():
    targets = re.findall(r"\]\((?!https:)([^)#]+)", README)
    assert targets
    assert not [target for target in targets if not (PROJECT / target).is_file()]


@pytest.mark.slow
def test_the_code_for_a_notebook_runs():
    program = "\n".join(fenced(SECTIONS["In a notebook"], "python"))
    short = program.replace("max_steps=1_000", "max_steps=20")
    assert short != program
    done = subprocess.run([sys.executable, "-W", "error", "-c", short], cwd=PROJECT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines[:2]] == ["0", "20"]
    assert "torch.Size([1, 4, 8, 8])" in lines[2]


def test_every_command_of_the_readme_is_understood():
    commands = re.findall(r"^    python -m tinygpt (.+)$", README, re.MULTILINE)
    assert len(commands) >= 6
    for command in commands:
        words = [quoted or plain for quoted, plain in re.findall(r'"(.+?)"|(\S+)', command)]
        if words == ["--help"]:
            continue
        assert parser().parse_args(words).command == words[0]


def test_the_two_commands_come_first():
    assert re.findall(r"^    make (\w+)", README, re.MULTILINE)[:2] == ["run", "test"]
    assert README.index("make test") < README.index("](") < README.index("## Start")
    first, *_, last = SECTIONS
    assert (first, last) == ("Start", "What is where")


@pytest.mark.parametrize(
    ("what", "most"),
    [
        ("parameters of a model", f"{limits.MAX_PARAMETERS:,}"),
        ("steps of a run", f"{limits.MAX_STEPS:,}"),
        ("worker time of a run", f"{limits.MAX_SECONDS / 60:.0f} minutes"),
        ("single runs at the same time", f"{limits.MAX_LIVE}"),
        (
            "an experiment",
            f"{limits.MAX_RUNS} runs, {limits.MAX_STEPS_IN_ALL:,} steps and "
            f"{limits.MAX_PARAMETERS_IN_ALL:,} parameters in all",
        ),
        ("one step", f"{limits.MAX_WORK / 1e9:.0f} billion parameters times characters in a batch"),
        ("one batch", f"{limits.MAX_NUMBERS / 1e6:.0f} million scores of next characters and attention weights"),
        ("own text", f"{MAX_BYTES // 1024**2} MB, {MAX_DISTINCT:,} different characters"),
        ("own texts of a student", megabytes(MAX_OF_A_STUDENT)),
        ("own texts of all students", megabytes(MAX_OF_ALL)),
        (
            "runs and experiments of everybody at the same time",
            f"{limits.MAX_GROUPS}, of {limits.MAX_PARAMETERS_ON_THE_WAY:,} parameters in all",
        ),
        ("disk for the runs of one student", f"{GIGABYTES / SHARES:.0f} GB"),
        ("disk for the runs of everybody", f"{GIGABYTES:.0f} GB"),
        ("name of a run", f"{MAX_NAME} characters"),
    ],
)
def test_the_limits_are_those_of_the_code(what, most):
    assert f"| {what} | {most} |" in SECTIONS["For a class of thirty"]


def test_every_lesson_is_listed_with_its_address():
    rows = re.findall(r"^\| (\d+\. .+?) \| `/(\w+)` \|$", SECTIONS["The lessons"], re.MULTILINE)
    assert rows == [(f"{one.number}. {one.title}", one.name) for one in lessons()]


def test_the_ladder_is_that_of_the_presets():
    rows = re.findall(r"^\| `(.+?)` \| (.+?) \| (.+?) \| (.+?) \|$", SECTIONS["What was measured"], re.MULTILINE)
    assert [row[0] for row in rows] == list(LADDER)
    for name, parameters, stated, measured in rows:
        assert parameters == f"{count_parameters(PRESETS[name].model):,}"
        assert float(stated) == PRESETS[name].stated == pytest.approx(float(measured), abs=0.02)


def test_figures_of_shipped_models_are_those_of_their_files():
    largest = read_info(CHECKPOINTS / "nanogpt-cpu.safetensors")
    assert f"reaches {largest['val_loss']:.2f}" in SECTIONS["What was measured"]


def test_every_environment_variable_and_every_text_is_explained():
    sources = "".join(path.read_text(encoding="utf-8") for path in (PROJECT / "tinygpt").rglob("*.py"))
    asked = set(re.findall(r'environ[^"\n]*"(TINYGPT_\w+)"', sources))
    assert {"TINYGPT_DATA", "TINYGPT_RUNS"} <= asked
    assert not [name for name in asked if f"| `{name}` |" not in README]
    assert not [key for key in CATALOGUE if f"`{key}`" not in SECTIONS["Which text"]]


def test_the_changelog_begins_with_what_is_unreleased():
    headings = re.findall(r"^## (.+)$", (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == "[Unreleased]"

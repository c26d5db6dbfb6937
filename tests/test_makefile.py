"""What `make run` says and installs, tried with a stand-in for the Python of the virtual environment."""

import platform
import shutil
import socket
import subprocess
import sys

import pytest

from tinygpt.files import PROJECT

pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="there is no make on this machine")
INDEX = "--extra-index-url https://download.pytorch.org/whl/cpu"
# It writes down what it is asked, and has torch, or reaches the index, where the test says so.
STAND_IN = """#!/bin/sh
echo "$@" >> "$0.log"
case "$*" in
  *"pip show"*) exit {no_torch} ;;
  *urlopen*) exit {no_index} ;;
  *socket*) exec {python} "$@" ;;
esac
"""


def made(tmp_path, *words, no_torch=1, no_index=0):
    """What `make` says with these words, its exit code, and what the Python of the environment was asked."""
    program = tmp_path / "bin" / "python"
    program.parent.mkdir()
    program.write_text(STAND_IN.format(no_torch=no_torch, no_index=no_index, python=sys.executable))
    program.chmod(0o755)
    command = ["make", f"VENV={tmp_path}", *words]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    return done, (tmp_path / "bin" / "python.log").read_text()


@pytest.mark.skipif(platform.system() != "Linux", reason="elsewhere PyPI serves the CPU build")
@pytest.mark.parametrize(
    ("no_torch", "no_index", "said", "taken"),
    [
        (1, 0, "torch comes as its CPU build", True),
        (1, 1, "does not answer: torch comes from the package index", False),
        (0, 0, "", False),
    ],
    ids=["the index answers", "it does not", "torch is there"],
)
def test_linux_takes_the_cpu_build_where_it_can_be_had(tmp_path, no_torch, no_index, said, taken):
    done, asked = made(tmp_path, f"{tmp_path}/run.stamp", no_torch=no_torch, no_index=no_index)
    assert done.returncode == 0, done.stderr
    assert said in done.stdout and ("torch comes" in done.stdout) == bool(said)
    assert (INDEX in asked) == taken and "-r requirements.txt" in asked


def test_an_index_that_is_asked_for_is_taken(tmp_path):
    done, asked = made(tmp_path, f"{tmp_path}/dev.stamp", "TORCH_INDEX=http://127.0.0.1:9/torch", no_index=1)
    assert done.returncode == 0, done.stderr
    assert "--extra-index-url http://127.0.0.1:9/torch" in asked and "urlopen" not in asked


def test_a_port_in_use_says_which_line_to_type(tmp_path):
    (tmp_path / "run.stamp").touch()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done, _ = made(tmp_path, "run", f"PORT={port}")
    assert done.returncode != 0
    assert f"make run PORT={port + 1}" in done.stdout and f"http://127.0.0.1:{port}" in done.stdout

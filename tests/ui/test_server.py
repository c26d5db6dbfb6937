"""The server that cannot start says why in a sentence: whoever starts it need not read a traceback."""

import os
import subprocess
import sys

import pytest

from tinygpt.files import PROJECT


def start(**settings):
    """Start the server as `make run` does, on any free port; what came of it."""
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port=0"]
    return subprocess.run(
        [*command, "--server.address=127.0.0.1", "--server.headless=true"],
        cwd=PROJECT, env=os.environ | settings, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("TINYGPT_WORKERS", "abc", "TINYGPT_WORKERS should be a number from 1 to 64, got 'abc'"),
        ("TINYGPT_SCHEDULER", "nonsense", "TINYGPT_SCHEDULER='nonsense' is refused"),
        ("TINYGPT_RUNS", __file__, "Set TINYGPT_RUNS to a folder that this server may write to."),
    ],
)
def test_a_wrong_setting_is_one_sentence_and_no_traceback(variable, value, sentence):
    done = start(**{variable: value})
    assert done.returncode == 1 and "Traceback" not in done.stderr
    last = done.stderr.splitlines()[-1]
    assert last.startswith("tinygpt cannot start. ") and sentence in last

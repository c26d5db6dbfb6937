"""The server that cannot start says why in a sentence: whoever starts it need not read a traceback."""

import os
import subprocess
import sys

import psutil
import pytest

from tests.waiting import until
from tinygpt.engine.folder_lock import FolderLock
from tinygpt.files import PROJECT
from tinygpt.ui.server import Complaints

COMMAND = [
    *(sys.executable, "-m", "streamlit", "run", "streamlit_app.py"),
    *("--server.port=0", "--server.address=127.0.0.1", "--server.headless=true"),
]


def start(**settings):
    """Start the server as `make run` does, on any free port; what came of it."""
    return subprocess.run(COMMAND, cwd=PROJECT, env=os.environ | settings, capture_output=True, text=True, timeout=120)


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


@pytest.mark.slow
def test_a_second_server_on_one_folder_ends_with_the_name_of_the_first(tmp_path):
    first = FolderLock(tmp_path)
    first.take()
    done = start(TINYGPT_RUNS=str(tmp_path))
    first.release()
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert f"served already, by process {os.getpid()} since" in done.stderr.splitlines()[-1]


@pytest.mark.slow
def test_a_server_that_is_asked_to_end_leaves_no_worker_and_its_folder_free(tmp_path):
    with subprocess.Popen(
        COMMAND, cwd=PROJECT, env=os.environ | {"TINYGPT_RUNS": str(tmp_path)}, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert next(line for line in server.stdout if "URL" in line)
            family = psutil.Process(server.pid).children(recursive=True)
            server.terminate()
            server.wait(timeout=60)
        finally:
            server.kill()
    until(lambda: not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in family))
    lock = FolderLock(tmp_path)
    lock.take()
    lock.release()


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="there is no such bound")
@pytest.mark.parametrize(("limit", "files", "said"), [("-S -n 256", 8_192, 0), ("-n 256", 256, 1)])
def test_the_bound_on_open_files_is_raised_or_said_once(limit, files, said):
    code = (
        "import resource; from tinygpt.ui.server import allow_open_files; hard = resource.getrlimit("
        "resource.RLIMIT_NOFILE)[1]; allow_open_files(); print(resource.getrlimit(resource.RLIMIT_NOFILE)[0], hard)"
    )
    shell = f"ulimit {limit} && exec {sys.executable} -c '{code}'"
    done = subprocess.run(["bash", "-c", shell], cwd=PROJECT, capture_output=True, text=True, check=True)
    now, hard = map(int, done.stdout.split())
    assert now == (min(files, hard) if hard > 0 else files)  # -1 is no bound at all
    assert done.stderr.count("enough for about 51 open pages. For more, type `ulimit -n 8192` first.") == said


def test_a_flood_of_refused_pages_is_one_line_in_the_log(caplog):
    complaints, others = Complaints(), []

    class Loop:
        default_exception_handler = staticmethod(others.append)

    for _ in range(1_000):
        complaints(Loop(), {"message": "socket.accept() out of system resource"})
    complaints(Loop(), {"message": "something else"})
    assert [record.getMessage() for record in caplog.records] == [
        "No further page can be opened: all the files that this server may hold are open."
    ]
    assert others == [{"message": "something else"}]

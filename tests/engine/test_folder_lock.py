"""A folder of runs has one server; a second one is told which, and nothing but a reader may be there beside it."""

import errno
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from tinygpt.engine.runs import RunStore
from tinygpt.files import PROJECT
from tinygpt.scheduler import Scheduler

OWNER = """
import sys
from tinygpt.engine.folder_lock import FolderLock
from pathlib import Path
lock = FolderLock(Path(sys.argv[1]))
lock.take()
print("mine", flush=True)
sys.stdin.read()
"""


def scheduler(folder):
    return Scheduler(lambda: ThreadPoolExecutor(1), 1, store=RunStore(folder))


def test_a_second_server_is_refused_and_told_who_is_there(tmp_path):
    first = scheduler(tmp_path)
    with pytest.raises(OSError, match=rf"served already, by process {os.getpid()} since .*TINYGPT_RUNS=another-folder"):
        scheduler(tmp_path)
    assert RunStore(tmp_path).descriptions() == []  # whoever only reads needs no lock
    first.close()
    scheduler(tmp_path).close()


@pytest.mark.slow
def test_the_folder_of_a_killed_server_is_free_at_once(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(tmp_path)], cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as owner:
        assert owner.stdout.readline() == b"mine\n"
        with pytest.raises(OSError, match=f"by process {owner.pid} since"):
            scheduler(tmp_path)
        owner.kill()
        owner.wait()
        scheduler(tmp_path).close()


@pytest.mark.parametrize(
    "said", [b"", b"[", b"[" * 900, b"{}", b'{"process": [], "since": 1}', b'{"process": 1, "since": 1e300}', b"\xff"]
)
def test_nonsense_about_the_owner_is_no_reason_to_fail(tmp_path, said):
    first = scheduler(tmp_path)
    (tmp_path / "server.json").write_bytes(said)
    with pytest.raises(OSError, match="served already, by another process"):
        scheduler(tmp_path)
    first.close()


def test_a_disk_without_locks_is_said_and_used_all_the_same(tmp_path, monkeypatch, caplog):
    def refuse(self):
        raise OSError(errno.ENOTSUP, "Operation not supported")

    monkeypatch.setattr("filelock.FileLock.acquire", refuse)
    scheduler(tmp_path).close()
    assert "cannot be locked (Operation not supported)" in caplog.text
    assert json.loads((tmp_path / "server.json").read_bytes())["process"] == os.getpid()

"""Where slices run, and which addresses are refused."""

import subprocess
import sys
from concurrent.futures import BrokenExecutor, CancelledError

import loky
import pytest
from distributed.scheduler import KilledWorker

from tinygpt.engine.dask_lanes import check_address
from tinygpt.engine.lanes import LokyLane, executor_factory_from_environment, worker_died
from tinygpt.files import PROJECT


def test_without_a_word_the_lanes_are_of_this_machine_and_two_at_least(monkeypatch):
    monkeypatch.delenv("TINYGPT_SCHEDULER", raising=False)
    monkeypatch.delenv("TINYGPT_WORKERS", raising=False)
    assert executor_factory_from_environment() == (LokyLane, max(2, loky.cpu_count()))


def test_the_number_of_workers_can_be_set(monkeypatch):
    monkeypatch.delenv("TINYGPT_SCHEDULER", raising=False)
    monkeypatch.setenv("TINYGPT_WORKERS", "3")
    assert executor_factory_from_environment() == (LokyLane, 3)


@pytest.mark.parametrize("text", ["0", "-1", "65", "two", "1e3", "9" * 100])
def test_a_number_of_workers_that_is_none_is_refused_in_words(monkeypatch, text):
    monkeypatch.delenv("TINYGPT_SCHEDULER", raising=False)
    monkeypatch.setenv("TINYGPT_WORKERS", text)
    with pytest.raises(ValueError, match="TINYGPT_WORKERS should be a number"):
        executor_factory_from_environment()


@pytest.mark.parametrize(
    "address", ["tls://10.0.0.1:8786", "tcp://127.0.0.1:8786", "tcp://localhost:1", "tcp://[::1]:8786"]
)
def test_safe_addresses(address):
    assert check_address(address) is None  # no ValueError


@pytest.mark.parametrize(
    "address",
    [
        "tcp://10.0.0.1:8786",
        "tcp://127.0.0.1.evil.com:1",
        "10.0.0.1:8786",
        "inproc://x",
        "ws://127.0.0.1:1",
        "tls://",
        "x",
    ]
    + [
        "tcp://localhost@evil.com:1",
        "tcp://0.0.0.0:8786",
        "http://127.0.0.1:8786",
        "tcp://[::1",
        "tls://[x",
        "tcp://127.0.0.1",
        "tls://x:99999",
    ],
)
def test_an_open_port_is_refused_in_words(monkeypatch, address):
    monkeypatch.setenv("TINYGPT_SCHEDULER", address)
    with pytest.raises(ValueError, match="is refused"):
        executor_factory_from_environment()


def test_a_cluster_that_does_not_answer_is_told_in_words(monkeypatch):
    monkeypatch.setattr("tinygpt.engine.dask_lanes.CONNECTING", 0.5)
    monkeypatch.setenv("TINYGPT_SCHEDULER", "tcp://127.0.0.1:9")
    with pytest.raises(ValueError, match="No dask scheduler answers"):
        executor_factory_from_environment()


def test_a_cluster_without_certificates_is_told_in_words(monkeypatch):
    monkeypatch.setenv("TINYGPT_SCHEDULER", "tls://127.0.0.1:9")
    with pytest.raises(ValueError, match="needs certificates"):
        executor_factory_from_environment()


def test_a_dead_worker_is_told_from_a_run_that_fails():
    died = [BrokenExecutor(), CancelledError(), KilledWorker("task", None, 4)]
    assert all(worker_died(error) for error in died)
    assert not any(worker_died(error) for error in [ValueError(), RuntimeError(), MemoryError(), KeyError()])


def test_the_watch_over_the_server_does_not_wait_for_torch():
    code = "import sys, tinygpt.engine.lanes; sys.exit(bool({'torch', 'distributed', 'streamlit'} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=True)

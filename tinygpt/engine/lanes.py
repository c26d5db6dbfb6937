"""Where slices run: lanes, each an executor of one worker, so that a killed worker takes down nothing but its lane.

Lanes of this machine are loky's: its workers do not run the server's script again, as multiprocessing's would. Lanes
on other machines (TINYGPT_SCHEDULER) are dask's; tinygpt.engine.dask_lanes is imported only then.

This module is the first of ours that a new worker imports, and it does not import torch: the watch over the server
must stand before the seconds that torch takes.
"""

import ctypes
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor
from contextlib import suppress
from pathlib import Path

import loky
import psutil

Factory = Callable[[], Executor]

NICENESS = 10  # the server answers before workers train
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of glibc's malloc.h
KEPT_MEMORY = 32 * 1024**2  # bytes: the most that glibc allows
MEMORY_OF_A_WORKER = "2e9"  # bytes beyond its first task before loky replaces it; held states and texts are no leak


class LokyLane(loky.ProcessPoolExecutor):
    """A lane on this machine: one worker process; closing the lane ends it at once, in mid-slice too."""

    here = True  # its process can be looked at

    def __init__(self) -> None:
        environment = {"OMP_NUM_THREADS": "1", "LOKY_MAX_MEMORY_LEAK_SIZE": MEMORY_OF_A_WORKER}
        super().__init__(1, timeout=None, initializer=settle_in, initargs=(os.getpid(),), env=environment)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False, kill_workers: bool = True) -> None:
        """End the worker. Futures are never cancelled: loky's manager thread does not survive that."""
        super().shutdown(wait=wait, kill_workers=kill_workers)


def settle_in(server: int) -> None:
    """The first thing a worker does: leave when the server is gone, stay polite, use one thread.

    It leaves soon, however the server was killed and however busy it is itself. On POSIX an orphan gets another parent;
    on Windows the id of the server vanishes.
    """

    def watch() -> None:
        while os.getppid() == server and psutil.pid_exists(server):
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, name="leave-with-server", daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which then closes its lanes
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    with suppress(OSError):  # only Linux has it: when memory runs out, a worker goes before the server does
        Path("/proc/self/oom_score_adj").write_text("500")
    keep_freed_memory()
    import torch  # here: the watch must not wait for it

    torch.set_num_threads(1)


def keep_freed_memory() -> None:
    """Let this process keep what it frees, where its C library is glibc.

    A training step asks for the same large pieces again and again. glibc gives those above 128 kB back to the system
    each time, which then fills them with zeros anew: a tenth of a step and more (benchmarks.steps).
    """
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(M_MMAP_THRESHOLD, KEPT_MEMORY)
        mallopt(M_TRIM_THRESHOLD, 16 * KEPT_MEMORY)


def worker_died(error: BaseException) -> bool:
    """Whether the worker is to blame (killed, out of memory, machine gone) rather than the slice it was training."""
    if isinstance(error, BrokenExecutor | CancelledError | loky.process_executor.ShutdownExecutorError):
        return True
    return type(error).__module__.startswith("distributed.") and type(error).__name__ in DASK_DEATHS


DASK_DEATHS = {"KilledWorker", "CommClosedError", "FutureCancelledError", "FuturesCancelledError", "NoValidWorkerError"}


def executor_factory_from_environment() -> tuple[Factory, int]:
    """How to open a lane, and how many: TINYGPT_SCHEDULER names a dask cluster, TINYGPT_WORKERS a number.

    Raises ValueError in plain words for an address that is not safe or a number that is none from 1 to 64.
    """
    text = os.environ.get("TINYGPT_WORKERS", "").strip()
    if text and not (text.isdecimal() and 1 <= int(text) <= 64):
        raise ValueError(f"TINYGPT_WORKERS should be a number from 1 to 64, got {text[:20]!r}")
    workers = int(text) if text else None
    if address := os.environ.get("TINYGPT_SCHEDULER"):
        from tinygpt.engine.dask_lanes import open_cluster  # here: only a class with a cluster needs dask

        return open_cluster(address, workers=workers)
    # One for each core this process may use, at least two: when one is killed the other goes on with its run.
    return LokyLane, workers or max(2, loky.cpu_count())

"""Lanes on other machines, for a class that outgrows one: the same slices, run by a dask.distributed cluster.

    TINYGPT_SCHEDULER=tls://192.168.1.10:8786 streamlit run streamlit_app.py

tinygpt must be importable on the workers, in the same version. dask moves the slice of a killed worker to another one
by itself; only after some kills of the same slice does its KilledWorker reach us (see lanes.worker_died).
"""

import ipaddress
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import dask
from distributed import Client
from distributed.cfexecutor import ClientExecutor
from distributed.security import Security

LARGEST_SLICE = "256MiB"  # dask warns of larger tasks; the state of a run is part of ours, by design
CONNECTING = 15.0  # seconds


class DaskLane(ClientExecutor):
    """One slice at a time on whichever worker of the cluster is idle."""

    keeps_states = False  # the next slice may run elsewhere, so the state travels with it

    def __init__(self, client: Client) -> None:
        super().__init__(client, pure=False)  # pure: equal jobs of two students would share one result

    def shutdown(self, wait: bool = False, **ignored: Any) -> None:
        """Let go of what is in flight; the cluster is not ours to end."""
        super().shutdown(wait=False)


def open_cluster(address: str, *, workers: int | None = None) -> tuple[Callable[[], DaskLane], int]:
    """How to open a lane on the cluster at `address`, and how many: one for each thread of its workers, or `workers`.

    Raises ValueError in plain words for an address that is not safe, and where no scheduler answers.
    """
    check_address(address)
    # A Client made where dask knows of no certificates for tls:// never closes.
    if address.startswith("tls:") and Security().get_connection_args("client").get("ssl_context") is None:
        raise ValueError(
            f"TINYGPT_SCHEDULER={address[:80]!r} needs certificates, and dask's configuration names none "
            "(DASK_DISTRIBUTED__COMM__TLS__CA_FILE and its like)."
        )
    dask.config.set({"distributed.admin.large-graph-warning-threshold": LARGEST_SLICE})
    try:
        client = Client(address, timeout=CONNECTING, set_as_default=False)
    except (OSError, TimeoutError) as error:
        raise ValueError(
            f"No dask scheduler answers at {address}. Start one there, or unset TINYGPT_SCHEDULER."
        ) from error
    return partial(DaskLane, client), workers or max(2, sum(client.nthreads().values()))


def check_address(address: str) -> None:
    """Raise ValueError unless `address` is tls://, or tcp:// on this machine: a dask port runs whatever it is sent."""
    safe = False
    with suppress(ValueError):  # neither a name nor a number
        parts = urlsplit(address)
        port, host = parts.port, parts.hostname or ""
        if parts.scheme == "tcp":
            safe = port is not None and (host == "localhost" or ipaddress.ip_address(host).is_loopback)
        else:
            safe = port is not None and parts.scheme == "tls" and host != ""
    if not safe:
        raise ValueError(
            f"TINYGPT_SCHEDULER={address[:80]!r} is refused: it must begin with tls://, or with tcp:// and be on this "
            "machine, and end with its port (tcp://127.0.0.1:8786). Whoever reaches an open dask port can run programs."
        )

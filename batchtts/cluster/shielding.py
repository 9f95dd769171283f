"""Loaded by the workers of a local cluster when they start: signals for the run are not for them.

Ctrl-C reaches every process of a terminal, and a batch system tells all processes of a job to end.  The run
decides what becomes of work in flight; its workers end when it ends them, or when it is gone.
"""

import signal


def dask_setup(worker: object) -> None:  # noqa: ARG001 - Dask calls it so
    """Ignore the signals that ask for an end."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)

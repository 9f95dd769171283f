"""What this machine lets the program use."""

import os


def n_cores() -> int:
    """Return on how many cores this process may run: fewer than there are where it was bound to some of them."""
    if hasattr(os, "sched_getaffinity"):  # Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

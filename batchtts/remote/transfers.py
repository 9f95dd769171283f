"""Several transfers at once: small files are mostly waited for, not sent."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

AT_ONCE = 4
"""Each may hold a few blocks of a large file in memory."""


def at_once(
    work: Callable[[str], T], names: Iterable[str], *, most: int = AT_ONCE
) -> Iterator[tuple[str, T]]:
    """Do work for each name, for so many of them at a time; yield what came of it, in order.

    What goes wrong is raised, and what was not begun by then is left out.
    """
    ordered = list(names)
    threads = ThreadPoolExecutor(most, thread_name_prefix="transfer")
    try:
        yield from zip(ordered, threads.map(work, ordered), strict=True)
    finally:
        threads.shutdown(cancel_futures=True)

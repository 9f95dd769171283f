"""Work that is done in a thread while what came of the work before is being written."""

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

_MOST_WAITING = 8


def ahead(work: Callable[[T], R], inputs: Iterator[T]) -> Generator[R, None, None]:
    """Yield what comes of each input, in their order; some of the next are worked on meanwhile, one at a time.

    Inputs are taken in this thread, a few before they are needed.  What `work` raises is raised here.  Whoever may stop
    before the end closes it: then nothing is worked on any more.
    """
    thread = ThreadPoolExecutor(1)
    waiting: deque[Future[R]] = deque()
    try:
        for given in inputs:
            waiting.append(thread.submit(work, given))
            if len(waiting) == _MOST_WAITING:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        thread.shutdown(wait=True, cancel_futures=True)

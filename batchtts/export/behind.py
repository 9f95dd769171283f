"""Writing that is done in a thread, while what comes next is made."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import BinaryIO

from batchtts.files import HashingFile

_MOST_BYTES = 2 << 20
"""That wait to be written, but for what is larger by itself."""


class Behind:
    """Does one piece of work after the other, in their order.  What goes wrong is raised by whatever is asked next."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._waiting: deque[tuple[Future[object], int]] = deque()
        self._n_bytes = 0

    def do(self, work: Callable[[], object], n_bytes: int) -> None:
        """Have something done that holds so many bytes; wait until there is room for them."""
        while self._waiting and (self._n_bytes + n_bytes > _MOST_BYTES or self._waiting[0][0].done()):
            self._end_one()
        self._waiting.append((self._thread.submit(work), n_bytes))
        self._n_bytes += n_bytes

    def wait(self) -> None:
        """Wait until all of it is done."""
        while self._waiting:
            self._end_one()

    def close(self) -> None:
        """Leave undone what has not begun; doing so twice is fine."""
        self._thread.shutdown(wait=True, cancel_futures=True)
        self._waiting.clear()

    def _end_one(self) -> None:
        future, n_bytes = self._waiting.popleft()
        self._n_bytes -= n_bytes
        future.result()


class FileBehind(HashingFile):
    """A file that is written and hashed in the thread."""

    def __init__(self, stream: BinaryIO, behind: Behind) -> None:
        super().__init__(stream)
        self._behind = behind

    def flush(self) -> None:
        """Put into the file what was gathered, and wait until all is there."""
        super().flush()
        self._behind.wait()

    def _put(self, data: bytes | memoryview) -> None:
        self._behind.do(partial(super()._put, bytes(data)), len(data))

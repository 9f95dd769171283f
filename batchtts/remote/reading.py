"""A pack that lies in storage, read where it lies: stitching a chapter takes a few stretches of it, not all."""

from collections import OrderedDict

from batchtts.remote.errors import RemoteError
from batchtts.remote.store import Store

BLOCK_BYTES = 4 << 20
"""What is fetched at once; takes of one chapter lie close together, so few requests serve many of them."""

_MOST_BLOCKS = 4


def gone(store: Store, name: str) -> RemoteError:
    """Return what is to be said of an object that was there when the storage was looked at last.

    It is not for us to take what lay in it for lost: somebody may just have put it elsewhere.
    """
    return RemoteError(
        f"{store.address}/{name} is not there any more, or not whole",
        hint="If somebody has changed the storage meanwhile, the same command finds its way when it is run again.",
    )


class RemoteFile:
    """The bytes of an object, fetched in blocks, of which the last few are kept.  For one thread only.

    Raises `RemoteError` if the storage cannot be asked, or the object is no longer there as it was.
    """

    def __init__(self, store: Store, name: str, n_bytes: int) -> None:
        self._store = store
        self._name = name
        self._n_bytes = n_bytes
        self._position = 0
        self._blocks: OrderedDict[int, bytes] = OrderedDict()

    def seek(self, position: int, /) -> int:
        """Go on from an offset."""
        self._position = position
        return position

    def read(self, n_bytes: int, /) -> bytes:
        """Return so many bytes, fewer at the end."""
        start, end = self._position, min(self._position + n_bytes, self._n_bytes)
        pieces = []
        for index in range(start // BLOCK_BYTES, -(-end // BLOCK_BYTES)):
            first = index * BLOCK_BYTES
            pieces.append(self._block(index)[max(0, start - first) : end - first])
        data = b"".join(pieces)
        self._position += len(data)
        return data

    def close(self) -> None:
        """Let go of what was fetched."""
        self._blocks.clear()

    def _block(self, index: int) -> bytes:
        if index in self._blocks:
            self._blocks.move_to_end(index)
            return self._blocks[index]
        start = index * BLOCK_BYTES
        end = min(start + BLOCK_BYTES, self._n_bytes)
        data = self._store.read_part(self._name, start, end)
        if len(data) < end - start:
            raise gone(self._store, self._name)
        self._blocks[index] = data
        if len(self._blocks) > _MOST_BLOCKS:
            self._blocks.popitem(last=False)
        return data

"""What can go wrong with a copy of the output folder that lies elsewhere.

RemoteError            exit 5    the copy cannot be used
├── RemoteUnavailable            it was not reached, or is in trouble itself; asking again may help
├── RemoteRefused                it was reached, and will not do what it was asked for
└── RemoteChanged                somebody else has put something there that we have not seen
"""

from batchtts.errors import BatchttsError


class RemoteError(BatchttsError):
    """The copy of the output folder that lies elsewhere cannot be used."""

    exit_code = 5


class RemoteUnavailable(RemoteError):
    """The storage was not reached, or has trouble of its own; asking again may help."""


class RemoteRefused(RemoteError):
    """The storage will not do what it was asked for, however often it is asked."""


class RemoteChanged(RemoteError):
    """Somebody else has put something there that we have not seen, and that is not overwritten."""

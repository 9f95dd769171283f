"""Worker processes of our own, for engines that hold the interpreter, keep global state or may crash."""

from batchtts.engines.hosting.frames import Frame
from batchtts.engines.hosting.workers import Workers

__all__ = ["Frame", "Workers"]

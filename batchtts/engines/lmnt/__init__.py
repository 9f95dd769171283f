"""The engine `lmnt`: LMNT's speech service, by its beta protocol of 2023 or by the current v1."""

from batchtts.engines.lmnt.engine import open_engine

__all__ = ["open_engine"]

"""The engine `pico`: small, fast, plain speech in five languages, spoken by worker processes."""

from batchtts.engines.pico.engine import open_engine

__all__ = ["open_engine"]

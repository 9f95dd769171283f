"""The engine `hibari`: natural English speech from a model inside a wheel, with exact phoneme times."""

from batchtts.engines.hibari.engine import open_engine

__all__ = ["open_engine"]

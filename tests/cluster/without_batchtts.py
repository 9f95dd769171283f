"""Loaded by a Dask worker that is to have no batchtts."""

import sys

sys.modules["batchtts"] = None  # type: ignore[assignment]

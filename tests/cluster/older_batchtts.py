"""Loaded by a Dask worker that is to be one of an older version of batchtts."""

import batchtts
import batchtts.cluster.messages

batchtts.__version__ = batchtts.cluster.messages.__version__ = "0.0.9"

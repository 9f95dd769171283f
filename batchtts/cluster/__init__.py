"""Engines on the workers of a Dask cluster: what is asked here is spoken there, and comes back over the wire."""

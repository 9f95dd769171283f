"""A client of LMNT's speech service: a drop-in for the `Speech` of its Python SDK, and more careful."""

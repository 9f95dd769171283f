"""The names of `batchtts.lmnt` under the module name of LMNT's own client, `lmnt.api`."""

from batchtts.lmnt import *  # noqa: F403 - the very same names, whichever they are
from batchtts.lmnt import __all__ as __all__

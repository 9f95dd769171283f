"""The formats that a job can be exported to."""

from batchtts.export.formats import FORMATS
from batchtts.job import EXPORT_FORMATS


def test_a_manifest_may_name_every_format_that_there_is() -> None:
    assert set(EXPORT_FORMATS) == set(FORMATS)

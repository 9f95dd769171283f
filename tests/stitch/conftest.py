"""One book for all tests that only read it."""

import pytest
from small_books import STORY, Stitched, job_of, stitch


@pytest.fixture(scope="session")
def ferry(tmp_path_factory: pytest.TempPathFactory) -> Stitched:
    """Two chapters in two voices, with headings, a scene break, verse and an emoji."""
    return stitch(job_of(tmp_path_factory.mktemp("ferry")), *STORY)

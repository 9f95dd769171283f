"""The cover of a book as a file of an export."""

from dataclasses import dataclass, field

from batchtts.export.containers.marks import is_png
from batchtts.export.containers.pictures import Dimensions, dimensions
from batchtts.export.corpus import Corpus
from batchtts.export.folder import ExportFolder

_JPEG = b"\xff\xd8\xff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """A picture; `path` is relative to the export, the dimensions are zero where they are not known."""

    path: str
    media_type: str
    dimensions: Dimensions
    picture: bytes = field(repr=False)


def cover_of(corpus: Corpus) -> Cover | None:
    """Return the cover; None if there is none, or it is neither a JPEG nor a PNG."""
    picture = corpus.metadata.cover
    if picture is None or not (is_png(picture) or picture.startswith(_JPEG)):
        return None
    ending, media_type = ("png", "image/png") if is_png(picture) else ("jpg", "image/jpeg")
    return Cover(
        path=f"cover.{ending}", media_type=media_type, dimensions=dimensions(picture), picture=picture
    )


def write_cover(folder: ExportFolder, corpus: Corpus) -> Cover | None:
    """Write the cover, if there is one that can be shown; return it."""
    if (cover := cover_of(corpus)) is not None:
        folder.write(cover.path, cover.picture)
    return cover

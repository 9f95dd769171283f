"""The cover of a book: a path in the manifest becomes the bytes of an image."""

from batchtts.manifest.kinds import Schema, Text
from batchtts.manifest.nodes import Node, quote
from batchtts.manifest.review import Review

MOST_BYTES = 32 * 1024 * 1024


class CoverImage:
    """The path of an image, relative to the manifest."""

    words = "the path of an image"

    def check(self, node: Node, review: Review) -> bytes | None:
        """Return the bytes of the file."""
        if (path := Text(words=self.words).check(node, review)) is None:
            return None
        try:
            with (review.folder / path).open("rb") as file:
                data = file.read(MOST_BYTES + 1)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            hint = "The path is relative to the folder of the manifest."
            review.complain(node, f"cannot read {quote(path)}: {reason}", hint=hint)
            return None
        if not 0 < len(data) <= MOST_BYTES:
            what = "is empty" if not data else f"is larger than {MOST_BYTES // 1024**2} MiB"
            review.complain(node, f"{quote(path)} {what}")
            return None
        return data

    def schema(self) -> Schema:
        """Return the schema of a path."""
        return Text().schema()

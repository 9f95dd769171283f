"""Where the output goes: the path of a folder, or the address of one in some storage."""

from batchtts.address import Address, is_address
from batchtts.manifest.kinds import Schema, Text
from batchtts.manifest.nodes import MappingNode, Node, NullNode, ScalarNode
from batchtts.manifest.review import Review


class Place:
    """A path, relative to the manifest, or an address such as s3://bucket/path."""

    words = "the path of a folder, or an address such as s3://bucket/path"

    def check(self, node: Node, review: Review) -> Address | str | None:
        """Return the address, or the path as it is written."""
        if (text := Text(words=self.words).check(node, review)) is None or not is_address(text):
            return text
        try:
            return Address.parse(text)
        except ValueError as error:  # the text itself is not shown: it may hold a secret
            review.complain(node, f"the address is refused: {error}")
            return None

    def schema(self) -> Schema:
        """Return the schema of a line of text."""
        return Text().schema()


def check_local(node: Node, review: Review) -> dict[str, object]:
    """Complain of a folder to work in where the output itself goes to a folder; nothing is to be added."""
    values = {key.text: value for key, value in node.entries} if isinstance(node, MappingNode) else {}
    place, local = values.get("dir"), values.get("local", NullNode)
    goes_elsewhere = isinstance(place, ScalarNode) and is_address(place.text)
    if isinstance(local, ScalarNode) and not goes_elsewhere:
        review.path.append("local")
        review.complain(
            local,
            "goes only with an address in `dir`",
            hint="Write the folder under `dir`, or write an address such as s3://bucket/path there.",
        )
        review.path.pop()
    return {}

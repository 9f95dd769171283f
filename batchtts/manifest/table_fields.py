"""The fields that say which columns of a table count."""

import re

from batchtts.manifest.kinds import ONE_LINE, Schema, Text, refuse
from batchtts.manifest.nodes import Node, ScalarNode
from batchtts.manifest.review import Review
from batchtts.manifest.structures import Field, ListOf, Record
from batchtts.manifest.terms import mark
from batchtts.manifest.written import write_columns

_NUMBER = re.compile(r"[1-9][0-9]{0,3}")


class Column:
    """The name of a column, or its number: digits without quotes."""

    words = "the name of a column, or its number, from 1, where the file has no header"

    def check(self, node: Node, review: Review) -> str | int | None:
        """Return the name or the number."""
        if isinstance(node, ScalarNode) and ONE_LINE.fullmatch(node.text):
            return int(node.text) if node.plain and _NUMBER.fullmatch(node.text) else node.text
        refuse(self, node, review)
        return None

    def schema(self) -> Schema:
        """Return both forms; any number may be a name as well."""
        return Text().schema()


def _column(description: str, otherwise: str = "—") -> Field:
    return Field(kind=Column(), otherwise=otherwise, description=description)


COLUMNS = Record(
    title="a mapping of columns",
    make=write_columns,
    place=mark,
    fields={
        "text": Field(kind=Column(), required=True, description="What is spoken."),
        "id": _column(
            "The name of the segment in all that is written.", "after its chapter and its place in it"
        ),
        "voice": _column("Who speaks it: the name of a voice of the manifest.", "the document's"),
        "speaker": _column("Who speaks it, if a voice of the manifest goes by that name.", "the document's"),
        "speed": _column("How fast it is spoken.", "the voice's"),
        "seed": _column("Its seed.", "the voice's"),
        "length": _column("How many seconds it shall last.", "as long as it takes"),
        "length_policy": _column("What becomes of it if it cannot last as long.", "`length.policy`"),
        "chapter": _column("The title of its chapter.", "a chapter for every 1,000 rows"),
        "split": _column("Which part of a dataset it is in: train, validation or test.", "`dataset.splits`"),
        "extra": Field(
            kind=ListOf(item=Text(words="the name of a column")),
            default=(),
            description="Columns that are carried through to datasets as they are.",
        ),
    },
)

"""The voices of a manifest, and the names by which it refers to them."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from batchtts.manifest.kinds import ONE_LINE, Schema, Text, refuse
from batchtts.manifest.nodes import KeyNode, MappingNode, Node, ScalarNode
from batchtts.manifest.review import Review
from batchtts.manifest.structures import ListOf, MapOf
from batchtts.manifest.written import NARRATOR, WrittenVoice


class VoiceName:
    """The name of a voice of this manifest."""

    words = "the name of a voice"

    def check(self, node: Node, review: Review) -> str | None:
        """Return the name."""
        if isinstance(node, ScalarNode) and ONE_LINE.fullmatch(node.text):
            return node.text if review.refer(node) else None
        refuse(self, node, review)
        return None

    def schema(self) -> Schema:
        """Return a schema for any text: which voices there are is beyond it."""
        return Text().schema()


class VoiceNames:
    """A list of voices of this manifest, each once."""

    words = "a list of names of voices"

    def check(self, node: Node, review: Review) -> tuple[str, ...] | None:
        """Return the names."""
        names = _NAMES.check(node, review)
        if names is None or len(set(names)) == len(names):
            return names
        twice = next(name for name in names if names.count(name) > 1)
        review.complain(node, f"names {twice} twice", hint="For several takes of a voice, give `takes`.")
        return None

    def schema(self) -> Schema:
        """Return the schema of the list."""
        return {**_NAMES.schema(), "uniqueItems": True}


_NAMES = ListOf(item=VoiceName())


class Voices(NamedTuple):
    """A mapping of voices; each can be referred to by its name, even where the voice itself is wrong."""

    voices: MapOf[WrittenVoice]

    @property
    def words(self) -> str:
        """What they are."""
        return self.voices.words

    def check(self, node: Node, review: Review) -> Mapping[str, WrittenVoice] | None:
        """Return the voices by name."""
        if not isinstance(node, MappingNode):
            review.know_voices(None)
            return self.voices.check(node, review)
        names: dict[str, None] = {}
        found = self.voices.check(MappingNode(node.start, _noted(node, names)), review)
        review.know_voices(names or {NARRATOR.name: None})
        return found

    def schema(self) -> Schema:
        """Return the schema of the mapping."""
        return self.voices.schema()


def _noted(node: MappingNode, names: dict[str, None]) -> Iterator[tuple[KeyNode, Node]]:
    """Go through a mapping, and note its keys in `names`."""
    for key, value in node.entries:
        names[key.text] = None
        yield key, value

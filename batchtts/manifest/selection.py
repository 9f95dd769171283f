"""The selection of chapters: numbers, ranges such as 2-5,9, titles and hrefs."""

import re

from batchtts.job import Selection
from batchtts.manifest.kinds import ONE_LINE, Schema, refuse, whole
from batchtts.manifest.nodes import ListNode, Node, ScalarNode, describe
from batchtts.manifest.review import Review

_LIKE_RANGES = re.compile(r"[0-9, -]*")
_RANGE = re.compile(r"([1-9][0-9]{0,5})(?: *- *([1-9][0-9]{0,5}))?")
_RANGES = re.compile(f" *{_RANGE.pattern} *(?:, *{_RANGE.pattern} *)*")


class Chapters:
    """A number, ranges, a title or an href, or a list of these."""

    words = "numbers and ranges such as 2-5,9, a title, an href, or a list of these"

    def check(self, node: Node, review: Review) -> Selection | None:
        """Return the selection."""
        if not isinstance(node, ListNode):
            return self._entry(node, review)
        parts: list[Selection | None] = []
        for index, item in enumerate(node.items):
            review.path.append(index)
            parts.append(self._entry(item, review))
            review.path.pop()
        if not parts:
            review.complain(node, "must have at least one entry", hint="Leave it out to read everything.")
            return None
        return Selection(
            ranges=tuple(found for part in parts if part for found in part.ranges),
            names=tuple(name for part in parts if part for name in part.names),
        )

    def schema(self) -> Schema:
        """Return all forms; that a range does not run backwards is beyond a schema."""
        name = f"(?!{_LIKE_RANGES.pattern}$)(?:{ONE_LINE.pattern})"
        pattern = whole(f"{_RANGES.pattern}|{name}")
        entry: Schema = {
            "type": ["string", "number", "boolean"],
            "pattern": pattern,
            "exclusiveMinimum": 0,
            "maximum": 999_999,
        }
        return {"anyOf": [entry, {"type": "array", "minItems": 1, "items": entry}]}

    def _entry(self, node: Node, review: Review) -> Selection | None:
        if not isinstance(node, ScalarNode):
            refuse(self, node, review)
        elif not _LIKE_RANGES.fullmatch(node.text):
            if ONE_LINE.fullmatch(node.text):
                return Selection(names=(node.text,))
            refuse(self, node, review)
        elif not _RANGES.fullmatch(node.text):
            hint = "Chapters count from 1; write 3, or 2-5, or 2-5,9."
            review.complain(node, f"{describe(node)} is not a range of chapters", hint=hint)
        else:
            return self._ranges(node, review)
        return None

    def _ranges(self, node: ScalarNode, review: Review) -> Selection | None:
        pairs = [(int(first), int(last or first)) for first, last in _RANGE.findall(node.text)]
        for first, last in pairs:
            if first > last:
                review.complain(
                    node, f"the range {first}-{last} runs backwards", hint=f"Write {last}-{first}."
                )
        return Selection(ranges=tuple(pairs)) if all(first <= last for first, last in pairs) else None

"""The keys of a mapping while it is read: each once, and nothing merged in from elsewhere."""

from batchtts.manifest.nodes import KeyNode, ScalarNode, quote
from batchtts.manifest.review import Review


def is_welcome(key: KeyNode, keys: dict[str, KeyNode], review: Review) -> bool:
    """Add a key to those that were read before, or complain; where a key stands twice the first one holds."""
    if key.text == "<<" and isinstance(key, ScalarNode) and key.plain:
        hint = "Write the keys out in each mapping."
        review.complain_at(key.line, key.column, "merge key <<: merge keys are refused", hint=hint)
        return False
    if (first := keys.setdefault(key.text, key)) is not key:
        what = f"the key {quote(key.text)} stands here and in line {first.line}, column {first.column}"
        review.complain_at(key.line, key.column, what, hint="Keep one of the two.")
        return False
    return True

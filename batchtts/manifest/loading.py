"""A manifest's bytes become a tree of nodes, whichever of UTF-8, UTF-16, YAML and JSON they are."""

import re
from collections.abc import Callable
from json import JSONDecodeError
from typing import TypeVar

from batchtts.manifest.encoding import decode, position
from batchtts.manifest.nodes import Node
from batchtts.manifest.review import Review
from batchtts.manifest.yaml_text import read_yaml

MOST_BYTES = 64 * 1024 * 1024
T = TypeVar("T")
_LIKE_JSON = re.compile(r'\s*[{\[]\s*["{}\[\]]')


def load(data: bytes, review: Review, check: Callable[[Node], T]) -> T | None:
    """Return what `check` makes of the tree of a manifest; None if there is none that can be read."""
    if len(data) > MOST_BYTES:
        hint = "Put texts into files, and name them under documents."
        review.complain_of_file(f"is larger than {MOST_BYTES // 1024**2} MiB", hint=hint)
        return None
    if (text := decode(data, review)) is None:
        return None
    if _LIKE_JSON.match(text):
        from batchtts.manifest.json_text import read_json  # few manifests are JSON, and this costs each start

        try:
            tree = read_json(text, review)
        except JSONDecodeError as error:
            if review.file.endswith(".json"):
                line, column = position(text, error.pos)
                what = f"JSON: {error.msg[:1].lower()}{error.msg[1:]}".removesuffix(" at")
                review.complain_at(line, column, what)
                return None
        else:
            return check(tree)
    return read_yaml(text, review, check)

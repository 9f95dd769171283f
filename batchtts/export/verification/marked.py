"""What the ids of a page lead to, as the parser of Python says, which knows nothing of how pages were made."""

from html.parser import HTMLParser

_EMPTY = {
    "area",
    "base",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "track",
    "wbr",
}


def texts_by_id(page: str) -> dict[str, str]:
    """Return the texts of all elements of a page that have an id."""
    parser = _Texts()
    parser.feed(page)
    parser.close()
    return {id_: "".join(parts) for id_, parts in parser.found.items()}


class _Texts(HTMLParser):
    """Gathers the text of each element that has an id."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {}
        self._open: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element, unless it can have no text."""
        if tag not in _EMPTY:
            id_ = dict(attrs).get("id")
            self._open.append(id_)
            if id_ is not None:
                self.found[id_] = []

    def handle_endtag(self, tag: str) -> None:
        """Close the element that was opened last: pages of ours leave none open."""
        if tag not in _EMPTY:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Add a text to all elements that it stands in."""
        for id_ in self._open:
            if id_ is not None:
                self.found[id_].append(data)

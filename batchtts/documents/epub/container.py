"""META-INF: where the package document of a book is, and whether the book is locked.

Source: EPUB Open Container Format 3.3, sections 4.2.6.3.1 (container.xml) and 4.2.6.3.2 (encryption.xml).
"""

from collections.abc import Iterator

from batchtts.documents.epub.archive import Archive
from batchtts.documents.markup import Element, descendants, first, parse_xml
from batchtts.documents.refusals import refusal

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_LOCKS = ("META-INF/rights.xml", "META-INF/license.lcpl", "META-INF/sinf.xml")
# Fonts may be obfuscated, which locks nothing that is read.
_FONT_ALGORITHMS = frozenset(("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"))
_PACKAGE = "application/oebps-package+xml"


def find_package(archive: Archive) -> str:
    """Return the name of the package document, or raise DocumentError if the book has none or is locked."""
    name = archive.find(_CONTAINER)
    if name is None:
        raise refusal(
            archive.where, f"this is not an EPUB: it has no {_CONTAINER}", "Check what the file is."
        )
    _refuse_locked(archive)
    where = f"{archive.where}: {name}"
    roots = [
        root
        for root in descendants(parse_xml(archive.read(name), where), "rootfile")
        if root.get("media-type", _PACKAGE) == _PACKAGE and root.get("full-path")
    ]
    if not roots:
        raise refusal(where, "it names no package document (rootfile)")
    wanted = roots[0].get("full-path", "")
    package = archive.find(wanted.removeprefix("/"))
    if package is None:
        raise refusal(where, f"it names the package document {wanted!r}, which is not in the book")
    return package


def _refuse_locked(archive: Archive) -> None:
    hint = "Use a copy without DRM."
    for lock in _LOCKS:
        if archive.find(lock) is not None:
            raise refusal(archive.where, f"the book is protected by DRM ({lock})", hint)
    name = archive.find(_ENCRYPTION)
    if name is None:
        return
    where = f"{archive.where}: {name}"
    for encrypted in descendants(parse_xml(archive.read(name), where), "encrypteddata"):
        method = first(encrypted, "encryptionmethod")
        algorithm = method.get("Algorithm", "") if method is not None else ""
        if algorithm not in _FONT_ALGORITHMS:
            target = next(_references(encrypted), "its content")
            raise refusal(
                where, f"the book is encrypted ({target}, by {algorithm or 'an unknown method'})", hint
            )


def _references(encrypted: Element) -> Iterator[str]:
    return (uri for reference in descendants(encrypted, "cipherreference") if (uri := reference.get("URI")))

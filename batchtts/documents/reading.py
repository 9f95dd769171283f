"""The entry of this stage: what a manifest lists under `documents` becomes documents."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from batchtts.documents.layout import compose
from batchtts.documents.passages import Division, Passage, weave
from batchtts.documents.patterns import document_name, find_files
from batchtts.documents.refusals import refusal
from batchtts.documents.tables.table import SUFFIXES, Table
from batchtts.errors import DocumentError, Problem
from batchtts.job import Fit, Metadata, Source
from batchtts.model import Block, BlockKind, Document, Locator

MAX_TEXT_BYTES = 64 * 2**20
MAX_BOOK_BYTES = 2**30


def read(source: Source) -> tuple[Document | Table, ...]:
    """Return the documents of one source: one for each file, or one for what is written in the manifest.

    Of a table of lines this is the outline.

    Raises DocumentError with every problem of every file; no other error comes out of bad input.
    """
    if source.fit is not None and source.pattern is None:
        raise refusal(
            str(source.mark),
            "fit: only subtitles in a file have slots",
            "Name an .srt or .vtt file as `path`.",
        )
    _refuse_columns(source)
    if source.segments:
        return (_read_segments(source),)
    if source.text is not None:
        return (_read_inline(source, source.text),)
    files = find_files(source)
    documents: list[Document | Table] = []
    problems: list[Problem] = []
    for path in files:
        title = source.title if len(files) == 1 else None
        try:
            documents.append(_read_file(path, document_name(path, source.folder), title, source))
        except DocumentError as error:
            problems.extend(error.problems)
    if problems:
        raise DocumentError(problems)
    return tuple(documents)


def _refuse_columns(source: Source) -> None:
    """Refuse what is said of a table where there is none."""
    given = [
        key for key, value in (("table", source.table), ("columns", source.columns)) if value is not None
    ]
    if given and source.pattern is None:
        raise refusal(
            str(source.mark),
            f"{given[0]}: only a file can be a table",
            "Name one as `path`, such as rows.csv.",
        )
    if source.table is not None and source.fit is not None:
        raise refusal(str(source.mark), "fit: only subtitles have slots, and tables have none")


def paths(source: Source) -> dict[str, Path]:
    """Return the files of one source by the names of their documents; none for what is written in the manifest.

    Raises DocumentError for files that are not there.
    """
    if source.pattern is None:
        return {}
    return {document_name(path, source.folder): path for path in find_files(source)}


def digests(source: Source) -> list[tuple[str, str]]:
    """Return name and SHA-256 of the files of one source; none for what is written in the manifest.

    Raises DocumentError for files that are not there.
    """
    if source.pattern is None:
        return []
    return [
        (name, _sha256_of(path, name))
        for path in find_files(source)
        for name in [document_name(path, source.folder)]
    ]


def _sha256_of(path: Path, name: str) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(name, error) from error


def _unreadable(name: str, error: OSError) -> DocumentError:
    return refusal(name, f"it cannot be read: {error.strerror or error}")


def _read_segments(source: Source) -> Document:
    """Return segments that are written out as one section with a block each."""
    name = f"{source.mark.file}:{source.mark.line}"
    passages: list[Passage] = []
    problems: list[Problem] = []
    for segment in source.segments:
        passage = weave(BlockKind.SEGMENT, [(segment.text, Locator(line=segment.mark.line))])
        if passage is None:
            problems.append(Problem(where=str(segment.mark), what="the segment has no text"))
        else:
            passages.append(passage)
    if problems:
        raise DocumentError(problems)
    division = Division(title=_inline_title(source), passages=tuple(passages))
    sha256 = _sha256("\n\n".join(segment.text for segment in source.segments).encode(errors="replace"))
    document = compose(name, sha256, (division,), Metadata(title=source.title))
    return _with_settings(document, source)


def _with_settings(document: Document, source: Source) -> Document:
    (section,) = document.sections
    blocks: tuple[Block, ...] = tuple(
        replace(block, settings=segment.settings, id=segment.id)
        for block, segment in zip(section.blocks, source.segments, strict=True)
    )
    return replace(document, sections=(replace(section, blocks=blocks),))


def _read_inline(source: Source, text: str) -> Document:
    """Return a text in the manifest, which is Markdown; its lines are counted from its own first."""
    from batchtts.documents.markdown import read_markdown

    name = f"{source.mark.file}:{source.mark.line}"
    book = read_markdown(text, _inline_title(source))
    return compose(name, _sha256(text.encode(errors="replace")), book.cut.divisions, book.metadata)


def _inline_title(source: Source) -> str:
    return source.title or Path(source.mark.file).stem or "text"


def _read_file(path: Path, name: str, title: str | None, source: Source) -> Document | Table:
    suffix = path.suffix.lower()
    if source.fit is not None and suffix not in _SUBTITLES:
        known = " and ".join(_SUBTITLES)
        raise refusal(name, "it has no slots for `fit` to fit speech into", f"Subtitles have: {known}.")
    if source.table is not None or suffix in SUFFIXES:
        return _read_table(path, name, title, source)
    if source.columns is not None:
        known = (
            f"Tables end in {', '.join(SUFFIXES)}; of a file with another name, say what it is: `table: csv`."
        )
        raise refusal(name, "columns: it does not look like a table", known)
    reader = (
        partial(_read_subtitles, fit=source.fit or Fit()) if suffix in _SUBTITLES else _READERS.get(suffix)
    )
    if reader is None:
        raise refusal(
            name,
            f"files that end in {path.suffix!r} cannot be read" if path.suffix else "its name has no suffix",
            f"Known are {', '.join(sorted((*_READERS, *_SUBTITLES, *SUFFIXES)))}.",
        )
    try:
        return reader(path, name, title or path.stem)
    except OSError as error:
        raise _unreadable(name, error) from error


def _read_table(path: Path, name: str, title: str | None, source: Source) -> Table:
    from batchtts.documents.tables.opening import read_table

    try:
        return read_table(path, name, title, source)
    except OSError as error:
        raise _unreadable(name, error) from error


def _read_plain(path: Path, name: str, fallback: str) -> Document:
    from batchtts.documents.decoding import decode
    from batchtts.documents.text import read_text

    data = _bytes(path, name)
    cut = read_text(decode(data, name), fallback)
    return compose(name, _sha256(data), cut.divisions, Metadata(title=cut.title))


def _read_markdown(path: Path, name: str, fallback: str) -> Document:
    from batchtts.documents.decoding import decode
    from batchtts.documents.markdown import read_markdown

    data = _bytes(path, name)
    book = read_markdown(decode(data, name), fallback)
    return compose(name, _sha256(data), book.cut.divisions, book.metadata)


def _read_html(path: Path, name: str, fallback: str) -> Document:
    from batchtts.documents.html import read_html

    data = _bytes(path, name)
    page = read_html(data, name, fallback)
    return compose(name, _sha256(data), page.cut.divisions, page.metadata)


def _read_epub(path: Path, name: str, fallback: str) -> Document:
    from batchtts.documents.epub.book import read_book

    _check_n_bytes(path, name, MAX_BOOK_BYTES)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    book = read_book(path, name, fallback)
    return compose(name, sha256, book.divisions, book.metadata)


def _read_subtitles(path: Path, name: str, fallback: str, *, fit: Fit) -> Document:
    from batchtts.documents.decoding import decode
    from batchtts.documents.subtitles.reading import SubtitleFile, read_subtitles

    data = _bytes(path, name)
    file = SubtitleFile(name=name, sha256=_sha256(data), text=decode(data, name), title=fallback)
    return read_subtitles(file, fit)


_SUBTITLES = (".srt", ".vtt")
_READERS: Mapping[str, Callable[[Path, str, str], Document]] = {
    ".txt": _read_plain,
    ".text": _read_plain,
    ".md": _read_markdown,
    ".markdown": _read_markdown,
    ".html": _read_html,
    ".htm": _read_html,
    ".xhtml": _read_html,
    ".epub": _read_epub,
}


def _bytes(path: Path, name: str) -> bytes:
    _check_n_bytes(path, name, MAX_TEXT_BYTES)
    return path.read_bytes()


def _check_n_bytes(path: Path, name: str, limit: int) -> None:
    n_bytes = path.stat().st_size
    if n_bytes > limit:
        raise refusal(
            name,
            f"it has {n_bytes / 2**20:.0f} MiB, more than the {limit // 2**20} MiB that are read",
            "Split it into several files, and name them with a glob.",
        )


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()

"""What headings say of themselves: "Chapter IV", "Part Two", a lone numeral, "Epilogue"."""

import re

_ROMAN = r"(?=[ivxlcdm])m{0,4}(?:cm|cd|d?c{0,4})(?:xc|xl|l?x{0,4})(?:ix|iv|v?i{0,4})"
_ORDINAL = (
    r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|last"
    r"|(?:twenty|thirty|forty|fifty)[-\s](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth))"
)
_CARDINAL = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    r"|(?:thir|four|fif|six|seven|eigh|nine)teen"
    r"|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
    r"(?:[-\s](?:one|two|three|four|five|six|seven|eight|nine))?)"
)
_NUMERAL = rf"(?:{_ROMAN}|\d{{1,4}}|{_CARDINAL}|(?:the\s+)?{_ORDINAL})"
_PART = r"(?:part|book|volume|vol\.)"
_CHAPTER = r"(?:chapter|chap\.|canto|stave|letter|lecture|adventure)"
_TITLE = r"(?:\s*[.:—–-]+\s*\S.*|\s+\S.*)?"

_LABEL = re.compile(
    rf"(?:(?:{_PART}|{_CHAPTER}|act|scene|section|appendix)\s+)?{_NUMERAL}[.:)]?", re.IGNORECASE
)
_PART_HEADING = re.compile(
    rf"(?:{_PART}\s+{_NUMERAL}|the\s+{_ORDINAL}\s+{_PART})\b[.:]?{_TITLE}", re.IGNORECASE
)
_CHAPTER_HEADING = re.compile(rf"{_CHAPTER}\s+{_NUMERAL}\b[.:]?{_TITLE}", re.IGNORECASE)
_LONE_NUMERAL = re.compile(rf"(?:{_ROMAN.upper()}|\d{{1,3}})\.?")
_NAMED_CHAPTER = re.compile(
    r"(?:the\s+)?(?:prologue|epilogue|preface|foreword|introduction|afterword|conclusion|interlude|postscript)[.:]?",
    re.IGNORECASE,
)


def is_label(text: str) -> bool:
    """Say whether a line only counts ("Chapter IV", "12", "Part One") and so wants a title after it."""
    return _LABEL.fullmatch(text.strip()) is not None


def is_part_heading(text: str) -> bool:
    """Say whether a heading names a part that holds chapters: "Part One", "BOOK II: The Sea"."""
    return _PART_HEADING.fullmatch(text.strip()) is not None


def is_numbered_chapter(text: str) -> bool:
    """Say whether a heading counts a chapter: "CHAPTER I", "Chapter 2. The Sea"."""
    return _CHAPTER_HEADING.fullmatch(text.strip()) is not None


def is_chapter_heading(text: str) -> bool:
    """Say whether a heading names a chapter, by number or as one of a kind: "Chapter 2", "Epilogue"."""
    return is_numbered_chapter(text) or _NAMED_CHAPTER.fullmatch(text.strip()) is not None


def is_lone_numeral(text: str) -> bool:
    """Say whether a line is a number and nothing else: "IV.", "12"."""
    return _LONE_NUMERAL.fullmatch(text.strip()) is not None

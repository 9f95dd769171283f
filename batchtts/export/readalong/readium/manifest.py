"""`manifest.json` of a Readium Web Publication, in the profile of audiobooks.

Durations are numbers of seconds, bit rates kilobits a second.  Where the manifest will be published is not
known, so its link to itself is relative, as in a package.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from batchtts.export.alignments.seconds import seconds
from batchtts.export.corpus import Corpus
from batchtts.export.readalong.covers import Cover
from batchtts.export.readalong.readium.guided import MEDIA_TYPE as GUIDED
from batchtts.export.readalong.readium.parts import Part
from batchtts.model import canonical_json

MANIFEST = "manifest.json"
MEDIA_TYPE = "application/audiobook+json"
PROFILE = "https://readium.org/webpub-manifest/profiles/audiobook"
_CONTEXT = "https://readium.org/webpub-manifest/context.jsonld"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def manifest(corpus: Corpus, parts: Sequence[Part], cover: Cover | None) -> dict[str, Any]:
    """Return the manifest of a book."""
    return {
        "@context": _CONTEXT,
        "metadata": _metadata(corpus, parts),
        "links": [
            {"rel": "self", "href": MANIFEST, "type": MEDIA_TYPE},
            *({"rel": "related", "href": quote(part.guide), "type": GUIDED} for part in parts[:1]),
        ],
        "readingOrder": [_sound(part) for part in parts],
        "resources": list(_resources(parts, cover)),
        "toc": [_entry(part) for part in parts],
    }


def guide_links(parts: Sequence[Part], index: int) -> list[dict[str, str]]:
    """Return the links of the document of a part: to itself, and to those of its neighbours."""
    around = {"self": index, "prev": index - 1, "next": index + 1}
    return [
        {"rel": rel, "href": quote(parts[at].guide), "type": GUIDED}
        for rel, at in around.items()
        if 0 <= at < len(parts)
    ]


def _metadata(corpus: Corpus, parts: Sequence[Part]) -> dict[str, Any]:
    known = corpus.metadata
    optional = {
        "author": known.author,
        "published": known.year if known.year and _DATE.fullmatch(known.year) else None,
    }
    return {
        "@type": "http://schema.org/Audiobook",
        "conformsTo": PROFILE,
        "identifier": _identifier(corpus),
        "title": corpus.title,
        **{key: value for key, value in optional.items() if value},
        "narrator": known.narrator or [f"{speaker.voice} ({speaker.engine})" for speaker in corpus.speakers],
        "language": corpus.language,
        "description": "\n\n".join(filter(None, (known.description, corpus.synthetic))),
        "duration": round(sum(part.recording.seconds for part in parts), 6),
        "accessibility": {
            "accessMode": ["auditory", "textual"],
            "accessModeSufficient": [["auditory"], ["textual"]],
            "feature": ["synchronizedAudioText", "tableOfContents", "readingOrder"],
            "hazard": ["none"],
            "summary": f"The whole text is there, and is synchronized with the sound. {corpus.synthetic}",
        },
    }


def _identifier(corpus: Corpus) -> str:
    """Return an identifier that is the same whenever the same book is exported."""
    form = canonical_json([corpus.name, corpus.title, dict(corpus.documents)])
    return f"urn:uuid:{uuid5(NAMESPACE_URL, form)}"


def _sound(part: Part) -> dict[str, Any]:
    """Return the link to the sound; links beside it have no duration, since they lead to the same one (profile, 4)."""
    recording = part.recording
    return {
        "href": recording.address,
        "type": recording.media_type,
        "title": recording.chapter.title,
        "duration": recording.seconds,
        "bitrate": round(recording.bits_per_second / 1000, 3),
        "alternate": [{"href": quote(part.guide), "type": GUIDED}],
    }


def _resources(parts: Sequence[Part], cover: Cover | None) -> Iterator[dict[str, Any]]:
    if cover is not None:
        size = {"height": cover.dimensions.height, "width": cover.dimensions.width}
        known = {name: pixels for name, pixels in size.items() if pixels}
        yield {"rel": "cover", "href": cover.path, "type": cover.media_type, **known}
    for part in parts:
        yield {
            "href": quote(part.text),
            "type": "text/html",
            "language": part.recording.chapter.language,
        }
        yield {"href": quote(part.guide), "type": GUIDED}


def _entry(part: Part) -> dict[str, Any]:
    recording = part.recording
    entry = {"href": f"{recording.address}#t=0", "title": recording.chapter.title}
    children = [
        {
            "href": f"{recording.address}#t={seconds(start, recording.chapter.sample_rate)}",
            "title": title,
        }
        for title, start in part.headings
    ]
    return {**entry, "children": children} if children else entry

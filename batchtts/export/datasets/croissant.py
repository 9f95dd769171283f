"""Croissant 1.0 with its vocabulary for responsible AI: `croissant.json` describes `rows.jsonl` and the recordings beside it.

The description is JSON-LD (MLCommons, Croissant Format Specification 1.0).  Its reader takes texts that look like numbers for numbers, so ids begin with
a letter; it decodes no WAV and no FLAC, so rows name their files.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

from batchtts import __version__
from batchtts.export.corpus import Corpus
from batchtts.export.datasets.lines import compact
from batchtts.export.datasets.rows import columns, types
from batchtts.export.utterance import Utterance
from batchtts.export.writing import Target

ROWS = "rows.jsonl"
_IDS = ("id", "text_id", "before", "after")
_TYPES = {"string": "sc:Text", "int64": "sc:Integer", "float64": "sc:Float", "bool": "sc:Boolean"}
_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The context that the specification prescribes, word for word."""


class CroissantWriter:
    """Writes `rows.jsonl`, `audio/` and, at the end, what describes them."""

    def __init__(self, target: Target) -> None:
        self._folder = target.folder
        self._corpus = target.corpus
        self._stack = ExitStack()
        self._rows = self._stack.enter_context(target.folder.writing(ROWS))

    def add(self, utterance: Utterance) -> None:
        """Write a row and its sound."""
        row = columns(utterance, self._corpus.extra)
        row |= {name: _lettered(row[name]) for name in _IDS}
        if row["id"] != utterance.id:
            why = "ids that look like numbers are taken for some"
            self._folder.note_change(utterance.id, field="id", before=utterance.id, after=row["id"], why=why)
        name = f"audio/{utterance.id}.{utterance.audio_format}"
        self._folder.write(name, utterance.sound)
        self._rows.write(compact({"file_name": name, "split": utterance.split, **row}).encode() + b"\n")

    def finish(self) -> None:
        """Write the description."""
        self._stack.close()
        form = _description(self._corpus, self._rows.sha256)
        text = json.dumps(form, ensure_ascii=False, indent=1)
        self._folder.write("croissant.json", f"{text}\n".encode())


def _lettered(id_: str | None) -> str | None:
    """Return an id that begins with a letter, so that nobody takes it for a number."""
    return id_ if id_ is None or id_[0].isalpha() else f"id-{id_}"


def _description(corpus: Corpus, sha256: str) -> dict[str, Any]:
    known = {"file_name": "string", "split": "string"} | types(corpus.extra)
    licences = asdict(corpus.dataset.licences)
    about = " ".join((corpus.metadata.description or f"Recordings of {corpus.title}").split())
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": ["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0"],
        "name": corpus.name,
        "alternateName": corpus.title,
        "description": f"{about}. {corpus.synthetic}",
        "inLanguage": corpus.language,
        "version": "1.0.0",
        "creator": {"@type": "sc:Organization", "name": corpus.metadata.author or "not known"},
        "license": [f"{part}: {licence or 'not known'}" for part, licence in licences.items()],
        "citeAs": f"{corpus.title}. {corpus.synthetic}",
        **({} if corpus.metadata.year is None else {"datePublished": f"{corpus.metadata.year}-01-01"}),
        "keywords": ["speech", "text-to-speech", "synthetic", "aligned"],
        "isLiveDataset": False,
        "rai:dataCollection": (
            f"Texts were spoken by {', '.join(f'{name} {version}' for name, version, _ in corpus.engines)}, called by "
            f"batchtts {__version__}; `times_from` says who tells the times of words: engine, aligner, or estimated."
        ),
        "rai:dataCollectionType": ["Software Collection"],
        "rai:dataLimitations": [
            "All speech is synthetic: it has neither the errors nor the variety of people."
        ],
        "rai:personalSensitiveInformation": ["What the texts themselves say; no person was recorded."],
        "rai:dataUseCases": ["Training and testing of speech synthesis, recognition and alignment."],
        "distribution": list(_files(corpus, sha256)),
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": "segments",
                "name": "segments",
                "description": "A recording of one text.",
                "key": {"@id": "segments/id"},
                "field": [_field(name, kind) for name, kind in known.items() if isinstance(kind, str)],
            }
        ],
    }


def _files(corpus: Corpus, sha256: str) -> Iterator[dict[str, Any]]:
    yield {
        "@type": "cr:FileObject",
        "@id": ROWS,
        "name": ROWS,
        "description": "A row for each recording, with the times of its words and phonemes.",
        "contentUrl": ROWS,
        "encodingFormat": "application/jsonlines",
        "sha256": sha256,
    }
    yield {
        "@type": "cr:FileSet",
        "@id": "recordings",
        "name": "recordings",
        "description": "The sound of each row.",
        "encodingFormat": f"audio/{corpus.dataset.audio}",
        "includes": f"audio/*.{corpus.dataset.audio}",
    }


def _field(name: str, kind: str) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"segments/{name}",
        "name": name,
        "description": name.replace("_", " "),
        "dataType": _TYPES[kind],
        "source": {"fileObject": {"@id": ROWS}, "extract": {"column": name}},
    }


def open_writer(target: Target) -> CroissantWriter:
    """Begin an export."""
    return CroissantWriter(target)

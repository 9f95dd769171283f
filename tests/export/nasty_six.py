"""Six utterances that have in them what formats stumble over, and ways to export them without a render.

They have quotation marks at the beginning and unbalanced ones, bars, tabs, curly quotes, ampersands, angle brackets, CJK,
an emoji and no-break spaces.  Their phonemes last multiples of 300 samples at 24 kHz, as LMNT's do, and there are items
of no length between words.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from batchtts import alignment as alignments
from batchtts.alignment import Alignment, AlignmentItem, ItemKind, Level, Origin
from batchtts.audio import wav
from batchtts.audio.pcm import Pcm
from batchtts.export.corpus import Corpus
from batchtts.export.folder import ExportFolder, scratch
from batchtts.export.formats import FORMATS, Material
from batchtts.export.timed import TimedChapter
from batchtts.export.utterance import Origin as Provenance
from batchtts.export.utterance import Speaker, Utterance
from batchtts.export.writing import Target
from batchtts.job import Dataset, Licences, Metadata, Scalar
from batchtts.model import Locator

RATE = 24_000
FRAME = 300
TEXTS = (
    '"Hello," she said.',
    'He "never came back.',
    "Salt | pepper\tand “vinegar” & oil.",
    "She <quickly> left 東京 at 5.",
    "It’s a 🙂 day, isn't it?",
    "No\u00a0break, and caf\u00e9 — naïve.",
)
SPEAKERS = (
    Speaker(number=0, id="anna", voice="heart", engine="hibari", gender="female"),
    Speaker(number=1, id="ben", voice="adam", engine="hibari", gender="male"),
)


def items(text: str, level: Level = Level.PHONEME) -> tuple[AlignmentItem, ...]:
    """Return items that tile a recording of a text: silence, and words with items of no length between."""
    found = [alignments.silence(0, 10 * FRAME, 0, phonemes=level is Level.PHONEME)]
    position = 10 * FRAME
    for first, last, kind in _tokens(text):
        phonemes = tuple(text[first:last].lower()) if kind is ItemKind.WORD else ("sil",)
        lengths = tuple(FRAME * (2 + index % 3) for index in range(len(phonemes)))
        if kind is not ItemKind.WORD:
            lengths = (0,)
        found.append(
            AlignmentItem(
                kind=kind,
                text=text[first:last],
                start=position,
                n_samples=sum(lengths),
                char=(first, last),
                phonemes=phonemes if level is Level.PHONEME else (),
                phoneme_n_samples=lengths if level is Level.PHONEME else (),
            )
        )
        position += sum(lengths)
    found.append(alignments.silence(position, 8 * FRAME, len(text), phonemes=level is Level.PHONEME))
    return tuple(found)


def _tokens(text: str) -> Iterable[tuple[int, int, ItemKind]]:
    start = 0
    while start < len(text):
        end = start + 1
        if text[start].isalnum():
            while end < len(text) and (text[end].isalnum() or text[end] in "'’"):
                end += 1
            yield start, end, ItemKind.WORD
        elif not text[start].isspace():
            yield start, end, ItemKind.PUNCT
        start = end


def alignment(text: str, level: Level = Level.PHONEME) -> Alignment:
    """Return the alignment of a recording of a text."""
    return Alignment(
        sample_rate=RATE,
        level=level,
        origin=Origin.ENGINE,
        items=items(text, level),
        frame=FRAME,
        alphabet="ipa",
    )


def sound(own: Alignment, seed: int) -> Pcm:
    """Return a recording: noise where words are, near silence elsewhere."""
    noise = np.random.default_rng(seed).normal(size=own.n_samples)
    loudness = np.full(own.n_samples, 3.0)
    for item in own.words:
        loudness[item.start : item.end] = 3000.0
    return Pcm((noise * loudness).clip(-32768, 32767).astype("<i2").tobytes(), RATE)


def utterances(level: Level = Level.PHONEME, **changes: Any) -> list[Utterance]:
    """Return the six; `changes` are made to each."""
    return [replace(_utterance(number, text, level), **changes) for number, text in enumerate(TEXTS)]


def _utterance(number: int, text: str, level: Level) -> Utterance:
    own = alignment(text, level)
    return Utterance(
        number=number,
        id=f"nasty-ch01-{number:04d}",
        text_id=f"nasty-ch01-{number:04d}",
        text=text,
        normalized=text,
        language="en",
        speaker=SPEAKERS[number % 2],
        split=("train", "train", "train", "train", "validation", "test")[number],
        audio=sound(own, number),
        alignment=own,
        origin=Provenance(
            document="nasty.md",
            document_sha256="d" * 64,
            locator=Locator(line=number + 1),
            char=(100 * number, 100 * number + len(text)),
            chapter="nasty-ch01",
            chapter_number=1,
            chapter_title="Nasty",
            index=number,
            paragraph=number // 2,
            sentence=number % 2,
            request=f"{number:064x}",
            seed=number,
            speed=1.0,
            settings={},
            engine="hibari",
            engine_version="0.2.1",
            engine_identity="hibari/0.2.1/model",
            take_sha256=f"{number + 10:064x}",
        ),
        values={"seconds": own.n_samples / RATE, "chars_per_second": 14.5 + number},
        before=f"nasty-ch01-{number - 1:04d}" if number else None,
        after=f"nasty-ch01-{number + 1:04d}" if number < 5 else None,
    )


def corpus(level: Level = Level.PHONEME, **settings: Any) -> Corpus:
    """Return what the six share; `settings` are those of `Dataset`."""
    licences = Licences(text="CC0-1.0", audio="Apache-2.0", alignment="CC0-1.0", code="Apache-2.0")
    return Corpus(
        name="nasty",
        metadata=Metadata(title="Nasty & <odd>", author="A. Body", language="en", description="Six of them."),
        language="en",
        speakers=SPEAKERS,
        engines=(("hibari", "0.2.1", "hibari/0.2.1/model"),),
        documents={"nasty.md": "d" * 64},
        n_planned=6,
        level=level,
        dataset=Dataset(licences=licences, **settings),
        synthetic="The voice in these recordings is synthetic: heart (hibari). Made with batchtts.",
    )


def exported(
    name: str,
    folder: Path,
    rows: Sequence[Utterance | TimedChapter] | None = None,
    *,
    of: Corpus | None = None,
    **options: Scalar,
) -> Path:
    """Export the six, or other rows or chapters, to a format; return its folder."""
    form = FORMATS[name]
    given = {option.name: option.values[0] for option in form.options} | options
    own = corpus() if of is None else of
    with ExportFolder(folder / name) as out, scratch(folder / "shared.part") as shared:
        target = Target(folder=out, corpus=own, scratch=shared, options=given)
        if form.material is Material.CHAPTERS:
            chapters = [chapter(folder)] if rows is None else rows
            writer: Any = form.open_chapters(target)
            for each in chapters:
                writer.add(each)
        else:
            writer = form.open_utterances(target)
            for each in utterances() if rows is None else rows:
                writer.add(each)
        writer.finish()
    return folder / name


def chapter(
    folder: Path, level: Level = Level.PHONEME, texts: Sequence[str] = TEXTS, *, gap: int = 8400
) -> TimedChapter:
    """Write a chapter of these texts, as stitching leaves it, into a folder; return it."""
    timeline, records, pieces = [], [], [bytes(2 * 18_000)]
    position = 18_000
    for number, text in enumerate(texts):
        own = alignment(text, level)
        lead, tail = 5 * FRAME, 4 * FRAME
        n_samples = own.n_samples - lead - tail
        timeline.append(
            {
                "segment": f"nasty-ch01-{number:04d}",
                "start": position,
                "num_samples": n_samples,
                "trim": [lead, tail],
                "gap_after": gap,
                "boundary": "segment" if number % 3 else "paragraph",
            }
        )
        records.append(
            {
                "id": f"nasty-ch01-{number:04d}",
                "text": text,
                "speaker": {"id": SPEAKERS[number % 2].id},
                "source": {
                    "char": [100 * number, 100 * number + len(text)],
                    "locator": {"href": None, "xpath": None, "line": number + 1},
                },
                "alignment": alignments.to_json(own),
            }
        )
        heard = sound(own, number).slice(lead, own.n_samples - tail)
        pieces += [heard.data, bytes(2 * gap)]
        position += n_samples + gap
    data = b"".join(pieces)
    folder.mkdir(parents=True, exist_ok=True)
    audio, times, lines = (folder / name for name in ("01-nasty.wav", "01-nasty.json", "01-nasty.jsonl"))
    audio.write_bytes(wav.encode(Pcm(data, RATE)))
    times.write_text(json.dumps({"timeline": timeline}))
    lines.write_text("".join(json.dumps(record) + "\n" for record in records))
    return TimedChapter(
        id="nasty-ch01",
        number=1,
        title="Nasty & <odd>",
        slug="01-nasty",
        document="nasty.md",
        language="en",
        sample_rate=RATE,
        n_samples=len(data) // 2,
        audio=audio,
        timeline=times,
        records=lines,
    )

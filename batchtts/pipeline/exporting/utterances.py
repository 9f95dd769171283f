"""The rows of datasets: the takes of a plan, one by one, each a row or listed with the reason why it is none."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from batchtts.export.normalized import normalized
from batchtts.export.rejects import Reject
from batchtts.export.rows.measuring import LengthAsked
from batchtts.export.rows.preparing import Preparation
from batchtts.export.rows.rates import FEWEST_CHARACTERS, Rates
from batchtts.export.utterance import Origin, Speaker, Utterance
from batchtts.files import Workspace
from batchtts.job import Job
from batchtts.ledger.reading import LedgerReader, Readable
from batchtts.model import Chapter, Plan, Segment, Take
from batchtts.pipeline.exporting.places import Place, places
from batchtts.takes.form import StoredTake
from batchtts.takes.reading import TakeReader

NO_TAKE = "no take"
"""Why a row is left out that was never rendered."""


class _Planned(NamedTuple):
    """A segment in its place, and its take, if it has one."""

    chapter: Chapter
    place: Place
    take: Take | None


class Utterances:
    """Reads the takes of a plan, which may be newer than the ledger that has them."""

    def __init__(
        self, plan: Readable, ledger: LedgerReader, job: Job, speakers: Mapping[str, Speaker]
    ) -> None:
        self._readable = plan
        self._ledger = ledger
        self._job = job
        self._speakers = speakers
        self._plan: Plan = plan.plan(job)

    def rows(self, workspace: Workspace) -> Iterator[Utterance | Reject]:
        """Yield all segments of the plan in its order: as rows, or as rejects.

        Raises `TakeDamaged` for a take whose bytes have changed.
        """
        preparation = Preparation(self._job.dataset, self._rates())
        with TakeReader(workspace) as reader:
            for chapter, place, take in self._planned():
                if take is None:
                    yield _without_take(place)
                else:
                    stored = reader.load(take)
                    recording = self._recording(chapter, place, take, stored)
                    yield preparation.prepare(recording, _length_asked(stored))

    def _planned(self) -> Iterator[_Planned]:
        number = 0
        for chapter, takes in self._chapters():
            for place in places(chapter, number):
                yield _Planned(chapter, place, takes.get(place.segment.fingerprint))
            number += len(chapter.segments)

    def _chapters(self) -> Iterator[tuple[Chapter, Mapping[str, Take]]]:
        for id_ in self._readable.planned_chapters():
            chapter = self._readable.chapter(id_, self._job)
            yield chapter, self._takes(chapter)

    def _takes(self, chapter: Chapter) -> Mapping[str, Take]:
        if self._readable is self._ledger:
            return self._ledger.takes(chapter.id)
        found = (self._ledger.live_take(segment.fingerprint) for segment in chapter.segments)
        return {take.fingerprint: take for take in found if take is not None}

    def _rates(self) -> Rates:
        """Return how fast voices speak, by what the ledger says of their takes."""
        rates = Rates()
        for chapter, takes in self._chapters():
            for segment in chapter.segments:
                take = takes.get(segment.fingerprint)
                if take is not None and _says_how_fast(segment, take):
                    rates.add(segment.voice.name, len(segment.text) / take.speech_seconds / segment.speed)
        return rates

    def _recording(self, chapter: Chapter, place: Place, take: Take, stored: StoredTake) -> Utterance:
        speech, segment = stored.speech, place.segment
        return Utterance(
            number=place.number,
            id=segment.id,
            text_id=segment.text_id or segment.id,
            text=segment.text,
            normalized=normalized(segment.text, speech.alignment),
            language=self._plan.language,
            speaker=self._speakers[segment.voice.name],
            split=segment.split or "",
            audio=speech.audio,
            alignment=speech.alignment,
            audio_format=self._job.dataset.audio,
            origin=self._origin(chapter, place, take, stored),
            extra=segment.extra,
            before=place.before,
            after=place.after,
        )

    def _origin(self, chapter: Chapter, place: Place, take: Take, stored: StoredTake) -> Origin:
        segment = place.segment
        return Origin(
            document=segment.span.document,
            document_sha256=self._plan.documents[segment.span.document].sha256,
            locator=segment.span.locator,
            char=(segment.span.start, segment.span.end),
            chapter=chapter.id,
            chapter_number=chapter.number,
            chapter_title=chapter.title,
            index=segment.index,
            paragraph=place.paragraph,
            sentence=place.sentence,
            request=segment.fingerprint,
            seed=take.seed,
            speed=segment.speed,
            settings=segment.voice.settings,
            engine=stored.engine["name"],
            engine_version=stored.engine["version"],
            engine_identity=stored.engine["identity"],
            take_sha256=take.sha256,
        )


def _says_how_fast(segment: Segment, take: Take) -> bool:
    """Return whether a take tells how fast its voice speaks: it is long enough, and as long as it came."""
    is_free = segment.length_seconds is None and segment.most_seconds is None
    return is_free and len(segment.text) >= FEWEST_CHARACTERS and take.speech_end > take.speech_start


def _length_asked(stored: StoredTake) -> LengthAsked | None:
    form = stored.checks.get("length")
    if not isinstance(form, Mapping):
        return None
    requested, obtained = form.get("requested_s"), form.get("obtained_s")
    if not isinstance(requested, int | float) or not isinstance(obtained, int | float):
        return None
    return LengthAsked(requested=requested, obtained=obtained)


def _without_take(place: Place) -> Reject:
    detail = "It was not rendered, or every try failed; `batchtts status` tells."
    segment = place.segment
    return Reject(number=place.number, id=segment.id, text=segment.text, reason=NO_TAKE, detail=detail)

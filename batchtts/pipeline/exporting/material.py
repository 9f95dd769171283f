"""What exports are made of: the corpus, its chapters and its utterances, as the ledger has them."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from batchtts.alignment import Level
from batchtts.documents.reading import paths
from batchtts.engine import VoiceInfo
from batchtts.errors import IncompleteRun
from batchtts.export.corpus import Corpus
from batchtts.export.rejects import Reject
from batchtts.export.timed import TimedChapter
from batchtts.export.utterance import Speaker, Utterance
from batchtts.files import Workspace
from batchtts.job import Voice
from batchtts.ledger.reading import LedgerReader, Readable
from batchtts.pipeline.exporting.utterances import Utterances
from batchtts.pipeline.planning.settling import Settled
from batchtts.takes.form import StoredTake
from batchtts.takes.reading import TakeReader

_LEVELS = (Level.SEGMENT, Level.WORD, Level.PHONEME)


class Material:
    """Reads what a job has, for all exports that are made at once: the plan of today, and the takes on record."""

    def __init__(self, settled: Settled, plan: Readable, ledger: LedgerReader) -> None:
        self._job = settled.job
        self._engines = settled.engines
        self._readable = plan
        self._ledger = ledger
        self._workspace: Workspace = settled.workspace
        self._plan = plan.plan(settled.job)

    @property
    def where(self) -> str:
        """Return the manifest that all of it comes from."""
        return str(self._job.path)

    @cached_property
    def corpus(self) -> Corpus:
        """Return what all rows and chapters share."""
        used = {share.voice for share in self._readable.voices()}
        samples = self._samples
        voices = [voice for voice in self._job.voices.values() if voice.name in used]
        spoken = ", ".join(dict.fromkeys(f"{voice.voice} ({voice.engine})" for voice in voices))
        levels = [stored.speech.alignment.level for stored in samples]
        return Corpus(
            name=self._job.name,
            metadata=self._plan.metadata,
            language=self._plan.language,
            speakers=tuple(self.speakers[voice.name] for voice in voices),
            engines=tuple(
                dict.fromkeys(
                    (stored.engine["name"], stored.engine["version"], stored.engine["identity"])
                    for stored in samples
                )
            ),
            documents={document.name: document.sha256 for document in self._plan.documents.values()},
            sources={name: path for source in self._job.sources for name, path in paths(source).items()},
            n_planned=sum(state.n_segments for state in self._readable.chapter_states()),
            level=min(levels, key=_LEVELS.index, default=None),
            extra=self._readable.extra_types(),
            dataset=self._job.dataset,
            synthetic=f"The voice in these recordings is synthetic: {spoken}. Made with batchtts.",
        )

    @cached_property
    def speakers(self) -> Mapping[str, Speaker]:
        """Return the voices of the manifest as speakers, by name."""
        return {
            voice.name: Speaker(
                number=number,
                id=voice.name,
                voice=voice.voice,
                engine=voice.engine,
                gender=_gender(voice, self._engines[voice.engine].voices),
            )
            for number, voice in enumerate(self._job.voices.values())
        }

    def chapters(self) -> Iterator[TimedChapter]:
        """Yield the chapters; raise `IncompleteRun` before the first if one is not stitched as it should be."""
        masters = self._ledger.masters()
        stitched = {id_ for id_, has_master in self._ledger.whole_chapters() if has_master}
        digests = {state.id: state.digest for state in self._ledger.chapter_states() if state.id in stitched}
        states = self._readable.chapter_states()
        lacking = [state for state in states if digests.get(state.id) != state.digest]
        if lacking:
            raise IncompleteRun(
                f"not stitched as the job is now: {len(lacking)} of {len(states)} chapters, "
                f"the first of them {lacking[0].title!r}",
                hint="`batchtts run` renders what they lack, and stitches them.",
            )
        for state in states:
            master = masters[state.id]
            audio, timeline, records, *_ = (self._workspace.brought(file.path) for file in master.files)
            yield TimedChapter(
                id=state.id,
                number=state.number,
                title=state.title,
                slug=state.slug,
                document=state.document,
                language=self._plan.language,
                sample_rate=master.sample_rate,
                n_samples=master.n_samples,
                audio=audio,
                timeline=timeline,
                records=records,
            )

    def utterances(self) -> Iterator[Utterance | Reject]:
        """Yield all segments of the plan in its order: as rows of a dataset, or as what is left out of it.

        Raises `TakeDamaged` for a take whose bytes have changed.
        """
        yield from Utterances(self._readable, self._ledger, self._job, self.speakers).rows(self._workspace)

    @cached_property
    def _samples(self) -> Sequence[StoredTake]:
        """One take of each voice: they tell how finely their engines time what they say, and what these are."""
        wanted = {share.voice for share in self._readable.voices()}
        found: list[StoredTake] = []
        with TakeReader(self._workspace) as reader:
            for id_ in self._readable.planned_chapters():
                chapter = self._readable.chapter(id_, self._job)
                for segment in chapter.segments:
                    if segment.voice.name in wanted:
                        take = self._ledger.live_take(segment.fingerprint)
                        if take is not None:
                            wanted.remove(segment.voice.name)
                            found.append(reader.load(take))
                if not wanted:
                    break
        return found


def _gender(voice: Voice, known: Sequence[VoiceInfo]) -> str:
    return next((info.gender for info in known if info.id == voice.voice), "unknown")

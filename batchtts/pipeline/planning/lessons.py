"""What a job's takes teach its plan, where `limits.max_seconds` says how long a segment may be.

Two things: how fast each voice speaks, and which texts took too long.  The takes tell the second at any time.  The first
is settled when a voice is planned under a limit for the first time, in the ledger and in the journal, which outlives
it; only `run --learn` settles it anew.  Without a limit nothing of this is looked at.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

from batchtts.files import Workspace, append_durably
from batchtts.job import Voice
from batchtts.ledger.ledger import Ledger
from batchtts.ledger.pacing import PaceKey, voice_key
from batchtts.ledger.reading import Readable
from batchtts.model import NO_LESSONS, Lessons, Pace, Settings, Take
from batchtts.pipeline.planning.settling import Settled
from batchtts.pipeline.restoring import JOURNAL
from batchtts.plan.manner import pace_of


def taught(settled: Settled, ledger: Readable | None, *, anew: bool = False) -> Settled:
    """Return a job with what its takes teach; the same where time is not limited.

    With `anew` it counts nothing how fast voices were settled to speak.
    """
    limit = settled.job.limits.max_seconds
    if limit is None:
        return settled
    keys = {voice.name: _key(settled, voice, limit) for voice in settled.job.voices.values()}
    known = {} if anew else _known_paces(settled.workspace, ledger)
    unknown = {key.voice for key in keys.values() if key not in known}
    learned = ledger.learned_paces(unknown) if ledger is not None and unknown else {}
    lessons = Lessons(
        paces={
            name: known.get(key) or learned.get(key.voice) or _engines_own(settled, name)
            for name, key in keys.items()
        },
        long_takes={} if ledger is None else ledger.long_takes(limit),
    )
    return replace(settled, lessons=lessons)


def settle_paces(settled: Settled, ledger: Ledger) -> None:
    """Settle that voices speak as fast as a job was taught, in the journal first."""
    limit = settled.job.limits.max_seconds
    if limit is None:
        return
    wanted = {
        _key(settled, settled.job.voices[name], limit): pace for name, pace in settled.lessons.paces.items()
    }
    journaled = dict(_journal(settled.workspace))
    for key, pace in wanted.items():
        if journaled.get(key) != pace:
            entry = {"pace": [*key, pace.mean, pace.least, pace.n_takes]}
            append_durably(settled.workspace.state / JOURNAL, json.dumps(entry, ensure_ascii=False))
    if wanted.items() - ledger.paces().items():
        ledger.keep_paces(wanted)


def is_long(take: Take, settled: Settled) -> bool:
    """Return whether a take is kept for what it teaches only: it speaks for longer than is allowed."""
    limit = settled.job.limits.max_seconds
    return limit is not None and take.speech_seconds > limit


def give_up_long(settled: Settled, ledger: Ledger) -> Iterator[tuple[str, str]]:
    """Give up segments whose takes are too long; yield their ids, and the reasons.

    Those whose texts can be cut are not in the plan any more.
    """
    job, limit = settled.job, settled.job.limits.max_seconds
    for id_, fingerprint in ledger.kept_long(limit) if limit is not None else ():
        take, segment = ledger.live_take(fingerprint), ledger.segment(id_, job)
        if take is None or segment is None:
            continue  # an equal text came before it
        reason = (
            f"it speaks for {take.speech_seconds:.2f} s, limits.max_seconds allows {limit:g}, "
            f"and its text cannot be split"
        )
        ledger.refuse(take, reason, engine=segment.voice.engine)
        yield id_, reason


def _key(settled: Settled, voice: Voice, limit: float) -> PaceKey:
    settings: Settings = {
        "engine": voice.engine,
        "identity": settled.traits[voice.engine].identity,
        "voice": voice.voice,
        "params": dict(voice.settings),
    }
    return PaceKey(voice_key(settings), limit)


def _engines_own(settled: Settled, name: str) -> Pace:
    voice = settled.job.voices[name]
    return pace_of(voice, settled.traits[voice.engine], NO_LESSONS)


def _known_paces(workspace: Workspace, ledger: Readable | None) -> Mapping[PaceKey, Pace]:
    return {**dict(_journal(workspace)), **(ledger.paces() if ledger is not None else {})}


def _journal(workspace: Workspace) -> Iterator[tuple[PaceKey, Pace]]:
    """Yield what was settled, the newest last; a line that a crash cut short was never heard of."""
    path = workspace.state / JOURNAL
    for line in path.read_bytes().split(b"\n") if path.exists() else ():
        try:
            voice, limit, mean, least, n_takes = json.loads(line)["pace"]
        except (ValueError, KeyError, TypeError):
            continue
        yield PaceKey(voice, limit), Pace(mean=mean, least=least, n_takes=n_takes)

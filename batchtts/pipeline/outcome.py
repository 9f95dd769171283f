"""What came of a run: how much was kept, what was stitched, where the holes are."""

from collections.abc import Mapping
from dataclasses import dataclass

from batchtts.errors import BatchttsError, IncompleteRun, StoppedEarly
from batchtts.ledger.queries import Hole, Spending
from batchtts.ledger.reading import Readable
from batchtts.ledger.scope import Scope
from batchtts.model import Master
from batchtts.pipeline.deliveries.asking import NO_DELIVERIES, Deliveries
from batchtts.pipeline.lengths import NO_LENGTHS, LengthsReport
from batchtts.pipeline.restoring import Restored
from batchtts.plan.sharding import Shard


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A segment that was asked for and has no take, and why."""

    hole: Hole
    reason: str

    def __str__(self) -> str:
        """Return the segment's id, document, place and text, and the reason."""
        hole = self.hole
        excerpt = hole.text if len(hole.text) <= 60 else hole.text[:57] + "…"
        return f"{hole.segment} ({hole.document}: {hole.locator}) {excerpt!r}: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a run.

    `masters` are those of all wanted chapters that are whole, `stitched` those that this run wrote; `n_kept`
    takes of `rendered_seconds` in all were kept; `audio_seconds` is how long the masters are, or where the
    job `has_chapters` not, all takes; `n_left` segments were not asked for, because the run was
    stopped.  `deliveries` are the files made of the whole book.  `spending` is what its attempts came to, if the job knows a price.  With a `shard`, segments of
    other shards count for nothing here; `is_of_everything` says that there was no shard and no choice of chapters.
    """

    n_segments: int
    n_kept: int
    rendered_seconds: float
    n_left: int
    masters: tuple[Master, ...]
    audio_seconds: float
    stitched: tuple[Master, ...]
    holes: tuple[Missing, ...]
    restored: Restored
    stopped: BatchttsError | None
    wall_seconds: float
    spending: tuple[Spending, ...] = ()
    shard: Shard | None = None
    is_of_everything: bool = True
    lengths: LengthsReport = NO_LENGTHS
    deliveries: Deliveries = NO_DELIVERIES
    has_chapters: bool = True

    @property
    def n_done(self) -> int:
        """Return how many segments have a take."""
        return self.n_segments - self.n_left - len(self.holes)

    @property
    def error(self) -> BatchttsError | None:
        """Return what the exit code should tell, None if all is done."""
        is_done = not self.n_left and not self.deliveries.is_cut_short
        if self.stopped is not None and not (is_done and isinstance(self.stopped, StoppedEarly)):
            return self.stopped  # a limit that came when all was done has stopped nothing
        if self.holes or self.n_left:
            return IncompleteRun(
                f"{len(self.holes) + self.n_left} of {self.n_segments} segments have no take",
                hint="With --retry-failed, the same command asks for them again; so does a change of their text.",
            )
        return self.deliveries.error

    @property
    def name(self) -> str:
        """Return the outcome in one word."""
        return self.error.outcome if self.error else "done"

    @property
    def reason(self) -> str | None:
        """Return in a sentence why not all is done, None if it is."""
        reasons = [str(about) for about in (self.shard, self.error) if about is not None]
        return ": ".join(reasons) or None


def find_holes(ledger: Readable, scope: Scope, reasons: Mapping[str, str]) -> tuple[Missing, ...]:
    """Return the segments that were asked for in vain: in this run, as `reasons` says by id, or before it."""
    if not reasons and not ledger.counts(scope)["failed"]:
        return ()
    holes = ledger.holes(scope) if reasons else ()
    in_vain = {hole.fingerprint: reasons[hole.segment] for hole in holes if hole.segment in reasons}
    return tuple(
        Missing(hole=hole, reason=in_vain.get(hole.fingerprint) or hole.detail or "")
        for hole in ledger.holes(scope, only_failed=not in_vain)
        if hole.state == "failed" or hole.fingerprint in in_vain
    )

"""Listeners that show how a run goes, on stderr: a bar, plain lines, or JSON."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from batchtts.cli.durations import duration
from batchtts.events import (
    ChapterStitched,
    DeliveryMade,
    EngineAway,
    EngineBack,
    Event,
    Listener,
    NoteTaken,
    RunEnded,
    RunStarted,
    SegmentFailed,
    SegmentRetried,
    TakeKept,
    ignore,
)

if TYPE_CHECKING:
    from tqdm import tqdm

_SECONDS_BETWEEN_LINES = 10.0


@contextmanager
def progress(form: str) -> Iterator[Listener]:
    """Return a listener of this form: auto, bar, plain, json or quiet; auto is a bar on a terminal."""
    if form == "auto":
        form = "bar" if sys.stderr.isatty() else "plain"
    if form == "bar":
        bar = _Bar()
        try:
            yield bar.hear
        finally:
            bar.close()
    else:
        yield {"plain": _Plain().hear, "json": _print_json, "quiet": ignore}[form]


class _Tally:
    """Counts what a run has done so far."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.n_pending = self.n_kept = self.n_failed = 0
        self.audio_seconds = 0.0
        self.pending_seconds = self.expected_seconds = 0.0

    def count(self, event: Event) -> None:
        """Take an event into account."""
        match event:
            case RunStarted():
                self.n_pending += event.n_pending
                self.pending_seconds += event.pending_seconds
            case TakeKept():
                self.n_kept += 1
                self.audio_seconds += event.take.n_samples / event.take.sample_rate
                self.expected_seconds += event.estimated_seconds
            case SegmentFailed():
                self.n_failed += 1
            case _:
                pass

    @property
    def times_realtime(self) -> float:
        """Return how many seconds of audio came in each second."""
        return self.audio_seconds / max(time.monotonic() - self.started, 1e-6)

    @property
    def eta_seconds(self) -> float | None:
        """Return how long the rest will take, judged by the speech done; None before there is any."""
        if not self.expected_seconds:
            return None
        share = self.expected_seconds / max(self.pending_seconds, self.expected_seconds)
        return (time.monotonic() - self.started) * (1 - share) / share

    def describe(self) -> str:
        """Return the tally as a line."""
        parts = [
            f"{self.n_kept}/{self.n_pending} segments",
            f"{duration(self.audio_seconds)} of audio",
            f"{self.times_realtime:.0f}x realtime",
            f"{self.n_failed} failed",
        ]
        if self.eta_seconds is not None:
            parts.append(f"{duration(self.eta_seconds)} left")
        return ", ".join(parts)


class _Bar:
    """Draws a bar of segments."""

    def __init__(self) -> None:
        self._tally = _Tally()
        self._bar: tqdm[Any] | None = None

    def hear(self, event: Event) -> None:
        self._tally.count(event)
        if isinstance(event, RunStarted):
            self._open()
        elif isinstance(event, TakeKept) and self._bar is not None:
            self._bar.set_postfix_str(self._postfix(), refresh=False)
            self._bar.update()
        elif (text := _told(event)) is not None:
            self._write(text)

    def _open(self) -> None:
        from tqdm import tqdm

        if self._bar is None and self._tally.n_pending:
            self._bar = tqdm(total=self._tally.n_pending, unit="seg", dynamic_ncols=True, file=sys.stderr)
        elif self._bar is not None:
            self._bar.total = self._tally.n_pending

    def _postfix(self) -> str:
        tally = self._tally
        return f"{duration(tally.audio_seconds)} audio, {tally.times_realtime:.0f}x, {tally.n_failed} failed"

    def _write(self, text: str) -> None:
        if self._bar is not None:
            self._bar.write(text, file=sys.stderr)
        else:
            click.echo(text, err=True)

    def close(self) -> None:
        """Leave the bar as it is."""
        if self._bar is not None:
            self._bar.close()


class _Plain:
    """Prints a line now and then."""

    def __init__(self) -> None:
        self._tally = _Tally()
        self._next_line = 0.0

    def hear(self, event: Event) -> None:
        self._tally.count(event)
        if (text := _told(event)) is not None:
            click.echo(text, err=True)
        elif isinstance(event, TakeKept) and time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + _SECONDS_BETWEEN_LINES
            click.echo(self._tally.describe(), err=True)


def _told(event: Event) -> str | None:
    match event:
        case NoteTaken():
            return f"Note: {event.text}"
        case EngineAway():
            return (
                f"{event.engine} is away: {event.reason}; "
                f"it is asked now and then, for up to {duration(event.patience_seconds)}"
            )
        case EngineBack():
            return f"{event.engine} is back after {duration(event.away_seconds)}"
        case SegmentRetried():
            return f"{event.segment}: {event.reason}; again in {event.wait_seconds:.1f} s"
        case SegmentFailed():
            return f"{event.segment} failed: {event.reason}"
        case ChapterStitched() | DeliveryMade():
            return f"{event.path}  {duration(event.seconds)}"
        case _:
            return None


def _print_json(event: Event) -> None:
    form: dict[str, Any] = {"event": EVENT_NAMES[type(event)]}
    if isinstance(event, TakeKept):
        form |= {
            "segment": event.segment,
            "fingerprint": event.take.fingerprint,
            "take": event.take.name,
            "seconds": round(event.take.n_samples / event.take.sample_rate, 6),
        }
    else:
        form |= asdict(event)
    click.echo(json.dumps(form, ensure_ascii=False), err=True)


EVENT_NAMES: dict[type[Event], str] = {
    RunStarted: "run_started",
    NoteTaken: "note",
    EngineAway: "engine_away",
    EngineBack: "engine_back",
    SegmentRetried: "segment_retried",
    TakeKept: "take_kept",
    SegmentFailed: "segment_failed",
    ChapterStitched: "chapter_stitched",
    DeliveryMade: "delivery_made",
    RunEnded: "run_ended",
}

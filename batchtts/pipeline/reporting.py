"""`run.json`: the report of the last run, and the only output that holds times of day."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from batchtts import __version__
from batchtts.files import write_atomically
from batchtts.pipeline.outcome import Outcome
from batchtts.pipeline.planning.settling import Settled
from batchtts.pipeline.spending import spent

SCHEMA = "batchtts.run/1"


def report(outcome: Outcome) -> dict[str, object]:
    """Return what came of a run in the form of JSON."""
    return {
        "outcome": outcome.name,
        "reason": outcome.reason,
        "shard": None if outcome.shard is None else [outcome.shard.number, outcome.shard.count],
        "segments": outcome.n_segments,
        "rendered": outcome.n_kept,
        "rendered_seconds": round(outcome.rendered_seconds, 3),
        "adopted": outcome.restored.n_adopted,
        "left": outcome.n_left,
        "spent": [asdict(found) for found in spent(outcome.spending)],
        "wall_seconds": round(outcome.wall_seconds, 3),
        "chapters": [
            {
                "id": master.chapter,
                "path": master.files[0].path,
                "n_samples": master.n_samples,
                "sample_rate": master.sample_rate,
            }
            for master in outcome.masters
        ],
        "stitched": [master.chapter for master in outcome.stitched],
        "deliveries": [
            {
                "path": delivery.path,
                "sha256": delivery.files[0].sha256,
                "n_samples": delivery.n_samples,
                "sample_rate": delivery.sample_rate,
            }
            for delivery in outcome.deliveries.files
        ],
        "delivered": [delivery.path for delivery in outcome.deliveries.made],
        "no_deliveries": outcome.deliveries.lacking,
        "lengths": outcome.lengths.form,
        "holes": [
            {
                "segment": missing.hole.segment,
                "document": missing.hole.document,
                "locator": missing.hole.locator,
                "text": missing.hole.text,
                "reason": missing.reason,
            }
            for missing in outcome.holes
        ],
    }


def write_report(settled: Settled, outcome: Outcome) -> None:
    """Write the report of a run that has just ended."""
    ended = datetime.now(UTC)
    started = ended - timedelta(seconds=outcome.wall_seconds)
    form = {
        "schema": SCHEMA,
        "batchtts": __version__,
        "job": settled.job.name,
        "started_at": started.isoformat(timespec="seconds"),
        "ended_at": ended.isoformat(timespec="seconds"),
        "engines": {name: traits.identity for name, traits in sorted(settled.traits.items())},
        **report(outcome),
    }
    page = json.dumps(form, ensure_ascii=False, indent=1) + "\n"
    write_atomically(settled.workspace.report, page.encode())

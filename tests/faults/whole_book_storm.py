"""Three chapters of a real book through a server that fails on purpose; a program, for its full size not in the suite.

    PYTHONPATH=tests python tests/faults/whole_book_storm.py [BOOK.epub]

The settings are those of jobs/lmnt.yaml, the engine behind the server is hibari.  The first run meets 10 % of 429,
5 % of 500, 2 % of resets and 1 % of truncated bodies; in the second one the server is killed in the middle and
started again; the third loses it for good, and a fourth completes it.  Exit code 1 if anything is not as it should be.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from serving import KEY, Server
from storms import LedgerAccount, ServerAccount, Watched, kill, who_holds_the_key

ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("BATCHTTS_CORPUS", ROOT.parent / "shared" / "corpus"))
STORM = {
    "seed": 1,
    "rules": [
        {"on": "synthesize", "status": 429, "share": 0.10},
        {"on": "synthesize", "status": 500, "share": 0.05},
        {"on": "synthesize", "reset": "middle", "share": 0.02},
        {"on": "synthesize", "truncate": 0.5, "share": 0.01},
    ],
}
MAX_REJECTED = 1.3
N_BEFORE_THE_KILL = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job in a folder; it can be started as those of the workbench."""

    folder: Path

    @classmethod
    def write(cls, folder: Path, book: Path, *, patience: str) -> "Job":
        """Write jobs/lmnt.yaml for a book, with a patience and an output folder of its own."""
        folder.mkdir()
        text = (ROOT / "jobs" / "lmnt.yaml").read_text(encoding="utf-8")
        text = text.replace("../samples/book.epub", str(book)).replace("../out/lmnt", "out")
        text = text.replace("  concurrency: 32\n", f"  concurrency: 32\n  patience: {patience}\n")
        (folder / "job.yaml").write_text(text, encoding="utf-8")
        return cls(folder=folder)

    @property
    def ledger(self) -> LedgerAccount:
        return LedgerAccount.of(self.folder / "out" / ".batchtts" / "ledger.db")

    def start(self, *arguments: str, **streams: object) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "batchtts", "run", str(self.folder / "job.yaml"), *arguments]
        return subprocess.Popen(command, text=True, stderr=subprocess.PIPE, **streams)


Findings = Iterator[tuple[str, bool, object]]
"""What was looked at, whether it is right, and the figures."""


def storm(job: Job, server: Server) -> Findings:
    """Render everything in a storm of faults."""
    started = time.monotonic()
    run = Watched(job)
    code = run.end()
    seconds = time.monotonic() - started
    service, ledger = ServerAccount.of(server), job.ledger
    yield "the run ends with every segment", code == 0 and set(ledger.states) == {"done"}, dict(ledger.states)
    yield "faults were injected", len(service.faults) == len(STORM["rules"]), dict(service.faults)
    rejected, injected = service.statuses["429"], service.faults["429"]
    yield f"429 at most {MAX_REJECTED} x injected", rejected <= MAX_REJECTED * injected, (rejected, injected)
    paid = (service.n_whole, ledger.n_takes, ledger.n_thrown_away)
    yield "whole answers = takes + rejected by a check", paid[0] == paid[1] + paid[2], paid
    asked = (sum(service.statuses.values()), sum(ledger.outcomes.values()))
    yield "every request is an attempt on record", asked[0] == asked[1], asked
    yield "the key is nowhere", not who_holds_the_key(job.folder, run.stderr), f"{seconds:.0f} s in all"


def killed_once(job: Job, server: Server) -> Findings:
    """Kill the server in the middle, and start it again."""
    run = Watched(job, until_takes=N_BEFORE_THE_KILL)
    kill(server)
    server.start()
    code = run.end()
    states = job.ledger.states
    goes_on = code == 0 and set(states) == {"done"}
    yield "the run goes on to its end", goes_on, dict(states) if goes_on else run.stderr[-2_000:]
    yield "the key is nowhere", not who_holds_the_key(job.folder, run.stderr), ""


def lost(job: Job, server: Server) -> Findings:
    """Kill the server for good; run again when there is another at its place."""
    run = Watched(job, until_takes=N_BEFORE_THE_KILL)
    kill(server)
    code = run.end()
    ended = job.ledger
    yield "the run ends in order, with exit code 3 or 4", code in {3, 4}, code
    in_order = ended.outcomes[None] == 0 and ended.n_takes >= N_BEFORE_THE_KILL
    yield "nothing is lost", in_order, dict(ended.states)
    server.start()
    again = Watched(job)
    code = again.end()
    n_new = ServerAccount.of(server).n_whole
    n_missing = job.ledger.n_takes - ended.n_takes
    yield (
        "a later run asks for what is missing, and no more",
        code == 0 and n_new == n_missing,
        (n_new, n_missing),
    )
    yield "the key is nowhere", not who_holds_the_key(job.folder, run.stderr, again.stderr), ""


SCENES = ((storm, STORM, "5m"), (killed_once, None, "1m"), (lost, None, "2s"))


def main() -> None:
    """Play all scenes and print what was found."""
    book = Path(sys.argv[1]) if len(sys.argv) > 1 else CORPUS / "alice.epub"
    voices = str(ROOT / "samples" / "voices.json")
    held = True
    with TemporaryDirectory(prefix="batchtts-storm-") as root:
        for scene, faults, patience in SCENES:
            job = Job.write(Path(root, scene.__name__), book.resolve(), patience=patience)
            with Server(job.folder, "--voices", voices, engine="hibari", faults=faults) as server:
                os.environ.update(LMNT_BASE_URL=server.url, LMNT_API_KEY=KEY)
                click.echo(f"\n{scene.__doc__}")
                for what, is_right, figures in scene(job, server):
                    held = held and is_right
                    click.echo(f"{'ok  ' if is_right else 'MISS'}  {what}: {figures}")
    sys.exit(not held)


if __name__ == "__main__":
    main()

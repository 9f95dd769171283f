"""A job whose output goes into a bucket, and machines that know nothing of each other but what is in there."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from s3_service import S3Service
from workbench import Result, Workbench, files

from batchtts.address import Address

ASHORE = "# Ashore\n\nThe boat came in. Nobody waved.\n"
AFLOAT = "# Afloat\n\nThen it went out again. Somebody waved.\n"


class Machines:
    """Runs commands on one machine or another: each has a cache of its own, and no other folder."""

    def __init__(self, bench: Workbench, s3: S3Service, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bench = bench
        self.s3 = s3
        self.address = Address.parse(f"s3://{s3.bucket}/books/sea")
        self._monkeypatch = monkeypatch
        bench.job(output={"dir": str(self.address)}, documents=["ashore.md", "afloat.md"])
        self.write(ashore=ASHORE, afloat=AFLOAT)

    def write(self, **documents: str) -> None:
        """Write documents, as everybody who has the job sees them."""
        for name, text in documents.items():
            (self.bench.folder / f"{name}.md").write_text(text, encoding="utf-8")

    def enter(self, name: str) -> Path:
        """Be on a machine from now on; return its output folder."""
        self._monkeypatch.setenv("XDG_CACHE_HOME", str(self.bench.folder / name))
        self._monkeypatch.setattr("sys.platform", "linux")
        return self.address.default_folder

    def on(self, name: str, command: str, *arguments: str) -> Result:
        """Run a command on a machine, and forget what the server was asked before."""
        self.enter(name)
        self.s3.requests.clear()
        return self.bench.batchtts(command, *arguments)

    def outputs(self, name: str) -> dict[str, bytes]:
        """Return the bytes of all deliveries that are on a machine."""
        found = files(self.enter(name))
        return {path: data for path, data in found.items() if path.startswith(("chapters/", "alignment/"))}

    def alone(self) -> dict[str, bytes]:
        """Return the deliveries of the same job run on a machine that knows of no storage."""
        self.bench.run("--output", str(self.bench.folder / "alone"))
        found = files(self.bench.folder / "alone")
        return {path: data for path, data in found.items() if path.startswith(("chapters/", "alignment/"))}

    def asked(self, what: str, method: str = "GET") -> list[str]:
        """Return the objects of a kind for whose bytes the server was asked since the last command."""
        found = [request.path for request in self.s3.requests if request.method == method]
        return [path for path in found if re.search(rf"/books/sea/(\.batchtts/)?{what}", path)]

    def n_requests_on_record(self, name: str) -> int:
        with closing(sqlite3.connect(self.enter(name) / ".batchtts" / "ledger.db")) as db:
            [n_attempts] = db.execute("SELECT count(*) FROM attempt WHERE outcome = 'kept'").fetchone()
        return int(n_attempts)

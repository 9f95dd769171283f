"""A real `batchtts serve` in a process of its own, which can be killed and started again."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

KEY = "a-key-that-must-not-be-seen-4711"
_ADDRESS = re.compile(r"http://[^\s/]+:(\d+)")


class Server:
    """A server that runs while the block lasts; all that it says goes to `log`."""

    def __init__(
        self, folder: Path, *arguments: str, engine: str = "tone", faults: object = None, key: str = KEY
    ) -> None:
        """Prepare; `faults` are rules as `--faults` takes them."""
        self.log = folder / "server.log"
        self.url = ""
        self._port = 0
        self._environment = {**os.environ, "BATCHTTS_SERVE_KEYS": key}
        self._command = [sys.executable, "-m", "batchtts", "serve", "--engine", engine, *arguments]
        if faults is not None:
            path = folder / "faults.json"
            path.write_text(json.dumps(faults), encoding="utf-8")
            self._command += ["--faults", str(path)]
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop(signal.SIGTERM)

    def start(self) -> None:
        """Start it, a second time at the same port; return as soon as it listens."""
        command = [*self._command, "--port", str(self._port)]
        with self.log.open("a", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, text=True, env=self._environment
            )
        assert self._process.stdout is not None
        said = ""
        for line in self._process.stdout:
            said += line
            if found := _ADDRESS.search(line):
                self.url, self._port = found[0], int(found[1])
                return
        self._process.communicate()
        raise AssertionError(f"the server ended before it listened: {said}{self.log.read_text()}")

    def stop(self, how: signal.Signals = signal.SIGKILL) -> int:
        """End it and return its exit code; what it still says goes to the log."""
        if self._process is None:
            return 0
        self._process.send_signal(how)
        said, _ = self._process.communicate(timeout=60)
        with self.log.open("a", encoding="utf-8") as log:
            log.write(said)
        code = self._process.returncode
        self._process = None
        return code

    @property
    def environment(self) -> Mapping[str, str]:
        """Return the environment in which a client finds this server."""
        return {"LMNT_BASE_URL": self.url, "LMNT_API_KEY": KEY}

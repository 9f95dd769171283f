"""A process that writes to the ledger named by its first argument, for the tests that kill it.

It prints a line when it has the ledger, and the text of each take once that is on record.  Its second
argument may be `idle`, or the most bytes that a file may have: writing fails then as on a full disk.
"""

import asyncio
import itertools
import resource
import signal
import sys
from pathlib import Path

from ledger_values import render, replace_plan, start

from batchtts.ledger.ledger import Ledger

WORKERS = 16


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def render_without_end(ledger: Ledger) -> None:
    numbers = itertools.count()

    async def work() -> None:
        for number in numbers:
            await render(ledger, str(number))
            say(str(number))

    async with asyncio.TaskGroup() as group:
        for _ in range(WORKERS):
            group.create_task(work())


def main() -> None:
    ledger = start(Path(sys.argv[1]))
    replace_plan(ledger, [str(number) for number in range(2000)])
    say("open")
    if sys.argv[2:] == ["idle"]:
        sys.stdin.read()
        return
    for n_bytes in sys.argv[2:]:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(n_bytes), int(n_bytes)))
    asyncio.run(render_without_end(ledger))


if __name__ == "__main__":
    main()

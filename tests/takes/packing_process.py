"""A process that stores takes without end, and says of each that it is stored; it is there to be killed."""

import asyncio
import sys
from functools import partial
from itertools import count
from pathlib import Path

from takes_values import take

from batchtts.files import Workspace
from batchtts.takes.packing import Packer


async def store(packer: Packer) -> None:
    names = map(str, count())

    async def work() -> None:
        for name in names:
            record = await packer.store(partial(take, name))
            sys.stdout.write(f"{record.take.pack} {record.take.start} {record.take.name}\n")
            sys.stdout.flush()

    async with asyncio.TaskGroup() as group:
        for _ in range(8):
            group.create_task(work())


if __name__ == "__main__":
    with Packer(Workspace(Path(sys.argv[1]))) as packer:
        asyncio.run(store(packer))

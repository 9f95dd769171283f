"""Our client beside the official one: the same programs, the same requests, the same results."""

import asyncio
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from listing import Shown
from programs import HERE, OURS, Runner
from recorder import recorded
from serving import KEY, Server

OFFICIAL = "0.2.1"
WITH_SEED = "0.2.0"
"""It sends seed 0 where none is given, as ours does: that is how the page of September 2023 has it."""

PROGRAMS = HERE.parent / "lmnt" / "programs"
IMPORTS = ("from batchtts.lmnt import Speech", "from lmnt.api import Speech")
"""All that is changed in a program."""

LEAST_BYTES = 10_000
"""Of what a program writes: more than a second of either format."""

CAPTURES = (
    "text=Hello+%26+w%C3%B6rld%2C+100%25.&voice=shanti&format=wav&speed=1.0",
    "text=Hi&voice=shanti&seed=0&format=wav&speed=1.0",
    "text=Hi.&voice=shanti&seed=7&format=mp3&speed=1.25&length=2.5",
    "text=Hi.&voice=shanti&format=wav&speed=1.0&extras=alignment",
    "text=Hi&voice=shanti&seed=3&format=wav&speed=1.0&length=10&extras=alignment",
)
"""Bodies that LMNT's own client has been seen to send, for the first calls of `calls.py`."""


def programs_shown(runner: Runner, server: Server) -> Iterator[Shown]:
    """Run the programs that are like the page's: with ours, and with only the import changed."""
    ours, official = IMPORTS
    for program in sorted(PROGRAMS.glob("*.py")):
        source = program.read_text(encoding="utf-8")
        n_bytes = []
        for who, text in ((OURS, source), (OFFICIAL, source.replace(ours, official))):
            copy = runner.folder / f"{program.stem}_{who}.py"
            copy.write_text(text, encoding="utf-8")
            done = runner.run(who, copy, server=server.environment)
            wrong = f"exit code {done.returncode}: {done.stderr[-800:]}" if done.returncode else None
            if (text == source) is (who != OURS):
                wrong = f"it has no line {ours!r}"
            yield Shown(line=10, what=f"{program.name} runs to its end", who=who, wrong=wrong)
            written = runner.folder.glob(f"{program.stem}.*")
            n_bytes.append([path.stat().st_size for path in written])
        same = n_bytes[0] == n_bytes[1] and len(n_bytes[0]) == 1 and n_bytes[0][0] > LEAST_BYTES
        wrong = None if same else f"they wrote {n_bytes[0]} and {n_bytes[1]} bytes"
        # 0.2.1 sends no seed, so each of its calls is another take, of the same length.
        what = f"{program.name} writes as much audio as with {OFFICIAL}"
        yield Shown(line=10, what=what, who=OURS, wrong=wrong)


def bodies_shown(runner: Runner) -> Iterator[Shown]:
    """Make one table of calls with both, and compare what was sent and what came of it."""
    for official in (OFFICIAL, WITH_SEED):
        sent, results = _made(runner, official, "lmnt.api", like=official)
        our_requests, our_results = _made(runner, OURS, "batchtts.lmnt.api", like=official)
        yield Shown(
            line=11,
            what=f"{len(sent)} requests and messages are the same as those of {official}, byte for byte",
            who=OURS,
            wrong=_first_difference(our_requests, sent),
        )
        yield Shown(
            line=11,
            what=f"{len(results)} results are equal to those of {official}",
            who=OURS,
            wrong=_first_difference(sorted(our_results.items()), sorted(results.items())),
        )
    yield from _captures_shown(runner)


def _captures_shown(runner: Runner) -> Iterator[Shown]:
    for who, module in ((OURS, "batchtts.lmnt.api"), (OFFICIAL, "lmnt.api")):
        sent, _ = _made(runner, who, module, like=OFFICIAL)
        bodies = [request[-1] for request in sent]
        missing = [body for body in CAPTURES if body not in bodies]
        wrong = f"never sent: {missing}" if missing else None
        yield Shown(line=11, what=f"{len(CAPTURES)} bodies are sent as captured", who=who, wrong=wrong)


def _made(
    runner: Runner, who: str, module: str, *, like: str
) -> tuple[list[tuple[str, ...]], dict[str, object]]:
    command = [runner.python(who), "-W", "ignore", str(HERE / "calls.py"), module, like]
    return asyncio.run(recorded(command, runner.environment(who, {"LMNT_API_KEY": KEY})))


def _first_difference(ours: Sequence[object], official: Sequence[object]) -> str | None:
    for one, other in zip_longest(ours, official):
        if one != other:
            return f"ours has {str(one)[:600]}, the official one {str(other)[:600]}"
    return None

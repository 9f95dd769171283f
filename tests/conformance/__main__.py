"""Lets the official SDKs of LMNT talk to `batchtts serve`, and prints what they found.

    python tests/conformance ENVIRONMENTS

ENVIRONMENTS holds an environment for each SDK, in a folder named after its version; `make conformance` makes them.
Every program is run by the Python of its SDK, against a server that is a process of its own.  The nine lines are
those of the acceptance list for the protocol.  Exit code 1 if anything is not as it should be.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import twins
from listing import Shown, print_list
from programs import Runner
from serving import Server

ROOT = Path(__file__).parents[2]
VOICES = ROOT / "samples" / "voices.json"
OWN_VOICES = ("voice-of-1-2", "voice-of-2-5", "voice-of-2-13")
"""Voices that belong to the client, one for each program that changes and deletes one."""

PROGRAMS = (
    ("0.2.0", "sdk_0_2.py"),
    ("0.2.1", "sdk_0_2.py"),
    ("1.2.0", "sdk_1_2.py", OWN_VOICES[0]),
    ("2.0.0", "sdk_2_0.py"),
    ("2.5.1", "sdk_2_5.py", OWN_VOICES[1]),
    ("2.13.0", "sdk_2_13.py", OWN_VOICES[2]),
    ("2.13.0", "long_session.py"),
    ("0.2.1", "crowd.py"),
    ("ours", "refusals.py"),
)

LIMITED = (("0.2.1", "limited_0_2.py"), ("2.13.0", "limited_2_13.py"), ("ours", "limited_ours.py"))
BUSY = {"on": "synthesize", "status": 429, "retry_after": 1}
RATE_LIMITS = {"rules": [{**BUSY, "first": 2}, {**BUSY, "every": 2}]}
"""429 twice, then every other time."""


def shown(environments: Path, folder: Path) -> Iterator[Shown]:
    """Yield what every program shows, as it comes."""
    form = json.loads(VOICES.read_text(encoding="utf-8"))
    voice = next(iter(form))
    own = {"engine_voice": form[voice]["engine_voice"], "owner": "me", "type": "instant"}
    voices = folder / "voices.json"
    voices.write_text(json.dumps(form | dict.fromkeys(OWN_VOICES, own)), encoding="utf-8")
    runner = Runner(environments=environments, folder=folder, voice=voice)
    with Server(folder, "--voices", str(voices), engine="hibari") as server:
        for who, program, *arguments in PROGRAMS:
            yield from runner.shown(who, program, *arguments, server=server)
        yield from twins.programs_shown(runner, server)
    for who, program in LIMITED:
        with Server(folder, "--voices", str(voices), engine="hibari", faults=RATE_LIMITS) as server:
            yield from runner.shown(who, program, server=server)
    yield from twins.bodies_shown(runner)


def main() -> None:
    """Run everything and print the list."""
    environments = Path(sys.argv[1]).absolute()
    with TemporaryDirectory(prefix="batchtts-conformance-") as folder:
        everything = list(shown(environments, Path(folder)))
    sys.exit(not print_list(everything))


if __name__ == "__main__":
    main()

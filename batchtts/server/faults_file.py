"""The file of `--faults`, read and checked."""

import json
from pathlib import Path

from batchtts.errors import InputError, Problem
from batchtts.server.faults import GROUPS, Answer, Fault, Faults, Moment, Rule
from batchtts.server.settings_file import Section, read_object

FILE_KEYS = ("seed", "rules")
WHICH = ("on", "share", "first", "every", "times")
WHAT = ("latency", "status", "reset", "truncate", "answer")
DETAILS = ("body", "retry_after")
KEYS = (*WHICH, *WHAT, *DETAILS)

_MANY = 2**31 - 1
_LONGEST_LATENCY = 3_600.0


def read_faults(path: Path) -> Faults:
    """Return the rules in a file.  Raises `InputError` with everything that is wrong in it."""
    problems: list[Problem] = []
    form = read_object(path)
    file = Section(str(path), form, problems)
    file.refuse_unknown(FILE_KEYS)
    rules = file.value("rules")
    if not isinstance(rules, list):
        file.complain("must be a list of rules", name="rules")
        rules = []
    read = [
        _read_rule(Section(f"{path}: rules[{index}]", entry, problems)) for index, entry in enumerate(rules)
    ]
    seed = file.integer("seed", (0, _MANY), 0) or 0
    if problems:
        raise InputError(problems)
    return Faults(read, seed=seed)


def _read_rule(section: Section) -> Rule:
    section.refuse_unknown(KEYS)
    share = section.number("share", (0.0, 1.0), 1.0)
    return Rule(
        on=_read_pattern(section),
        share=1.0 if share is None else share,
        first=section.integer("first", (0, _MANY)),
        every=section.integer("every", (1, _MANY), 1) or 1,
        times=section.integer("times", (0, _MANY)),
        fault=_read_fault(section),
    )


def _read_pattern(section: Section) -> str:
    on = section.text("on", "*")
    if on not in GROUPS and not on.startswith(("/", "*")):
        hint = f"Say {', '.join(GROUPS)}, or a pattern for the path such as /v1/*."
        section.complain(f"is {on!r}, which no request is", name="on", hint=hint)
    return on


def _read_fault(section: Section) -> Fault:
    said = [name for name in WHAT if name in section]
    if len(said) != 1:
        found = f"has {' and '.join(said)}" if said else "has none"
        section.complain(f"must have exactly one of {', '.join(WHAT)}; it {found}")
    for name in DETAILS:
        if name in section and "status" not in section:
            section.complain("goes with `status` only", name=name)
    reset = section.text("reset", choices=Moment)
    answer = section.text("answer", choices=Answer)
    return Fault(
        latency=section.number("latency", (0.0, _LONGEST_LATENCY)),
        status=section.integer("status", (400, 599)),
        reset=Moment(reset) if reset else None,
        truncate=section.number("truncate", (0.0, 0.999)),
        answer=Answer(answer) if answer else None,
        body=_read_body(section),
        retry_after=section.number("retry_after", (0.0, _LONGEST_LATENCY)),
    )


def _read_body(section: Section) -> str | None:
    """Return the body of a status: text as it stands, anything else as JSON."""
    if "body" not in section:
        return None
    body = section.value("body")
    return body if isinstance(body, str) else json.dumps(body)

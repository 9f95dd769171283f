"""Which formats a job or a command line asks for, and with which options."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from batchtts.errors import PlanError, Problem
from batchtts.export.formats import FORMATS, Format, Material
from batchtts.job import Job, Scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A format, and all of its options."""

    format: Format
    options: Mapping[str, Scalar]


def wanted(job: Job, names: Sequence[str], given: Iterable[tuple[str, str, str]] = ()) -> list[Wanted]:
    """Return what is asked for by these names, or by the manifest if there are none.

    An option is given as format, name and value, and goes before what the manifest says.  Raises `PlanError` for
    formats and options that there are not, and if nothing is asked for.
    """
    listed = {export.format: export.options for export in job.exports}
    chosen = list(dict.fromkeys(names or listed))
    problems = [_unknown(job, name) for name in chosen if name not in FORMATS]
    if not chosen:
        hint = f"Name some with --format, or under `exports` in the manifest: {', '.join(FORMATS)}."
        problems.append(Problem(where=str(job.path), what="no format is asked for", hint=hint))
    problems += [_without_chapters(job, name) for name in chosen if _is_in_vain(job, name)]
    own: dict[str, dict[str, str]] = {}
    for name, option, value in given:
        own.setdefault(name, {})[option] = value
    problems += [
        Problem(
            where=f"--option {name}", what="this format is not asked for", hint="Name it with --format, too."
        )
        for name in own
        if name not in chosen
    ]
    found = [
        Wanted(
            format=FORMATS[name],
            options=_options(job, FORMATS[name], {**listed.get(name, {}), **own.get(name, {})}, problems),
        )
        for name in chosen
        if name in FORMATS
    ]
    if problems:
        raise PlanError(problems)
    return found


def _is_in_vain(job: Job, name: str) -> bool:
    """Return whether a format is made of chapters in a job that stitches none."""
    return name in FORMATS and FORMATS[name].material is Material.CHAPTERS and not job.output.chapters


def _without_chapters(job: Job, name: str) -> Problem:
    what = f"{name} is made of chapters, and `output.chapters` is false"
    return Problem(where=str(job.path), what=what, hint="Leave one of the two out.")


def _unknown(job: Job, name: str) -> Problem:
    near = get_close_matches(name, FORMATS, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(FORMATS)}."
    return Problem(where=str(job.path), what=f"there is no export format {name!r}", hint=hint)


def _options(
    job: Job, form: Format, given: Mapping[str, Scalar], problems: list[Problem]
) -> dict[str, Scalar]:
    options: dict[str, Scalar] = {option.name: option.values[0] for option in form.options}
    for name, value in given.items():
        option = next((option for option in form.options if option.name == name), None)
        allowed = {str(each).lower(): each for each in option.values} if option else {}
        if option is None:
            known = ", ".join(options) or "none"
            what = f"the format {form.name} has no option {name!r}"
            problems.append(Problem(where=str(job.path), what=what, hint=f"It has {known}."))
        elif str(value).lower() not in allowed:
            what = f"the option {name!r} of {form.name} cannot be {value!r}"
            problems.append(Problem(where=str(job.path), what=what, hint=f"It may be {', '.join(allowed)}."))
        else:
            options[name] = allowed[str(value).lower()]
    return options

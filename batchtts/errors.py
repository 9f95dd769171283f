"""Everything that can go wrong, and what each means for the run.

BatchttsError                 exit 1
├── InputError                exit 2    the job or a text is wrong; nothing was spent
│   ├── ManifestError                   … in the manifest itself
│   ├── DocumentError                   … in a document that it names
│   └── PlanError                       … in what the two would lead to
├── IncompleteRun             exit 3    the run ended, but some segments have no take
├── EngineError               exit 4    an engine said no; the class decides what follows
│   ├── EngineUnavailable               ask again, after `retry_after` seconds if given
│   ├── TextRejected                    give up on this segment, go on with the others
│   └── EngineRefused                   stop the run: bad key, no credit, unknown voice
├── TakeFailedChecks                    the recording is not fit to keep
│   └── LengthMissed                    … and another would be no better: it cannot last as long as asked
├── LedgerError               exit 5    the ledger is too new, or damaged
│   └── LedgerBusy                      another process is writing to it
├── GateFailed                exit 6    something was measured and found wanting
├── StoppedEarly              exit 75   stopped in good order; the same command goes on
└── Interrupted               exit 130  stopped by a signal; work in flight was stored
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong: where, what, and what to do about it."""

    where: str
    what: str
    hint: str | None = None

    def __str__(self) -> str:
        """Return the problem as one line, without its hint."""
        return f"{self.where}: {self.what}" if self.where else self.what


class BatchttsError(Exception):
    """An error that batchtts expects, and can explain."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint

    @property
    def outcome(self) -> str:
        """Return as what a run that it ends goes into reports and the ledger, such as `engine_refused`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()


class InputError(BatchttsError):
    """What the user wrote cannot be rendered; all that is wrong with it is named at once."""

    exit_code = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class ManifestError(InputError):
    """The manifest is wrong."""


class DocumentError(InputError):
    """A document cannot be read."""


class PlanError(InputError):
    """The manifest and its documents lead to something that cannot be rendered."""


class IncompleteRun(BatchttsError):
    """The run ended, but some segments have no take."""

    exit_code = 3


class EngineError(BatchttsError):
    """An engine did not speak."""

    exit_code = 4


class EngineUnavailable(EngineError):
    """The engine may well succeed if it is asked again.

    `retry_after` is in seconds.  `busy`: it had too much to do and should be asked for less at once.
    `reached` is False where the request never arrived, so that it cannot have cost anything.
    """

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        busy: bool = False,
        reached: bool = True,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after
        self.busy = busy
        self.reached = reached


class TextRejected(EngineError):
    """The engine cannot speak this text, however often it is asked."""


class EngineRefused(EngineError):
    """The engine will not speak for us at all."""


class TakeFailedChecks(BatchttsError):
    """The engine answered, but its recording is not fit to keep."""


class LengthMissed(TakeFailedChecks):
    """What the engine says cannot be made to last as long as was asked; to ask again would be in vain."""


class LedgerError(BatchttsError):
    """The ledger cannot be used."""

    exit_code = 5


class LedgerBusy(LedgerError):
    """Another process is writing to the ledger."""


class GateFailed(BatchttsError):
    """Something was measured and found wanting."""

    exit_code = 6


class StoppedEarly(BatchttsError):
    """A limit of time or number stopped the run in good order."""

    exit_code = 75


class Interrupted(BatchttsError):
    """A signal stopped the run; what was in flight has been stored."""

    exit_code = 130

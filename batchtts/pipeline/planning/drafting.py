"""Where a job's plan is: in its ledger if nothing has changed, else in a draft that is made of its documents."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext

from batchtts.errors import LedgerError, StoppedEarly
from batchtts.ledger.draft import Draft
from batchtts.ledger.ledger import Ledger
from batchtts.ledger.reading import LedgerReader, Readable
from batchtts.pipeline.planning.lessons import settle_paces, taught
from batchtts.pipeline.planning.loading import refuse_other_job
from batchtts.pipeline.planning.settling import Settled


def make_draft(settled: Settled) -> Draft:
    """Return the plan of a job in a database of its own; raise `InputError` with all that stands in its way."""
    draft = Draft()
    try:
        planner = settled.planner()
        draft.write(settled.inputs, planner.chapters(), planner.plan)
    except BaseException:
        draft.close()
        raise
    return draft


@contextmanager
def planned(settled: Settled) -> Iterator[tuple[Readable, LedgerReader | None]]:
    """Yield what knows the plan and how much of it is done, and the ledger if there is one.  Nothing is written."""
    with LedgerReader.open(settled.workspace.state) or nullcontext() as ledger:
        if ledger is not None:
            refuse_other_job(ledger, settled.job)
        settled = taught(settled, ledger)
        if ledger is not None and ledger.inputs() == settled.inputs:
            yield ledger, ledger
            return
        with make_draft(settled) as draft:
            if ledger is not None:
                draft.learn(ledger)
            yield draft, ledger


@contextmanager
def planned_ledger(
    settled: Settled, *, check: Callable[[Readable], object] | None = None, learn_anew: bool = False
) -> Iterator[Ledger]:
    """Open a job's ledger for writing, with the plan of today in it.

    What is wrong with the job, or what `check` finds wrong with the plan, is raised before anything is written.
    With `learn_anew`, how fast voices speak is learned from the takes that there are today.
    """
    with ExitStack() as stack:
        seen, is_planned = _look(settled, anew=learn_anew)
        draft = None if is_planned else stack.enter_context(make_draft(seen))
        if draft is not None and check is not None:
            check(draft)
        ledger = stack.enter_context(Ledger.open(settled.workspace.state))
        refuse_other_job(ledger, settled.job)
        now = taught(settled, ledger, anew=learn_anew)
        is_another = ledger.inputs() != now.inputs
        if is_another and (draft is None or seen.inputs != now.inputs):  # it was changed since we looked
            draft = stack.enter_context(make_draft(now))
        elif draft is None and check is not None:
            check(ledger)
        if draft is not None and is_another:
            ledger.replace_plan(draft)
        if draft is not None:
            draft.close()
        settle_paces(now, ledger)
        yield ledger


def replan(settled: Settled, ledger: Ledger) -> bool:
    """Plan anew if takes have taught something since; return whether they have.

    Raises `StoppedEarly` if documents were changed since they were settled: a plan of them would pass for one of
    those before, also after the change was undone.
    """
    now = taught(settled, ledger)
    if ledger.inputs() == now.inputs:
        return False
    if not now.is_current:
        raise StoppedEarly(
            "a document was changed during the run, and what takes too long cannot be split before it is read again",
            hint="The same command goes on where this one stopped.",
        )
    with make_draft(now) as draft:
        ledger.replace_plan(draft)
    return True


def _look(settled: Settled, *, anew: bool) -> tuple[Settled, bool]:
    """Return the job as its takes have taught it, and whether the ledger has its plan already."""
    try:
        with LedgerReader.open(settled.workspace.state) or nullcontext() as ledger:
            seen = taught(settled, ledger, anew=anew)
            return seen, ledger is not None and ledger.inputs() == seen.inputs
    except LedgerError:  # whoever opens it for writing sets it aside, or says what is wrong with it
        return taught(settled, None, anew=anew), False

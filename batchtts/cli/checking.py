"""`batchtts check`: files are compared with the ledger, and deliveries proved; all is shown before anything is raised."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batchtts.cli.reports import files, proof
from batchtts.cli.reports.printing import print_json

if TYPE_CHECKING:
    from batchtts.job import Job
    from batchtts.pipeline.deliveries.proving import Proofs
    from batchtts.pipeline.upkeep.keeping import Checked


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was looked at, and what came of it; None stands for what nobody asked for."""

    checked: "Checked"
    proofs: "Proofs | None" = None

    def raise_if_wrong(self) -> None:
        """Raise `GateFailed` if anything is not as it should be."""
        self.checked.raise_if_wrong()
        if self.proofs is not None:
            self.proofs.raise_if_wrong()


def check(job: "Job", *, deep: bool, sample: int | None) -> Found:
    """Compare the files of a job with its ledger; with `deep` or a `sample`, prove its deliveries too."""
    from batchtts.pipeline.upkeep import keeping

    checked = keeping.check(job)
    if not deep and sample is None:
        return Found(checked=checked)
    from batchtts.pipeline.deliveries.proving import prove

    return Found(checked=checked, proofs=prove(job, sample=sample))


def show(found: Found, *, as_json: bool) -> None:
    """Print all that was found."""
    if as_json:
        proved = {} if found.proofs is None else {"deliveries": proof.proof_forms(found.proofs)}
        print_json(files.check_form(found.checked) | proved)
        return
    files.print_check(found.checked)
    if found.proofs is not None:
        proof.print_proofs(found.proofs)

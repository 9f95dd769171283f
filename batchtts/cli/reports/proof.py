"""What `check --deep` prints: how far off the words of each delivery are, and all that is not as it is stated."""

from typing import TYPE_CHECKING

import click

from batchtts.cli.reports.printing import table

if TYPE_CHECKING:
    from batchtts.export.proof.findings import Proof
    from batchtts.pipeline.deliveries.proving import Proofs

_HEADER = ("file", "words", "undecided", "worst ms", "95 % ms", "median ms", "wrong")


def proof_forms(proofs: "Proofs") -> list[dict[str, object]]:
    """Return proofs as JSON; offsets are in milliseconds, and positive."""
    return [_form(proof) for proof in proofs.files]


def print_proofs(proofs: "Proofs") -> None:
    """Print proofs: a row for each file, then what is wrong."""
    if not proofs.files:
        click.echo("There is no delivery to prove: none is asked for.")
        return
    table(_HEADER, [_row(proof) for proof in proofs.files])
    for proof in proofs.files:
        for miss in proof.misses:
            click.echo(f"{proof.path}: {miss.where}: {miss.what}")
        if proof.n_missed > len(proof.misses):
            click.echo(f"{proof.path}: and {proof.n_missed - len(proof.misses):,} more")


def _row(proof: "Proof") -> tuple[object, ...]:
    offsets = (f"{proof.quantile_ms(share):.3f}" for share in (1, 0.95, 0.5))
    return (proof.path, proof.n_words, proof.n_undecided, *offsets, proof.n_missed)


def _form(proof: "Proof") -> dict[str, object]:
    worst, most, median = (round(proof.quantile_ms(share), 4) for share in (1, 0.95, 0.5))
    return {
        "path": proof.path,
        "words": proof.n_words,
        "undecided": proof.n_undecided,
        "offset_ms": {"worst": worst, "p95": most, "median": median},
        "wrong": proof.n_missed,
        "misses": [{"where": miss.where, "what": miss.what} for miss in proof.misses],
    }

"""How far speech can be made to last as long as asked, by what is known before it is spoken."""

from batchtts.engine import GOOD_SPEEDS
from batchtts.plan.manner import Manner

FEWEST_CHARACTERS = 20
"""Of shorter texts nobody can say how long they take: a word may last as long as the silence around it."""


def strain(manner: Manner, text: str) -> str | None:
    """Return what is wrong with the length that a text shall have, None if nothing is expected to be.

    An engine that speaks to a given length knows better.
    """
    wanted = manner.most_seconds if manner.length_seconds is None else manner.length_seconds
    if wanted is None or manner.traits.supports_length or len(text) < FEWEST_CHARACTERS:
        return None
    natural = manner.natural_seconds(text)
    share, (least, most) = wanted / natural, _reach(manner)
    if least <= share and (share <= most or manner.length_seconds is None):
        return None
    return (
        f"about {natural:.1f} s of speech are to last {wanted:g} s, {share:.2f} times as long; "
        f"{least:.2f} to {most:.2f} can be had, and the policy is {manner.lengths.policy}"
    )


def _reach(manner: Manner) -> tuple[float, float]:
    """Return by how much speech can be made shorter and longer: by its speed, if it can be asked again, and stretched."""
    lengths, traits = manner.lengths, manner.traits
    if traits.paid:
        return lengths.least_stretch, lengths.most_stretch
    slowest = min(manner.speed, max(traits.speeds[0], GOOD_SPEEDS[0]))
    fastest = max(manner.speed, min(traits.speeds[1], GOOD_SPEEDS[1]))
    return lengths.least_stretch * manner.speed / fastest, lengths.most_stretch * manner.speed / slowest

"""What is wrong with a row, or odd about it, by its values: errors, which are never exported, and flags.

The bounds are those that public corpora and their tools keep to; see docs/datasets.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from batchtts.job import Dataset
from batchtts.query.conditions import Row
from batchtts.query.parsing import parse
from batchtts.query.query import Query

_SHORTEST_TAIL = 0.02


@dataclass(frozen=True, slots=True)
class Rule:
    """A name for rows of which a query is true."""

    name: str
    query: Query

    def applies(self, row: Row) -> bool:
        """Return whether it is true of a row."""
        return self.query.failing(row) is None


def _rule(name: str, text: str) -> Rule:
    return Rule(name, parse(text))


ERRORS = (
    _rule("silent", "rms_dbfs < -45"),
    _rule("silence in speech", "inner_silence > 2"),
)
"""What no dataset should have: such rows are left out, whatever is to be kept."""

FLAGS = (
    _rule("short", "seconds < 0.3"),
    _rule("long", "seconds > 30"),
    _rule(
        "unusual_rate",
        "characters >= 20 and length_requested is missing and chars_per_second not between 6 and 28",
    ),
    _rule("odd_rate", "chars_per_second_mads not between -4 and 4"),
    _rule("words_missing", "words_aligned < 1"),
    _rule("clipped", "clipped > 0"),
    _rule("loud_peak", "peak_dbfs > -0.1"),
    _rule("dc_offset", "dc_offset not between -0.01 and 0.01"),
    _rule("long_lead", "lead_silence > 0.5"),
    _rule("long_tail", "tail_silence > 1"),
    _rule("cut_off", f"tail_silence < {_SHORTEST_TAIL}"),
    _rule("length_missed", "length_error not between -0.02 and 0.02"),
)
"""What is odd about a row: it is exported unless a query has it left out, as `flags = 0` does with all of them."""


def flags_for(dataset: Dataset) -> Sequence[Rule]:
    """Return the flags that mean anything in a dataset: where so much is cut, an end that is cut off is no wonder."""
    if dataset.trim_seconds is None or dataset.trim_seconds >= _SHORTEST_TAIL:
        return FLAGS
    return [rule for rule in FLAGS if rule.name != "cut_off"]

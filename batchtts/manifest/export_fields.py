"""The fields of what a job is exported to, and of how datasets are made."""

from batchtts.job import EXPORT_FORMATS, Dataset, Export, Licences, Splits
from batchtts.manifest.keeping import Keep
from batchtts.manifest.kinds import Choice, Number, Settings, Text, Whole
from batchtts.manifest.nodes import Node
from batchtts.manifest.review import Review
from batchtts.manifest.structures import Field, Record
from batchtts.manifest.terms import LINE

_SHARES = "What is left of 1 is the share of the rows that train."

EXPORT = Record(
    title="a mapping with a format and options",
    make=Export,
    short="format",
    fields={
        "format": Field(
            kind=Choice(options=EXPORT_FORMATS),
            required=True,
            description="The format; docs/exports.md tells of each.",
        ),
        "options": Field(
            kind=Settings(), default={}, otherwise="none", description="The options of this format."
        ),
    },
)

LICENCES = Record(
    title="a mapping of licences",
    make=Licences,
    fields={
        "text": Field(kind=LINE, otherwise="not known", description="That of the texts."),
        "audio": Field(
            kind=LINE, otherwise="not known", description="That of the recordings: the terms of the engine."
        ),
        "alignment": Field(kind=LINE, otherwise="not known", description="That of the alignments."),
        "code": Field(kind=LINE, otherwise="not known", description="That of programs published with it."),
    },
)


class SplitsRecord(Record[Splits]):
    """How rows are divided; what is held back must leave something to train with."""

    def check(self, node: Node, review: Review) -> Splits | None:
        """Return the splits."""
        splits = super().check(node, review)
        if splits is None or splits.validation + splits.test < 1:
            return splits
        review.complain(node, "validation and test together must be less than 1", hint=_SHARES)
        return None


SPLITS = SplitsRecord(
    title="a mapping that says how rows are divided",
    make=Splits,
    fields={
        "by": Field(
            kind=Choice(options=("text", "chapter", "document", "speaker")),
            default="text",
            description="What stays together.",
        ),
        "validation": Field(
            kind=Number(least=0, most=1), default=0.0, description="The share of the rows that validate."
        ),
        "test": Field(
            kind=Number(least=0, most=1), default=0.0, description="The share of the rows that test."
        ),
        "salt": Field(
            kind=Text(words="text"),
            default="",
            otherwise="empty",
            description="Another gives another division.",
        ),
    },
)

DATASET = Record(
    title="a mapping that says how datasets are made",
    make=Dataset,
    fields={
        "licences": Field(kind=LICENCES, default=LICENCES.absent(), description="Whose it is, part by part."),
        "splits": Field(kind=SPLITS, default=SPLITS.absent(), description="How rows are divided."),
        "keep": Field(
            kind=Keep(),
            otherwise="all that are sound",
            description="Which rows are kept, in terms of their values.",
        ),
        "rate": Field(
            kind=Whole(least=8000, most=192_000),
            otherwise="the engine's own",
            into="sample_rate",
            description="The samples a second that recordings are brought to.",
        ),
        "audio": Field(
            kind=Choice(options=("wav", "flac")), default="wav", description="The format of recordings."
        ),
        "trim": Field(
            kind=Number(least=0, most=10),
            otherwise="nothing is cut",
            into="trim_seconds",
            description="How many seconds of silence stay before and after speech; the rest is cut.",
        ),
        "rows_per_shard": Field(
            kind=Whole(least=1, most=1_000_000),
            default=1000,
            description="How many rows go into one file, in formats that have many in one.",
        ),
    },
)

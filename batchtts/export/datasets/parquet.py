"""Parquet files as Hugging Face's `datasets` has them, written by pyarrow alone.

The column `audio` holds the sound itself.  The key `huggingface` in the metadata says so; it describes lists in the one way that
versions 3 to 5 of `datasets` all read.  Groups of at most 100 rows let a viewer read a part of a file.
"""

import json
from collections.abc import Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from batchtts.errors import PlanError, Problem
from batchtts.export.datasets.rows import columns, types
from batchtts.export.datasets.shards import Shards
from batchtts.export.folder import ExportFolder
from batchtts.export.utterance import Utterance
from batchtts.export.writing import Target

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS_A_GROUP = 100
_BYTES_A_GROUP = 6 << 20
"""Of sound: a group is held several times over, and it takes long to get memory for a larger one."""


class ParquetWriter:
    """Writes `data/SPLIT-NUMBER-of-COUNT.parquet`."""

    def __init__(self, target: Target) -> None:
        require_pyarrow()
        self._folder = target.folder
        self._corpus = target.corpus
        self._rate: int | None = None
        self._shards = Shards(target.corpus, self._opened)

    def add(self, utterance: Utterance) -> None:
        """Write a row and its sound; raise `PlanError` if it has another rate than was told of all."""
        self._check_rate(utterance)
        sound = {"bytes": utterance.sound, "path": f"{utterance.id}.{utterance.audio_format}"}
        row = {"audio": sound, **columns(utterance, self._corpus.extra)}
        self._shards.of(utterance).add(row)

    def finish(self) -> None:
        """End the last shards."""
        self._shards.finish()

    def _opened(self, split: str, number: int, n_shards: int) -> "_Shard":
        name = f"data/{split}-{number:05}-of-{n_shards:05}.parquet"
        return _Shard(self._folder, name, _schema(types(self._corpus.extra), self._told_rate))

    @property
    def _told_rate(self) -> int | None:
        """The rate that readers bring all sounds to, None where they shall leave each as it is.

        Several engines may speak at several rates.  Brought to the rate of the first, the sounds of all others would
        no longer fit the boundaries of their words.
        """
        is_one = len(self._corpus.engines) <= 1 or self._corpus.dataset.sample_rate is not None
        return self._rate if is_one else None

    def _check_rate(self, utterance: Utterance) -> None:
        rate = utterance.audio.sample_rate
        self._rate = self._rate or rate
        if self._told_rate not in (None, rate):
            what = f"{utterance.id} has {rate:,} Hz, and rows before it {self._rate:,}"
            hint = "Bring all to one rate, by `dataset.rate` in the manifest."
            raise PlanError([Problem(where="parquet", what=what, hint=hint)])


class _Shard:
    """A Parquet file, written a group of rows at a time."""

    def __init__(self, folder: ExportFolder, name: str, schema: "pa.Schema") -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._stack = ExitStack()
        sink = pa.PythonFile(_Sink(self._stack.enter_context(folder.writing(name))), mode="w")
        # Sounds do not get smaller, the rest is a hundredth of them, and nothing is looked for by its value.
        self._writer = pq.ParquetWriter(
            sink, schema, compression="none", use_dictionary=False, write_statistics=False
        )
        self._schema = schema
        self._rows: list[dict[str, Any]] = []
        self._n_bytes = 0

    def add(self, row: dict[str, Any]) -> None:
        self._rows.append(row)
        self._n_bytes += len(row["audio"]["bytes"])
        if len(self._rows) == _ROWS_A_GROUP or self._n_bytes >= _BYTES_A_GROUP:
            self._write()

    def close(self) -> None:
        self._write()
        self._writer.close()
        self._stack.close()

    def _write(self) -> None:
        import pyarrow as pa

        if self._rows:
            self._writer.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
            self._rows, self._n_bytes = [], 0


class _Sink:
    """What pyarrow asks of a file that it writes to."""

    closed = False

    def __init__(self, file: Any) -> None:
        self._file = file

    def write(self, data: Any) -> int:
        self._file.write(bytes(data))
        return len(data)

    def tell(self) -> int:
        return int(self._file.n_bytes)

    def flush(self) -> None:
        """Do nothing: the folder is synced as a whole."""

    def close(self) -> None:
        """Leave the file to whoever opened it."""


def require_pyarrow() -> None:
    """Raise `PlanError` where pyarrow is not installed."""
    try:
        import pyarrow as pa  # noqa: F401
    except ImportError:
        hint = "Install batchtts[datasets]."
        raise PlanError(
            [Problem(where="parquet", what="the package pyarrow is missing", hint=hint)]
        ) from None


def _schema(types: Mapping[str, Any], sample_rate: int | None) -> "pa.Schema":
    import pyarrow as pa

    sound = {"_type": "Audio"} if sample_rate is None else {"sampling_rate": sample_rate, "_type": "Audio"}
    audio = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    fields = [pa.field("audio", audio), *(pa.field(name, _arrow(kind)) for name, kind in types.items())]
    features = {
        "audio": sound,
        **{name: _feature(kind) for name, kind in types.items()},
    }
    told = json.dumps({"info": {"features": features}})
    return pa.schema(fields, metadata={"huggingface": told})


def _arrow(kind: Any) -> "pa.DataType":
    import pyarrow as pa

    if isinstance(kind, list):
        return pa.list_(_arrow(kind[0]))
    if isinstance(kind, dict):
        return pa.struct([(name, _arrow(each)) for name, each in kind.items()])
    return {"string": pa.string(), "int64": pa.int64(), "float64": pa.float64(), "bool": pa.bool_()}[kind]


def _feature(kind: Any) -> Any:
    """Return a type as the metadata has it; a list is one of its entry, in brackets, or a sequence of plain values."""
    if isinstance(kind, list) and isinstance(kind[0], dict):
        return [_feature(kind[0])]
    if isinstance(kind, list):
        return {"feature": _feature(kind[0]), "_type": "Sequence"}
    if isinstance(kind, dict):
        return {name: _feature(each) for name, each in kind.items()}
    return {"dtype": kind, "_type": "Value"}


def open_writer(target: Target) -> ParquetWriter:
    """Begin an export."""
    return ParquetWriter(target)

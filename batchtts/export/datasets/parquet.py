"""Parquet files as Hugging Face's `datasets` has them, written by pyarrow alone.

The column `audio` holds the sound itself.  The key `huggingface` in the metadata says so; it describes lists in the one way that
versions 3 to 5 of `datasets` all read.  Groups of 100 rows let a viewer read a part of a file.
"""

import json
from collections.abc import Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from batchtts.errors import PlanError, Problem
from batchtts.export.datasets.rows import typed, types
from batchtts.export.datasets.shards import Shards
from batchtts.export.folder import ExportFolder
from batchtts.export.utterance import Utterance
from batchtts.export.writing import Target

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS_A_GROUP = 100


class ParquetWriter:
    """Writes `data/SPLIT-NUMBER-of-COUNT.parquet`."""

    def __init__(self, target: Target) -> None:
        require_pyarrow()
        self._folder = target.folder
        self._extra = target.corpus.extra
        self._types: dict[str, Any] = {}
        self._shards = Shards(target.corpus, self._opened)

    def add(self, utterance: Utterance) -> None:
        """Write a row and its sound."""
        row = typed(utterance, self._extra)
        if not self._types:
            self._types = types(utterance, self._extra)
        sound = {"bytes": utterance.sound, "path": f"{utterance.id}.{utterance.audio_format}"}
        self._shards.of(utterance).add({"audio": sound, **row}, utterance.audio.sample_rate)

    def finish(self) -> None:
        """End the last shards."""
        self._shards.finish()

    def _opened(self, split: str, number: int, n_shards: int) -> "_Shard":
        name = f"data/{split}-{number:05}-of-{n_shards:05}.parquet"
        return _Shard(self._folder, name, self._types)


class _Shard:
    """A Parquet file, written a group of rows at a time."""

    def __init__(self, folder: ExportFolder, name: str, types: Mapping[str, Any]) -> None:
        self._stack = ExitStack()
        self._file = self._stack.enter_context(folder.writing(name))
        self._types = types
        self._rows: list[dict[str, Any]] = []
        self._writer: Any = None
        self._rate = 0

    def add(self, row: dict[str, Any], sample_rate: int) -> None:
        self._rate = self._rate or sample_rate
        self._rows.append(row)
        if len(self._rows) == _ROWS_A_GROUP:
            self._write()

    def close(self) -> None:
        self._write()
        self._writer.close()
        self._stack.close()

    def _write(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        if self._writer is None:
            schema = _schema(self._types, self._rate)
            sink = pa.PythonFile(_Sink(self._file), mode="w")
            # Sounds do not get smaller, and nothing of them is looked for.
            self._writer = pq.ParquetWriter(
                sink,
                schema,
                compression={"audio.bytes": "none"},
                use_dictionary=False,
                write_statistics=False,
            )
        if self._rows:
            self._writer.write_table(pa.Table.from_pylist(self._rows, schema=self._writer.schema))
            self._rows = []


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


def _schema(types: Mapping[str, Any], sample_rate: int) -> "pa.Schema":
    import pyarrow as pa

    audio = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    fields = [pa.field("audio", audio), *(pa.field(name, _arrow(kind)) for name, kind in types.items())]
    features = {
        "audio": {"sampling_rate": sample_rate, "_type": "Audio"},
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

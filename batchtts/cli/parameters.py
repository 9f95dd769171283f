"""Arguments and options that several commands have, and what they take."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from batchtts.job import AUDIOBOOK_FORMATS, MASTERS

if TYPE_CHECKING:
    from batchtts.address import Address
    from batchtts.cluster.executor import Executor
    from batchtts.plan.sharding import Shard


class Duration(click.ParamType[float]):
    """A time such as 90, 90s, 45m or 1h30m, in seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the time in seconds."""
        from batchtts.manifest.kinds import seconds_of

        seconds = seconds_of(str(value))
        if seconds is None or seconds <= 0:
            self.fail(f"{value!r} is no time such as 90s, 45m or 1h30m", param, ctx)
        return seconds


class ShardOf(click.ParamType["Shard"]):
    """One part of several, such as 3/8."""

    name = "shard"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> "Shard":
        """Return the shard."""
        from batchtts.plan.sharding import Shard

        try:
            return Shard.parse(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class ClusterAt(click.ParamType["Executor"]):
    """A Dask cluster, such as dask://host:8786."""

    name = "cluster"

    def convert(self, value: Any, *_: click.Parameter | click.Context | None) -> "Executor":
        """Return where it is."""
        from batchtts.cluster.executor import Executor

        return Executor.parse(str(value))


class Formats(click.ParamType["tuple[str, ...]"]):
    """Formats of deliveries, parted by commas; `none` stands for no deliveries."""

    name = "formats"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> "tuple[str, ...]":
        """Return the formats."""
        if isinstance(value, tuple):
            return value
        names = tuple(name.strip() for name in str(value).split(","))
        for name in names:
            if name not in (*AUDIOBOOK_FORMATS, "none"):
                self.fail(f"{name!r} is not one of {', '.join(AUDIOBOOK_FORMATS)} and none", param, ctx)
        return names


def _joined(
    ctx: click.Context, param: click.Parameter, value: "tuple[tuple[str, ...], ...]"
) -> "tuple[str, ...] | None":
    """Return the formats of an option that may be repeated; None if it was not given."""
    names = tuple(dict.fromkeys(name for names in value for name in names))
    if "none" not in names:
        return names or None
    if len(names) > 1:
        raise click.BadParameter("none goes with no format", ctx=ctx, param=param)
    return ()


class OutputAt(click.ParamType["Path | Address"]):
    """A folder, or an address such as s3://bucket/path."""

    name = "directory"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> "Path | Address":
        """Return where it is."""
        from batchtts.address import Address, is_address

        if not is_address(str(value)):
            folder: Path = click.Path(path_type=Path, file_okay=False).convert(value, param, ctx)
            return folder
        try:
            return Address.parse(str(value))
        except ValueError as error:  # the value itself is not shown: it may hold a secret
            self.fail(f"the address is refused: {error}", param, ctx)


JOB = click.argument("job", type=click.Path(path_type=Path), metavar="JOB.yaml")
OUTPUT = click.option("--output", type=OutputAt(), help="Use this output folder, or address, not the job's.")
LOCAL = click.option(
    "--local", is_flag=True, help="Leave the storage alone that the output goes to: neither pull nor push."
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
ONLY = click.option(
    "--only",
    multiple=True,
    metavar="CHAPTER",
    help="Only this chapter: its number, title or id. May be repeated.",
)
AUDIOBOOK = click.option(
    "--audiobook",
    type=Formats(),
    multiple=True,
    callback=_joined,
    metavar="FORMAT,...",
    help=f"Make these of the whole book, not what the job says: {', '.join(AUDIOBOOK_FORMATS)} or none.",
)
MASTER = click.option(
    "--master", type=click.Choice(MASTERS), help="Master them to this, not to what the job says."
)
EXECUTOR = click.option(
    "--executor",
    type=ClusterAt(),
    metavar="CLUSTER",
    help="Speak on a Dask cluster: dask (of this machine), dask://HOST:PORT, tls://HOST:PORT or a scheduler file.",
)
SHARD = click.option(
    "--shard",
    type=ShardOf(),
    metavar="N/COUNT",
    help="Only the segments of this part of several, such as 3/8.",
)

"""Packs of this machine and of others under one roof: each keeps its bytes, and no two have one number."""

from collections.abc import Iterable, Mapping

from batchtts.files import Workspace, sync_folder
from batchtts.model import TAKES
from batchtts.remote.generation import Kept, is_pack
from batchtts.takes.packs import pack_name, pack_number


def next_pack(names: Iterable[str]) -> str:
    """Return the name of a file for a pack, with a number higher than those of all these files."""
    numbers = (pack_number(name.removeprefix(f"{TAKES}/")) for name in names)
    return f"{TAKES}/{pack_name(max(filter(None, numbers), default=0) + 1)}"


def renumber(workspace: Workspace, here: Mapping[str, Kept], there: Mapping[str, Kept]) -> dict[str, Kept]:
    """Rename packs of this folder so that no name stands for other bytes than there; return what they are now.

    A pack that is there under another number gets that number here.  Every step leaves packs under names of
    packs, so that none is lost if it is the last one.
    """
    packs = dict(here)
    others = [name for name, kept in here.items() if name in there and there[name].sha256 != kept.sha256]
    for name in others:
        _rename(workspace, packs, name, next_pack([*packs, *there]))
    homes = {kept.sha256: name for name, kept in there.items() if is_pack(name)}
    for name, kept in list(packs.items()):
        home = homes.get(kept.sha256, name)
        if home not in packs:
            _rename(workspace, packs, name, home)
    if packs.keys() != here.keys():
        sync_folder(workspace.takes)
    return packs


def _rename(workspace: Workspace, packs: dict[str, Kept], old: str, new: str) -> None:
    workspace.path(old).rename(workspace.path(new))
    packs[new] = packs.pop(old)

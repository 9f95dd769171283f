"""Takes for the tests of takes: one that is always the same, others like it, and any that Hypothesis can draw."""

import hashlib
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from hypothesis import strategies as st

from batchtts.alignment import Alignment, AlignmentItem, ItemKind, Level, Origin
from batchtts.audio.pcm import Pcm
from batchtts.engine import Speech
from batchtts.files import Workspace
from batchtts.takes.form import StoredTake, encode
from batchtts.takes.packing import Packer
from batchtts.takes.packs import BLOCK, members, padded
from batchtts.takes.reading import recognize

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS

TEXT = "Hello"
TAKE = StoredTake(
    fingerprint="f" * 64,
    number=1,
    text=TEXT,
    settings={"voice": "low", "params": {"a": 1}},
    seed=3,
    engine={"name": "tone", "version": "1", "identity": "tone/1"},
    speech=Speech(
        audio=Pcm(struct.pack("<20h", *range(20)), 24000),
        alignment=Alignment(
            sample_rate=24000,
            level=Level.WORD,
            origin=Origin.ENGINE,
            items=(AlignmentItem(kind=ItemKind.WORD, text=TEXT, start=0, n_samples=20, char=(0, 5)),),
        ),
    ),
    checks={"speech_start": 0, "speech_end": 20, "flags": ("cut_off",)},
)

PACKED_BYTES = BLOCK + padded(encode(TAKE).n_bytes)
"""How much of a pack it takes up, and others like it."""


def take(name: str) -> StoredTake:
    """Return a take that differs from others by its fingerprint."""
    return replace(TAKE, fingerprint=hashlib.sha256(name.encode()).hexdigest())


def packed(folder: Path, n_takes: int) -> tuple[Workspace, Path]:
    """Return a folder with one pack of so many takes."""
    workspace = Workspace(folder)
    with Packer(workspace) as packer:
        for number in range(n_takes):
            packer.store_now(take(str(number)))
    return workspace, workspace.takes / "000001.tar"


def overwrite(path: Path, data: bytes) -> None:
    """Put other bytes into a file, which is as a growing pack from then on: it may be written to."""
    path.chmod(0o644)
    path.write_bytes(data)


def fingerprints(workspace: Workspace, path: Path) -> list[str]:
    """Return the fingerprints of the takes that lie in a pack whole, in order."""
    return [recognize(workspace, path, member).take.fingerprint for member in members(path)]


def mode(path: Path) -> int:
    """Return who may do what with a file."""
    return path.stat().st_mode & 0o777


@contextmanager
def masked(mask: int) -> Iterator[None]:
    """Make files in the block that are less than open to all."""
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


@st.composite
def speeches(draw: st.DrawFn, text: str) -> Speech:
    """Draw a recording of a text with phonemes and whatever else an alignment can hold."""
    lengths = draw(st.lists(st.integers(0, 200), min_size=1, max_size=5))
    item = AlignmentItem(
        kind=draw(st.sampled_from(ItemKind)),
        text=text,
        start=0,
        n_samples=sum(lengths),
        char=(0, len(text)),
        phonemes=tuple(draw(TEXTS) for _ in lengths),
        phoneme_n_samples=tuple(lengths),
        spoken=draw(st.none() | TEXTS),
    )
    alignment = Alignment(
        sample_rate=draw(st.sampled_from([8000, 24000, 48000])),
        level=Level.PHONEME,
        origin=draw(st.sampled_from(Origin)),
        items=(item,),
        frame=draw(st.integers(1, 600)),
        alphabet=draw(st.none() | TEXTS),
        text_match=draw(st.sampled_from(["exact", "count", "edit", "none"])),
        tool=draw(st.none() | TEXTS),
    )
    data = draw(st.binary(min_size=2 * sum(lengths), max_size=2 * sum(lengths)))
    return Speech(audio=Pcm(data, alignment.sample_rate), alignment=alignment)


@st.composite
def stored_takes(draw: st.DrawFn) -> StoredTake:
    """Draw a take."""
    text = draw(TEXTS)
    return StoredTake(
        fingerprint=hashlib.sha256(text.encode()).hexdigest(),
        number=draw(st.integers(1, 1000)),
        text=text,
        settings=draw(
            st.dictionaries(TEXTS, SCALARS | st.dictionaries(TEXTS, SCALARS, max_size=2), max_size=3)
        ),
        seed=draw(st.integers(0, 2**64)),
        engine={"name": "tone", "version": draw(TEXTS), "identity": "tone/1"},
        speech=draw(speeches(text)),
        checks=draw(st.dictionaries(TEXTS, SCALARS | st.lists(TEXTS).map(tuple), max_size=4)),
    )

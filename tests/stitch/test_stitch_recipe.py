"""A chapter is stitched again when a byte of its files would change, and not otherwise."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from small_books import Stitched, record

from batchtts.files import Workspace
from batchtts.job import Boundary, Limits, Metadata, Pauses, Rendering, RoomTone, Scalar
from batchtts.model import Chapter, Master, Plan, Segment, Take
from batchtts.plan.digest import chapter_digest, frame_of
from batchtts.stitch.assembling import assemble, recipe
from batchtts.takes.packing import Packer

Made = tuple[Plan, Chapter]
Change = Callable[[Plan, Chapter], Made]
"""Makes another plan and another chapter of a plan and its first chapter."""


def job(**changes: object) -> Change:
    return lambda plan, first: (replace(plan, job=replace(plan.job, **changes)), first)  # type: ignore[arg-type]


def output(**changes: object) -> Change:
    def change(plan: Plan, first: Chapter) -> Made:
        made = replace(plan.job.output, **changes)  # type: ignore[arg-type]
        return replace(plan, job=replace(plan.job, output=made)), first

    return change


def head(**changes: object) -> Change:
    return lambda plan, first: (replace(plan, **changes), first)  # type: ignore[arg-type]


def chapter(**changes: object) -> Change:
    return lambda plan, first: (plan, replace(first, **changes))  # type: ignore[arg-type]


def segments(made: Callable[[tuple[Segment, ...]], tuple[Segment, ...]]) -> Change:
    return lambda plan, first: (plan, replace(first, segments=made(first.segments)))


def second(made: Callable[[Segment], Segment]) -> Change:
    return segments(lambda all_: (all_[0], made(all_[1]), *all_[2:]))


def span(**changes: object) -> Change:
    return second(lambda it: replace(it, span=replace(it.span, **changes)))  # type: ignore[arg-type]


def place(**changes: object) -> Change:
    def change(segment: Segment) -> Segment:
        locator = replace(segment.span.locator, **changes)  # type: ignore[arg-type]
        return replace(segment, span=replace(segment.span, locator=locator))

    return second(change)


def document(**changes: object) -> Change:
    def change(plan: Plan, first: Chapter) -> Made:
        documents = {name: replace(info, **changes) for name, info in plan.documents.items()}  # type: ignore[arg-type]
        return replace(plan, documents=documents), first

    return change


def alone(kind: Boundary) -> Change:
    """Take all pauses as equally long, and the first boundary for one of this kind."""
    equal = Pauses(segment=1, paragraph=1, scene_break=1, heading=1)

    def change(plan: Plan, first: Chapter) -> Made:
        _, made = segments(lambda all_: (replace(all_[0], boundary=kind), *all_[1:]))(plan, first)
        return job(pauses=equal)(plan, made)

    return change


def described(settings: Mapping[str, Scalar]) -> Callable[[Segment], Segment]:
    return lambda it: replace(it, voice=replace(it.voice, settings=settings))


def changed(ferry: Stitched, change: Change) -> Made:
    return change(ferry.plan, ferry.chapters[0])


def copied(ferry: Stitched, folder: Path) -> Workspace:
    """Return another output folder, in which the same takes lie."""
    workspace = Workspace(folder)
    shutil.copytree(ferry.workspace.takes, workspace.takes, dirs_exist_ok=True)
    return workspace


def stitched_anew(ferry: Stitched, change: Change, folder: Path) -> Master:
    """Stitch the first chapter once more, elsewhere, as a change makes it."""
    return assemble(*changed(ferry, change), ferry.takes, copied(ferry, folder))


def digest_of(plan: Plan, made: Chapter) -> str:
    """Return the digest that a plan would give a chapter."""
    frame = frame_of(plan.job, plan.documents[made.document], plan.language)
    own = [made.id, made.number, made.title, made.slug, made.parts]
    return chapter_digest(frame, own, made.segments)


CHANGES: list[Change] = [
    chapter(title="Another"),
    chapter(number=2),
    chapter(slug="01-another"),
    chapter(parts=("Part One",)),
    chapter(id="another"),
    job(pauses=Pauses(segment=0.36)),
    job(pauses=Pauses(scene_break=1.7)),
    job(pauses=Pauses(heading=1.3)),
    job(pauses=Pauses(chapter_head=0.8)),
    job(pauses=Pauses(chapter_tail=2.1)),
    job(pauses=Pauses(margin=0.05)),
    job(pauses=Pauses(fade=0.02)),
    job(pauses=Pauses(fade=0)),
    output(room_tone=RoomTone(level_dbfs=-60.0)),
    output(room_tone=RoomTone(level_dbfs=None)),
    output(room_tone=RoomTone(seed=2)),
    segments(lambda all_: (all_[1], all_[0], *all_[2:])),
    segments(lambda all_: all_[:-1]),
    second(lambda it: replace(it, voice=replace(it.voice, name="another"))),
    second(lambda it: replace(it, id="another")),
    span(start=1),
    span(end=1),
    place(line=99),
    place(href="a.xhtml"),
    place(xpath="/p[1]"),
    document(name="another.txt"),
    document(sha256="0" * 64),
    document(text_sha256="0" * 64),
    head(language="fr"),
]

NO_CHANGES: list[Change] = [
    job(rendering=Rendering(concurrency=1)),
    job(rendering=Rendering(timeout_seconds=1, attempts=1)),
    job(path=Path("elsewhere/another.yaml")),
    job(metadata=Metadata(title="Another", author="Another")),
    job(limits=Limits(max_characters=999)),
    job(voices={}),
    output(folder=Path("elsewhere")),
    head(warnings=("mind the gap",)),
    head(metadata=Metadata(title="Another")),
    chapter(digest="0" * 64),
    chapter(seconds=0.0),
    second(lambda it: replace(it, voice=replace(it.voice, mark=None))),
    job(pauses=Pauses(segment=0.350001, fade=0.010001)),  # less than half a sample
]


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_a_byte_changes_the_recipe(ferry: Stitched, tmp_path: Path, change: Change) -> None:
    master = stitched_anew(ferry, change, tmp_path)
    assert master.files != ferry.masters[0].files
    assert master.recipe != ferry.masters[0].recipe


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_the_recipe_of_the_same_takes_changes_the_digest(
    ferry: Stitched, change: Change
) -> None:
    assert digest_of(*changed(ferry, change)) != digest_of(ferry.plan, ferry.chapters[0])
    assert digest_of(ferry.plan, ferry.chapters[0]) == ferry.chapters[0].digest


@pytest.mark.parametrize("change", NO_CHANGES)
def test_what_changes_no_byte_changes_no_recipe(ferry: Stitched, tmp_path: Path, change: Change) -> None:
    assert stitched_anew(ferry, change, tmp_path) == ferry.masters[0]


def test_the_recipe_can_be_told_without_stitching(ferry: Stitched) -> None:
    recipes = [recipe(ferry.plan, chapter, ferry.takes) for chapter in ferry.chapters]
    assert recipes == [master.recipe for master in ferry.masters]


def test_a_pause_that_does_not_occur_does_not_count(ferry: Stitched) -> None:
    longer, _ = changed(ferry, job(pauses=Pauses(scene_break=9)))
    assert recipe(longer, ferry.chapters[1], ferry.takes) == ferry.masters[1].recipe


def test_a_seed_without_room_tone_does_not_count(ferry: Stitched, tmp_path: Path) -> None:
    silences = (output(room_tone=RoomTone(level_dbfs=None, seed=seed)) for seed in (1, 2))
    one, two = (stitched_anew(ferry, silence, tmp_path) for silence in silences)
    assert one == two


def test_a_boundary_of_another_kind_counts_even_if_its_pause_is_as_long(
    ferry: Stitched, tmp_path: Path
) -> None:
    kinds = (Boundary.SEGMENT, Boundary.HEADING)
    one, two = (stitched_anew(ferry, alone(kind), tmp_path) for kind in kinds)
    assert one.files != two.files
    assert one.recipe != two.recipe


def test_another_take_counts(ferry: Stitched, tmp_path: Path) -> None:
    first, workspace = ferry.chapters[0], copied(ferry, tmp_path)
    retake = record([first.segments[1]], workspace, number=2)
    master = assemble(ferry.plan, first, {**ferry.takes, **retake}, workspace)
    assert master.files != ferry.masters[0].files
    assert master.recipe != ferry.masters[0].recipe


def test_a_take_of_another_chapter_does_not_count(ferry: Stitched, tmp_path: Path) -> None:
    (first, other), workspace = ferry.chapters, copied(ferry, tmp_path)
    retake = record([other.segments[0]], workspace, number=2)
    assert assemble(ferry.plan, first, {**ferry.takes, **retake}, workspace) == ferry.masters[0]


def test_where_takes_lie_does_not_count(ferry: Stitched, tmp_path: Path) -> None:
    workspace, before = Workspace(tmp_path), list(ferry.takes.values())[::-1]
    after: list[Take] = []
    for takes in (before[::2], before[1::2]):
        with Packer(workspace) as packer:
            after += [take for take in packer.copy(takes, ferry.workspace) if isinstance(take, Take)]
    assert {take.pack for take in after} == {"000001.tar", "000002.tar"}
    moved = {take.fingerprint: take for take in after}
    assert assemble(ferry.plan, ferry.chapters[0], moved, workspace) == ferry.masters[0]


def test_the_order_in_which_a_voice_is_described_gives_the_same_bytes(
    ferry: Stitched, tmp_path: Path
) -> None:
    orders = ({"warmth": 1, "pace": 2}, {"pace": 2, "warmth": 1})
    one, two = (stitched_anew(ferry, second(described(settings)), tmp_path) for settings in orders)
    assert one == two

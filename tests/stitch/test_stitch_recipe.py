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
from batchtts.stitch.assembling import assemble, recipe

PlanChange = Callable[[Plan], Plan]


def job(**changes: object) -> PlanChange:
    return lambda plan: replace(plan, job=replace(plan.job, **changes))  # type: ignore[arg-type]


def output(**changes: object) -> PlanChange:
    def change(plan: Plan) -> Plan:
        made = replace(plan.job.output, **changes)  # type: ignore[arg-type]
        return replace(plan, job=replace(plan.job, output=made))

    return change


def chapter(**changes: object) -> PlanChange:
    def change(plan: Plan) -> Plan:
        first, *others = plan.chapters
        return replace(plan, chapters=(replace(first, **changes), *others))  # type: ignore[arg-type]

    return change


def segments(made: Callable[[tuple[Segment, ...]], tuple[Segment, ...]]) -> PlanChange:
    def change(plan: Plan) -> Plan:
        return chapter(segments=made(plan.chapters[0].segments))(plan)

    return change


def second(made: Callable[[Segment], Segment]) -> PlanChange:
    return segments(lambda all_: (all_[0], made(all_[1]), *all_[2:]))


def span(**changes: object) -> PlanChange:
    return second(lambda it: replace(it, span=replace(it.span, **changes)))  # type: ignore[arg-type]


def place(**changes: object) -> PlanChange:
    def change(segment: Segment) -> Segment:
        locator = replace(segment.span.locator, **changes)  # type: ignore[arg-type]
        return replace(segment, span=replace(segment.span, locator=locator))

    return second(change)


def document(**changes: object) -> PlanChange:
    def change(plan: Plan) -> Plan:
        documents = {name: replace(info, **changes) for name, info in plan.documents.items()}  # type: ignore[arg-type]
        return replace(plan, documents=documents)

    return change


def alone(kind: Boundary) -> PlanChange:
    """Take all pauses as equally long, and the first boundary for one of this kind."""
    equal = Pauses(segment=1, paragraph=1, scene_break=1, heading=1)

    def change(plan: Plan) -> Plan:
        made = segments(lambda all_: (replace(all_[0], boundary=kind), *all_[1:]))(plan)
        return job(pauses=equal)(made)

    return change


def described(settings: Mapping[str, Scalar]) -> Callable[[Segment], Segment]:
    return lambda it: replace(it, voice=replace(it.voice, settings=settings))


def stitched_anew(ferry: Stitched, plan: Plan, takes: dict[str, Take], folder: Path) -> Master:
    workspace = Workspace(folder)
    shutil.copytree(ferry.workspace.takes, workspace.takes, dirs_exist_ok=True)
    return assemble(plan, plan.chapters[0], takes, workspace)


CHANGES: list[PlanChange] = [
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
    lambda plan: replace(plan, language="fr"),
]

NO_CHANGES: list[PlanChange] = [
    job(rendering=Rendering(concurrency=1)),
    job(rendering=Rendering(timeout_seconds=1, attempts=1)),
    job(path=Path("elsewhere/another.yaml")),
    job(metadata=Metadata(title="Another", author="Another")),
    job(limits=Limits(max_characters=999)),
    job(voices={}),
    output(folder=Path("elsewhere")),
    lambda plan: replace(plan, chapters=plan.chapters[:1]),
    lambda plan: replace(plan, warnings=("mind the gap",)),
    second(lambda it: replace(it, voice=replace(it.voice, mark=None))),
    job(pauses=Pauses(segment=0.350001)),  # less than half a sample
]


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_a_byte_changes_the_recipe(ferry: Stitched, tmp_path: Path, change: PlanChange) -> None:
    master = stitched_anew(ferry, change(ferry.plan), ferry.takes, tmp_path)
    assert master.files != ferry.masters[0].files
    assert master.recipe != ferry.masters[0].recipe


@pytest.mark.parametrize("change", NO_CHANGES)
def test_what_changes_no_byte_changes_no_recipe(ferry: Stitched, tmp_path: Path, change: PlanChange) -> None:
    master = stitched_anew(ferry, change(ferry.plan), ferry.takes, tmp_path)
    assert master == ferry.masters[0]


def test_a_pause_that_does_not_occur_does_not_count(ferry: Stitched) -> None:
    song: Chapter = ferry.plan.chapters[1]
    longer = job(pauses=Pauses(scene_break=9))(ferry.plan)
    assert recipe(longer, song, ferry.takes) == ferry.masters[1].recipe


def test_a_seed_without_room_tone_does_not_count(ferry: Stitched, tmp_path: Path) -> None:
    one, two = (
        stitched_anew(
            ferry, output(room_tone=RoomTone(level_dbfs=None, seed=seed))(ferry.plan), ferry.takes, tmp_path
        )
        for seed in (1, 2)
    )
    assert one == two


def test_a_boundary_of_another_kind_counts_even_if_its_pause_is_as_long(
    ferry: Stitched, tmp_path: Path
) -> None:
    one, two = (
        stitched_anew(ferry, alone(kind)(ferry.plan), ferry.takes, tmp_path)
        for kind in (Boundary.SEGMENT, Boundary.HEADING)
    )
    assert one.files != two.files
    assert one.recipe != two.recipe


def test_another_take_counts(ferry: Stitched, tmp_path: Path) -> None:
    segment = ferry.plan.chapters[0].segments[1]
    retake = record(segment, Workspace(tmp_path), number=2)
    takes = {**ferry.takes, segment.fingerprint: retake}
    master = stitched_anew(ferry, ferry.plan, takes, tmp_path)
    assert master.files != ferry.masters[0].files
    assert master.recipe != ferry.masters[0].recipe


def test_a_take_of_another_chapter_does_not_count(ferry: Stitched, tmp_path: Path) -> None:
    elsewhere = ferry.plan.chapters[1].segments[0]
    retake = record(elsewhere, Workspace(tmp_path), number=2)
    takes = {**ferry.takes, elsewhere.fingerprint: retake}
    assert stitched_anew(ferry, ferry.plan, takes, tmp_path) == ferry.masters[0]


def test_the_order_in_which_a_voice_is_described_gives_the_same_bytes(
    ferry: Stitched, tmp_path: Path
) -> None:
    one, two = (
        stitched_anew(ferry, second(described(settings))(ferry.plan), ferry.takes, tmp_path)
        for settings in ({"warmth": 1, "pace": 2}, {"pace": 2, "warmth": 1})
    )
    assert one == two

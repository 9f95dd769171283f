"""What a manifest says is what the job holds."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from batchtts.errors import ManifestError
from batchtts.job import (
    Job,
    Limits,
    Mark,
    Metadata,
    Pauses,
    Price,
    Rendering,
    RoomTone,
    SegmentSettings,
    Selection,
    Voice,
)
from batchtts.manifest.kinds import seconds_of
from batchtts.manifest.reading import read_job

ReadText: TypeAlias = Callable[[str], Job]


@pytest.fixture
def read(tmp_path: Path) -> ReadText:
    def read_text(text: str) -> Job:
        path = tmp_path / "book.yaml"
        path.write_text(text, "utf-8")
        return read_job(path)

    return read_text


def test_the_smallest_manifest_has_the_defaults_of_the_model(read: ReadText, tmp_path: Path) -> None:
    job = read("documents: [a.md]")
    assert (job.name, job.path, job.metadata) == ("book", tmp_path / "book.yaml", Metadata())
    assert job.voices == {"narrator": Voice(name="narrator", engine="hibari", voice="heart")}
    assert job.default_voice == "narrator"
    assert (job.limits, job.pauses, job.rendering) == (Limits(), Pauses(), Rendering())
    assert job.chapters == Selection()
    assert (job.output.folder, job.output.format) == (tmp_path / "out" / "book", "wav")
    assert job.output.room_tone == RoomTone()
    [source] = job.sources
    assert (source.pattern, source.folder, source.chapters) == ("a.md", tmp_path, Selection())


def test_every_key_reaches_the_job(read: ReadText, tmp_path: Path) -> None:
    (tmp_path / "cover.png").write_bytes(b"an image")
    job = read(
        "job: {name: my-book, title: 1984, author: No, language: en-GB, cover: cover.png}\n"
        "limits: {max_chars: 400, max_seconds: 30, unspeakable: leave_out}\n"
        "pauses: {segment: 0, paragraph: 1, scene_break: 2, heading: 3, chapter_head: 4, chapter_tail: 5,\n"
        " margin: 0.5, fade: 0.02}\n"
        "render: {concurrency: 4, attempts: 2, timeout: 90}\n"
        "documents: [a.md]\n"
        "chapters: [1, '3-5', One]\n"
        "output: {dir: ../there, room_tone: {level_dbfs: -60.5, seed: 9}}\n"
    )
    assert job.metadata == Metadata(title="1984", author="No", language="en-GB", cover=b"an image")
    assert job.limits == Limits(max_characters=400, max_seconds=30.0, unspeakable="leave_out")
    assert job.pauses == Pauses(
        segment=0,
        paragraph=1,
        scene_break=2,
        heading=3,
        chapter_head=4,
        chapter_tail=5,
        margin=0.5,
        fade=0.02,
    )
    assert job.rendering == Rendering(concurrency=4, attempts=2, timeout_seconds=90.0)
    assert job.chapters == Selection(ranges=((1, 1), (3, 5)), names=("One",))
    assert job.output.folder == tmp_path / "../there"
    assert job.output.room_tone == RoomTone(level_dbfs=-60.5, seed=9)


def test_voices_take_speed_and_seed_from_the_defaults_unless_they_give_their_own(read: ReadText) -> None:
    job = read(
        "voices: {a: heart, b: {engine: tone, voice: x, speed: 1.5, settings: {n: 2, f: 0.5, t: true, s: no}}}\n"
        "defaults: {speed: 0.5, seed: 7}\n"
        "documents: [a.md]\n"
    )
    a, b = job.voices.values()
    assert (a.name, a.engine, a.voice, a.speed, a.seed) == ("a", "hibari", "heart", 0.5, 7)
    assert (b.name, b.engine, b.voice, b.speed, b.seed) == ("b", "tone", "x", 1.5, 7)
    assert b.settings == {"n": 2, "f": 0.5, "t": True, "s": "no"}
    assert job.default_voice == "a"


def test_the_voice_that_stands_in_for_none_follows_the_defaults(read: ReadText) -> None:
    job = read("defaults: {speed: 2, seed: 5, voice: narrator}\ndocuments: [a.md]")
    assert (job.voices["narrator"].speed, job.voices["narrator"].seed) == (2.0, 5)


def test_what_is_said_of_engines_reaches_the_job(read: ReadText) -> None:
    job = read(
        "engines:\n"
        "  lmnt: {price: 0.05, currency: EUR, settings: {api: v1, retries: 3, loud: true, none: ~}}\n"
        "  tone: {}\n"
        "documents: [a.md]\n"
    )
    lmnt, tone = job.engines["lmnt"], job.engines["tone"]
    assert lmnt.price == Price(per_1000_characters=0.05, currency="EUR")
    assert lmnt.settings == {"api": "v1", "retries": 3, "loud": True}
    assert lmnt.mark == Mark(file=job.path.as_posix(), line=2, column=9)
    assert (tone.price, tone.settings) == (None, {})


def test_documents_come_in_three_forms(read: ReadText) -> None:
    job = read(
        "voices: {a: heart, b: heart-low}\n"
        "documents:\n"
        "  - path: chapters/*.md\n"
        "    title: T\n"
        "    chapters: 2-5,9\n"
        "  - text: |\n"
        "      One.\n"
        "    voice: b\n"
        "  - segments:\n"
        "      - {text: Two., voice: b, speed: 1.1, seed: 4, length: 2.5}\n"
        "      - Three\n"
    )
    path, text, written = job.sources
    assert (path.pattern, path.title, path.chapters.ranges) == ("chapters/*.md", "T", ((2, 5), (9, 9)))
    assert (text.text, text.voice, text.mark.line, text.mark.column) == ("One.\n", "b", 6, 5)
    two, three = written.segments
    assert two.settings == SegmentSettings(voice="b", speed=1.1, seed=4, length_seconds=2.5)
    assert (three.text, three.settings) == ("Three", SegmentSettings())
    assert three.mark == Mark(file=job.path.as_posix(), line=11, column=9)


@pytest.mark.parametrize("null", ["", "~", "null"])
def test_a_key_without_a_value_is_not_given(read: ReadText, null: str) -> None:
    keys = ["job", "voices", "defaults", "limits", "pauses", "render", "chapters", "output"]
    job = read("documents: [a.md]\n" + "".join(f"{key}: {null}\n" for key in keys))
    assert job == read("documents: [a.md]")
    assert read(f"documents: [a.md]\nlimits:\n  max_chars: {null}\n") == job


@pytest.mark.parametrize("value", ["007", "no", "12:30", "0x10", "1_000", "'null'", "true", "2024-01-01"])
def test_where_a_text_is_wanted_everything_is_text(read: ReadText, value: str) -> None:
    assert read(f"documents: [{{path: a, title: {value}}}]").sources[0].title == value.strip("'")


@pytest.mark.parametrize(
    ("text", "ranges", "names"),
    [
        ("3", [(3, 3)], []),
        ('"2-5,9"', [(2, 5), (9, 9)], []),
        ('" 2 - 5 , 9 "', [(2, 5), (9, 9)], []),
        ("The Storm", [], ["The Storm"]),
        ("text/ch01.xhtml#a", [], ["text/ch01.xhtml#a"]),
        ('[1, "4-6,8", "2-5 ways", 9]', [(1, 1), (4, 6), (8, 8), (9, 9)], ["2-5 ways"]),
    ],
)
def test_chapters_are_numbers_ranges_or_names(
    read: ReadText, text: str, ranges: list[tuple[int, int]], names: list[str]
) -> None:
    expected = Selection(ranges=tuple(ranges), names=tuple(names))
    assert read(f"documents: [a]\nchapters: {text}").chapters == expected
    assert read(f"documents: [{{path: a, chapters: {text}}}]").sources[0].chapters == expected


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1", 1), ("2.5", 2.5), ("90s", 90), ("5m", 300), ("1h30m", 5400), ("2h0m1s", 7201), ('"5m"', 300)],
)
def test_a_timeout_is_a_number_or_has_units(read: ReadText, text: str, seconds: float) -> None:
    assert read(f"documents: [a]\nrender: {{timeout: {text}}}").rendering.timeout_seconds == seconds
    assert seconds_of(text.strip('"')) == seconds


@pytest.mark.parametrize("text", ["", "s", "0s", "5 m", "30m1h", "1.5h", "inf", "1d", "-"])
def test_what_is_no_time_has_no_seconds(text: str) -> None:
    assert seconds_of(text) is None


@pytest.mark.parametrize(
    ("text", "seed"), [("0", 0), ("+5", 5), ("4294967295", 2**32 - 1), ("1e3", 1000), ("4.0", 4)]
)
def test_whole_numbers(read: ReadText, text: str, seed: int) -> None:
    found = read(f"documents: [a]\ndefaults: {{seed: {text}}}").voices["narrator"].seed
    assert (found, type(found)) == (seed, int)


@pytest.mark.parametrize("off", ["off", '"off"', "false"])
def test_room_tone_can_be_off(read: ReadText, off: str) -> None:
    assert read(f"documents: [a]\noutput: {{room_tone: {off}}}").output.room_tone.level_dbfs is None


@pytest.mark.parametrize(
    ("file", "name"),
    [("My Book.yaml", "my-book"), ("a_b.v2.yml", "a_b-v2"), ("日本.yaml", "job"), ("-x-.json", "x")],
)
def test_a_job_is_named_after_its_file(tmp_path: Path, file: str, name: str) -> None:
    path = tmp_path / file
    path.write_text("documents: [a]", "utf-8")
    job = read_job(path)
    assert (job.name, job.output.folder) == (name, tmp_path / "out" / name)


def test_yaml_and_json_in_any_encoding_are_one_job(tmp_path: Path) -> None:
    path = tmp_path / "book.yaml"
    content = {"documents": [{"text": "Grüße 😀"}]}
    forms = {
        "yaml": 'documents: [{"text": "Grüße \\U0001F600"}]'.encode(),
        "block": "documents:\r\n- text: Grüße 😀\r\n".encode("utf-8-sig"),
        "utf-16": "documents: [text: Grüße 😀]".encode("utf-16"),
        "json": json.dumps(content).encode(),
        "tabs": json.dumps(content, indent="\t", ensure_ascii=False).encode(),
    }
    texts = {}
    for form, data in forms.items():
        path.write_bytes(data)
        texts[form] = read_job(path).sources[0].text
    assert texts == dict.fromkeys(forms, "Grüße 😀")


@pytest.mark.parametrize(("name", "reason"), [("no.yaml", "no such file"), (".", "directory")])
def test_a_manifest_that_cannot_be_opened_is_named(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(ManifestError) as caught:
        read_job(tmp_path / name)
    [problem] = caught.value.problems
    assert problem.where == (tmp_path / name).as_posix()
    assert reason in problem.what

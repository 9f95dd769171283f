"""At the end of a run whose chapters are whole, the files are made that people listen to."""

import asyncio
import hashlib
import json
import subprocess
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from workbench import Workbench, files, flip_byte

from batchtts.audio.ffmpeg import executable, version
from batchtts.errors import StoppedEarly
from batchtts.events import DeliveryMade
from batchtts.ledger.ledger import Ledger
from batchtts.pipeline.deliveries.asking import Deliveries, asked_by, unusable
from batchtts.pipeline.deliveries.delivering import deliver
from batchtts.pipeline.planning.drafting import planned_ledger
from batchtts.pipeline.planning.loading import load_job
from batchtts.pipeline.planning.settling import settle
from batchtts.render.stopping import Stop

FORMATS = ["m4b", "mp3", "opus", "flac", "wav"]
CHAPTERS = (
    "# I\n\nThe tide came in.\n\nGulls cried.",
    "# II\n\nThe tide went out.",
    "# III\n\nFoam and sand.",
)


def ask(bench: Workbench, *formats: str, **output: Any) -> None:
    """Write a manifest that asks for deliveries."""
    job = {
        "title": "The Tide: a tale",
        "author": "A. Body",
        "year": 1901,
        "description": "Water comes and goes.",
    }
    bench.job(job=job, output={"dir": "out", "audiobook": list(formats), **output})


@pytest.fixture
def book(bench: Workbench) -> Workbench:
    bench.book(*CHAPTERS)
    ask(bench, "m4b", "mp3")
    return bench


def delivered(bench: Workbench) -> dict[str, bytes]:
    return {name: data for name, data in files(bench.out).items() if name.startswith("audiobook/")}


def times(bench: Workbench, name: str) -> Any:
    return json.loads((bench.out / "audiobook" / f"{name}.json").read_bytes())


def n_decoded(path: Path) -> int:
    command = [executable(), "-v", "error", "-i", f"file:{path}", "-map", "0:a", "-f", "s16le", "pipe:1"]
    return len(subprocess.run(command, capture_output=True, check=True).stdout) // 2


def ffmetadata(path: Path) -> str:
    command = [executable(), "-v", "error", "-i", f"file:{path}", "-f", "ffmetadata", "pipe:1"]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


def packets(bench: Workbench) -> set[str]:
    return {path.name for path in (bench.out / ".batchtts" / "encoded").glob("*")}


def test_every_format_is_made_with_what_is_spoken_when_in_it(bench: Workbench) -> None:
    bench.book(*CHAPTERS)
    ask(bench, *FORMATS)
    result = bench.run()
    assert result.exit_code == 0, result.stderr
    assert "Delivered 8 files in" in result.stdout
    chapters = [f"mp3/{name}.mp3" for name in ("01-i", "02-ii", "03-iii")]
    names = [f"The Tide - a tale.{ending}" for ending in FORMATS] + chapters
    found = delivered(bench)
    assert found.keys() == {f"audiobook/{name}{more}" for name in names for more in ("", ".json")}
    schema = json.loads(
        package_files("batchtts.schemas").joinpath("delivery-1.schema.json").read_text("utf-8")
    )
    Draft202012Validator.check_schema(schema)
    for name in names:
        page = times(bench, name)
        Draft202012Validator(schema).validate(page)
        path = bench.out / "audiobook" / name
        assert page["file"]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert n_decoded(path) == page["n_samples"]
        assert "synthetic" in page["synthetic"]
        assert page["codec"]["encoder"] == f"ffmpeg {version()}"


def test_times_count_what_lies_between_chapters_and_what_another_rate_does(bench: Workbench) -> None:
    bench.book(*CHAPTERS)
    ask(bench, "wav", "opus", "m4b")
    bench.run()
    pages = {ending: times(bench, f"The Tide - a tale.{ending}") for ending in ("wav", "opus", "m4b")}
    words = {
        ending: [
            {"text": word["text"], "from_chapter": word["start"] - part["start"]}
            for part in page["chapters"]
            for own in part["segments"]
            for word in own["words"]
        ]
        for ending, page in pages.items()
    }
    assert [word["text"] for word in words["wav"][:3]] == ["I", "The", "tide"]
    for ending in ("opus", "m4b"):
        ratio = pages[ending]["sample_rate"] / pages["wav"]["sample_rate"]
        for exact, found in zip(words["wav"], words[ending], strict=True):
            assert found["from_chapter"] == round(exact["from_chapter"] * ratio)
    starts = [chapter["start"] for chapter in pages["m4b"]["chapters"]]
    assert all(start % 1024 == 0 for start in starts)
    assert starts[1] > pages["wav"]["chapters"][1]["start"]


def test_players_find_chapters_tags_and_that_the_voice_is_synthetic(book: Workbench) -> None:
    book.run()
    told = ffmetadata(book.out / "audiobook" / "The Tide - a tale.m4b")
    for text in ("title=The Tide", "artist=A. Body", "date=1901", "synthetic", "title=II"):
        assert text in told
    assert told.count("[CHAPTER]") == 3
    one = ffmetadata(book.out / "audiobook" / "mp3" / "02-ii.mp3")
    assert "track=2/3" in one


@pytest.mark.parametrize(
    ("cover", "why"),
    [
        (None, None),
        (b"\xff\xd8\xff" + bytes(100), None),
        (b"\x89PNG\r\n\x1a\n" + bytes((15 << 20) - 8), None),
        (b"\x89PNG\r\n\x1a\n" + bytes(16 << 20), "the cover has 16.0 MiB, and files hold at most 15"),
        (b"<svg/>", "the cover is neither a JPEG nor a PNG"),
    ],
    ids=["none", "JPEG", "PNG", "large", "SVG"],
)
def test_what_players_cannot_show_is_no_cover_and_that_is_told(cover: bytes | None, why: str | None) -> None:
    assert unusable(cover) == (why and f"{why}, so deliveries have none; `job.cover` names another")


def test_a_second_run_makes_nothing_and_needs_nothing_to_be_encoded(book: Workbench) -> None:
    book.run()
    before = book.stamps()
    again = book.run()
    assert "Up to date: 5 files" in again.stdout
    assert book.stamps() == before


def test_only_the_chapter_that_changed_is_encoded_again(book: Workbench) -> None:
    book.run()
    before, encoded = delivered(book), packets(book)
    book.book(CHAPTERS[0], "# II\n\nThe tide went far out.", CHAPTERS[2])
    book.run()
    assert len(packets(book) - encoded) == 2  # one for AAC, one for MP3
    after = delivered(book)
    assert after["audiobook/mp3/01-i.mp3"] == before["audiobook/mp3/01-i.mp3"]
    assert after["audiobook/mp3/02-ii.mp3"] != before["audiobook/mp3/02-ii.mp3"]
    assert after["audiobook/The Tide - a tale.m4b"] != before["audiobook/The Tide - a tale.m4b"]


def test_chapters_that_sound_alike_share_what_is_made_of_them(bench: Workbench) -> None:
    bench.book(*(f"# {title}\n\nThe tide came in." for title in ["I"] * 8))
    ask(bench, "m4b", "mp3", master="podcast")
    result = bench.run()
    assert result.exit_code == 0, result.stderr
    assert len(packets(bench)) == 3  # one for AAC, one for MP3, and what mastering does
    sounds = {hashlib.sha256(path.read_bytes()).hexdigest() for path in bench.out.glob("chapters/*.wav")}
    assert len(sounds) == 1
    assert (
        n_decoded(bench.out / "audiobook" / "The Tide - a tale.m4b")
        == times(bench, "The Tide - a tale.m4b")["n_samples"]
    )


def test_deliveries_are_the_same_bytes_however_they_came_about(book: Workbench) -> None:
    book.book(CHAPTERS[0], "# II\n\nAnother text.", CHAPTERS[2])
    book.run()
    book.book(*CHAPTERS)
    book.run()
    by_degrees = delivered(book)
    for name in by_degrees:
        (book.out / name).unlink()
    for name in packets(book):
        (book.out / ".batchtts" / "encoded" / name).unlink()
    assert book.run("--concurrency", "1").exit_code == 0
    assert delivered(book) == by_degrees


def test_a_delivery_that_is_damaged_or_gone_is_made_again(book: Workbench) -> None:
    book.run()
    before = delivered(book)
    flip_byte(book.out / "audiobook" / "The Tide - a tale.m4b")
    (book.out / "audiobook" / "mp3" / "01-i.mp3.json").unlink()
    checked = book.batchtts("check")
    assert checked.exit_code == 6
    assert "audiobook/The Tide - a tale.m4b: it has changed" in checked.stdout
    assert "audiobook/mp3/01-i.mp3.json: it is missing" in checked.stdout
    assert "Delivered 2 files" in book.run().stdout
    assert delivered(book) == before
    assert book.batchtts("check").exit_code == 0


def test_a_lost_ledger_costs_no_second_encode(book: Workbench) -> None:
    book.run()
    before, encoded = delivered(book), packets(book)
    stamps = {name: (book.out / ".batchtts" / "encoded" / name).stat().st_mtime_ns for name in encoded}
    book.lose_ledger()
    book.run()
    assert delivered(book) == before
    assert {n: (book.out / ".batchtts" / "encoded" / n).stat().st_mtime_ns for n in packets(book)} == stamps


def test_a_book_with_a_hole_is_not_delivered(book: Workbench) -> None:
    book.knobs(fates={"out.": "rejected"})
    result = book.run()
    assert result.exit_code == 3
    assert "No audiobook: 1 of 7 segments have no take." in result.stdout
    assert delivered(book) == {}


@pytest.mark.parametrize("part", [["--only", "2"], ["--shard", "1/2"]])
def test_a_part_of_a_book_is_not_delivered(book: Workbench, part: list[str]) -> None:
    book.run("--audiobook", "none")
    result = book.run(*part)
    assert "No audiobook: only a part of the book was asked for." in result.stdout
    assert delivered(book) == {}


def test_the_command_line_goes_before_the_manifest(book: Workbench) -> None:
    book.run("--audiobook", "flac,wav", "--audiobook", "flac", "--master", "podcast")
    assert {Path(name).suffixes[0] for name in delivered(book)} == {".flac", ".wav"}
    page = times(book, "The Tide - a tale.flac")
    assert page["master"] == "podcast"
    assert {operation["target"] for part in page["chapters"] for operation in part["processing"]} == {
        "podcast"
    }
    refused = book.run("--audiobook", "ogg")
    assert refused.exit_code == 2
    assert "is not one of m4b, mp3, opus, flac, wav and none" in refused.stderr


def test_mastering_changes_the_sound_and_moves_nothing(bench: Workbench) -> None:
    bench.book(*CHAPTERS)
    ask(bench, "wav")
    bench.run()
    before, plain = delivered(bench), times(bench, "The Tide - a tale.wav")
    ask(bench, "wav", master="acx")
    assert "Delivered 1 file" in bench.run().stdout
    after = times(bench, "The Tide - a tale.wav")
    assert delivered(bench) != before
    assert [part["segments"] for part in after["chapters"]] == [
        part["segments"] for part in plain["chapters"]
    ]
    levels = after["chapters"][0]["processing"][0]
    assert levels["after"]["rms_dbfs"] == pytest.approx(
        levels["before"]["rms_dbfs"] + levels["gain_db"], abs=0.6
    )


def test_prune_deletes_what_is_no_longer_asked_for(book: Workbench) -> None:
    book.run()
    ask(book, "mp3")
    pruned = book.batchtts("prune")
    assert "audiobook/The Tide - a tale.m4b" in pruned.stdout
    assert "audiobook/The Tide - a tale.m4b.json" in pruned.stdout
    assert sum(name.endswith(".packets") for name in packets(book)) == 3
    assert {Path(name).suffixes[0] for name in delivered(book)} == {".mp3"}
    assert book.batchtts("check").exit_code == 0


def test_prune_keeps_what_the_last_command_line_asked_for(book: Workbench) -> None:
    book.run("--audiobook", "flac")
    assert "0 takes and files" in book.batchtts("prune").stdout
    book.run()
    assert "audiobook/The Tide - a tale.flac" in book.batchtts("prune").stdout


def test_prune_deletes_the_files_of_another_title_and_of_old_chapters(book: Workbench) -> None:
    book.run()
    book.book(*CHAPTERS[:2])
    book.job(job={"title": "Tide"}, output={"dir": "out", "audiobook": ["m4b", "mp3"]})
    book.run()
    book.batchtts("prune")
    assert {name for name in delivered(book) if not name.endswith(".json")} == {
        "audiobook/Tide.m4b",
        "audiobook/Tide.mp3",
        "audiobook/mp3/01-i.mp3",
        "audiobook/mp3/02-ii.mp3",
    }


def test_prune_keeps_what_has_two_names_on_systems_where_capitals_do_not_count(book: Workbench) -> None:
    """There the old name leads to the new file, as a second link to it does here."""
    assert book.run().exit_code == 0
    old = book.out / "audiobook" / "The Tide - a tale.m4b"
    book.job(job={"title": "The tide: a tale"}, output={"dir": "out", "audiobook": ["m4b"]})
    assert book.run().exit_code == 0
    new = old.with_name("The tide - a tale.m4b")
    old.unlink()
    old.hardlink_to(new)
    assert "a tale.m4b\n" not in book.batchtts("prune").stdout
    assert new.exists()
    assert old.exists()
    assert book.batchtts("check").exit_code == 0


def test_without_an_ffmpeg_the_takes_and_chapters_are_kept(
    book: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(book.folder / "no-such-program"))
    executable.cache_clear()
    version.cache_clear()
    result = book.run()
    monkeypatch.undo()
    executable.cache_clear()
    version.cache_clear()
    assert result.exit_code == 1
    assert "ffmpeg" in result.stderr
    assert "No audiobook: ffmpeg failed." in result.stdout
    assert len(book.outputs()) == 9


def test_the_report_tells_of_deliveries(book: Workbench) -> None:
    report = book.run("--json").json
    assert [entry["path"] for entry in report["deliveries"]][:2] == [
        "audiobook/The Tide - a tale.m4b",
        "audiobook/The Tide - a tale.mp3",
    ]
    assert len(report["delivered"]) == 5
    assert report["no_deliveries"] is None


def test_a_stop_ends_deliveries_at_once_and_the_next_run_goes_on(book: Workbench) -> None:
    book.run("--audiobook", "none")
    settled, stop = settle(load_job(book.manifest)), Stop()

    def hear(event: object) -> None:
        assert isinstance(event, DeliveryMade)
        stop.request(StoppedEarly("enough"))

    async def deliver_until_stopped(ledger: Ledger) -> Deliveries:
        asked = asked_by(settled.job, None, None)
        return await deliver(settled, ledger, asked, tell=hear, stop=stop)

    with planned_ledger(settled) as ledger:
        found = asyncio.run(deliver_until_stopped(ledger))
    assert found.is_cut_short
    assert [delivery.path for delivery in found.made] == ["audiobook/The Tide - a tale.m4b"]
    assert not list(book.out.rglob("*.part"))
    assert "Delivered 4 files" in book.run().stdout

"""Subtitles through the whole flow: a track that is as long as the film, and speech that begins on its time."""

import asyncio
import json
import subprocess
import wave
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from numpy.typing import NDArray
from workbench import Workbench

from batchtts.audio import wav
from batchtts.audio.ffmpeg import executable
from batchtts.errors import LedgerBusy
from batchtts.ledger.ledger import Ledger
from batchtts.pipeline.deliveries.dubbing import SlotReport
from batchtts.pipeline.deliveries.remuxing import remux
from batchtts.pipeline.planning.loading import load_job
from batchtts.pipeline.planning.settling import settle

RATE = 24_000
SCHEMA = Draft202012Validator(
    json.loads(files("batchtts.schemas").joinpath("slots-1.schema.json").read_text("utf-8"))
)
CUES = (
    (1000, 3000, "The boat is in."),
    (3500, 4000, "Will everybody who is still asleep kindly come up on deck now?"),
    (9000, 9800, "Thank you."),
)


def stamp(ms: int) -> str:
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02},{ms % 1000:03}"


def write(bench: Workbench, cues: Any = CUES, *, shift: int = 0) -> None:
    blocks = [
        f"{number}\n{stamp(start + shift)} --> {stamp(end + shift)}\n{text}\n"
        for number, (start, end, text) in enumerate(cues, start=1)
    ]
    (bench.folder / "film.srt").write_text("\n".join(blocks), "utf-8")


def job(bench: Workbench, **fit: object) -> None:
    voices = {
        "narrator": {"engine": "tone", "voice": "low"},
        "Anna": {"engine": "tone", "voice": "high"},
    }
    tone = {"dir": "out", "room_tone": "off"}
    bench.job(voices=voices, documents=[{"path": "film.srt", "fit": fit}], output=tone, pauses={"fade": 0})


@pytest.fixture
def film(bench: Workbench) -> Workbench:
    write(bench)
    job(bench)
    return bench


def report(bench: Workbench) -> dict[str, Any]:
    form: dict[str, Any] = json.loads((bench.out / "alignment" / "01-film.slots.json").read_text("utf-8"))
    SCHEMA.validate(form)
    return form


def samples(bench: Workbench) -> NDArray[np.int16]:
    with wave.open(str(bench.out / "chapters" / "01-film.wav")) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2")


def onsets(bench: Workbench) -> list[int]:
    """Return where the first word of each segment begins in the track, by its files alone."""
    page = json.loads((bench.out / "alignment" / "01-film.json").read_text("utf-8"))
    lines = (bench.out / "alignment" / "01-film.segments.jsonl").read_text("utf-8").splitlines()
    words = [
        next(item["start"] for item in json.loads(line)["alignment"]["items"] if item["kind"] == "word")
        for line in lines
    ]
    return [
        entry["start"] - entry["trim"][0] + word for entry, word in zip(page["timeline"], words, strict=True)
    ]


def test_a_track_is_as_long_as_its_cues_say_and_they_begin_on_time(film: Workbench) -> None:
    result = film.run()
    assert (result.exit_code, len(samples(film))) == (0, 9800 * RATE // 1000)
    form = report(film)
    assert [slot["start"] for slot in form["slots"]] == [start * RATE // 1000 for start, *_ in CUES]
    assert all(
        0 <= word - slot["start"] <= 0.02 * RATE
        for word, slot in zip(onsets(film), form["slots"], strict=True)
    )
    assert "Slots: of 3 segments, 0 miss it by more than 0.05 s (policy shrink)." in result.stdout
    assert film.batchtts("check").exit_code == 0
    assert film.run().stdout.startswith("Nothing to render")


def test_what_is_too_long_is_made_to_fit_and_the_rest_is_left_alone(film: Workbench) -> None:
    write(film, [CUES[0], (3500, 4000, CUES[1][2]), (6000, 7000, "Thank you.")])
    film.run()
    first, second, third = report(film)["slots"]
    assert (first["length"], third["length"]) == (None, None)
    assert second["length"]["natural_s"] > second["allowed_s"] == (6000 - 80 - 3500) / 1000
    assert second["obtained_s"] <= second["allowed_s"] + 0.0125
    assert second["fits"]


def test_every_cue_lasts_exactly_its_slot(film: Workbench) -> None:
    job(film, policy="exact")
    cues = [(1000, 2200, "The boat is in."), (3000, 5000, "All of you, come up on deck now, please.")]
    write(film, cues)
    assert film.run().exit_code == 0
    for slot, (start, end, _) in zip(report(film)["slots"], cues, strict=True):
        assert slot["num_samples"] == (end - start) * RATE // 1000
        assert slot["residual_s"] == 0


def test_what_is_left_natural_runs_over_and_is_heard_with_what_comes_next(film: Workbench) -> None:
    job(film, policy="natural", tolerance=0.25)
    write(film, [(1000, 2000, "One very long and winding sentence."), (2000, 9000, "Short.")])
    result = film.run("--verbose")
    first, second = report(film)["slots"]
    assert (first["fits"], first["length"], second["fits"]) == (False, None, True)
    assert first["overlap"] == round((first["obtained_s"] - 1) * RATE)
    assert "missed" in result.stdout
    assert "1 miss it by more than 0.25 s, at worst by +" in result.stdout
    alone = [take_of(film, index) for index in range(2)]
    total = np.zeros(9 * RATE, np.int64)
    for slot, take in zip((first, second), alone, strict=True):
        total[slot["start"] : slot["start"] + slot["num_samples"]] += take[: slot["num_samples"]]
    assert (samples(film) == total).all()


def take_of(bench: Workbench, index: int) -> NDArray[np.int16]:
    """Return what is heard of the take of a segment, cut out of its own file."""
    page = json.loads((bench.out / "alignment" / "01-film.json").read_text("utf-8"))
    lines = (bench.out / "alignment" / "01-film.segments.jsonl").read_text("utf-8").splitlines()
    name = json.loads(lines[index])["audio"]["path"]
    [take] = [take for take in bench.takes if take.name == name]
    lead, tail = page["timeline"][index]["trim"]
    sound = np.frombuffer(wav.decode(take.data).pcm.data, "<i2")
    return sound[lead : len(sound) - tail]


def test_shifting_all_cues_asks_for_nothing(film: Workbench) -> None:
    job(film, length="20s")
    write(film, CUES[:2])
    film.run()
    write(film, CUES[:2], shift=1250)
    assert film.run("--json").json["rendered"] == 1  # the last cue, which has all the rest of the track
    assert [slot["start"] for slot in report(film)["slots"]] == [2250 * 24, 4750 * 24]


def test_speakers_have_the_voices_that_are_called_as_they_are(film: Workbench) -> None:
    job(film, speaker_lines=True)
    write(
        film, [(1000, 3000, "ANNA: Good day.\nGOAT: Baa!"), (4000, 5000, "GOAT: Baa."), (6000, 7000, "So.")]
    )
    plan = film.batchtts("plan")
    assert (
        "no voice of the manifest is called 'GOAT', the document's speaks (2 segments)"
        in plan.stderr + plan.stdout
    )
    film.run()
    assert [(slot["voice"], slot["text"]) for slot in report(film)["slots"]] == [
        ("Anna", "Good day."),
        ("narrator", "Baa!"),
        ("narrator", "Baa."),
        ("narrator", "So."),
    ]


def test_what_goes_on_after_the_end_of_the_track_is_cut_off_and_told(film: Workbench) -> None:
    job(film, policy="natural")
    write(film, [(1000, 1500, "This will certainly take longer than that.")])
    result = film.run()
    [slot] = report(film)["slots"]
    assert (len(samples(film)), slot["fits"]) == (1500 * 24, False)
    assert slot["cut_off"] > 0
    assert "1 segment cut off by the end of the track" in result.stdout


def test_what_is_cut_off_within_the_tolerance_is_told_as_cut_off_only(film: Workbench) -> None:
    job(film, policy="natural", tolerance=5)
    write(film, [(1000, 1500, "This will certainly take longer than that.")])
    stdout = film.run().stdout
    assert "Slots: of 1 segment, 0 miss it by more than 5 s; 1 segment cut off" in stdout
    assert report(film)["missed"] == 1


def test_what_cannot_fit_fails_where_that_is_asked_for(film: Workbench) -> None:
    bad = [(1000, 1100, "This cannot be said in a tenth of a second, whoever says it."), (1200, 3000, "So.")]
    write(film, bad)
    assert (film.run().exit_code, report(film)["missed"]) == (0, 1)
    job(film, on_miss="fail")
    result = film.run()
    assert result.exit_code == 3
    assert "it cannot last" in result.stdout


def test_a_wrong_file_is_refused_with_its_place_before_anything_is_spent(film: Workbench) -> None:
    write(film, [(3000, 2000, "Backwards.")])
    result = film.run()
    assert result.exit_code == 2
    assert "film.srt:2:18: the cue ends 1 s before it starts" in result.stderr
    assert not film.out.exists()


def test_a_film_of_ninety_minutes_and_1500_cues_ends_on_the_sample(film: Workbench) -> None:
    slot_ms = 90 * 60_000 // 1500
    starts = [n * slot_ms + n * 7 % 13 for n in range(1500)]
    ends = [start + 2000 + start * 31 % 1500 for start in starts[:-1]] + [90 * 60_000]
    write(film, [(a, b, f"Cue number {n}.") for n, (a, b) in enumerate(zip(starts, ends, strict=True))])
    result = film.run("--json")
    [chapter] = result.json["chapters"]
    assert (result.exit_code, chapter["n_samples"]) == (0, 90 * 60 * RATE)
    slots = report(film)["slots"]
    assert [slot["start"] for slot in slots] == [start * RATE // 1000 for start in starts]
    assert all(a["start"] + a["num_samples"] <= b["start"] for a, b in pairwise(slots))


# --- Films ---------------------------------------------------------------------------------------------------


def make_film(path: Path, seconds: float = 10) -> Path:
    picture = ["-f", "lavfi", "-i", f"testsrc=size=64x48:rate=10:duration={seconds}"]
    sound = ["-f", "lavfi", "-i", f"sine=duration={seconds}:sample_rate=44100", "-c:a", "aac"]
    subprocess.run([executable(), "-loglevel", "error", *picture, *sound, str(path)], check=True, timeout=60)
    return path


def streams(path: Path) -> list[tuple[str, str]]:
    """Return kind and codec of each stream, as ffmpeg lists them."""
    return [tuple(line.split(": ", 3)[1:3]) for line in listed(path)]  # type: ignore[misc]


def listed(path: Path) -> list[str]:
    """Return what ffmpeg says of each stream."""
    command = [executable(), "-hide_banner", "-i", str(path)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stderr
    return [line for line in said.splitlines() if line.strip().startswith("Stream #")]


def digest(path: Path, stream: str) -> bytes:
    """Return the hash of a stream's packets."""
    command = [
        executable(),
        "-loglevel",
        "error",
        "-i",
        str(path),
        "-map",
        stream,
        "-c",
        "copy",
        "-f",
        "md5",
        "-",
    ]
    return subprocess.run(command, capture_output=True, timeout=60, check=True).stdout


def decoded(path: Path, stream: str) -> NDArray[np.int16]:
    command = [
        executable(),
        "-loglevel",
        "error",
        "-i",
        str(path),
        "-map",
        stream,
        "-ar",
        "24000",
        "-f",
        "s16le",
        "-",
    ]
    return np.frombuffer(subprocess.run(command, capture_output=True, timeout=60, check=True).stdout, "<i2")


@pytest.mark.parametrize("ending", [".mp4", ".mkv"])
def test_a_copy_of_a_film_has_its_pictures_the_track_and_its_own_sound(film: Workbench, ending: str) -> None:
    source = make_film(film.folder / f"source{ending}")
    result = film.run("--remux", str(source))
    copy = film.out / "chapters" / f"01-film{ending}"
    assert (result.exit_code, f"chapters/01-film{ending}" in result.stdout) == (0, True)
    assert [(kind, codec.split()[0]) for kind, codec in streams(copy)] == [
        ("Video", "h264"),
        ("Audio", "aac"),
        ("Audio", "aac"),
    ]
    for ours, theirs in (("0:v", "0:v"), ("0:a:1", "0:a")):
        assert digest(copy, ours) == digest(source, theirs)
    assert "(eng): Audio" in listed(copy)[1]
    before = copy.read_bytes()
    film.run("--remux", str(source))
    assert copy.read_bytes() == before
    heard, track = decoded(copy, "0:a:0").astype(float), samples(film).astype(float)
    n = min(len(heard), len(track))
    assert n > 9.7 * RATE
    assert np.corrcoef(heard[:n], track[:n])[0, 1] > 0.99


def test_a_copy_of_a_film_belongs_to_whoever_made_it(film: Workbench) -> None:
    film.run("--remux", str(make_film(film.folder / "source.mp4")))
    copy = film.out / "chapters" / "01-film.mp4"
    before = copy.read_bytes()
    film.run()
    assert "0 takes and files" in film.batchtts("prune").stdout
    assert copy.read_bytes() == before
    copy.write_bytes(b"cut by hand")
    assert film.batchtts("check").exit_code == 0


def test_the_films_own_sound_may_be_left_out(film: Workbench) -> None:
    job(film, keep_original_audio=False)
    film.run("--remux", str(make_film(film.folder / "source.mp4")))
    assert [kind for kind, _ in streams(film.out / "chapters" / "01-film.mp4")] == ["Video", "Audio"]


@pytest.mark.parametrize(
    ("name", "what"),
    [("film.avi", "films that end in '.avi' cannot be copied"), ("film.mp4", "ffmpeg ended with status")],
)
def test_what_is_no_film_is_refused_before_anything_is_spent(film: Workbench, name: str, what: str) -> None:
    (film.folder / name).write_bytes(b"this is no film" * 100)
    result = film.run("--remux", str(film.folder / name))
    assert (result.exit_code, what in result.stderr) == (2, True)
    assert not film.out.exists()


def test_a_glob_may_name_the_subtitles_of_a_film_but_not_those_of_two(film: Workbench) -> None:
    source = str(make_film(film.folder / "source.mp4"))
    film.job(documents=[{"path": "film*"}])
    assert film.run("--remux", source).exit_code == 0
    (film.folder / "film2.srt").write_text((film.folder / "film.srt").read_text("utf-8"), "utf-8")
    result = film.run("--remux", source)
    assert result.exit_code == 2
    assert "the job has 2 subtitle files, and a film has one track" in result.stderr
    assert not list(film.out.glob("chapters/*film2*"))


def test_a_copy_is_not_copied_again(film: Workbench) -> None:
    film.run("--remux", str(make_film(film.folder / "source.mp4")))
    result = film.run("--remux", str(film.out / "chapters" / "01-film.mp4"))
    assert (result.exit_code, "this is where the copy goes" in result.stderr) == (2, True)


def test_a_run_without_the_track_says_that_no_film_was_copied(film: Workbench) -> None:
    (film.folder / "book.md").write_text("# One\n\nHello.\n", "utf-8")
    film.job(documents=[{"path": "film.srt"}, {"path": "book.md"}])
    result = film.run("--only", "One", "--remux", str(make_film(film.folder / "source.mp4")))
    assert result.exit_code == 3
    assert "the track is not among the chapters of this run" in result.stderr


def test_nobody_else_writes_while_a_film_is_copied(film: Workbench) -> None:
    settled = settle(load_job(film.folder / "job.yaml"))
    film.run()
    reports = [SlotReport(audio="chapters/01-film.wav", form={})]
    with Ledger.open(settled.workspace.state), pytest.raises(LedgerBusy):
        asyncio.run(remux(settled, reports, make_film(film.folder / "source.mp4")))


def test_a_film_that_its_own_container_cannot_hold_leaves_the_track_and_no_copy(film: Workbench) -> None:
    source, subtitles = film.folder / "source.mp4", ["-i", str(film.folder / "film.srt"), "-c:s", "srt"]
    picture = ["-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=1"]
    command = [executable(), "-loglevel", "error", *picture, *subtitles, "-f", "matroska", str(source)]
    subprocess.run(command, check=True, timeout=60)
    result = film.run("--remux", str(source))
    assert (result.exit_code, "nothing was spent" in result.stderr) == (1, False)
    assert f"--remux {source}: ffmpeg ended with status" in result.stderr
    assert [path.name for path in (film.out / "chapters").iterdir()] == ["01-film.wav"]


def test_a_job_without_subtitles_belongs_to_no_film(bench: Workbench) -> None:
    bench.book("Hello.")
    (bench.folder / "film.mp4").write_bytes(b"x")
    result = bench.run("--remux", str(bench.folder / "film.mp4"))
    assert (result.exit_code, result.asked) == (2, [])
    assert "the job has no subtitles" in result.stderr


@pytest.mark.parametrize("policy", ["shrink", "natural"])
def test_a_dub_is_delivered_and_proved_where_speakers_overlap(bench: Workbench, policy: str) -> None:
    write(
        bench,
        ((0, 3000, "The boat is in, and nobody is here."), (1000, 4000, "Then wait until the tide turns.")),
    )
    fit = {"policy": policy}
    bench.job(
        voices={"narrator": "heart"}, documents=[{"path": "film.srt", "fit": fit}]
    )  # a hum is like itself
    ran = bench.run("--audiobook", "flac,m4b", "--quiet")
    proved = bench.batchtts("check", "--deep")
    assert (ran.exit_code, proved.exit_code) == (0, 0), proved

"""What a delivery says of itself is proved on what others decode of it, and whatever is wrong is named."""

import asyncio
import json
import re
import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from batchtts.audio.ffmpeg import executable, version
from batchtts.cli import main
from batchtts.export.proof.findings import Miss, Proof
from batchtts.files import Workspace
from batchtts.pipeline.deliveries.originals import Originals
from batchtts.pipeline.deliveries.proving import prove, prove_file
from batchtts.pipeline.planning.loading import load_job, read_ledger

BOOK = "# I\n\nThe tide came in.\n\nGulls cried, twice.\n\n# II\n\nThe tide went out again.\n\n# III\n\nFoam; sand!\n"
FORMATS = ["m4b", "mp3", "opus", "flac", "wav"]
CODECS = {"m4b": "aac", "mp3": "libmp3lame", "opus": "libopus", "flac": "flac", "wav": "pcm_s16le"}
N_WORDS = 17
DELAYED = "adelay=1S:all=1,asetnsamples=4096:p=0"  # FLAC takes no frame of a single sample


class Shelf:
    """A job that was delivered, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.manifest, self.folder = folder / "job.yaml", folder / "out" / "audiobook"

    def deliver(self, formats: list[str], **output: str) -> "Shelf":
        form = {
            "job": {"title": "Tide"},
            "voices": {"narrator": {"engine": "tone", "voice": "low"}},
            "documents": ["book.md"],
            "output": {"dir": "out", "audiobook": formats, **output},
        }
        self.manifest.parent.mkdir(exist_ok=True)
        self.manifest.write_text(json.dumps(form), "utf-8")
        (self.manifest.parent / "book.md").write_text(BOOK, "utf-8")
        self.command("run", "--quiet")
        return self

    def command(self, name: str, *options: str, exit_code: int = 0) -> str:
        result = CliRunner().invoke(main, [name, str(self.manifest), *options])
        assert result.exit_code == exit_code, result.output
        return result.stdout

    def proof(self, name: str, sample: int | None = None) -> Proof:
        job = load_job(self.manifest)
        workspace = Workspace(job.output.folder)
        with read_ledger(job) as ledger:
            proving = prove_file(workspace, f"audiobook/{name}", Originals(workspace, ledger), sample=sample)
            return asyncio.run(proving)

    def n_samples(self, file_format: str) -> int:
        times = json.loads((self.folder / f"Tide.{file_format}.json").read_text("utf-8"))
        return int(times["n_samples"])

    def sound(self, file_format: str) -> Path:
        return self.folder / f"Tide.{file_format}"

    def change(self, file_format: str, *options: str) -> None:
        """Have ffmpeg make the file anew, with its chapters, in its codec."""
        path, before = self.sound(file_format), self.folder / f"before.{file_format}"
        path.rename(before)
        codec = [] if "copy" in options else ["-c:a", CODECS[file_format]]
        command = [executable(), "-v", "error", "-i", before, *options, "-vn", *codec, path]
        subprocess.run(command, check=True, capture_output=True)


def wrong_words(proof: Proof) -> list[Miss]:
    return [miss for miss in proof.misses if ", job-ch" in miss.where]


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("shelf") / "job").deliver(FORMATS)


@pytest.fixture
def shelf(delivered: Shelf, tmp_path: Path) -> Shelf:
    """A copy that may be spoiled."""
    shutil.copytree(delivered.manifest.parent, tmp_path / "job")
    return Shelf(tmp_path / "job")


def test_every_delivery_is_as_it_says(delivered: Shelf) -> None:
    proofs = prove(load_job(delivered.manifest)).files
    assert len(proofs) == len(FORMATS) + 3
    assert [proof.misses for proof in proofs] == [[]] * len(proofs)
    for proof in proofs:
        whole = proof.path.startswith("audiobook/Tide.")
        assert (proof.n_words, proof.n_undecided) == (N_WORDS, 0) if whole else proof.n_words < N_WORDS
        assert proof.quantile_ms(1) < (0.01 if proof.file_format in ("flac", "wav") else 0.5)


@pytest.mark.parametrize("master", ["acx", "podcast"])
def test_what_was_mastered_and_resampled_is_as_it_says(tmp_path: Path, master: str) -> None:
    shelf = Shelf(tmp_path / "job").deliver(FORMATS, master=master)
    for proof in prove(load_job(shelf.manifest)).files:
        assert proof.misses == []
        assert proof.n_words


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_delivery_that_comes_two_milliseconds_late_is_caught(shelf: Shelf, file_format: str) -> None:
    n_late = 96 if file_format == "opus" else 48
    shelf.change(file_format, "-af", f"adelay={n_late}S:all=1")
    proof = shelf.proof(f"Tide.{file_format}")
    late = wrong_words(proof)
    assert len(late) == N_WORDS
    assert late[0].where == "chapter 1 'I', job-ch01-0000, 'I'"
    assert re.match(r"begins (2\.[01]|1\.9)\d+ ms late", late[0].what)
    assert proof.quantile_ms(0.5) == pytest.approx(2, abs=0.1)


@pytest.mark.parametrize("file_format", ["flac", "wav"])
def test_a_single_sample_is_caught_where_nothing_was_lost(shelf: Shelf, file_format: str) -> None:
    shelf.change(file_format, "-af", f"{DELAYED},atrim=end_sample={shelf.n_samples(file_format)}")
    late = wrong_words(shelf.proof(f"Tide.{file_format}"))
    assert len(late) == N_WORDS
    assert all("+1.0 samples" in miss.what for miss in late)


def test_a_chapter_that_is_marked_elsewhere_is_caught(shelf: Shelf, tmp_path: Path) -> None:
    metadata = tmp_path / "chapters.txt"
    listing = [executable(), "-v", "error", "-i", shelf.sound("m4b"), "-f", "ffmetadata", metadata]
    subprocess.run(listing, check=True)
    sections = metadata.read_text("utf-8").split("[CHAPTER]\n")
    timebase, start, *rest = sections[2].split("\n")
    moved = "\n".join([timebase, f"START={int(start.removeprefix('START=')) + 120}", *rest])
    metadata.write_text("[CHAPTER]\n".join([*sections[:2], moved, sections[3].replace("III", "IV")]), "utf-8")
    shelf.change("m4b", "-i", str(metadata), "-map_metadata", "1", "-map_chapters", "1", "-c", "copy")
    [second, third] = [miss for miss in shelf.proof("Tide.m4b").misses if miss.what.startswith("'")]
    assert (second.where, third.where) == ("chapter 2", "chapter 3")
    assert second.what.startswith("'II' is listed 5.0")
    assert third.what == "'III' is listed as 'IV'"


def test_a_cue_that_lies_elsewhere_is_caught(shelf: Shelf) -> None:
    data = bytearray(shelf.sound("wav").read_bytes())
    second = data.index(b"cue ") + 12 + 24 + 20
    struct.pack_into("<I", data, second, struct.unpack_from("<I", data, second)[0] - 48)
    shelf.sound("wav").write_bytes(data)
    [miss] = shelf.proof("Tide.wav").misses
    assert (miss.where, miss.what) == ("chapter 2", "'II' is listed 2.000 ms early")


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_file_that_was_cut_off_is_caught(shelf: Shelf, file_format: str) -> None:
    data = shelf.sound(file_format).read_bytes()
    shelf.sound(file_format).write_bytes(data[: len(data) * 2 // 3])
    proof = shelf.proof(f"Tide.{file_format}")
    assert 0 < proof.n_words < N_WORDS
    assert any("the file" in miss.where for miss in proof.misses)
    assert any("nothing like it is heard" in miss.what for miss in proof.misses) or "decoded" in str(
        proof.misses
    )


def test_a_word_that_is_not_heard_is_named(shelf: Shelf) -> None:
    times = json.loads((shelf.folder / "Tide.flac.json").read_text("utf-8"))
    word = times["chapters"][1]["segments"][1]["words"][2]
    assert word["text"] == "went"
    middle = (word["start"] + word["n_samples"] / 2) / times["sample_rate"]
    shelf.change("flac", "-af", f"volume=0:enable='between(t,{middle - 0.6},{middle + 0.6})'")
    wrong = [miss.where for miss in wrong_words(shelf.proof("Tide.flac"))]
    assert "chapter 2 'II', job-ch02-0001, 'went'" in wrong
    assert len(wrong) < N_WORDS / 2


def test_how_loud_a_delivery_is_does_not_matter(shelf: Shelf) -> None:
    shelf.change("flac", "-af", "volume=-9dB")
    assert wrong_words(shelf.proof("Tide.flac")) == []


def test_a_sample_of_the_words_is_the_same_every_time(delivered: Shelf) -> None:
    first, second = (delivered.proof("Tide.flac", sample=5) for _ in range(2))
    assert first.n_words + first.n_undecided == 5
    assert first.offsets_ms == second.offsets_ms


def spoil_nothing(shelf: Shelf) -> None:
    (shelf.folder / "Tide.flac.json").unlink()


def spoil_schema(shelf: Shelf) -> None:
    path = shelf.folder / "Tide.flac.json"
    path.write_text(path.read_text("utf-8").replace("batchtts.delivery/1", "batchtts.delivery/2"), "utf-8")


def spoil_json(shelf: Shelf) -> None:
    path = shelf.folder / "Tide.flac.json"
    path.write_bytes(path.read_bytes()[:-1000])


def spoil_end(shelf: Shelf) -> None:
    path = shelf.folder / "Tide.flac.json"
    path.write_bytes(path.read_bytes()[:-2])


def spoil_words(shelf: Shelf) -> None:
    path = shelf.folder / "Tide.flac.json"
    path.write_text(path.read_text("utf-8").replace('"text":"tide"', '"text":"moon"'), "utf-8")


def spoil_rate(shelf: Shelf) -> None:
    path = shelf.folder / "Tide.flac.json"
    path.write_text(path.read_text("utf-8").replace('"sample_rate": 24000', '"sample_rate": 23999'), "utf-8")


def spoil_segment(shelf: Shelf) -> None:
    path = shelf.folder / "Tide.flac.json"
    lines = [
        line for line in path.read_text("utf-8").splitlines(keepends=True) if "job-ch02-0001" not in line
    ]
    path.write_text("".join(lines), "utf-8")


def spoil_chapters(shelf: Shelf) -> None:
    path = shelf.folder / "Tide.flac.json"
    path.write_text(path.read_text("utf-8").partition('"chapters": [')[0] + '"chapters": [\n ]\n}\n', "utf-8")


def spoil_alignment(shelf: Shelf) -> None:
    path = shelf.folder.parent / "alignment" / "02-ii.json"
    path.write_bytes(path.read_bytes()[:100])


def miss_alignment(shelf: Shelf) -> None:
    (shelf.folder.parent / "alignment" / "02-ii.segments.jsonl").unlink()


def spoil_sound(shelf: Shelf) -> None:
    shelf.sound("flac").write_bytes(b"not a sound")


def stitch_anew(shelf: Shelf) -> None:
    form = json.loads(shelf.manifest.read_text("utf-8"))
    form["pauses"], form["output"]["audiobook"] = {"chapter_head": 0.5}, ["wav"]
    shelf.manifest.write_text(json.dumps(form), "utf-8")
    kept = shutil.copytree(shelf.folder, shelf.folder.with_name("kept"))
    shelf.command("run", "--quiet", "--audiobook", "flac")
    shutil.rmtree(shelf.folder)
    kept.rename(shelf.folder)


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (spoil_nothing, "cannot be read"),
        (spoil_schema, "its schema is batchtts.delivery/2"),
        (spoil_json, "cannot be read"),
        (spoil_end, "it is cut off"),
        (spoil_words, "its words are not those of its take"),
        (spoil_rate, "has 24000 samples a second, not 23999"),
        (spoil_segment, "job-ch02-0001\", what='is not stated'"),
        (spoil_chapters, "tells of no chapter"),
        (spoil_alignment, "alignment/02-ii.json is not what was stitched"),
        (miss_alignment, "alignment/02-ii.segments.jsonl is not what was stitched"),
        (spoil_sound, "cannot be decoded"),
        (stitch_anew, "the chapter was stitched anew since"),
    ],
)
def test_what_cannot_be_compared_is_no_proof(shelf: Shelf, spoil: Callable[[Shelf], None], what: str) -> None:
    spoil(shelf)
    assert what in str(shelf.proof("Tide.flac").misses)


@pytest.mark.parametrize("data", [b"", b"not a sound", b"RIFF    WAVEcue \x05\0\0\0\x01\0\0\0\0\0"])
def test_what_is_no_wav_is_no_proof(shelf: Shelf, data: bytes) -> None:
    shelf.sound("wav").write_bytes(data)
    [miss] = shelf.proof("Tide.wav").misses
    assert (miss.where, miss.what[:17]) == ("the file", "cannot be decoded")


def test_a_wav_that_is_missing_is_no_fault_of_the_file_that_tells_its_times(shelf: Shelf) -> None:
    shelf.sound("wav").unlink()
    [miss] = shelf.proof("Tide.wav").misses
    assert miss.where == "the file"
    assert "No such file" in miss.what


def test_without_ffmpeg_nothing_is_said_of_deliveries(
    delivered: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(delivered.manifest))
    forget_program()
    try:
        delivered.command("check", "--deep", exit_code=1)
    finally:
        forget_program()


def forget_program() -> None:
    executable.cache_clear()
    version.cache_clear()


def test_the_command_prints_a_row_for_each_file(delivered: Shelf) -> None:
    lines = delivered.command("check", "--deep").splitlines()
    header = next(index for index, line in enumerate(lines) if line.startswith("file"))
    assert lines[header].split() == [
        *("file", "words", "undecided", "worst", "ms", "95", "%", "ms", "median", "ms", "wrong")
    ]
    assert lines[header + 1].split()[0] == "audiobook/Tide.flac"
    assert len(lines) == header + 1 + len(FORMATS) + 3


def test_the_command_tells_scripts_the_same(shelf: Shelf) -> None:
    shelf.change("wav", "-af", "adelay=48S:all=1")
    told = json.loads(shelf.command("check", "--sample", "5", "--json", exit_code=6))
    [spoiled] = [form for form in told["deliveries"] if form["wrong"]]
    assert spoiled["path"] == "audiobook/Tide.wav"
    assert spoiled["words"] == 5
    assert spoiled["offset_ms"]["median"] == pytest.approx(2, abs=0.01)
    assert len(spoiled["misses"]) == spoiled["wrong"] >= 5
    assert list(spoiled["misses"][0]) == ["where", "what"]


def test_without_a_delivery_there_is_nothing_to_prove(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "job").deliver(["wav"])
    form = json.loads(shelf.manifest.read_text("utf-8"))
    form["output"] = {"dir": "elsewhere"}
    shelf.manifest.write_text(json.dumps(form), "utf-8")
    shelf.command("run", "--quiet")
    assert "There is no delivery to prove: none is asked for." in shelf.command("check", "--deep")

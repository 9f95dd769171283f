"""ffmpeg is run, fed, read, blamed and ended."""

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest
from audio_sounds import RATE, tone

from batchtts.audio import codec, ffmpeg
from batchtts.audio.ffmpeg import COMPLAINT_BYTES, Ffmpeg, FfmpegError
from batchtts.audio.resampling import reading

SOUND = tone(440, RATE).data
COPY = ("-f", "s16le")


@pytest.fixture(autouse=True)
def nothing_is_left_behind() -> Iterator[None]:
    """Fail where a process is left, or (warnings are errors) a pipe."""
    yield
    gc.collect()
    assert [child.name() for child in psutil.Process().children()] == []


@asynccontextmanager
async def opened() -> AsyncIterator[Ffmpeg]:
    async with ffmpeg.open_ffmpeg(reading(RATE), COPY) as process:
        yield process


def test_what_goes_in_comes_out() -> None:
    assert asyncio.run(ffmpeg.convert(SOUND, reading(RATE), COPY)) == SOUND


def test_a_file_may_be_written_where_a_pipe_will_not_do() -> None:
    written = asyncio.run(ffmpeg.convert_to_file(SOUND, reading(RATE), ("-f", "wav")))
    assert written[:4] == b"RIFF"
    assert int.from_bytes(written[4:8], "little") == len(written) - 8


def test_the_error_says_what_ffmpeg_said() -> None:
    with pytest.raises(FfmpegError, match=r"status [1-9]\d*: .*no-such-format"):
        asyncio.run(ffmpeg.convert(SOUND, reading(RATE), ("-f", "no-such-format")))


def test_a_long_complaint_is_cut_to_its_end() -> None:
    with pytest.raises(FfmpegError) as caught:
        asyncio.run(ffmpeg.convert(SOUND, reading(RATE), ("-f", "x" * 9_000)))
    assert len(str(caught.value)) < COMPLAINT_BYTES + 100
    assert "xxx" in str(caught.value)


def test_writing_to_one_that_has_failed_says_why() -> None:
    async def write_on() -> None:
        async with ffmpeg.open_ffmpeg(reading(RATE), ("-f", "no-such-format")) as process:
            while True:
                await process.write(SOUND)

    with pytest.raises(FfmpegError, match="no-such-format"):
        asyncio.run(write_on())


def test_it_is_ended_when_its_task_is_cancelled() -> None:
    async def read_for_ever() -> None:
        async with opened() as process:
            await anext(process.pieces())

    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(read_for_ever(), 0.3))


def test_it_is_ended_even_if_its_task_is_cancelled_once_more() -> None:
    async def cancel_twice() -> None:
        running = asyncio.create_task(asyncio.sleep(0))

        async def leave() -> None:
            async with opened() as process:
                await process.write(SOUND)
                running.cancel()  # met at the next wait, which is the one for the end of ffmpeg

        await running
        running = asyncio.create_task(leave())
        await running

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancel_twice())


def test_it_is_ended_while_somebody_waits_to_write() -> None:
    async def write_without_reading() -> None:
        async with opened() as process:
            while True:
                await process.write(SOUND)

    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(write_without_reading(), 0.5))


def test_it_is_ended_when_nobody_wants_it_any_more() -> None:
    async def leave() -> None:
        async with opened() as process:
            await process.write(SOUND)

    asyncio.run(leave())


def test_many_run_at_once() -> None:
    async def run() -> list[bytes]:
        return await asyncio.gather(*(ffmpeg.convert(SOUND, reading(RATE), COPY) for _ in range(20)))

    assert set(asyncio.run(run())) == {SOUND}


def test_it_runs_in_the_loop_of_another_thread() -> None:
    async def elsewhere() -> bytes:
        return await asyncio.to_thread(asyncio.run, ffmpeg.convert(SOUND, reading(RATE), COPY))

    assert asyncio.run(elsewhere()) == SOUND


@pytest.fixture
def other_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """The path of a program that is named in place of ours, and is not there yet."""
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "program"))
    for known in (ffmpeg.executable, ffmpeg.version):
        known.cache_clear()
    yield tmp_path / "program"
    for known in (ffmpeg.executable, ffmpeg.version):
        known.cache_clear()


@pytest.mark.parametrize("is_there", [True, False])
def test_a_program_that_cannot_be_run_is_an_error_with_a_hint(other_program: Path, is_there: bool) -> None:
    if is_there:
        other_program.write_bytes(b"no program")
    with pytest.raises(FfmpegError, match="program cannot be run") as caught:
        asyncio.run(ffmpeg.convert(SOUND, reading(RATE), COPY))
    assert "IMAGEIO_FFMPEG_EXE" in str(caught.value.hint)


def test_nothing_is_encoded_with_a_program_that_cannot_be_run(other_program: Path) -> None:
    assert not other_program.exists()
    with pytest.raises(FfmpegError, match="program cannot be run"):
        codec.encode(tone(440, RATE), ".mp3")


FAILING = "#!/bin/sh\n[ $1 = -version ] && echo ffmpeg version 7 || exit 7\n"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # pydub leaves its files open
def test_what_cannot_be_encoded_is_an_error_of_ours(
    other_program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(other_program.parent))
    other_program.write_text(FAILING, "utf-8")
    other_program.chmod(0o755)
    with pytest.raises(FfmpegError, match="no mp3 could be made"):
        codec.encode(tone(440, RATE), ".mp3")


def test_no_program_is_an_error_with_a_hint(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import imageio_ffmpeg

    def missing() -> str:
        raise RuntimeError(f"nothing in {tmp_path}")

    monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", missing)
    ffmpeg.executable.cache_clear()
    with pytest.raises(FfmpegError, match="no ffmpeg can be run") as caught:
        ffmpeg.executable()
    assert "IMAGEIO_FFMPEG_EXE" in str(caught.value.hint)

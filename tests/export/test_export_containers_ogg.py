"""Opus files, as ffmpeg, mutagen and libsndfile see them."""

import base64
from dataclasses import replace
from pathlib import Path

import mutagen.flac
import mutagen.oggopus
import pytest
import soundfile
from export_containers_books import TAGS, TITLES, Book, aac, book, crowded, decoded, opus, told, with_tags
from hypothesis import given
from hypothesis import strategies as st

from batchtts.export.book import ChapterMark, Packets, Tags, Track
from batchtts.export.containers import ogg
from batchtts.export.containers.ogg_pages import FIRST, LAST, OggSplitter, PageReader
from batchtts.export.containers.streams import Reading


def written(made: Book, path: Path, tags: Tags = TAGS) -> Path:
    with path.open("wb") as out:
        ogg.write(out, made.track, made.marks, tags)
    return path


def test_readers_agree_on_length_and_chapters(tmp_path: Path) -> None:
    made = book(opus(), tmp_path)
    path = written(made, tmp_path / "book.opus")
    starts = [mark.start / 48_000 for mark in made.marks]

    assert len(decoded(path)) == made.track.n_samples == soundfile.info(path).frames
    found = mutagen.oggopus.OggOpus(path)
    assert found.info.length == made.track.n_samples / 48_000
    assert found.tags["chapter001"] == ["00:00:00.000"]
    assert [start for start, _ in told(path).chapters] == pytest.approx(starts, abs=0.0005)
    assert [title for _, title in told(path).chapters] == list(TITLES)


def test_players_show_the_book(tmp_path: Path) -> None:
    tags = mutagen.oggopus.OggOpus(written(book(opus(), tmp_path), tmp_path / "book.opus")).tags
    names = (
        "title",
        "artist",
        "album",
        "composer",
        "narrator",
        "date",
        "genre",
        "language",
        "description",
        "comment",
    )
    assert [tags[name] for name in names] == [
        [value]
        for value in (TAGS.title, TAGS.author, TAGS.title, TAGS.narrator, TAGS.narrator, TAGS.year, "Audiobook",
                      TAGS.language, TAGS.description, TAGS.synthetic)
    ]  # fmt: skip
    cover = mutagen.flac.Picture(base64.b64decode(tags["metadata_block_picture"][0]))
    assert (cover.data, cover.mime, cover.width, cover.height, cover.depth, cover.type) == (
        TAGS.cover, "image/png", 3, 2, 24, 3)  # fmt: skip


def test_a_large_cover_takes_many_pages(tmp_path: Path) -> None:
    cover = b"\xff\xd8" + bytes(300_000)
    path = written(book(opus(), tmp_path), tmp_path / "book.opus", with_tags(cover=cover))
    tags = mutagen.oggopus.OggOpus(path).tags
    assert mutagen.flac.Picture(base64.b64decode(tags["metadata_block_picture"][0])).data == cover


@pytest.mark.parametrize(("n_chapters", "n_told"), [(999, 999), (1_100, 999)])
def test_no_more_chapters_are_told_than_three_digits_number(
    tmp_path: Path, n_chapters: int, n_told: int
) -> None:
    made = book(opus(), tmp_path)
    path = written(replace(made, marks=crowded(made, n_chapters)), tmp_path / "many.opus")
    assert [title for _, title in told(path).chapters] == [f"Nr. {number}" for number in range(n_told)]


def test_a_time_has_as_many_hours_as_it_takes(tmp_path: Path) -> None:
    zeros = tmp_path / "zeros"
    zeros.write_bytes(bytes(4))
    n_packets = 50 * 3600 * 11 + 1
    track = Track(sample_rate=48_000, packet_samples=960, n_priming=312, n_samples=(n_packets - 1) * 960,
                  packets=(Packets(path=zeros, first_byte=0, sizes=[0] * n_packets),), config=b"OpusHead" + bytes(11))  # fmt: skip
    marks = [ChapterMark(start=(10 * 3600 + 61) * 48_000 + 24, n_samples=100, title="late")]
    with (tmp_path / "long.opus").open("wb") as out:
        ogg.write(out, track, marks, with_tags(cover=None))
    assert b"CHAPTER001=10:01:01.001" in (tmp_path / "long.opus").read_bytes()[:3_000]


def test_no_page_lasts_more_than_a_second_and_chapters_begin_pages(tmp_path: Path) -> None:
    made = book(opus(), tmp_path)
    data = written(made, tmp_path / "book.opus").read_bytes()
    pages = list(PageReader(Reading("Ogg")).feed(data))
    counts = [sum(ends for _, ends in page.pieces) for page in pages if page.body[:4] != b"Opus"]
    assert max(counts) <= 50
    assert [page.flags for page in pages if page.flags & (FIRST | LAST)] == [FIRST, LAST]
    sizes = [len(packets.sizes) for packets in made.track.packets]
    assert all(
        edge in [sum(counts[:number]) for number in range(len(counts))] for edge in (sizes[0], sum(sizes[:2]))
    )


@given(sizes=st.lists(st.integers(1, 1_275), min_size=1, max_size=130), left_out=st.integers(0, 959))
def test_any_packets_come_out_as_they_went_in(
    sizes: list[int], left_out: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.packets"
    path.write_bytes(bytes(number % 251 for number in range(sum(sizes))))
    n_samples = len(sizes) * 960 - left_out
    track = Track(sample_rate=48_000, packet_samples=960, n_priming=0, n_samples=n_samples,
                  packets=(Packets(path=path, first_byte=0, sizes=sizes),), config=b"OpusHead" + bytes(11))  # fmt: skip
    made = Book(track=track, marks=(), sounds=())
    splitter = OggSplitter()
    packets = splitter.feed(written(made, path.with_suffix(".opus")).read_bytes())
    splitter.finish()
    assert [len(packet) for packet in packets] == sizes
    assert b"".join(packets) == path.read_bytes()


def test_sound_at_another_rate_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not 24000"):
        written(book(aac(24_000), tmp_path), tmp_path / "book.opus")

"""The page that lights up while it is heard, as far as it can be read without a browser."""

import asyncio
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lxml import html
from nasty_six import RATE, TEXTS, chapter, corpus, exported
from page_chapters import with_boundaries, with_two_at_once

from batchtts.audio import wav
from batchtts.audio.ffmpeg import open_file
from batchtts.export.readalong.recordings import MEDIA_TYPES
from batchtts.export.readalong.utf16 import positions
from batchtts.export.timed import TimedChapter
from batchtts.job import Metadata

CALM = ("segment", "paragraph", "segment", "segment", "segment", "chapter")


def page_of(folder: Path) -> Any:
    return html.fromstring((folder / "index.html").read_text(encoding="utf-8"))


def seen(passage: Any, first: int, last: int) -> str:
    """Return what of an element's text lies between two positions of JavaScript."""
    return passage.text.encode("utf-16-le")[2 * first : 2 * last].decode("utf-16-le")


def cues(folder: Path) -> list[tuple[str, str, dict[str, Any]]]:
    [path] = folder.glob("cues/*.vtt")
    blocks = path.read_text(encoding="utf-8").strip().split("\n\n")
    assert blocks[0] == "WEBVTT"
    found = []
    for block in blocks[2:]:
        _, times, payload = block.split("\n")
        start, _, end = times.partition(" --> ")
        found.append((start, end, json.loads(payload)))
    return found


def heard(own: TimedChapter) -> list[tuple[int, int, str]]:
    return [
        (word.start, word.end, word.text)
        for segment in own.segments()
        for word in segment.words
        if word.n_samples
    ]


async def convert_to_samples(path: Path) -> "np.ndarray[Any, np.dtype[np.float64]]":
    async with open_file(path, ("-f", "s16le", "-ac", "1", "-ar", str(RATE))) as ffmpeg:
        return np.frombuffer(b"".join([piece async for piece in ffmpeg.pieces()]), "<i2").astype(float)


def delay(sound: Any, master: Any) -> int:
    """Return how many samples later a sound is than its master, by their cross-correlation."""
    size = sound.size + master.size
    likeness = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(master, size).conj(), size)
    found = int(np.argmax(likeness))
    return found if found < size // 2 else found - size


def test_the_page_has_the_text_to_the_character(tmp_path: Path) -> None:
    page = page_of(exported("html", tmp_path, audio="wav"))

    texts = [each.text for each in page.find_class("spoken")]

    assert texts == [TEXTS[0], " ".join(TEXTS[1:4]), " ".join(TEXTS[4:])]


def test_every_word_of_the_page_has_its_time_in_samples_and_its_place_in_code_units(tmp_path: Path) -> None:
    own = chapter(tmp_path)
    page = page_of(exported("html", tmp_path, [own], audio="wav"))

    form = json.loads(page.find_class("times")[0].text)
    found = [
        (start, end, seen(page.get_element_by_id(id_), first, last))
        for id_, sentences in form["passages"].items()
        for numbers in sentences
        for start, end, first, last in zip(*[iter(numbers[4:])] * 4, strict=True)
    ]

    assert form["rate"] == RATE
    assert found == heard(own)


def test_every_sentence_of_the_page_has_its_time_and_place(tmp_path: Path) -> None:
    own = chapter(tmp_path)
    page = page_of(exported("html", tmp_path, [own], audio="wav"))

    form = json.loads(page.find_class("times")[0].text)
    found = [
        (numbers[0], numbers[1], seen(page.get_element_by_id(id_), numbers[2], numbers[3]))
        for id_, sentences in form["passages"].items()
        for numbers in sentences
    ]

    assert found == [(segment.start, segment.end, segment.text) for segment in own.segments()]


def test_cues_tell_the_same_as_the_page(tmp_path: Path) -> None:
    own = chapter(tmp_path)
    folder = exported("html", tmp_path, [own], audio="wav")
    page = page_of(folder)

    found = []
    for _, _, payload in cues(folder):
        selector = payload["selector"]
        place = selector["refinedBy"]
        passage = page.get_element_by_id(selector["value"])
        if payload["group"] == "word":
            found.append((*payload["samples"], seen(passage, place["start"], place["end"])))

    assert found == heard(own)


def test_cues_are_in_the_order_of_their_times_also_where_two_voices_overlap(tmp_path: Path) -> None:
    folder = exported("html", tmp_path, [with_two_at_once(tmp_path)], audio="wav")

    starts = [payload["samples"][0] for _, _, payload in cues(folder)]
    times = [start for start, _, _ in cues(folder)]

    assert starts == sorted(starts)
    assert times == sorted(times)
    assert all(start < end for start, end, _ in cues(folder))


@pytest.mark.parametrize(
    ("text", "position", "unit"),
    [("abc", 2, 2), ("aé東", 3, 3), ("a🙂b", 1, 1), ("a🙂b", 2, 3), ("🙂🙂", 2, 4)],
)
def test_an_emoji_counts_twice_in_a_browser(text: str, position: int, unit: int) -> None:
    assert positions(text)(position) == unit


def test_headings_before_the_text_name_the_chapter_and_stand_above_those_within_it(tmp_path: Path) -> None:
    boundaries = ("heading", "heading", "paragraph", "scene_break", "heading", "chapter")
    page = page_of(exported("html", tmp_path, [with_boundaries(tmp_path, boundaries)], audio="wav"))

    [section] = page.find_class("chapter")
    tags = [each.tag for each in section if each.tag not in ("audio", "script")]

    assert tags == ["h2", "h2", "p", "p", "hr", "h3", "p"]
    assert section.get("aria-labelledby") == "c1p1 c1p2"


def test_a_chapter_without_a_heading_has_its_title_above_it(tmp_path: Path) -> None:
    own = with_boundaries(tmp_path, CALM, title="One & <two>")
    page = page_of(exported("html", tmp_path, [own], audio="wav"))

    [title] = page.xpath("//section/h2")

    assert title.text == "One & <two>"
    assert "spoken" not in title.get("class", "")


def test_segments_that_were_cut_without_a_space_have_none_between_them(tmp_path: Path) -> None:
    own = with_boundaries(tmp_path, ("segment",) * 5 + ("chapter",))
    lines = [json.loads(line) for line in own.records.read_text().splitlines()]
    end = lines[0]["source"]["char"][1]
    lines[1]["source"]["char"] = [end, end + len(TEXTS[1])]
    own.records.write_text("".join(json.dumps(line) + "\n" for line in lines))

    [passage] = page_of(exported("html", tmp_path, [own], audio="wav")).find_class("spoken")

    assert passage.text.startswith(TEXTS[0] + TEXTS[1] + " " + TEXTS[2])


def test_a_carriage_return_in_a_text_is_one_in_the_page(tmp_path: Path) -> None:
    own = chapter(tmp_path, texts=["One\r\ntwo."])
    written = (exported("html", tmp_path, [own], audio="wav") / "index.html").read_bytes()

    assert b">One&#13;\ntwo.<" in written


def test_the_page_needs_nothing_but_its_own_folder(tmp_path: Path) -> None:
    folder = exported("html", tmp_path, audio="wav")
    page = page_of(folder)

    named = [*page.xpath("//@src"), *page.xpath("//link[@rel='stylesheet']/@href")]

    assert named
    assert all((folder / name).is_file() for name in named)
    for path in (folder / "index.html", folder / "readalong.css", folder / "readalong.js"):
        assert not re.search(r"https?:|//[a-z]", path.read_text(encoding="utf-8").replace("/* ", ""))


def test_the_page_says_in_which_language_it_is_and_that_its_voice_is_synthetic(tmp_path: Path) -> None:
    page = page_of(exported("html", tmp_path, audio="wav"))

    assert page.get("lang") == "en"
    assert corpus().synthetic in page.find_class("synthetic")[0].text
    assert page.xpath("//title")[0].text == "Nasty & <odd>"


def test_the_cover_is_shown_where_there_is_one(tmp_path: Path) -> None:
    of = replace(corpus(), metadata=Metadata(cover=b"\xff\xd8\xff\xd9"))

    folder = exported("html", tmp_path, of=of, audio="wav")

    assert page_of(folder).xpath("//img/@src") == ["cover.jpg"]
    assert (folder / "cover.jpg").read_bytes() == of.metadata.cover


def test_a_title_with_the_sign_of_templates_stays_as_it_is(tmp_path: Path) -> None:
    odd = Metadata(title="$title costs ${cover} <!-- chapters -->")
    of = replace(corpus(), metadata=odd)

    page = page_of(exported("html", tmp_path, of=of, audio="wav"))

    assert page.xpath("//h1")[0].text == odd.title


@pytest.mark.parametrize("kind", MEDIA_TYPES)
def test_recordings_begin_and_end_with_their_masters_to_the_sample(tmp_path: Path, kind: str) -> None:
    own = chapter(tmp_path)
    [path] = exported("html", tmp_path, [own], audio=kind).glob("audio/*")
    master = np.frombuffer(wav.decode(own.audio.read_bytes()).pcm.data, "<i2").astype(float)

    decoded = asyncio.run(convert_to_samples(path))

    assert decoded.size == own.n_samples
    assert delay(decoded, master) == 0


def test_the_page_is_the_same_whenever_it_is_made(tmp_path: Path) -> None:
    sums = [(exported("html", tmp_path / name) / "SHA256SUMS").read_bytes() for name in ("one", "two")]

    assert sums[0] == sums[1]


def test_nothing_is_left_of_what_is_made_on_the_way(tmp_path: Path) -> None:
    folder = exported("html", tmp_path, audio="flac")

    assert sorted(path.name for path in folder.iterdir()) == [
        *("SHA256SUMS", "audio", "cues", "index.html", "readalong.css", "readalong.js")
    ]

"""The Readium audiobook, held against the rules of its specifications.

They are those of the Readium Web Publication Manifest, its profile of audiobooks, its packaging format and of Guided
Navigation; docs/read-along.md says how exports were held against the published schemas, too.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import pytest
from lxml import html
from nasty_six import RATE, TEXTS, chapter, corpus, exported
from page_chapters import with_boundaries, with_two_at_once

from batchtts.export.timed import TimedChapter
from batchtts.job import Metadata

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\1\x80\x08\2\0\0\0"
ROLES = {"chapter", "heading", "paragraph"}  # what we use of the closed list
NUMBER = r"\d+\.\d{6}"


def manifest_of(folder: Path) -> dict[str, Any]:
    form: dict[str, Any] = json.loads((folder / "manifest.json").read_bytes())
    return form


def guides_of(folder: Path) -> list[dict[str, Any]]:
    links = [link["alternate"][0] for link in manifest_of(folder)["readingOrder"]]
    return [json.loads((folder / link["href"]).read_bytes()) for link in links]


def objects(form: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for each in form.get("guided", form.get("children", ())):
        yield each
        yield from objects(each)


def leaves(folder: Path) -> list[dict[str, Any]]:
    return [each for guide in guides_of(folder) for each in objects(guide) if "children" not in each]


def samples(leaf: dict[str, Any]) -> tuple[int, int]:
    start, end = leaf["audioref"].partition("#t=")[2].split(",")
    return round(float(start) * RATE), round(float(end) * RATE)


def two_chapters(folder: Path) -> list[TimedChapter]:
    first = chapter(folder)
    return [first, replace(first, id="nasty-ch02", number=2, slug="02-nasty", title="Two")]


def test_the_manifest_has_what_the_profile_of_audiobooks_asks_for(tmp_path: Path) -> None:
    own = chapter(tmp_path)
    form = manifest_of(exported("readium", tmp_path, [own], audio="wav"))

    assert form["metadata"]["conformsTo"] == "https://readium.org/webpub-manifest/profiles/audiobook"
    assert form["metadata"]["title"] == "Nasty & <odd>"
    assert form["metadata"]["duration"] == own.n_samples / RATE
    assert [link["type"] for link in form["links"] if link["rel"] == "self"] == ["application/audiobook+json"]
    assert all(link["type"] for link in (*form["readingOrder"], *form["resources"]))


def test_the_reading_order_is_sound_only_with_durations_and_bit_rates_as_numbers(tmp_path: Path) -> None:
    chapters = two_chapters(tmp_path)
    folder = exported("readium", tmp_path, chapters, audio="wav")

    links = manifest_of(folder)["readingOrder"]

    assert [link["href"] for link in links] == ["audio/01-nasty.wav", "audio/02-nasty.wav"]
    assert all(link["duration"] == chapters[0].n_samples / RATE for link in links)
    assert all(link["bitrate"] == pytest.approx(RATE * 16 / 1000, rel=0.01) for link in links)
    assert all({"title", "duration"}.isdisjoint(each) for link in links for each in link["alternate"])


@pytest.mark.parametrize("audio", ["m4a", "mp3"])
def test_a_bit_rate_is_what_the_file_comes_to(tmp_path: Path, audio: str) -> None:
    folder = exported("readium", tmp_path, audio=audio)

    [link] = manifest_of(folder)["readingOrder"]

    bits = (folder / link["href"]).stat().st_size * 8
    assert link["bitrate"] == pytest.approx(bits / 1000 / link["duration"], abs=0.001)


def test_all_that_is_linked_is_there(tmp_path: Path) -> None:
    of = replace(corpus(), metadata=Metadata(cover=PNG))
    folder = exported("readium", tmp_path, two_chapters(tmp_path), of=of, audio="wav")
    form = manifest_of(folder)

    links = [*form["links"], *form["readingOrder"], *form["resources"]]
    links += [link for guide in guides_of(folder) for link in guide["links"]]

    assert all((folder / link["href"]).is_file() for link in links)


def test_the_cover_is_linked_with_its_size(tmp_path: Path) -> None:
    of = replace(corpus(), metadata=Metadata(cover=PNG))
    form = manifest_of(exported("readium", tmp_path, of=of, audio="wav"))

    [cover] = [link for link in form["resources"] if link.get("rel") == "cover"]

    assert cover == {
        "rel": "cover",
        "href": "cover.png",
        "type": "image/png",
        "height": 384,
        "width": 256,
    }


@pytest.mark.parametrize("cover", [None, b"<svg/>"])
def test_there_is_no_cover_where_none_can_be_shown(tmp_path: Path, cover: bytes | None) -> None:
    of = replace(corpus(), metadata=Metadata(cover=cover))
    form = manifest_of(exported("readium", tmp_path, of=of, audio="wav"))

    assert not [link for link in form["resources"] if "rel" in link]


def test_the_contents_lead_to_chapters_and_to_the_headings_in_them(tmp_path: Path) -> None:
    boundaries = ("heading", "paragraph", "paragraph", "heading", "segment", "chapter")
    own = with_boundaries(tmp_path, boundaries)
    form = manifest_of(exported("readium", tmp_path, [own], audio="wav"))

    [entry] = form["toc"]
    [inner] = entry["children"]

    assert entry["href"] == "audio/01-nasty.wav#t=0"
    assert inner["title"] == TEXTS[3]
    assert round(float(inner["href"].partition("#t=")[2]) * RATE) == list(own.segments())[3].start


@pytest.mark.parametrize("level", ["sentence", "word"])
def test_objects_have_a_reference_or_children_and_roles_of_the_list(tmp_path: Path, level: str) -> None:
    folder = exported("readium", tmp_path, audio="wav", level=level)

    found = [each for guide in guides_of(folder) for each in objects(guide)]

    assert all(each.get("children") or each["audioref"] for each in found)
    assert all("children" not in each for each in found if "audioref" in each)
    assert {role for each in found for role in each.get("role", ())} <= ROLES
    assert all(
        re.fullmatch(rf"audio/01-nasty\.wav#t={NUMBER},{NUMBER}", each["audioref"]) for each in leaves(folder)
    )


def test_sentences_begin_at_their_very_sample(tmp_path: Path) -> None:
    own = chapter(tmp_path)
    found = leaves(exported("readium", tmp_path, [own], audio="wav"))

    assert [(samples(leaf)[0], leaf["text"]) for leaf in found] == [
        (segment.start, segment.text) for segment in own.segments()
    ]


def test_words_begin_at_their_very_sample(tmp_path: Path) -> None:
    own = chapter(tmp_path)
    found = leaves(exported("readium", tmp_path, [own], audio="wav", level="word"))

    words = [word for segment in own.segments() for word in segment.words if word.n_samples]
    assert [(samples(leaf)[0], leaf["text"]) for leaf in found] == [(word.start, word.text) for word in words]


@pytest.mark.parametrize("level", ["sentence", "word"])
def test_no_pause_is_lost_between_two_leaves_or_after_the_last(tmp_path: Path, level: str) -> None:
    own = chapter(tmp_path)
    found = [samples(leaf) for leaf in leaves(exported("readium", tmp_path, [own], audio="wav", level=level))]

    assert [end for _, end in found] == [*(start for start, _ in found[1:]), own.n_samples]


def test_a_sentence_that_another_voice_cuts_into_is_heard_to_its_end(tmp_path: Path) -> None:
    own = with_two_at_once(tmp_path)
    first, second, *_ = [samples(leaf) for leaf in leaves(exported("readium", tmp_path, [own], audio="wav"))]

    spoken = next(own.segments())
    assert first == (spoken.start, spoken.end)
    assert second[0] < first[1]


@pytest.mark.parametrize("level", ["sentence", "word"])
def test_every_reference_to_text_leads_to_that_text(tmp_path: Path, level: str) -> None:
    folder = exported("readium", tmp_path, audio="wav", level=level)
    page = html.fromstring((folder / "text/01-nasty.html").read_text(encoding="utf-8"))

    for leaf in leaves(folder):
        name, _, id_ = leaf["textref"].partition("#")
        assert name == "text/01-nasty.html"
        assert page.get_element_by_id(id_).text_content() == leaf["text"]


@pytest.mark.parametrize("level", ["sentence", "word"])
def test_the_text_is_the_same_with_and_without_ids(tmp_path: Path, level: str) -> None:
    folder = exported("readium", tmp_path, audio="wav", level=level)
    page = html.fromstring((folder / "text/01-nasty.html").read_text(encoding="utf-8"))

    assert [each.text_content() for each in page.xpath("//p")] == [
        *(TEXTS[0], " ".join(TEXTS[1:4]), " ".join(TEXTS[4:]))
    ]


def test_guides_lead_to_one_another(tmp_path: Path) -> None:
    guides = guides_of(exported("readium", tmp_path, two_chapters(tmp_path), audio="wav"))

    assert [[link["rel"] for link in guide["links"]] for guide in guides] == [
        ["self", "next"],
        ["self", "prev"],
    ]


def test_the_voice_is_said_to_be_synthetic(tmp_path: Path) -> None:
    known = manifest_of(exported("readium", tmp_path, audio="wav"))["metadata"]

    assert corpus().synthetic in known["description"]
    assert corpus().synthetic in known["accessibility"]["summary"]
    assert known["narrator"] == ["heart (hibari)", "adam (hibari)"]


@pytest.mark.parametrize(("year", "published"), [("1865", None), ("1865-11-26", "1865-11-26"), (None, None)])
def test_only_a_whole_date_is_given_as_one(tmp_path: Path, year: str | None, published: str | None) -> None:
    of = replace(corpus(), metadata=Metadata(title="Nasty", year=year))

    known = manifest_of(exported("readium", tmp_path, of=of, audio="wav"))["metadata"]

    assert known.get("published") == published


def test_the_package_has_the_whole_publication_and_the_manifest_first(tmp_path: Path) -> None:
    folder = exported("readium", tmp_path, two_chapters(tmp_path), audio="m4a")
    form = manifest_of(folder)

    with ZipFile(folder / "nasty.audiobook") as package:
        names = package.namelist()
        assert package.testzip() is None
        assert all(package.read(name) == (folder / name).read_bytes() for name in names)
        assert {entry.compress_type for entry in package.infolist()} == {ZIP_STORED}

    assert names[0] == "manifest.json"
    assert {link["href"] for link in (*form["readingOrder"], *form["resources"])} <= set(names)
    assert all(not name.startswith("/") and "\\" not in name for name in names)


def test_publication_and_package_are_the_same_whenever_they_are_made(tmp_path: Path) -> None:
    sums = [
        (exported("readium", tmp_path / name, level="word") / "SHA256SUMS").read_bytes()
        for name in ("one", "two")
    ]

    assert sums[0] == sums[1]
    assert b"nasty.audiobook" in sums[0]

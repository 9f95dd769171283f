"""Titles become names that every system can have."""

import unicodedata

import pytest

from batchtts.export.audiobook.naming import MOST_BYTES, book_path, chapter_path, file_name, paths, times_path
from batchtts.plan.naming import chapter_slug


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Alice's Adventures in Wonderland", "Alice's Adventures in Wonderland"),
        ("Frankenstein: or, the Modern Prometheus", "Frankenstein - or, the Modern Prometheus"),
        ("1/2 \\ 3|4", "1-2 - 3-4"),
        ('He said "no"?', "He said 'no'"),
        ("  too \t much\n space  ", "too much space"),
        ("ends in dots...", "ends in dots"),
        (".hidden", "hidden"),
        ("Ночь, улица", "Ночь, улица"),
        ("夜の海", "夜の海"),
        ("Tide \N{WATER WAVE} Foam", "Tide Foam"),
        ("bell\x07 and zero\0", "bell and zero"),
        ("right\N{RIGHT-TO-LEFT OVERRIDE}left", "rightleft"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("com7", "_com7"),
        ("Console", "Console"),
    ],
)
def test_a_title_keeps_what_every_system_can_have(title: str, name: str) -> None:
    assert file_name(title, "job") == name


@pytest.mark.parametrize(
    "title",
    [None, "", "  ", "...", "///", "\N{WATER WAVE}\N{WATER WAVE}", "?!", "\N{COMBINING ACUTE ACCENT}" * 99],
)
def test_where_nothing_is_left_of_a_title_the_job_names_the_book(title: str | None) -> None:
    assert file_name(title, "ferry") == "ferry"


@pytest.mark.parametrize(
    "title",
    [
        "word " * 60,
        "x" * 300,
        "ж" * 300,
        "x\N{COMBINING ACUTE ACCENT}" * 300,
        "\N{DEVANAGARI LETTER KA}" * 39 + "x" + "\N{DEVANAGARI LETTER KA}\N{DEVANAGARI VOWEL SIGN I}" * 9,
    ],
)
def test_a_long_title_is_cut_between_characters(title: str) -> None:
    name = file_name(title, "job")
    assert 40 < len(name.encode()) <= MOST_BYTES
    whole = unicodedata.normalize("NFC", title)
    assert whole.startswith(name)
    assert not unicodedata.category(whole[len(name)]).startswith("M")


def test_a_letter_and_its_accent_are_one_name_however_they_were_typed() -> None:
    assert file_name("Cafe\N{COMBINING ACUTE ACCENT}", "job") == file_name(
        "Caf\N{LATIN SMALL LETTER E WITH ACUTE}", "job"
    )


def test_a_book_lies_beside_the_folder_of_its_chapters() -> None:
    assert list(paths("Ferry", ["01-i", "02-ii"], ["m4b", "mp3"])) == [
        book_path("Ferry", "m4b"),
        "audiobook/Ferry.mp3",
        chapter_path("01-i", "mp3"),
        "audiobook/mp3/02-ii.mp3",
    ]
    assert times_path("audiobook/Ferry.mp3") == "audiobook/Ferry.mp3.json"


@pytest.mark.parametrize("title", ["MP3", "Mp3.json", "straße", "İ", "mp3/", "01-i.mp3"])
def test_no_two_files_of_a_book_collide_where_capitals_do_not_count(title: str) -> None:
    slugs = [
        chapter_slug(f"{number:02}", chapter) for number, chapter in enumerate(["I", "i", "É", "e"] * 3, 1)
    ]
    found = list(paths(file_name(title, "job"), slugs, ["m4b", "mp3", "opus", "flac", "wav"]))
    names = [*found, *map(times_path, found)]
    assert len({unicodedata.normalize("NFKC", name.casefold()) for name in names}) == len(names)

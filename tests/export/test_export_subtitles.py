"""Subtitles and lyrics: readable cues, times that do not drift, and texts that no reader takes for something else."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nasty_six import RATE, TEXTS, chapter, exported
from page_chapters import with_two_at_once

from batchtts.alignment import Level, scale
from batchtts.export.alignments.cues import MOST_COLUMNS, MOST_SECONDS, Cue, broken, columns, for_people
from batchtts.export.folder import CHANGES
from batchtts.export.timed import TimedChapter

LONG = (
    "The keeper of the lamp, who had been at sea for most of his life, wrote down the hour, the wind and the number of the "
    "ships; then he put out the light, because it was day, and went to bed.",
    "Well? No.",
    "Antidisestablishmentarianism-and-other-words-that-nobody-can-break-into-lines is one word.",
    "東京から大阪まで新幹線で二時間半かかりますが、飛行機ならもっと早く着くでしょう。",
)
SENTENCES = st.lists(
    st.lists(
        st.sampled_from(["a", "tide", "lighthouse", "and", "“gulls”", "cried,", "then", "silence.", "—"]),
        min_size=1,
    ),
    min_size=1,
    max_size=4,
)


def words_of(own: TimedChapter) -> list[tuple[str, int, int]]:
    return [(word.text, word.start, word.end) for segment in own.segments() for word in segment.words]


def read(folder: Path, name: str) -> str:
    return (folder / f"01-nasty.{name}").read_text(encoding="utf-8")


def blocks(text: str) -> list[list[str]]:
    return [block.splitlines() for block in text.strip().split("\n\n")]


def ms(clock: str) -> int:
    hours, minutes, seconds, rest = re.split(r"[:.,]", clock)
    return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(rest)


def spans(text: str) -> list[tuple[int, int]]:
    found = [line.split(" --> ") for line in text.splitlines() if " --> " in line]
    return [(ms(start), ms(end)) for start, end in found]


# --- Cues ----------------------------------------------------------------------------------------------------


def cues(folder: Path, texts: tuple[str, ...]) -> list[Cue]:
    return for_people(list(chapter(folder, texts=texts).segments()), RATE)


def test_cues_hold_all_of_the_text_and_every_word_once(tmp_path: Path) -> None:
    found = cues(tmp_path, LONG)
    for text in LONG:
        own = [cue for cue in found if cue.segment.text == text]
        assert [cue.char[0] for cue in own] == [0, *(cue.char[1] for cue in own[:-1])]
        assert own[-1].char[1] == len(text)
    assert [word for cue in found for word in cue.words] == [
        word for segment in chapter(tmp_path / "again", texts=LONG).segments() for word in segment.words
    ]


def test_cues_are_short_enough_to_be_read(tmp_path: Path) -> None:
    for cue in cues(tmp_path, LONG):
        if len(cue.words) > 1:
            assert len(cue.lines) <= 2
            assert all(columns(line) <= MOST_COLUMNS for line in cue.lines)
            assert (cue.words[-1].end - cue.words[0].start) / RATE <= MOST_SECONDS


def test_a_cue_does_not_stay_longer_than_cues_last(tmp_path: Path) -> None:
    segment = next(chapter(tmp_path, texts=("Very slow.",)).segments())
    own = segment.alignment
    slow = scale(own, n_samples=round(own.n_samples * 6.9 * RATE / (segment.speech[1] - segment.speech[0])))
    [cue] = for_people([replace(segment, alignment=slow)], RATE)
    assert cue.end - cue.start == round(MOST_SECONDS * RATE)


@pytest.mark.parametrize("text", [*LONG, *TEXTS])
def test_the_parts_of_a_cue_are_its_text(tmp_path: Path, text: str) -> None:
    for cue in cues(tmp_path, (text,)):
        assert len(cue.parts) == len(cue.words)
        assert "".join(cue.parts) == cue.text


@given(SENTENCES)
def test_cues_follow_one_another_and_last(
    tmp_path_factory: pytest.TempPathFactory, texts: list[list[str]]
) -> None:
    spoken = tuple(f"so {' '.join(words)}" for words in texts)
    found = cues(tmp_path_factory.mktemp("cues"), spoken)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert all(cue.start < cue.end for cue in found)


def test_a_cue_ends_where_a_clause_does_if_it_can(tmp_path: Path) -> None:
    ends = [cue.text[-1] for cue in cues(tmp_path, LONG[:1])]
    assert ends[-1] == "."
    assert set(ends[:-1]) <= {",", ";"}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("One short line.", ["One short line."]),
        (
            "The tide came in over the stones, and the gulls cried.",
            ["The tide came in over the stones,", "and the gulls cried."],
        ),
        ("x" * 50, ["x" * 50]),
        ("漢" * 30, ["漢" * 15, "漢" * 15]),
    ],
    ids=["short", "clause", "unbreakable", "wide"],
)
def test_lines_are_broken_in_the_middle_best_after_punctuation(text: str, lines: list[str]) -> None:
    assert broken(text) == lines


# --- SRT and WebVTT ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "ending"), [("srt", "srt"), ("webvtt", "vtt")])
def test_one_cue_for_each_segment_lasts_as_long_as_it_is_spoken(
    tmp_path: Path, name: str, ending: str
) -> None:
    folder = exported(name, tmp_path, cues="segment")
    own = [segment.speech for segment in chapter(tmp_path / "again").segments()]
    found = spans(read(folder, ending))
    assert len(found) == len(TEXTS)
    for (start, end), (first, last) in zip(found, own, strict=True):
        assert start == pytest.approx(first * 1000 / RATE, abs=0.5)
        assert end == pytest.approx(last * 1000 / RATE, abs=0.5)


def test_srt_has_nothing_that_is_taken_for_a_tag_and_lists_what_it_changed(tmp_path: Path) -> None:
    folder = exported("srt", tmp_path)
    text = read(folder, "srt")
    assert "‹quickly›" in text
    assert not re.search(r"<(?!/?-)", text.replace("-->", ""))
    assert [json.loads(line)["before"] for line in (folder / CHANGES).read_text().splitlines()] == [TEXTS[3]]
    assert [int(block[0]) for block in blocks(text)] == list(range(1, len(blocks(text)) + 1))


def test_the_words_of_webvtt_have_growing_times_inside_of_their_cue(tmp_path: Path) -> None:
    text = read(exported("webvtt", tmp_path, cues="words"), "vtt")
    assert text.startswith("WEBVTT\n\nNOTE The voice in these recordings is synthetic")
    for block in blocks(text)[2:]:
        [start, end] = spans(block[0])[0]
        times = [ms(clock) for clock in re.findall(r"<(\d+:\d\d:\d\d\.\d{3})>", block[1])]
        assert all(one < other for one, other in pairwise([start, *times, end]))


def test_webvtt_without_its_tags_is_the_text(tmp_path: Path) -> None:
    shown = [block[1] for block in blocks(read(exported("webvtt", tmp_path, cues="words"), "vtt"))[2:]]
    plain = [
        re.sub(r"<[^>]*>", "", line).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        for line in shown
    ]
    assert plain == list(TEXTS)


@pytest.mark.parametrize("name", ["srt", "webvtt", "aeneas"])
def test_segments_without_the_times_of_words_have_a_cue_all_the_same(tmp_path: Path, name: str) -> None:
    own = chapter(tmp_path, Level.SEGMENT, texts=("",))
    assert list((exported(name, tmp_path / "out", [own])).glob("01-nasty.*"))


# --- LRC, ASS, Audacity, CTM, aeneas -------------------------------------------------------------------------


def test_lyrics_have_the_time_of_every_word_to_the_hundredth(tmp_path: Path) -> None:
    lines = [line for line in read(exported("lrc", tmp_path), "lrc").splitlines() if re.match(r"\[\d", line)]
    found = [
        float(m) * 60 + float(s)
        for line in lines
        for m, s in re.findall(r"<(\d+):([\d.]+)>(?=[^<\n]*\S)", line)
    ]
    wanted = [start / RATE for _, start, _ in words_of(chapter(tmp_path / "again"))]
    assert found == pytest.approx(wanted, abs=0.0051)


def test_lyrics_without_their_times_are_the_text(tmp_path: Path) -> None:
    text = read(exported("lrc", tmp_path, [chapter(tmp_path, texts=LONG)]), "lrc")
    lines = [line.partition("]")[2] for line in text.splitlines() if re.match(r"\[\d", line)]
    assert [re.sub(r"<[\d:.]+>", "", line) for line in lines] == [cue.text for cue in cues(tmp_path, LONG)]


def karaoke(text: str) -> Iterator[tuple[int, list[int]]]:
    for line in text.splitlines():
        if line.startswith("Dialogue:"):
            hours, minutes, seconds, rest = re.split(r"[:.]", line.split(",")[1])
            start = ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 100 + int(rest)
            yield start, [int(length) for length in re.findall(r"\{\\k(\d+)\}", line)]


def test_karaoke_never_drifts(tmp_path: Path) -> None:
    text = read(exported("ass", tmp_path, [chapter(tmp_path, texts=LONG)]), "ass")
    ends = [
        end / 100 for start, lengths in karaoke(text) for end in list(accumulate(lengths, initial=start))[1:]
    ]
    own = words_of(chapter(tmp_path / "again", texts=LONG))
    last_words = [end / RATE for _, _, end in own]
    assert len(ends) == len(own)
    assert ends[-1] == pytest.approx(last_words[-1], abs=0.0051)


@pytest.mark.parametrize("labels", ["words", "phones"])
def test_labels_lead_back_to_the_very_samples(tmp_path: Path, labels: str) -> None:
    text = read(exported("audacity", tmp_path, labels=labels), "txt")
    found = [line.split("\t") for line in text.splitlines()]
    own = chapter(tmp_path / "again")
    wanted = words_of(own)
    if labels == "phones":
        wanted = [
            (
                phone,
                word.start + sum(word.phoneme_n_samples[:index]),
                word.start + sum(word.phoneme_n_samples[: index + 1]),
            )
            for segment in own.segments()
            for word in segment.words
            for index, phone in enumerate(word.phonemes)
        ]
    assert [
        (text, round(float(start) * RATE), round(float(end) * RATE)) for start, end, text in found
    ] == wanted


def test_a_ctm_leads_back_to_the_very_samples(tmp_path: Path) -> None:
    rows = [line.split() for line in read(exported("ctm", tmp_path), "ctm").splitlines()]
    assert {(row[0], row[1], len(row)) for row in rows} == {("01-nasty", "1", 5)}
    found = [
        (row[4], round(float(row[2]) * RATE), round((float(row[2]) + float(row[3])) * RATE)) for row in rows
    ]
    assert found == words_of(chapter(tmp_path / "again"))


def test_a_word_of_a_ctm_has_no_space_and_its_change_is_listed(tmp_path: Path) -> None:
    own = chapter(tmp_path, texts=("ten o\u00a0clock",))
    line = json.loads(own.records.read_text())
    silence, word, *rest = line["alignment"]["items"]
    line["alignment"]["items"] = [silence, word | {"text": "o\u00a0clock", "char": [4, 11]}, rest[-1]]
    own.records.write_text(json.dumps(line) + "\n")
    folder = exported("ctm", tmp_path / "out", [own])
    assert read(folder, "ctm").split()[4] == "o_clock"
    assert json.loads((folder / CHANGES).read_text())["after"] == "o_clock"


def test_a_sync_map_of_voices_that_overlap_has_no_gap_and_nothing_that_ends_before_it_begins(
    tmp_path: Path,
) -> None:
    own = with_two_at_once(tmp_path)
    form = json.loads(read(exported("aeneas", tmp_path / "out", [own], children="words"), "json"))
    for fragment in form["fragments"]:
        times = [(float(word["begin"]), float(word["end"])) for word in fragment["children"]]
        assert times[0][0] == float(fragment["begin"])
        assert times[-1][1] == float(fragment["end"])
        assert all(begin <= end for begin, end in times)
        assert all(one[1] == other[0] for one, other in pairwise(times))


def test_a_chapter_without_segments_has_a_sync_map_without_fragments(tmp_path: Path) -> None:
    own = chapter(tmp_path, texts=())
    assert json.loads(read(exported("aeneas", tmp_path / "out", [own]), "json")) == {"fragments": []}


@pytest.mark.parametrize("children", ["none", "words"])
def test_a_sync_map_has_no_gap_from_beginning_to_end(tmp_path: Path, children: str) -> None:
    own = chapter(tmp_path)
    fragments = json.loads(read(exported("aeneas", tmp_path / "out", [own], children=children), "json"))[
        "fragments"
    ]
    assert [fragment["lines"] for fragment in fragments] == [[" ".join(text.split())] for text in TEXTS]
    assert {fragment["language"] for fragment in fragments} == {"eng"}
    edges = [(fragment["begin"], fragment["end"]) for fragment in fragments]
    assert (edges[0][0], float(edges[-1][1])) == ("0.000", pytest.approx(own.n_samples / RATE, abs=0.0005))
    assert all(one[1] == other[0] for one, other in pairwise(edges))
    for fragment in fragments:
        inner = [(word["begin"], word["end"]) for word in fragment["children"]]
        assert bool(inner) is (children == "words")
        assert all(one[1] == other[0] for one, other in pairwise(inner))

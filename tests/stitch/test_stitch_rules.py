"""The nine rules of the alignment files, each held by what stitching writes."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from small_books import GUEST, STORY, Stitched, book, job_of, plan_of

from batchtts.model import Chapter, Segment

SAMPLE_BYTES = 2


def records(ferry: Stitched) -> Iterator[dict[str, Any]]:
    for chapter in ferry.chapters:
        yield from ferry.lines(chapter)


def items(ferry: Stitched) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for record in records(ferry):
        yield from ((record, item) for item in record["alignment"]["items"])


def spoken(ferry: Stitched) -> Iterator[tuple[Chapter, Segment, dict[str, Any], dict[str, Any]]]:
    """Yield every segment with its entry on the timeline and its record."""
    for chapter in ferry.chapters:
        timeline = ferry.page(chapter)["timeline"]
        yield from (
            (chapter, *each) for each in zip(chapter.segments, timeline, ferry.lines(chapter), strict=True)
        )


def test_rule_1_samples_are_integers_and_seconds_follow_from_them(ferry: Stitched) -> None:
    for record, item in items(ferry):
        rate = record["alignment"]["sample_rate"]
        assert type(item["start"]) is type(item["duration"]) is int
        assert item["start_s"] == round(item["start"] / rate, 6)
        assert item["duration_s"] == round(item["duration"] / rate, 6)
    for page in [*records(ferry), *map(ferry.page, ferry.chapters)]:
        audio = page["audio"]
        assert audio["duration_s"] == round(audio["num_samples"] / audio["sample_rate"], 6)


def test_rule_2_items_tile_the_audio(ferry: Stitched) -> None:
    for record in records(ferry):
        alignment, position = record["alignment"], 0
        for item in alignment["items"]:
            assert item["start"] == position
            position += item["duration"]
        assert position + alignment["residual"] == record["audio"]["num_samples"]
        assert abs(alignment["residual"]) <= max(1, alignment["frame"])


def test_rule_3_phonemes_are_absent_where_only_words_are_known(ferry: Stitched) -> None:
    for record, item in items(ferry):
        assert record["alignment"]["level"] == "word"
        assert not {"phonemes", "phoneme_durations"} & item.keys()


def test_rule_4_characters_are_code_points_of_the_text_and_of_its_document(ferry: Stitched) -> None:
    text = book(*STORY).text
    for record, item in items(ferry):
        first, last = item["char"]
        assert record["text"][first:last] == item["text"]
    for record in records(ferry):
        first, last = record["source"]["char"]
        assert text[first:last] == record["text"]
        assert record["source"]["text_sha256"] == hashlib.sha256(text.encode()).hexdigest()


def test_rule_5_items_without_a_length_are_kept(ferry: Stitched) -> None:
    assert any(item["duration"] == 0 and item["text"] == "“" for _, item in items(ferry))


def test_rule_6_how_items_met_the_text_is_said(ferry: Stitched) -> None:
    assert {record["alignment"]["text_match"] for record in records(ferry)} == {"exact"}


@pytest.mark.parametrize("change", [{"voice": "hum"}, {"speed": 1.5}, {"seed": 8}, {"name": "guest"}])
def test_rule_7_the_key_hashes_all_that_decides_the_audio(ferry: Stitched, change: dict[str, Any]) -> None:
    job = job_of(ferry.workspace.root)
    _, other = plan_of(replace(job, voices={**job.voices, "guest": replace(GUEST, **change)}), book(*STORY))
    pairs = zip(records(ferry), (segment for chapter in other for segment in chapter.segments), strict=True)
    changed = [
        record["speaker"]["id"] for record, now in pairs if record["request"]["key"] != now.fingerprint
    ]
    assert changed == ([] if change == {"name": "guest"} else ["guest", "guest"])


def test_rule_8_every_word_is_heard_in_its_chapter_where_the_files_say(ferry: Stitched) -> None:
    n_words = 0
    for chapter, segment, entry, record in spoken(ferry):
        whole, take = ferry.samples(chapter), ferry.take_samples(segment)
        for item in record["alignment"]["items"]:
            if item["kind"] == "word":
                n_words += 1
                start = entry["start"] + item["start"] - entry["trim"][0]
                heard = whole[start * SAMPLE_BYTES : (start + item["duration"]) * SAMPLE_BYTES]
                said = take[item["start"] * SAMPLE_BYTES :][: item["duration"] * SAMPLE_BYTES]
                assert heard == said
                assert any(heard)
    assert n_words > 40


def test_rule_8_what_is_kept_of_a_take_is_in_the_chapter_sample_by_sample(ferry: Stitched) -> None:
    for chapter, segment, entry, record in spoken(ferry):
        lead, tail = entry["trim"]
        assert lead + entry["num_samples"] + tail == record["audio"]["num_samples"]
        first, last = entry["fade"][0], entry["num_samples"] - entry["fade"][1]
        kept = ferry.take_samples(segment)[(lead + first) * SAMPLE_BYTES : (lead + last) * SAMPLE_BYTES]
        assert ferry.samples(chapter)[(entry["start"] + first) * SAMPLE_BYTES :].startswith(kept)
        assert len(kept) >= SAMPLE_BYTES * (entry["num_samples"] - 2 * 240)


def test_rule_9_every_file_names_its_version(ferry: Stitched) -> None:
    assert {record["schema"] for record in records(ferry)} == {"batchtts.segment/1"}
    assert {ferry.page(chapter)["schema"] for chapter in ferry.chapters} == {"batchtts.chapter/1"}

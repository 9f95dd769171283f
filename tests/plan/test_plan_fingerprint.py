"""What changes a fingerprint, and what does not."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchtts.engines.tone import ToneEngine
from batchtts.job import LengthPolicy, Lengths, Mark, SegmentSettings, Voice
from batchtts.plan.fingerprint import fingerprint, settings_json, settings_of

VOICE = Voice(name="narrator", engine="tone", voice="hum", settings={"warm": True})
TRAITS = ToneEngine.traits
NOTHING = SegmentSettings()


def fingerprint_of(
    text: str = "A line.",
    voice: Voice = VOICE,
    own: SegmentSettings = NOTHING,
    traits: object = TRAITS,
    language: str = "en",
    lengths: Lengths = Lengths(),
) -> str:
    return fingerprint(text, settings_json(settings_of(voice, own, traits, language, lengths)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {"text": "A line!"},
        {"text": "A line. "},
        {"voice": replace(VOICE, engine="other")},
        {"voice": replace(VOICE, voice="low")},
        {"voice": replace(VOICE, speed=1.01)},
        {"voice": replace(VOICE, seed=1)},
        {"voice": replace(VOICE, settings={})},
        {"voice": replace(VOICE, settings={"warm": 1.5})},
        {"own": SegmentSettings(speed=1.01)},
        {"own": SegmentSettings(seed=1)},
        {"own": SegmentSettings(length_seconds=2.0)},
        {"traits": replace(TRAITS, identity="tone/2")},
        {"language": "de"},
    ],
    ids=str,
)
def test_what_can_be_heard_changes_the_fingerprint(change: dict[str, object]) -> None:
    assert fingerprint_of(**change) != fingerprint_of()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {"voice": replace(VOICE, name="another")},
        {"voice": replace(VOICE, mark=Mark(file="job.yaml", line=9, column=1))},
        {"own": SegmentSettings(speed=1.0, seed=0)},
        {"own": SegmentSettings(voice="narrator")},
        {"traits": replace(TRAITS, version="9", max_characters=10, max_concurrency=1, paid=True)},
    ],
    ids=str,
)
def test_what_nobody_can_hear_does_not(change: dict[str, object]) -> None:
    assert fingerprint_of(**change) == fingerprint_of()  # type: ignore[arg-type]


def test_the_language_is_no_choice_for_an_engine_of_one_language() -> None:
    english = replace(TRAITS, languages=("en",))
    assert fingerprint_of(traits=english, language="de") == fingerprint_of(traits=english)


def test_a_segment_that_sets_what_another_voice_has_shares_its_take() -> None:
    faster = replace(VOICE, speed=1.2)
    assert fingerprint_of(own=SegmentSettings(speed=1.2)) == fingerprint_of(voice=faster)


def test_the_order_of_settings_does_not_matter() -> None:
    one, other = {"a": 1, "b": 2}, {"b": 2, "a": 1}
    assert fingerprint_of(voice=replace(VOICE, settings=one)) == fingerprint_of(
        voice=replace(VOICE, settings=other)
    )


@given(st.text(), st.text())
def test_different_texts_have_different_fingerprints(one: str, other: str) -> None:
    assert (fingerprint_of(one) == fingerprint_of(other)) == (one == other)


BEST = Lengths(policy=LengthPolicy.BEST)


@pytest.mark.parametrize("lengths", [BEST, Lengths(least_stretch=0.7), Lengths(most_stretch=1.5)], ids=str)
@pytest.mark.parametrize(
    "own", [SegmentSettings(length_seconds=2.0), SegmentSettings(most_seconds=2.0)], ids=str
)
def test_the_rules_for_lengths_count_where_there_is_a_length(lengths: Lengths, own: SegmentSettings) -> None:
    assert fingerprint_of(own=own, lengths=lengths) != fingerprint_of(own=own)
    assert fingerprint_of(lengths=lengths) == fingerprint_of()

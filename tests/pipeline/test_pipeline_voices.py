"""Voices of engines that are elsewhere are checked once, before anything is asked for."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import ScriptedEngine

from batchtts.engine import VoiceInfo
from batchtts.engines.tone import ToneEngine
from batchtts.errors import EngineError, EngineRefused, EngineUnavailable, PlanError
from batchtts.pipeline.planning.loading import load_job
from batchtts.pipeline.planning.settling import Settled, check_voices, settle


class Elsewhere(ScriptedEngine):
    """A remote engine that counts how often it is asked for its voices, and fails if it is told to."""

    def __init__(self, error: EngineError | None = None, *, remote: bool = True) -> None:
        super().__init__(traits=replace(ToneEngine.traits, remote=remote))
        self.n_listed = 0
        self._error = error

    async def voices(self) -> Sequence[VoiceInfo]:
        self.n_listed += 1
        if self._error is not None:
            raise self._error
        return [VoiceInfo(id=f"voice-{n}", name="", languages=()) for n in range(100)]


@pytest.fixture
def settled(tmp_path: Path) -> Settled:
    manifest = tmp_path / "job.yaml"
    voices = {"a": {"engine": "tone", "voice": "hum"}, "b": {"engine": "tone", "voice": "low"}}
    documents = [{"segments": ["One.", "Two."], "voice": "a"}, {"segments": ["Three."], "voice": "b"}]
    manifest.write_text(json.dumps({"voices": voices, "documents": documents}), encoding="utf-8")
    return settle(load_job(manifest))


def check(settled: Settled, engine: Elsewhere, *names: str) -> list[str]:
    voices = [settled.job.voices[name] for name in names or ("a", "b")]
    return asyncio.run(check_voices(settled.job, {"tone": engine}, voices))


def test_unknown_voices_are_all_named_with_their_places_after_one_request(settled: Settled) -> None:
    engine = Elsewhere()
    with pytest.raises(PlanError) as caught:
        check(settled, engine)
    assert engine.n_listed == 1
    assert [problem.what for problem in caught.value.problems] == [
        "voices.a.voice: tone has no voice 'hum'",
        "voices.b.voice: tone has no voice 'low'",
    ]
    assert all(problem.where.startswith(f"{settled.job.path}:1:") for problem in caught.value.problems)


def test_of_many_voices_some_are_listed(settled: Settled) -> None:
    with pytest.raises(PlanError) as caught:
        check(settled, Elsewhere())
    hint = caught.value.problems[0].hint or ""
    assert hint.endswith("voice-39, ….")


def test_only_voices_that_are_going_to_speak_are_checked(settled: Settled) -> None:
    with pytest.raises(PlanError) as caught:
        check(settled, Elsewhere(), "b")
    assert [problem.what for problem in caught.value.problems] == ["voices.b.voice: tone has no voice 'low'"]


def test_a_service_that_is_away_is_a_note(settled: Settled) -> None:
    [note] = check(settled, Elsewhere(EngineUnavailable("gone fishing")))
    assert note == "tone could not be asked for its voices, so their names are not checked: gone fishing"


def test_a_service_that_refuses_says_so(settled: Settled) -> None:
    with pytest.raises(EngineRefused, match="no key"):
        check(settled, Elsewhere(EngineRefused("no key")))


def test_engines_of_this_machine_were_asked_when_the_job_was_planned(settled: Settled) -> None:
    engine = Elsewhere(remote=False)
    assert check(settled, engine) == []
    assert engine.n_listed == 0

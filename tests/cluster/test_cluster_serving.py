"""What a worker does for a run: here, in this process."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import pytest
from workbench import PLUGINS

from batchtts.cluster import serving
from batchtts.cluster.messages import EngineSpec, Failure, Misfit, Order, Versions, WrongProcess
from batchtts.cluster.residence import Residences
from batchtts.engine import SpeechRequest

SPEC = EngineSpec.of("mortal", {})
NEEDED = Versions.here("mortal/1")


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(PLUGINS)
    monkeypatch.setattr(serving, "_RESIDENCES", Residences())


def order(*texts: str, **change: Any) -> Order:
    process = str(serving.introduce({"mortal": {}})["process"])
    requests = tuple(SpeechRequest(text=text, voice="hum") for text in texts)
    return replace(Order(engine=SPEC, needed=NEEDED, process=process, requests=requests), **change)


def test_a_worker_introduces_itself_in_plain_values() -> None:
    introduction = serving.introduce({"mortal": {}, "tone": {}})
    assert introduction["versions"]["mortal"] == asdict(NEEDED)
    assert introduction["versions"]["tone"]["identity"] == "tone/1"
    assert serving.introduce({})["process"] == introduction["process"]


@pytest.mark.parametrize(
    ("engines", "misfit"),
    [
        ({"nonesuch": {}}, "it cannot open the engine nonesuch: there is no engine named nonesuch"),
        ({"tone": {"pitch": 3}}, "it cannot open the engine tone: tone knows no setting 'pitch'"),
    ],
)
def test_a_worker_that_cannot_open_an_engine_says_why(engines: Mapping[str, Any], misfit: str) -> None:
    assert serving.introduce(engines) == {"misfit": misfit}


def test_an_order_is_answered_text_by_text() -> None:
    answer = serving.speak(order("One.", "This is wrong.", "This is a bug.", "Two."))
    kinds = [item.kind if isinstance(item, Failure) else "speech" for item in answer.outcomes]
    assert kinds == ["speech", "TextRejected", "RemoteBug", "speech"]
    assert answer.seconds > 0


@pytest.mark.parametrize(
    ("change", "error"),
    [({"process": "another"}, WrongProcess), ({"needed": replace(NEEDED, identity="mortal/2")}, Misfit)],
)
def test_an_order_for_somebody_else_is_not_begun(
    change: dict[str, Any], error: type[Exception], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv("MORTAL_LOG", str(tmp_path / "log"))
    with pytest.raises(error):
        serving.speak(order("One.", **change))
    assert not (tmp_path / "log").exists()


def test_an_engine_is_opened_once_for_all_orders() -> None:
    residences = Residences()
    assert residences[SPEC] is residences[EngineSpec.of("mortal", {})]


def test_voices_are_told_or_the_reason_why_they_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    voices = serving.list_voices(SPEC)
    assert not isinstance(voices, Failure)
    assert [voice.id for voice in voices] == ["low", "hum", "high"]
    assert isinstance(serving.list_voices(EngineSpec.of("nonesuch", {})), Failure)

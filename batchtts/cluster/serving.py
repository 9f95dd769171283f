"""What a worker does for a run: it introduces itself, names voices, and speaks.  Dask calls these functions by name."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any
from uuid import uuid4

from batchtts.cluster.messages import (
    Answer,
    EngineSpec,
    Failure,
    Misfit,
    Order,
    Versions,
    WrongProcess,
)
from batchtts.cluster.residence import Residences
from batchtts.engine import Engine, Speech, SpeechRequest, VoiceInfo
from batchtts.errors import BatchttsError
from batchtts.job import Scalar
from batchtts.render import fitting

# Dask keeps nothing between two tasks, so what belongs to this process is kept here.
_PROCESS = uuid4().hex
_RESIDENCES = Residences()


def introduce(engines: Mapping[str, Mapping[str, Scalar]]) -> dict[str, Any]:
    """Open engines, given by their names and settings, and say what they are.

    In plain values only, both ways: this is how versions that do not understand each other find that out.  The answer
    has the `process`, whose name no other ever has, and the `versions` by engine; or else a `misfit`.
    """
    try:
        versions = {
            name: asdict(_versions(EngineSpec.of(name, settings))) for name, settings in engines.items()
        }
    except Misfit as misfit:
        return {"misfit": str(misfit)}
    return {"process": _PROCESS, "versions": versions}


def list_voices(spec: EngineSpec) -> tuple[VoiceInfo, ...] | Failure:
    """Return the voices of an engine, or why it does not tell them."""

    async def voices(engine: Engine) -> tuple[VoiceInfo, ...]:
        return tuple(await engine.voices())

    try:
        return _RESIDENCES[spec].run(voices)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is raised again where somebody waits for it
        return Failure.of(error)


def speak(order: Order) -> Answer:
    """Speak each text in turn; one that cannot be spoken does not keep the others from it.

    Raises `WrongProcess` and `Misfit` before anything is spoken.
    """
    if order.process != _PROCESS:
        raise WrongProcess
    if misfit := _versions(order.engine).misfit(order.needed):
        raise Misfit(misfit)
    return _RESIDENCES[order.engine].run(partial(speak_all, order.requests))


def _versions(spec: EngineSpec) -> Versions:
    try:
        return Versions.here(_RESIDENCES[spec].engine.traits.identity)
    except BatchttsError as error:
        raise Misfit(f"it cannot open the engine {spec.name}: {error}") from error


async def speak_all(requests: Sequence[SpeechRequest], engine: Engine) -> Answer:
    """Speak one text after another: how many are spoken at once is said by the threads of the worker."""
    started = time.perf_counter()
    outcomes = [await _speak(engine, request) for request in requests]
    return Answer(outcomes=tuple(outcomes), seconds=time.perf_counter() - started)


async def _speak(engine: Engine, request: SpeechRequest) -> Speech | Failure:
    try:
        return await fitting.speak(engine, request)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is raised again where somebody waits for it
        return Failure.of(error)

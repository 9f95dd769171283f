"""What every answer has: an id, a line in the log, a place in the metrics, and a shape when something goes wrong."""

import asyncio
import logging
import re
from collections.abc import Callable, Sequence

import pytest
from fakes import ScriptedEngine
from rest_bench import KEY, Client, GatedEngine, talk

from batchtts.engine import VoiceInfo
from batchtts.errors import EngineRefused, EngineUnavailable
from batchtts.lmnt import wire
from batchtts.server.admission import Admission

NEW = {"lmnt-version": "1.2"}
LOG_LINE = re.compile(r"(GET|POST) (\S+) (\d+|gone) \d+ bytes \d+ ms req_[0-9a-f]{24}")
GUARDED = [
    ("GET", wire.BETA_VOICES),
    ("POST", wire.BETA_SYNTHESIZE),
    ("POST", wire.V1_SPEECH),
    ("GET", wire.V1_SPEECH),
    ("POST", wire.V1_BYTES),
    ("POST", wire.V1_CONVERT),
    ("POST", wire.V1_VOICE),
    ("GET", wire.V1_VOICES),
    ("GET", f"{wire.V1_VOICE}/hum"),
    ("PUT", f"{wire.V1_VOICE}/hum"),
    ("DELETE", f"{wire.V1_VOICE}/hum"),
    ("GET", wire.V1_ACCOUNT),
]


async def until(is_so: Callable[[], bool]) -> None:
    """Let others go on until something is so that nobody announces."""
    while not is_so():  # noqa: ASYNC110
        await asyncio.sleep(0)


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_a_key_is_asked_for_before_anything_else(method: str, path: str) -> None:
    async def scenario(client: Client) -> None:
        assert (await client.ask(method, path, key=None)).status == 401
        assert (await client.ask(method, path, key="")).status == 401
        refused = await client.ask(method, path, key="wrong")
        assert (refused.status, refused.json) == (403, {"error": "Invalid API key"})
        enveloped = await client.ask(method, path, key="wrong", headers=NEW)
        assert enveloped.json["error"] == {"type": "permission_error", "message": "Invalid API key"}
        assert (await client.ask(method, path)).status in {200, 400, 403}

    talk(scenario, keys=[KEY])


@pytest.mark.parametrize(
    "path", ["/", "/nowhere", "/v1", "/v1/ai/speech/", "/speech/beta/", "/v1/ai/voice/a/b"]
)
def test_an_unknown_path_is_not_found_in_the_shape_of_the_service(path: str) -> None:
    async def scenario(client: Client) -> None:
        answer = await client.get(path, headers=NEW)
        assert (answer.status, answer.json) == (404, {"detail": "Not Found"})
        assert answer.headers["request-id"]

    talk(scenario)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", wire.V1_BYTES, "POST"),
        ("PUT", wire.V1_ACCOUNT, "GET"),
        ("PATCH", f"{wire.V1_VOICE}/hum", "DELETE,GET,PUT"),
        ("HEAD", "/healthz", "GET"),
    ],
)
def test_a_method_that_a_path_does_not_have_is_not_allowed(method: str, path: str, allowed: str) -> None:
    async def scenario(client: Client) -> None:
        answer = await client.ask(method, path)
        assert (answer.status, answer.headers["Allow"]) == (405, allowed)
        assert method == "HEAD" or answer.json == {"detail": "Method Not Allowed"}

    talk(scenario)


def test_every_answer_has_an_id_of_its_own() -> None:
    async def scenario(client: Client) -> None:
        paths = ("/healthz", "/nowhere", wire.BETA_VOICES, wire.BETA_VOICES)
        ids = [(await client.get(path)).headers["request-id"] for path in paths]
        assert len(set(ids)) == len(paths)

    talk(scenario)


@pytest.mark.parametrize(
    ("error", "status", "retry_after"),
    [
        (EngineUnavailable("away", retry_after=3), 503, "3"),
        (EngineRefused("no credit"), 500, None),
    ],
)
def test_an_engine_that_does_not_speak_is_no_crash(
    error: Exception, status: int, retry_after: str | None
) -> None:
    async def scenario(client: Client) -> None:
        answer = await client.synthesize("Hello.")
        assert (answer.status, answer.headers.get("Retry-After")) == (status, retry_after)
        assert (await client.synthesize("Hello.")).status == 200

    talk(scenario, ScriptedEngine({"Hello.": [error]}))


def test_a_bug_is_answered_with_500_and_its_traceback_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(client: Client) -> None:
        answer = await client.synthesize("Hello.")
        assert (answer.status, answer.json) == (500, {"error": "Internal server error"})
        assert answer.headers["request-id"] in caplog.text
        assert "ZeroDivisionError: by what?" in caplog.text

    talk(scenario, ScriptedEngine({"Hello.": [ZeroDivisionError("by what?")]}))


def test_a_line_in_the_log_tells_everything_but_keys_and_texts(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def scenario(client: Client) -> None:
        await client.synthesize("Utterly confidential.")
        await client.get(f"{wire.V1_SPEECH}?text=Utterly+confidential.&voice=hum")
        await client.get("/confidential" * 100, key="wrong")

    talk(scenario, keys=[KEY])
    lines = [record.getMessage() for record in caplog.records if record.name == "batchtts.server.access"]
    found = [LOG_LINE.fullmatch(line) for line in lines]
    assert [match and match[3] for match in found] == ["200", "200", "404"]
    assert [match and match[2] for match in found][:2] == [wire.BETA_SYNTHESIZE, wire.V1_SPEECH]
    assert "Utterly" not in caplog.text
    assert KEY not in caplog.text


def test_metrics_count_what_was_answered_by_path_and_status() -> None:
    async def scenario(client: Client) -> None:
        await client.synthesize("Hello.")
        await client.synthesize("?!")
        await client.get("/nowhere")
        await client.get(f"{wire.V1_VOICE}/hum")
        lines = (await client.get("/metrics", key=None)).body.decode().splitlines()
        for line in (
            'batchtts_server_requests_total{path="/speech/beta/synthesize",status="200"} 1',
            'batchtts_server_requests_total{path="/speech/beta/synthesize",status="400"} 1',
            'batchtts_server_requests_total{path="other",status="404"} 1',
            'batchtts_server_requests_total{path="/v1/ai/voice/{id}",status="200"} 1',
            'batchtts_server_answers_total{path="/speech/beta/synthesize"} 1',
            "batchtts_server_characters_total 6",
            "batchtts_server_rendering 0",
            "batchtts_server_waiting 0",
            "batchtts_server_sessions 0",
        ):
            assert line in lines

    talk(scenario)


def test_metrics_through_a_proxy_need_a_key() -> None:
    async def scenario(client: Client) -> None:
        forwarded = {"X-Forwarded-For": "198.51.100.7"}
        assert (await client.get("/metrics", key=None, headers=forwarded)).status == 401
        assert (await client.get("/metrics", headers=forwarded)).status == 200

    talk(scenario, keys=[KEY])


def test_150_requests_of_one_client_at_once_are_all_answered() -> None:
    async def scenario(client: Client) -> None:
        asked = [client.synthesize(f"Number {number}.") for number in range(150)]
        assert {answer.status for answer in await asyncio.gather(*asked)} == {200}

    talk(scenario, ScriptedEngine(max_concurrency=2))


def test_who_finds_the_queue_full_gets_429_and_a_time() -> None:
    engine = GatedEngine()

    async def scenario(client: Client) -> None:
        first = asyncio.create_task(client.synthesize("First."))
        await engine.reached.wait()
        refused = await client.synthesize("Second.")
        assert refused.status == 429
        assert refused.headers["Retry-After"] == "1"
        engine.gate.set()
        assert (await first).status == 200

    talk(scenario, engine, admission=Admission(n_slots=1, per_client=0))


def test_nothing_is_rendered_for_a_client_that_went_away_while_it_waited() -> None:
    engine = GatedEngine()

    async def scenario(client: Client) -> None:
        first = asyncio.create_task(client.synthesize("First."))
        await engine.reached.wait()
        second = asyncio.create_task(client.synthesize("Second."))
        await until(lambda: client.service.admission.n_waiting == 1)
        second.cancel()
        await until(lambda: client.service.admission.n_waiting == 0)
        engine.gate.set()
        assert (await first).status == 200
        assert engine.asked == ["First."]
        assert client.service.metrics.value("batchtts_server_requests_total", status="gone") == 1

    talk(scenario, engine)


def test_a_slot_is_free_again_when_a_client_goes_away_while_its_text_is_spoken() -> None:
    engine = GatedEngine()

    async def scenario(client: Client) -> None:
        first = asyncio.create_task(client.synthesize("First."))
        await engine.reached.wait()
        first.cancel()
        engine.gate.set()
        assert (await client.synthesize("Second.")).status == 200

    talk(scenario, engine)


def test_voices_are_asked_for_once_and_not_with_every_request() -> None:
    class Counting(ScriptedEngine):
        n_times = 0

        async def voices(self) -> Sequence[VoiceInfo]:
            self.n_times += 1
            return await super().voices()

    async def scenario(client: Client) -> None:
        await client.get(wire.BETA_VOICES)
        await client.synthesize()
        assert engine.n_times == 1

    engine = Counting()
    talk(scenario, engine)

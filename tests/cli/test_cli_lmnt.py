"""A job that a service speaks: what is asked of it, when, and what is not."""

import json
from collections.abc import Iterator

import pytest
from aiohttp import web
from lmnt_service import KEY, Service, served_in_thread
from workbench import Workbench, files

BOOK = ("# One", "The tide came in.", "Nobody had seen it.")
N_CHARACTERS = len("One" + "The tide came in." + "Nobody had seen it.")


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def job(bench: Workbench, service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    monkeypatch.setenv("LMNT_API_KEY", KEY)
    with served_in_thread(service) as url:
        bench.book(*BOOK)
        write(bench, url)
        yield bench


def write(bench: Workbench, url: str, voice: str = "lily") -> None:
    bench.job(
        engines={"lmnt": {"price": 50, "settings": {"base_url": url}}},
        voices={"narrator": {"engine": "lmnt", "voice": voice}},
        render={"attempts": 1},
    )


def test_a_book_is_rendered_and_then_nothing_is_asked_any_more(
    job: Workbench, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = job.run()
    assert ran.exit_code == 0, ran.stderr
    assert sorted(form["text"] for form in service.forms) == sorted(["One", *BOOK[1:]])
    assert "Spent: USD 1.95." in ran.stdout.splitlines()
    monkeypatch.delenv("LMNT_API_KEY")
    again = job.run()
    assert again.exit_code == 0
    assert again.stdout.startswith("Nothing to render:")
    assert (len(service.forms), service.n_listed) == (3, 1)


def test_planning_asks_nobody_and_needs_no_key(
    job: Workbench, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LMNT_API_KEY")
    planned = job.batchtts("plan")
    assert planned.exit_code == 0
    assert f"Cost: about USD 1.95 for {N_CHARACTERS} characters." in planned.stdout.splitlines()
    assert (service.forms, service.n_listed) == ([], 0)


def test_an_unknown_voice_is_named_by_its_place_before_anything_is_asked(
    job: Workbench, service: Service
) -> None:
    write(job, json.loads(job.manifest.read_text())["engines"]["lmnt"]["settings"]["base_url"], "lilly")
    ran = job.run()
    assert (ran.exit_code, service.forms, job.takes) == (2, [], [])
    assert "voices.narrator.voice: lmnt has no voice 'lilly'" in ran.stderr
    assert f"{job.manifest}:" in ran.stderr
    assert "Did you mean lily? It has lily, amy." in ran.stderr


def test_without_a_key_the_run_is_refused_with_advice(
    job: Workbench, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LMNT_API_KEY")
    ran = job.run()
    assert (ran.exit_code, service.forms) == (4, [])
    assert "LMNT_API_KEY" in ran.stderr


def test_a_key_in_the_manifest_is_refused_and_not_repeated(job: Workbench) -> None:
    job.job(
        engines={"lmnt": {"settings": {"api_key": KEY}}},
        voices={"narrator": {"engine": "lmnt", "voice": "lily"}},
    )
    for command in ("plan", "run"):
        result = job.batchtts(command)
        assert result.exit_code == 2
        assert "engines.lmnt.settings: 'api_key' looks like a key" in result.stderr
        assert KEY not in result.stderr + result.stdout


def test_a_broken_answer_is_no_take_and_may_have_cost(job: Workbench, service: Service) -> None:
    service.say(web.Response(text="<html>Sign in</html>", content_type="text/html"))
    ran = job.run("--json")
    assert ran.exit_code == 3
    [hole] = ran.json["holes"]
    assert "text/html" in hole["reason"]
    assert len(job.takes) == 2
    [spent] = ran.json["spent"]
    assert spent["possible"] > 0


def test_the_key_is_in_no_file_and_in_no_message(job: Workbench, service: Service) -> None:
    service.say(web.json_response({"error": f"Invalid API key: {KEY}"}, status=403))
    ran = job.run("--progress", "json")
    assert ran.exit_code == 4
    again = job.run("--json")
    assert again.exit_code == 0
    for said in (ran.stdout, ran.stderr, again.stdout, again.stderr):
        assert KEY not in said
    assert service.keys == {KEY}
    assert not [name for name, data in files(job.folder).items() if KEY.encode() in data]

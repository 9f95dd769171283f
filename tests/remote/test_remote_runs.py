"""Jobs whose output goes into a bucket, by the real command line, on machines that come and go."""

import os
import signal
from pathlib import Path

import pytest
from s3_service import ACCESS_KEY, SECRET_KEY, S3Service
from storage_bench import AFLOAT, Machines
from workbench import Workbench, files

from batchtts.remote.store import Store

pytestmark = pytest.mark.xdist_group("s3")


@pytest.fixture
def machines(bench: Workbench, s3: S3Service, monkeypatch: pytest.MonkeyPatch) -> Machines:
    return Machines(bench, s3, monkeypatch)


def test_a_fresh_machine_goes_on_where_another_stopped(machines: Machines) -> None:
    first = machines.on("a", "run", "--limit", "3")
    second = machines.on("b", "run")

    assert (first.exit_code, second.exit_code) == (75, 0)
    assert len(first.asked) == 3
    assert len(second.asked) == 3
    assert not set(first.asked) & set(second.asked)
    machines.on("c", "pull")
    assert machines.outputs("c") == machines.alone()


def test_a_fresh_machine_with_nothing_to_do_fetches_the_ledger_and_nothing_else(machines: Machines) -> None:
    machines.on("a", "run")

    result = machines.on("b", "run")

    assert result.exit_code == 0
    assert result.asked == []
    assert "Nothing to render" in result.stdout
    assert len(machines.asked("ledger-")) == 1
    assert machines.asked("takes") == machines.asked("chapters") == machines.asked("alignment") == []
    assert machines.asked("", "PUT") == [f"/{machines.s3.bucket}/books/sea/run.json"]


def test_a_changed_sentence_brings_only_the_packs_of_its_chapter(machines: Machines) -> None:
    machines.on("a", "run", "--limit", "3")
    machines.on("a", "run")
    machines.write(afloat=AFLOAT.replace("Somebody", "Everybody"))

    result = machines.on("b", "run")

    assert result.asked == ["Everybody waved."]
    assert len(machines.asked("takes")) == 1
    assert machines.asked("chapters") == []
    machines.on("b", "pull")
    assert machines.outputs("b") == machines.alone()


def test_deliveries_go_where_chapters_go_and_are_not_made_twice(machines: Machines) -> None:
    machines.on("a", "run", "--audiobook", "m4b,mp3")
    made = files(machines.enter("a"))

    again = machines.on("b", "run", "--audiobook", "m4b,mp3")

    assert "Up to date: 4 files" in again.stdout
    assert machines.asked("chapters") == machines.asked("audiobook") == []
    machines.on("b", "pull")
    fetched = files(machines.enter("b"))
    names = {name for name in made if name.startswith("audiobook/")}
    assert len(names) == 8
    assert {name: fetched[name] for name in names} == {name: made[name] for name in names}
    assert not [name for name in fetched if name.endswith(".packets")]
    machines.on("b", "run", "--audiobook", "flac")
    machines.on("b", "prune")
    machines.on("b", "push")
    machines.on("c", "pull")
    kept = {name for name in files(machines.enter("c")) if name.startswith("audiobook/")}
    assert {Path(name).suffixes[0] for name in kept} == {".flac"}


@pytest.mark.parametrize(
    ("method", "part", "is_saved"),
    [
        ("PUT", "/takes/", False),
        ("PUT", "/chapters/", True),
        ("PUT", "/ledger-", True),
        ("PUT", "/generation.json", True),
        ("POST", "delete", True),
    ],
)
def test_a_push_that_is_killed_loses_nothing_that_was_sent(
    machines: Machines, method: str, part: str, is_saved: bool
) -> None:
    machines.on("a", "run", "--limit", "1")
    machines.enter("a")
    process = machines.bench.start()
    machines.s3.fail(method, part, then=lambda: os.kill(process.pid, signal.SIGKILL))
    process.communicate()
    machines.s3.faults.clear()

    assert process.returncode == -signal.SIGKILL
    other = machines.on("b", "run")
    assert (other.exit_code, other.asked == []) == (0, is_saved)
    machines.on("b", "pull")
    assert machines.outputs("b") == machines.alone()


def test_the_machine_whose_push_was_killed_goes_on(machines: Machines) -> None:
    machines.enter("a")
    process = machines.bench.start()
    machines.s3.fail("PUT", "/chapters/", then=lambda: os.kill(process.pid, signal.SIGKILL))
    process.communicate()
    machines.s3.faults.clear()

    result = machines.on("a", "run")

    assert (result.exit_code, result.asked) == (0, [])
    assert machines.asked("takes", "PUT") == []
    assert machines.on("b", "run").asked == []


def test_of_two_runs_at_once_the_second_is_refused_and_nothing_is_lost(machines: Machines) -> None:
    machines.on("a", "run", "--local", "--limit", "3")
    machines.on("b", "run", "--local")
    assert machines.on("a", "push").exit_code == 0

    refused = machines.on("b", "push")

    assert refused.exit_code == 5
    assert "was changed by somebody else: there is generation 1, put there by" in refused.stderr
    assert "pull --force" in refused.stderr
    assert machines.on("b", "run").exit_code == 5
    assert machines.on("b", "pull", "--force").exit_code == 0
    joined = machines.on("b", "run")
    assert (joined.exit_code, joined.asked) == (0, [])
    assert machines.n_requests_on_record("b") == 9  # six here, and three elsewhere: all were paid for
    assert machines.outputs("b") == machines.alone()
    assert machines.on("a", "run").asked == []


def test_what_a_machine_had_that_was_refused_and_is_gone_is_found(machines: Machines) -> None:
    machines.on("a", "run", "--local", "--limit", "1")
    machines.on("b", "run", "--local")
    machines.on("a", "push")
    machines.on("b", "push")

    result = machines.on("c", "run")

    assert "1 pack of takes there that no run has on record" in result.stderr
    assert (result.exit_code, result.asked) == (0, [])
    machines.on("c", "pull")
    assert machines.outputs("c") == machines.alone()


def test_a_forced_push_replaces_the_records_and_keeps_the_takes(machines: Machines) -> None:
    machines.on("a", "run", "--local", "--limit", "3")
    machines.on("b", "run", "--local", "--limit", "1")
    machines.on("a", "push")

    assert machines.on("b", "push", "--force").exit_code == 0

    result = machines.on("c", "run")
    assert len(result.asked) == 3
    machines.on("c", "pull")
    assert machines.outputs("c") == machines.alone()


def test_a_run_that_its_engine_refused_pushes_what_it_has(machines: Machines) -> None:
    machines.bench.knobs(fates={"again": "refused"})
    first = machines.on("a", "run", "--concurrency", "1")
    machines.bench.knobs()
    second = machines.on("b", "run")

    assert first.exit_code == 4
    assert not {text for text in first.asked if "again" not in text} & set(second.asked)


def test_a_push_that_fails_is_told_after_what_the_run_has_to_say(machines: Machines) -> None:
    machines.bench.knobs(fates={"again": "rejected"})
    machines.s3.fail("PUT", "/ledger-", times=99, status="403 Forbidden", code="AccessDenied")

    result = machines.on("a", "run")

    assert result.exit_code == 5
    assert "1 of 6 segments have no take" in result.stderr
    assert "access is denied" in result.stderr


def test_a_retake_elsewhere_holds_everywhere(machines: Machines) -> None:
    machines.on("a", "run")
    assert machines.on("b", "retake", "ch01-0001", "--why", "a cough").exit_code == 0
    assert len(machines.on("b", "run").asked) == 1

    result = machines.on("a", "run")

    assert result.asked == []
    machines.on("a", "pull")
    machines.on("b", "pull")
    assert machines.outputs("a") == machines.outputs("b")


def test_prune_takes_away_from_the_storage_what_is_needed_no_more(machines: Machines) -> None:
    machines.on("a", "run")
    machines.bench.job(output={"dir": str(machines.address)}, documents=["ashore.md"])
    machines.on("b", "run")
    before = stored(machines)

    assert machines.on("b", "prune", "--unused").exit_code == 0
    assert machines.on("b", "run").asked == []

    assert {name for name in before - stored(machines) if "afloat" in name} != set()
    assert not any("afloat" in name for name in stored(machines))
    assert machines.on("c", "run").asked == []
    assert machines.on("c", "check").exit_code == 0


def stored(machines: Machines) -> set[str]:
    return set(Store.connect(machines.address).objects())


def test_a_pack_that_vanishes_during_a_run_is_not_rendered_anew(machines: Machines) -> None:
    machines.on("a", "run")
    machines.write(afloat=AFLOAT.replace("went out", "sailed"))
    machines.s3.fail("GET", "/takes/", times=99, status="404 Not Found", code="NoSuchKey")

    result = machines.on("b", "run")

    assert result.exit_code == 5
    assert "is not there any more, or not whole" in result.stderr
    assert result.asked == ["Then it sailed again."]
    machines.s3.faults.clear()
    again = machines.on("b", "run")
    assert (again.exit_code, again.asked) == (0, [])


def test_takes_that_are_gone_from_the_storage_are_rendered_anew(machines: Machines) -> None:
    machines.on("a", "run")
    [pack] = [name for name in stored(machines) if name.endswith(".tar")]
    Store.connect(machines.address).remove([pack])
    machines.write(afloat=AFLOAT.replace("went out", "sailed"))

    result = machines.on("b", "run")

    assert ".batchtts/takes/000001.tar is gone from the storage" in result.stderr
    assert result.exit_code == 0
    assert len(result.asked) == 6


@pytest.mark.parametrize("command", ["push", "run"])
@pytest.mark.parametrize("part", ["takes/", "chapters/", "alignment/"])
def test_what_the_storage_loses_is_sent_again_by_whoever_has_it(
    machines: Machines, command: str, part: str
) -> None:
    machines.on("a", "run")
    lost = [name for name in stored(machines) if part in name]
    Store.connect(machines.address).remove(lost)

    assert machines.on("a", command).exit_code == 0

    assert machines.on("b", "run").asked == []
    machines.on("b", "pull", "--all")
    assert machines.outputs("b") == machines.outputs("a")


def test_what_was_overwritten_in_the_storage_is_sent_again(machines: Machines) -> None:
    machines.on("a", "run")
    [name, *_] = sorted(name for name in stored(machines) if name.startswith("chapters/"))
    spoiled = machines.bench.folder / "spoiled"
    spoiled.write_bytes(b"oops")
    Store.connect(machines.address).send(spoiled, name)

    assert machines.on("a", "push").exit_code == 0

    machines.on("b", "pull", "--all")
    assert machines.outputs("b") == machines.outputs("a")


def test_check_brings_everything_and_finds_it_right(machines: Machines) -> None:
    machines.on("a", "run")
    machines.on("b", "run")

    result = machines.on("b", "check")

    assert result.exit_code == 0
    assert "12 of 12 files are as the ledger says" in result.stdout
    assert machines.outputs("b") == machines.outputs("a")


def test_status_and_plan_say_how_old_they_are(machines: Machines) -> None:
    assert "never pulled or pushed from here" in machines.on("a", "plan").stderr
    machines.on("a", "run")

    for command in ("status", "plan"):
        result = machines.on("a", command)
        assert result.exit_code == 0
        assert f"{machines.address} at 20" in result.stderr
        assert machines.s3.requests == []


def test_a_local_run_asks_the_storage_nothing(machines: Machines) -> None:
    result = machines.on("a", "run", "--local")

    assert result.exit_code == 0
    assert machines.s3.requests == []


def test_a_storage_with_another_job_is_left_alone(machines: Machines) -> None:
    machines.on("a", "run")
    machines.bench.job(
        job={"name": "another"}, output={"dir": str(machines.address)}, documents=["ashore.md"]
    )

    result = machines.on("b", "run")

    assert result.exit_code == 5
    assert "holds another job, 'job'" in result.stderr
    assert result.asked == []


def test_a_storage_that_cannot_be_reached_is_told_before_anything_is_spent(
    machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("batchtts.remote.store.ATTEMPTS", 1)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")

    result = machines.on("a", "run")

    assert (result.exit_code, result.asked) == (5, [])
    assert "was not reached" in result.stderr


def test_no_key_is_ever_told(machines: Machines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("batchtts.remote.store.ATTEMPTS", 1)
    said = []
    for code in ("InvalidAccessKeyId", "SignatureDoesNotMatch", "AccessDenied", "Weird"):
        for method in ("GET", "PUT"):
            machines.s3.fail(method, "/books/sea", times=1, status="403 Forbidden", code=code)
            machines.s3.message = f"{ACCESS_KEY} and {SECRET_KEY} are no good"
            said.append(machines.on("a", "run"))
            machines.s3.forget()
    machines.on("a", "run")
    machines.on("b", "pull", "--all")

    told = "".join(result.stdout + result.stderr for result in said)
    kept = b"".join(files(machines.bench.folder).values())
    sent = b"".join(files_of_bucket(machines).values())
    assert "are no good" in told
    for secret in (ACCESS_KEY, SECRET_KEY):
        assert secret not in told
        assert secret.encode() not in kept + sent


def files_of_bucket(machines: Machines) -> dict[str, bytes]:
    store = Store.connect(machines.address)
    return {name: store.read(name) or b"" for name in store.objects()}


def test_a_password_in_an_address_is_refused_and_not_shown(bench: Workbench) -> None:
    bench.job(output={"dir": "sftp://me:hunter22@host/book"})
    bench.book("A line.")

    result = bench.run()

    assert result.exit_code == 2
    assert "job.yaml:" in result.stderr
    assert "a password has no place in an address" in result.stderr
    assert "hunter22" not in result.stderr
    assert "hunter22" not in bench.run("--output", "sftp://me:hunter22@host/book").stderr


def test_a_folder_to_work_in_goes_with_an_address_only(bench: Workbench) -> None:
    bench.job(output={"dir": "out", "local": "work"})
    bench.book("A line.")

    result = bench.run()

    assert result.exit_code == 2
    assert "output.local: goes only with an address in `dir`" in result.stderr


@pytest.mark.parametrize("scheme", ["gs", "nonsense"])
def test_a_storage_for_which_nothing_is_installed_is_named(bench: Workbench, scheme: str) -> None:
    bench.job(output={"dir": f"{scheme}://bucket/book", "local": "work"})
    bench.book("A line.")

    result = bench.run()

    assert (result.exit_code, result.asked) == (2, [])
    assert f"{scheme}://bucket/book: " in result.stderr
    assert "pip install" in result.stderr


@pytest.mark.parametrize("command", ["pull", "push"])
def test_every_line_on_the_page_runs(machines: Machines, command: str) -> None:
    import re
    import shlex

    page = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
    part = re.split(rf"^## {command}$", page, flags=re.MULTILINE)[1].split("\n## ", 1)[0]
    machines.on("a", "run")
    lines = re.findall(rf"^batchtts {command} book.yaml(.*)$", part, flags=re.MULTILINE)
    assert len(lines) >= 2
    for line in lines:
        arguments = line.replace("s3://bucket/book", str(machines.address))
        assert machines.on("a", command, *shlex.split(arguments)).exit_code == 0

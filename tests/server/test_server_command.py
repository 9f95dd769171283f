"""`batchtts serve` as it is run: its lines, its signals, its exit codes."""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from batchtts.cli import main
from batchtts.cli.serving import KEYS, keys_of
from batchtts.errors import InputError

PAGE = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
SECTION = re.split("^## serve$", PAGE, flags=re.MULTILINE)[1].split("\n## ", 1)[0]
LINES = re.findall(r"^batchtts (serve.*)$", SECTION, flags=re.MULTILINE)


@contextmanager
def serve(
    *arguments: str, folder: Path, environment: Mapping[str, str] | None = None
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the command; yield its process and address as soon as it has printed that."""
    process = subprocess.Popen(
        [sys.executable, "-m", "batchtts", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=os.environ | (environment or {}),
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.fullmatch(r"Serving on (http://\S+)\n", line)
        assert found, line or process.communicate()[1]
        yield process, found[1]
    finally:
        process.kill()
        process.communicate()


def status(url: str, key: str) -> int:
    request = urllib.request.Request(url + "/speech/beta/voices", headers={"X-API-Key": key})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGHUP, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_it_in_good_order(tmp_path: Path, number: signal.Signals, code: int) -> None:
    with serve("serve", "--engine", "tone", "--port", "0", folder=tmp_path) as (process, url):
        assert status(url, "any") == 200
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=30)
    assert (process.returncode, stdout) == (code, "")
    assert "GET /speech/beta/voices 200" in stderr
    assert "Traceback" not in stderr


def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    (tmp_path / "faults.json").write_text('{"rules": [{"latency": 300}]}', encoding="utf-8")
    arguments = ["serve", "--engine", "tone", "--port", "0", "--faults", "faults.json"]
    with serve(*arguments, folder=tmp_path) as (process, url):
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            lines = b"Host: x\r\nX-API-Key: k\r\n\r\n"
            connection.sendall(b"GET /healthz HTTP/1.1\r\n" + lines + b"GET /v1/account HTTP/1.1\r\n" + lines)
            assert connection.recv(12) == b"HTTP/1.1 200"  # now the second request is in flight
            process.terminate()
            assert process.stderr is not None
            while "once more to stop at once" not in process.stderr.readline():
                pass
            process.terminate()
            assert process.wait(timeout=20) == 130


def test_help_loads_nothing_heavy() -> None:
    program = "import sys; from batchtts.cli import main; main(['serve', '--help'], standalone_mode=False); "
    program += "print(sorted({'aiohttp', 'numpy', 'asyncio', 'hibari'} & set(sys.modules)), file=sys.stderr)"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stderr == "[]\n"


def test_keys_come_from_arguments_and_the_environment_and_are_never_printed(tmp_path: Path) -> None:
    arguments = ["serve", "--engine", "tone", "--port", "0", "--key", "first-word"]
    with serve(*arguments, folder=tmp_path, environment={KEYS: "second-word, third-word"}) as (process, url):
        asked = {key: status(url, key) for key in ("first-word", "second-word", "third-word", "other")}
        process.terminate()
        stdout, stderr = process.communicate(timeout=30)
    assert asked == {"first-word": 200, "second-word": 200, "third-word": 200, "other": 403}
    assert "-word" not in stdout + stderr


@pytest.mark.parametrize("line", LINES)
def test_every_line_on_the_page_serves(line: str, tmp_path: Path) -> None:
    (tmp_path / "voices.json").write_text('{"leah": {"engine_voice": "heart"}}', encoding="utf-8")
    (tmp_path / "faults.json").write_text('{"rules": []}', encoding="utf-8")
    with serve(*shlex.split(line), "--port", "0", folder=tmp_path) as (process, url):
        process.terminate()
        process.communicate(timeout=30)
    assert (process.returncode, "127.0.0.1" in url or "0.0.0.0" in url) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--host", "0.0.0.0"], "no key is asked for"),
        (["--key", ""], "--key: a key is empty"),
        (["--engine", "hibary"], "Did you mean hibari?"),
        (["--port", "70000"], "70000"),
        (["--faults", "faults.json"], "faults.json: rules[0]: latency: is -1"),
        (["--key", "clé"], "no header can carry"),
        (["--voices", "missing.json"], "missing.json: cannot be read: No such file"),
        (["--voices", "voices.json"], "voices.json: leah: engine_voice: is 'nobody'"),
    ],
)
def test_what_cannot_be_served_is_refused_with_2(
    arguments: list[str], complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("faults.json").write_text(json.dumps({"rules": [{"latency": -1}]}), encoding="utf-8")
    Path("voices.json").write_text(json.dumps({"leah": {"engine_voice": "nobody"}}), encoding="utf-8")
    result = CliRunner().invoke(main, ["serve", "--engine", "tone", "--port", "0", *arguments])
    assert (result.exit_code, complaint in result.stderr) == (2, True), result.stderr


@pytest.mark.parametrize("listed", ["", ",", "a,,b", " "])
def test_a_variable_without_a_key_does_not_open_the_server(
    listed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEYS, listed)
    with pytest.raises(InputError, match=KEYS):
        keys_of(())


def test_the_same_key_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEYS, "a, b")
    assert keys_of(("c", "a")) == ("c", "a", "b")

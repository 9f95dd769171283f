"""A Chromium without a window, driven through its DevTools protocol; it needs nothing but the program itself.

`BATCHTTS_BROWSER` names the program where it has none of the usual names.
"""

import asyncio
import base64
import json
import os
import shutil
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
_SECONDS = 60
_FLAGS = [
    "--headless=new",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-gpu",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--mute-audio",
    "--autoplay-policy=no-user-gesture-required",
    "--remote-debugging-port=0",
    "--window-size=1000,800",
    "--no-sandbox",  # which works neither as root nor in most containers; the page is our own
]

# Read while the modules of tests are loaded: the environment is emptied for each test.
PROGRAM = os.environ.get("BATCHTTS_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)


class ScriptFailed(Exception):
    """A script in the page threw an error."""


class Page:
    """A page of the browser; `complaints` are what it wrote to its console, and errors of scripts and of files."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = count(1)
        self._loaded = asyncio.Event()
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.complaints: list[str] = []
        self.requests: list[str] = []

    async def listen(self) -> None:
        async for message in self._socket:
            form = json.loads(message.data)
            if "id" in form:
                self._answers.pop(form["id"]).set_result(form)
            else:
                self._note(form["method"], form["params"])

    def _note(self, method: str, params: Mapping[str, Any]) -> None:
        if method == "Page.loadEventFired":
            self._loaded.set()
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(params["exceptionDetails"]))
        elif method == "Log.entryAdded":
            self.complaints.append(params["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._numbers)
        self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": params})
        answer = await self._answers[number]
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    async def open(self, url: str) -> None:
        for domain in ("Page", "Runtime", "Log", "Network"):
            await self.ask(f"{domain}.enable")
        self._loaded.clear()
        await self.ask("Page.navigate", url=url)
        await self._loaded.wait()

    async def run(self, script: str) -> Any:
        """Return what an expression comes to, after its promise is kept if it is one."""
        answer = await self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise ScriptFailed(json.dumps(answer["exceptionDetails"])[:2000])
        return answer["result"].get("value")

    async def press(self, key: str, *, code: int, shift: bool = False) -> None:
        for kind in ("keyDown", "keyUp"):
            text = {"text": " "} if key == " " and kind == "keyDown" else {}
            await self.ask(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                windowsVirtualKeyCode=code,
                modifiers=8 if shift else 0,
                **text,
            )

    async def click(self, x: float, y: float) -> None:
        for kind in ("mousePressed", "mouseReleased"):
            await self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    async def prefer(self, **features: str) -> None:
        """Have the page believe that its reader prefers something, such as `prefers_color_scheme="dark"`."""
        own = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        await self.ask("Emulation.setEmulatedMedia", features=own)

    async def screenshot(self) -> bytes:
        return base64.b64decode((await self.ask("Page.captureScreenshot", format="png"))["data"])


@asynccontextmanager
async def opened(url: str, profile: Path) -> AsyncIterator[Page]:
    """Start the browser and open an address in it; `profile` is a folder that it may fill."""
    assert PROGRAM is not None
    process = await asyncio.create_subprocess_exec(
        *(PROGRAM, *_FLAGS, f"--user-data-dir={profile}", "about:blank"), stdout=DEVNULL, stderr=DEVNULL
    )
    try:
        async with asyncio.timeout(_SECONDS), aiohttp.ClientSession() as session:
            port = await _port(profile, process)
            async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                [tab] = [tab for tab in await answer.json() if tab["type"] == "page"]
            async with session.ws_connect(tab["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                page = Page(socket)
                listening = asyncio.create_task(page.listen())
                await page.open(url)
                yield page
                await socket.close()
                await listening
    finally:
        process.terminate()
        await process.wait()


async def _port(profile: Path, process: Process) -> int:
    """Return the port that the browser has chosen, as soon as it has written it down."""
    path = profile / "DevToolsActivePort"
    while True:
        assert process.returncode is None, f"{PROGRAM} ended with status {process.returncode}"
        if path.exists() and (lines := path.read_text().splitlines()):
            return int(lines[0])
        await asyncio.sleep(0.02)

"""A headless Chromium, driven by its DevTools protocol over a WebSocket."""

import base64
import json
import os
import shutil
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless=new",
    "--disable-gpu",
    "--no-first-run",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--renderer-process-limit=1",
    "--remote-debugging-port=0",
)
START_SECONDS = 30.0


class Page:
    """One page of a Chromium of its own; `close` ends both. `problems`: what went to its console as an error."""

    def __init__(self, url: str, profile: Path, size: tuple[int, int] = (1280, 860)) -> None:
        flags = [*FLAGS, f"--user-data-dir={profile}", f"--window-size={size[0]},{size[1]}"]
        if os.geteuid() == 0:
            flags.append("--no-sandbox")
        self.problems: list[str] = []
        self._next_id = 0
        self._sockets = ExitStack()
        self._browser = subprocess.Popen([str(PROGRAM), *flags, "about:blank"], stderr=subprocess.DEVNULL)
        try:
            self._socket = self._attach(profile)
            self.call("Runtime.enable")
            self.call("Log.enable")
            self.call("Page.enable")
            self.call("Page.navigate", url=url)
        except BaseException:
            self._browser.kill()
            raise

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """A DevTools command and its result; console errors that come meanwhile are noted."""
        self._next_id += 1
        self._socket.send(json.dumps({"id": self._next_id, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.recv(timeout=START_SECONDS))
            self._note(message)
            if message.get("id") == self._next_id:
                assert "error" not in message, message
                return dict(message["result"])

    def run(self, script: str) -> Any:
        """The value of a JavaScript expression; a promise is waited for."""
        result = self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True, userGesture=True
        )
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def wait(self, condition: str, seconds: float = 20.0) -> None:
        """Until a JavaScript expression is true; while the page loads it may fail."""
        condition = f"(() => {{ try {{ return Boolean({condition}) }} catch {{ return false }} }})()"
        end = time.monotonic() + seconds
        while not self.run(condition):
            assert time.monotonic() < end, f"Not in {seconds} s: {condition}; the console says {self.problems}"
            time.sleep(0.05)

    def picture(self, path: Path) -> None:
        """A PNG of what is seen."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def close(self) -> None:
        self._sockets.close()
        self._browser.terminate()
        try:
            self._browser.wait(10)
        except subprocess.TimeoutExpired:
            self._browser.kill()
            self._browser.wait()

    def _attach(self, profile: Path) -> ClientConnection:
        told = profile / "DevToolsActivePort"
        end = time.monotonic() + START_SECONDS
        while not (told.is_file() and told.read_text().count("\n")):
            assert time.monotonic() < end and self._browser.poll() is None, "Chromium does not start"
            time.sleep(0.05)
        port, path = told.read_text().splitlines()[:2]
        with connect(f"ws://127.0.0.1:{port}{path}", max_size=None) as browser:
            browser.send(json.dumps({"id": 1, "method": "Target.getTargets"}))
            targets = json.loads(browser.recv(timeout=START_SECONDS))["result"]["targetInfos"]
        target = next(each["targetId"] for each in targets if each["type"] == "page")
        return self._sockets.enter_context(connect(f"ws://127.0.0.1:{port}/devtools/page/{target}", max_size=None))

    def _note(self, message: dict[str, Any]) -> None:
        params = message.get("params", {})
        match message.get("method"):
            case "Runtime.exceptionThrown":
                details = params["exceptionDetails"]
                self.problems.append(details.get("exception", {}).get("description") or details["text"])
            case "Runtime.consoleAPICalled" if params["type"] in ("error", "warning", "assert"):
                self.problems.append(str([each.get("value", each.get("description")) for each in params["args"]]))
            case "Log.entryAdded" if params["entry"]["level"] in ("error", "warning"):
                self.problems.append(params["entry"]["text"] + " " + params["entry"].get("url", ""))

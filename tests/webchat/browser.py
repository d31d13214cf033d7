"""A real Chromium without a window, driven over its DevTools protocol."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
_SECONDS = 15.0
_OPTIONS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
    *("--no-first-run", "--disable-extensions", "--disable-background-networking"),
    *("--disable-component-update", "--no-proxy-server", "--remote-debugging-port=0"),
    "--window-size=1000,800",
)


class Page:
    """One page; waits for what it is asked to see, and no longer than some seconds."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._number = 0
        self.complaints: list[str] = []
        """What the browser logged: scripts that failed, what the page's policy refused."""

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send one command and return its result; empty where a page went away meanwhile."""
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            told = json.loads(self._socket.recv(_SECONDS))
            if told.get("id") == self._number:
                result: dict[str, Any] = told.get("result", {})
                return result
            if told.get("method") == "Log.entryAdded":
                self.complaints.append(told["params"]["entry"]["text"])
            elif told.get("method") == "Runtime.exceptionThrown":
                self.complaints.append(str(told["params"]["exceptionDetails"]))

    def open(self, url: str) -> None:
        """Go to an address."""
        for domain in ("Page", "Runtime", "Log", "Accessibility"):
            self.call(f"{domain}.enable")
        self.call("Page.navigate", url=url)

    def see(self, script: str) -> Any:
        """Return the value of an expression."""
        found = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found.get("result", {}).get("value")

    def until(self, script: str) -> None:
        """Wait until an expression is true."""
        if not comes(lambda: bool(self.see(f"Boolean(document.body && ({script}))"))):
            text = self.see("document.body.innerText")
            raise AssertionError(f"never: {script}\n{text}\n{self.complaints}")

    def says(self, text: str) -> None:
        """Wait until the page shows a text."""
        self.until(f"document.body.innerText.includes({json.dumps(text)})")

    def type(self, text: str) -> None:
        """Type where the focus is, and press Enter."""
        self.call("Input.insertText", text=text)
        self.press("Enter", "\r")

    def press(self, key: str, text: str = "", *, shift: bool = False) -> None:
        """Press a key."""
        more = {"key": key, "windowsVirtualKeyCode": {"Enter": 13, "Tab": 9}[key], "text": text}
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, modifiers=8 * shift, **more)

    def heard(self) -> set[tuple[str, str]]:
        """Return role and name of all that a screen reader finds."""
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        return {
            (node["role"]["value"], node.get("name", {}).get("value", ""))
            for node in nodes
            if not node.get("ignored")
        }


@contextmanager
def browse(url: str, *options: str) -> Iterator[Page]:
    """Open a page in a browser of its own, with nothing left of any other."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        process = subprocess.Popen(
            [CHROMIUM, *_OPTIONS, *options, f"--user-data-dir={folder}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            told = Path(folder) / "DevToolsActivePort"
            assert comes(lambda: told.exists() and "\n" in told.read_text()), "no browser came"
            port = told.read_text().split("\n")[0]
            targets = httpx.get(f"http://127.0.0.1:{port}/json", trust_env=False).json()
            address = next(t["webSocketDebuggerUrl"] for t in targets if t["type"] == "page")
            with connect(address, proxy=None, max_size=None) as socket:
                page = Page(socket)
                page.open(url)
                yield page
        finally:
            process.kill()
            process.wait()


def comes(true: Callable[[], bool]) -> bool:
    """Wait until something is true; False if it never is."""
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.03)
    return False

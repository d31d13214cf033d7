"""One real server in a process of its own, with real models, signed webhooks and a real store."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from dialogue.loading import load_domain
from tests.server.desk import Desk, open_desk
from voicebot.store import Store, open_store

TOKEN = "a-carrier-token"
TELNYX_KEY = Ed25519PrivateKey.from_private_bytes(b"a carrier's key, 32 bytes in all")
EXCHANGE_PASSWORD = "an-exchange-password"
PHONE_TOKEN = "a-test-phone-token"
START_SECONDS = 2.0
CLINIC = "+15550100001"
"""The number of the second hotline."""
WRONG = "+15550100002"
"""The number of a hotline that cannot be loaded."""
EDITED = "+15550100003"
"""The number of a copy of the clinic in `Server.edited`."""


@dataclass(frozen=True)
class Server:
    """Where the server is, and what it leaves behind."""

    url: str
    store: Store
    log: Path
    edited: Path
    """The folder of a hotline to change while the server runs."""
    desk: Desk
    """Where its briefs go."""

    @property
    def voice_url(self) -> str:
        return f"{self.url}/twilio/voice"

    def calls_under_way(self) -> int:
        return int(httpx.get(f"{self.url}/readyz", trust_env=False).json()["calls"])


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with open_desk() as desk:
        yield from _served(tmp_path_factory.mktemp("server"), desk)


def _served(folder: Path, desk: Desk) -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    database = f"sqlite:///{folder / 'calls.sqlite3'}"
    wrong = Path(shutil.copytree(load_domain("clinic").folder, folder / "wrong"))
    (wrong / "prompts.yaml").unlink()
    edited = shutil.copytree(load_domain("clinic").folder, folder / "edited")
    hotlines = {CLINIC: "clinic", WRONG: str(wrong), EDITED: str(edited)}
    environment = os.environ | {
        "VOICEBOT_CHAT__ENABLED": "true",
        "VOICEBOT_CHAT__ORIGINS": '["https://shop.example.com"]',
        "VOICEBOT_CHAT__OPENS_PER_MINUTE": "600",
        "VOICEBOT_CHAT__PER_CLIENT": "100",
        "VOICEBOT_HOTLINES": json.dumps(hotlines),
        "VOICEBOT_PUBLIC_URL": url,
        "VOICEBOT_TWILIO__ACCOUNT_SID": "AC00000000000000000000000000000000",
        "VOICEBOT_TWILIO__AUTH_TOKEN": TOKEN,
        "VOICEBOT_TELNYX__PUBLIC_KEY": b64encode(
            TELNYX_KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        ).decode(),
        "VOICEBOT_ASTERISK__PASSWORD": EXCHANGE_PASSWORD,
        "VOICEBOT_TEST_PHONE__TOKEN": PHONE_TOKEN,
        "VOICEBOT_DATABASE_URL": database,
        "VOICEBOT_SHOP_PATH": str(folder / "shop.sqlite3"),
        "VOICEBOT_LIMITS__START_SECONDS": str(START_SECONDS),
        # Many a test leaves its call without a word, and its carrier never asks what follows.
        "VOICEBOT_LIMITS__RESUME_SECONDS": "0.3",
        # All callers here have the same number.
        "VOICEBOT_LIMITS__PER_CALLER": "0",
        "VOICEBOT_LIMITS__PER_CALLER_HOUR": "0",
        "VOICEBOT_HANDOFF__NUMBER": "+15550109999",
        # Warm transfers have a carrier of their own, in tests/transfer.
        "VOICEBOT_HANDOFF__TRANSFER": "cold",
        "VOICEBOT_HANDOFF__BRIEF_URL": desk.url,
        "PYTHONASYNCIODEBUG": "0",
    }
    log = folder / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "voicebot", "serve", "--port", str(port)],
            env=environment,
            stdout=out,
            stderr=out,
        )
    try:
        _wait_until_ready(url, process, log)
        store = open_store(database)
        yield Server(url, store, log, Path(edited), desk)
        store.close()
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{url}/readyz", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    pytest.fail(f"the server is not ready:\n{log.read_text()[-3000:]}")

"""Somebody calls the bot from a web page, in a real browser with a file for a microphone."""

from __future__ import annotations

import wave
from collections.abc import Iterator

import httpx
import pytest

from telephony.g711 import ulaw_to_pcm16
from tests.server.conftest import PHONE_TOKEN, Server
from tests.server.test_real_calls import line
from tests.webchat.browser import CHROMIUM, Page, browse, comes
from voicebot.folds.transcript import transcript_of
from voicebot.journal import DigitPressed, SpeechHeard
from voicebot.store import CallRow

pytestmark = [
    pytest.mark.models,
    pytest.mark.skipif(not CHROMIUM, reason="needs chromium (Debian's package) on the PATH"),
]

WATCH = """
    window.told = [];
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (message) {
      if (typeof message === "string") told.push(JSON.parse(message));
      send.call(this, message);
    };
"""
"""Keeps what the page tells the server, besides audio."""

BEFORE = 0.6
"""Seconds that the caller listens to the greeting before they speak into it."""


@pytest.fixture(scope="module")
def page(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    file = tmp_path_factory.mktemp("microphone") / "caller.wav"
    with wave.open(str(file), "wb") as microphone:
        microphone.setparams((1, 2, 8_000, 0, "NONE", ""))
        spoken = ulaw_to_pcm16(line("What are your opening hours?", 1).audio)
        microphone.writeframes(bytes(round(2 * 8_000 * BEFORE)) + spoken + bytes(2 * 8_000 * 30))
    with browse(
        f"{server.url}/phone",
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={file}%noloop",
        "--autoplay-policy=no-user-gesture-required",
    ) as page:
        page.until("document.querySelectorAll('#keys button').length === 12")
        page.see(WATCH)
        yield page


def call(page: Page, token: str) -> None:
    page.see(f"document.getElementById('token').value = {token!r}")
    page.see("document.getElementById('call').click()")


def test_nobody_calls_without_the_token(page: Page) -> None:
    call(page, "a-wrong-token-of-some-length")
    page.says("Not taken: wrong token")


def test_a_question_from_a_page_is_answered_and_heard_there(page: Page, server: Server) -> None:
    call(page, PHONE_TOKEN)
    page.says("Connected.")
    page.until("document.getElementById('bot').value > 0.05")
    row = the_call(server)
    assert comes(lambda: answered(server, row)), server.store.entries(row.call_id)
    page.see("document.querySelector('#keys button').click()")
    page.see("document.getElementById('hangup').click()")
    page.says("The call is over.")
    assert comes(lambda: server.calls_under_way() == 0)

    entries = server.store.entries(row.call_id)
    told = transcript_of(entries)
    assert any("opening hours" in turn.text.lower() for turn in told.turns)
    assert "caller_hung_up" == told.call.disposition
    assert [DigitPressed("1")] == [e.event for e in entries if isinstance(e.event, DigitPressed)]
    # What was heard is known from the page, not from the time that it should have taken.
    played = page.see("told.filter(({event}) => event === 'played').map(({mark}) => mark)")
    assert played
    assert set(played) <= {e.event.segment for e in entries if isinstance(e.event, SpeechHeard)}
    assert [] == page.complaints


def answered(server: Server, row: CallRow) -> bool:
    """Whether something of the article was heard: its mark came back from the page."""
    entries = server.store.entries(row.call_id)
    heard = {e.event.segment for e in entries if isinstance(e.event, SpeechHeard)}
    turns = transcript_of(entries).turns
    return bool(heard) and any("article:opening_hours" in turn.sources for turn in turns)


def the_call(server: Server) -> CallRow:
    found: list[CallRow] = []

    def begun() -> bool:
        found[:] = [row for row in server.store.calls(50) if row.channel == "browser"]
        return bool(found)

    assert comes(begun)
    return found[0]


def test_the_page_may_use_the_microphone_and_nothing_of_others(server: Server) -> None:
    answer = httpx.get(f"{server.url}/phone", trust_env=False)

    assert "microphone=(self)" == answer.headers["permissions-policy"]
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; ")
    assert 404 == httpx.get(f"{server.url}/phone/other.js", trust_env=False).status_code

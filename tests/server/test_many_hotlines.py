"""One server, several numbers: each caller is greeted by the hotline they rang."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from tests.server.conftest import CLINIC, EDITED, WRONG, Server
from tests.server.test_bad_input import VALIDATOR, events, media_socket, quiet, start
from voicebot.journal import CallAnswered, ReplyDecided
from voicebot.store import CallRow

pytestmark = pytest.mark.models


def ring(server: Server, called: str, call_sid: str) -> str:
    """Ring a number as the carrier does; return the answer."""
    form = {
        "CallSid": call_sid,
        "AccountSid": "AC" + "0" * 32,
        "From": "+15550109000",
        "To": called,
        "CallStatus": "ringing",
    }
    signature = VALIDATOR.compute_signature(server.voice_url, form)
    headers = {"X-Twilio-Signature": signature}
    answer = httpx.post(server.voice_url, data=form, headers=headers, trust_env=False)
    assert 200 == answer.status_code
    return answer.text


async def greeted(server: Server, called: str, call_sid: str) -> tuple[str, str]:
    """Ring, listen until the greeting begins, hang up; return the hotline and its greeting."""
    text = await asyncio.to_thread(ring, server, called, call_sid)
    token = text.split('name="token" value="')[1].split('"')[0]
    async with media_socket(server) as socket:
        await socket.send(start(token, call_sid))
        await events(socket, "media")
    await quiet(server)
    row = await journal_row(server, call_sid)
    entries = server.store.entries(row.call_id)
    answered = next(e.event for e in entries if isinstance(e.event, CallAnswered))
    decided = next(e.event for e in entries if isinstance(e.event, ReplyDecided))
    assert called == answered.called
    return answered.domain, str(decided.acts[0]["text"])


async def journal_row(server: Server, call_sid: str) -> CallRow:
    async with asyncio.timeout(10):
        while True:
            rows: list[Any] = [r for r in server.store.calls() if r.carrier_call_id == call_sid]
            if rows and rows[0].ended_at is not None:
                row: CallRow = rows[0]
                return row
            await asyncio.sleep(0.05)


async def test_each_number_is_another_hotline(server: Server) -> None:
    retail = await greeted(server, "+15550100000", "CA" + "0a" * 16)
    clinic = await greeted(server, CLINIC, "CA" + "0b" * 16)
    assert (
        "retail",
        "Hello, this is the automated assistant of Maple Street. How can I help?",
    ) == (retail)
    assert "clinic" == clinic[0]
    assert "Elm Park Clinic" in clinic[1]


async def test_a_broken_hotline_gets_the_fallback_and_the_others_go_on(server: Server) -> None:
    for name in "cd":
        answer = await asyncio.to_thread(ring, server, WRONG, "CA" + f"0{name}" * 16)
        if "token" in answer:
            # The first call finds out: its stream is closed, and the carrier asks what is next.
            token = answer.split('name="token" value="')[1].split('"')[0]
            async with media_socket(server) as socket:
                await socket.send(start(token, "CA" + f"0{name}" * 16))
                with pytest.raises(Exception, match="1011"):
                    await events(socket, "media")
        else:
            assert "<Gather" in answer
    assert "<Gather" in answer
    assert "Elm Park" in (await greeted(server, CLINIC, "CA" + "0e" * 16))[1]
    ready = (await asyncio.to_thread(httpx.get, f"{server.url}/readyz", trust_env=False)).json()
    assert "ready" == ready["status"]
    assert {"loaded", "failed"} <= set(ready["hotlines"].values())
    logged = server.log.read_text()
    assert "prompts.yaml:1: the file is missing" in logged


async def test_a_folder_that_changes_is_heard_without_a_restart(server: Server) -> None:
    assert "Elm Park" in (await greeted(server, EDITED, "CA" + "0f" * 16))[1]
    prompts = server.edited / "prompts.yaml"
    text = await asyncio.to_thread(prompts.read_text, encoding="utf-8")
    changed = text.replace("Elm Park Clinic", "Oak Hill Clinic")
    await asyncio.to_thread(prompts.write_text, changed, encoding="utf-8")
    async with asyncio.timeout(40):
        for n in range(100):
            if "Oak Hill" in (await greeted(server, EDITED, f"CA{n:032d}"))[1]:
                break
            await asyncio.sleep(1.5)

"""The brief reaches the people's own system, and nobody waits for it."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import httpx

from dialogue.loading import load_domain
from telephony.calls import CallStatus
from telephony.desk import IncomingCall, StreamOver, TransferTo, Voicemail
from voicebot.bootstrap import Service
from voicebot.briefs import BriefSender
from voicebot.call.parts import Outcome
from voicebot.journal import HandoffDecided
from voicebot.settings import HandoffSettings, LimitSettings, Settings
from voicebot.web.reception import Reception

BRIEF = {"reason": "the caller asked for a person", "headline": "wants to cancel an order"}


class Desk:
    """The people's system, which may be out of order."""

    def __init__(self, *answers: int) -> None:
        self.answers = list(answers)
        self.got: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.got.append(request)
        status = self.answers.pop(0) if self.answers else 200
        if status == 0:
            raise httpx.ConnectError("refused")
        return httpx.Response(status)


async def sent(desk: Desk, url: str = "https://desk.example.com/briefs") -> Desk:
    sender = BriefSender(url, "secret", pause=0.0, transport=httpx.MockTransport(desk))
    sender.send("CA1", BRIEF)
    await sender.close()
    return desk


async def test_a_brief_is_posted_with_the_calls_name() -> None:
    (request,) = (await sent(Desk())).got
    assert {"call": "CA1", "channel": "phone", "brief": BRIEF} == json.loads(request.content)
    assert "CA1" == request.headers["idempotency-key"]
    assert "Bearer secret" == request.headers["authorization"]


async def test_a_failing_desk_is_tried_again_and_then_left() -> None:
    assert 2 == len((await sent(Desk(503))).got)
    assert 3 == len((await sent(Desk(0, 500, 502, 200))).got)
    assert 1 == len((await sent(Desk(401))).got)


async def test_nowhere_to_send_is_no_error() -> None:
    assert [] == (await sent(Desk(), url="")).got


async def reception(desk: Desk, brief: dict[str, str]) -> tuple[object, BriefSender]:
    sender = BriefSender("https://desk.example.com", transport=httpx.MockTransport(desk))
    settings = HandoffSettings(number="+15551234567")
    front = Reception(LimitSettings(), settings, ready=lambda: True, briefs=sender)
    await front.answer(IncomingCall("CA1", "+15550001", "+15550002"))
    front.began("CA1")
    front.ended("CA1", Outcome("transferred", HandoffDecided("orders", "asked", (), brief)))
    return await front.stream_ended(StreamOver("CA1", CallStatus.IN_PROGRESS, 1)), sender


async def test_a_transfer_sends_its_brief() -> None:
    desk = Desk()
    step, sender = await reception(desk, BRIEF)
    assert isinstance(step, TransferTo)
    await sender.close()
    assert 1 == len(desk.got)


async def test_each_hotline_has_people_of_its_own() -> None:
    numbers = {"+15550002": "+15557654321"}
    front = Reception(
        LimitSettings(),
        HandoffSettings(number="+15551234567"),
        ready=lambda: True,
        number=lambda called: numbers.get(called, ""),
    )
    for sid, called in (("CA1", "+15550002"), ("CA2", "+15550003")):
        await front.answer(IncomingCall(sid, "+15550001", called))
        front.began(sid)
        front.ended(sid, Outcome("transferred", HandoffDecided("orders", "asked", (), BRIEF)))
    step = await front.stream_ended(StreamOver("CA1", CallStatus.IN_PROGRESS, 1))
    assert isinstance(step, TransferTo)
    assert "+15557654321" == step.number
    step = await front.stream_ended(StreamOver("CA2", CallStatus.IN_PROGRESS, 1))
    assert isinstance(step, Voicemail), "nobody is rung who is not theirs"


def test_the_number_of_a_hotline_is_in_its_folder(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(load_domain("clinic").folder, tmp_path / "clinic"))
    (folder / "handover.yaml").write_text('number: "+1 555 765 4321"\n', encoding="utf-8")
    service = Service(
        Settings(
            domain="clinic",
            hotlines={"+15550002": str(folder)},
            database_url=f"sqlite:///{tmp_path / 'calls.sqlite3'}",
            handoff=HandoffSettings(number="+15551234567"),
        )
    )
    assert "+15557654321" == service.number_for("+15550002")
    assert "+15551234567" == service.number_for("+15550009")
    service.store.close()


async def test_a_message_sends_its_brief_too_and_rings_nobody() -> None:
    desk = Desk()
    step, sender = await reception(desk, {**BRIEF, "route": "message"})
    assert isinstance(step, Voicemail)
    await sender.close()
    assert 1 == len(desk.got)


async def test_a_desk_that_hangs_holds_nobody_up() -> None:
    async def hang(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(60)
        return httpx.Response(200)

    sender = BriefSender("https://desk.example.com", transport=httpx.MockTransport(hang))
    sender.send("CA1", BRIEF)
    async with asyncio.timeout(3.0):
        await sender.close()

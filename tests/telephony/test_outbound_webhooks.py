"""What the carrier tells of calls that we made, as the desk hears of it."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from twilio.request_validator import RequestValidator

from telephony.calls import CallStatus
from telephony.desk import Accept, CallAnswer, Goodbye, IncomingCall
from telephony.twilio.outbound_webhooks import OutboundDeps, outbound_router, outbound_url
from telephony.twilio.signature import HEADER, RequestGate, SignatureCheck

PUBLIC = "https://bot.example.com"
TOKEN = "a-token"
SID = "CA" + "1" * 32
US, LEE = "+12125550100", "+12125550143"


class Desk:
    """Remembers what it is told, and fails where it should."""

    def __init__(self) -> None:
        self.told: list[object] = []
        self.fails = False

    def _hear(self, *what: object) -> None:
        if self.fails:
            raise RuntimeError("on purpose")
        self.told.append(what)

    async def answered(self, attempt_id: str, call: IncomingCall) -> CallAnswer | Goodbye:
        self._hear("answered", attempt_id, call.caller, call.called)
        return Accept({"token": "t"})

    async def call_changed(self, attempt_id: str, call_sid: str, status: CallStatus) -> None:
        self._hear("status", attempt_id, call_sid, status)

    async def machine_heard(self, attempt_id: str, call_sid: str) -> None:
        self._hear("machine", attempt_id, call_sid)


class Line:
    """Posts as the carrier does."""

    def __init__(self) -> None:
        self.desk = Desk()
        app = FastAPI()
        gate = RequestGate(SignatureCheck([TOKEN], PUBLIC))
        app.include_router(outbound_router(OutboundDeps(self.desk, gate, PUBLIC)))
        self.client = TestClient(app)

    def post(self, what: str, attempt: str = "l1-1.1", **fields: str) -> tuple[int, str]:
        form = {"CallSid": SID, **fields}
        signed = RequestValidator(TOKEN).compute_signature(
            outbound_url(PUBLIC, what, attempt), form
        )
        path = f"/outbound/{what}/{attempt}"
        answer = self.client.post(path, data=form, headers={HEADER: signed})
        return answer.status_code, answer.text


@pytest.fixture
def line() -> Line:
    return Line()


def test_whom_we_rang_is_who_talks_to_us(line: Line) -> None:
    status, document = line.post("answered", From=US, To=LEE)
    assert 200 == status
    assert 'url="wss://bot.example.com/twilio/media"' in document
    assert [("answered", "l1-1.1", LEE, US)] == line.desk.told


def test_who_answers_is_not_left_in_silence_when_we_fail(line: Line) -> None:
    line.desk.fails = True
    status, document = line.post("answered", From=US, To=LEE)
    assert 200 == status
    assert "<Say>" in document
    assert "<Hangup" in document


@pytest.mark.parametrize("by", ["human", "unknown"])
def test_what_is_not_surely_a_machine_is_a_person(line: Line, by: str) -> None:
    assert 204 == line.post("machine", AnsweredBy=by)[0]
    assert [] == line.desk.told


@pytest.mark.parametrize("by", ["machine_start", "machine_end_beep", "machine_end_other", "fax"])
def test_a_machine_is_told_of(line: Line, by: str) -> None:
    assert 204 == line.post("machine", AnsweredBy=by)[0]
    assert [("machine", "l1-1.1", SID)] == line.desk.told


def test_a_status_is_told_of_and_one_that_is_none_is_not(line: Line) -> None:
    assert 204 == line.post("status", CallStatus="no-answer")[0]
    assert 204 == line.post("status", CallStatus="initiated")[0]
    assert [("status", "l1-1.1", SID, CallStatus.NO_ANSWER)] == line.desk.told


def test_what_we_could_not_take_is_sent_again(line: Line) -> None:
    line.desk.fails = True
    assert 500 == line.post("status", CallStatus="completed")[0]


@pytest.mark.parametrize(
    ("what", "attempt", "fields", "status"),
    [
        ("machine", "l1-1.1", {"AnsweredBy": "an alien"}, 400),
        ("machine", "l1-1.1", {}, 400),
        ("answered", "l1-1.1", {"From": US, "To": "x" * 300}, 400),
        ("status", "l1-1.1", {"CallSid": "no sid"}, 400),
        ("status", "x" * 200, {"CallStatus": "busy"}, 404),
    ],
)
def test_what_the_carrier_would_not_send_is_refused(
    line: Line, what: str, attempt: str, fields: dict[str, str], status: int
) -> None:
    assert status == line.post(what, attempt, **fields)[0]
    assert [] == line.desk.told

"""The webhooks, asked over ASGI by a carrier, with a desk that decides as it is told."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import httpx
import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs
from twilio.request_validator import RequestValidator

from telephony.calls import CallStatus, DialStatus
from telephony.desk import (
    Accept,
    Blocked,
    Busy,
    CallAnswer,
    DialEnded,
    FallbackMenu,
    Goodbye,
    IncomingCall,
    MenuChoice,
    MenuKey,
    Message,
    NextStep,
    Resume,
    StreamOver,
    StreamReport,
    TransferTo,
    Voicemail,
)
from telephony.twilio import twiml
from telephony.twilio.carrier import TWILIO
from telephony.twilio.signature import RequestGate, SignatureCheck
from telephony.webhooks.forms import MAX_BODY
from telephony.webhooks.routes import MOST_STREAMS, FallbackWords, WebhookDeps, carrier_router

PUBLIC = "https://bot.example.com"
TOKEN = "auth-token"
CALL = {
    "CallSid": "CA1",
    "AccountSid": "AC1",
    "From": "+15550100001",
    "To": "+15550100000",
    "CallStatus": "ringing",
}
WORDS = FallbackWords()


@dataclass
class FakeDesk:
    """Records what it was asked, and answers as it was told."""

    answers: CallAnswer = field(default_factory=lambda: Accept({"token": "t1"}))
    steps: NextStep = field(default_factory=Goodbye)
    asked: list[Any] = field(default_factory=list)
    error: Exception | None = None
    gate: asyncio.Event | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def _ask(self, question: Any) -> None:
        self.asked.append(question)
        self.arrived.set()
        if self.gate is not None:
            await self.gate.wait()
        if self.error is not None:
            raise self.error

    async def answer(self, call: IncomingCall) -> CallAnswer:
        await self._ask(call)
        return self.answers

    async def stream_ended(self, over: StreamOver) -> NextStep:
        await self._ask(over)
        return self.steps

    async def stream_reported(self, report: StreamReport) -> None:
        await self._ask(report)

    async def menu_answered(self, choice: MenuChoice) -> NextStep:
        await self._ask(choice)
        return self.steps

    async def dial_ended(self, ended: DialEnded) -> NextStep:
        await self._ask(ended)
        return self.steps

    async def message_left(self, message: Message) -> None:
        await self._ask(message)


class Carrier:
    """Posts webhooks as Twilio does."""

    def __init__(self, desk: FakeDesk, **deps: Any) -> None:
        self.now = 0.0
        app = FastAPI()
        settings = {
            "gate": RequestGate(SignatureCheck([TOKEN], PUBLIC)),
            "public_url": PUBLIC,
            "clock": lambda: self.now,
            **deps,
        }
        app.include_router(carrier_router(WebhookDeps(desk=desk, dialect=TWILIO, **settings)))
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app, client=("203.0.113.9", 443)), base_url=PUBLIC
        )

    async def post(
        self, path: str, form: dict[str, str], token: str = TOKEN, **headers: str
    ) -> httpx.Response:
        signature = RequestValidator(token).compute_signature(PUBLIC + path, form)
        return await self.http.post(
            path, data=form, headers={"X-Twilio-Signature": signature, **headers}
        )


@pytest.fixture
def desk() -> FakeDesk:
    """A desk that takes every call."""
    return FakeDesk()


@pytest.fixture
async def carrier(desk: FakeDesk) -> AsyncIterator[Carrier]:
    """A carrier whose number points to the desk."""
    carrier = Carrier(desk)
    async with carrier.http:
        yield carrier


def action(name: str, stream: int = 1) -> str:
    """Return an address that the call goes on at."""
    return f"{PUBLIC}/twilio/{name}?stream={stream}"


MENU = twiml.fallback_menu(
    action("fallback-choice"), say=WORDS.apology, menu=WORDS.menu, goodbye=WORDS.goodbye
)
VOICEMAIL = twiml.voicemail(action("voicemail-done"), prompt=WORDS.message, goodbye=WORDS.goodbye)


class TestVoice:
    """Somebody rings."""

    async def test_an_accepted_call_is_connected(self, carrier: Carrier, desk: FakeDesk) -> None:
        """To the media socket at the public address, with the desk's parameters."""
        response = await carrier.post("/twilio/voice", CALL)

        assert 200 == response.status_code
        assert "text/xml; charset=utf-8" == response.headers["content-type"]
        assert (
            twiml.connect_stream(
                "wss://bot.example.com/twilio/media",
                action("stream-ended"),
                action("stream-status"),
                {"token": "t1"},
            )
            == response.text
        )
        assert [IncomingCall("CA1", "+15550100001", "+15550100000", "AC1")] == desk.asked

    @pytest.mark.parametrize(
        ("answer", "document"),
        [
            (Busy(), twiml.reject(busy=True)),
            (Blocked(), twiml.reject(busy=False)),
            (FallbackMenu(person=True), MENU),
            (Voicemail(), VOICEMAIL),
        ],
    )
    async def test_other_answers(
        self, carrier: Carrier, desk: FakeDesk, answer: CallAnswer, document: str
    ) -> None:
        """As the desk decides."""
        desk.answers = answer

        assert document == (await carrier.post("/twilio/voice", CALL)).text

    async def test_callers_without_a_number_are_served(
        self, carrier: Carrier, desk: FakeDesk
    ) -> None:
        """Withheld, or not telephones at all."""
        for n, caller in enumerate(["", "anonymous", "sip:ann@example.com", " 15550100001"]):
            await carrier.post("/twilio/voice", CALL | {"CallSid": f"CA{n}", "From": caller})

        assert ["", "anonymous", "sip:ann@example.com", "+15550100001"] == [
            call.caller for call in desk.asked
        ]

    async def test_a_repeated_request_gets_the_same_answer(
        self, carrier: Carrier, desk: FakeDesk
    ) -> None:
        """For a minute; the desk mints one token only."""
        first = await carrier.post("/twilio/voice", CALL)
        desk.answers = Accept({"token": "t2"})
        again = await carrier.post("/twilio/voice", CALL)
        carrier.now = 61.0
        later = await carrier.post("/twilio/voice", CALL)

        assert first.text == again.text
        assert 'value="t2"' in later.text
        assert 2 == len(desk.asked)

    async def test_a_request_repeated_too_soon_waits_for_the_same_answer(
        self, carrier: Carrier, desk: FakeDesk
    ) -> None:
        """Even if the carrier gave up on the first one."""
        desk.gate = asyncio.Event()
        first = asyncio.create_task(carrier.post("/twilio/voice", CALL))
        await desk.arrived.wait()
        first.cancel()
        again = [asyncio.create_task(carrier.post("/twilio/voice", CALL)) for _ in range(3)]
        desk.gate.set()

        assert 3 == len([task for task in again if 'value="t1"' in (await task).text])
        assert 1 == len(desk.asked)


class TestAfterTheStream:
    """Nobody is dropped silently."""

    @pytest.mark.parametrize(
        ("step", "document"),
        [
            (Goodbye("Bye."), twiml.hangup("Bye.")),
            (
                TransferTo("+15557654321", 25, "+15550100000", "Hold the line."),
                twiml.dial(
                    "+15557654321",
                    caller_id="+15550100000",
                    timeout=25,
                    action_url=action("dial-ended"),
                    say="Hold the line.",
                ),
            ),
            (Voicemail(), VOICEMAIL),
            (
                FallbackMenu(person=False, say="Oh dear."),
                twiml.fallback_menu(
                    action("fallback-choice"),
                    say="Oh dear.",
                    menu=WORDS.menu_without_person,
                    goodbye=WORDS.goodbye,
                ),
            ),
            (
                Resume({"token": "t2"}, "We were cut off."),
                twiml.connect_stream(
                    "wss://bot.example.com/twilio/media",
                    action("stream-ended", 2),
                    action("stream-status", 2),
                    {"token": "t2"},
                    say="We were cut off.",
                ),
            ),
        ],
    )
    async def test_the_call_goes_on_as_the_desk_says(
        self, carrier: Carrier, desk: FakeDesk, step: NextStep, document: str
    ) -> None:
        """Every step in TwiML."""
        desk.steps = step

        response = await carrier.post(
            "/twilio/stream-ended?stream=1", CALL | {"CallStatus": "in-progress"}
        )

        assert document == response.text
        assert [StreamOver("CA1", CallStatus.IN_PROGRESS, stream=1)] == desk.asked

    async def test_the_desk_learns_which_stream_it_was(
        self, carrier: Carrier, desk: FakeDesk
    ) -> None:
        """From the address, which is ours and signed; so no memory is needed."""
        form = CALL | {"CallStatus": "completed"}
        await carrier.post("/twilio/stream-ended?stream=2", form)
        await carrier.post("/twilio/stream-ended?stream=x", form)

        assert [
            StreamOver("CA1", CallStatus.COMPLETED, stream=2),
            StreamOver("CA1", CallStatus.COMPLETED, stream=1),
        ] == desk.asked

    async def test_resuming_for_ever_ends_at_the_menu(
        self, carrier: Carrier, desk: FakeDesk
    ) -> None:
        """A loop is not a conversation."""
        desk.steps = Resume({"token": "t2"})

        response = await carrier.post(f"/twilio/stream-ended?stream={MOST_STREAMS}", CALL)

        assert MENU.replace("stream=1", f"stream={MOST_STREAMS}") == response.text

    async def test_status_reports_are_passed_on(self, carrier: Carrier, desk: FakeDesk) -> None:
        """Answered with nothing, as nobody waits; a long error is cut."""
        form = {"CallSid": "CA1", "StreamSid": "MZ1", "StreamEvent": "stream-error"}
        response = await carrier.post(
            "/twilio/stream-status?stream=1", form | {"StreamError": "31920 " * 200}
        )

        assert (204, "") == (response.status_code, response.text)
        assert [StreamReport("CA1", "MZ1", "stream-error", ("31920 " * 200)[:500])] == desk.asked

    async def test_keys_people_and_messages(self, carrier: Carrier, desk: FakeDesk) -> None:
        """The rest of the way, each answer told to the desk."""
        for digit in ("1", "2", "7"):
            await carrier.post("/twilio/fallback-choice?stream=1", CALL | {"Digits": digit})
        await carrier.post("/twilio/dial-ended?stream=1", CALL | {"DialCallStatus": "no-answer"})
        left = await carrier.post(
            "/twilio/voicemail-done?stream=1",
            CALL
            | {"RecordingSid": "RE1", "RecordingUrl": "https://r/1", "RecordingDuration": "12"},
        )

        assert [
            MenuChoice("CA1", MenuKey.PERSON),
            MenuChoice("CA1", MenuKey.MESSAGE),
            MenuChoice("CA1", MenuKey.OTHER),
            DialEnded("CA1", DialStatus.NO_ANSWER),
            Message("CA1", "RE1", "https://r/1", 12),
        ] == desk.asked
        assert twiml.hangup(WORDS.thanks) == left.text


class TestWhenTheDeskFails:
    """The caller hears something all the same."""

    @pytest.mark.parametrize(
        ("path", "extra", "document"),
        [
            ("/twilio/voice", {}, MENU),
            ("/twilio/stream-ended?stream=1", {}, MENU),
            ("/twilio/fallback-choice?stream=1", {"Digits": "1"}, VOICEMAIL),
            ("/twilio/dial-ended?stream=1", {"DialCallStatus": "busy"}, VOICEMAIL),
            ("/twilio/voicemail-done?stream=1", {}, twiml.hangup(WORDS.thanks)),
            ("/twilio/stream-status?stream=1", {"StreamEvent": "stream-started"}, ""),
        ],
    )
    async def test_an_error(
        self, carrier: Carrier, desk: FakeDesk, path: str, extra: dict[str, str], document: str
    ) -> None:
        """Menu first, then a message; one line in the log, without what the error says."""
        desk.error = RuntimeError("caller +15550100001 broke it")

        with capture_logs() as logs:
            response = await carrier.post(path, CALL | extra)

        assert document == response.text
        assert [
            {
                "event": "webhook_failed",
                "log_level": "error",
                "path": path.partition("?")[0],
                "error": "RuntimeError",
            }
        ] == logs

    async def test_a_desk_that_hangs(self, desk: FakeDesk) -> None:
        """Well before the carrier gives up."""
        desk.gate = asyncio.Event()
        carrier = Carrier(desk, desk_timeout=0.05)

        async with carrier.http:
            assert MENU == (await carrier.post("/twilio/voice", CALL)).text


class TestStrangers:
    """403 before anything else, and nothing is asked of the desk."""

    async def test_without_or_with_a_wrong_signature(
        self, carrier: Carrier, desk: FakeDesk
    ) -> None:
        """Every route."""
        for route in (
            "voice", "stream-ended", "stream-status", "fallback-choice", "dial-ended",
            "voicemail-done",
        ):  # fmt: skip
            path = f"/twilio/{route}"
            unsigned = await carrier.http.post(path, data=CALL)
            garbage = await carrier.http.post(path, content=b"\xff" * 100_000)
            forged = await carrier.post(path, CALL, token="guess")
            assert [403] * 3 == [r.status_code for r in (unsigned, garbage, forged)]
        assert [] == desk.asked

    async def test_a_signature_of_another_address(self, carrier: Carrier, desk: FakeDesk) -> None:
        """Replayed against another route."""
        signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC}/twilio/voice", CALL)
        response = await carrier.http.post(
            "/twilio/stream-ended", data=CALL, headers={"X-Twilio-Signature": signature}
        )

        assert 403 == response.status_code
        assert [] == desk.asked

    async def test_development_lets_in_this_machine_only(self, desk: FakeDesk) -> None:
        """Unsigned, and the addresses are those of the request."""
        app = FastAPI()
        app.include_router(
            carrier_router(WebhookDeps(desk=desk, gate=RequestGate(None), dialect=TWILIO))
        )
        responses = []
        for host in ("127.0.0.1", "192.168.1.7"):
            transport = httpx.ASGITransport(app, client=(host, 5))
            async with httpx.AsyncClient(
                transport=transport, base_url="http://localhost:8080"
            ) as c:
                responses.append(await c.post("/twilio/voice", data=CALL))

        assert [200, 403] == [response.status_code for response in responses]
        stream = ElementTree.fromstring(responses[0].text).find("Connect/Stream")
        assert stream is not None
        assert "ws://localhost:8080/twilio/media" == stream.get("url")


class TestOddForms:
    """400 with a reason, never 500."""

    @pytest.mark.parametrize(
        ("path", "changes", "reason"),
        [
            ("/twilio/voice", {"CallSid": ""}, "CallSid is missing"),
            ("/twilio/voice", {"CallSid": "../x"}, "CallSid is not an identifier"),
            ("/twilio/voice", {"CallSid": "C" * 129}, "CallSid is longer than 128 characters"),
            ("/twilio/voice", {"From": "x" * 300}, "From is longer than 256 characters"),
            ("/twilio/voice", {"From": "a\nb"}, "From has control characters"),
            (
                "/twilio/stream-ended",
                {"CallStatus": "singing"},
                "CallStatus must be one of queued, ringing, in-progress, completed, busy, failed, "
                "no-answer, canceled",
            ),
            (
                "/twilio/stream-status",
                {"StreamEvent": "stream-dreamt"},
                "StreamEvent must be one of stream-started, stream-stopped, stream-error",
            ),
            (
                "/twilio/fallback-choice",
                {"Digits": "1" * 33},
                "Digits is longer than 32 characters",
            ),
            (
                "/twilio/dial-ended",
                {},
                "DialCallStatus must be one of completed, answered, busy, no-answer, failed, "
                "canceled",
            ),
            (
                "/twilio/voicemail-done",
                {"RecordingDuration": "-1"},
                "RecordingDuration must be a number of seconds",
            ),
        ],
    )
    async def test_fields(
        self, carrier: Carrier, desk: FakeDesk, path: str, changes: dict[str, str], reason: str
    ) -> None:
        """Signed, but not what Twilio sends."""
        response = await carrier.post(path, CALL | changes)

        assert (400, f"{reason}\n") == (response.status_code, response.text)
        assert [] == desk.asked

    @pytest.mark.parametrize(
        ("body", "content_type", "reason"),
        [
            (b"a" * (MAX_BODY + 1), "", f"the body is larger than {MAX_BODY} bytes"),
            (b'{"CallSid":"CA1"}', "application/json", "the body must be application/x-www-form"),
            (b"CallSid=%ff", "", "the body is not UTF-8"),
            (b"CallSid=\xc3\xa9", "", "the body is not UTF-8"),
            (b"&".join(b"a=1" for _ in range(201)), "", "the body has more than 200 fields"),
            (b"CallSid=CA1&CallSid=CA2", "", "CallSid came 2 times"),
            (b"", "", "CallSid is missing"),
        ],
    )
    async def test_bodies(
        self, desk: FakeDesk, body: bytes, content_type: str, reason: str
    ) -> None:
        """From this machine in development, where no signature stands before."""
        app = FastAPI()
        app.include_router(
            carrier_router(WebhookDeps(desk=desk, gate=RequestGate(None), dialect=TWILIO))
        )
        transport = httpx.ASGITransport(app, client=("127.0.0.1", 5))
        async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as http:
            response = await http.post(
                "/twilio/voice",
                content=body,
                headers={"Content-Type": content_type or "application/x-www-form-urlencoded"},
            )

        assert 400 == response.status_code
        assert response.text.startswith(reason)
        assert [] == desk.asked

    async def test_unknown_fields_are_no_matter(self, carrier: Carrier) -> None:
        """Twilio adds some now and then."""
        form = CALL | {"CallerCity": "Düsseldorf", "StirVerstat": "TN-Validation-Passed-A"}

        assert 200 == (await carrier.post("/twilio/voice", form)).status_code

    async def test_only_post_is_served(self, carrier: Carrier) -> None:
        """A GET would show what it asks for in logs along the way."""
        response = await carrier.http.get(f"/twilio/voice?{urlencode(CALL)}")

        assert 405 == response.status_code

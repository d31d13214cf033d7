"""Orders to the carrier, given to a real HTTP server that answers as Twilio's REST API does."""

import asyncio
import base64
import dataclasses
import json
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest

from telephony.calls import AccountStatus, CallStatus, ControlOutcome
from telephony.control import CallControl, OutgoingCall
from telephony.errors import CarrierRefused, CarrierUnavailable
from telephony.twilio.rest import LONGEST_TWIML, MOST_REPEATS, TwilioCallControl

ACCOUNT = "AC" + "1" * 32
CALL = "CA" + "2" * 32
CALL_PATH = f"/2010-04-01/Accounts/{ACCOUNT}/Calls/{CALL}.json"


def problem(status: int, code: int, message: str) -> tuple[int, str]:
    """Return an error as Twilio words it."""
    return status, json.dumps({"status": status, "code": code, "message": message})


OUTGOING = OutgoingCall(
    to="+15550109999",
    caller_id="+15550100000",
    url="https://bot.example.com/screen",
    status_url="https://bot.example.com/status",
    ring_seconds=25,
    longest_seconds=3_600,
)
OK = (200, json.dumps({"sid": CALL, "status": "completed"}))
NOT_FOUND = problem(404, 20404, "The requested resource was not found")
NOT_IN_PROGRESS = problem(400, 21220, "Call is not in-progress. Cannot redirect.")
TOO_MANY = problem(429, 20429, "Too Many Requests")
HANG = (0, "")


@dataclass
class Api:
    """Answers from a list, the last one for ever, and remembers what it was asked."""

    url: str = ""
    answers: list[tuple[int, str]] = field(default_factory=lambda: [OK])
    asked: list[tuple[str, str, dict[str, list[str]], str]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    retry_after: str = ""


@pytest.fixture
def api() -> Iterator[Api]:
    """Twilio's REST API, on loopback."""
    api = Api()

    class Requests(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = parse_qs(self.rfile.read(length).decode())
            user = base64.b64decode(self.headers["Authorization"].split()[1]).decode()
            api.asked.append((self.command, self.path, body, user))
            status, text = api.answers.pop(0) if len(api.answers) > 1 else api.answers[0]
            if not status:
                api.released.wait(10)
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            if api.retry_after and status >= 400:
                self.send_header("Retry-After", api.retry_after)
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST = _answer

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Requests)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    api.url = f"http://127.0.0.1:{server.server_port}"
    yield api
    api.released.set()
    server.shutdown()
    thread.join()
    server.server_close()


class Pauses(list[float]):
    """Remembers pauses instead of making them."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def pauses() -> Pauses:
    """The pauses between repeats."""
    return Pauses()


@pytest.fixture
async def control(api: Api, pauses: Pauses) -> AsyncIterator[TwilioCallControl]:
    """The real client, pointed at loopback."""
    control = TwilioCallControl(ACCOUNT, "secret", api_base_url=api.url, sleep=pauses)
    yield control
    await control.close()


async def test_hanging_up(api: Api, control: TwilioCallControl) -> None:
    """One request, with the account's credentials, at the other root."""
    port: CallControl = control

    assert ControlOutcome.DONE is await port.hang_up(CALL)
    assert [("POST", CALL_PATH, {"Status": ["completed"]}, f"{ACCOUNT}:secret")] == api.asked


CREATED = (201, json.dumps({"sid": CALL, "status": "queued"}))


async def test_a_call_that_listens_for_machines(api: Api, control: TwilioCallControl) -> None:
    """In the background, by the API's own names, and only where it is wanted."""
    api.answers = [CREATED]
    heard = replace(OUTGOING, machine_url="https://bot.example.com/outbound/machine/a.1")

    assert CALL == await control.dial(heard)
    await control.dial(replace(heard, until_beep=True))
    await control.dial(OUTGOING)

    first, second, third = (body for _, _, body, _ in api.asked)
    assert ["true"] == first["AsyncAmd"]
    assert [heard.machine_url] == first["AsyncAmdStatusCallback"]
    assert ["Enable"] == first["MachineDetection"]
    assert ["DetectMessageEnd"] == second["MachineDetection"]
    assert not any("Amd" in name or "Machine" in name for name in third)


async def test_asking_how_a_call_stands(api: Api, control: TwilioCallControl) -> None:
    """Its state, or that there is no such call."""
    api.answers = [(200, json.dumps({"sid": CALL, "status": "no-answer"})), NOT_FOUND]

    assert CallStatus.NO_ANSWER is await control.call_status(CALL)
    assert await control.call_status(CALL) is None


async def test_finding_the_calls_that_were_made_to_a_number(
    api: Api, control: TwilioCallControl
) -> None:
    """Ours only, and only from a moment on."""

    def call(sid: str, direction: str, created: str) -> dict[str, str]:
        return {"sid": sid, "direction": direction, "date_created": created, "status": "busy"}

    calls = [
        call("CA1", "outbound-api", "Mon, 02 Mar 2026 15:00:10 +0000"),
        call("CA2", "inbound", "Mon, 02 Mar 2026 15:00:05 +0000"),
        call("CA3", "outbound-api", "Mon, 02 Mar 2026 14:00:00 +0000"),
    ]
    api.answers = [(200, json.dumps({"calls": calls, "page": 0}))]
    since = datetime(2026, 3, 2, 15, tzinfo=UTC).timestamp()

    assert (("CA1", CallStatus.BUSY),) == await control.calls_to("+12125550143", since)
    assert "To=%2B12125550143" in api.asked[0][1]


async def test_giving_other_instructions(api: Api, control: TwilioCallControl) -> None:
    """TwiML in the request itself."""
    twiml = "<Response><Dial>+15551234567</Dial></Response>"

    assert ControlOutcome.DONE is await control.update_twiml(CALL, twiml)
    assert [("POST", CALL_PATH, {"Twiml": [twiml]}, f"{ACCOUNT}:secret")] == api.asked


async def test_a_document_that_is_too_long_is_not_sent(
    api: Api, control: TwilioCallControl
) -> None:
    """Twilio would cut the call off."""
    with pytest.raises(ValueError, match="at most 4000"):
        await control.update_twiml(CALL, "x" * (LONGEST_TWIML + 1))

    assert [] == api.asked


@pytest.mark.parametrize("call_sid", ["", "../Accounts", "CA1/..", "CA 1", "C" * 65])
async def test_what_is_no_call_is_not_asked_for(
    api: Api, control: TwilioCallControl, call_sid: str
) -> None:
    """It becomes part of an address."""
    with pytest.raises(ValueError, match="identifier"):
        await control.hang_up(call_sid)

    assert [] == api.asked


async def test_an_api_key_instead_of_the_token(api: Api) -> None:
    """Still the account's own calls."""
    control = TwilioCallControl(
        ACCOUNT, "", api_base_url=f"{api.url}/", api_key_sid="SK1", api_key_secret="key"
    )
    await control.hang_up(CALL)
    await control.close()

    assert [("POST", CALL_PATH, {"Status": ["completed"]}, "SK1:key")] == api.asked


@pytest.mark.parametrize(
    "answer",
    [
        NOT_FOUND,
        NOT_IN_PROGRESS,
        problem(404, 0, "No such call"),
        problem(400, 0, "Call is not in-progress. Cannot redirect."),
    ],
)
async def test_a_caller_who_is_gone_is_an_outcome(
    api: Api, control: TwilioCallControl, answer: tuple[int, str]
) -> None:
    """Callers hang up whenever they like."""
    api.answers = [answer]

    assert ControlOutcome.GONE is await control.hang_up(CALL)
    assert ControlOutcome.GONE is await control.update_twiml(CALL, "<Response/>")


@pytest.mark.parametrize(("status", "code"), [(401, 20003), (403, 20403), (400, 21218), (422, 0)])
async def test_a_refusal_tells_its_numbers_and_nothing_else(
    api: Api, control: TwilioCallControl, status: int, code: int
) -> None:
    """Twilio's own text may quote phone numbers."""
    api.answers = [problem(status, code, "The number +15551234567 is unverified")]

    with pytest.raises(CarrierRefused) as caught:
        await control.hang_up(CALL)

    assert f"the carrier refused: HTTP {status}, code {code}" == str(caught.value)
    assert (status, code, False) == (
        caught.value.status,
        caught.value.code,
        caught.value.retryable,
    )
    assert 1 == len(api.asked)


@pytest.mark.parametrize("answer", [TOO_MANY, (500, "<html>"), (503, "{}")])
async def test_a_carrier_in_trouble_is_asked_again(
    api: Api, control: TwilioCallControl, pauses: Pauses, answer: tuple[int, str]
) -> None:
    """After 0.1 s, doubled each time, give or take a tenth."""
    api.answers = [answer] * 3 + [OK]

    assert ControlOutcome.DONE is await control.hang_up(CALL)
    assert 4 == len(api.asked)
    assert pytest.approx([0.1, 0.2, 0.4], rel=0.1001) == list(pauses)


async def test_a_carrier_is_not_asked_before_the_time_that_it_names(
    api: Api, control: TwilioCallControl, pauses: Pauses
) -> None:
    """Nonsense, and what has passed, are no reason to wait."""
    for told, least, most in (
        ("3", 3.0, 3.4),
        (format_datetime(datetime.now(UTC) + timedelta(seconds=5)), 3.5, 5.6),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.05, 0.2),
        ("soon", 0.05, 0.2),
        ("-7", 0.05, 0.2),
    ):
        pauses.clear()
        api.answers, api.retry_after = [TOO_MANY, OK], told

        assert ControlOutcome.DONE is await control.hang_up(CALL)
        assert least <= pauses[0] <= most


async def test_a_carrier_that_asks_for_more_time_than_there_is_is_unavailable_at_once(
    api: Api, control: TwilioCallControl, pauses: Pauses
) -> None:
    """The caller is told so now, and not when nobody waits any more."""
    api.answers, api.retry_after = [TOO_MANY], "600"

    with pytest.raises(CarrierUnavailable) as caught:
        await control.hang_up(CALL)

    assert (429, []) == (caught.value.status, list(pauses))


@pytest.mark.parametrize(("answer", "status"), [(TOO_MANY, 429), ((502, "Bad Gateway"), 502)])
async def test_a_carrier_that_stays_in_trouble_is_unavailable(
    api: Api, control: TwilioCallControl, pauses: Pauses, answer: tuple[int, str], status: int
) -> None:
    """After a bounded number of repeats."""
    api.answers = [answer]

    with pytest.raises(CarrierUnavailable) as caught:
        await control.hang_up(CALL)

    assert (status, True) == (caught.value.status, caught.value.retryable)
    assert MOST_REPEATS == len(pauses)
    assert MOST_REPEATS + 1 == len(api.asked)


async def test_a_carrier_that_hangs_costs_a_bounded_time(api: Api) -> None:
    """Either a request's own timeout ends it, or the order's."""
    api.answers = [HANG]
    slow = TwilioCallControl(ACCOUNT, "secret", api_base_url=api.url, deadline=0.1)

    with pytest.raises(CarrierUnavailable, match="did not answer in time"):
        await slow.hang_up(CALL)
    await slow.close()

    pauses = Pauses()
    quick = TwilioCallControl(
        ACCOUNT, "secret", api_base_url=api.url, request_timeout=0.05, sleep=pauses
    )
    with pytest.raises(CarrierUnavailable, match="did not answer in time"):
        await quick.hang_up(CALL)
    await quick.close()

    assert MOST_REPEATS == len(pauses)


async def test_a_carrier_that_is_not_there(pauses: Pauses) -> None:
    """A port where nobody listens."""
    server = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    control = TwilioCallControl(
        ACCOUNT, "secret", api_base_url=f"http://127.0.0.1:{port}", sleep=pauses
    )

    with pytest.raises(CarrierUnavailable, match="cannot be reached"):
        await control.hang_up(CALL)
    await control.close()

    assert MOST_REPEATS == len(pauses)


@pytest.mark.parametrize("text", ["<html>", "[]", "{}", ""])
async def test_an_answer_that_cannot_be_read(
    api: Api, control: TwilioCallControl, text: str
) -> None:
    """Some proxy in between."""
    api.answers = [(200, text)]

    with pytest.raises(CarrierUnavailable, match="cannot be read"):
        await control.check_account()


@pytest.mark.parametrize(("status", "active"), [("active", True), ("suspended", False)])
async def test_the_account(api: Api, control: TwilioCallControl, status: str, active: bool) -> None:
    """For `voicebot check`."""
    api.answers = [(200, json.dumps({"sid": ACCOUNT, "status": status}))]

    account = await control.check_account()

    assert AccountStatus(ACCOUNT, status) == account
    assert active is account.active
    assert [("GET", f"/2010-04-01/Accounts/{ACCOUNT}.json", {}, f"{ACCOUNT}:secret")] == api.asked


@pytest.mark.parametrize("url", ["", "api.twilio.com", "ftp://api.twilio.com", "https://"])
def test_a_root_that_is_none_is_refused(url: str) -> None:
    """At start-up."""
    with pytest.raises(ValueError, match="must look like"):
        TwilioCallControl(ACCOUNT, "secret", api_base_url=url)


async def test_a_person_is_rung(api: Api, control: TwilioCallControl) -> None:
    """With the events that Twilio knows, and no others."""
    api.answers = [(201, json.dumps({"sid": CALL, "status": "queued"}))]

    assert CALL == await control.dial(OUTGOING)
    ((method, path, form, _),) = api.asked
    assert ("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json") == (method, path)
    assert {
        "To": ["+15550109999"],
        "From": ["+15550100000"],
        "Url": ["https://bot.example.com/screen"],
        "Method": ["POST"],
        "StatusCallback": ["https://bot.example.com/status"],
        "StatusCallbackMethod": ["POST"],
        "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
        "Timeout": ["25"],
        "TimeLimit": ["3600"],
    } == form
    assert "+1555" not in repr(OUTGOING)


@pytest.mark.parametrize("answer", [(500, "<html>"), (503, "{}"), (200, "{}"), HANG])
async def test_nobody_is_rung_twice(api: Api, answer: tuple[int, str]) -> None:
    """What may have succeeded is not repeated."""
    api.answers = [answer]
    control = TwilioCallControl(ACCOUNT, "secret", api_base_url=api.url, request_timeout=0.05)

    with pytest.raises(CarrierUnavailable):
        await control.dial(OUTGOING)
    await control.close()

    assert 1 == len(api.asked)


async def test_a_call_that_was_certainly_not_made_is_made_again(
    api: Api, control: TwilioCallControl, pauses: Pauses
) -> None:
    """Calls a second are limited."""
    api.answers = [TOO_MANY, TOO_MANY, (201, json.dumps({"sid": CALL}))]

    assert CALL == await control.dial(OUTGOING)
    assert 2 == len(pauses)


@pytest.mark.parametrize("number", ["", "911", "+1", "sip:x@example.com", "+1555010999x"])
async def test_only_numbers_in_full_are_rung(
    api: Api, control: TwilioCallControl, number: str
) -> None:
    """They come from our own settings."""
    with pytest.raises(ValueError, match=r"E\.164"):
        await control.dial(dataclasses.replace(OUTGOING, to=number))

    assert [] == api.asked


async def test_a_call_is_sent_elsewhere(api: Api, control: TwilioCallControl) -> None:
    """By an address, so that what it does is decided when it gets there."""
    assert ControlOutcome.DONE is await control.redirect(CALL, "https://bot.example.com/room")
    (asked,) = api.asked
    assert {"Url": ["https://bot.example.com/room"], "Method": ["POST"]} == asked[2]


async def test_who_is_in_a_room(api: Api, control: TwilioCallControl) -> None:
    """Nobody is in a room that there is not."""
    page = {"participants": [{"call_sid": "CA1"}, {"call_sid": "CA2"}], "next_page_uri": None}
    api.answers = [(200, json.dumps({**page, "page": 0, "page_size": 20})), NOT_FOUND]

    assert {"CA1", "CA2"} == await control.room_members("transfer-1-0")
    assert frozenset() == await control.room_members("transfer-1-0")
    path = f"/2010-04-01/Accounts/{ACCOUNT}/Conferences/transfer-1-0/Participants.json"
    assert [("GET", path)] * 2 == [(asked[0], asked[1].partition("?")[0]) for asked in api.asked]

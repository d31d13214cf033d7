"""The fake carrier's REST API under the real `twilio` client, and under our own use of it."""

import asyncio

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException

from telephony.calls import AccountStatus, CallStatus, ControlOutcome
from telephony.errors import CarrierRefused, CarrierUnavailable
from telephony.simulator.carrier import CarrierOptions, Person, RestFault
from telephony.twilio.rest import TwilioCallControl
from tests.telephony.carrier.server import AGENT, CALLER, HOTLINE, hotline, virtually

PAUSES = "<Response><Pause length='30'/></Response>"
WAITS = f"<Response><Say>Hello.</Say>{PAUSES.removeprefix('<Response>')}"


@virtually
async def test_a_call_from_ringing_to_its_end() -> None:
    """Created, fetched, listed, given other instructions, ended; each state as Twilio names it."""
    async with hotline(CarrierOptions.instant()) as (carrier, _):
        carrier.add_person(AGENT, Person(answers_after=2.0))
        client = carrier.twilio_client()

        made = await client.calls.create_async(to=AGENT, from_=HOTLINE, twiml=PAUSES, timeout=20)
        call = await carrier.rung(AGENT)
        await carrier.until(lambda: call.status is CallStatus.RINGING)
        ringing = await client.calls(made.sid).fetch_async()
        await call.answered()
        await client.calls(made.sid).update_async(twiml=WAITS)
        await carrier.until(lambda: bool(call.heard()))
        (listed,) = await client.calls.list_async(status="in-progress", to=AGENT)
        ended = await client.calls(made.sid).update_async(status="completed")
        await call.ended()
        over = await client.calls(made.sid).fetch_async()

        assert ("queued", "outbound-api", AGENT) == (made.status, made.direction, made.to)
        assert "ringing" == ringing.status
        assert made.sid == listed.sid == ended.sid
        assert ("completed", "api") == (over.status, call.ended_by)
        assert over.start_time is not None


@virtually
async def test_our_own_orders() -> None:
    """`TwilioCallControl` needs nothing but the root of the API."""
    async with hotline(CarrierOptions.instant()) as (carrier, server):
        server.answers["/voice"] = WAITS
        control = TwilioCallControl(
            carrier.account_sid, carrier.auth_token, api_base_url=carrier.api_url
        )
        call = await carrier.call(HOTLINE)
        await call.answered()

        assert AccountStatus(carrier.account_sid, "active") == await control.check_account()
        assert ControlOutcome.DONE is await control.update_twiml(call.sid, WAITS)
        assert ControlOutcome.DONE is await control.hang_up(call.sid)
        await call.ended()
        assert ControlOutcome.GONE is await control.hang_up(call.sid)
        assert ControlOutcome.GONE is await control.hang_up("CA" + "0" * 32)
        await control.close()


@virtually
async def test_wrong_credentials() -> None:
    """20003; with an API key it works."""
    options = CarrierOptions.instant(api_keys={"SK1": "sesame"})
    async with hotline(options) as (carrier, _):
        wrong = TwilioCallControl(carrier.account_sid, "wrong", api_base_url=carrier.api_url)
        key = TwilioCallControl(
            carrier.account_sid,
            "",
            api_key_sid="SK1",
            api_key_secret="sesame",
            api_base_url=carrier.api_url,
        )

        with pytest.raises(CarrierRefused) as refused:
            await wrong.check_account()
        assert (401, 20003) == (refused.value.status, refused.value.code)
        assert (await key.check_account()).active
        await wrong.close()
        await key.close()


BAD_REQUESTS = [
    ("Calls.json", {"To": AGENT, "From": HOTLINE, "Twiml": PAUSES, "Colour": "red"}, 20001),
    ("Calls.json", {"To": AGENT, "From": HOTLINE, "Twiml": PAUSES, "Timeout": "soon"}, 20001),
    ("Calls.json", {"To": AGENT, "From": HOTLINE, "Twiml": PAUSES, "Record": "yes"}, 20001),
    ("Calls.json", {"To": AGENT, "From": HOTLINE, "Twiml": "x" * 4_001}, 20001),
    (
        "Calls.json",
        {"To": AGENT, "From": HOTLINE, "Twiml": PAUSES, "StatusCallbackEvent": "no-answer"},
        20001,
    ),
    ("Calls.json", {"From": HOTLINE, "Twiml": PAUSES}, 20001),
    ("Calls.json", {"To": AGENT, "From": HOTLINE}, 21205),
    ("Calls.json", {"To": "911", "From": HOTLINE, "Twiml": PAUSES}, 21211),
    ("Calls.json", {"To": AGENT, "From": CALLER, "Twiml": PAUSES}, 21210),
    ("Conferences/room/Participants.json", {"To": AGENT, "From": HOTLINE, "Twiml": "x"}, 20001),
    (
        "Conferences/room/Participants.json",
        {"To": AGENT, "From": HOTLINE, "JitterBufferSize": "tiny"},
        20001,
    ),
]


@virtually
async def test_mistakes_in_requests_are_refused_and_complained_about() -> None:
    """What the generated client cannot send, and numbers that are not ours."""
    options = CarrierOptions.instant(strict=False)
    async with hotline(options) as (carrier, _), httpx.AsyncClient(trust_env=False) as http:
        root = f"{carrier.api_url}/2010-04-01/Accounts/{carrier.account_sid}"
        for path, form, code in BAD_REQUESTS:
            answer = await http.post(
                f"{root}/{path}", data=form, auth=(carrier.account_sid, carrier.auth_token)
            )
            assert (400, code) == (answer.status_code, answer.json()["code"]), form

        assert len(BAD_REQUESTS) == len(carrier.alerts.mistakes)
        assert () == carrier.calls


@virtually
async def test_an_ended_call_takes_no_instructions() -> None:
    """21220, which is nobody's mistake: the caller was quicker."""
    async with hotline(CarrierOptions.instant()) as (carrier, server):
        server.answers["/voice"] = "<Response><Hangup/></Response>"
        call = await carrier.call(HOTLINE)
        await call.ended()

        with pytest.raises(TwilioRestException) as refused:
            await carrier.twilio_client().calls(call.sid).update_async(twiml=WAITS)
        assert (400, 21220) == (refused.value.status, refused.value.code)


@virtually
async def test_calls_are_put_through_one_a_second() -> None:
    """More of them wait in the queue; they are taken at once, though."""
    async with hotline(CarrierOptions.instant(calls_per_second=1.0)) as (carrier, _):
        carrier.add_person(AGENT, Person(answers_after=0.0))
        client = carrier.twilio_client()
        for _ in range(3):
            await client.calls.create_async(to=AGENT, from_=HOTLINE, twiml=PAUSES)
        asked = carrier.seconds()
        for call in carrier.calls:
            await call.answered()

        answered = [call.answered_at or 0.0 for call in carrier.calls]
        assert asked < 0.1
        assert [0, 1, 2] == [round(at) for at in answered]


@virtually
async def test_faults() -> None:
    """500 and 429 pass with a repeat; a time-out may hide that it was done."""
    async with hotline(CarrierOptions.instant()) as (carrier, server):
        server.answers["/voice"] = WAITS
        pauses: list[float] = []

        async def sleep(seconds: float) -> None:
            pauses.append(seconds)

        control = TwilioCallControl(
            carrier.account_sid,
            carrier.auth_token,
            api_base_url=carrier.api_url,
            deadline=3.0,
            sleep=sleep,
        )
        call = await carrier.call(HOTLINE)
        await call.answered()
        carrier.faults.rest(RestFault.ERROR_500)
        carrier.faults.rest(RestFault.TOO_MANY)
        assert ControlOutcome.DONE is await control.update_twiml(call.sid, WAITS)
        assert 2 == len(pauses)

        carrier.faults.rest(RestFault.DONE_BUT_HANGS, method="POST", path="/Calls/")
        with pytest.raises(CarrierUnavailable):
            await control.hang_up(call.sid)
        assert CallStatus.COMPLETED is await call.ended()
        await control.close()


@virtually
async def test_a_slow_api() -> None:
    """An order takes effect half-way through its 250 ms."""
    async with hotline(CarrierOptions(jitter=0.0)) as (carrier, server):
        server.answers["/voice"] = WAITS
        call = await carrier.call(HOTLINE)
        await call.answered()
        client = carrier.twilio_client()

        asked = carrier.seconds()
        order = asyncio.create_task(client.calls(call.sid).update_async(status="completed"))
        await call.ended()
        done = carrier.seconds()
        await order
        answered = carrier.seconds()

        assert (0.125, 0.25) == (round(done - asked, 3), round(answered - asked, 3))

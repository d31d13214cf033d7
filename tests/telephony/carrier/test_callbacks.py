"""Callbacks of the fake carrier: signed, late, repeated, in any order, sent again, lost."""

import asyncio
from collections import Counter

from telephony.calls import CallStatus
from telephony.simulator.carrier import CarrierOptions, FakeCarrier, Person
from telephony.simulator.carrier.leg import Leg
from tests.telephony.carrier.server import (
    AGENT,
    HOTLINE,
    PUBLIC,
    Server,
    hotline,
    serve,
    virtually,
)

GOES = "<Response><Pause length='1'/></Response>"
ALL = ["initiated", "ringing", "answered", "completed"]


async def ring(carrier: FakeCarrier, person: Person, events: list[str] | None = None) -> None:
    """Ring the agent, and wait until that is over and told."""
    carrier.add_person(AGENT, person)
    await carrier.twilio_client().calls.create_async(
        to=AGENT,
        from_=HOTLINE,
        twiml=GOES,
        timeout=10,
        status_callback=f"{PUBLIC}/status",
        status_callback_event=events or ALL,
    )
    await (await carrier.rung(AGENT)).ended()
    await carrier.settled()


def statuses(server: Server) -> list[str]:
    """Return what the status callback was told, in the carrier's own order."""
    forms = sorted(server.forms("/status"), key=lambda form: int(form["SequenceNumber"]))
    return [form["CallStatus"] for form in forms]


@virtually
async def test_the_life_of_a_call() -> None:
    """Each state once, with the length at the end; `initiated` is the word for queued here."""
    async with hotline(CarrierOptions.instant()) as (carrier, server):
        await ring(carrier, Person(answers_after=1.0))

        assert ["initiated", "ringing", "in-progress", "completed"] == statuses(server)
        last = server.forms("/status")[-1]
        assert ("1", "1", "200") == (
            last["CallDuration"],
            last["Duration"],
            last["SipResponseCode"],
        )
        assert all(told.signed for told in server.told)


@virtually
async def test_calls_that_nobody_answers_tell_so_in_completed() -> None:
    """There are no events of their own for busy and the like."""
    async with hotline(CarrierOptions.instant()) as (carrier, server):
        for person in (Person.busy(), Person.never_answers(), Person.unreachable()):
            await ring(carrier, person, ["completed"])
            del carrier.board.book(Leg)[carrier.call_to(AGENT).sid]

        assert ["busy", "no-answer", "failed"] == [
            form["CallStatus"] for form in server.forms("/status")
        ]


@virtually
async def test_only_what_was_asked_for_is_told() -> None:
    """By default, only the end."""
    async with hotline(CarrierOptions.instant()) as (carrier, server):
        await ring(carrier, Person(answers_after=0.0), ["answered"])
        assert ["in-progress"] == statuses(server)


@virtually
async def test_a_usual_day_repeats_and_reorders() -> None:
    """Late by about 200 ms, at times twice with one token, at times after the next one."""
    async with hotline(CarrierOptions(repeat=0.3, late=0.3, calls_per_second=None)) as (
        carrier,
        server,
    ):
        carrier.add_person(AGENT, Person(answers_after=0.2))
        client = carrier.twilio_client()
        for _ in range(10):
            await client.calls.create_async(
                to=AGENT,
                from_=HOTLINE,
                twiml=GOES,
                status_callback=f"{PUBLIC}/status",
                status_callback_event=ALL,
            )
        for call in carrier.calls:
            await call.ended()
        await carrier.settled()

        by_call: dict[str, list[int]] = {}
        for form in server.forms("/status"):
            by_call.setdefault(form["CallSid"], []).append(int(form["SequenceNumber"]))
        assert 10 == len(by_call)
        assert all({0, 1, 2, 3} == set(numbers) for numbers in by_call.values())
        assert any(numbers != sorted(numbers) for numbers in by_call.values())
        tokens = Counter(told.token for told in server.told if told.path == "/status")
        assert 40 == len(tokens)
        assert {1, 2} == set(tokens.values())


@virtually
async def test_the_seed_decides() -> None:
    """The same day twice, and another one."""

    async def day(seed: int) -> list[tuple[str, str]]:
        async with hotline(CarrierOptions(seed=seed, repeat=0.5, late=0.5)) as (carrier, server):
            await ring(carrier, Person(answers_after=0.2))
            return [
                (form["SequenceNumber"], form["CallStatus"]) for form in server.forms("/status")
            ]

    assert await day(1) == await day(1) != await day(2)


@virtually
async def test_a_callback_that_fails_comes_again_with_its_token() -> None:
    """Three times at most; a 4xx is an answer."""
    async with hotline(CarrierOptions.instant()) as (carrier, server):
        answers = iter([500, 503, 200])
        server.answers["/status"] = lambda form: _status(next(answers))
        await ring(carrier, Person(answers_after=0.0), ["completed"])
        assert 3 == len(server.forms("/status"))
        assert 1 == len({told.token for told in server.told if told.path == "/status"})
        assert [] == carrier.alerts

        server.told.clear()
        server.answers["/status"] = 404
        del carrier.board.book(Leg)[carrier.call_to(AGENT).sid]
        await ring(carrier, Person(answers_after=0.0), ["completed"])
        assert 1 == len(server.forms("/status"))
        assert [11_200] == [alert.code for alert in carrier.alerts]


def _status(code: int) -> str | int:
    return code


@virtually
async def test_a_lost_callback() -> None:
    """Never arrives, and nobody complains."""
    async with hotline(CarrierOptions.instant()) as (carrier, server):
        carrier.faults.lose_callbacks("ringing")
        await ring(carrier, Person(answers_after=0.0))
        assert ["initiated", "in-progress", "completed"] == statuses(server)


@virtually
async def test_a_server_that_does_not_answer_in_time() -> None:
    """15 s, then the call is over: the caller was not answered."""
    async with hotline(CarrierOptions.instant(webhook_timeout=15.0)) as (carrier, server):
        never = asyncio.Event()
        server.slow["/voice"] = never
        call = await carrier.call(HOTLINE)
        assert CallStatus.FAILED is await call.ended()
        never.set()

        assert 15 == round(carrier.seconds())
        assert [11_200] == [alert.code for alert in carrier.alerts]


@virtually
async def test_a_get_carries_its_fields_in_the_query() -> None:
    """And is signed with them."""
    async with (
        serve("token") as server,
        FakeCarrier(CarrierOptions.instant(auth_token="token"), reach={PUBLIC: server.url}) as c,
    ):
        c.add_number(HOTLINE, f"{PUBLIC}/voice?hotline=1")
        server.answers["/voice"] = (
            '<Response><Redirect method="GET">/next?a=b</Redirect></Response>'
        )
        await (await c.call(HOTLINE)).ended()

        voice, following = server.told
        assert voice.signed
        assert following.signed
        assert ("b", "inbound") == (following.query["a"], following.query["Direction"])


@virtually
async def test_the_fallback_address() -> None:
    """Asked once, with what went wrong, when instructions cannot be had."""
    async with hotline(CarrierOptions.instant()) as (carrier, server):
        carrier.add_number(HOTLINE, f"{PUBLIC}/voice", fallback_url=f"{PUBLIC}/fallback")
        server.answers["/voice"] = "<Response><Say>Hi.</Say><Redirect>/down</Redirect></Response>"
        server.answers["/down"] = 503
        server.answers["/fallback"] = "<Response><Redirect>/down</Redirect></Response>"
        call = await carrier.call(HOTLINE)
        await call.ended()

        (fallback,) = server.forms("/fallback")
        assert ("11200", f"{PUBLIC}/down") == (fallback["ErrorCode"], fallback["ErrorUrl"])
        assert 2 == len(server.forms("/down"))
        assert call.heard()[-1][1] - call.heard()[0][0] > 3, "an apology at last"

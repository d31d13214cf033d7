"""What the REST API shows, beside what the `twilio` client reads of it."""

import asyncio
import inspect
import re

import pytest
from twilio.rest.api.v2010.account import AccountInstance
from twilio.rest.api.v2010.account.call import CallInstance
from twilio.rest.api.v2010.account.conference import ConferenceInstance
from twilio.rest.api.v2010.account.conference.participant import ParticipantInstance
from twilio.rest.api.v2010.account.recording import RecordingInstance

from telephony.simulator.carrier import CarrierOptions, FakeCarrier, Person
from telephony.simulator.carrier import representations as shown
from telephony.simulator.carrier.leg import Leg
from tests.telephony.carrier.server import AGENT, HOTLINE, conference, hotline, virtually


def read_by(instance: type) -> set[str]:
    """Return the fields that a generated class takes out of an answer."""
    return set(re.findall(r"payload\.get\(\s*\"(\w+)\"", inspect.getsource(instance)))


@virtually
async def test_each_field_is_one_that_the_client_reads() -> None:
    """Nothing is shown under a name that Twilio does not have."""
    async with hotline(CarrierOptions.instant()) as (carrier, server):
        server.answers["/voice"] = conference("caller", record="record-from-start")
        carrier.add_person(AGENT, Person(answers_after=0.0))
        caller = await carrier.call(HOTLINE)
        await caller.answered()
        room = carrier.twilio_client().conferences("room")
        await room.participants.create_async(from_=HOTLINE, to=AGENT, label="agent")
        await carrier.met(caller, await carrier.rung(AGENT))
        (live,) = carrier.conferences
        participant = next(iter(live.participants.values()))
        rows = {
            AccountInstance: shown.account(carrier.board),
            CallInstance: shown.call(carrier.board.book(Leg)[caller.sid]),
            ConferenceInstance: shown.conference(live),
            ParticipantInstance: shown.participant(live, participant),
        }
        caller.hang_up()
        await caller.ended()
        (recording,) = carrier.board.recordings.values()
        rows[RecordingInstance] = shown.recording(carrier.board, recording)

        for instance, row in rows.items():
            assert set() == set(row) - read_by(instance), instance.__name__


def test_it_works_in_real_time_as_well() -> None:
    """Half a second of it."""

    async def story() -> None:
        async with hotline(CarrierOptions.instant(say_rate=60.0)) as (carrier, server):
            server.answers["/voice"] = (
                "<Response><Say>Half a second of speech here.</Say></Response>"
            )
            call = await carrier.call(HOTLINE)
            await call.ended(10.0)
            ((begin, end),) = call.heard()
            assert 0.48 == pytest.approx(end - begin, abs=0.02)

    asyncio.run(story())


async def test_two_carriers_beside_each_other() -> None:
    """Each has its own port, account and log."""
    async with (
        FakeCarrier(CarrierOptions.instant()) as one,
        FakeCarrier(CarrierOptions.instant(account_sid="AC" + "e" * 32)) as other,
    ):
        assert one.api_url != other.api_url
        account = await other.twilio_client().api.accounts(other.account_sid).fetch_async()
        assert (other.account_sid, "active") == (account.sid, account.status)
        assert [] == list(one.log)

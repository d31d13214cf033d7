"""People behind the fake carrier's numbers, what is said and heard, and what is recorded."""

import io
import wave

import httpx
import pytest

from telephony.calls import CallStatus
from telephony.simulator import At, CallerLine
from telephony.simulator.carrier import CarrierOptions, FakeCarrier, Person
from telephony.simulator.carrier.rooms import mixed
from tests.telephony.carrier.server import (
    AGENT,
    HOTLINE,
    PUBLIC,
    Server,
    conference,
    hotline,
    virtually,
)
from tests.telephony.sounds import silence, tone

INSTANT = CarrierOptions.instant()
SCREEN = (
    f'<Response><Gather numDigits="1" timeout="5" action="{PUBLIC}/key" actionOnEmptyResult="true">'
    "<Say>A call from the hotline. Press one.</Say></Gather></Response>"
)


async def screened(carrier: FakeCarrier, server: Server, person: Person) -> str:
    """Ring somebody, and return the key that came."""
    carrier.add_person(AGENT, person)
    server.answers["/key"] = "<Response><Hangup/></Response>"
    await carrier.twilio_client().calls.create_async(to=AGENT, from_=HOTLINE, twiml=SCREEN)
    await (await carrier.rung(AGENT)).ended()
    (form,) = server.forms("/key")
    return form["Digits"]


@pytest.mark.parametrize(
    ("person", "key"),
    [
        (Person.takes_calls(), "1"),
        (Person.declines(), "2"),
        (Person.ignores(), ""),
        (Person.voicemail(greeting=3.0), ""),
    ],
)
def test_who_presses_what(person: Person, key: str) -> None:
    """A machine talks through the brief, and presses nothing."""

    @virtually
    async def story() -> None:
        async with hotline(INSTANT) as (carrier, server):
            assert key == await screened(carrier, server, person)

    story()


@virtually
async def test_somebody_who_leaves_in_the_middle() -> None:
    """Two seconds after answering, whatever is said."""
    async with hotline(INSTANT) as (carrier, server):
        carrier.add_person(AGENT, Person.takes_calls().leaving(2.0))
        server.answers["/key"] = f"<Response><Redirect>{PUBLIC}/never</Redirect></Response>"
        await carrier.twilio_client().calls.create_async(to=AGENT, from_=HOTLINE, twiml=SCREEN)
        agent = await carrier.rung(AGENT)
        await agent.ended()

        assert "person" == agent.ended_by
        assert 2.0 == pytest.approx((agent.ended_at or 0) - (agent.answered_at or 0), abs=0.05)


@virtually
async def test_a_caller_who_gives_up_before_the_answer() -> None:
    """The carrier still waits for the document; the call was never answered."""
    async with hotline(CarrierOptions.instant(webhook_delay=10.0)) as (carrier, _):
        call = await carrier.call(HOTLINE, person=Person(gives_up_after=3.0))

        assert CallStatus.NO_ANSWER is await call.ended()
        assert (None, 3) == (call.answered_at, round(call.ended_at or 0))


@virtually
async def test_a_number_with_nobody_behind_it() -> None:
    """Cannot be reached, and the log says why."""
    async with hotline(INSTANT) as (carrier, _):
        await carrier.twilio_client().calls.create_async(
            to="+15550199999", from_=HOTLINE, twiml=SCREEN
        )
        assert CallStatus.FAILED is await (await carrier.rung("+15550199999")).ended()
        assert "nobody is behind the number ending in 9999" == carrier.alerts[0].text


@virtually
async def test_answering_machine_detection() -> None:
    """Synchronous it holds the document up, asynchronous it is told."""
    async with hotline(INSTANT) as (carrier, server):
        client = carrier.twilio_client()
        carrier.add_person(AGENT, Person.voicemail(after=0.0))
        await client.calls.create_async(
            to=AGENT, from_=HOTLINE, url=f"{PUBLIC}/talk", machine_detection="Enable"
        )
        await (await carrier.rung(AGENT)).ended()
        assert "machine_start" == server.forms("/talk")[0]["AnsweredBy"]

        carrier.add_person("+15550100007", Person(answers_after=0.0))
        await client.calls.create_async(
            to="+15550100007",
            from_=HOTLINE,
            twiml="<Response><Pause length='5'/></Response>",
            machine_detection="DetectMessageEnd",
            async_amd="true",
            async_amd_status_callback=f"{PUBLIC}/amd",
        )
        await (await carrier.rung("+15550100007")).ended()
        assert "human" == server.forms("/amd")[0]["AnsweredBy"]


class TestMixing:
    """Voices together, by the sample."""

    def test_silence_adds_nothing(self) -> None:
        """One voice and silence are that voice."""
        assert tone(0.02) == mixed([tone(0.02), silence(0.02)])

    def test_loud_ones_are_clipped(self) -> None:
        """Four times full scale stays full scale."""
        loudest = b"\x80\x00" * 80
        assert loudest == mixed([loudest] * 4)

    def test_opposite_ones_cancel_out(self) -> None:
        """A wave and its inverse."""
        assert silence(0.02) == mixed([b"\x20\xa0" * 80, b"\xa0\x20" * 80])


@virtually
async def test_three_in_a_conference() -> None:
    """Each hears the other two together, and nobody themselves."""
    async with hotline(INSTANT) as (carrier, server):
        server.answers["/voice"] = conference("caller", endConferenceOnExit="false")
        caller = await carrier.call(HOTLINE, [CallerLine(tone(1), when=At(2))])
        await caller.answered()
        room = carrier.twilio_client().conferences("room")
        others = []
        for n in (2, 3):
            number = f"+1555010000{n}"
            line = CallerLine(tone(1), when=At(1.5 + n))
            carrier.add_person(number, Person(answers_after=0.0, lines=(line,)))
            await room.participants.create_async(from_=HOTLINE, to=number, beep="false")
            others.append(await carrier.rung(number))
        await carrier.until(lambda: carrier.seconds() > 7)

        spoken = [call.spoke()[0] for call in (caller, *others)]
        for call, own in zip((caller, *others), spoken, strict=True):
            heard = [
                moment
                for begin, end in spoken
                for moment in (begin + 0.1, end - 0.1)
                if (begin, end) != own
            ]
            assert all(any(b <= at <= e for b, e in call.heard()) for at in heard)
        assert len({round(begin, 1) for begin, _ in spoken}) == 3


@virtually
async def test_recording_a_call_with_a_pause() -> None:
    """Started by REST on two channels; what was said in the pause is silence."""
    async with hotline(INSTANT) as (carrier, server), httpx.AsyncClient(trust_env=False) as http:
        server.answers["/voice"] = (
            "<Response><Pause length='1'/><Say>Well?</Say><Pause length='2'/></Response>"
        )
        call = await carrier.call(HOTLINE, [CallerLine(tone(5), when=At(0))])
        await carrier.until(lambda: carrier.seconds() > 0.5)
        assert call.status is CallStatus.RINGING, "a Pause does not answer"
        await call.answered()
        client = carrier.twilio_client()
        order = client.calls(call.sid)
        made = await order.recordings.create_async(
            recording_channels="dual", recording_status_callback=f"{PUBLIC}/recorded"
        )
        started = carrier.seconds()
        await carrier.until(lambda: carrier.seconds() > started + 0.3)
        await order.recordings("Twilio.CURRENT").update_async(status="paused")
        await carrier.until(lambda: carrier.seconds() > started + 0.8)
        await order.recordings("Twilio.CURRENT").update_async(status="in-progress")
        await call.ended()
        await carrier.settled()

        (told,) = server.forms("/recorded")
        assert (made.sid, "completed", "2") == (
            told["RecordingSid"],
            told["RecordingStatus"],
            told["RecordingChannels"],
        )
        sound = await http.get(
            f"{told['RecordingUrl']}.wav", auth=(carrier.account_sid, carrier.auth_token)
        )
        with wave.open(io.BytesIO(sound.content)) as file:
            assert 2 == file.getnchannels()
            frames = file.readframes(file.getnframes())
        said = frames[0::4]
        assert any(said[: 8_000 // 5])
        assert not any(said[4_000:5_600]), "paused"
        assert any(said[8_000:])
        (listed,) = await order.recordings.list_async()
        assert made.sid == listed.sid


@virtually
async def test_an_announcement() -> None:
    """One hears it, the other does not; its end is told."""
    async with hotline(INSTANT) as (carrier, server):
        server.answers["/voice"] = conference(
            "caller", statusCallbackEvent="announcement join", startConferenceOnEnter="true"
        )
        server.answers["/words"] = "<Response><Say>Your agent has left the room.</Say></Response>"
        carrier.add_person(AGENT, Person(answers_after=0.0))
        caller = await carrier.call(HOTLINE)
        await caller.answered()
        room = carrier.twilio_client().conferences("room")
        await room.participants.create_async(from_=HOTLINE, to=AGENT, beep="false", label="agent")
        agent = await carrier.rung(AGENT)
        await carrier.met(caller, agent)
        await room.participants("caller").update_async(announce_url=f"{PUBLIC}/words")
        await carrier.until(lambda: len(server.forms("/conference")) == 3)

        assert 1 == len(caller.heard())
        assert [] == agent.heard()
        assert "announcement-end" == server.forms("/conference")[-1]["StatusCallbackEvent"]


@virtually
async def test_old_calls_are_forgotten() -> None:
    """So that a carrier may be open all day; who is still on the telephone is kept."""
    async with hotline(CarrierOptions.instant(most_calls_kept=2)) as (carrier, server):
        server.answers["/voice"] = "<Response><Pause length='60'/></Response>"
        first = await carrier.call(HOTLINE)
        await carrier.until(lambda: bool(server.forms("/voice")))
        server.answers["/voice"] = "<Response><Record maxLength='1'/></Response>"
        short = []
        for _ in range(4):
            call = await carrier.call(HOTLINE, [CallerLine(tone(1), when=At(0))])
            await call.ended()
            short.append(call.sid)
        await carrier.call(HOTLINE)

        assert [first.sid, *short[-2:]] == [call.sid for call in carrier.calls[:-1]]
        assert set(short[-2:]) == {one.call_sid for one in carrier.board.recordings.values()}

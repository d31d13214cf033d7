"""People meet in the fake carrier's conferences: who hears whom, and what the server is told."""

from telephony.media_leg import Started
from telephony.simulator import At, CallerLine
from telephony.simulator.carrier import CarrierOptions, FakeCarrier, Person
from tests.telephony.carrier.server import (
    AGENT,
    HOTLINE,
    PUBLIC,
    Server,
    conference,
    hotline,
    virtually,
)
from tests.telephony.laboratory import Wire
from tests.telephony.sounds import tone

OTHER_AGENT = "+15550100003"


def order(server: Server) -> list[tuple[str, str]]:
    """Return the room's events with whom they are about, in the carrier's order."""
    told = sorted(server.forms("/conference"), key=lambda form: int(form["SequenceNumber"]))
    seen = [(form["StatusCallbackEvent"], form.get("ParticipantLabel", "")) for form in told]
    return list(dict.fromkeys(seen))


async def greet(wire: Wire) -> None:
    """Say something, and listen until the call is taken away."""
    await wire.wait_for(Started)
    await wire.play(tone(0.5))
    while True:
        await wire.receive()


async def agent_waits(carrier: FakeCarrier) -> None:
    """Dial the agent into the room."""
    client = carrier.twilio_client()
    await client.calls.create_async(to=AGENT, from_=HOTLINE, url=f"{PUBLIC}/screen")
    await carrier.until(lambda: any(room.participants for room in carrier.conferences))


def screening(server: Server) -> None:
    """Have the server ask the agent for a key."""
    server.answers["/screen"] = (
        f'<Response><Gather numDigits="1" timeout="4" action="{PUBLIC}/decision" '
        'actionOnEmptyResult="true"><Say>A refund. Press one.</Say></Gather></Response>'
    )
    server.answers["/decision"] = lambda form: (
        conference("agent") if form["Digits"] == "1" else "<Response><Hangup/></Response>"
    )
    server.answers["/voice"] = (
        '<Response><Connect><Stream url="wss://bot.example.com/media"/></Connect></Response>'
    )


@virtually
async def test_a_warm_transfer() -> None:
    """Agent first: the agent accepts, the caller leaves the bot for the room, both hear each other.

    The callbacks come late, twice and in the wrong order; the carrier's own numbers sort them.
    """
    async with hotline(CarrierOptions()) as (carrier, server):
        server.bot = greet
        screening(server)
        server.answers["/left"] = "<Response><Hangup/></Response>"
        carrier.add_person(AGENT, Person.takes_calls(after=0.5, says=tone(1)).leaving(8))
        caller = await carrier.call(HOTLINE, [CallerLine(tone(1), when=At(5))])
        await caller.answered()

        await agent_waits(carrier)
        client = carrier.twilio_client()
        await client.calls(caller.sid).update_async(twiml=conference("caller"))
        agent = await carrier.rung(AGENT)
        met = await carrier.met(caller, agent)
        participants = await client.conferences("room").participants.list_async()
        await caller.ended()
        await agent.ended()
        await carrier.settled()

        assert ["agent", "caller"] == [one.label for one in participants]
        assert [1000] == [stream.close_code for stream in caller.streams]
        assert "person" == agent.ended_by
        (said,) = agent.spoke()
        (heard,) = [span for span in caller.heard() if span[0] > met]
        assert 0.15 < heard[0] - said[0] < 0.2, "the small jitter buffer"
        assert [
            ("participant-join", "agent"),
            ("participant-join", "caller"),
            ("conference-start", ""),
            ("participant-leave", "agent"),
            ("participant-leave", "caller"),
            ("conference-end", ""),
        ] == order(server)
        (end,) = {
            form["CallSidEndingConference"]
            for form in server.forms("/conference")
            if form["StatusCallbackEvent"] == "conference-end"
        }
        assert agent.sid == end
        reasons = {
            form["ParticipantLabel"]: form["ReasonParticipantLeft"]
            for form in server.forms("/conference")
            if form["StatusCallbackEvent"] == "participant-leave"
        }
        assert {"agent": "participant_hung_up", "caller": "moderator_ended_conference"} == reasons
        assert ["answered"] * 2 == [form["DialCallStatus"] for form in server.forms("/left")]


@virtually
async def test_one_alone_waits_with_music_until_the_second_comes() -> None:
    """Alone it has not started; with `waitUrl=""` it is silent, without one there is music."""
    async with hotline(CarrierOptions.instant()) as (carrier, server):
        server.answers["/voice"] = conference("caller", endConferenceOnExit="false").replace(
            'waitUrl=""', ""
        )
        caller = await carrier.call(HOTLINE)
        await caller.answered()
        carrier.add_person(AGENT, Person(answers_after=3.0))
        client = carrier.twilio_client()
        await client.conferences("room").participants.create_async(
            from_=HOTLINE, to=AGENT, label="agent", beep="false"
        )
        ringing = await client.conferences("room").participants("agent").fetch_async()
        agent = await carrier.rung(AGENT)
        met = await carrier.met(caller, agent)
        await carrier.until(lambda: carrier.seconds() > met + 1)

        assert "ringing" == ringing.status
        (music,) = caller.heard()
        assert music[1] - music[0] > 2.9
        assert abs(music[1] - met) < 0.05
        assert caller.longest_silence() > 0.9


@virtually
async def test_mute_hold_and_coaching() -> None:
    """A muted one is not heard, one on hold hears music, a coach is heard by one only."""
    async with hotline(CarrierOptions.instant()) as (carrier, server):
        server.answers["/voice"] = conference("caller")
        for number in (AGENT, OTHER_AGENT):
            carrier.add_person(number, Person(answers_after=0.0))
        caller = await carrier.call(HOTLINE)
        client = carrier.twilio_client()
        await caller.answered()
        room = client.conferences("room")
        await room.participants.create_async(from_=HOTLINE, to=AGENT, label="agent")
        agent = await carrier.rung(AGENT)
        await carrier.met(caller, agent)
        await room.participants.create_async(
            from_=HOTLINE, to=OTHER_AGENT, label="coach", coaching=True, call_sid_to_coach=agent.sid
        )
        coach = await carrier.rung(OTHER_AGENT)
        await carrier.until(lambda: bool(carrier.heard_by(agent, coach)))
        await room.participants("agent").update_async(muted=True)
        await room.participants("caller").update_async(hold=True)
        held = await room.participants("caller").fetch_async()
        on_hold = carrier.seconds()
        await carrier.until(lambda: carrier.seconds() > on_hold + 1)
        await room.participants("caller").update_async(hold=False)
        taken_back = carrier.seconds()
        await carrier.until(lambda: carrier.seconds() > taken_back + 0.5)

        assert held.hold
        assert () == carrier.heard_by(caller, coach)
        assert carrier.heard_by(coach, agent)[0][1] <= on_hold + 0.05, "muted"
        (music,) = [span for span in caller.heard() if span[1] > on_hold]
        assert abs(music[0] - on_hold) < 0.05
        assert abs(music[1] - taken_back) < 0.05


@virtually
async def test_the_first_to_join_says_who_is_told() -> None:
    """Twilio: "set by the first Participant", and later ones are ignored."""
    async with hotline(CarrierOptions.instant()) as (carrier, server):
        server.answers["/voice"] = conference("caller", statusCallbackEvent="join")
        carrier.add_person(AGENT, Person(answers_after=0.0))
        caller = await carrier.call(HOTLINE)
        await caller.answered()
        await carrier.twilio_client().calls.create_async(
            to=AGENT,
            from_=HOTLINE,
            twiml=conference("agent", statusCallback=f"{PUBLIC}/other"),
        )
        await carrier.met(caller, await carrier.rung(AGENT))
        caller.hang_up()
        await caller.ended()
        await carrier.settled()

        assert ["caller", "agent"] == [
            form["ParticipantLabel"] for form in server.forms("/conference")
        ]
        assert [] == server.forms("/other")


@virtually
async def test_a_label_twice() -> None:
    """16025: the second does not get in, and goes on with the next verb."""
    async with hotline(CarrierOptions.instant(strict=False)) as (carrier, server):
        server.answers["/voice"] = conference("caller")
        first, second = [await carrier.call(HOTLINE) for _ in range(2)]
        await second.ended()

        assert [16_025] == [alert.code for alert in carrier.alerts.mistakes]
        assert first.ended_at is None
        assert [] == server.forms("/left")

"""The fake carrier and the project's own webhooks, media socket and call control together."""

from telephony.calls import CallStatus, DialStatus
from telephony.desk import DialEnded, Goodbye, StreamOver, TransferTo
from telephony.simulator import AfterBot, At, CallerLine
from telephony.simulator.carrier import CarrierOptions, FakeCarrier, Person
from tests.telephony.carrier.server import AGENT, HOTLINE, virtually
from tests.telephony.laboratory import TOKEN, Wire, laboratory
from tests.telephony.sounds import tone

PUBLIC = "https://bot.example.com"


async def greet_and_leave(wire: Wire) -> None:
    """Say something, wait until it was heard, and close the socket."""
    await wire.play(tone(0.6))
    await wire.mark("said")
    while not wire.echoed:
        await wire.receive()
    await wire.close()


@virtually
async def test_a_cold_transfer() -> None:
    """The bot greets, and then a person is rung: signatures, tokens and TwiML all fit."""
    async with laboratory(greet_and_leave, PUBLIC) as lab:
        options = CarrierOptions(auth_token=TOKEN)
        async with FakeCarrier(options, reach={PUBLIC: lab.url}) as carrier:
            carrier.add_number(HOTLINE, f"{PUBLIC}/twilio/voice")
            carrier.add_person(
                AGENT,
                Person(answers_after=1.0, lines=(CallerLine(tone(1), when=At(1)),), leaves_after=4),
            )
            lab.next_steps = [TransferTo(AGENT, ring_seconds=20), Goodbye("Bye.")]
            caller = await carrier.call(HOTLINE, [CallerLine(tone(0.5), when=AfterBot(0.5))])
            await caller.ended()
            await carrier.settled()
            agent = carrier.call_to(AGENT)

            assert [
                StreamOver(caller.sid, CallStatus.IN_PROGRESS, 1),
                DialEnded(caller.sid, DialStatus.COMPLETED),
            ] == lab.seen
            (together,) = carrier.together(caller, agent)
            assert 3.9 < together[1] - together[0] < 4.1
            greeting, *_ = caller.heard()
            assert 0.55 < greeting[1] - greeting[0] < 0.65
            assert {"stream-started", "stream-stopped"} == {one.event for one in lab.reports}

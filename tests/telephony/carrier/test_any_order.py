"""Random orders to many calls at once: every call and conference ends, and nothing fails."""

import random
from functools import partial

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from telephony.simulator.carrier import Call, CarrierOptions, FakeCarrier, Person
from tests.telephony.carrier.server import HOTLINE, PUBLIC, conference, hotline, virtually
from tests.telephony.laboratory import Wire

PEOPLE = (
    Person.takes_calls(after=0.3, presses="1"),
    Person.declines(after=0.2),
    Person.ignores(after=0.5),
    Person.busy(),
    Person.never_answers(),
    Person.unreachable(),
    Person.voicemail(after=0.4, greeting=1.0),
    Person.takes_calls(after=0.1).leaving(1.5),
)
NUMBERS = tuple(f"+1555010010{n}" for n in range(len(PEOPLE)))
STREAM = '<Connect action="/next"><Stream url="wss://bot.example.com/media"/></Connect>'


def document(chance: random.Random, *, own: bool = True) -> str:
    """Return some instructions; `own`: from an address, so that relative ones can be used."""
    verbs = [
        conference(chance.choice(("", "caller", "agent", "other")), waitUrl=""),
        conference("", endConferenceOnExit="false"),
        "<Response><Say>Wait, please.</Say><Hangup/></Response>",
        f'<Response><Dial timeout="3" action="{PUBLIC}/next">{chance.choice(NUMBERS)}</Dial>'
        "</Response>",
        f'<Response><Gather numDigits="1" timeout="2" action="{PUBLIC}/next" '
        'actionOnEmptyResult="true"><Say>Press one.</Say></Gather></Response>',
        f'<Response><Record timeout="1" maxLength="2" action="{PUBLIC}/next"/></Response>',
    ]
    if own:
        verbs.append(f"<Response>{STREAM}</Response>")
    return chance.choice(verbs)


async def order(chance: random.Random, carrier: FakeCarrier, client: Client) -> None:
    """Do something to somebody."""
    live = [call for call in carrier.calls if call.ended_at is None]
    rooms = [room for room in carrier.conferences if room.live]
    match chance.randrange(9):
        case 0 | 1:
            await carrier.call(HOTLINE, person=chance.choice(PEOPLE))
        case 2:
            await client.calls.create_async(
                to=chance.choice(NUMBERS), from_=HOTLINE, url=f"{PUBLIC}/next", timeout=3
            )
        case 3:
            await client.conferences("room").participants.create_async(
                to=chance.choice(NUMBERS), from_=HOTLINE, timeout=3
            )
        case 4 if live:
            change = document(chance, own=False)
            await client.calls(chance.choice(live).sid).update_async(twiml=change)
        case 5 if live:
            await client.calls(chance.choice(live).sid).update_async(status="completed")
        case 6 if live:
            chance.choice(live).hang_up()
        case 7 if rooms:
            people = chance.choice(rooms).participants
            if people:
                who = client.conferences("room").participants(chance.choice(list(people)))
                await (who.delete_async() if chance.random() < 0.5 else who.update_async(hold=True))
        case 8 if rooms and chance.random() < 0.2:
            await client.conferences(chance.choice(rooms).sid).update_async(status="completed")
        case _:
            return


async def listen(wire: Wire) -> None:
    """Be a bot that says nothing."""
    while True:
        await wire.receive()


@pytest.mark.parametrize("seed", range(2))
def test_whatever_happens(seed: int) -> None:
    """Thirty orders, then everybody is hung up."""

    @virtually
    async def story() -> None:
        chance = random.Random(seed)
        options = CarrierOptions(seed=seed, calls_per_second=None, strict=False)
        async with hotline(options) as (carrier, server):
            server.bot = listen
            server.answers["/voice"] = server.answers["/next"] = lambda form: document(chance)
            server.answers["/left"] = "<Response><Hangup/></Response>"
            for number, person in zip(NUMBERS, PEOPLE, strict=True):
                carrier.add_person(number, person)
            client = carrier.twilio_client()
            for _ in range(30):
                refused = ""
                try:
                    await order(chance, carrier, client)
                except TwilioRestException as error:
                    refused = str(error.code)
                assert refused in ("", "20404", "21220"), "gone, or not in progress"
                pause = carrier.seconds() + chance.random() * 0.5
                await carrier.until(partial(_passed, carrier, pause))
            await over(carrier)

            allowed = "the label"
            assert [] == [
                one for one in carrier.alerts.mistakes if not one.text.startswith(allowed)
            ]
            assert not any(room.live for room in carrier.conferences)
            assert 0 == carrier.busy

    story()


def _passed(carrier: FakeCarrier, moment: float) -> bool:
    return carrier.seconds() > moment


async def over(carrier: FakeCarrier) -> None:
    """Have everybody hang up, and those who are rung then, too."""

    def live() -> list[Call]:
        return [call for call in carrier.calls if call.ended_at is None]

    while calls := live():
        for call in calls:
            call.hang_up()
        for call in calls:
            await call.ended()
    await carrier.settled()

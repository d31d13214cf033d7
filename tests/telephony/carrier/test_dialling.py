"""`<Dial>` at the fake carrier: who is rung, who talks with whom, and what the action is told."""

import pytest

from telephony.calls import CallStatus
from telephony.simulator import At, CallerLine
from telephony.simulator.carrier import CarrierOptions, Person
from tests.telephony.carrier.server import AGENT, CALLER, HOTLINE, Server, hotline, virtually
from tests.telephony.sounds import tone

INSTANT = CarrierOptions.instant()


def dialling(server: Server, attributes: str = "", noun: str = AGENT) -> None:
    """Have the server ring the agent."""
    action = 'action="/dialled"'
    server.answers["/voice"] = f"<Response><Dial {action} {attributes}>{noun}</Dial></Response>"
    server.answers["/dialled"] = "<Response><Hangup/></Response>"


@virtually
async def test_two_people_talk() -> None:
    """The caller hears it ring, then the agent; the agent hears the caller."""
    async with hotline(INSTANT) as (carrier, server):
        dialling(server)
        carrier.add_person(AGENT, Person.takes_calls(after=2, presses="", says=tone(1)).leaving(6))
        caller = await carrier.call(HOTLINE, [CallerLine(tone(1), when=At(6))])
        await caller.ended()
        agent = carrier.call_to(AGENT)

        ring, speech = caller.heard()
        assert 1.9 < ring[1] - ring[0] < 2.1
        assert agent.spoke() == [pytest.approx(speech, abs=0.05)]
        assert len(agent.heard()) == 1
        (form,) = server.forms("/dialled")
        assert ("completed", "true", "6") == (
            form["DialCallStatus"],
            form["DialBridged"],
            form["DialCallDuration"],
        )
        assert caller.sid == server.forms("/dialled")[0]["CallSid"]
        assert ("outbound-dial", CALLER) == (agent.direction, agent.from_)


@pytest.mark.parametrize(
    ("person", "status"),
    [
        (Person.busy(), "busy"),
        (Person.never_answers(), "no-answer"),
        (Person.unreachable(), "failed"),
    ],
)
def test_nobody_comes_to_the_telephone(person: Person, status: str) -> None:
    """The action learns why."""

    @virtually
    async def story() -> None:
        async with hotline(INSTANT) as (carrier, server):
            dialling(server, 'timeout="4" answerOnBridge="true"')
            carrier.add_person(AGENT, person)
            caller = await carrier.call(HOTLINE)
            await caller.ended()

            assert [status] == [form["DialCallStatus"] for form in server.forms("/dialled")]
            assert "ringing" == server.forms("/dialled")[0]["CallStatus"], "never answered"

    story()


@virtually
async def test_the_first_to_answer_is_taken() -> None:
    """Several ring together; the others stop."""
    async with hotline(INSTANT) as (carrier, server):
        other = "+15550100003"
        dialling(server, "", f"<Number>{AGENT}</Number><Number>{other}</Number>")
        carrier.add_person(AGENT, Person(answers_after=3.0))
        carrier.add_person(other, Person(answers_after=2.0, leaves_after=2.0))
        caller = await carrier.call(HOTLINE)
        await caller.ended()

        assert CallStatus.CANCELED is carrier.call_to(AGENT).status
        (form,) = server.forms("/dialled")
        assert ("completed", carrier.call_to(other).sid) == (
            form["DialCallStatus"],
            form["DialCallSid"],
        )


@virtually
async def test_a_conversation_that_is_recorded_and_left_with_a_star() -> None:
    """The caller presses `*`, and goes on with the action; the recording has both of them."""
    async with hotline(INSTANT) as (carrier, server):
        dialling(server, 'record="record-from-answer-dual" hangupOnStar="true"')
        carrier.add_person(AGENT, Person(answers_after=1.0))
        caller = await carrier.call(HOTLINE, [CallerLine(digits="*", when=At(4.0))])
        await caller.ended()

        (form,) = server.forms("/dialled")
        (recording,) = carrier.board.recordings.values()
        assert form["RecordingUrl"].endswith(recording.sid)
        assert (2, 3) == (len(recording.channels), recording.seconds)


@virtually
async def test_a_whisper_that_is_declined() -> None:
    """The called party's own document ends their leg; the parties were not bridged."""
    async with hotline(INSTANT) as (carrier, server):
        dialling(server, 'answerOnBridge="true"', f'<Number url="/whisper">{AGENT}</Number>')
        server.answers["/whisper"] = (
            '<Response><Gather numDigits="1" action="/key"><Say>Press one.</Say></Gather>'
            "</Response>"
        )
        server.answers["/key"] = lambda form: (
            "<Response/>" if form["Digits"] == "1" else "<Response><Hangup/></Response>"
        )
        carrier.add_person(AGENT, Person.declines())
        caller = await carrier.call(HOTLINE)
        await caller.ended()

        assert ["false"] == [form["DialBridged"] for form in server.forms("/dialled")]
        assert () == carrier.together(caller, carrier.call_to(AGENT))


@virtually
async def test_the_caller_gives_up_while_it_rings() -> None:
    """The other telephone stops ringing, and the action is told."""
    async with hotline(INSTANT) as (carrier, server):
        dialling(server)
        carrier.add_person(AGENT, Person.never_answers())
        caller = await carrier.call(HOTLINE, person=Person(leaves_after=2.0))
        await caller.ended()
        agent = carrier.call_to(AGENT)

        assert CallStatus.CANCELED is await agent.ended()
        await carrier.until(lambda: bool(server.forms("/dialled")))
        assert "canceled" == server.forms("/dialled")[0]["DialCallStatus"]

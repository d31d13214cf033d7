"""What the fake carrier sends, beside what Twilio's pages say it sends: names, and their values."""

import json
import re

import pytest
from starlette.websockets import WebSocketDisconnect

from telephony.simulator import At, CallerLine
from telephony.simulator.carrier import CarrierOptions, Person
from tests.telephony.carrier.server import AGENT, HOTLINE, PUBLIC, conference, hotline, virtually
from tests.telephony.laboratory import Wire
from tests.telephony.sounds import tone

# twilio.com/docs/voice/twiml#request-parameters: "Twilio's request to your application".
EVERY_CALL = {
    "CallSid",
    "AccountSid",
    "From",
    "To",
    "CallStatus",
    "ApiVersion",
    "Direction",
    "Called",
    "Caller",
}
SOME_CALLS = {"ForwardedFrom", "CallerName", "ParentCallSid", "AnsweredBy"}

# twilio.com/docs/voice/api/call-resource#statuscallback
STATUS = EVERY_CALL | {"CallbackSource", "SequenceNumber", "Timestamp"}
STATUS_COMPLETED = STATUS | {"CallDuration", "Duration", "SipResponseCode"}

# twilio.com/docs/voice/twiml/conference#attributes-status-callback-parameters, by "Sent On".
ROOM = {
    "ConferenceSid",
    "FriendlyName",
    "AccountSid",
    "SequenceNumber",
    "Timestamp",
    "StatusCallbackEvent",
}
ABOUT = {
    "CallSid",
    "Muted",
    "Hold",
    "Coaching",
    "EndConferenceOnExit",
    "StartConferenceOnEnter",
    "ParticipantLabel",
}
ENDED = {
    "CallSidEndingConference",
    "ParticipantLabelEndingConference",
    "ReasonConferenceEnded",
    "Reason",
}
CONFERENCE = {
    "conference-start": ROOM,
    "conference-end": ROOM | ENDED,
    "participant-join": ROOM | ABOUT,
    "participant-leave": ROOM | ABOUT | {"ParticipantCallStatus", "ReasonParticipantLeft"},
    "participant-mute": ROOM | ABOUT,
    "participant-unmute": ROOM | ABOUT,
    "participant-hold": ROOM | ABOUT,
    "participant-unhold": ROOM | ABOUT,
    "participant-modify": ROOM | ABOUT,
}
REASONS_ENDED = {
    "conference-ended-via-api",
    "last-participant-kicked",
    "last-participant-left",
    "participant-with-end-conference-on-exit-kicked",
    "participant-with-end-conference-on-exit-left",
}
REASONS_LEFT = {
    "conference_ended_via_api",
    "moderator_ended_conference",
    "participant_updated_via_api",
    "participant_hung_up",
    "participant_add_failed",
}
# The page's example of `Timestamp`: "Thu, 1 Jun 2017 20:48:32 +0000".
RFC_2822 = re.compile(r"[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000")

# twilio.com/docs/voice/twiml/dial#action: "DialCallStatus … DialCallSid, DialCallDuration (not sent
# after dialling a conference) … DialBridged … RecordingUrl".
DIALLED = {"DialCallStatus", "DialCallSid", "DialCallDuration", "DialBridged"}

# twilio.com/docs/voice/twiml/stream#statuscallback
STREAM = {
    "AccountSid",
    "CallSid",
    "StreamSid",
    "StreamName",
    "StreamEvent",
    "Timestamp",
}

# twilio.com/docs/voice/media-streams/websocket-messages, the page's examples, shortened payloads.
MESSAGES = {
    "connected": {"event": "connected", "protocol": "Call", "version": "1.0.0"},
    "start": {
        "event": "start",
        "sequenceNumber": "1",
        "start": {
            "accountSid": "AC",
            "streamSid": "MZ",
            "callSid": "CA",
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": {"FirstName": "Jane"},
        },
        "streamSid": "MZ",
    },
    "media": {
        "event": "media",
        "sequenceNumber": "3",
        "media": {"track": "inbound", "chunk": "1", "timestamp": "5", "payload": "no+JhoaJjpz…"},
        "streamSid": "MZ",
    },
    "dtmf": {
        "event": "dtmf",
        "streamSid": "MZ",
        "sequenceNumber": "5",
        "dtmf": {"track": "inbound_track", "digit": "1"},
    },
    "mark": {
        "event": "mark",
        "sequenceNumber": "4",
        "streamSid": "MZ",
        "mark": {"name": "my label"},
    },
    "stop": {
        "event": "stop",
        "sequenceNumber": "5",
        "stop": {"accountSid": "AC", "callSid": "CA"},
        "streamSid": "MZ",
    },
}


def shape(value: object) -> object:
    """Return a message without what differs from call to call."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items() if name != "FirstName"}
    if isinstance(value, str):
        return "…" if re.fullmatch(r"[A-Z]{2}[0-9a-f]*|\d+|[\w+/=…]{12,}", value) else value
    return value


@virtually
async def test_conference_callbacks() -> None:
    """Every event of the page, with the fields that it is sent with."""
    async with hotline(CarrierOptions.instant()) as (carrier, server):
        server.answers["/voice"] = conference("caller")
        carrier.add_person(AGENT, Person(answers_after=0.0))
        caller = await carrier.call(HOTLINE)
        await caller.answered()
        room = carrier.twilio_client().conferences("room")
        await room.participants.create_async(from_=HOTLINE, to=AGENT, beep="false", label="agent")
        agent = await carrier.rung(AGENT)
        await carrier.met(caller, agent)
        for change in ({"muted": True}, {"muted": False}, {"hold": True}, {"hold": False}):
            await room.participants("agent").update_async(**change)
        await room.participants("agent").update_async(end_conference_on_exit=True)
        await room.participants("agent").delete_async()
        await caller.ended()
        await carrier.settled()

        forms = server.forms("/conference")
        seen = {form["StatusCallbackEvent"]: set(form) for form in forms}
        assert seen == CONFERENCE
        assert (
            {form["ReasonConferenceEnded"] for form in forms if "Reason" in form}
            == {"participant-with-end-conference-on-exit-kicked"}
            <= REASONS_ENDED
        )
        assert {form.get("ReasonParticipantLeft", "") for form in forms} - {""} <= REASONS_LEFT
        assert all(RFC_2822.fullmatch(form["Timestamp"]) for form in forms)
        assert [str(n) for n in range(1, len(forms) + 1)] == [
            form["SequenceNumber"] for form in forms
        ]
        (left, *_) = server.forms("/left")
        assert {"DialCallStatus"} == set(left) - EVERY_CALL, "nothing else after a conference"


@virtually
async def test_call_and_stream_callbacks_and_messages() -> None:
    """The voice webhook, the media socket's messages, stream and call status, and `<Dial>`."""
    async with hotline(CarrierOptions.instant()) as (carrier, server):
        messages: list[dict[str, object]] = []

        async def bot(wire: Wire) -> None:
            try:
                while True:
                    message = json.loads(await wire._websocket.receive_text())
                    messages.append(message)
                    if message["event"] == "start":
                        wire._stream.receive_text(json.dumps(message))
                        await wire.mark("my label")
            except WebSocketDisconnect:
                return

        server.bot = bot
        server.answers["/voice"] = (
            '<Response><Connect action="/dial"><Stream url="wss://bot.example.com/media" '
            'statusCallback="/stream"><Parameter name="FirstName" value="Jane"/></Stream></Connect>'
            "</Response>"
        )
        carrier.add_person(AGENT, Person(answers_after=0.0, leaves_after=1.0))
        line = CallerLine(tone(0.5), digits="1", when=At(0.1))
        caller = await carrier.call(HOTLINE, [line])
        await carrier.until(lambda: any(one["event"] == "dtmf" for one in messages))
        await (
            carrier.twilio_client()
            .calls(caller.sid)
            .update_async(
                twiml=f'<Response><Dial action="{PUBLIC}/dialled"><Number '
                f'statusCallback="{PUBLIC}/status" statusCallbackEvent="initiated ringing answered '
                f'completed">{AGENT}</Number></Dial></Response>'
            )
        )
        await caller.ended()
        await carrier.settled()

        assert EVERY_CALL == set(server.forms("/voice")[0])
        for form in server.forms("/status"):
            wanted = STATUS_COMPLETED if form["CallStatus"] == "completed" else STATUS
            assert wanted == set(form) - SOME_CALLS
        assert DIALLED == set(server.forms("/dialled")[0]) - EVERY_CALL
        assert [STREAM] * 2 == [set(form) for form in server.forms("/stream")]
        by_event = {str(message["event"]): message for message in reversed(messages)}
        assert set(MESSAGES) == set(by_event)
        for event, example in MESSAGES.items():
            assert shape(example) == shape(by_event[event]), event
        assert "connected" == messages[0]["event"]
        numbers = [int(str(message["sequenceNumber"])) for message in messages[1:]]
        assert list(range(1, len(messages))) == numbers


@pytest.mark.parametrize("attributes", [{"startConferenceOnEnter": "false"}, {}])
def test_when_a_conference_starts(attributes: dict[str, str]) -> None:
    """Twilio: "at least two participants … and at least one has startConferenceOnEnter"."""

    @virtually
    async def story() -> None:
        async with hotline(CarrierOptions.instant()) as (carrier, server):
            server.answers["/voice"] = conference("caller", **attributes)
            carrier.add_person(AGENT, Person(answers_after=0.0))
            caller = await carrier.call(HOTLINE)
            await caller.answered()
            room = carrier.twilio_client().conferences("room")
            waiting = {"start_conference_on_enter": False} if attributes else {}
            await room.participants.create_async(
                from_=HOTLINE, to=AGENT, beep="false", wait_url="", **waiting
            )
            agent = await carrier.rung(AGENT)
            await agent.answered()
            now = carrier.seconds()
            await carrier.until(lambda: carrier.seconds() > now + 1)

            started = [
                form
                for form in server.forms("/conference")
                if form["StatusCallbackEvent"] == "conference-start"
            ]
            assert bool(started) is not bool(attributes)
            assert bool(carrier.together(caller, agent)) is not bool(attributes)

    story()

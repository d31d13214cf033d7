"""Whole simulated calls over loopback, to the real webhooks and a real media socket."""

import itertools
import socket

import pytest

from telephony.calls import CallStatus, DialStatus
from telephony.desk import (
    Blocked,
    DialEnded,
    FallbackMenu,
    Goodbye,
    MenuChoice,
    MenuKey,
    Message,
    Resume,
    StreamOver,
    TransferTo,
    Voicemail,
)
from telephony.g711 import SAMPLE_RATE
from telephony.media_leg import DtmfReceived, MarkEchoed, MediaReceived, Stopped
from telephony.simulator import (
    AfterBot,
    At,
    AudibleMeter,
    CallerEvent,
    CallerLine,
    CallRecording,
    During,
    EndedBy,
    EventKind,
    Faults,
    LinePlayer,
    SimulatedCaller,
    run_calls,
)
from tests.telephony.laboratory import TOKEN, Wire, laboratory
from tests.telephony.sounds import silence, tone

GREETING = tone(0.2)
ANSWER = tone(0.3, b"\x30\xb0" * 4)
QUESTION = silence(0.1) + tone(0.3, b"\x10\x90\x90\x10") + silence(0.1)


async def answering_bot(wire: Wire) -> None:
    """Greets, answers one question, and says goodbye once that was heard."""
    await wire.play(GREETING)
    await wire.wait_for_speech()
    await wire.wait_for_silence(0.1)
    await wire.play(ANSWER)
    await wire.mark("answered")
    await wire.wait_for(MarkEchoed)
    await wire.close()


async def listening_bot(wire: Wire) -> None:
    """Greets and listens until the stream is over."""
    await wire.play(GREETING)
    while True:
        await wire.receive()


def details(recording: CallRecording, kind: EventKind) -> list[str]:
    """Return the details of all events of a kind."""
    return [event.detail for event in recording.events if event.kind is kind]


def happened_at(recording: CallRecording, kind: EventKind) -> list[float]:
    """Return the times of all events of a kind."""
    return [event.at for event in recording.events if event.kind is kind]


async def test_a_call_from_ringing_to_goodbye() -> None:
    """Signed for a public address that cannot be reached from here; every sample accounted for."""
    watched: list[CallerEvent] = []
    async with laboratory(answering_bot, public_url="https://bot.example.com") as lab:
        call = await SimulatedCaller(
            lab.voice_url,
            [CallerLine(QUESTION, "where is my order", AfterBot(quiet=0.2))],
            auth_token=TOKEN,
            public_url="https://bot.example.com",
            on_event=watched.append,
            max_seconds=10,
        ).run()
        (wire,) = lab.wires

    assert EndedBy.BOT is call.ended_by
    assert watched == list(call.events)
    assert ["/twilio/voice", "/twilio/stream-ended"] == [d.path for d in call.twiml_log]
    assert [StreamOver(call.call_sid, CallStatus.IN_PROGRESS, stream=1)] == lab.seen
    assert ["stream-started", "stream-stopped"] == [report.event for report in lab.reports]
    assert [1000] == [stream.close_code for stream in call.streams]
    assert ["Connect", "Say Bye.", "Hangup"] == details(call, EventKind.VERB)
    assert [] == details(call, EventKind.WARNING)

    # The caller's side, to the sample: where it lies on the track, and what the server got.
    (turn,) = call.turns
    began = round(turn.spoke_from * SAMPLE_RATE) - 800
    assert QUESTION == call.caller_track[began : began + len(QUESTION)]
    assert bytes(wire.heard) == call.caller_track[: len(wire.heard)]
    assert pytest.approx(0.3) == turn.spoke_to - turn.spoke_from

    # The ear's side: greeting and answer whole, with nothing but silence around them.
    heard = call.ear_track.strip(b"\xff")
    assert (GREETING, ANSWER) == (heard[: len(GREETING)], heard[-len(ANSWER) :])
    assert b"" == heard[len(GREETING) : -len(ANSWER)].strip(b"\xff")
    assert call.greeted_at is not None
    assert 0 <= call.greeted_at < 2.0
    assert turn.response_seconds is not None
    assert 0.1 <= turn.response_seconds < 3.0
    assert [["answered"], ["where is my order"]] == [
        details(call, kind) for kind in (EventKind.MARK_ECHOED, EventKind.LINE_STARTED)
    ]
    assert [2, 2] == [
        len(happened_at(call, kind)) for kind in (EventKind.BOT_STARTED, EventKind.BOT_STOPPED)
    ]


class OneWord(LinePlayer):
    """A caller who answers the greeting with one sound and leaves."""

    def due(self, start: int, bot: AudibleMeter) -> CallerLine | None:
        """Return the sound once the greeting is over."""
        last = bot.last_heard
        if self.said or last is None or start - last < 0.2 * SAMPLE_RATE:
            return None
        return CallerLine(QUESTION, "word")

    def wants_to_hang_up(self, start: int, bot: AudibleMeter) -> bool:
        """Return whether it was said."""
        return bool(self.said) and self.speaking is None


async def test_a_player_decides_what_is_said_and_the_line_what_arrives() -> None:
    """The echo of the greeting comes back 0.2 s later, under what the caller says."""
    late = round(0.2 * SAMPLE_RATE)

    def echo(payload: bytes, start: int, ear: bytearray) -> bytes:
        heard = bytes(ear[max(0, start - late) :][: len(payload)]) if start >= late else b""
        return heard.ljust(len(payload), b"\xff") if heard.strip(b"\xff") else payload

    async with laboratory(listening_bot) as lab:
        call = await SimulatedCaller(lab.voice_url, OneWord(), max_seconds=10, effect=echo).run()
        (wire,) = lab.wires

    assert EndedBy.CALLER is call.ended_by
    assert ["word"] == details(call, EventKind.LINE_STARTED)
    assert bytes(wire.heard) == call.caller_track[: len(wire.heard)]
    assert call.greeted_at is not None
    greeted = round(call.greeted_at * SAMPLE_RATE)
    came_back = call.caller_track[greeted + late : greeted + late + len(GREETING) - 320]
    assert call.ear_track[greeted : greeted + len(came_back)] == came_back
    assert QUESTION.strip(b"\xff") in bytes(call.caller_track)


async def test_marks_and_clear_as_the_carrier_does_them() -> None:
    """Marks in real time, at once where nothing is buffered, and all of them at `clear`."""

    async def bot(wire: Wire) -> None:
        await wire.mark("nothing before me")
        await wire.play(tone(0.3))
        await wire.mark("heard")
        await wire.play(tone(5.0))
        await wire.mark("cut off")
        await wire.mark("cut off too")
        while len(wire.echoed) < 2:
            await wire.receive()
        await wire.clear()
        while len(wire.echoed) < 4:
            await wire.receive()
        await wire.mark("nothing left")
        while len(wire.echoed) < 5:
            await wire.receive()
        await wire.close()

    async with laboratory(bot) as lab:
        call = await SimulatedCaller(lab.voice_url, [], max_seconds=10).run()
        (wire,) = lab.wires

    names = ["nothing before me", "heard", "cut off", "cut off too", "nothing left"]
    assert names == wire.echoed
    assert names == details(call, EventKind.MARK_ECHOED)
    first, heard, cut, _, left = happened_at(call, EventKind.MARK_ECHOED)
    (cleared,) = happened_at(call, EventKind.CLEARED)
    assert 0.29 <= heard - first < 3.0
    assert heard < cleared <= cut < left

    # What the ear got is what had been played at the moment of `clear`, to the sample.
    assert call.greeted_at is not None
    audible = len(call.ear_track.strip(b"\xff"))
    dropped = float(details(call, EventKind.CLEARED)[0])
    assert pytest.approx(5.3, abs=0.002) == audible / SAMPLE_RATE + dropped
    assert tone(0.3) == call.ear_track.strip(b"\xff")[:2_400]


async def test_what_was_not_played_when_the_stream_ends_is_never_heard() -> None:
    """A bot that closes before its goodbye was heard has not said it."""

    async def bot(wire: Wire) -> None:
        await wire.play(tone(60.0))
        await wire.mark("goodbye")
        await wire.wait_for(MediaReceived)
        await wire.close()

    async with laboratory(bot) as lab:
        call = await SimulatedCaller(lab.voice_url, [], max_seconds=10).run()

    assert len(call.ear_track) <= round(call.streams[0].ended * SAMPLE_RATE)
    assert [] == details(call, EventKind.MARK_ECHOED)


async def test_an_interruption_and_keys() -> None:
    """The bot falls silent when the caller is heard, and answers; keys arrive in order."""

    async def bot(wire: Wire) -> None:
        await wire.play(tone(5.0))
        await wire.wait_for_speech()
        await wire.clear()
        await wire.wait_for_silence(0.4)
        await wire.play(ANSWER)
        while True:
            await wire.receive()

    lines = [
        CallerLine(tone(0.3), "stop", During(after_seconds=0.3)),
        CallerLine(label="keys", digits="4#", when=AfterBot(quiet=0.1)),
    ]
    async with laboratory(bot) as lab:
        call = await SimulatedCaller(lab.voice_url, lines, hang_up_after=0.2, max_seconds=10).run()
        (wire,) = lab.wires

    stop, keys = call.turns
    assert (True, False) == (stop.overlapped, keys.overlapped)
    assert stop.yield_seconds is not None
    assert 0.02 <= stop.yield_seconds < 2.0
    assert stop.response_seconds is not None
    assert 0.4 <= stop.response_seconds < 3.0
    assert ["4", "#"] == [e.digit for e in wire.events if isinstance(e, DtmfReceived)]
    assert ["", ""] == details(call, EventKind.KEY_PRESSED)
    assert EndedBy.CALLER is call.ended_by
    assert isinstance(wire.events[-1], Stopped)
    # The carrier tells that the call is over; what the server answers is not carried out.
    assert [StreamOver(call.call_sid, CallStatus.COMPLETED, stream=1)] == lab.seen
    assert ["Connect"] == details(call, EventKind.VERB)


async def test_several_callers_at_once() -> None:
    """Each with a line and a clock of their own."""
    async with laboratory(answering_bot) as lab:
        calls = await run_calls(
            [
                SimulatedCaller(
                    lab.voice_url,
                    [CallerLine(QUESTION, str(n), AfterBot(quiet=0.2))],
                    caller=f"+1555010{n:04}",
                    max_seconds=10,
                )
                for n in range(6)
            ]
        )

    assert [[str(n)] for n in range(6)] == [[turn.label for turn in c.turns] for c in calls]
    assert {EndedBy.BOT} == {call.ended_by for call in calls}
    assert 6 == len({call.call_sid for call in calls})
    assert all(turn.answered_at for call in calls for turn in call.turns)


async def test_a_stream_that_breaks_is_resumed() -> None:
    """Same call, same clock, second stream; the caller says the next line there."""
    lines = [CallerLine(tone(2.0), "lost", At(0.2)), CallerLine(tone(0.1), "again", At(0.5))]
    async with laboratory(listening_bot) as lab:
        lab.next_steps = [Resume({"token": "t1"}, "We were cut off.")]
        call = await SimulatedCaller(
            lab.voice_url,
            lines,
            hang_up_after=0.3,
            faults=Faults(drop_socket_at=0.4),
            max_seconds=10,
        ).run()
        first, second = lab.wires

    assert [(1006, "fault"), (1000, "caller")] == [
        (stream.close_code, stream.closed_by) for stream in call.streams
    ]
    assert 0.4 <= call.streams[0].ended <= call.streams[1].started < call.streams[1].ended
    assert [
        StreamOver(call.call_sid, CallStatus.IN_PROGRESS, stream=1),
        StreamOver(call.call_sid, CallStatus.COMPLETED, stream=2),
    ] == lab.seen
    assert ["lost", "again"] == [turn.label for turn in call.turns]
    assert tone(0.1) == bytes(second.heard).strip(b"\xff")
    assert bytes(first.heard) == call.caller_track[: len(first.heard)]
    resumed = round(call.streams[1].started * SAMPLE_RATE)
    assert bytes(second.heard) in call.caller_track[resumed - 400 :]


async def test_without_a_stream_the_keypad_remains() -> None:
    """A refused handshake is told to the status callback, and the caller gets to a person."""
    async with laboratory(listening_bot, public_url="https://bot.example.com") as lab:
        lab.next_steps = [
            FallbackMenu(person=True),
            TransferTo("+15557654321", 25),
            Voicemail(),
        ]
        call = await SimulatedCaller(
            lab.voice_url,
            [],
            auth_token=TOKEN,
            public_url="https://bot.example.com",
            menu_digits="1",
            dial_status=DialStatus.NO_ANSWER,
            faults=Faults(bad_signature=True),
            max_seconds=10,
        ).run()

    assert [] == lab.wires
    assert ["stream-error"] == [report.event for report in lab.reports]
    assert "HTTP 403" in lab.reports[0].error
    assert [
        StreamOver(call.call_sid, CallStatus.IN_PROGRESS, stream=1),
        MenuChoice(call.call_sid, MenuKey.PERSON),
        DialEnded(call.call_sid, DialStatus.NO_ANSWER),
    ] == lab.seen[:3]
    assert isinstance(lab.seen[3], Message)
    assert [
        "Connect",
        "Say Sorry, our assistant is not available right now.",
        "Gather",
        "Say Press 1 for a person, or 2 to leave a message.",
        "Dial",
        "Say Please leave a message after the tone. Press the hash key to finish.",
        "Record",
        "Say Thank you. Goodbye.",
        "Hangup",
    ] == details(call, EventKind.VERB)
    assert (EndedBy.BOT, b"", b"") == (call.ended_by, call.caller_track, call.ear_track)


@pytest.mark.parametrize(
    ("faults", "lost", "code"),
    [
        (Faults(parameters=(("token", "wrong"),)), [], 1008),
        (Faults(drop_parameters=("token",)), [], 1008),
        (Faults(no_start=True), ["no start"], 1008),
        (Faults(garbage_at=0.1), ["violation not JSON"], 1008),
        (Faults(garbage_at=0.1, garbage=(b"\0",)), ["violation 'text'"], 1008),
        (Faults(hang_up_at=0.2), ["disconnected"], 1000),
        (Faults(drop_socket_at=0.2), ["disconnected"], 1006),
    ],
)
async def test_faults(faults: Faults, lost: list[str], code: int) -> None:
    """Each arrives at the server as what it is, and the call still ends in good order."""
    async with laboratory(listening_bot) as lab:
        lab.start_seconds = 0.1 if faults.no_start else 5.0
        call = await SimulatedCaller(lab.voice_url, [], faults=faults, max_seconds=10).run()

    assert lost == lab.lost
    assert [code] == [stream.close_code for stream in call.streams]
    assert [call.call_sid] == [over.call_sid for over in lab.seen]
    assert call.ended_by is (EndedBy.CALLER if faults.hang_up_at else EndedBy.BOT)


async def test_hanging_up_in_mid_word() -> None:
    """Half the line was said."""
    async with laboratory(listening_bot) as lab:
        call = await SimulatedCaller(
            lab.voice_url,
            [CallerLine(tone(0.4), "cut", At(0.1))],
            faults=Faults(hang_up_in_line=0),
            max_seconds=10,
        ).run()

    assert EndedBy.CALLER is call.ended_by
    assert tone(0.2) == call.caller_track.strip(b"\xff")
    assert [] == details(call, EventKind.LINE_ENDED)


async def test_what_the_carrier_objects_to() -> None:
    """Each once a stream; the call goes on."""

    async def bot(wire: Wire) -> None:
        for message in (
            b"\0", b"\0", "{not json", "[]", '{"event":"media","streamSid":"MZ0"}',
        ):  # fmt: skip
            await wire.send(message)
        await wire.play(GREETING)
        await wire.mark("end")
        await wire.wait_for(MarkEchoed)
        await wire.close()

    async with laboratory(bot) as lab:
        call = await SimulatedCaller(lab.voice_url, [], max_seconds=10).run()

    assert ["31950 binary frame", "31950 malformed frame", "wrong stream sid"] == details(
        call, EventKind.WARNING
    )
    assert GREETING == call.ear_track.strip(b"\xff")


async def test_a_call_is_bounded() -> None:
    """A bot that never ends it."""
    async with laboratory(listening_bot) as lab:
        call = await SimulatedCaller(lab.voice_url, [], max_seconds=0.3).run()

    assert EndedBy.TIME_LIMIT is call.ended_by
    assert [CallStatus.COMPLETED] == [
        over.status for over in lab.seen if isinstance(over, StreamOver)
    ]


async def test_frames_are_twenty_milliseconds_apart() -> None:
    """On absolute deadlines: late ones are caught up, so that nothing drifts."""
    stamps: list[int] = []

    async def bot(wire: Wire) -> None:
        while len(stamps) < 25:
            event = await wire.wait_for(MediaReceived)
            assert isinstance(event, MediaReceived)
            assert 160 == len(event.payload)
            stamps.append(event.timestamp_ms)
        await wire.close()

    async with laboratory(bot) as lab:
        call = await SimulatedCaller(lab.voice_url, [], max_seconds=10).run()

    assert {20} == {b - a for a, b in itertools.pairwise(stamps)}
    assert 0.5 <= call.streams[0].ended
    assert pytest.approx(call.streams[0].ended, abs=0.3) == len(call.caller_track) / SAMPLE_RATE


async def test_a_call_that_is_not_taken() -> None:
    """Rejected before anything flows."""
    async with laboratory(listening_bot) as lab:
        lab.answer_with = Blocked()
        call = await SimulatedCaller(lab.voice_url, []).run()

    assert (EndedBy.REJECTED, ()) == (call.ended_by, call.streams)


async def test_a_menu_without_a_key_ends_with_goodbye() -> None:
    """The words after the menu are said."""
    async with laboratory(listening_bot) as lab:
        lab.answer_with = FallbackMenu(person=False)
        call = await SimulatedCaller(lab.voice_url, []).run()

    assert ["Say Goodbye.", "Hangup"] == details(call, EventKind.VERB)[-2:]
    assert (EndedBy.BOT, []) == (call.ended_by, lab.seen)


async def test_a_server_that_is_not_there_or_refuses() -> None:
    """Told, not raised."""
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    missing = await SimulatedCaller(f"http://127.0.0.1:{port}/twilio/voice", []).run()
    async with laboratory(listening_bot, public_url="https://bot.example.com") as lab:
        unsigned = await SimulatedCaller(lab.voice_url, []).run()

    assert [EndedBy.FAILED] * 2 == [missing.ended_by, unsigned.ended_by]
    assert ["/twilio/voice: ConnectError"] == details(missing, EventKind.WARNING)
    assert ["/twilio/voice: status 403"] == details(unsigned, EventKind.WARNING)


@pytest.mark.parametrize("url", ["", "127.0.0.1:8080", "ws://127.0.0.1/twilio/voice"])
async def test_an_address_that_is_none(url: str) -> None:
    """The caller's own mistake is raised."""
    with pytest.raises(ValueError, match="address is http"):
        await SimulatedCaller(url, []).run()


async def test_goodbye_is_said_by_the_carrier() -> None:
    """What the desk wants said last."""
    async with laboratory(answering_bot) as lab:
        lab.next_steps = [Goodbye("See you.")]
        call = await SimulatedCaller(
            lab.voice_url, [CallerLine(QUESTION, when=At(0.2))], max_seconds=10
        ).run()

    assert ["Say See you.", "Hangup"] == details(call, EventKind.VERB)[-2:]

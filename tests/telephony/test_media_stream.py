"""Twilio Media Streams: frames as Twilio documents them, and whatever else may come."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.errors import ProtocolViolation, StreamNotStarted
from telephony.media_leg import MediaLeg
from telephony.twilio.media_stream import (
    CAPABILITIES,
    MAX_MESSAGE,
    MAX_PAYLOAD,
    Connected,
    DtmfReceived,
    MarkEchoed,
    MediaFormat,
    MediaReceived,
    MediaStream,
    Started,
    Stopped,
)

# As on twilio.com/docs/voice/media-streams/websocket-messages.
CONNECTED = '{"event":"connected","protocol":"Call","version":"1.0.0"}'
START = """{"event":"start","sequenceNumber":"1",
 "start":{"accountSid":"AC1","streamSid":"MZ1","callSid":"CA1","tracks":["inbound"],
          "mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1},
          "customParameters":{"token":"t0","session":"s_01"}},
 "streamSid":"MZ1"}"""
MEDIA = """{"event":"media","sequenceNumber":"3",
 "media":{"track":"inbound","chunk":"1","timestamp":"5","payload":"//5+"},
 "streamSid":"MZ1"}"""
DTMF = """{"event":"dtmf","streamSid":"MZ1","sequenceNumber":"5",
 "dtmf":{"track":"inbound_track","digit":"1"}}"""
MARK = '{"event":"mark","sequenceNumber":"4","streamSid":"MZ1","mark":{"name":"my label"}}'
STOP = """{"event":"stop","sequenceNumber":"5","stop":{"accountSid":"AC1","callSid":"CA1"},
 "streamSid":"MZ1"}"""


def started() -> MediaStream:
    """Return a stream that has begun."""
    stream = MediaStream()
    stream.receive_text(CONNECTED)
    stream.receive_text(START)
    return stream


def changed(message: str, **changes: Any) -> str:
    """Return a message with fields replaced; `a__b` names `b` inside `a`."""
    data = json.loads(message)
    for path, value in changes.items():
        *outer, name = path.split("__")
        inner = data
        for key in outer:
            inner = inner[key]
        inner[name] = value
    return json.dumps(data)


def violation(stream: MediaStream, text: str) -> str:
    """Return the reason for which a message is refused."""
    with pytest.raises(ProtocolViolation) as caught:
        stream.receive_text(text)
    assert caught.value.reason == str(caught.value)
    return caught.value.reason


class TestWhatTwilioSends:
    """Golden frames."""

    def test_a_whole_stream(self) -> None:
        """From the socket's opening to the caller's hanging up."""
        stream = MediaStream()

        heard = [stream.receive_text(text) for text in (CONNECTED, START, MEDIA, MARK, DTMF, STOP)]

        assert [
            Connected(protocol="Call", version="1.0.0"),
            Started(
                stream_sid="MZ1",
                call_sid="CA1",
                account_sid="AC1",
                custom_parameters={"token": "t0", "session": "s_01"},
                media_format=MediaFormat("audio/x-mulaw", 8000, 1),
            ),
            MediaReceived(payload=b"\xff\xfe\x7e", timestamp_ms=5, chunk=1, sequence=3),
            MarkEchoed(name="my label"),
            DtmfReceived(digit="1"),
            Stopped(),
        ] == heard
        assert "MZ1" == stream.stream_sid

    def test_secrets_do_not_show(self) -> None:
        """Neither tokens nor keys nor voices in a log line."""
        stream = started()

        assert "t0" not in repr(MediaStream().receive_text(START))
        assert "DtmfReceived()" == repr(stream.receive_text(DTMF))
        assert "payload" not in repr(stream.receive_text(MEDIA))

    @pytest.mark.parametrize("length", [0, 1, 159, 160, 161, 320, 8_000])
    def test_any_frame_length_is_fine(self, length: int) -> None:
        """Twenty milliseconds are a convention, not a promise."""
        payload = bytes(length)
        text = changed(MEDIA, media__payload=base64.b64encode(payload).decode())

        event = started().receive_text(text)

        assert isinstance(event, MediaReceived)
        assert payload == event.payload

    def test_start_may_come_without_parameters(self) -> None:
        """TwiML without `<Parameter>`."""
        data = json.loads(START)
        del data["start"]["customParameters"]

        event = MediaStream().receive_text(json.dumps(data))

        assert isinstance(event, Started)
        assert {} == event.custom_parameters

    def test_numbers_may_be_numbers(self) -> None:
        """Other carriers of this protocol do not put them in strings."""
        event = started().receive_text(changed(MEDIA, sequenceNumber=7, media__timestamp=40))

        assert MediaReceived(b"\xff\xfe\x7e", timestamp_ms=40, chunk=1, sequence=7) == event

    @pytest.mark.parametrize(
        "text",
        ['{"event":"weather","streamSid":"MZ1"}', changed(MEDIA, media__track="outbound")],
    )
    def test_what_does_not_concern_us_is_ignored(self, text: str) -> None:
        """New events, and our own voice."""
        assert started().receive_text(text) is None

    def test_nothing_is_heard_after_stop(self) -> None:
        """Stragglers of a finished stream."""
        stream = started()
        stream.receive_text(STOP)

        assert [None, None] == [stream.receive_text(MEDIA), stream.receive_text(STOP)]


class TestWhatNobodyShouldSend:
    """Each refused with a reason that fits into a log line."""

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("", "not JSON"),
            ("{not json", "not JSON"),
            ("[" * 60_000, "not JSON"),
            ('{"event":' + "9" * 5_000 + "}", "not JSON"),
            ("[]", "not a JSON object"),
            ('"media"', "not a JSON object"),
            ("{}", "no event name"),
            ('{"event":7}', "no event name"),
            ('{"event":["media"]}', "no event name"),
            ("x" * (MAX_MESSAGE + 1), "message too long"),
            (MEDIA, "media before start"),
            (MARK, "mark before start"),
            (DTMF, "dtmf before start"),
            (STOP, "stop before start"),
            (changed(START, start=[]), "start is not an object"),
            (changed(START, start__streamSid=""), "streamSid is missing"),
            (changed(START, start__streamSid="\ud800"), "streamSid is not a short string"),
            (changed(START, start__callSid=5), "callSid is not a short string"),
            (changed(START, streamSid="MZ2"), "two stream sids in start"),
            (changed(START, start__customParameters=[]), "customParameters is not an object"),
            (
                changed(START, start__customParameters={"token": 1}),
                "a custom parameter is not a string",
            ),
            (
                changed(START, start__customParameters={str(n): "" for n in range(101)}),
                "customParameters is not an object",
            ),
            (changed(START, start__mediaFormat=None), "mediaFormat is not an object"),
            (
                changed(START, start__mediaFormat__encoding="audio/x-l16"),
                "media format is not mu-law, 8000 Hz, mono",
            ),
            (
                changed(START, start__mediaFormat__sampleRate=16000),
                "media format is not mu-law, 8000 Hz, mono",
            ),
            (
                changed(START, start__mediaFormat__channels=2),
                "media format is not mu-law, 8000 Hz, mono",
            ),
            (changed(CONNECTED, protocol={}), "protocol is not a short string"),
        ],
    )
    def test_before_start(self, text: str, reason: str) -> None:
        """A stranger at the socket."""
        assert reason == violation(MediaStream(), text)

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            (START, "second start"),
            (changed(MEDIA, streamSid="MZ2"), "wrong stream sid"),
            (changed(MEDIA, streamSid=None), "wrong stream sid"),
            (changed(MARK, streamSid="MZ2"), "wrong stream sid"),
            (changed(MEDIA, media=None), "media is not an object"),
            (changed(MEDIA, media__payload=None), "payload is not a string"),
            (changed(MEDIA, media__payload="a"), "payload is not base64"),
            (changed(MEDIA, media__payload="/w==/w=="), "payload is not base64"),
            (changed(MEDIA, media__payload="/ w=="), "payload is not base64"),
            (changed(MEDIA, media__payload="ÿ"), "payload is not base64"),
            (
                changed(MEDIA, media__payload=base64.b64encode(bytes(MAX_PAYLOAD + 1)).decode()),
                "payload too long",
            ),
            (changed(MEDIA, media__chunk="-1"), "chunk is not a number"),
            (changed(MEDIA, media__chunk=True), "chunk is not a number"),
            (changed(MEDIA, media__chunk=1.5), "chunk is not a number"),
            (changed(MEDIA, media__chunk=10**30), "chunk is not a number"),
            (changed(MEDIA, media__timestamp="²"), "timestamp is not a number"),
            (changed(MEDIA, sequenceNumber="9" * 19), "sequenceNumber is not a number"),
            (changed(MARK, mark__name=""), "name is missing"),
            (changed(MARK, mark__name="x" * 257), "name is not a short string"),
            (changed(DTMF, dtmf__digit="12"), "not a key of the telephone"),
            (changed(DTMF, dtmf__digit=1), "not a key of the telephone"),
        ],
    )
    def test_after_start(self, text: str, reason: str) -> None:
        """A carrier out of its mind."""
        assert reason == violation(started(), text)

    def test_a_track_that_is_no_name_is_not_the_callers(self) -> None:
        """Unhashable values do not get past either."""
        assert started().receive_text(changed(MEDIA, media__track=["inbound"])) is None


class TestWhatWeSend:
    """Commands."""

    def test_the_three_commands(self) -> None:
        """As documented, without spaces."""
        stream = started()

        assert '{"event":"media","streamSid":"MZ1","media":{"payload":"//5+"}}' == stream.media(
            b"\xff\xfe\x7e"
        )
        assert '{"event":"mark","streamSid":"MZ1","mark":{"name":"a \\"b\\""}}' == stream.mark(
            'a "b"'
        )
        assert '{"event":"clear","streamSid":"MZ1"}' == stream.clear()

    def test_an_odd_stream_sid_is_escaped(self) -> None:
        """It comes from outside."""
        stream = MediaStream()
        stream.receive_text(changed(START, streamSid='M"Z', start__streamSid='M"Z'))

        message = json.loads(stream.media(b"\xff"))

        assert {"event": "media", "streamSid": 'M"Z', "media": {"payload": "/w=="}} == message

    def test_nothing_can_be_sent_before_start(self) -> None:
        """There is no stream to name yet."""
        stream = MediaStream()

        for command in (lambda: stream.media(b""), lambda: stream.mark("m"), stream.clear):
            with pytest.raises(StreamNotStarted):
                command()

    def test_it_is_a_media_leg(self) -> None:
        """The pipeline sees the port only."""
        leg: MediaLeg = MediaStream()

        assert CAPABILITIES == leg.capabilities
        assert [Connected("Call", "1.0.0")] == list(leg.receive(CONNECTED))
        assert [] == list(leg.receive('{"event":"weather"}'))
        with pytest.raises(ProtocolViolation, match="binary message"):
            leg.receive(b"\xff")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
goldens = st.sampled_from([CONNECTED, START, MEDIA, DTMF, MARK, STOP])


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A golden frame with one field, at any depth, replaced by any JSON value or removed."""
    data = json.loads(draw(goldens))
    inner = data
    while True:
        key = draw(st.sampled_from(sorted(inner)))
        if isinstance(inner[key], dict) and inner[key] and draw(st.booleans()):
            inner = inner[key]
            continue
        if draw(st.booleans()):
            inner[key] = draw(json_values)
        else:
            del inner[key]
        return json.dumps(data)


@settings(max_examples=200, deadline=None)
@given(texts=st.lists(mutated() | goldens | st.text() | json_values.map(json.dumps), max_size=6))
def test_nothing_but_a_protocol_violation_is_ever_raised(texts: list[str]) -> None:
    """Whatever comes, in whatever order, fresh stream or started."""
    for stream in (MediaStream(), started()):
        for text in texts:
            outcome: object
            try:
                outcome = stream.receive_text(text)
            except ProtocolViolation as error:
                outcome = error.reason
            assert 0 < len(repr(outcome).encode()) < 200_000


@settings(max_examples=50, deadline=None)
@given(payload=st.binary(max_size=2_000), name=st.text(min_size=1, max_size=60))
def test_what_we_send_is_what_arrives(payload: bytes, name: str) -> None:
    """Our commands, read back as the carrier would."""
    stream = started()

    media, mark = json.loads(stream.media(payload)), json.loads(stream.mark(name))

    assert payload == base64.b64decode(media["media"]["payload"], validate=True)
    assert name == mark["mark"]["name"]

"""What is sent: forms and messages that are nearly right, and others that are nothing. Seeded."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

_FIELDS = (
    "CallSid", "From", "To", "Digits", "CallStatus", "DialCallStatus", "StreamEvent", "StreamSid",
    "RecordingSid", "RecordingUrl", "RecordingDuration", "AccountSid", "CallUUID", "Caller",
    "ForwardedFrom", "ConferenceSid", "StatusCallbackEvent", "ParticipantLabel", "AnsweredBy",
    "Timestamp", "SequenceNumber", "CallControlId", "Event", "StreamId", "HangupCause", "",
)  # fmt: skip
_VALUES = (
    "", "CA" + "1" * 32, "CF" + "2" * 32, "+15550100000", "+1900555", "anonymous", "in-progress",
    "completed", "no-answer", "busy", "stream-error", "stream-stopped", "participant-join", "agent",
    "caller", "1", "2", "9" * 40, "-1", "1e9", "NaN", "\x00", "\u202e", "é" * 9, "<Response/>",
    "'; DROP TABLE calls;--", "../../etc/passwd", "https://evil.example", "%00", "x" * 5_000,
    "human", "machine_start", "True", "null", "🙂", " 15550100001",
)  # fmt: skip
PATHS = (
    "voice", "stream-ended", "stream-status", "fallback-choice", "dial-ended", "voicemail-done",
)  # fmt: skip
_STEPS = (
    "screen", "decision", "agent-status", "agent-left", "caller-left", "conf", "caller-room",
    "back", "nowhere",
)  # fmt: skip
_EVENTS = (
    "connected", "start", "media", "dtmf", "mark", "stop", "playedStream", "clearedAudio", "error",
    "key", "played", "hangup", "MEDIA_START", "DTMF_END", "MEDIA_MARK_PROCESSED", "", "nonsense",
)  # fmt: skip


class Inputs:
    """Makes inputs, the same for the same seed.

    Args:
        seed: Of the chance.
    """

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)

    def one_in(self, count: int) -> bool:
        """Return True once in so many."""
        return self._chance.randrange(count) == 0

    def pick(self, among: tuple[Any, ...]) -> Any:
        """Return one of them."""
        return self._chance.choice(among)

    def call(self) -> str:
        """Return the identifier of a call that was never seen."""
        return f"CA{self._chance.getrandbits(128):032x}"

    def form(self, calls: tuple[str, ...]) -> bytes:
        """Return the body of a webhook; some are about calls that are there."""
        kind = self._chance.randrange(20)
        if kind == 0:
            return self._chance.randbytes(self._chance.choice((0, 1, 50, 5_000)))
        if kind == 1:
            return b"x=" + b"y" * 70_000
        pairs = [(self.pick(_FIELDS), self.pick(_VALUES)) for _ in range(self._chance.randrange(9))]
        if kind > 4:
            pairs = [pair for pair in pairs if pair[0] not in ("CallSid", "CallUUID", "CallStatus")]
            pairs += [("CallSid", self.pick(calls) if calls else self.call())]
            pairs += [("CallUUID", pairs[-1][1]), ("CallStatus", "in-progress")]
        if kind == 19:
            pairs *= 60
        return urlencode(pairs, errors="replace").encode()

    def webhook(self, carrier: str) -> tuple[str, str]:
        """Return the path and query of a webhook."""
        query = self.pick(("stream=1", "stream=2", "stream=99", "stream=x", "", "stream=-1&a=b"))
        if carrier == "twilio" and self.one_in(3):
            name = f"{self._chance.getrandbits(128):032x}"
            if self.one_in(2):
                step = self.pick(_STEPS)
                return f"/twilio/transfer/{name}/{step}", self.pick(("person=0", "person=x", ""))
            return f"/outbound/{self.pick(('answered', 'status', 'machine', 'x'))}/{name}", ""
        return f"/{carrier}/{self.pick(PATHS)}", query

    def messages(self, start: str, count: int) -> Iterator[str | bytes]:
        """Return what a media socket gets: sometimes first what it should be."""
        if not self.one_in(4):
            yield start
        for _ in range(count):
            yield self.message(start)

    def message(self, start: str) -> str | bytes:
        """Return one message of a media socket."""
        chance = self._chance
        kind = chance.randrange(24)
        if kind == 0:
            return chance.randbytes(chance.choice((0, 1, 160, 4_000)))
        if kind == 1:
            return "".join(chr(chance.randrange(1, 0x800)) for _ in range(chance.randrange(200)))
        if kind == 2:
            return "[" * chance.choice((1, 100, 20_000))
        if kind == 3:
            return json.dumps({"event": "media", "media": {"payload": "A" * 100_000}})
        if kind == 4:
            return start
        if kind == 5:
            return f"MEDIA_START {self._value()} channel:{self._value()}"
        if kind < 14:
            return self._media(start)
        data = json.loads(start) if start.startswith("{") else {}
        data["event"] = self.pick(_EVENTS)
        for _ in range(chance.randrange(4)):
            self._mutate(data)
        return json.dumps(data)

    def _media(self, start: str) -> str:
        data = json.loads(start) if start.startswith("{") else {}
        names = {
            name: data[name] for name in ("streamSid", "stream_id", "streamId") if name in data
        }
        payload = self.pick(("", "////", "/v7+", "!!!", "QUJD" * 40, "A" * 214))
        media = {"track": self.pick(("inbound", "outbound", 3)), "payload": payload}
        media |= {"timestamp": self._value(), "chunk": self._value()} if self.one_in(3) else {}
        return json.dumps({"event": "media", "media": media, **names})

    def _mutate(self, data: dict[str, Any]) -> None:
        inner = data
        while inner:
            key = self.pick(tuple(inner))
            if isinstance(inner[key], dict) and self.one_in(2):
                inner = inner[key]
                continue
            if self.one_in(3):
                del inner[key]
            else:
                inner[key] = self._value()
            return
        inner[self.pick(_FIELDS)] = self._value()

    def _value(self) -> Any:
        return self.pick((*_VALUES, None, -1, 1e308, 10**30, [], {}, [[]], {"a": {}}, True))

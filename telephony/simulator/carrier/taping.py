"""Tape: a call or conference being recorded, with pauses, until it becomes a recording."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from telephony.g711 import ULAW_SILENCE
from telephony.simulator.carrier.board import Board, Recording, now_utc, rfc2822
from telephony.simulator.carrier.leg import Leg
from telephony.simulator.carrier.postman import Webhook
from telephony.simulator.carrier.rooms import mixed
from telephony.simulator.carrier.run import Run

COMPLETED = frozenset({"completed"})


class Tape:
    """The recording of one call.

    Args:
        leg: The call, answered.
        dual: Whether the person and what they hear are kept apart.
        source: `StartCallRecordingAPI`, `OutboundAPI` or `DialVerb`.
        callback: Told when it starts and when it is ready.
    """

    def __init__(
        self, leg: Leg, *, dual: bool, source: str, callback: Webhook | None = None
    ) -> None:
        self.leg = leg
        self.recording = Recording(leg.board.chance.sid("RE"), leg.sid, (), now_utc(), source)
        self.recording.status = "in-progress"
        self._dual = dual
        self._callback = callback
        self._silent_from: int | None = None
        self._begun: int | None = leg.ear.now
        self._said, self._heard = bytearray(), bytearray()
        leg.board.recordings[self.recording.sid] = self.recording
        leg.tapes.append(self)
        self._tell("in-progress")

    @property
    def running(self) -> bool:
        """Whether it is not over, though it may be paused."""
        return self.recording.status in ("in-progress", "paused")

    def pause(self, *, silence: bool) -> None:
        """Record nothing, or silence, until it is resumed."""
        if self.recording.status == "in-progress":
            self._cut()
            self.recording.status = "paused"
            self._silent_from = self.leg.ear.now if silence else None

    def resume(self) -> None:
        """Record again."""
        if self.recording.status == "paused":
            now = self.leg.ear.now
            if self._silent_from is not None:
                pause = ULAW_SILENCE * (now - self._silent_from)
                self._said += pause
                self._heard += pause
            self._begun = now
            self.recording.status = "in-progress"

    def finish(self) -> None:
        """Make it a recording; nothing happens the second time."""
        if not self.running:
            return
        if self.recording.status == "in-progress":
            self._cut()
        channels = (bytes(self._said), bytes(self._heard))
        self.recording.channels = channels if self._dual else (mixed(channels),)
        self.recording.status = "completed"
        self._tell("completed")

    def _cut(self) -> None:
        """Keep what was said and heard since it began or was resumed."""
        line, now = self.leg.ear.line, self.leg.ear.now
        begun = now if self._begun is None else self._begun
        length = now - begun
        self._said += line.caller_track[begun:now].ljust(length, ULAW_SILENCE)
        self._heard += line.ear.track[begun:now].ljust(length, ULAW_SILENCE)
        self._begun = None

    def _tell(self, status: str) -> None:
        board = self.leg.board
        if self._callback is not None and status in self._callback.events:
            board.tell(self._callback, recording_form(board, self.recording))


def recording_form(board: Board, recording: Recording) -> dict[str, str]:
    """Return what a recording's status callback says."""
    return recording_fields(board, recording) | {
        "AccountSid": board.options.account_sid,
        "CallSid": recording.call_sid,
        "RecordingStatus": recording.status,
        "RecordingChannels": str(max(1, len(recording.channels))),
        "RecordingSource": recording.source,
        "RecordingStartTime": rfc2822(recording.created) or "",
    }


def recording_fields(board: Board, recording: Recording) -> dict[str, str]:
    """Return what an `action` is told of a recording."""
    root = f"/2010-04-01/Accounts/{board.options.account_sid}"
    return {
        "RecordingSid": recording.sid,
        "RecordingUrl": f"{board.api_url}{root}/Recordings/{recording.sid}",
        "RecordingDuration": str(recording.seconds),
    }


def recording_callback(run: Run, element: Element) -> Webhook | None:
    """Return where the recording of a verb or noun is told."""
    address = element.get("recordingStatusCallback")
    if not address:
        return None
    events = frozenset(element.get("recordingStatusCallbackEvent", "completed").split())
    method = element.get("recordingStatusCallbackMethod", "POST")
    return Webhook(run.resolve(address), method, events)

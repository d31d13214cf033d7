"""The REST API's recordings: started, paused and stopped while a call goes on, and kept."""

from __future__ import annotations

import io
import wave

from telephony.g711 import SAMPLE_RATE, ULAW_SILENCE, ulaw_to_pcm16
from telephony.simulator.carrier import representations as shown
from telephony.simulator.carrier.api_calls import Fields, find_call
from telephony.simulator.carrier.board import Board, Recording
from telephony.simulator.carrier.leg import Leg
from telephony.simulator.carrier.problems import Problem, not_found
from telephony.simulator.carrier.representations import Json
from telephony.simulator.carrier.taping import COMPLETED, Tape

CURRENT = "Twilio.CURRENT"
"""Stands for the recording that runs now, where there is one only."""


def start_recording(board: Board, call_sid: str, fields: Fields) -> Json:
    """Record a call from now on.

    Raises:
        Problem: there is no such call, or it is not answered.
    """
    leg = find_call(board, call_sid)
    if not leg.in_progress:
        message = "Requested resource is not eligible for recording"
        raise Problem(400, 21220, message)
    tape = Tape(
        leg,
        dual=fields.text("RecordingChannels", "mono") == "dual",
        source="StartCallRecordingAPI",
        callback=fields.webhook("RecordingStatusCallback", COMPLETED),
    )
    return shown.recording(board, tape.recording)


def update_recording(board: Board, call_sid: str, sid: str, fields: Fields) -> Json:
    """Pause, resume or stop a recording.

    Raises:
        Problem: there is no such recording, or it is over.
    """
    leg = find_call(board, call_sid)
    tape = _running(leg, sid)
    if tape is None:
        raise not_found(f"{shown.root(board)}/Calls/{call_sid}/Recordings/{sid}.json")
    match fields.text("Status"):
        case "paused":
            tape.pause(silence=fields.text("PauseBehavior", "silence") == "silence")
        case "in-progress":
            tape.resume()
        case "stopped":
            tape.finish()
    return shown.recording(board, tape.recording)


def _running(leg: Leg, sid: str) -> Tape | None:
    running = [tape for tape in leg.tapes if isinstance(tape, Tape) and tape.running]
    if sid == CURRENT:
        return running[0] if len(running) == 1 else None
    return next((tape for tape in running if tape.recording.sid == sid), None)


def find_recording(board: Board, sid: str) -> Recording:
    """Return a recording.

    Raises:
        Problem: there is none.
    """
    found = board.recordings.get(sid)
    if found is None:
        raise not_found(f"{shown.root(board)}/Recordings/{sid}.json")
    return found


def list_recordings(board: Board, call_sid: str) -> Json:
    """Return recordings; those of one call, unless it is empty."""
    found = [
        shown.recording(board, recording)
        for recording in board.recordings.values()
        if call_sid in ("", recording.call_sid)
    ]
    return shown.page(f"{shown.root(board)}/Recordings.json", "recordings", found)


def delete_recording(board: Board, sid: str) -> None:
    """Forget a recording.

    Raises:
        Problem: there is none.
    """
    find_recording(board, sid)
    del board.recordings[sid]


def wav(recording: Recording) -> bytes:
    """Return a recording as a WAV file, 16 bit."""
    longest = max(map(len, recording.channels), default=0)
    tracks = [
        ulaw_to_pcm16(track.ljust(longest, ULAW_SILENCE)) for track in recording.channels
    ] or [b""]
    frames = bytearray(len(tracks) * 2 * longest)
    for n, pcm in enumerate(tracks):
        frames[2 * n :: 2 * len(tracks)] = pcm[0::2]
        frames[2 * n + 1 :: 2 * len(tracks)] = pcm[1::2]
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(len(tracks))
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(frames)
    return buffer.getvalue()

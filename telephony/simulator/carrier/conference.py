"""Conference: a room with a name, its participants, and the events that it tells of.

Rules and fields are those of Twilio's pages on `<Conference>` and on the Conference and Participant
resources. It starts with the second participant if one of them may start it, it ends with the
last, with one that has `endConferenceOnExit`, or by REST; its name may then be used anew.
"""

from __future__ import annotations

from enum import StrEnum

from telephony.simulator.carrier import sounds
from telephony.simulator.carrier.alerts import LABEL_TAKEN, NOBODY_TO_COACH
from telephony.simulator.carrier.board import Board, Recording, now_utc, rfc2822
from telephony.simulator.carrier.leg import Leg
from telephony.simulator.carrier.orders import LegOver
from telephony.simulator.carrier.participant import (
    DEFAULT_MUSIC,
    Entry,
    Left,
    Participant,
)
from telephony.simulator.carrier.postman import Webhook
from telephony.simulator.carrier.rooms import Room, Seat
from telephony.simulator.carrier.run import Run, Source
from telephony.simulator.carrier.taping import recording_form

_WAIT_VERBS = frozenset({"Play", "Say", "Pause", "Redirect"})
_MUSIC_SECONDS = 30.0


class ConferenceStatus(StrEnum):
    """State, in the API's words."""

    INIT = "init"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"


class Conference:
    """One conference.

    Args:
        board: The carrier.
        name: The friendly name.
    """

    def __init__(self, board: Board, name: str) -> None:
        self.board = board
        self.sid = board.chance.sid("CF")
        self.name = name
        self.status = ConferenceStatus.INIT
        self.created = now_utc()
        self.updated = self.created
        self.participants: dict[str, Participant] = {}
        """By call."""
        self.expected: dict[str, tuple[Leg, Entry]] = {}
        """Participants by REST that are still being rung."""
        self.reason_ended = ""
        self.ended_by_call = ""
        self.room = Room(board.paths, mixing=False)
        self._callback: Webhook | None = None
        self._recording_callback: Webhook | None = None
        self._sequence = 0
        board.enter(self)
        board.exchange.open_room(self.room)

    @property
    def live(self) -> bool:
        """Whether it can be joined."""
        return self.status is not ConferenceStatus.COMPLETED

    def join(self, run: Run, entry: Entry) -> Participant | None:
        """Let a call in; None, with a line in the error log, if it cannot be."""
        leg = run.leg
        labels = {one.label for one in self.participants.values()}
        if entry.label and entry.label in labels:
            text = f"the label {entry.label} is taken in this conference"
            self.board.alerts.add(LABEL_TAKEN, text, leg.sid, mistake=True)
            return None
        if len(self.participants) >= entry.most:
            self.board.alerts.add(0, "the conference is full", leg.sid)
            return None
        if entry.coaches and entry.coaches not in self.participants:
            text = "the call to coach is not in the conference"
            self.board.alerts.add(NOBODY_TO_COACH, text, leg.sid, mistake=True)
            return None
        self.expected.pop(leg.sid, None)
        buffers = self.board.options.jitter_buffers
        seat = Seat(leg.sid, leg.ear, buffers.get(entry.jitter_buffer, 0.0))
        seat.muted, seat.coaches = entry.muted, entry.coaches
        participant = Participant(leg, entry, seat, run, muted=entry.muted)
        participant.end_on_exit = entry.end_on_exit
        if not self.participants and self._callback is None:
            self._callback = entry.callback
        if entry.record and self.room.tape is None:
            self.room.tape = bytearray()
            self._recording_callback = entry.recording_callback
        self.participants[leg.sid] = participant
        self.room.seats.append(seat)
        self.tell("join", "participant-join", participant)
        if entry.beep in ("true", "onEnter"):
            self.room.play(sounds.beep())
        self._start_if_ready()
        self._entertain(participant)
        return participant

    def _start_if_ready(self) -> None:
        present = self.participants.values()
        if self.status is not ConferenceStatus.INIT or len(present) < 2:
            return
        if not any(one.entry.start_on_enter for one in present):
            return
        self.status = ConferenceStatus.IN_PROGRESS
        self.updated = now_utc()
        self.room.mixing = True
        self.tell("start", "conference-start", None)
        for participant in present:
            self._entertain(participant)

    def _entertain(self, participant: Participant) -> None:
        """Play to whoever waits, and to nobody else."""
        if participant.entertainment is not None:
            participant.entertainment.cancel()
            participant.entertainment = None
        if participant.hold:
            url: str | None = participant.hold_url
        elif self.status is ConferenceStatus.INIT:
            url = participant.entry.wait_url
        else:
            return
        if url != "":
            participant.entertainment = self.board.own(self._wait(participant, url))

    async def _wait(self, participant: Participant, url: str | None) -> None:
        run = participant.run.on(participant.leg, _WAIT_VERBS)
        if url is None:
            while True:
                await run.play(sounds.music(_MUSIC_SECONDS))
        try:
            await run.carry_out(Source(run.resolve(url), participant.entry.wait_method))
        except LegOver:
            # Twilio does not establish a conference whose waiting document cannot be had.
            if self.status is ConferenceStatus.INIT:
                self.leave(participant, Left.ADD_FAILED)

    def leave(self, participant: Participant, reason: Left, *, kicked: bool = False) -> None:
        """Let a participant out; nothing happens the second time."""
        if self.participants.pop(participant.leg.sid, None) is None:
            return
        self.room.seats.remove(participant.seat)
        if participant.entertainment is not None:
            participant.entertainment.cancel()
        participant.reason = reason
        participant.gone.set()
        self.tell("leave", "participant-leave", participant, self._leaving(participant, reason))
        if not self.live:
            return
        how = "kicked" if kicked else "left"
        if participant.entry.beep in ("true", "onExit"):
            self.room.play(sounds.beep())
        if participant.end_on_exit:
            self.end(f"participant-with-end-conference-on-exit-{how}", participant)
        elif not self.participants and not self.expected:
            self.end(f"last-participant-{how}", participant)

    def _leaving(self, participant: Participant, reason: Left) -> dict[str, str]:
        status = "completed" if reason is Left.HUNG_UP else participant.leg.status.value
        return {"ReasonParticipantLeft": reason.value, "ParticipantCallStatus": status}

    def end(self, reason: str, by: Participant | None = None) -> None:
        """Let everybody out; nothing happens the second time."""
        if not self.live:
            return
        self.status = ConferenceStatus.COMPLETED
        self.updated = now_utc()
        self.reason_ended, self.ended_by_call = reason, by.leg.sid if by else ""
        left = Left.VIA_API if reason == "conference-ended-via-api" else Left.MODERATOR
        for participant in tuple(self.participants.values()):
            self.leave(participant, left)
        for leg, _ in tuple(self.expected.values()):
            leg.hang_up("api")
        self.expected.clear()
        self.board.exchange.close_room(self.room)
        self._keep_tape()
        fields = {"ReasonConferenceEnded": reason, "Reason": reason.replace("-", " ")}
        if by is not None:
            fields["CallSidEndingConference"] = by.leg.sid
            if by.label:
                fields["ParticipantLabelEndingConference"] = by.label
        self.tell("end", "conference-end", None, fields)

    def _keep_tape(self) -> None:
        if not self.room.tape:
            return
        sid = self.board.chance.sid("RE")
        tape = bytes(self.room.tape)
        recording = Recording(sid, "", (tape,), self.created, "Conference")
        self.board.recordings[sid] = recording
        if self._recording_callback is not None:
            form = recording_form(self.board, recording) | {"ConferenceSid": self.sid}
            self.board.tell(self._recording_callback, form)

    def expect(self, leg: Leg, entry: Entry) -> None:
        """Take note of somebody who is being rung to take part."""
        self.expected[leg.sid] = (leg, entry)

    def not_coming(self, leg: Leg) -> None:
        """Take note that somebody who was rung does not come."""
        found = self.expected.pop(leg.sid, None)
        if found is None or not self.live:
            return
        fields = found[1].fields(leg.sid) | {
            "ReasonParticipantLeft": Left.ADD_FAILED.value,
            "ParticipantCallStatus": leg.status.value,
        }
        self._send("leave", "participant-leave", fields)
        if not self.participants and not self.expected:
            self.end("last-participant-left")

    def find(self, name: str) -> Participant | None:
        """Return the participant with a call sid or label."""
        for participant in self.participants.values():
            if name in (participant.leg.sid, participant.label or None):
                return participant
        return None

    def mute(self, participant: Participant, muted: bool) -> None:
        """Let a participant not be heard, or be heard again."""
        if participant.muted != muted:
            participant.muted = participant.seat.muted = muted
            self.tell("mute", f"participant-{'mute' if muted else 'unmute'}", participant)

    def hold(self, participant: Participant, hold: bool, url: str | None = DEFAULT_MUSIC) -> None:
        """Let a participant neither hear nor be heard, but music; or take them back."""
        participant.hold_url = url
        if participant.hold != hold:
            participant.hold = participant.seat.hold = hold
            self._entertain(participant)
            self.tell("hold", f"participant-{'hold' if hold else 'unhold'}", participant)

    def modify(
        self, participant: Participant, *, end_on_exit: bool | None, coaches: str | None
    ) -> None:
        """Change whose leaving ends it, and who is coached."""
        if end_on_exit is not None:
            participant.end_on_exit = end_on_exit
        if coaches is not None:
            participant.seat.coaches = coaches
        self.tell("modify", "participant-modify", participant)

    def adopt_callback(self, callback: Webhook | None) -> None:
        """Take the callback of a participant by REST who is the first."""
        if self._callback is None and not self.participants and len(self.expected) <= 1:
            self._callback = callback

    def tell(
        self,
        wanted: str,
        event: str,
        participant: Participant | None,
        fields: dict[str, str] | None = None,
    ) -> None:
        """Send an event to whoever wants that kind."""
        about = {} if participant is None else participant.fields()
        self._send(wanted, event, about | (fields or {}))

    def _send(self, wanted: str, event: str, fields: dict[str, str]) -> None:
        self._sequence += 1
        self.board.note(fields.get("CallSid", ""), event, self.name)
        if self._callback is None or wanted not in self._callback.events:
            return
        base = {
            "AccountSid": self.board.options.account_sid,
            "ConferenceSid": self.sid,
            "FriendlyName": self.name,
            "SequenceNumber": str(self._sequence),
            "StatusCallbackEvent": event,
            "Timestamp": rfc2822(now_utc()) or "",
        }
        self.board.tell(self._callback, base | fields)


def conference_named(board: Board, name: str) -> Conference:
    """Return the live conference with a name; a new one if there is none."""
    return find_conference(board, name) or Conference(board, name)


def find_conference(board: Board, name_or_sid: str) -> Conference | None:
    """Return the live conference with a name or sid."""
    for conference in reversed(board.book(Conference).values()):
        if conference.live and name_or_sid in (conference.name, conference.sid):
            return conference
    return None

"""The REST API's conferences and their participants."""

from __future__ import annotations

from telephony.simulator.carrier import representations as shown
from telephony.simulator.carrier.announcing import announce
from telephony.simulator.carrier.api_calls import Fields, ring
from telephony.simulator.carrier.board import Board
from telephony.simulator.carrier.conference import (
    Conference,
    conference_named,
    find_conference,
)
from telephony.simulator.carrier.dialling import stay
from telephony.simulator.carrier.instructions import new_run
from telephony.simulator.carrier.leg import Leg, Program
from telephony.simulator.carrier.participant import Entry, Left, Participant
from telephony.simulator.carrier.problems import Problem, invalid_parameter, not_found
from telephony.simulator.carrier.representations import Json
from telephony.simulator.carrier.taping import COMPLETED

_LONGEST_STAY = 86_400.0


def find(board: Board, name_or_sid: str) -> Conference:
    """Return a conference: a live one by name or sid, an ended one by sid.

    Raises:
        Problem: there is none.
    """
    live = find_conference(board, name_or_sid)
    if live is not None:
        return live
    ended = board.book(Conference).get(name_or_sid)
    if ended is not None:
        return ended
    raise not_found(f"{shown.root(board)}/Conferences/{name_or_sid}.json")


def list_conferences(board: Board, fields: Fields) -> Json:
    """Return conferences, the newest first."""
    found = [
        shown.conference(conference)
        for conference in reversed(board.book(Conference).values())
        if fields.text("Status", conference.status) == conference.status
        and fields.text("FriendlyName", conference.name) == conference.name
    ]
    return shown.page(f"{shown.root(board)}/Conferences.json", "conferences", found)


def update_conference(board: Board, name: str, fields: Fields) -> Json:
    """End a conference.

    Raises:
        Problem: there is none.
    """
    conference = find(board, name)
    if fields.text("Status") == "completed":
        conference.end("conference-ended-via-api")
    elif fields.has("AnnounceUrl"):
        method = fields.text("AnnounceMethod", "POST")
        board.own(announce(conference, fields.text("AnnounceUrl"), method, None))
    return shown.conference(conference)


def list_participants(board: Board, name: str, fields: Fields) -> Json:
    """Return who is in a conference, and who is being rung.

    Raises:
        Problem: there is no such conference.
    """
    conference = find(board, name)
    rows = [shown.participant(conference, one) for one in conference.participants.values()]
    rows += [shown.expected(conference, *one) for one in conference.expected.values()]
    for field, key in (("Muted", "muted"), ("Hold", "hold"), ("Coaching", "coaching")):
        if fields.has(field):
            rows = [row for row in rows if row[key] is fields.true(field)]
    uri = f"{shown.root(board)}/Conferences/{conference.sid}/Participants.json"
    return shown.page(uri, "participants", rows)


def create_participant(board: Board, name: str, fields: Fields) -> Json:
    """Ring somebody who enters a conference with the answer.

    Raises:
        Problem: a number or the label does not do.
    """
    entry = _entry(fields)
    conference = _for_adding(board, name)
    taken = [one.label for one in conference.participants.values()]
    taken += [one.label for _, one in conference.expected.values()]
    if entry.label and entry.label in taken:
        raise Problem(400, 16025, f"the label {entry.label} is taken", mistake=True)
    leg = ring(board, fields, _participating(conference.name, entry))
    conference.expect(leg, entry)
    conference.adopt_callback(entry.callback)
    board.own(_watch(conference, leg))
    return shown.expected(conference, leg, entry)


def _for_adding(board: Board, name: str) -> Conference:
    if name.startswith("CF") and len(name) == 34:
        conference = find(board, name)
        if not conference.live:
            raise Problem(400, 21220, "Conference is not in progress")
        return conference
    return conference_named(board, name)


def _participating(name: str, entry: Entry) -> Program:
    async def program(leg: Leg) -> None:
        conference = conference_named(leg.board, name)
        participant = conference.join(new_run(leg), entry)
        if participant is not None:
            await stay(conference, participant, _LONGEST_STAY)

    return program


async def _watch(conference: Conference, leg: Leg) -> None:
    """Take note when somebody who was rung does not come."""
    await leg.over.wait()
    conference.not_coming(leg)


def _entry(fields: Fields) -> Entry:
    return Entry(
        label=fields.text("Label"),
        muted=fields.true("Muted"),
        start_on_enter=fields.true("StartConferenceOnEnter", True),
        end_on_exit=fields.true("EndConferenceOnExit"),
        wait_url=fields.text("WaitUrl") if fields.has("WaitUrl") else None,
        wait_method=fields.text("WaitMethod", "POST"),
        jitter_buffer=fields.text("JitterBufferSize", "large"),
        most=int(fields.number("MaxParticipants", 250)),
        coaches=_coached(fields),
        beep=fields.text("Beep", "true"),
        record=fields.text("ConferenceRecord") in ("true", "record-from-start"),
        recording_callback=fields.webhook("ConferenceRecordingStatusCallback", COMPLETED),
        callback=fields.webhook("ConferenceStatusCallback", frozenset({"start", "end"})),
    )


def _coached(fields: Fields) -> str:
    sid = fields.text("CallSidToCoach")
    if fields.true("Coaching") and not sid:
        raise invalid_parameter("Coaching needs CallSidToCoach")
    return sid if fields.true("Coaching", bool(sid)) else ""


def _participant(board: Board, name: str, who: str) -> tuple[Conference, Participant]:
    conference = find(board, name)
    participant = conference.find(who)
    if participant is None:
        uri = f"{shown.root(board)}/Conferences/{name}/Participants/{who}.json"
        raise not_found(uri)
    return conference, participant


def fetch_participant(board: Board, name: str, who: str) -> Json:
    """Return one participant, by call sid or label.

    Raises:
        Problem: there is none.
    """
    conference = find(board, name)
    for leg, entry in conference.expected.values():
        if who in (leg.sid, entry.label or None):
            return shown.expected(conference, leg, entry)
    return shown.participant(*_participant(board, name, who))


def update_participant(board: Board, name: str, who: str, fields: Fields) -> Json:
    """Mute, hold, coach, or change whose leaving ends the conference.

    Raises:
        Problem: there is no such participant.
    """
    conference, participant = _participant(board, name, who)
    if fields.has("Muted"):
        conference.mute(participant, fields.true("Muted"))
    if fields.has("Hold"):
        url = fields.text("HoldUrl") if fields.has("HoldUrl") else None
        conference.hold(participant, fields.true("Hold"), url)
    if fields.has("AnnounceUrl"):
        method = fields.text("AnnounceMethod", "POST")
        board.own(announce(conference, fields.text("AnnounceUrl"), method, participant))
    coaching = fields.has("Coaching") or fields.has("CallSidToCoach")
    ending = fields.has("EndConferenceOnExit")
    if coaching or ending:
        conference.modify(
            participant,
            end_on_exit=fields.true("EndConferenceOnExit") if ending else None,
            coaches=_coached(fields) if coaching else None,
        )
    return shown.participant(conference, participant)


def delete_participant(board: Board, name: str, who: str) -> None:
    """Throw somebody out; their call goes on behind the conference, or ends.

    Raises:
        Problem: there is no such participant.
    """
    conference, participant = _participant(board, name, who)
    conference.leave(participant, Left.UPDATED, kicked=True)

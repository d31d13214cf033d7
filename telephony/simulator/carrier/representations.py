"""Resources as the REST API shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from telephony.simulator.carrier.board import Board, Recording, rfc2822
from telephony.simulator.carrier.conference import Conference
from telephony.simulator.carrier.leg import Leg
from telephony.simulator.carrier.participant import Entry, Participant

Json = dict[str, Any]


def root(board: Board) -> str:
    """Return the path below which the account's resources lie."""
    return f"/2010-04-01/Accounts/{board.options.account_sid}"


def account(board: Board) -> Json:
    """Return the account."""
    return {
        "sid": board.options.account_sid,
        "owner_account_sid": board.options.account_sid,
        "friendly_name": "Fake carrier",
        "status": "active",
        "type": "Full",
        "uri": f"{root(board)}.json",
    }


def call(leg: Leg) -> Json:
    """Return a call."""
    board = leg.board
    uri = f"{root(board)}/Calls/{leg.sid}"
    return {
        "sid": leg.sid,
        "account_sid": board.options.account_sid,
        "parent_call_sid": leg.parent_sid or None,
        "to": leg.to,
        "to_formatted": leg.to,
        "from": leg.from_,
        "from_formatted": leg.from_,
        "status": leg.status.value,
        "direction": leg.direction,
        "answered_by": leg.answered_by or None,
        "api_version": "2010-04-01",
        "date_created": rfc2822(leg.created),
        "date_updated": rfc2822(leg.ended or leg.started or leg.created),
        "start_time": rfc2822(leg.started),
        "end_time": rfc2822(leg.ended),
        "duration": None if leg.live else str(leg.seconds),
        "queue_time": "0",
        "uri": f"{uri}.json",
        "subresource_uris": {"recordings": f"{uri}/Recordings.json"},
    }


def conference(found: Conference) -> Json:
    """Return a conference."""
    uri = f"{root(found.board)}/Conferences/{found.sid}"
    return {
        "sid": found.sid,
        "account_sid": found.board.options.account_sid,
        "friendly_name": found.name,
        "status": found.status.value,
        "region": "us1",
        "api_version": "2010-04-01",
        "date_created": rfc2822(found.created),
        "date_updated": rfc2822(found.updated),
        "reason_conference_ended": found.reason_ended or None,
        "call_sid_ending_conference": found.ended_by_call or None,
        "uri": f"{uri}.json",
        "subresource_uris": {"participants": f"{uri}/Participants.json"},
    }


def participant(found: Conference, who: Participant) -> Json:
    """Return somebody in a conference."""
    return _participant(found, who.leg, who.entry, "connected") | {
        "muted": who.muted,
        "hold": who.hold,
        "coaching": bool(who.seat.coaches),
        "call_sid_to_coach": who.seat.coaches or None,
        "end_conference_on_exit": who.end_on_exit,
    }


def expected(found: Conference, leg: Leg, entry: Entry) -> Json:
    """Return somebody who is being rung to take part."""
    status = {"queued": "queued", "ringing": "ringing"}.get(leg.status.value, "connecting")
    return _participant(found, leg, entry, status)


def _participant(found: Conference, leg: Leg, entry: Entry, status: str) -> Json:
    uri = f"{root(found.board)}/Conferences/{found.sid}/Participants/{leg.sid}.json"
    return {
        "account_sid": found.board.options.account_sid,
        "call_sid": leg.sid,
        "conference_sid": found.sid,
        "label": entry.label or None,
        "muted": entry.muted,
        "hold": False,
        "coaching": bool(entry.coaches),
        "call_sid_to_coach": entry.coaches or None,
        "end_conference_on_exit": entry.end_on_exit,
        "start_conference_on_enter": entry.start_on_enter,
        "status": status,
        "queue_time": "0",
        "date_created": rfc2822(leg.created),
        "date_updated": rfc2822(leg.started or leg.created),
        "uri": uri,
    }


def recording(board: Board, found: Recording) -> Json:
    """Return a recording."""
    return {
        "sid": found.sid,
        "account_sid": board.options.account_sid,
        "call_sid": found.call_sid or None,
        "conference_sid": None,
        "api_version": "2010-04-01",
        "channels": max(1, len(found.channels)),
        "source": found.source,
        "status": found.status,
        "duration": str(found.seconds),
        "date_created": rfc2822(found.created),
        "date_updated": rfc2822(found.created),
        "start_time": rfc2822(found.created),
        "uri": f"{root(board)}/Recordings/{found.sid}.json",
    }


def page(uri: str, name: str, rows: Sequence[Json]) -> Json:
    """Return a list, all on one page."""
    return {
        name: list(rows),
        "page": 0,
        "page_size": max(50, len(rows)),
        "start": 0,
        "end": max(0, len(rows) - 1),
        "uri": uri,
        "first_page_uri": f"{uri}?PageSize=50&Page=0",
        "next_page_uri": None,
        "previous_page_uri": None,
    }

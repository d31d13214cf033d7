"""The webhooks of a warm transfer as facts, with a clear error."""

from __future__ import annotations

from enum import StrEnum

from telephony.calls import CallStatus
from telephony.dialect import Form
from telephony.transfer import facts
from telephony.transfer.facts import Fact, Key
from telephony.twilio.transfer_twiml import CALLER, PERSON
from telephony.webhooks import forms

_KEYS = {"1": Key.ACCEPT, "2": Key.DECLINE}
MOST_PEOPLE = 32
"""People of one transfer."""


class _Status(StrEnum):
    """`CallStatus` of a callback; `initiated` is an event's name, and some carriers' state."""

    QUEUED = "queued"
    INITIATED = "initiated"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    FAILED = "failed"
    NO_ANSWER = "no-answer"
    CANCELED = "canceled"


def person_number(text: str) -> int:
    """Return the person that an address speaks of.

    Raises:
        BadForm: it is no small number.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= 2 and int(text) < MOST_PEOPLE):
        raise forms.BadForm("the address names no person")
    return int(text)


def status(form: Form) -> CallStatus:
    """Return the state of the call that asks.

    Raises:
        BadForm: the field is odd.
    """
    return forms.one_of(form, "CallStatus", CallStatus, CallStatus.IN_PROGRESS)


def leg_changed(form: Form, person: int) -> Fact:
    """Return what a status callback tells of a person's leg.

    Raises:
        BadForm: a field is missing or odd.
    """
    changed = forms.one_of(form, "CallStatus", _Status, None)
    known = CallStatus.QUEUED if changed is _Status.INITIATED else CallStatus(changed.value)
    return facts.LegChanged(person, known, forms.call_sid(form))


def chose(form: Form, person: int) -> facts.Chose:
    """Return the key that a person pressed.

    Raises:
        BadForm: a field is missing or odd.
    """
    digits = forms.text(form, "Digits", 32)
    return facts.Chose(person, _KEYS.get(digits, Key.NONE), forms.call_sid(form))


def room_changed(form: Form, person: int) -> tuple[str, Fact | None]:
    """Return whose leg a conference callback is about, by label, and what it tells.

    Raises:
        BadForm: a field is missing or odd.
    """
    label = forms.text(form, "ParticipantLabel", 128)
    match forms.text(form, "StatusCallbackEvent", 64), label:
        case "conference-start", _:
            return "", facts.RoomStarted(person)
        case "participant-join", "person":
            return PERSON, facts.PersonJoined(person)
        case "participant-leave", "person":
            return PERSON, facts.PersonLeft(person)
        case "participant-join", "caller":
            return CALLER, facts.CallerJoined()
        case "participant-leave", "caller":
            return CALLER, facts.CallerLeft()
        case _:
            return "", None

"""Parameters of the REST API, checked against the `twilio` package's generated client.

What the client would send for an operation is read from its source: the name of each field, and
from the annotation its type and, for an enumeration, the words it has.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType
from typing import Any

from twilio.rest.api.v2010.account import call, conference, recording
from twilio.rest.api.v2010.account.call import recording as call_recording
from twilio.rest.api.v2010.account.conference import participant

from telephony.simulator.carrier.documents import CALL_EVENTS, CONFERENCE_EVENTS
from telephony.simulator.carrier.problems import invalid_parameter

_JITTER = frozenset({"off", "small", "medium", "large"})
_RECORDING_EVENTS = frozenset({"in-progress", "completed", "absent"})
_METHODS = frozenset({"GET", "POST"})
# Strings in the client, but with few values by the API's own description.
_WORDS: Mapping[str, frozenset[str]] = {
    "StatusCallbackEvent": CALL_EVENTS,
    "ConferenceStatusCallbackEvent": CONFERENCE_EVENTS,
    "JitterBufferSize": _JITTER,
    "Beep": frozenset({"true", "false", "onEnter", "onExit"}),
    "MachineDetection": frozenset({"Enable", "DetectMessageEnd"}),
    "RecordingChannels": frozenset({"mono", "dual"}),
    "PauseBehavior": frozenset({"skip", "silence"}),
    "RecordingTrack": frozenset({"inbound", "outbound", "both"}),
}
_LONGEST: Mapping[str, int] = {"Twiml": 4_000, "Label": 128}
_HIGHEST: Mapping[str, int] = {"Timeout": 600, "TimeLimit": 86_400}


@dataclass(frozen=True, slots=True)
class _Field:
    """One parameter of an operation."""

    kind: str
    """`str`, `int`, `bool`, `date` or `enum`."""
    many: bool
    words: frozenset[str]
    required: bool


_Operation = Mapping[str, _Field]


@lru_cache(maxsize=1)
def operations() -> Mapping[str, _Operation]:
    """Return the parameters of each operation that the fake carrier serves."""
    read = _read
    return {
        "Calls.create": read(call, call.CallList.create, call.CallList._create),
        "Calls.update": read(call, call.CallContext.update, call.CallContext._update),
        "Calls.list": read(call, call.CallList.page, call.CallList.page),
        "Conferences.list": read(
            conference, conference.ConferenceList.page, conference.ConferenceList.page
        ),
        "Conferences.update": read(
            conference, conference.ConferenceContext.update, conference.ConferenceContext._update
        ),
        "Participants.create": read(
            participant, participant.ParticipantList.create, participant.ParticipantList._create
        ),
        "Participants.update": read(
            participant,
            participant.ParticipantContext.update,
            participant.ParticipantContext._update,
        ),
        "Participants.list": read(
            participant, participant.ParticipantList.page, participant.ParticipantList.page
        ),
        "CallRecordings.create": read(
            call_recording,
            call_recording.RecordingList.create,
            call_recording.RecordingList._create,
        ),
        "CallRecordings.update": read(
            call_recording,
            call_recording.RecordingContext.update,
            call_recording.RecordingContext._update,
        ),
        "Recordings.list": read(
            recording, recording.RecordingList.page, recording.RecordingList.page
        ),
    }


def check(operation: str, fields: Mapping[str, list[str]]) -> None:
    """Refuse what the client's own generated code cannot send.

    Raises:
        Problem: an unknown parameter, a value of the wrong kind, or one that is missing.
    """
    known = operations()[operation]
    for name, values in fields.items():
        field = known.get(name)
        if field is None:
            raise invalid_parameter(f"{operation} has no parameter {name}")
        if len(values) > 1 and not field.many:
            raise invalid_parameter(f"{name} came {len(values)} times")
        for value in values:
            _check_value(name, field, value)
    for name, field in known.items():
        if field.required and not any(fields.get(name, ())):
            raise invalid_parameter(f"{name} is required")


def _check_value(name: str, field: _Field, value: str) -> None:
    words = field.words or _WORDS.get(name, frozenset())
    if name.endswith("RecordingStatusCallbackEvent"):
        words = _RECORDING_EVENTS
    if name.endswith("Method"):
        words = _METHODS
    if field.kind == "bool":
        words = frozenset({"true", "false"})
    if words and value not in words:
        raise invalid_parameter(f"{name}: {value!r} is none of {', '.join(sorted(words))}")
    if field.kind == "int":
        if not re.fullmatch(r"-?[0-9]+", value):
            raise invalid_parameter(f"{name}: {value!r} is no whole number")
        if int(value) > _HIGHEST.get(name, 2**31):
            raise invalid_parameter(f"{name} is higher than {_HIGHEST[name]}")
    if len(value) > _LONGEST.get(name, 65_536):
        raise invalid_parameter(f"{name} is longer than {_LONGEST[name]} characters")


def _read(module: ModuleType, public: Any, sender: Any) -> _Operation:
    """Return the fields that a method sends, with what its annotations say of them."""
    arguments = inspect.signature(public).parameters
    fields = {}
    for key, argument in _sent(sender).items():
        parameter = arguments[argument]
        annotation = str(parameter.annotation)
        kind, words = "str", frozenset[str]()
        if "bool" in annotation:
            kind = "bool"
        elif (enum := re.search(r"(\w+Instance)\.(\w+)", annotation)) is not None:
            kind = "enum"
            words = _enum_words(getattr(getattr(module, enum[1]), enum[2]))
        elif re.search(r"\bint\b", annotation):
            kind = "int"
        elif re.search(r"\bdate", annotation):
            kind = "date"
        fields[key] = _Field(
            kind,
            many="List[" in annotation,
            words=words,
            required=parameter.default is inspect.Parameter.empty,
        )
    return fields


def _enum_words(enum: type) -> frozenset[str]:
    return frozenset(
        value for name, value in vars(enum).items() if name.isupper() and isinstance(value, str)
    )


def _sent(sender: Any) -> dict[str, str]:
    """Return the argument behind each field that a method puts into `values.of({…})`."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(sender)))
    arguments = set(inspect.signature(sender).parameters)
    sent: dict[str, str] = {}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and ast.unparse(node.func) == "values.of"):
            continue
        for argument in node.args:
            if not isinstance(argument, ast.Dict):
                continue
            for key, value in zip(argument.keys, argument.values, strict=True):
                names = [
                    inner.id
                    for inner in ast.walk(value)
                    if isinstance(inner, ast.Name) and inner.id in arguments
                ]
                if isinstance(key, ast.Constant) and names:
                    sent[str(key.value)] = names[0]
    return sent

"""TwiML documents, checked against what the `twilio` package can write.

The package's generated classes say which verbs may stand inside which, and with which attributes,
so a document that it cannot have written is found out here and not by a caller.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

from twilio.twiml import TwiML, voice_response

from telephony.simulator.carrier.alerts import NOT_XML, SCHEMA

LONGEST_SAY = 4_096
"""Characters of one `<Say>`."""
LONGEST_PARAMETER = 499
"""Characters of a `<Parameter>`, name and value together (Twilio: "under 500")."""
MOST_NUMBERS = 10
"""Nouns that ring together in one `<Dial>`."""

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

_BOOLEANS = frozenset({"true", "false"})
_METHODS = frozenset({"GET", "POST"})
CALL_EVENTS = frozenset({"initiated", "ringing", "answered", "completed"})
CONFERENCE_EVENTS = frozenset(
    {"start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement"}
)
_ONE_OF: Mapping[tuple[str, str], frozenset[str]] = {
    ("Conference", "beep"): _BOOLEANS | {"onEnter", "onExit"},
    ("Conference", "jitterBufferSize"): frozenset({"off", "small", "medium", "large"}),
    ("Conference", "record"): frozenset({"do-not-record", "record-from-start"}),
    ("Dial", "record"): frozenset(
        {
            "do-not-record",
            "record-from-answer",
            "record-from-ringing",
            "record-from-answer-dual",
            "record-from-ringing-dual",
        }
    ),
    ("Gather", "input"): frozenset({"dtmf", "speech", "dtmf speech", "speech dtmf"}),
    ("Reject", "reason"): frozenset({"busy", "rejected"}),
    ("Record", "trim"): frozenset({"trim-silence", "do-not-trim"}),
    ("Stream", "track"): frozenset({"inbound_track", "outbound_track", "both_tracks"}),
}
_BOOLEAN = frozenset(
    {
        "muted",
        "startConferenceOnEnter",
        "endConferenceOnExit",
        "answerOnBridge",
        "hangupOnStar",
        "sequential",
        "actionOnEmptyResult",
        "playBeep",
        "bargeIn",
        "profanityFilter",
    }
)
_WHOLE = frozenset({"numDigits", "timeLimit", "maxLength", "maxParticipants", "maxQueueSize"})
_METHOD = re.compile(r"method|.*Method")


class BadDocument(Exception):
    """A document cannot be carried out; `code` is Twilio's."""

    def __init__(self, code: int, text: str) -> None:
        self.code = code
        super().__init__(text)


@dataclass(frozen=True, slots=True)
class _Form:
    """What may stand inside a verb, and what it may carry."""

    attributes: frozenset[str]
    children: frozenset[str]


def parse(body: str) -> tuple[ElementTree.Element, list[str]]:
    """Return a document and what is wrong with it but can be ignored, as Twilio does.

    Raises:
        BadDocument: it is not TwiML, or has a verb that does not exist there.
    """
    try:
        response = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise BadDocument(NOT_XML, f"not XML: {error}") from None
    if response.tag != "Response":
        raise BadDocument(SCHEMA, f"the document is a {response.tag}, not a Response")
    faults: list[str] = []
    _check(response, "Response", faults)
    return response, faults


def _check(element: ElementTree.Element, tag: str, faults: list[str]) -> None:
    grammar = _grammar()
    for name, value in element.attrib.items():
        name = "xml:lang" if name == _XML_LANG else name
        if name not in grammar[tag].attributes:
            faults.append(f"{tag} has no attribute {name}")
        elif (problem := _odd_value(tag, name, value)) is not None:
            faults.append(f"{tag} {name}: {problem}")
    _check_size(element, tag, faults)
    for child in element:
        if child.tag not in grammar[tag].children:
            raise BadDocument(SCHEMA, f"{child.tag} may not stand in {tag}")
        _check(child, child.tag, faults)


def _check_size(element: ElementTree.Element, tag: str, faults: list[str]) -> None:
    match tag:
        case "Say" if len("".join(element.itertext())) > LONGEST_SAY:
            faults.append(f"Say is longer than {LONGEST_SAY} characters")
        case "Parameter":
            if len(element.get("name", "")) + len(element.get("value", "")) > LONGEST_PARAMETER:
                faults.append(f"Parameter is longer than {LONGEST_PARAMETER} characters")
        case "Dial" if len(element) > MOST_NUMBERS:
            faults.append(f"Dial rings more than {MOST_NUMBERS} at once")
        case "Stream":
            url = element.get("url", "")
            if url and not re.match(r"wss?://[^/?#]+[^?#]*$", url):
                faults.append("Stream url must be wss://host/path, without a query")
        case "Conference" if not (element.text or "").strip():
            raise BadDocument(SCHEMA, "Conference has no name")
        case _:
            pass


def _odd_value(tag: str, name: str, value: str) -> str | None:
    """Return what is wrong with an attribute's value; None if nothing is."""
    allowed = _ONE_OF.get((tag, name))
    if allowed is None and name == "statusCallbackEvent":
        allowed = CONFERENCE_EVENTS if tag == "Conference" else CALL_EVENTS
        unknown = sorted(set(value.split()) - allowed)
        return f"no such event: {' '.join(unknown)}" if unknown else None
    if allowed is None and name in _BOOLEAN:
        allowed = _BOOLEANS
    if allowed is None and _METHOD.fullmatch(name):
        allowed = _METHODS
    if allowed is not None and value not in allowed:
        return f"{value!r} is none of {', '.join(sorted(allowed))}"
    if name in _WHOLE and not (value.isascii() and value.isdigit()):
        return f"{value!r} is no whole number"
    return None


@lru_cache(maxsize=1)
def _grammar() -> Mapping[str, _Form]:
    """Return what the package can write, by verb and noun."""
    grammar: dict[str, _Form] = {}
    _learn(voice_response.VoiceResponse(), grammar)
    return grammar


def _learn(parent: TwiML, grammar: dict[str, _Form]) -> None:
    name = parent.name
    if name in grammar:
        return
    grammar[name] = _Form(frozenset(parent.attrs), frozenset())
    children = []
    for _, method in inspect.getmembers(type(parent), inspect.isfunction):
        if method.__name__.startswith("_") or method.__qualname__.startswith("TwiML."):
            continue
        child = method(parent, **_every_argument(method))
        if isinstance(child, TwiML):
            children.append(child)
    grammar[name] = _Form(frozenset(parent.attrs), frozenset(child.name for child in children))
    for child in children:
        _learn(child, grammar)


def _every_argument(method: Any) -> dict[str, str]:
    """Return a value for each argument, so that each attribute gets written."""
    names = list(inspect.signature(method).parameters)[1:]
    return {name: "en-US" if name == "language" else name for name in names if name != "kwargs"}

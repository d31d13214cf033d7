"""Run: the carrying out of one document after the other on one leg.

`Run` is what the verbs work with. Which function carries out which verb is in `instructions`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree

from telephony.calls import CallStatus
from telephony.g711 import SAMPLE_RATE
from telephony.simulator.carrier import sounds
from telephony.simulator.carrier.alerts import HTTP_FAILED, SCHEMA
from telephony.simulator.carrier.board import Board
from telephony.simulator.carrier.documents import BadDocument, parse
from telephony.simulator.carrier.leg import Leg
from telephony.simulator.carrier.orders import LegOver
from telephony.simulator.carrier.postman import WebhookFailed, resolve

APOLOGY = "We are sorry, an application error has occurred. Goodbye."

MOST_DOCUMENTS = 100
"""Documents carried out in one run; more of them is a loop."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where instructions come from: an address to ask, or a document that is there."""

    url: str = ""
    method: str = "POST"
    fields: Mapping[str, str] = field(default_factory=dict)
    document: str = ""


Step = Source | None
"""The next instructions; None: on to the next verb."""

Verbs = Mapping[str, "Callable[[Run, ElementTree.Element], Awaitable[Step]]"]
"""What carries out each verb."""

_BEFORE_THE_ANSWER = frozenset({"Reject", "Pause", "Redirect", "Start", "Stop"})
"""Verbs that leave an incoming call ringing. `<Dial answerOnBridge>` does, too."""


class Run:
    """One leg under instructions.

    Args:
        leg: The call.
        verbs: What carries out each verb.
        allowed: Verbs that may be used; None: all.
    """

    def __init__(self, leg: Leg, verbs: Verbs, allowed: frozenset[str] | None = None) -> None:
        self.leg = leg
        self.board: Board = leg.board
        self.base = ""
        """The address that the present document came from."""
        self._verbs = verbs
        self._allowed = allowed

    def on(self, leg: Leg, allowed: frozenset[str] | None = None) -> Run:
        """Return a run for another leg, or for the same one beside this."""
        run = Run(leg, self._verbs, allowed)
        run.base = self.base
        return run

    async def carry_out(self, source: Source) -> None:
        """Carry out documents until one of them has no more to say.

        Raises:
            LegOver: a document ended the call, or could not be carried out.
        """
        step: Step = source
        for _ in range(MOST_DOCUMENTS):
            if step is None:
                return
            try:
                step = await self._document(await self.load(step))
            except LegOver as over:
                if not over.code:
                    raise
                step = await self._fall_back(over)
        self.mistake(0, f"more than {MOST_DOCUMENTS} documents in one call")
        raise LegOver(CallStatus.FAILED, "documents lead in a circle")

    async def _fall_back(self, over: LegOver) -> Source:
        """Return the request to the fallback address, once a call; else say so, and end it."""
        fallback, self.leg.fallback = self.leg.fallback, None
        if fallback is None:
            if self.leg.answered.is_set():
                await self.play(sounds.voice(APOLOGY, self.board.options.say_rate))
            raise over
        self.board.note(self.leg.sid, "falls back", str(over))
        fields = {"ErrorCode": str(over.code), "ErrorUrl": self.base}
        return Source(fallback.url, fallback.method, fields)

    async def _document(self, document: ElementTree.Element) -> Step:
        for verb in document:
            carry_out = self._verbs.get(verb.tag)
            if carry_out is None:
                self.mistake(0, f"{verb.tag} cannot be carried out by the fake carrier")
                raise LegOver(CallStatus.FAILED, f"{verb.tag} is not simulated")
            if verb.tag not in _BEFORE_THE_ANSWER and verb.get("answerOnBridge") != "true":
                self.leg.answer()
            self.board.note(self.leg.sid, "verb", verb.tag)
            step = await carry_out(self, verb)
            self.leg.farewell = None
            if step is not None:
                return step
        return None

    def mistake(self, code: int, text: str) -> None:
        """Write a mistake of the server under test into the error log."""
        self.board.alerts.add(code, text, self.leg.sid, mistake=True)

    def resolve(self, address: str) -> str:
        """Return an address of the present document.

        What a relative one means in a document that was given by REST, Twilio does not say.
        """
        resolved = resolve(address.strip(), self.base)
        if "://" not in resolved:
            self.mistake(11_100, f"a relative address, {resolved}, in a document given by REST")
        return resolved

    async def load(self, source: Source) -> ElementTree.Element:
        """Return the document of a source.

        Raises:
            LegOver: there is none, or it cannot be carried out; Twilio hangs up.
        """
        try:
            body = source.document
            if not body:
                self.base = source.url
                form = self.leg.form() | dict(source.fields)
                body = await self.board.postman.ask(source.url, source.method, form)
            document, faults = parse(body)
        except WebhookFailed as error:
            raise LegOver(CallStatus.FAILED, str(error), HTTP_FAILED) from None
        except BadDocument as error:
            self.mistake(error.code, str(error))
            raise LegOver(CallStatus.FAILED, str(error), error.code) from None
        for fault in faults:
            self.mistake(SCHEMA, fault)
        for verb in document:
            if self._allowed is not None and verb.tag not in self._allowed:
                self.mistake(SCHEMA, f"{verb.tag} is not allowed in this document")
                raise LegOver(CallStatus.FAILED, f"{verb.tag} is not allowed here", SCHEMA)
        return document

    def action(self, verb: ElementTree.Element, fields: Mapping[str, str]) -> Step:
        """Return the request to a verb's `action`; None if it has none."""
        address = verb.get("action")
        if address is None:
            return None
        return Source(self.resolve(address), verb.get("method", "POST"), fields)

    def again(self, verb: ElementTree.Element, fields: Mapping[str, str]) -> Step:
        """Return the request that a verb makes that has no `action`: its own document's address."""
        if not self.base:
            return None
        return Source(self.base, verb.get("method", "POST"), fields)

    def say_farewell(
        self, verb: ElementTree.Element, fields: Callable[[], Mapping[str, str]]
    ) -> None:
        """Have a verb's `action` told if the person hangs up; the answer is not carried out."""

        def farewell() -> None:
            step = self.action(verb, fields())
            if step is not None:
                form = self.leg.form(CallStatus.COMPLETED) | dict(step.fields)
                self.board.postman.ask_in_vain(step.url, step.method, form)

        self.leg.farewell = farewell

    async def play(self, audio: bytes) -> None:
        """Play something to the person, and return when it is over; stopped, it falls silent."""
        if not audio:
            return
        line = self.leg.ear.line
        line.ear.play(audio, line.sample())
        try:
            await asyncio.sleep(len(audio) / SAMPLE_RATE)
        except asyncio.CancelledError:
            line.ear.clear(line.sample())
            raise

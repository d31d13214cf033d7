"""A whole hotline and a whole carrier in one loop on virtual time, for warm transfers.

The real app with its webhooks, media socket, session and driver, and the fake carrier with its
people. Only the models are played: they hear a tone as the next line of the story, and speak tones.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import wraps
from types import SimpleNamespace
from typing import Any

from dialogue.acts import Act, Ask, CancelHandoff, Connection, EndCall, Handoff, Say
from dialogue.brief import Brief, Mood, Why
from telephony.g711 import SAMPLE_RATE
from telephony.simulator import AfterBot, CallerLine
from telephony.simulator.carrier import Call, CarrierOptions, FakeCarrier, Person
from telephony.simulator.loopback import serve_on_loopback
from telephony.simulator.virtual_time import run_on_virtual_time
from telephony.transfer.records import MemoryTransfers
from tests.calls.story import (
    MemoryJournal,
    ScriptedDialogue,
    ScriptedRecogniser,
    ScriptedTools,
    ScriptedTurnDetector,
)
from tests.telephony.sounds import tone
from voicebot.briefs import BriefSender
from voicebot.call.parts import PersonLine, SessionParts, SessionPolicy
from voicebot.journal import JournalEvent, SpeechQueued
from voicebot.people import People
from voicebot.ports import Ears, Priority, Rendered, Speaker, SpeechOffset, SpeechOnset
from voicebot.settings import HandoffSettings, Settings, TwilioSettings
from voicebot.staffing import StaffDesk
from voicebot.turntaking.policy import TurnPolicy
from voicebot.web.app import create_app

PUBLIC = "https://bot.example.com"
HOTLINE = "+15550100000"
CALLER = "+15550100001"
ANNA = "+15550109991"
BEN = "+15550109992"
BRIEF = Brief(
    hotline="story",
    language="en",
    queue="people",
    why=Why.ASKED,
    reason="the caller asked for a person",
    headline="…",
    who="a caller",
    identity="verified",
    needs=("wants a refund",),
    question="…",
    mood=Mood("calm", "calm"),
    openings=(),
)
PERSON = "A person please."
ANSWERS = {
    PERSON: [Say("I will call a colleague."), Handoff("people", "asked", (), BRIEF)],
    "Never mind.": [CancelHandoff(), Ask("Anything else?")],
    "Bye.": [Say("Goodbye."), EndCall("resolved")],
    Connection.MISSED: [Ask("Nobody is there. Anything else?")],
    Connection.TALKED: [Ask("You are back. Anything else?")],
    Connection.CUT_OFF: [Say("The line broke off."), Ask("Anything else?")],
}


class Voice:
    """Speaks tones, fifteen characters a second, at once."""

    def clauses(self, text: str) -> Sequence[str]:
        return [text]

    def cached(self, clause: str, *, slow: bool = False) -> Rendered | None:
        return Rendered(tone(len(clause) / 15))

    async def render(
        self,
        clause: str,
        *,
        slow: bool = False,
        priority: Priority = Priority.FINAL,
        timeout: float = 8.0,
    ) -> Rendered:
        return Rendered(tone(len(clause) / 15))


class Loudness:
    """Takes for speech whatever is loud."""

    def __init__(self) -> None:
        self._samples = 0
        self._speaks = False
        self._last = 0

    def feed(self, pcm: bytes) -> Sequence[SpeechOnset | SpeechOffset]:
        began, self._samples = self._samples, self._samples + len(pcm) // 2
        peak = max(memoryview(pcm).cast("h"), default=0)
        if peak > 1_000:
            self._last = self._samples
            if not self._speaks:
                self._speaks = True
                return [SpeechOnset(began / SAMPLE_RATE)]
        elif self._speaks and self._samples - self._last > SAMPLE_RATE / 5:
            self._speaks = False
            return [SpeechOffset(self._last / SAMPLE_RATE)]
        return []

    def confidence(self, started: float, ended: float) -> float:
        return 0.9


@dataclass
class ScriptedService:
    """What the app wants of a service, with the story's cast."""

    words: list[str]
    answers: Mapping[str, Sequence[Act]] = field(default_factory=dict)
    tools: ScriptedTools = field(default_factory=ScriptedTools)
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    ready: bool = True
    trouble: str = ""
    recogniser_delay: float = 0.0

    def __post_init__(self) -> None:
        self.dialogue = ScriptedDialogue({**ANSWERS, **self.answers})
        self.people = People(1)
        self.staff: StaffDesk | None = None
        self.transfers = MemoryTransfers()
        self.store = SimpleNamespace(is_shared=False, outbound=None, usage=None)
        self.briefs = BriefSender("")
        self.recogniser = ScriptedRecogniser([(word, 0.1) for word in self.words])
        self.session_policy = SessionPolicy(turns=TurnPolicy(endpoint_longest=0.3, no_input=4.0))
        self.hotlines = SimpleNamespace(
            name_for=lambda called: "story",
            names=("story",),
            expect=lambda name: True,
            states=dict,
            lease=self._lease,
        )

    @asynccontextmanager
    async def _lease(self, name: str) -> AsyncIterator[Any]:
        yield SimpleNamespace(domain=SimpleNamespace(name="story", outbound=None))

    def number_for(self, called: str) -> str:
        return ANNA

    def versions(self, domain: Any) -> Mapping[str, str]:
        return {}

    def speech_detector(self) -> Loudness:
        return Loudness()

    def session_parts(
        self, hotline: Any, speaker: Speaker, ears: Ears, person: PersonLine | None = None
    ) -> SessionParts:
        return SessionParts(
            dialogue=self.dialogue,
            recogniser=self.recogniser,
            synthesiser=Voice(),
            turn_detector=ScriptedTurnDetector(),
            tools=self.tools,
            journal=self.journal,
            prompts={
                "apology": "Sorry.",
                "fallback": "I will get you a person.",
                "listening": "Mm-hm.",
                "connecting": "I am connecting you now.",
                "still_calling": "I am still calling.",
                "next_person": "I will try another colleague.",
                "one_moment": "One moment.",
                "in_line": "You are in line, it takes {wait}.",
            },
            vocabulary=(),
            speaker=speaker,
            ears=ears,
            person=person,
        )

    def chat_desk(self) -> Any:
        async def close() -> None:
            return None

        return SimpleNamespace(live=0, close=close)

    async def load(self, progress: Any) -> None:
        return None

    async def close(self) -> None:
        return None


@dataclass
class World:
    """The carrier, and the hotline behind its number."""

    carrier: FakeCarrier
    service: ScriptedService
    app: Any

    async def caller(self, *lines: CallerLine, hang_up_after: float | None = None) -> Call:
        """Somebody rings, asks for a person after the greeting, and says further lines."""
        first = CallerLine(tone(0.6), "person", AfterBot(0.5))
        return await self.call(first, *lines, hang_up_after=hang_up_after)

    async def call(self, *lines: CallerLine, hang_up_after: float | None = None) -> Call:
        """Somebody rings and says these lines."""
        return await self.carrier.call(HOTLINE, lines, caller=CALLER, hang_up_after=hang_up_after)

    def found(self, kind: type[JournalEvent]) -> list[Any]:
        """Return the events of a type in the journal of the call."""
        return [e.event for e in self.service.journal.entries if isinstance(e.event, kind)]

    async def until(self, there: Callable[[], bool], timeout: float = 60.0) -> None:
        """Return once something holds."""
        async with asyncio.timeout(timeout):
            while True:
                if there():
                    return
                await asyncio.sleep(0.02)

    async def announcing(self) -> None:
        """Return once the caller is being told that they are connected."""
        async with asyncio.timeout(60.0):
            while True:
                if any(e.source == "prompt:connecting" for e in self.found(SpeechQueued)):
                    return
                await asyncio.sleep(0.02)

    async def journalled(self, kind: type[JournalEvent], timeout: float = 60.0) -> Any:
        """Return the first event of a type, once there is one."""
        async with asyncio.timeout(timeout):
            while True:
                if events := self.found(kind):
                    return events[0]
                await asyncio.sleep(0.02)

    def story(self) -> str:
        """Return all that happened, for a test that failed."""
        journal = [f"{e.at:8.2f} {e.event}" for e in self.service.journal.entries]
        return "\n".join([*map(str, self.carrier.log), *journal])


@asynccontextmanager
async def world(
    *,
    words: Sequence[str] = (),
    first: str = PERSON,
    answers: Mapping[str, Sequence[Act]] | None = None,
    tools: ScriptedTools | None = None,
    people: Mapping[str, Person] | None = None,
    options: CarrierOptions | None = None,
    staff: StaffDesk | None = None,
    **handoff: Any,
) -> AsyncIterator[World]:
    """Open a hotline whose caller asks for a person, or what else is first, and then says further
    words."""
    options = options or CarrierOptions(calls_per_second=None, say_rate=150.0)
    service = ScriptedService([first, *words], answers or {}, tools or ScriptedTools())
    service.staff = staff
    holder: dict[str, Any] = {}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await holder["app"](scope, receive, send)

    async with (
        serve_on_loopback(app) as url,
        FakeCarrier(options, reach={PUBLIC: url}) as carrier,
    ):
        settings = Settings(
            _env_file=None,
            public_url=PUBLIC,
            twilio=TwilioSettings(
                account_sid=carrier.account_sid,
                auth_token=carrier.auth_token,
                api_base_url=carrier.api_url,
            ),
            handoff=HandoffSettings(number=ANNA, **handoff),
        )
        real = holder["app"] = create_app(settings, service, progress=lambda *_: None)
        carrier.add_number(HOTLINE, f"{PUBLIC}/twilio/voice")
        for number, person in (people or {}).items():
            carrier.add_person(number, person)
        made = World(carrier, service, real)
        async with real.router.lifespan_context(real):
            yield made
            await carrier.settled()


def virtually(story: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """Make a test of a story that passes on virtual time."""

    @wraps(story)
    def told() -> None:
        run_on_virtual_time(story())

    del told.__wrapped__  # type: ignore[attr-defined]
    return told

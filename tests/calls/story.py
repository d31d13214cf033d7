"""A call as a screenplay on virtual time: who says what, when, and what became of it.

The session, its machines and its timers are the real ones. The models and the carrier are played
by scripted stand-ins, with a twin in `tests/server` that uses
the real ones.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dialogue.acts import (
    Act,
    Ask,
    Channel,
    Connecting,
    DialogueInput,
    Expectation,
    Interrupted,
    NoInput,
    ToolReturned,
    UserTurn,
)
from dialogue.said import Alternative, Grammar
from dialogue.state import DialogueState
from dialogue.step import Step
from tests.virtual_clock import run_virtually
from voicebot.call.parts import BriefMaker, Outcome, SessionParts, SessionPolicy
from voicebot.call.session import CallSession
from voicebot.call.speech import MarkEchoed, SegmentSent
from voicebot.journal import (
    CallAnswered,
    CallId,
    DigitPressed,
    Entry,
    HandoffDecided,
    JournalEvent,
    SoundMeasured,
    StreamEnded,
    VoiceStarted,
    VoiceStopped,
)
from voicebot.ports import (
    EngineError,
    Glimpse,
    Priority,
    Rendered,
    StaleWork,
    ToolError,
    Transcription,
)
from voicebot.turntaking.policy import TurnPolicy

GLIMPSE_SECONDS = 0.08
SPEECH_RATE = 800
"""Bytes of mu-law a character: ten characters a second."""


@dataclass
class ScriptedRecogniser:
    """Gives the words of the story, in order, each after its time."""

    words: list[tuple[str, float]]
    failures: int = 0
    hangs: bool = False
    decodes: int = 0
    alternatives: tuple[Alternative, ...] = ()
    """Of all words, where a grammar is given."""
    glimpses: list[tuple[str, float]] = field(default_factory=list)
    """What looks at sounds over the bot see, in order: words, and how likely they want the floor.
    The last one is seen again and again; none: the looks are never answered."""
    looks: int = 0

    async def glimpse(self, pcm: bytes, *, over: bool = False, timeout: float = 0.6) -> Glimpse:
        self.looks += 1
        await asyncio.sleep(GLIMPSE_SECONDS)
        if not self.glimpses:
            raise StaleWork("busy")
        text, wants = self.glimpses[0]
        if len(self.glimpses) > 1:
            self.glimpses.pop(0)
        rest = (1 - wants) / 3
        kinds = {"interruption": wants, "backchannel": rest, "tic": rest, "noise": rest}
        return Glimpse(text, -0.2, kinds, GLIMPSE_SECONDS, 0.0)

    async def transcribe(
        self,
        pcm: bytes,
        *,
        vocabulary: Sequence[str] = (),
        grammar: Grammar | None = None,
        priority: Priority = Priority.FINAL,
        timeout: float = 8.0,
    ) -> Transcription:
        self.decodes += 1
        if self.hangs:
            await asyncio.sleep(timeout)
            raise EngineError("recogniser did not answer in time")
        if self.failures > 0:
            self.failures -= 1
            await asyncio.sleep(0.1)
            raise EngineError("recogniser failed")
        text, seconds = self.words[0]
        await asyncio.sleep(seconds)
        self.words.pop(0)
        others = self.alternatives if grammar is not None else ()
        return Transcription(text, -0.2, 1.0, seconds, 0.0, "scripted", alternatives=others)


@dataclass
class ScriptedSynthesiser:
    """Speaks ten characters a second; knows what was rendered ahead."""

    ahead: set[str] = field(default_factory=set)
    render_seconds: float = 0.1
    fails: bool = False

    def clauses(self, text: str) -> Sequence[str]:
        return [clause.strip() for clause in text.replace(". ", ".|").split("|") if clause]

    def cached(self, clause: str, *, slow: bool = False) -> Rendered | None:
        return self._audio(clause) if clause in self.ahead else None

    async def render(
        self,
        clause: str,
        *,
        slow: bool = False,
        priority: Priority = Priority.FINAL,
        timeout: float = 8.0,
    ) -> Rendered:
        await asyncio.sleep(self.render_seconds)
        if self.fails:
            raise EngineError("synthesiser failed")
        self.ahead.add(clause)
        return self._audio(clause)

    def _audio(self, clause: str) -> Rendered:
        return Rendered(b"\x00" * (SPEECH_RATE * len(clause)))


@dataclass
class ScriptedTurnDetector:
    """Finds every turn complete, or not."""

    answer: float = 0.9

    async def probability(self, pcm: bytes, *, timeout: float = 2.0) -> float:
        await asyncio.sleep(0.05)
        return self.answer


class ScriptedDialogue:
    """Answers by a table from the caller's words to acts."""

    def __init__(self, answers: Mapping[str, Sequence[Act]], greeting: str = "Hello.") -> None:
        self.answers = answers
        self.greeting = greeting
        self.inputs: list[DialogueInput] = []
        self.seconds = 0.01
        self.fails = False

    async def start(
        self,
        call_id: str,
        caller: str = "",
        channel: Channel = Channel.PHONE,
        occasion: Mapping[str, str] | None = None,
    ) -> Step:
        return self._step([Ask(self.greeting)])

    async def handle(self, state: DialogueState, given: DialogueInput) -> Step:
        await asyncio.sleep(self.seconds)
        if self.fails:
            raise EngineError("dialogue failed")
        self.inputs.append(given)
        match given:
            case UserTurn(text=text, digits=digits):
                step = self._step(self.answers.get(digits or text, [Ask(f"You said {text}")]))
                return replace(step, state=replace(state, turn=state.turn + 1))
            case NoInput():
                return self._step([Ask("Are you still there?")])
            case ToolReturned(ok=ok):
                return self._step(self.answers.get("tool ok" if ok else "tool failed", []))
            case Interrupted():
                return self._step([])
            case Connecting(connection=connection):
                return self._step(self.answers.get(connection, []))

    def _step(self, acts: Sequence[Act]) -> Step:
        expects = next((act.expects for act in acts if isinstance(act, Ask)), Expectation())
        return Step(DialogueState("story"), tuple(acts), expects)


class ScriptedTools:
    """One tool, which takes its time."""

    def __init__(self, seconds: float = 0.1, fails: bool = False) -> None:
        self.seconds = seconds
        self.fails = fails
        self.ran: list[tuple[str, str]] = []

    async def run(
        self, tool: str, arguments: Mapping[str, Any], call_key: str
    ) -> Mapping[str, Any]:
        self.ran.append((tool, call_key))
        await asyncio.sleep(self.seconds)
        if self.fails:
            raise ToolError("no such order")
        return {"status": "done"}


class ScriptedPeople:
    """Somebody who can be rung, or nobody; remembers what the session told, and when."""

    def __init__(self, *, there: bool = True) -> None:
        self.there = there
        self.told: list[tuple[float, str]] = []
        self.post: Callable[[Any], None] = lambda event: None
        self.moves_after: float | None = 0.3
        """After the announcement was heard: the caller's stream ends."""

    @property
    def words(self) -> list[str]:
        return [word for _, word in self.told]

    def begin(self, handoff: HandoffDecided) -> bool:
        self._note("begin")
        return self.there

    def announced(self) -> None:
        self._note("announced")
        if self.moves_after is not None:
            loop = asyncio.get_running_loop()
            loop.call_later(self.moves_after, self.post, StreamEnded("stop"))

    def withdrawn(self) -> None:
        self._note("withdrawn")

    def caller_gone(self) -> None:
        self._note("gone")

    def stream_lost(self) -> None:
        self._note("lost")

    def returned(self) -> None:
        self._note("returned")

    def _note(self, word: str) -> None:
        self.told.append((round(asyncio.get_running_loop().time(), 2), word))


class MemoryJournal:
    """Keeps what it is told; knows what was asked to be durable, and when."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.durable: list[JournalEvent] = []
        self.fails_on: type[Any] | None = None
        self.flush_seconds = 0.0

    def append(self, call_id: CallId, entry: Entry, *, durable: bool = False) -> None:
        if self.fails_on is not None and isinstance(entry.event, self.fails_on):
            raise RuntimeError("a defect")
        self.entries.append(entry)
        if durable:
            self.durable.append(entry.event)

    async def flush(self, timeout: float = 2.0) -> bool:
        await asyncio.sleep(self.flush_seconds)
        return True


class CarrierLine:
    """Plays what it is given in real time and echoes marks, as a carrier does."""

    def __init__(self, post: Callable[[Any], None], *, echoes: bool = True) -> None:
        self._post = post
        self._echoes = echoes
        self._free_at = 0.0
        self._playing: dict[str, list[asyncio.TimerHandle]] = {}
        self.silenced: list[float] = []
        self.levels: list[tuple[float, str]] = []
        """When the voice was lowered and brought back."""
        self.held: list[tuple[float, bool]] = []
        """When music began and ended."""

    def play(self, segment: str, audio: bytes) -> None:
        loop = asyncio.get_running_loop()
        begins = max(loop.time(), self._free_at)
        self._free_at = begins + len(audio) / 8_000
        self._playing[segment] = [loop.call_at(begins, self._post, SegmentSent(segment))]
        if self._echoes:
            self._playing[segment].append(
                loop.call_at(self._free_at, self._post, MarkEchoed(segment))
            )

    def duck(self) -> None:
        self.levels.append((asyncio.get_running_loop().time(), "duck"))

    def restore(self) -> None:
        self.levels.append((asyncio.get_running_loop().time(), "restore"))

    def hold(self, wanted: bool) -> None:
        self.held.append((asyncio.get_running_loop().time(), wanted))

    def silence(self, tail: float = 0.0) -> None:
        loop = asyncio.get_running_loop()
        for segment, timers in self._playing.items():
            pending = [timer for timer in timers if timer.when() > loop.time()]
            for timer in pending:
                timer.cancel()
            if pending:
                loop.call_soon(self._post, MarkEchoed(segment))
        self._playing.clear()
        self._free_at = 0.0
        self.silenced.append(loop.time())


HASTY = TurnPolicy(endpoint_longest=TurnPolicy().endpoint)
"""Takes every pause for the end of the turn: the stories are about what comes after it."""


class Silence:
    """Ears that kept no audio; the scripted models need none."""

    def audio(self, started: float, ended: float) -> bytes:
        return b""

    def measure(self, started: float) -> SoundMeasured:
        return SoundMeasured(
            started=started,
            until=started,
            level=-20.0,
            snr=30.0,
            speech=0.9,
            voiced=0.8,
            pitch=0.0,
            pitch_range=0.0,
            echo=0.0,
        )


@dataclass
class Story:
    """The cast and the script of one call."""

    script: list[tuple[float, Any]]
    """What the caller's side does: `says(start, end)` events, keys, hanging up."""
    dialogue: ScriptedDialogue
    recogniser: ScriptedRecogniser = field(default_factory=lambda: ScriptedRecogniser([]))
    synthesiser: ScriptedSynthesiser = field(default_factory=ScriptedSynthesiser)
    detector: ScriptedTurnDetector = field(default_factory=ScriptedTurnDetector)
    tools: ScriptedTools = field(default_factory=ScriptedTools)
    policy: SessionPolicy = field(default_factory=lambda: SessionPolicy(turns=HASTY))
    echoes: bool = True
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    brief: BriefMaker | None = None
    grammar: Grammar | None = None
    """What is expected all the time."""
    people: ScriptedPeople | None = None
    outcome: Outcome | None = None
    line: CarrierLine = field(init=False)

    def play(self) -> list[Entry]:
        """Run the call on virtual time and return its journal."""
        run_virtually(self._run())
        return self.journal.entries

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        line = self.line = CarrierLine(lambda event: session.post(event), echoes=self.echoes)
        session = CallSession(
            CallAnswered("call", "phone", "story", 0.0),
            "stream",
            SessionParts(
                dialogue=self.dialogue,
                recogniser=self.recogniser,
                synthesiser=self.synthesiser,
                turn_detector=self.detector,
                tools=self.tools,
                journal=self.journal,
                prompts={
                    "apology": "Sorry, I had a problem.",
                    "fallback": "I will get you a person.",
                    "listening": "Mm-hm.",
                    "connecting": "I'm connecting you now.",
                    "still_calling": "I'm still calling.",
                    "next_person": "I'll try another colleague.",
                    "one_moment": "One moment.",
                    "time_short": "A minute is left.",
                    "in_line": "You're in line, it takes {wait}.",
                },
                vocabulary=(),
                speaker=line,
                ears=Silence(),
                grammar=lambda state: self.grammar,
                brief=self.brief,
                person=self.people,
            ),
            self.policy,
        )
        if self.people is not None:
            self.people.post = session.post
        for at, event in self.script:
            loop.call_at(at, session.post, event)
        async with asyncio.timeout(5_000):
            self.outcome = await session.run()

    def found(self, kind: type[Any]) -> list[Any]:
        """Return the events of a type, in order."""
        return [entry.event for entry in self.journal.entries if isinstance(entry.event, kind)]

    def when(self, kind: type[Any]) -> list[float]:
        """Return the call-clock times of the events of a type."""
        return [
            round(entry.at, 3) for entry in self.journal.entries if isinstance(entry.event, kind)
        ]


def says(started: float, ended: float) -> list[tuple[float, Any]]:
    """Return what a detector reports of speech between two times, with its own delays."""
    return [(started + 0.1, VoiceStarted(started)), (ended + 0.1, VoiceStopped(ended))]


def presses(at: float, digits: str) -> list[tuple[float, Any]]:
    """Return keys pressed a third of a second apart."""
    return [(at + i * 0.3, DigitPressed(digit)) for i, digit in enumerate(digits)]


def hangs_up(at: float) -> list[tuple[float, Any]]:
    """Return the carrier's word that the caller has gone."""
    return [(at, StreamEnded("stop"))]

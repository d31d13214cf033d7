"""`voicebot replay`: a recording or a journal through today's build, as an event log.

A recording is its own clock: the real detectors and recogniser hear it as fast as they can, and
times in the log are times in the recording, so the same file gives the same log on any machine as
long as the models are the same. The bot's answers take no time here.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from dialogue.acts import Channel, UserTurn
from telephony.g711 import ulaw_to_pcm16
from voicebot.bootstrap import open_engines, open_manager, open_tools
from voicebot.call.hearing import transcribed
from voicebot.call.inbox import SessionEvent
from voicebot.call.replies import reply_decided
from voicebot.chat import Chat
from voicebot.engines.bundle import Engines
from voicebot.folds.eventlog import compare_logs, event_log
from voicebot.folds.replay import replay_dialogue, replay_turns
from voicebot.journal import (
    CallAnswered,
    CallerTurnEnded,
    Entry,
    JournalEvent,
    PlayoutFinished,
    PlayoutStarted,
    TurnEndJudged,
    entry_from_json,
)
from voicebot.media.listener import Listener
from voicebot.media.recordings import read_ulaw
from voicebot.ports import SAMPLE_RATE
from voicebot.scheduled import ScheduledDialogue
from voicebot.settings import Settings
from voicebot.turntaking.commands import TurnCommand, TurnEvent
from voicebot.turntaking.floor import JudgeTurnEnd, Transcribe
from voicebot.turntaking.policy import TurnPolicy
from voicebot.turntaking.turns import TurnTaker

_BLOCK = 2 * SAMPLE_RATE // 50
"""Bytes of 20 ms of PCM16."""
_TAIL = 4
"""Seconds of silence after a recording, so that its last turn ends."""


async def replay_path(path: Path, golden: Path | None, settings: Settings) -> tuple[bool, str]:
    """Replay a file; return whether all was as expected, and the report.

    Raises:
        BadRecording: it cannot be read as a recording.
        ValueError: it is no journal either.
    """
    if path.suffix.lower() in {".jsonl", ".json", ".journal"}:
        return await _replay_journal(path, settings)
    log = event_log(await replay_recording(path, settings))
    return await asyncio.to_thread(_compared, log, golden)


def _compared(log: str, golden: Path | None) -> tuple[bool, str]:
    if golden is None:
        return True, log
    if not golden.exists():
        golden.write_text(log)
        return True, f"{log}\nwritten to {golden}"
    differences = compare_logs(golden.read_text(), log, time_tolerance=0.15, text_tolerance=0.15)
    if not differences:
        return True, f"{log}\nas in {golden}"
    lines = "\n".join(str(difference) for difference in differences)
    return False, f"{log}\nnot as in {golden}:\n{lines}"


async def _replay_journal(path: Path, settings: Settings) -> tuple[bool, str]:
    text = await asyncio.to_thread(path.read_text, encoding="utf-8")
    entries = [entry_from_json(line) for line in text.splitlines() if line.strip()]
    engines = await asyncio.to_thread(open_engines, settings)
    try:
        manager = await asyncio.to_thread(open_manager, settings)
        dialogue = ScheduledDialogue(manager, engines.scheduler)
        differences = replay_turns(entries, TurnPolicy.from_settings(settings.turns))
        differences += await replay_dialogue(entries, dialogue)
    finally:
        await asyncio.to_thread(engines.close)
    log = event_log(entries)
    if not differences:
        return True, f"{log}\ntoday's build decides the same"
    lines = "\n".join(str(difference) for difference in differences)
    return False, f"{log}\ntoday's build decides otherwise:\n{lines}"


async def replay_recording(path: Path, settings: Settings) -> list[Entry]:
    """Return the journal of a call whose caller is this recording."""
    pcm = ulaw_to_pcm16(await asyncio.to_thread(read_ulaw, path))
    engines = await asyncio.to_thread(open_engines, settings)
    try:
        manager = await asyncio.to_thread(open_manager, settings)
        tools = await asyncio.to_thread(open_tools, settings)
        try:
            chat = Chat(manager, tools, "replay", channel=Channel.PHONE)
            return await _Heard(engines, chat, settings).play(pcm)
        finally:
            await asyncio.to_thread(tools.close)
    finally:
        await asyncio.to_thread(engines.close)


class _Heard:
    """One recording on its way through the machines; `now` is its position."""

    def __init__(self, engines: Engines, chat: Chat, settings: Settings) -> None:
        self._engines = engines
        self._chat = chat
        self._domain = settings.domain
        self._turns = TurnTaker(TurnPolicy.from_settings(settings.turns))
        self._found: list[SessionEvent] = []
        self._listener = Listener(
            engines.speech_detector(), clock=lambda: self._now, post=self._found.append
        )
        self._entries: list[Entry] = []
        self._now = 0.0

    async def play(self, pcm: bytes) -> list[Entry]:
        await self._take(CallAnswered("replay", "phone", self._domain, 0.0))
        await self._chat.start()
        await self._reply(None, 0)
        pcm += bytes(_TAIL * 2 * SAMPLE_RATE)
        for start in range(0, len(pcm), _BLOCK):
            self._now = (start + _BLOCK) / 2 / SAMPLE_RATE
            self._listener.feed(pcm[start : start + _BLOCK])
            found, self._found[:] = list(self._found), []
            for event in found:
                if isinstance(event, JournalEvent):
                    await self._take(event)
            await self._carry_out(self._turns.expire(self._now))
        return self._entries

    async def _take(self, event: JournalEvent) -> None:
        self._entries.append(Entry(len(self._entries), self._now, event))
        if isinstance(event, TurnEvent):
            await self._carry_out(self._turns.handle(event, self._now))

    async def _carry_out(self, commands: list[TurnCommand]) -> None:
        for command in commands:
            match command:
                case Transcribe():
                    await self._transcribe(command)
                case JudgeTurnEnd():
                    pcm = self._listener.audio(command.started, command.ended)
                    probability = await self._engines.turn_detector.probability(pcm)
                    await self._take(TurnEndJudged(command.utterance, probability))
                case CallerTurnEnded():
                    await self._take(command)
                    await self._chat.say(command.text)
                    await self._reply(UserTurn(command.text), command.turn)
                case _ if isinstance(command, JournalEvent):
                    await self._take(command)

    async def _transcribe(self, request: Transcribe) -> None:
        step = self._chat.step
        heard = await self._engines.recogniser.transcribe(
            self._listener.audio(request.started, request.ended),
            vocabulary=(*step.expects.vocabulary, *self._chat.vocabulary),
        )
        await self._take(transcribed(request.utterance, heard))

    async def _reply(self, given: UserTurn | None, turn: int) -> None:
        step = self._chat.step
        decided = reply_decided(given, turn, step)
        # Scores differ by a hair between machines, and a log must not.
        await self._take(replace(decided, trace={"intent": step.trace.intent}))
        await self._take(PlayoutStarted())
        await self._take(PlayoutFinished())

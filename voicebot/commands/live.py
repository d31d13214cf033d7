"""The live view of a call: its journal as lines for a terminal, while it happens."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from voicebot.commands.rendering import clock, readable
from voicebot.folds.transcript import explained
from voicebot.journal import (
    BargedIn,
    CallEnded,
    CallerTurnEnded,
    EngineFailed,
    Entry,
    HandoffDecided,
    NoInputNoticed,
    OverlapIgnored,
    SpeechCut,
    SpeechQueued,
    SpeechResumed,
    SpeechStarted,
    ToolAnswered,
)


class LiveView:
    """Prints a call line by line: who speaks, interruptions, and how long each answer took."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._queued: dict[str, SpeechQueued] = {}
        self._turn: CallerTurnEnded | None = None

    def show(self, entry: Entry) -> None:
        """Print what an entry means to somebody who watches; most mean nothing."""
        match entry.event:
            case CallerTurnEnded() as turn:
                self._turn = turn
                said = turn.text or (f"[keys {turn.digits}]" if turn.digits else "[no words]")
                self._line(turn.started, "caller", said, "bold cyan")
            case SpeechQueued() as queued:
                self._queued[queued.segment] = queued
            case SpeechStarted(segment=segment) if segment in self._queued:
                self._line(
                    entry.at, "bot", self._queued[segment].text, "bold", self._latency(entry)
                )
            case SpeechCut(unheard=unheard) if unheard:
                self._line(entry.at, "", f"not heard: {unheard}", "dim strike")
            case BargedIn() as barged_in:
                self._line(entry.at, "", f"the bot yields: {explained(barged_in)}", "yellow")
            case OverlapIgnored() as ignored:
                self._line(entry.at, "", f"the bot goes on: {explained(ignored)}", "dim")
            case SpeechResumed(kind=kind):
                self._line(entry.at, "", f"a false alarm ({kind}): the bot goes on", "dim")
            case NoInputNoticed():
                self._line(entry.at, "", "silence", "dim")
            case ToolAnswered(tool=tool, ok=ok, seconds=seconds):
                outcome = "done" if ok else "failed"
                self._line(entry.at, "", f"{tool}: {outcome} in {seconds:.2f} s", "dim")
            case HandoffDecided(reason=reason):
                self._line(entry.at, "", f"a person takes over: {reason}", "yellow")
            case EngineFailed(engine=engine):
                self._line(entry.at, "", f"{engine} failed", "red")
            case CallEnded(disposition=disposition):
                self._line(entry.at, "", f"call ended: {disposition}", "dim")

    def _latency(self, entry: Entry) -> str:
        turn, self._turn = self._turn, None
        return f"  [{entry.at - turn.ended:.2f} s]" if turn else ""

    def _line(self, at: float, who: str, words: str, style: str, suffix: str = "") -> None:
        spoken = readable(words)
        spoken.stylize("" if who else style)
        line = Text.assemble(
            (f"{clock(at):>8}  ", "dim"),
            (f"{who:<7} ", style if who else ""),
            spoken,
            (suffix, "green"),
        )
        self._console.print(line, soft_wrap=True)

"""Simulated calls from recordings: what `voicebot call` and `voicebot demo` place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from telephony.simulator import (
    AfterBot,
    CallerLine,
    CallRecording,
    During,
    SimulatedCaller,
    run_calls,
)
from voicebot.media.recordings import BadRecording, read_ulaw

_DURING = re.compile(r"^(?P<path>.+)@(?P<seconds>\d+(?:\.\d+)?)$")


def line_from(word: str) -> CallerLine:
    """Turn one argument of `voicebot call` into a line of the caller.

    `path` is said when the bot has fallen silent, `path@3.5` while it speaks, 3.5 s after it began;
    `keys:12345#` presses keys.

    Raises:
        BadRecording: the file cannot be used.
    """
    if word.startswith("keys:"):
        digits = word.removeprefix("keys:")
        if not re.fullmatch(r"[0-9*#]+", digits):
            raise BadRecording(f"{word}: keys are 0-9, * and #")
        return CallerLine(label=word, digits=digits, when=AfterBot())
    if (found := _DURING.match(word)) and not Path(word).exists():
        path = Path(found["path"])
        return CallerLine(read_ulaw(path), path.stem, During(float(found["seconds"])))
    return CallerLine(read_ulaw(Path(word)), Path(word).stem, AfterBot())


@dataclass(frozen=True, slots=True)
class Target:
    """Which server to call."""

    voice_url: str
    auth_token: str = ""
    public_url: str = ""

    @classmethod
    def at(cls, url: str, auth_token: str = "", public_url: str = "") -> Target:
        """Return a target from a server's address, with or without the webhook's path."""
        voice_url = url if "/twilio/" in url else url.rstrip("/") + "/twilio/voice"
        return cls(voice_url, auth_token, public_url)


def simulated_caller(
    target: Target, lines: Sequence[CallerLine], *, number: int = 1, hang_up_after: float = 12.0
) -> SimulatedCaller:
    """Return a caller who says the lines and hangs up when the bot has no more to say."""
    return SimulatedCaller(
        target.voice_url,
        lines,
        auth_token=target.auth_token,
        public_url=target.public_url,
        caller=f"+1555010{number:04d}",
        hang_up_after=hang_up_after,
    )


async def place_calls(
    target: Target, lines: Sequence[CallerLine], count: int, out: Path | None, console: Console
) -> bool:
    """Place simulated calls at once and report what was heard; True if every line was answered."""
    callers = [simulated_caller(target, lines, number=n + 1) for n in range(count)]
    with console.status(f"{count} call{'s' if count > 1 else ''} to {target.voice_url}"):
        recordings = await run_calls(callers)
    answered = True
    for number, recording in enumerate(recordings, 1):
        console.print(measured_table(f"Call {number}, ended by {recording.ended_by}", recording))
        answered &= bool(recording.turns) and all(
            turn.response_seconds is not None for turn in recording.turns
        )
        if out is not None:
            path = (
                out if count == 1 else out.with_name(f"{out.stem}-{number}{out.suffix or '.wav'}")
            )
            recording.save_wav(path)
            console.print(f"  {path}", style="dim", soft_wrap=True)
    return answered


def measured_table(title: str, recording: CallRecording) -> Table:
    """Return how quick the bot was for each line, measured at the caller's ear."""
    greeted = recording.greeted_at
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.caption_justify = "left"
    table.caption = (
        "No greeting was heard."
        if greeted is None
        else f"Greeting heard {greeted:.2f} s after the stream started."
    )
    for heading in ("the caller said", "answered after", "bot silent after"):
        table.add_column(heading)
    for turn in recording.turns:
        silent = turn.yield_seconds if turn.overlapped else None
        table.add_row(turn.label, _seconds(turn.response_seconds), _seconds(silent))
    return table


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f} s"

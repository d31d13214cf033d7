"""A transcript as WebVTT, the subtitles of the call's recording (W3C WebVTT, `text/vtt`, UTF-8).

Subtitles go by the ear: of the bot's speech only what was heard, and what was sent without a
confirmation, which is marked with the class `unconfirmed`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from voicebot.folds.exchanges import Fate
from voicebot.folds.transcript import Speaker, Transcript, Turn

_SHORTEST = 0.001
"""Seconds; the end of a cue must be after its start (WebVTT 4.1)."""

# Line breaks would end the cue, the others have no place in a text.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_NAMES = {Speaker.CALLER: "Caller", Speaker.ASSISTANT: "Assistant"}


def vtt_of(transcript: Transcript) -> str:
    """Return a transcript as a WebVTT file, its cues by their beginning."""
    cues = [cue for turn in transcript.turns for cue in _cues(turn)]
    cues.sort(key=lambda cue: cue[:2])
    blocks = [
        f"{number}\n{_time(start)} --> {_time(max(end, start + _SHORTEST))}\n{payload}\n"
        for number, (start, end, payload) in enumerate(cues, start=1)
    ]
    return "\n".join(["WEBVTT\n", *blocks])


def _cues(turn: Turn) -> Iterator[tuple[float, float, str]]:
    voice = f"<v {_NAMES[turn.speaker]}>"
    if turn.speaker is Speaker.CALLER:
        said = " ".join(part for part in (turn.text, _keys(turn.digits)) if part)
        if payload := _escaped(said):
            yield turn.started, turn.ended, voice + payload
        return
    for segment in turn.segments:
        if segment.started is None:
            continue
        end = turn.ended if segment.ended is None else segment.ended
        if payload := _escaped(segment.heard):
            cut = " —" if segment.fate is Fate.CUT and segment.unheard else ""
            yield segment.started, end, f"{voice}{payload}{cut}"
        elif payload := _escaped(segment.unconfirmed):
            yield segment.started, end, f"{voice}<c.unconfirmed>{payload}</c>"


def _keys(digits: str) -> str:
    return f"[keys: {digits}]" if digits else ""


def _escaped(text: str) -> str:
    clean = _CONTROLS.sub(" ", text).strip()
    return clean.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _time(seconds: float) -> str:
    milliseconds = max(0, round(seconds * 1000))
    minutes, milliseconds = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}.{milliseconds % 1000:03}"

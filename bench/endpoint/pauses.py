"""What the pipeline knows at each pause of the labelled turns, from the real models.

A recording goes through the listener of a call in pieces of 20 ms. At each end of speech that it
reports, smart-turn and the recogniser get the stretch that a call would give them, cut where the
audio had arrived. What came out is kept in the models' cache folder, a file for each turn.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.endpoint.turns import HABITS, LabelledTurn, Recording, recording, vocabulary
from dialogue.acts import Answer
from voicebot.engines.bundle import Engines
from voicebot.journal import EngineFailed, VoiceStarted, VoiceStopped
from voicebot.media.listener import Listener
from voicebot.ports import SAMPLE_RATE
from voicebot.turntaking.completeness import digits_in
from voicebot.turntaking.endpointing import SHORTEST_PAUSE, TurnEvidence
from voicebot.turntaking.policy import TurnPolicy

FORMAT = 2
"""Raised when older cached measurements no longer hold."""
_BLOCK = SAMPLE_RATE // 50 * 2
_BEFORE = 0.3
"""Seconds of audio that a listener adds before a stretch."""
_NEAR = 0.3
"""Seconds by which an end of speech may be found beside its label: voices fade, noise covers."""
_TIMEOUT = 120.0


@dataclass(frozen=True, slots=True)
class Measured:
    """One end of speech, what was known of it, and what it was."""

    split: str
    kind: str
    source: str
    voice: str
    noise: str
    answer: str
    digits: int | None
    said: str
    text: str
    """As heard, of the whole turn so far."""
    last: str
    """As heard, of the last stretch."""
    avg_logprob: float
    probability: float
    speech_seconds: float
    pauses: int
    longest_pause: float
    complete: bool
    lengths: tuple[float, ...]
    """Seconds after which the caller may have gone on, each as likely; empty if `complete`."""
    late: float
    """Seconds from the end of the last sound to the report of it."""
    decode_seconds: float

    @property
    def counts(self) -> bool:
        """Whether this is the end of a turn, or a pause inside one of the length of a pause.

        Not if all of the turn was heard before the pause: then its place was not found in the
        sound.
        """
        if self.complete:
            return True
        if max(self.lengths) < min(min(habit) for habit in HABITS):
            return False
        if self.kind != "spoken":
            return True
        whole, heard = self.source.replace("|", " "), self.text
        if self.answer == Answer.CODE and (digits := digits_in(whole)):
            return digits_in(heard) < digits
        return len(heard.split()) < len(whole.split())

    @property
    def evidence(self) -> TurnEvidence:
        """Return what the turn-taker would know."""
        return TurnEvidence(
            text=self.text,
            last=self.last,
            probability=self.probability,
            avg_logprob=self.avg_logprob,
            answer=Answer(self.answer),
            digits=self.digits,
            speech_seconds=self.speech_seconds,
            pauses=self.pauses,
            longest_pause=self.longest_pause,
        )


@dataclass(frozen=True, slots=True)
class _Offset:
    """One end of speech as the listener reported it, in seconds of the recording."""

    started: float
    ended: float
    known_at: float
    heard: bytes
    """What the listener would hand out of the recording up to this end."""

    def since(self, started: float) -> bytes:
        """Return the audio of a stretch that began at `started` and ends here."""
        return self.heard[int(max(0.0, started - _BEFORE) * SAMPLE_RATE) * 2 :]


async def measured(
    turns: Sequence[LabelledTurn],
    cache: Path,
    engines: Callable[[], Engines],
    progress: Callable[[int, int], None],
) -> list[Measured]:
    """Return what was known at the pauses of all turns.

    Args:
        turns: To be measured, unless they were before.
        cache: Folder, which is there, of what was measured before.
        engines: Loads the models when the first turn needs them.
        progress: Told how many turns are done, of how many.
    """
    found: list[Measured] = []
    for index, turn in enumerate(turns):
        name = hashlib.sha256(f"{FORMAT}/{turn.key}".encode()).hexdigest()[:24]
        file = cache / f"{name}.json"
        try:
            rows = [
                Measured(**{**row, "lengths": tuple(row["lengths"])})
                for row in json.loads(file.read_text(encoding="utf-8"))
            ]
        except (OSError, ValueError, TypeError):
            rows = await measure(turn, recording(turn), engines())
            fresh = file.with_suffix(".new")
            fresh.write_text(json.dumps([asdict(row) for row in rows]), encoding="utf-8")
            fresh.replace(file)
        found += [row for row in rows if row.counts]
        progress(index + 1, len(turns))
    return found


async def measure(turn: LabelledTurn, sound: Recording, engines: Engines) -> list[Measured]:
    """Return what was known at each end of speech in one recording that a pause may follow."""
    rows: list[Measured] = []
    offsets = _offsets(sound.pcm, engines)
    first = piece = offsets[0].started if offsets else 0.0
    settled, text, pauses, longest = "", "", 0, 0.0
    for index, offset in enumerate(offsets):
        if index and (gap := offset.started - offsets[index - 1].ended) >= SHORTEST_PAUSE:
            pauses, longest = pauses + 1, max(longest, gap)
            if text and offset.started - piece >= TurnPolicy().settled:
                settled, piece = f"{settled} {text}".strip(), offset.started
        after = offsets[index + 1].started - offset.ended if index + 1 < len(offsets) else None
        label = next((p for p in sound.pauses if abs(p.at - offset.ended) <= _NEAR), None)
        if label is None and (after is None or offset.ended > sound.pauses[-1].at):
            continue  # Noise after the last word.
        if after is not None and after < SHORTEST_PAUSE:
            continue  # A consonant: over before any turn ends.
        audio = offset.since(piece)
        heard = await engines.recogniser.transcribe(
            audio, vocabulary=vocabulary(turn), timeout=_TIMEOUT
        )
        text = heard.text
        rows.append(
            Measured(
                split=turn.split,
                kind=turn.kind,
                source=turn.source,
                voice=turn.voice,
                noise=turn.noise,
                answer=turn.answer.value,
                digits=turn.digits,
                said=label.said if label else "",
                text=f"{settled} {text}".strip(),
                last=text,
                avg_logprob=heard.avg_logprob,
                probability=await engines.turn_detector.probability(audio, timeout=_TIMEOUT),
                speech_seconds=offset.ended - first,
                pauses=pauses,
                longest_pause=longest,
                complete=bool(label and label.complete),
                lengths=label.lengths if label else (after or 0.0,),
                late=offset.known_at - offset.ended,
                decode_seconds=heard.decode_seconds,
            )
        )
    return rows


def _offsets(pcm: bytes, engines: Engines) -> list[_Offset]:
    """Return the ends of speech that a call's listener finds."""
    now = 0.0
    events: list[VoiceStarted | VoiceStopped | EngineFailed] = []
    listener = Listener(
        engines.speech_detector(), clock=lambda: now, post=events.append, before=_BEFORE
    )
    found: list[_Offset] = []
    started = 0.0
    for at in range(0, len(pcm), _BLOCK):
        now = (at + _BLOCK) / 2 / SAMPLE_RATE
        listener.feed(pcm[at : at + _BLOCK])
        for event in events:
            match event:
                case VoiceStarted():
                    started = event.started
                case VoiceStopped():
                    heard = listener.audio(0.0, event.ended)
                    found.append(_Offset(started, event.ended, now, heard))
                case EngineFailed():
                    raise RuntimeError(f"{event.engine} failed: {event.error}")
        events.clear()
    return found

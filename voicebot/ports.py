"""The protocols a call session needs of the world; implemented in `media`, `engines` and `store`.

Audio crosses these ports as `bytes`, never as arrays, so that a session needs no numpy: caller
audio as PCM16 little-endian mono at 8,000 Hz, bot audio as G.711 mu-law at 8,000 Hz (one byte a
sample).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Protocol

from dialogue.acts import Channel, DialogueInput
from dialogue.said import Alternative, Grammar
from dialogue.state import DialogueState
from dialogue.step import Step
from voicebot.journal import CallId, Entry, SoundMeasured
from voicebot.word_times import SpokenWord as SpokenWord

SAMPLE_RATE = 8_000
"""Hz, of all audio that crosses a port."""


class Priority(IntEnum):
    """Which work goes first when its deadlines tie or have passed; lower is sooner."""

    FINAL = 0
    """A caller is waiting for the answer."""
    SPECULATIVE = 1
    """The caller may be done."""
    PARTIAL = 2
    """Nice to know."""
    BACKGROUND = 3
    """Rendering ahead."""


class StaleWork(Exception):
    """The work was cancelled, or its deadline passed before it began."""


class EngineError(Exception):
    """A model could not do its work. The message names the cause, never the caller's words."""


@dataclass(frozen=True, slots=True)
class Transcription:
    """What the recogniser heard in one stretch of audio."""

    text: str
    """Empty when there were no words."""
    avg_logprob: float
    """Mean log-probability of the tokens; below about -1 the text is a guess."""
    audio_seconds: float
    decode_seconds: float
    queued_seconds: float
    model: str
    fallback: bool = False
    alternatives: tuple[Alternative, ...] = ()
    """What a grammar allows, cheapest first; empty where there was none, or no need or time."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """A quick look at the first words of a sound over the bot."""

    text: str
    """Empty when there were no words."""
    avg_logprob: float
    kinds: Mapping[str, float]
    """Probability of each kind of sound; see `voicebot.journal.Glimpsed`."""
    decode_seconds: float
    queued_seconds: float


class Recogniser(Protocol):
    """Speech to text, shared by all calls."""

    async def glimpse(self, pcm: bytes, *, over: bool = False, timeout: float = 0.6) -> Glimpse:
        """Look at the first words of PCM16 at 8 kHz that may break off in the middle of a word.

        Goes before all other decodes: a bot is speaking into somebody's words.

        Args:
            pcm: The sound so far, with a moment of the line before it.
            over: It has ended, and is worth a second opinion.
            timeout: Seconds from now until the result is worthless.

        Raises:
            StaleWork: the timeout passed before the work began.
            EngineError: the model failed, or did not answer in time.
        """
        ...

    async def transcribe(
        self,
        pcm: bytes,
        *,
        vocabulary: Sequence[str] = (),
        grammar: Grammar | None = None,
        priority: Priority = Priority.FINAL,
        timeout: float = 8.0,
    ) -> Transcription:
        """Transcribe one utterance of PCM16 at 8 kHz.

        Cancelling the awaiting task drops the work if it has not begun.

        Args:
            pcm: The caller's audio.
            vocabulary: Words worth expecting, most likely first.
            grammar: How the value is said that was asked for, if one was; costs a second decode
                where the first is doubtful.
            priority: Who goes first.
            timeout: Seconds from now until the result is worthless.

        Raises:
            StaleWork: the timeout passed before the work began.
            EngineError: the model failed, or did not answer in time.
        """
        ...


@dataclass(frozen=True, slots=True)
class Rendered:
    """One clause as sound."""

    audio: bytes
    """Mu-law at 8,000 Hz."""
    words: tuple[SpokenWord, ...] = ()
    """In order; empty where the voice gives no times."""

    @property
    def seconds(self) -> float:
        """Duration."""
        return len(self.audio) / SAMPLE_RATE

    def after(self, characters: int) -> Rendered:
        """Return what is left of a clause of which so many characters were said."""
        said = [word for word in self.words if word.text_end <= characters]
        if not said:
            return self
        offset, since = said[-1].text_end, said[-1].ended
        return Rendered(
            self.audio[round(since * SAMPLE_RATE) :],
            tuple(
                SpokenWord(word.text_end - offset, word.ended - since)
                for word in self.words[len(said) :]
            ),
        )


class Synthesiser(Protocol):
    """Text to speech, shared by all calls."""

    def clauses(self, text: str) -> Sequence[str]:
        """Split a text into the pieces that are spoken, marked and cached one by one."""
        ...

    def cached(self, clause: str, *, slow: bool = False) -> Rendered | None:
        """Return the clause if it was rendered before, else None. Never blocks."""
        ...

    async def render(
        self,
        clause: str,
        *,
        slow: bool = False,
        priority: Priority = Priority.FINAL,
        timeout: float = 8.0,
    ) -> Rendered:
        """Return the clause as sound, from the cache or the voice.

        Raises:
            StaleWork: the timeout passed before the work began.
            EngineError: the voice failed, or did not answer in time.
        """
        ...


class TurnDetector(Protocol):
    """Tells from the sound whether a caller is done."""

    async def probability(self, pcm: bytes, *, timeout: float = 2.0) -> float:
        """Return the probability that the turn in this PCM16 (its last 8 s) is complete.

        Raises:
            StaleWork: the timeout passed before the work began.
            EngineError: the model failed, or did not answer in time.
        """
        ...


@dataclass(frozen=True, slots=True)
class SpeechOnset:
    """Speech was found to have begun."""

    started: float
    """Seconds of audio since the detector's first sample."""


@dataclass(frozen=True, slots=True)
class SpeechOffset:
    """A silence was found to have begun."""

    ended: float
    """Seconds of audio since the detector's first sample: the end of the last voiced sample."""


class SpeechDetector(Protocol):
    """Finds speech in one call's audio. Counts samples, never time. Owned by one call."""

    def feed(self, pcm: bytes) -> Sequence[SpeechOnset | SpeechOffset]:
        """Take the next PCM16 samples (any length) and return what was found, in order."""
        ...

    def confidence(self, started: float, ended: float) -> float:
        """Return the mean probability of speech, 0..1, between two times of the last seconds.

        Seconds of audio since the first sample; 0 where nothing was judged (the gate was shut).
        """
        ...


class JournalSink(Protocol):
    """Where journals are kept."""

    def append(self, call_id: CallId, entry: Entry, *, durable: bool = False) -> None:
        """Take one entry; never blocks and never raises because of the storage behind it.

        Args:
            call_id: The call that it belongs to.
            entry: Entries of a call come in the order of their `seq`.
            durable: Written before `flush` returns, for side effects; others within 200 ms.
        """
        ...

    async def flush(self, timeout: float = 2.0) -> bool:
        """Wait until all that was appended is stored; False if that took too long."""
        ...


class ToolRunner(Protocol):
    """Runs business actions off the call's loop."""

    async def run(
        self, tool: str, arguments: Mapping[str, Any], call_key: str
    ) -> Mapping[str, Any]:
        """Run one action and return its result as plain JSON data.

        Raises:
            ToolError: it is unknown, refused its arguments, failed, or took too long.
        """
        ...


class ClosingToolRunner(ToolRunner, Protocol):
    """A tool runner that holds something which must be let go."""

    def close(self) -> None:
        """Take no more work."""
        ...


class ToolError(Exception):
    """A business action failed. The message is for the journal, never for the caller."""


class Dialogue(Protocol):
    """The dialogue manager off the call's loop; pure, so a step may be thrown away."""

    async def start(
        self,
        call_id: str,
        caller: str = "",
        channel: Channel = Channel.PHONE,
        occasion: Mapping[str, str] | None = None,
    ) -> Step:
        """Return the greeting.

        Args:
            call_id: Makes the keys of tool calls unique across calls.
            caller: Number from which the customer rings, E.164, where the carrier gave one.
            channel: How they reached us.
            occasion: What we call about, where we are the ones who call.

        Raises:
            EngineError: it failed, or took too long.
        """
        ...

    async def handle(self, state: DialogueState, given: DialogueInput) -> Step:
        """Return the answer to one input.

        Raises:
            EngineError: it failed, or took too long.
        """
        ...


class Speaker(Protocol):
    """Plays the bot's speech on one leg.

    Tells the session of `SegmentSent` when the first audio of a segment went out, and of
    `MarkEchoed` when the far end played it.
    """

    def play(self, segment: str, audio: bytes) -> None:
        """Queue one segment of mu-law; it is sent in real time with a short lead, then marked."""
        ...

    def duck(self) -> None:
        """Lower the voice from what is sent next on; nothing is held back."""
        ...

    def restore(self) -> None:
        """Bring the voice back to its level."""
        ...

    def hold(self, wanted: bool) -> None:
        """Play quiet music below and between the words, or stop it at once; words go on."""
        ...

    def silence(self, tail: float = 0.0) -> None:
        """Drop what was not sent and tell the carrier to drop what it holds (`clear`).

        Args:
            tail: Seconds over which the voice then dies away, from where the ear is.
        """
        ...


class Ears(Protocol):
    """What was heard on one leg so far, within a bounded memory."""

    def audio(self, started: float, ended: float) -> bytes:
        """Return PCM16 between two times of the call clock, with a margin on both sides."""
        ...

    def measure(self, started: float) -> SoundMeasured:
        """Return what the sound that began at `started` (call clock) is like so far.

        Takes about a millisecond; looks at the last two seconds of a longer sound.
        """
        ...

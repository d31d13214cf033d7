"""TurnPolicy: the times and thresholds of turn-taking, as the machines see them."""

from __future__ import annotations

from dataclasses import dataclass, field

from voicebot.settings import OverlapMode, TurnSettings


@dataclass(frozen=True, slots=True)
class OverlapPolicy:
    """When the evidence about a sound over the bot is enough. Seconds are of sound."""

    first_look: float = 0.22
    """Sound that is worth a first look at its words."""
    look_every: float = 0.08
    """Between looks, while nothing is certain."""
    sure: float = 0.85
    """Probability that the caller wants the floor, from which it is given at once."""
    likely: float = 0.5
    """The same for a sound that has lasted `patience`, or has ended; in between it falls evenly."""
    patience: float = 0.8
    listening: float = 0.95
    """The same while its words are those of somebody who only listens."""
    unaddressed: float = 0.0
    """Added to both while nothing in two or more words shows that they are meant for the bot."""
    longest: float = 1.2
    """Speech that lasts so long takes the floor, unless it is noise, echo or somebody else."""
    longest_aside: float = 0.0
    """The same for words that nothing shows to be meant for the bot, if that is more."""
    blind: float = 0.5
    """The same while its words are not known: the recogniser is busy."""
    settle: float = 0.9
    """Longest wait for the words of a sound that has ended, or for a look."""
    ongoing: float = 0.5
    """Between looks at a sound that was ignored and goes on."""
    echo: float = 0.55
    """Likeness to the bot's own speech from which a sound is its echo."""
    echo_again: float = 0.3
    """The same on a line that has given the bot's voice back in the last seconds."""
    faint: float = 18.0
    """dB below the caller's usual level, from which a sound is no caller."""
    quiet: float = 11.0
    """dB below the caller's usual level, from which speech is probably meant for somebody else."""
    aside: float = 5.0
    """The same for speech that made the bot fall silent, when its words mean nothing to it."""
    words: bool = True
    """False: speech that lasts `blind` takes the floor, whatever is said, as with a plain VAD."""


OVERLAP_MODES: dict[OverlapMode, OverlapPolicy] = {
    "quick": OverlapPolicy(),
    "careful": OverlapPolicy(
        sure=0.95, likely=0.6, patience=1.0, unaddressed=0.5, longest_aside=2.2
    ),
    "vad": OverlapPolicy(words=False, blind=0.4),
}
"""The operating points: yield sooner, or ignore more; and the plain VAD to compare with."""


LISTENING = 0.7
"""Seconds of silence in a dictation after which the bot says "mm-hm"."""


@dataclass(frozen=True, slots=True)
class TurnPolicy:
    """Seconds and thresholds of turn-taking; see `voicebot.settings.TurnSettings`."""

    endpoint: float = 0.2
    endpoint_longest: float = 3.0
    foresight: float = 0.25
    """Longest wait for what the dialogue makes of the words, before a turn is taken to be over."""
    puzzled: float = 1.3
    """Least silence that ends a turn of which the dialogue makes nothing: more may come."""
    understood: float = 0.5
    """Most silence that ends a turn which the dialogue understands, and nothing in it is open."""
    farewell: float = 0.6
    """Least silence that ends a turn to which the dialogue would say goodbye."""
    cut_cost: float = 3.0
    """Seconds of waiting that one turn cut short is worth; see `endpointing`."""
    transcript_grace: float = 4.0
    no_input: float = 6.0
    digit_gap: float = 2.0
    """Silence after a key that ends a row of keys of unknown length."""
    key_gap: float = 0.5
    """The same where a single key is an answer."""
    piece: float = 20.0
    """Longest stretch given to the recogniser at once (its window is 30 s)."""
    settled: float = 8.0
    """A stretch at least this long is not decoded again when the caller goes on after a pause."""
    wordless: float = 0.6
    """Speech without words is asked about from this length on; shorter sounds are ignored."""
    noise: float = 5.0
    """Sound that went on so long without a word is noise, and does not hold the floor."""
    turn_longest: float = 60.0
    """A turn that goes on for longer is answered as far as it has come."""
    resumed: float = 0.5
    """Caller speech that begins this soon after the bot did continues the caller's own turn."""
    resumable: float = 1.4
    """Longest silence after a turn that such speech may follow."""
    listening: float = LISTENING
    """Silence in a long dictation at which the bot shows that it listens; 0: never."""
    overlap: OverlapPolicy = field(default_factory=OverlapPolicy)

    @classmethod
    def from_settings(cls, settings: TurnSettings) -> TurnPolicy:
        """Return the policy that the settings ask for."""
        return cls(
            endpoint=settings.endpoint,
            endpoint_longest=settings.endpoint_longest,
            cut_cost=settings.cut_cost,
            transcript_grace=settings.transcript_grace,
            no_input=settings.no_input,
            listening=LISTENING if settings.manners else 0.0,
            overlap=OVERLAP_MODES[settings.overlap],
        )

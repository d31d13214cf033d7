"""What a sound over the bot is taken for. Sans-I/O and pure: evidence in, a verdict out.

The caller makes a sound while the bot speaks. The bot lowers its voice at once, and has a few
hundred milliseconds to find out whether the caller wants the floor. Evidence comes from the sound
(`SoundMeasured`), from looks at its first words (`Glimpsed`), from what was asked, and from what
the bot itself has just said. The kinds and how they are measured are those of tau-voice; what real
overlaps are made of was counted in the ICSI MRDA corpus (81 % of backchannels last under half a
second, 99 % have at most two words).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dialogue.cues import Cues
from voicebot.journal import Glimpsed, SoundMeasured
from voicebot.turntaking.completeness import is_answer
from voicebot.turntaking.cues import is_addressed
from voicebot.turntaking.overheard import repeats
from voicebot.turntaking.policy import OverlapPolicy


class OverlapKind(StrEnum):
    """What a sound over the bot is."""

    INTERRUPTION = "interruption"
    BACKCHANNEL = "backchannel"
    """"Mm-hm": go on, I am listening."""
    ACKNOWLEDGEMENT = "acknowledgement"
    """A yes or a no to the question that is being asked: it is the answer."""
    TIC = "tic"
    """"Um", a cough, a laugh."""
    NOISE = "noise"
    ECHO = "echo"
    """The bot's own voice, given back by the line."""
    SIDE_SPEECH = "side_speech"
    """Said to somebody else."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What was going on when the sound began."""

    answers: bool = False
    """The question that is being asked can be answered with a word."""
    interruptible: bool = True
    """Whether what is being said may be cut off by any words."""
    spoken: str = ""
    """What the bot has said in the last seconds."""
    usual_level: float | None = None
    """dBFS of this caller's speech in the turns before."""
    echoes: bool = False
    """The line has given the bot's voice back lately."""


@dataclass(frozen=True, slots=True)
class OverlapEvidence:
    """All that is known of one sound over the bot."""

    started: float
    """Call clock: its first sample."""
    until: float
    """Call clock: its last sample so far."""
    ended: bool
    blind: bool
    """Its words were waited for long enough."""
    surroundings: Surroundings
    glimpse: Glimpsed | None = None
    """The newest look at its words."""
    sound: SoundMeasured | None = None

    @property
    def seconds(self) -> float:
        """How long the sound is, so far."""
        return max(0.0, self.until - self.started)

    @property
    def wants_floor(self) -> float:
        """Probability that the caller wants the floor, 0..1."""
        return 0.0 if self.glimpse is None else self.glimpse.kinds.get("interruption", 0.0)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the sound was taken for, and why."""

    kind: OverlapKind
    yields: bool
    reason: str
    """The rule that decided."""
    evidence: Mapping[str, float] = field(default_factory=dict)


def judge(evidence: OverlapEvidence, policy: OverlapPolicy, cues: Cues) -> Verdict | None:
    """Return what the sound is, or None while it is worth waiting for more evidence."""
    if not policy.words:
        decision = _by_length(evidence, policy)
    elif _is_echo(evidence, policy):
        decision = (OverlapKind.ECHO, False, "echo")
    elif _is_faint(evidence, policy):
        decision = (OverlapKind.NOISE, False, "faint") if evidence.ended else None
    elif evidence.glimpse is None:
        decision = _without_words(evidence)
    else:
        decision = _by_words(evidence, evidence.glimpse, policy, cues)
    if decision is None:
        return None
    kind, yields, reason = decision
    return Verdict(kind, yields, reason, _plain(evidence))


_Decision = tuple[OverlapKind, bool, str] | None

CERTAIN = -0.5
"""Mean log-probability from which a single word is taken at its word."""


def _by_words(
    evidence: OverlapEvidence, glimpse: Glimpsed, policy: OverlapPolicy, cues: Cues
) -> _Decision:
    around, text = evidence.surroundings, glimpse.text
    mark = _mark(evidence, policy, cues)
    if cues.is_command(text) and glimpse.avg_logprob >= CERTAIN:
        return OverlapKind.INTERRUPTION, True, "command"
    if not around.interruptible:
        return (OverlapKind.INTERRUPTION, False, "not_interruptible") if evidence.ended else None
    if around.answers and evidence.ended and is_answer(text):
        return OverlapKind.ACKNOWLEDGEMENT, True, "answer"
    if evidence.wants_floor >= mark:
        if not _is_side_speech(evidence, policy, cues):
            return OverlapKind.INTERRUPTION, True, "words"
        return (OverlapKind.SIDE_SPEECH, False, "not_addressed") if evidence.ended else None
    if evidence.ended:
        if evidence.wants_floor >= policy.likely and _reads_as_aside(text, cues):
            return OverlapKind.SIDE_SPEECH, False, "not_addressed"
        return _smallest(glimpse, cues), False, "words"
    if evidence.seconds >= policy.longest:
        return _lasting(evidence, glimpse, policy, cues)
    return None


def _lasting(
    evidence: OverlapEvidence, glimpse: Glimpsed, policy: OverlapPolicy, cues: Cues
) -> _Decision:
    """Decide on a sound that goes on and on without looking like an interruption."""
    likeliest = max(glimpse.kinds, key=glimpse.kinds.__getitem__, default="")
    sound = evidence.sound
    if likeliest == "noise" or (sound is not None and sound.speech < 0.5):
        return OverlapKind.NOISE, False, "noise"
    if not glimpse.text or cues.is_backchannel(glimpse.text) or cues.is_tic(glimpse.text):
        return None if evidence.seconds < 2 * policy.longest else (OverlapKind.TIC, False, "noise")
    if _is_side_speech(evidence, policy, cues):
        return OverlapKind.SIDE_SPEECH, False, "not_addressed"
    if evidence.seconds < policy.longest_aside and _reads_as_aside(glimpse.text, cues):
        return None
    return OverlapKind.INTERRUPTION, True, "lasting"


def _without_words(evidence: OverlapEvidence) -> _Decision:
    speech = evidence.sound.speech if evidence.sound is not None else 1.0
    if evidence.blind and speech >= 0.5:
        return OverlapKind.INTERRUPTION, True, "speech"
    if evidence.ended:
        kind = OverlapKind.BACKCHANNEL if speech >= 0.5 else OverlapKind.NOISE
        return kind, False, "short"
    return None


def _by_length(evidence: OverlapEvidence, policy: OverlapPolicy) -> _Decision:
    if evidence.seconds >= policy.blind and not evidence.ended:
        return OverlapKind.INTERRUPTION, True, "speech"
    return (OverlapKind.BACKCHANNEL, False, "short") if evidence.ended else None


def _mark(evidence: OverlapEvidence, policy: OverlapPolicy, cues: Cues) -> float:
    """Return the probability that is enough by now."""
    share = 1.0
    if not evidence.ended:
        span = max(policy.patience - policy.first_look, 1e-6)
        share = min(1.0, max(0.0, (evidence.seconds - policy.first_look) / span))
    mark = policy.sure + (policy.likely - policy.sure) * share
    text = evidence.glimpse.text if evidence.glimpse is not None else ""
    if cues.is_backchannel(text) or cues.is_tic(text):
        # They read like listening: only a sound that is very unlike it outweighs that.
        return max(mark, policy.listening)
    return mark + policy.unaddressed if _reads_as_aside(text, cues) else mark


def _reads_as_aside(text: str, cues: Cues) -> bool:
    """Whether there are words enough to tell, and nothing shows that they are meant for the bot."""
    listens = cues.is_backchannel(text) or cues.is_tic(text)
    return len(text.split()) > 1 and not listens and not is_addressed(text, cues)


def _smallest(glimpse: Glimpsed, cues: Cues) -> OverlapKind:
    """Return which of the sounds that do not want the floor this was."""
    if cues.is_backchannel(glimpse.text):
        return OverlapKind.BACKCHANNEL
    if cues.is_tic(glimpse.text):
        return OverlapKind.TIC
    small = {kind: share for kind, share in glimpse.kinds.items() if kind != "interruption"}
    if not small:
        return OverlapKind.BACKCHANNEL if glimpse.text else OverlapKind.NOISE
    return OverlapKind(max(small, key=small.__getitem__))


def _is_echo(evidence: OverlapEvidence, policy: OverlapPolicy) -> bool:
    sound, glimpse = evidence.sound, evidence.glimpse
    if sound is not None and sound.echo >= (
        policy.echo_again if evidence.surroundings.echoes else policy.echo
    ):
        return True
    # A distorted echo is not alike sample by sample, but its words are.
    if glimpse is None or len(glimpse.text.split()) < 3:
        return False
    return repeats(glimpse.text, evidence.surroundings.spoken) >= 0.8


def _is_faint(evidence: OverlapEvidence, policy: OverlapPolicy) -> bool:
    """Whether it is too quiet to be this caller: the rest of an echo, or the room."""
    usual, sound = evidence.surroundings.usual_level, evidence.sound
    return usual is not None and sound is not None and sound.level < usual - policy.faint


def _is_side_speech(evidence: OverlapEvidence, policy: OverlapPolicy, cues: Cues) -> bool:
    usual, sound = evidence.surroundings.usual_level, evidence.sound
    text = evidence.glimpse.text if evidence.glimpse is not None else ""
    if usual is None or sound is None or is_addressed(text, cues):
        return False
    return sound.level < usual - policy.quiet


def _plain(evidence: OverlapEvidence) -> dict[str, float]:
    glimpse, sound = evidence.glimpse, evidence.sound
    found = {"seconds": evidence.seconds, "ended": float(evidence.ended)}
    if glimpse is not None:
        found |= dict(glimpse.kinds)
        found |= {"avg_logprob": glimpse.avg_logprob, "looked": glimpse.until - glimpse.started}
    if sound is not None:
        found |= {"level": sound.level, "snr": sound.snr, "speech": sound.speech}
        found |= {"voiced": sound.voiced, "pitch": sound.pitch, "echo": sound.echo}
    return {name: round(value, 3) for name, value in found.items()}

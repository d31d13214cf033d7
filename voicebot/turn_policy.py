"""TurnPolicy: the times and thresholds of turn-taking, as the machine sees them."""

from __future__ import annotations

from dataclasses import dataclass

from voicebot.settings import TurnSettings


@dataclass(frozen=True, slots=True)
class TurnPolicy:
    """Seconds and thresholds of turn-taking; see `voicebot.settings.TurnSettings`."""

    endpoint: float = 0.2
    endpoint_sentence: float = 0.5
    endpoint_patient: float = 0.9
    endpoint_longest: float = 3.0
    complete_probability: float = 0.5
    barge_in: float = 0.4
    transcript_grace: float = 4.0
    no_input: float = 6.0
    hesitation: float = 1.6
    """Silence that ends a turn whose last word promises more ("um", "my number is")."""
    digit_gap: float = 2.0
    """Silence after a key that ends a row of keys of unknown length."""
    piece: float = 20.0
    """Longest stretch given to the recogniser at once (its window is 30 s)."""
    settled: float = 8.0
    """A stretch at least this long is not decoded again when the caller goes on after a pause."""
    wordless: float = 0.6
    """Speech without words is asked about from this length on; shorter sounds are ignored."""
    resumed: float = 0.5
    """Caller speech that begins this soon after the bot did continues the caller's own turn."""

    @classmethod
    def from_settings(cls, settings: TurnSettings) -> TurnPolicy:
        """Return the policy that the settings ask for."""
        return cls(
            endpoint=settings.endpoint,
            endpoint_sentence=settings.endpoint_sentence,
            endpoint_patient=settings.endpoint_patient,
            endpoint_longest=settings.endpoint_longest,
            complete_probability=settings.complete_probability,
            barge_in=settings.barge_in,
            transcript_grace=settings.transcript_grace,
            no_input=settings.no_input,
        )

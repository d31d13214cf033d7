"""TwiML of a warm transfer: what the person hears, and the room."""

from __future__ import annotations

from dataclasses import dataclass

from twilio.twiml.voice_response import Conference, Dial, Gather, VoiceResponse

from telephony.twilio.twiml import LONGEST_SAY

PERSON = "person"
CALLER = "caller"
"""Labels of the participants."""

_EVENTS = "start end join leave"


@dataclass(frozen=True, slots=True)
class TransferWords:
    """What people hear from the carrier's voice."""

    keys: str = "Press 1 to take the call, or 2 to decline."
    not_needed: str = "The caller is no longer waiting. Goodbye."
    declined: str = "Thank you. Goodbye."


def screening(brief: str, action_url: str, words: TransferWords, *, seconds: int = 8) -> str:
    """Tell a person what the call is about, and ask for a key.

    Args:
        brief: Spoken.
        action_url: Gets the key as `Digits`; none after so many seconds, as from a voicemail.
        words: What is said around it.
        seconds: To press a key.
    """
    response = VoiceResponse()
    gather = Gather(
        action=action_url,
        method="POST",
        input="dtmf",
        num_digits=1,
        timeout=seconds,
        action_on_empty_result=True,
    )
    gather.say(f"{brief} {words.keys}".strip()[:LONGEST_SAY])
    response.append(gather)
    return str(response)


def waiting(sound_url: str) -> str:
    """Play something to a leg that is alone in the room.

    Args:
        sound_url: Of the sound, which is played again and again.
    """
    response = VoiceResponse()
    response.play(sound_url, loop=0)
    return str(response)


def room(name: str, label: str, *, action_url: str, status_url: str, wait_url: str = "") -> str:
    """Put a leg into a room that ends with whoever leaves it first.

    Args:
        name: Of the room; no personal data, as the carrier logs it.
        label: `PERSON` or `CALLER`.
        action_url: Asked how the leg goes on after it.
        status_url: Told who comes and goes. The carrier takes it from whoever is first, so both
            legs have the same.
        wait_url: Asked what to play while the leg is alone; empty for silence, rather than the
            carrier's loud music.
    """
    response = VoiceResponse()
    dial = Dial(action=action_url, method="POST")
    conference = Conference(
        name,
        participant_label=label,
        beep="false",
        start_conference_on_enter=True,
        end_conference_on_exit=True,
        # The default adds up to a second of delay (twilio.com/docs/voice/twiml/conference).
        jitter_buffer_size="small",
        wait_url=wait_url,
        status_callback=status_url,
        status_callback_method="POST",
        status_callback_event=_EVENTS,
    )
    dial.append(conference)
    response.append(dial)
    return str(response)

"""English words of the handoff brief: what a person reads who takes a call over."""

from __future__ import annotations

from dialogue.understanding.brief_words import BriefWords

ENGLISH_BRIEF = BriefWords(
    reasons={
        "asked": "the caller asked for a person",
        "accepted": "the caller accepted the offer of a person",
        "failures": "the caller was not understood several times in a row",
        "engine": "the assistant is out of order",
    },
    feelings={
        "calm": "calm",
        "annoyed": "annoyed",
        "angry": "angry",
        "upset": "upset",
        "pleased": "pleased",
    },
    reason_angry="the caller is angry: “{words}”",
    reason_stakes="the caller {summary}",
    reason_tool="{tool} failed",
    note_tool="our system did not answer, {tool} {what}",
    effect_unknown="may or may not have taken effect",
    not_looked_up="could not be looked up",
    who="{name}, calling from {number}",
    name_unknown="name not known",
    number_unknown="a withheld number",
    identity_unknown="not verified: nothing that needs it was asked for",
    identity_failed="not verified: the facts given did not match",
    identity_proved="verified",
    wants_later="{need} (not taken up yet)",
    wants_unknown="did not say what it is about",
    wants_words="said “{words}”",
    asked_about="asked about {about}",
    was_told="was told about {about}",
    open_value="the {label} was asked for and not given yet",
    open_part="only the beginning of the {label} was given: {value}",
    open_confirm="“{question}” was not answered",
    open_choice="which of these is meant: {options}",
    open_words="the last words were not understood: “{words}”",
    open_silence="the caller did not answer",
    open_task="“{title}” was begun and not finished",
    open_tool="“{title}” waits for a system of ours ({tool})",
    open_need="what was asked for last: the caller {need}",
    open_nothing="nothing but the wish for a person",
    calm="calm: no word of the caller shows anything else",
    mood_before="calm again; {feeling} in turn {turn} at “{evidence}”",
    mood_more="{mood}; also {others}",
    mood="{feeling}, shown in turn {turn} by “{evidence}”",
    opening_sorry="I'm sorry for the trouble. I'll take care of it myself now.",
    opening_flow="I see you'd like to {title}. I'll go on with that right away.",
    opening_note="I can see that {note}.",
    opening_article="You asked about {about}. {fact}",
    opening_value="I have {value} as your {label}. Is that right?",
    opening_plain="Thanks for waiting. I have the notes of your call in front of me.",
    opening_ask="What would help you most right now?",
    headline="{who}: {need}; {reason}",
    headline_mood="{who}: {need}; {mood}; {reason}",
    summary_need="The caller {need}.",
    summary_mood="The caller is {mood}.",
    summary_said="The caller said: “{words}”",
)

SPOKEN_CALL = "Hotline call."
SPOKEN_URGENT = "Urgent hotline call."
SPOKEN_VERIFIED = "Caller verified."
SPOKEN_UNVERIFIED = "Caller not verified."
SPOKEN_NEED = "Caller {need}."
SPOKEN_MOOD = "Caller is {feeling}."
SPOKEN_NUMBER = "a number"
DIGIT_WORDS = "zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple"
SECRETS = (
    r"\b(?:passwords?|passcodes?|pins?|pin codes?|cvv|cvc|security codes?|social security|ssn|"
    r"one-time code|tan)\b"
)
"""Words about what is told to nobody."""

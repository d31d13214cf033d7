"""English words of the handoff brief: what a person reads who takes a call over."""

from __future__ import annotations

REASONS = {
    "asked": "the caller asked for a person",
    "accepted": "the caller accepted the offer of a person",
    "failures": "the caller was not understood several times in a row",
    "engine": "the assistant is out of order",
}
"""Reasons for which nobody else writes a line."""

WHO = "{name}, calling from {number}"
NAME_UNKNOWN = "name not known"
NUMBER_UNKNOWN = "a withheld number"

IDENTITY_UNKNOWN = "not verified: nothing that needs it was asked for"
IDENTITY_FAILED = "not verified: the facts given did not match"
IDENTITY_PROVED = "verified"

WANTS_UNKNOWN = "did not say what it is about"
WANTS_WORDS = "said “{words}”"
ASKED_ABOUT = "asked about {about}"
WAS_TOLD = "was told about {about}"

OPEN_VALUE = "the {label} was asked for and not given yet"
OPEN_PART = "only the beginning of the {label} was given: {value}"
OPEN_CONFIRM = "“{question}” was not answered"
OPEN_CHOICE = "which of these is meant: {options}"
OPEN_WORDS = "the last words were not understood: “{words}”"
OPEN_SILENCE = "the caller did not answer"
OPEN_TASK = "“{title}” was begun and not finished"
OPEN_TOOL = "“{title}” waits for a system of ours ({tool})"
OPEN_NEED = "what was asked for last: the caller {need}"
OPEN_NOTHING = "nothing but the wish for a person"

CALM = "calm: no word of the caller shows anything else"
MOOD_BEFORE = "calm again; {feeling} in turn {turn} at “{evidence}”"
MOOD_MORE = "{mood}; also {others}"
MOOD = "{feeling}, shown in turn {turn} by “{evidence}”"

OPENING_SORRY = "I'm sorry for the trouble. I'll take care of it myself now."
OPENING_FLOW = "I see you'd like to {title}. I'll go on with that right away."
OPENING_NOTE = "I can see that {note}."
OPENING_ARTICLE = "You asked about {about}. {fact}"
OPENING_VALUE = "I have {value} as your {label}. Is that right?"
OPENING_PLAIN = "Thanks for waiting. I have the notes of your call in front of me."
OPENING_ASK = "What would help you most right now?"

HEADLINE = "{who}: {need}; {reason}"
HEADLINE_MOOD = "{who}: {need}; {mood}; {reason}"

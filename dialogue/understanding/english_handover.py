"""English words around a person who takes over: said where a hotline has none of its own."""

from __future__ import annotations

SAY = {
    "sorry": "I'm sorry about that.",
    "help_first": "I may be able to help right away.",
    "closed": "My colleagues are back {opens}.",
    "closed_long": "My colleagues are not there at the moment.",
    "busy": "All my colleagues are talking. It may take {wait}.",
    "ask_call_back": "Shall one of them call you back?",
    "ask_wait": "Press 1 to wait, 2 for a call back, or just say which.",
    "message": "Please leave a message, and we'll get back to you.",
}

PLACES = {"closed": ("opens",), "busy": ("wait",)}

WAIT_WORDS = ("wait", "hold", "queue", "stay on the line", "stay", "hang on")
"""Words that pick waiting, where it is one of two ways."""

AT = "at"
NOON = "noon"
MIDNIGHT = "midnight"
HOURS = (
    "twelve", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven",
)  # fmt: skip
HALF_PAST = "half past {hour}"
OH = "oh"
PARTS_OF_DAY = ((12, "in the morning"), (18, "in the afternoon"), (24, "in the evening"))
ONE_MINUTE = "about a minute"
MINUTES = "about {minutes} minutes"

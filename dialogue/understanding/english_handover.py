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
    "connecting": "I'm connecting you now.",
    "still_calling": "I'm still calling my colleague. One moment, please.",
    "in_line": "All my colleagues are talking. You're in line, and it may take {wait}. "
    "I'm here meanwhile, if there is something else.",
    "next_person": "I'll try another colleague.",
    "already": "I'm already calling a colleague. One moment, please.",
    "nobody": "I'm sorry, I couldn't reach a colleague.",
    "withdrawn": "All right, I won't connect you.",
    "back": "You're back with me, the assistant.",
    "cut_off": "Sorry, the line broke off for a moment.",
    "time_short": "Just so you know, I have about a minute left for this call.",
    "missed": "nobody of the team could be reached",
    "message": "Please leave a message, and we'll get back to you.",
}

PLACES = {"closed": ("opens",), "busy": ("wait",), "in_line": ("wait",)}

WAIT_WORDS = ("wait", "hold", "queue", "stay on the line", "stay", "hang on")
"""Words that pick waiting, where it is one of two ways."""

WITHDRAWALS = (
    "never mind", "nevermind", "forget it", "cancel", "cancel that", "no need", "don't connect",
    "do not connect", "don't transfer", "don't call", "stop calling", "stop ringing",
    "don't need a person", "don't need anybody", "don't need anyone", "don't want a person",
    "don't need a colleague", "don't want to talk to anyone", "changed my mind",
    "i'd rather stay with you", "i don't want to wait", "not necessary",
)  # fmt: skip
"""Take it back that a person is wanted who is being rung."""

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

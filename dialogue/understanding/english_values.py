"""English words for days, amounts and electronic addresses."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


WEEKDAYS = {
    name: day
    for day, names in enumerate(
        ("monday mon", "tuesday tue tues", "wednesday wed", "thursday thu thurs", "friday fri",
         "saturday sat", "sunday sun")
    )
    for name in _words(names)
}  # fmt: skip
"""Name to day, Monday is 0."""

MONTHS = {
    name: month
    for month, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
         "august aug", "september sep sept", "october oct", "november nov", "december dec"),
        1,
    )
    for name in _words(names)
}  # fmt: skip

ORDINAL_DAYS = {
    word: day
    for day, word in enumerate(
        _words("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
         "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"),
        1,
    )
} | {"twentieth": 20, "thirtieth": 30}  # fmt: skip

RELATIVE_DAYS = (
    ("the day after tomorrow", 2), ("day after tomorrow", 2), ("the day before yesterday", -2),
    ("day before yesterday", -2), ("tomorrow", 1), ("today", 0), ("tonight", 0),
    ("this morning", 0), ("this afternoon", 0), ("yesterday", -1), ("last night", -1),
)  # fmt: skip
"""Days from today; longer ones first."""

NEXT = ("next", "coming", "following")
LAST = ("last", "past", "previous")
AGO = ("ago", "back", "earlier")
AHEAD = ("from now", "from today", "time", "later")
DAY_UNITS = {"day": 1, "days": 1, "week": 7, "weeks": 7, "fortnight": 14}
A_FEW = {"a": 1, "an": 1, "one": 1, "a couple of": 2, "a couple": 2, "couple of": 2}

MAJOR = frozenset(
    _words("dollar dollars euro euros pound pounds buck bucks quid usd eur gbp franc francs")
)
MINOR = frozenset(_words("cent cents penny pence pennies p"))
POINT = frozenset(("point", "dot", "comma"))
HALF = ("and a half",)
SMALL_COUNTS = {
    "a": 1, "an": 1, "single": 1, "couple": 2, "pair": 2, "both": 2, "dozen": 12, "once": 1,
    "twice": 2, "none": 0, "no": 0,
}  # fmt: skip
"""Counts that are no number words."""

SIGNS = {
    "dot": ".", "point": ".", "period": ".", "full stop": ".", "underscore": "_",
    "under score": "_", "under bar": "_", "dash": "-", "hyphen": "-", "minus": "-", "plus": "+",
}  # fmt: skip
"""Signs in an email address."""
AT = ("at", "@", "add", "ad", "et", "at sign")
"""The sign before the host, and what recognisers write for it."""
HOSTS = {
    "gmail": "com", "googlemail": "com", "hotmail": "com", "outlook": "com", "yahoo": "com",
    "icloud": "com", "aol": "com", "live": "com", "msn": "com", "protonmail": "com",
    "proton": "me", "gmx": "net", "example": "com", "comcast": "net", "verizon": "net",
}  # fmt: skip
"""Hosts of many people's mail, with their usual ending."""
MISHEARD_HOSTS = {
    "g mail": "gmail", "gee mail": "gmail", "jmail": "gmail", "g-mail": "gmail",
    "hot mail": "hotmail", "out look": "outlook", "i cloud": "icloud", "eye cloud": "icloud",
    "a o l": "aol", "g m x": "gmx", "proton mail": "protonmail", "ya hoo": "yahoo",
}  # fmt: skip
ENDINGS = frozenset(
    _words("com org net edu gov info biz io co uk de eu us me fr it es nl ch at ca au shop")
)
HEARD_FOR_COM = frozenset(_words("com come calm comm"))
"""What recognisers write for the commonest ending."""
EMAIL_NOISE = frozenset(
    _words(
        "um uh er erm okay so well yes yeah sure it it's its is my the email address mail "
        "that's that "
        "would be all lowercase lower case small letters no spaces then and"
    )
)
"""Around an address, never in it unless they are joined by a sign."""

NAME_LEADS = (
    "my full name is", "my first name is", "my last name is", "my surname is", "my name is",
    "my name's", "the name is", "the name's", "the surname is", "the last name is", "name is",
    "last name is", "surname is", "last name", "surname", "first name", "it would be",
    "that would be", "this is", "i am", "i'm", "it is", "it's", "under the name of",
    "under the name", "it should be under", "it's under", "that's", "yes", "yeah", "sure",
    "okay", "ok", "so", "well", "hi", "um", "uh", "er", "mr", "mrs", "miss", "ms", "dr", "call me",
)  # fmt: skip
NAME_TAILS = (
    "please", "thanks", "thank you", "i think", "speaking", "here", "is my name", "is the name",
    "is my last name", "is my surname",
)  # fmt: skip
SPELLS = (
    "that's spelled", "that's spelt", "it's spelled", "it's spelt", "which is spelled", "spelled",
    "spelt", "spelling is", "i'll spell it", "let me spell it", "let me spell that",
    "i'll spell that", "spell", "that is", "and that's", "that's",
)  # fmt: skip
"""Between a name and its letters."""
NO_NAMES = frozenset(
    _words(
        "yes no what who why sorry hello hi okay thanks please agent person human operator "
        "i don't "
        "do not know the my is have want need can can't could would how where when you your me it "
        "that this there order number back wait repeat again help speak talk to"
    )
)
"""Words that no name has; with one of them it is a sentence."""

"""English words that carry numbers, agreement and refusal; another language, another module."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


UNITS = {
    word: str(value)
    for value, word in enumerate(_words("zero one two three four five six seven eight nine"))
} | {"oh": "0", "o": "0", "nought": "0", "naught": "0", "nil": "0", "null": "0", "niner": "9"}

SOUND_ALIKES = {"for": "4", "fore": "4", "to": "2", "too": "2", "won": "1", "ate": "8", "tree": "3"}
"""Digits only between digits: recognisers write them, but they are common words elsewhere."""

TEENS = {
    word: str(value)
    for value, word in enumerate(
        _words("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"),
        10,
    )
}
TENS = {
    word: str(value * 10)
    for value, word in enumerate(_words("twenty thirty forty fifty sixty seventy eighty ninety"), 2)
} | {"fourty": "40"}
REPEATS = {"double": 2, "triple": 3, "treble": 3}
BETWEEN_DIGITS = frozenset(_words("and then dash hyphen space er um uh erm comma"))
"""Words that may stand between the digits of one code."""

CORRECTIONS = (
    "no wait", "no sorry", "wait no", "scratch that", "i mean", "i meant", "make that",
    "correction", "actually", "rather", "sorry", "wait", "no",
)  # fmt: skip
"""What comes before the better version of what was just said; longer ones first."""

DIGIT_WORDS = (*_words("zero one two three four five six seven eight nine"), "oh", "double")
YES_NO_WORDS = ("yes", "no", "yes please", "no thanks", "correct", "that's right", "go ahead")

YES = (
    "yes please", "yes", "yeah", "yep", "yup", "yea", "ya", "aye", "sure thing", "sure",
    "certainly", "correct", "right", "that's right", "that is right",
    "that's correct", "that is correct",
    "that's it", "exactly", "absolutely", "definitely", "of course", "please do", "do it",
    "do that", "go ahead", "go for it", "okay", "ok", "alright", "all right", "fine", "uh huh",
    "mm hmm", "mhm", "indeed", "please", "sounds good", "that's fine", "that would be great",
    "by all means", "why not", "you bet", "affirmative", "i do", "i would", "i am", "it is",
    "perfect", "great", "i think so", "i believe so", "no problem", "no worries",
)  # fmt: skip

NO = (
    "no thank you", "no thanks", "no", "nope", "nah", "not really", "not right now", "not now",
    "not yet", "not at all", "not that", "not correct", "not right", "that's not right",
    "that's not correct", "that is not right", "that's wrong", "that is wrong", "wrong",
    "incorrect", "don't", "do not", "don't do that", "please don't",
    "rather not", "i'd rather not", "never",
    "negative", "i don't", "i do not", "i don't think so", "i'm not", "it isn't", "it's not",
    "nothing", "nothing else", "that's all", "that is all", "that's everything",
    "that's it thanks", "that will be all", "that'll be all", "that was all", "i'm good",
    "i'm all set", "all set", "all good", "forget it", "leave it", "none",
)  # fmt: skip

UNSURE = (
    "maybe", "not sure", "i'm not sure", "i don't know", "i dont know", "perhaps", "no idea",
    "i guess", "i guess so", "possibly", "hmm", "don't know", "it depends", "depends",
)  # fmt: skip

POLITE = frozenset(
    _words(
        "please thanks thank you very much well um uh er erm hmm oh so just really then now for me"
    )
    + _words("hello hi the a it that this is that's it's i i'd like actually today but and ok okay")
)
"""Words that neither agree nor refuse nor ask for anything."""

FILLERS = frozenset(_words("please thanks um uh er erm hmm oh well so and but now hi hello"))
"""The part of them that may stand before an answer."""

OPENINGS = FILLERS | frozenset(_words("hey there yeah okay ok honestly actually right listen look"))
"""What people say before they say what they want; means nothing while more follows."""

LISTENING = frozenset(
    _words("uh huh mm hmm mhm mmm hm yeah yep yes ok okay right sure i see alright got it go on")
)
"""Words that only show that somebody listens."""

ANOTHER = ("another order", "other order", "different order", "second order", "new order number")
"""The value given earlier is not the one that is meant now."""

ORDINALS = (
    ("first", "first one", "one", "number one", "the former"),
    ("second", "second one", "two", "number two"),
    ("third", "third one", "three", "number three"),
    ("fourth", "fourth one", "four", "number four"),
)
LAST = ("last", "last one", "the latter")
ALL = ("both", "all of them", "either")
NEITHER = ("neither", "none", "none of them", "none of those", "something else", "no")

LEAD_INS = (
    "my new address is", "the new address is", "new address is", "my address is",
    "the address is", "please send it to", "send it to", "change it to", "ship it to",
    "it should be", "it should go to", "it's going to be", "that would be",
    "it is", "it's", "yes", "okay", "so",
    "um", "uh", "well", "sure", "no", "actually",
)  # fmt: skip
"""What people say before the text that was asked for."""

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

CUE_FILLERS = (
    *sorted(FILLERS - {"thanks", "but"}), "hey", "yeah", "okay", "ok", "right", "sorry", "just",
    "sir", "ma'am", "umm", "uhh", "ah", "alright",
)  # fmt: skip
"""Words around a cue of turn-taking that change nothing of it."""

OPENINGS = FILLERS | frozenset(_words("hey there yeah okay ok honestly actually right listen look"))
"""What people say before they say what they want; means nothing while more follows."""

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

# --- turn-taking: the usual `dialogue.cues.Cues` -----------------------------------------------

COMMANDS = (
    "stop", "wait", "hold on", "hold it", "hang on", "one moment", "one second", "one sec",
    "just a moment", "just a minute", "just a second", "just a sec", "excuse me", "no wait",
    "no stop", "no no", "pause", "quiet", "be quiet", "shut up", "enough", "cancel",
    "never mind", "forget it", "agent", "operator", "representative", "human", "person",
    "a person", "real person", "start over", "go back", "repeat",
)  # fmt: skip

STRONG = (
    "no", "nope", "nah", "not", "but", "actually", "excuse me", "sorry", "pardon", "i mean",
    "i meant", "that's not", "that's wrong", "that is wrong", "wrong", "what", "what's",
    "where", "where's", "when", "why", "who", "how", "which", "can", "can't", "could", "do",
    "don't", "does", "did", "is", "are", "will", "would", "should", "i want", "i need",
    "i'd like", "i have a question", "i don't", "i can't", "i already", "one more thing",
    "let me", "listen", "please",
)  # fmt: skip

BACKCHANNELS = (
    "yeah", "yes", "yep", "yup", "yea", "ya", "mm hmm", "mm hm", "mhm", "mmhmm", "mm", "mmm",
    "mmmm", "hmm", "hm", "hmmm", "um hmm", "um hum", "hm hmm", "hmm hmm", "uh huh", "uhhuh",
    "uh hum", "aha", "ah", "ahh", "oh", "ooh", "huh", "right", "all right", "alright",
    "okay", "ok", "okey", "sure", "i see", "oh i see", "got it", "gotcha", "got you",
    "i got you", "good", "very good", "that's good", "great", "that's great", "oh great",
    "fine", "that's fine", "cool", "nice", "perfect", "excellent", "wonderful", "wow",
    "interesting", "really", "oh really", "exactly", "absolutely", "definitely", "totally",
    "true", "that's true", "that's right", "of course", "makes sense", "that makes sense",
    "i understand", "understood", "go on", "fair enough", "sounds good",
)  # fmt: skip
"""From the texts of real meetings (ICSI MRDA, `b`, `s^bk` and `s^ba`) and from what a recogniser
writes for them on a telephone line."""

TICS = (
    "um", "umm", "uh", "uhh", "er", "err", "erm", "eh", "ehm", "ahem", "hem", "ugh", "phew",
    "achoo", "cough", "coughs", "coughing", "sneeze", "sneezes", "sneezing", "sniff", "sniffs",
    "sniffles", "sigh", "sighs", "yawn", "yawns", "breathing", "breathes", "heavy breathing",
    "laugh", "laughs", "laughing", "laughter", "chuckles", "clears throat", "clearing throat",
    "throat clearing", "haha", "ha ha", "ha",
)  # fmt: skip
"""Filled pauses, and body sounds as recognisers put them into brackets."""

HOLD = (
    "hold on", "hold on a second", "hold on a sec", "hold on a minute", "hold on a moment",
    "hold the line", "hang on", "hang on a second", "hang on a sec", "hang on a minute",
    "hang on a moment", "one moment", "one second", "one sec", "one minute", "just one second",
    "a moment", "a second", "a sec", "a minute", "a tick", "two seconds",
    "give me one second", "give me one moment", "give me one minute", "give me one sec",
    "give me a second", "give me a sec", "give me a moment", "give me a minute",
    "wait", "wait a second", "wait a sec", "wait a minute", "wait a moment", "bear with me",
    "can you wait", "can you hold", "could you hold on", "can you hold on", "could you wait",
    "i'll be right back", "be right back", "don't go away", "don't hang up",
    "let me check", "let me see", "let me look", "let me think", "let me find …",
    "let me look for …", "let me look it …", "let me grab …", "let me go get …",
    "let me go and get …", "let me go and look …", "let me pull …", "i'm looking for it",
    "i'm looking …", "i'm still looking …", "i'm searching …", "i need to find it",
    "i need to look it up", "i have to find it", "i have to look it up", "i'm just looking …",
    "i'm just getting …",
    "i'm getting my …", "while i …", "until i …", "it's here somewhere", "where did i put …",
    *(f"let me {verb} {thing}" for verb in ("get", "check", "fetch")
      for thing in ("it", "that", "my card", "my phone", "my email", "my glasses", "my wallet",
                    "my computer", "my papers", "the card", "the email", "the number",
                    "the paper", "the letter", "a pen")),
)  # fmt: skip

RETURNS = (
    "i'm back", "i am back", "back again", "here i am", "i'm here", "i'm still here", "i'm there",
    "i have it", "i have it now", "i have it here", "i've got it", "i've got it now", "i got it",
    "got it", "found it", "i found it", "i have found it", "here it is", "here we go",
    "there we go", "ready", "i'm ready", "go ahead", "we can go on", "let's go on",
    "sorry about that", "sorry for the wait", "thanks for waiting", "thank you for waiting",
    "okay", "ok", "all right", "alright", "right", "hello", "hello again", "are you there",
    "are you still there", "now",
)  # fmt: skip

DISMISSALS = (
    "stop", "stop it", "stop that", "stop talking", "please stop", "enough", "that's enough",
    "that is enough", "be quiet", "quiet", "shut up", "i know", "i know that",
    "i know all that", "i already know", "i already know that", "i know this", "i heard you",
    "i heard that", "i've heard that", "i got that", "you said that", "you already said that",
    "you told me", "you told me that", "you already told me", "skip it", "skip that",
    "skip this", "cut it out", "pause",
)  # fmt: skip

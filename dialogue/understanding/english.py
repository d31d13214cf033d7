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

NUMBER_NAMES = frozenset(_words("number numbers nr code is it's nummer lautet"))
"""Words directly before a code that only say that it comes."""

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
    "mm hmm", "mm hm", "mhm", "indeed", "please", "sounds good", "that's fine",
    "that would be great",
    "by all means", "why not", "you bet", "affirmative", "i do", "i would", "i am", "it is",
    "perfect", "great", "i think so", "i believe so", "no problem", "no worries",
    "yes indeed", "yes of course", "of course yes", "for sure", "that works", "works for me",
    "that works for me", "sounds right", "that sounds right", "that sounds good", "go on then",
    "let's do it", "let's do that", "let's go", "very well", "i'd like that", "i would like that",
    "i'd love that", "that'd be great", "that would be nice", "that'd be nice",
    "that would be good",
    "you can", "you may", "yes you can", "yes you may", "please go ahead", "you got it",
    "that's the one",
    "that's it exactly", "quite right", "naturally", "happy to", "fine by me", "fine with me",
    "okay then", "all right then", "no objection", "no objections", "i don't mind", "i suppose so",
    "i'm happy with that", "i agree", "agreed", "confirmed", "i confirm",
    "speaking", "this is she", "this is he", "this is her", "this is him", "that's me",
    "that is me", "it's me",
)  # fmt: skip

NO = (
    "no thank you", "no thanks", "no can't", "no", "nope", "nah", "not really", "not right now",
    "not now", "not yet", "not at all", "not that", "not correct", "not right", "that's not right",
    "that's not correct", "that is not right", "that's wrong", "that is wrong", "wrong",
    "incorrect", "don't", "do not", "don't do that", "please don't",
    "rather not", "i'd rather not", "never",
    "negative", "i don't", "i do not", "i don't think so", "i'm not", "it isn't", "it's not",
    "nothing", "nothing else", "that's all", "that is all", "that's everything",
    "that's it thanks", "that will be all", "that'll be all", "that was all", "i'm good",
    "i'm all set", "all set", "all good", "forget it", "leave it", "none",
    "i would rather not", "i'd prefer not", "i'd prefer not to", "prefer not",
    "i'd rather not do that",
    "no way", "certainly not", "absolutely not", "definitely not", "of course not", "hell no",
    "not today", "not really no", "not necessary", "that's not necessary", "no need",
    "there's no need", "don't bother", "hold off", "i changed my mind", "i've changed my mind",
    "i've thought better of it", "better not", "let's not", "let's leave it", "leave it as it is",
    "i wouldn't", "i would not", "no i don't", "i don't want to", "i don't want that",
    "i do not want that", "under no circumstances", "not a chance", "no it isn't", "no it's not",
    "wrong number", "you have the wrong number", "she's not here", "he's not here",
    "she isn't here", "he isn't here", "she is not here", "he is not here",
    "i disagree", "that's not it", "that isn't right", "not quite", "not exactly", "stop",
)  # fmt: skip

UNSURE = (
    "maybe", "not sure", "i'm not sure", "i don't know", "i dont know", "perhaps", "no idea",
    "i guess", "i guess so", "possibly", "hmm", "don't know", "it depends", "depends",
    "i'm not certain", "not certain", "hard to say", "could be", "might be", "probably",
    "probably not", "i'm not really sure", "i can't decide", "i haven't decided", "let me think",
    "let me think about it", "i need to think", "i don't really know", "who knows", "sort of",
    "kind of", "yes and no", "i'm in two minds", "i might", "i'm unsure", "unsure",
)  # fmt: skip

POLITE = frozenset(
    _words(
        "please thanks thank you very much well um uh er erm hmm oh so just really then now for me"
    )
    + _words("hello hi the a it that this is that's it's i i'd like actually today but and ok okay")
)
POLITE |= frozenset(("tanks", "banks"))
"""Words that neither agree nor refuse nor ask for anything; the last are what recognisers write
for "thanks" on a bad line."""

FILLERS = frozenset(_words("please thanks um uh er erm mm hmm oh well so and but now hi hello"))
"""The part of them that may stand before an answer."""

CUE_FILLERS = (
    *sorted(FILLERS - {"thanks", "but"}), "hey", "yeah", "okay", "ok", "right", "sorry", "just",
    "sir", "ma'am", "umm", "uhh", "ah", "alright",
)  # fmt: skip
"""Words around a cue of turn-taking that change nothing of it."""

OPENINGS = FILLERS | frozenset(_words("hey there yeah okay ok honestly actually right listen look"))
"""What people say before they say what they want; means nothing while more follows."""

ANOTHER = (
    "another order", "other order", "different order", "second order", "new order number",
    "the other one", "another one", "a different one", "not that one", "not this one",
)  # fmt: skip
"""The value given earlier is not the one that is meant now."""

INSTEAD = (
    "no i meant", "no i mean", "no sorry i meant", "sorry i meant", "i meant", "i actually meant",
    "what i meant was", "what i meant is", "i was talking about", "i'm talking about",
    "no i was asking about", "i was asking about", "no i asked about", "i asked about",
    "no i said", "i said", "no rather", "no not that i want to", "no not that",
)  # fmt: skip
"""What comes before what was really meant, when it was taken for something else."""

JOINTS = (
    "and also", "and then", "and after that", "and secondly", "and another thing", "oh and",
    "but also", "as well as", "and", "also", "plus",
)  # fmt: skip
"""Between one need and the next in the same breath; longer ones first."""

CONDITIONS = ("if", "unless", "as long as", "only when", "provided", "depends", "but only")
"""They make a yes depend on something that was not asked."""

ADDING = (
    "add that", "please add that", "add", "also add that", "you can add that", "and tell them",
    "and say that", "say that", "put in that", "write that", "mention that", "and mention that",
    "also mention that", "you should also mention that", "i forgot to say", "i forgot to mention",
    "don't forget that", "don't forget to mention that", "and don't forget that",
)  # fmt: skip
"""Before what is added to a text that was dictated."""

ORDINALS = (
    ("first", "first one", "one", "number one", "the former"),
    ("second", "second one", "two", "number two"),
    ("third", "third one", "three", "number three"),
    ("fourth", "fourth one", "four", "number four"),
)
LAST = ("last", "last one", "the latter")
ANY = ("either", "either one", "any of them", "any", "whichever", "you choose")
ALL = ("both", "both of them", "all of them", *ANY)
MISUNDERSTOOD = (
    "got me wrong", "misunderstood me", "misunderstood", "not what i want", "not what i wanted",
    "isn't what i want", "not what i'm after", "isn't what i'm after", "not what i meant",
    "isn't what i meant", "not what i asked", "isn't what i asked", "not what i said",
    "never asked for that", "didn't ask for that",
)  # fmt: skip
"""Not what was confirmed is wrong, but that it was asked for at all."""

QUESTIONS = (
    "what", "whats", "when", "whens", "where", "wheres", "how", "hows", "who", "whos", "which",
    "why", "are you", "are there", "do you",
    "do i", "can i", "can you", "could i", "could you", "is it", "is there", "would you",
)  # fmt: skip
"""Words by which a question is told from a value that was asked for."""

NEITHER = (
    "neither", "neither of them", "neither of those", "neither one", "none", "none of them",
    "none of those", "none of these", "never of them", "something else", "no",
)  # fmt: skip

LEAD_INS = (
    "(?:(?:my|the|our|her|his|their) )?(?:new |correct |right |delivery |shipping |home )*address"
    " (?:is|would be|will be|should be)", "the thing is(?: that)?", "the problem is(?: that)?",
    "i think", "i guess", "i'd say", "(?:i'd|i would) (?:like|love|prefer)(?: to have| to get)?",
    "i (?:want|need)(?: to have| to get)?", "(?:can|could) i (?:have|get)", "i mean", "you know",
    "(?:it|one|them)(?= in | with )",
    "please send it to", "send it to", "change it to", "ship it to",
    "it should be", "it should go to", "it's going to be", "that would be",
    "it is", "it's", "yes", "okay", "so",
    "um", "uh", "well", "sure", "no", "actually", "please", "and", "oh", "right",
)  # fmt: skip
"""What people say before the text that was asked for."""

# --- knowledge -------------------------------------------------------------------------------

QUESTION_WORDS = frozenset(
    _words("what what's when where where's why who who's whose how how's which can could do does")
    + _words("did is are was were will would should may has have isn't aren't don't doesn't tell")
)
"""What questions begin with."""

GO_ON_FROM = (
    "and what about", "and how about", "what about", "how about", "and if", "what if", "and then",
    "what else", "and", "also", "but", "so", "then",
)  # fmt: skip
"""Beginnings of what goes on from the answer just given."""

POINTING = frozenset(
    _words("that this it its those these they them their there then one ones either same such")
)
"""Words that point at what was just told."""

ASKS = {
    "time": ("how long", "how soon", "how fast", "how many days", "how many weeks", "when",
             "by when", "what time", "until when", "how quickly", "deadline", "how much time"),
    "price": ("how much", "cost", "costs", "price", "charge", "charged", "fee", "fees", "free",
              "pay", "expensive"),
}  # fmt: skip
"""Words by which a question asks for one kind of fact."""

TELLS = {
    "time": frozenset(
        _words("second seconds minute minutes hour hours day days week weeks month months year")
        + _words("years today tomorrow overnight immediately morning evening noon midnight monday")
        + _words("tuesday wednesday thursday friday saturday sunday sundays weekend weekends")
    ),
    "price": frozenset(_words("dollar dollars cent cents euro euros pound pounds free percent")),
}
"""Words by which a sentence tells a fact of that kind."""

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

LACKING = (
    "don't know", "do not know", "don't have", "do not have", "haven't got", "no idea", "no clue",
    "can't remember", "cannot remember", "don't remember", "do not remember", "i forgot",
    "forgotten", "not sure", "can't find", "cannot find", "lost it", "don't recall", "not at hand",
)  # fmt: skip
"""Say that somebody does not have what they were asked for."""

REFERRING = frozenset(_words(
    "it its it's this that these those one ones they them product products item items article"
))  # fmt: skip
"""Stand for a product that is not named."""

OWNED = (
    "ordered",
    "sold me",
    "bought",
    "purchased",
    "received",
    "my order",
    "was delivered",
    "arrived",
    "came",
)
"""Tell of something that the customer has, or is to get: not of something to buy."""

ALSO = ("what about", "how about", "and what about", "and how about", "and the", "and your", "and")
"""Begin a turn that asks the same of something else."""

CHEAPER = (
    "cheaper", "cheapest", "less expensive", "least expensive", "more affordable", "lowest price",
    "lower price", "costs less", "cheap one", "most affordable",
)  # fmt: skip
DEARER = ("more expensive", "most expensive", "dearer", "dearest", "pricier", "priciest",
          "costs more", "higher price", "expensive one")  # fmt: skip
OTHER_PRODUCT = ("the other", "the other one", "other one")
BIGGER = ("bigger", "biggest", "larger", "largest", "taller", "tallest", "big one", "tall one")
SMALLER = ("smaller", "smallest", "shorter", "shortest", "small one", "little one", "short one")

"""English words that show how a caller feels; another language, another module.

Phrases are bare words in lower case. Longer phrases win over the shorter ones inside them.
"""

from __future__ import annotations

ANGRY = (
    "pissed off", "so pissed", "really pissed", "i hate you", "i hate this company",
    "hate you people", "drives me crazy", "driving me crazy", "drives me mad", "driving me mad",
    "makes me so angry", "makes me angry", "make me angry", "make me mad", "makes me mad",
    "fuck you", "fuck off", "go to hell", "screw you", "damn you", "shut up", "bullshit",
    "you idiot", "you idiots", "you moron", "you morons", "you are an idiot", "you're an idiot",
    "you are idiots", "you're idiots", "bunch of idiots", "bunch of crooks", "bunch of liars",
    "you people are hopeless", "you are useless", "you're useless", "you stupid",
    "stupid machine", "stupid bot", "stupid robot", "stupid computer", "piece of shit",
    "piece of crap", "piece of junk", "are you stupid", "are you deaf", "how dare you",
    "worst company", "worst service", "scammers", "you thieves", "crooks", "you liars",
    "you lied to me", "rip off", "ripped me off", "ripped off", "cheated me", "outrageous",
    "disgusting", "a disgrace", "disgraceful", "scandalous", "i've had it with",
    "lost my patience", "losing my patience", "running out of patience", "out of patience",
    "kiss my ass", "for fuck's sake", "for fucks sake", "what the fuck", "the fuck", "wtf",
    "son of a bitch", "bastards", "asshole", "assholes", "bitch",
)  # fmt: skip
"""Anger at us, or words that are said in no other mood."""

ANNOYED = (
    "ridiculous", "annoying", "frustrating", "unacceptable", "fed up", "sick and tired",
    "sick of this", "sick of it", "tired of this", "tired of waiting", "had enough",
    "enough of this", "waste of time", "wasting my time", "waste my time", "useless", "hopeless",
    "terrible service", "awful service", "horrible service", "lousy service", "terrible", "awful",
    "horrible", "pathetic", "a joke", "nonsense", "rubbish", "crap", "disappointed",
    "disappointing", "not helpful at all", "doesn't help me", "not helping",
    "you don't understand", "you are not listening", "you're not listening",
    "not listening to me", "you never listen", "how many times", "how often do i have to",
    "i already told you", "i already said that", "i've already told you", "i've told you",
    "i just told you", "i said that already", "for the third time", "for the fourth time",
    "for the fifth time", "for the last time", "the third time i call", "third time i'm calling",
    "third time now", "every single time", "still waiting", "been waiting for weeks",
    "waiting for hours", "waiting forever", "takes forever", "taking forever", "nobody cares",
    "no one cares", "nobody helps", "no one helps", "what kind of service", "come on",
    "oh my god", "for god's sake", "thanks for nothing", "thank you for nothing",
    "thank you very much for nothing", "for heaven's sake", "what the hell", "the hell", "damn",
    "dammit", "goddamn", "bloody hell", "so stupid", "this is stupid", "is stupid",
    "not good enough", "let me down", "never again", "i'm done with you", "i want to complain",
    "messed up", "screwed up", "botched",
)  # fmt: skip

UPSET = (
    "in tears", "i'm crying", "crying", "desperate", "devastated", "heartbroken", "i'm scared",
    "terrified", "panicking", "a nightmare", "at my wit's end", "at my wits end",
    "don't know what to do", "i can't cope", "i can't take this", "i beg you", "begging you",
    "please please help", "so worried", "really worried", "worried sick", "so stressed",
    "stressed out", "overwhelmed", "my mother died", "my father died", "passed away",
    "it was for a funeral", "ruined my", "ruined our",
)  # fmt: skip

PLEASED = (
    "thank you so much", "thanks so much", "thank you very much", "that's great", "that is great",
    "that's wonderful", "that's fantastic", "that's perfect", "you've been very helpful",
    "you were very helpful", "very helpful", "that helps a lot", "i'm happy", "i am happy",
    "so happy", "i'm glad", "that's a relief", "i love it", "much appreciated", "very kind",
    "fucking awesome", "fucking great",
)  # fmt: skip
"""Thanks and relief, which end a bad mood; no single words, which are as often bitter."""

FELT_ANGRY = (
    "angry", "mad", "furious", "livid", "outraged", "enraged", "seething", "fuming", "infuriated",
    "pissed",
)  # fmt: skip
FELT_ANNOYED = (
    "annoyed", "frustrated", "irritated", "unhappy", "dissatisfied", "impatient", "disappointed",
    "not happy", "not amused", "not pleased",
)  # fmt: skip
FELT_UPSET = ("upset", "worried", "scared", "sad", "anxious", "stressed", "distraught")
"""Words that name a feeling; they count only where it is the caller's own."""

OWN = (
    "i", "i'm", "im", "i'll", "i've", "me", "we", "we're", "we've", "us", "am", "makes", "made",
    "getting",
)  # fmt: skip
"""Before a word of `FELT`: the feeling is the caller's."""

OTHERS = (
    "you", "you're", "he", "he's", "she", "she's", "they", "they're", "them", "him", "her", "it",
    "it's", "husband", "wife", "daughter", "son", "mother", "father", "boss", "neighbor",
    "friend", "dog", "cat", "customer", "customers", "people", "someone", "somebody", "who's",
    "the", "his", "their", "an", "a", "my", "your", "our", "sister", "brother", "kids", "child",
)  # fmt: skip
"""Before a word of `FELT`: the feeling is not the caller's, or no feeling at all."""

NEGATIONS = (
    "not", "never", "no", "isn't", "aren't", "wasn't", "weren't", "don't", "doesn't", "didn't",
    "won't", "wouldn't", "can't", "cannot", "without", "hardly", "no longer", "nothing", "ain't",
    "neither", "nor",
)  # fmt: skip
"""A few words before a sign: it is denied."""

DENIALS = (
    "don't think", "do not think", "wouldn't say", "would not say", "not saying", "don't mean",
    "didn't say", "did not say", "not that", "not like", "wouldn't call", "never said",
    "nobody said", "can't say", "don't believe", "not because",
)  # fmt: skip
"""Some words before a sign: it is denied, or not meant."""

SUBJECTS = (
    "i", "i'm", "we", "we're", "it", "it's", "this", "that's", "you", "you're", "they", "they're",
    "he", "she",
)  # fmt: skip
"""Where a new statement begins: a negation before it denies nothing in it."""

UNREAL = (
    "would be", "i'd be", "would get", "i'd get", "would make me", "might get", "could get",
    "if i were", "don't want to be", "don't want to get", "don't wanna get", "used to be",
    "before i get", "was going to be", "don't mean to be", "not to be", "hate to be",
)  # fmt: skip
"""Directly before a sign: it is not how the caller feels now."""

OVER = (
    "but it's fine now", "but that's fine now", "but i'm fine now", "but it's okay now",
    "but it's ok now", "but not anymore", "but not any more", "it's all good now",
    "but now it's fine", "but now i'm fine", "but that's okay",
)  # fmt: skip
"""Takes back what was said of a feeling before."""

HARMLESS = (
    "angry birds", "angry bird", "mad max", "mad hatter", "mad men", "fast and furious",
    "furious seven", "cross body", "cross country", "cross trainer", "red cross", "rage room",
    "insanely good", "insanely comfortable", "crazy good", "damn good", "damn fine", "damn nice",
    "damn near", "bloody good", "awfully nice", "awfully kind", "awfully good", "terribly nice",
    "not bad", "no joke", "just joking", "just kidding", "only joking", "inside joke",
    "stupid question", "silly question", "stupid of me", "stupid me", "i'm an idiot",
    "i am an idiot", "i'm so stupid", "i'm stupid", "my stupid", "i hate to bother",
    "hate to bother", "hate to ask", "nothing terrible", "terrible twos", "horrible histories",
    "killer deal", "sick beat", "that's sick", "nightmare before christmas", "crying baby",
    "baby is crying", "baby crying", "anti crack", "crap shoot", "ridiculously good",
    "ridiculously comfortable", "ridiculously cheap", "ridiculously low", "ridiculously easy",
    "rip off the", "rip off tag", "sad lamp", "mad about you", "come on over", "holy shit",
    "oh shit", "shit happens", "no shit", "come on in", "come on monday", "come on tuesday",
    "come on wednesday", "come on thursday", "come on friday", "come on saturday",
    "come on sunday", "come on the", "come on time", "does it come on", "light come on",
    "lights come on", "lamp come on", "not come on", "won't come on", "doesn't come on",
    "to come on", "son of a gun", "waste of space", "no nonsense", "rubbish bin", "rubbish bag",
    "rubbish bags", "trash bin", "hell of a", "hells kitchen", "hell's kitchen", "shut up shop",
    "perfect storm", "not perfect", "still waiting list", "awful lot", "enough of this fabric",
    "furious pete", "disgusting sound",
)  # fmt: skip
"""Names, praise, and words about oneself or a thing: read before everything else, and left out."""

SWEARING = (
    "fuck", "fucking", "fucked", "fuckin", "motherfucker", "motherfucking", "shit", "shitty",
    "bullshit", "bitch", "bastard", "bastards", "asshole", "assholes", "arsehole", "dick", "cunt",
    "goddamn", "goddamned", "wtf", "crap", "piss", "pissed",
)  # fmt: skip
"""Makes what else is said stronger, and is never repeated by the bot."""

STRONGER = (
    "very", "so", "really", "extremely", "absolutely", "completely", "totally", "utterly",
    "incredibly", "beyond", "damn", "bloody", "freaking", "seriously", "truly", "too",
)  # fmt: skip

WEAKER = (
    "a bit", "a little", "slightly", "somewhat", "kind of", "kinda", "sort of", "a tad", "mildly",
)  # fmt: skip

REPEATED = (
    "no", "agent", "operator", "human", "person", "representative", "hello", "stop", "please",
    "wrong", "listen",
)  # fmt: skip
"""Three of these in a row are impatience."""

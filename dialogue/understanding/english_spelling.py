"""English names of letters, words for spelling, and ways to put a dictated value right."""

from __future__ import annotations


def _table(text: str) -> dict[str, str]:
    """Read "a: ay eh; b: bee" into word to letter."""
    found: dict[str, str] = {}
    for entry in text.split(";"):
        letter, _, words = entry.strip().partition(":")
        found |= dict.fromkeys(words.split(), letter)
    return found


LETTERS = {letter: letter for letter in "abcdefghijklmnopqrstuvwxyz"} | _table(
    "a: ay ey eh; b: bee be; c: see cee sea; d: dee; e: ee; f: ef eff; g: gee jee; h: aitch haitch;"
    "i: eye aye; j: jay; k: kay cay; l: el ell; m: em; n: en; o: oh; p: pee pea; q: cue queue kew;"
    "r: ar are; s: es ess; t: tee tea; u: you yu; v: vee ve; w: doubleyou; x: ex; y: why wye;"
    "z: zee zed"
)
"""Letters and what recognisers write for their names."""

COMMON_LETTER_WORDS = frozenset(
    ("a", "eh", "i", "be", "see", "sea", "oh", "are", "you", "why", "tea")
)
"""Those of them that mean something else in any sentence: letters only among letters."""

NATO = _table(
    "a: alpha alfa able; b: bravo baker; c: charlie; d: delta; e: echo; f: foxtrot fox; g: golf;"
    "h: hotel; i: india; j: juliet juliett juliette; k: kilo; l: lima; m: mike; n: november;"
    "o: oscar; p: papa; q: quebec; r: romeo; s: sierra; t: tango; u: uniform; v: victor;"
    "w: whiskey whisky; x: xray; y: yankee; z: zulu"
)

AS_IN = (
    ("as", "in"), ("as", "and"), ("is", "in"), ("for",), ("like",), ("is", "for"), ("like", "in"),
    ("4",), ("four",), ("in",), ("from",), ("of",), ("as",),
)  # fmt: skip
"""Between a letter and a word that begins with it; recognisers write some of them for "as in"."""

COUNTED = {"two": 2, "2": 2, "three": 3, "3": 3, "four": 4, "4": 4}
PLURALS = {
    f"{word}{ending}": digit
    for word, digit in {
        "zero": "0", "oh": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
        "seven": "7", "eight": "8", "nine": "9",
    }.items()
    for ending in ("s", "es")
} | {"sixes": "6", "o's": "0", "one's": "1"}  # fmt: skip
"""After a count: "two fours"."""

DISTANT_SOUND_ALIKES = {
    "free": "3", "tu": "2", "wan": "1", "fife": "5", "hive": "5", "sex": "6", "sicks": "6",
    "heaven": "7", "ait": "8", "hate": "8", "nein": "9", "mine": "9", "owe": "0", "foe": "4",
    "fours": "4", "fives": "5", "sevens": "7", "eights": "8", "nines": "9", "ones": "1",
    "or": "0", "fort": "4", "cereal": "0", "hero": "0", "sero": "0",
}  # fmt: skip
"""Further from a digit than `SOUND_ALIKES`: only where the length asks for one."""

RESTARTS = (
    "scratch that", "scratch it", "forget that", "forget what i said", "strike that",
    "start again", "start over", "starting again", "starting over", "from the start",
    "from the beginning", "from the top", "let me try again", "let me try that again",
    "let me say that again", "let me say it again", "let me repeat that", "let me repeat",
    "let me repeat it", "let me begin again", "once again", "one more time", "i'll say it again",
    "i'll repeat", "i repeat", "again", "disregard that", "ignore that",
)  # fmt: skip
"""All that was said of the value before is void."""

REPAIRS = (
    "no wait", "no sorry", "oh sorry", "oh no", "wait no", "no no", "hang on", "hold on",
    "i mean", "i meant", "make that", "make it", "correction", "actually", "rather", "sorry",
    "wait", "no", "nope", "oops", "whoops", "my bad", "my mistake", "i misspoke", "pardon",
    "excuse me", "that's wrong", "that was wrong", "that's not right", "not that one", "not that",
    "or rather",
)  # fmt: skip
"""What follows takes the place of something said before; longer ones win over shorter ones."""

ORDINALS = {
    "first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3,
    "fifth": 4, "5th": 4, "sixth": 5, "6th": 5, "seventh": 6, "7th": 6, "eighth": 7, "8th": 7,
    "ninth": 8, "9th": 8, "tenth": 9, "10th": 9, "last": -1, "final": -1,
    "second to last": -2, "next to last": -2, "second last": -2, "last but one": -2,
    "penultimate": -2, "third to last": -3,
}  # fmt: skip
"""Places in a value, counted from its end where negative."""

MIDDLE = ("middle",)

NO_ONE = frozenset(
    ("no", "any", "some", "every", "that", "this", "which", "another", "other", "wrong", "right",
     "first", "second", "third", "next", "last", "old", "new", "my", "the")
)  # fmt: skip
"""Before "one", where it counts nothing."""

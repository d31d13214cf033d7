"""What Germans say of days, amounts, names and addresses, put as the readers of values know it.

The readers know the English words for what counts: "am dritten März" becomes "on 3rd march",
"zwanzig Komma fünf" "20 point 5", "M wie Martha" "m as in Martha". Only the turn that gives a value
is rewritten, for the kind of value that was asked for; what is kept and shown are the values.
Numbers are in figures already (`german_numbers`).
"""

from __future__ import annotations

import re

from dialogue.spoken_german import MONTHS as MONTH_NAMES
from dialogue.spoken_german import ORDINALS as ORDINAL_WORDS

Rules = tuple[tuple[re.Pattern[str], str], ...]


def _rules(*pairs: tuple[str, str]) -> Rules:
    return tuple(
        (re.compile(rf"(?<!\w)(?:{said})(?!\w)", re.IGNORECASE), put) for said, put in pairs
    )


_MONTHS = dict(
    zip(
        (name.lower() for name in MONTH_NAMES),
        ("january", "february", "march", "april", "may", "june", "july", "august", "september",
         "october", "november", "december"),
        strict=True,
    )
) | {"jänner": "january", "feber": "february", "juno": "june", "julei": "july"}  # fmt: skip
_WEEKDAYS = {
    "montag": "monday", "dienstag": "tuesday", "mittwoch": "wednesday", "donnerstag": "thursday",
    "freitag": "friday", "samstag": "saturday", "sonnabend": "saturday", "sonntag": "sunday",
}  # fmt: skip
_ORDINALS = {
    form: day
    for day, word in enumerate(ORDINAL_WORDS, 1)
    for form in (word, word.removesuffix("n"), f"{word.removesuffix('n')}r")
} | {"siebenten": 7, "siebente": 7, "siebenter": 7}  # fmt: skip
_PARTS_OF_DAY = "früh|morgen|vormittag|mittag|nachmittag|abend|nacht"

_DAYS = _rules(
    *((name, english) for name, english in _MONTHS.items()),
    *((rf"{name}s?(?:{_PARTS_OF_DAY})?", english) for name, english in _WEEKDAYS.items()),
    ("übermorgen|uebermorgen", "the day after tomorrow"),
    ("vorgestern", "the day before yesterday"),
    (rf"gestern(?: (?:{_PARTS_OF_DAY}))?", "yesterday"),
    (r"heute in (?:einer woche|8 tagen)", "in 1 week"),
    (rf"heute(?: (?:{_PARTS_OF_DAY}))?", "today"),
    (r"(?:am|diesen|jeden) morgen", ""),
    (rf"morgen(?: (?:{_PARTS_OF_DAY}))?", "tomorrow"),
    (r"vor (?:einem|einer|1) (tag|woche)", r"1 \1 ago"),
    (r"vor (?:ein paar|zwei|2) (tagen|wochen)", r"2 \1 ago"),
    (r"vor (\d+) (tagen|wochen)", r"\1 \2 ago"),
    (r"in (?:einem|einer|1) (tag|woche)", r"in 1 \1"),
    (r"in (?:ein paar) (tagen|wochen)", r"in 2 \1"),
    ("tage|tagen", "days"),
    ("tag", "day"),
    ("wochen", "weeks"),
    (r"(?:in der )?(?:nächste|kommende)[rn]? woche (?:am )?(\w+day)", r"\1 next week"),
    (r"(\w+day) (?:in der )?(?:nächste|kommende)[rn]? woche", r"\1 next week"),
    (r"(?:in der )?(?:letzte|vorige|vergangene)[rn]? woche (?:am )?(\w+day)", r"\1 last week"),
    (r"(\w+day) (?:in der )?(?:letzte|vorige|vergangene)[rn]? woche", r"\1 last week"),
    (r"(\w+day) in (?:einer|1) woche", r"\1 next week"),
    ("woche", "week"),
    ("nächsten|nächster|nächste", "next"),
    ("kommenden|kommender|diesen|dieser", "this"),
    ("letzten|letzter|letzte|vergangenen|vergangener|vorigen", "last"),
    ("am|den|der|dem", "on"),
)  # fmt: skip
_DOTTED = re.compile(r"(?<![\d.])(\d{1,2})\.\s?(?=[a-z])", re.IGNORECASE)
_DOTTED_PAIR = re.compile(r"(?<![\d.])(\d{1,2})\.\s?(\d{1,2})\.(?:\s?(\d{2,4}))?(?!\d)")
_ORDINAL_WORD = re.compile(rf"(?<!\w)({'|'.join(sorted(_ORDINALS, key=len, reverse=True))})(?!\w)")
_ORDINAL_PAIR = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th) (\d{1,2})(?:st|nd|rd|th)(?: ((?:19|20)\d\d))?"
)

_THOUSANDS = re.compile(r"(?<![\d.,])(\d{1,3})\.(\d{3})(?!\d)")
_AMOUNTS = _rules(
    (r"(\d+),(\d{2})(?!\d)", r"\1 point \2"),
    ("komma", "point"),
    (r"ein(?:en)? (euro|dollar|cent|franken)", r"1 \1"),
    (r"(?:eineinhalb|anderthalb|einundeinhalb)", "1 and a half"),
    (r"(\d+)(?: ?einhalb| und ein(?:en)? halben?)", r"\1 and a half"),
    ("euros", "euro"),
    ("franken", "francs"),
    ("dollars", "dollar"),
)
_COUNTS = _rules(
    (r"(?:ein(?:en)? )?dutzend", "dozen"),
    ("beide|beiden", "both"),
    ("ein paar|zwei stück", "couple"),
    ("eine?|eine[nmrs]|einmal", "1"),
    ("zweimal", "2"),
    ("keine?[nsr]?", "none"),
)
_REPAIRS = (
    (r"nein,? (?:warte|warten sie|moment|entschuldigung|doch)", "no wait"),
    ("nein|nee|quatsch", "no wait"),
    ("ich meine|ich meinte", "i mean"),
    ("vielmehr|besser gesagt", "rather"),
    (r"(?:noch ?mal )?(?:ganz )?von vorne?|noch ?mal neu", "start again"),
)
_EDITS = _rules(
    (r"die letzte (?:ziffer|zahl|stelle) ist(?: eine?)?", "the last digit is"),
    (r"die erste (?:ziffer|zahl|stelle) ist(?: eine?)?", "the first digit is"),
    (r"die zweite (?:ziffer|zahl|stelle) ist(?: eine?)?", "the second digit is"),
    (r"die dritte (?:ziffer|zahl|stelle) ist(?: eine?)?", "the third digit is"),
    (r"die vierte (?:ziffer|zahl|stelle) ist(?: eine?)?", "the fourth digit is"),
    (r"die fünfte (?:ziffer|zahl|stelle) ist(?: eine?)?", "the fifth digit is"),
    (r"(\d), nicht (\d)", r"\1 not \2"),
    (r"(\d) und nicht (\d)", r"\1 not \2"),
    (r"(\d) statt (\d)|(\d) anstelle von (\d)", r"\1 not \2"),
    *_REPAIRS,
)

_ALPHABET = {
    "anton": "a", "aachen": "a", "ärger": "ä", "berta": "b", "berlin": "b", "cäsar": "c",
    "chemnitz": "c", "dora": "d", "düsseldorf": "d", "emil": "e", "essen": "e", "friedrich": "f",
    "frankfurt": "f", "gustav": "g", "goslar": "g", "heinrich": "h", "hamburg": "h", "ida": "i",
    "ingelheim": "i", "julius": "j", "jena": "j", "kaufmann": "k", "köln": "k", "ludwig": "l",
    "leipzig": "l", "martha": "m", "marta": "m", "münchen": "m", "nordpol": "n", "nürnberg": "n",
    "otto": "o", "offenbach": "o", "ökonom": "ö", "paula": "p", "potsdam": "p", "quelle": "q",
    "quickborn": "q", "richard": "r", "rostock": "r", "samuel": "s", "siegfried": "s",
    "salzwedel": "s", "theodor": "t", "tübingen": "t", "ulrich": "u", "unna": "u",
    "übermut": "ü", "viktor": "v", "völklingen": "v", "wilhelm": "w", "wuppertal": "w",
    "xanthippe": "x", "xanten": "x", "ypsilon": "y", "zacharias": "z", "zeppelin": "z",
    "zwickau": "z",
}  # fmt: skip
"""Words for letters of both German alphabets."""
_FEWEST_WORDS = 3
"""So many of them in a row are letters; one alone is a name."""
_LETTER_NAMES = {
    "jott": "j", "ypsilon": "y", "zett": "z", "vau": "v", "eszett": "ss", "scharfes s": "s s",
    "ka": "k", "ixx": "x", "kuh": "q",
}  # fmt: skip
_UMLAUTS = frozenset("äöüß")
"""Letters that the readers do not know: a spelling with one is joined here."""
_SPELLED = _rules(
    (r"doppel[- ]?(\w)", r"double \1"),
    (r"(\w) wie", r"\1 as in"),
    *((name, letter) for name, letter in _LETTER_NAMES.items()),
    *_REPAIRS,
)
_NAMES = _rules(
    (r"(?:mein|der) (?:name|nachname|vorname|familienname) (?:ist|lautet)|ich heiße|ich heisse"
     r"|hier (?:ist|spricht)|auf den namen|unter dem namen|(?:nach|vor|familien)name",
     "my name is"),
    (r"(?:das )?(?:buchstabiert sich|wird buchstabiert|schreibt sich|ich buchstabiere)", "spelled"),
    (r"mit (?:scharfem s|eszett|ß)|am apparat|ist mein name|bitte|guten tag|hallo|ja|herr|frau",
     ""),
)  # fmt: skip
_MAILS = _rules(
    ("punkt", "dot"),
    ("ät|äd|klammeraffe|at-zeichen|et", "at"),
    ("unterstrich", "underscore"),
    ("bindestrich|minus|strich", "dash"),
    (r"(\w)-(\w+)", r"\1 dash \2"),
    (
        "und dann|kleingeschrieben|alles klein|meine|lautet|ist|die|e-mail-adresse|adresse|ja|also",
        "",
    ),
)


def dictated(text: str, kind: str) -> str:
    """Return a turn that gives a value as its reader knows it.

    Args:
        text: The turn, with numbers in figures.
        kind: Of the value, as in slots.yaml: `date`.
    """
    match kind:
        case "date":
            return _day(text)
        case "amount":
            return _put(_THOUSANDS.sub(r"\1\2", text), _AMOUNTS + _rules(*_REPAIRS))
        case "number":
            return _put(text, _COUNTS + _rules(*_REPAIRS))
        case "name":
            return _spelled(_put(text, _NAMES))
        case "email":
            return _spelled(_put(text, _MAILS), umlauts=False)
        case "code" | "phone" | "postcode":
            return _spelled(_put(text, _EDITS), umlauts=False)
        case _:
            return text


def _put(text: str, rules: Rules) -> str:
    for said, put in rules:
        text = said.sub(put, text)
    return " ".join(text.split())


def _day(text: str) -> str:
    text = _ORDINAL_WORD.sub(lambda found: _ordinal(_ORDINALS[found[1]]), text.lower())
    text = _DOTTED_PAIR.sub(_numbered, text)
    text = _DOTTED.sub(lambda found: f"{_ordinal(int(found[1]))} ", text)
    text = _ORDINAL_PAIR.sub(_numbered, text)
    return _put(text, _DAYS + _rules(*_REPAIRS))


def _numbered(found: re.Match[str]) -> str:
    """Name the month of "3.4.": the day comes first in German."""
    day, month, year = found.groups()
    if not 1 <= int(month) <= len(MONTH_NAMES):
        return found[0]
    return f"{_ordinal(int(day))} {_MONTHS[MONTH_NAMES[int(month) - 1].lower()]} {year or ''} "


def _ordinal(day: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{'th' if day in (11, 12, 13) else ending}"


def _spelled(text: str, *, umlauts: bool = True) -> str:
    text = _put(text, _SPELLED)
    words = text.split()
    bare = [word.strip(".,;:-").lower() for word in words]
    i = 0
    while i < len(words):
        end = i
        while end < len(words) and bare[end] in _ALPHABET:
            end += 1
        if end - i >= _FEWEST_WORDS:
            words[i:end] = [_ALPHABET[word] for word in bare[i:end]]
            bare[i:end] = words[i:end]
        i = max(end, i + 1)
    return " ".join(_joined(words) if umlauts else words)


def _joined(words: list[str]) -> list[str]:
    """Make one word of a name's letters where an umlaut is among them."""
    bare = [word.strip(".,;:-").lower() for word in words]
    for start in range(len(words)):
        end = start
        while end < len(words) and len(bare[end]) == 1:
            end += 1
        letters = "".join(bare[start:end])
        if len(letters) >= _FEWEST_WORDS and _UMLAUTS & set(letters):
            said = [] if letters in bare else [letters.capitalize()]
            before = [word for word in words[:start] if word != "spelled"]
            return [*before, *said, *words[end:]]
    return words

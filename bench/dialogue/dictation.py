"""Dictated values as people say them and a recogniser writes them, for measuring the readers.

Shares no table with `dialogue.understanding`: forms are written down here anew. Those in
`HELD_OUT` were not looked at while the readers were being written.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

Form = Callable[[str, Random], "Sequence[str]"]
"""A value to the turns in which it is said."""


@dataclass(frozen=True, slots=True)
class Dictation:
    """A value, said in one way."""

    kind: str
    form: str
    value: str
    turns: tuple[str, ...]
    held_out: bool
    corrects: bool = False


NAMES = {
    "0": "zero", "1": "one", "2": "two", "3": "three", "4": "four", "5": "five", "6": "six",
    "7": "seven", "8": "eight", "9": "nine",
}  # fmt: skip
_TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
          "eighteen", "nineteen"]  # fmt: skip
_TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_PLACES = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
           "tenth"]  # fmt: skip
_CONFUSED = {"5": "9", "9": "5", "1": "9", "4": "5", "0": "4", "2": "3", "3": "2", "6": "8",
             "7": "1", "8": "3"}  # fmt: skip


# --- digits --------------------------------------------------------------------------------------


def by_word(code: str, draw: Random) -> list[str]:
    return [" ".join(NAMES[d] for d in code)]


def with_oh(code: str, draw: Random) -> list[str]:
    return [" ".join("oh" if d == "0" else NAMES[d] for d in code)]


def by_figure(code: str, draw: Random) -> list[str]:
    return [" ".join(code) + "."]


def hyphens(code: str, draw: Random) -> list[str]:
    return ["-".join(code)]


def commas(code: str, draw: Random) -> list[str]:
    return [", ".join(code) + "."]


def any_groups(code: str, draw: Random) -> list[str]:
    pieces, at = [], 0
    while at < len(code):
        size = draw.choice((1, 2, 2, 3, 4))
        pieces.append(code[at : at + size])
        at += size
    return [draw.choice((" ", ", ", "-", " ")).join(pieces)]


def mixed(code: str, draw: Random) -> list[str]:
    return [" ".join(d if draw.random() < 0.5 else NAMES[d] for d in code)]


def doubles(code: str, draw: Random) -> list[str]:
    said, at = [], 0
    while at < len(code):
        count = next(n for n in (3, 2, 1) if code[at : at + n] == code[at] * n)
        word = {1: "", 2: "double ", 3: "triple "}[count]
        said.append(word + draw.choice((NAMES[code[at]], code[at])))
        at += count
    return [" ".join(said)]


def _pair(two: str) -> str:
    tens, unit = int(two[0]), int(two[1])
    if tens == 0:
        return f"oh {NAMES[two[1]]}"
    if tens == 1:
        return _TEENS[unit]
    return _TENS[tens] + (f"-{NAMES[two[1]]}" if unit else "")


def pairs(code: str, draw: Random) -> list[str]:
    start = len(code) % 2
    head = [NAMES[code[0]]] if start else []
    return [" ".join([*head, *(_pair(code[i : i + 2]) for i in range(start, len(code), 2))])]


def pairs_late(code: str, draw: Random) -> list[str]:
    said = [_pair(code[i : i + 2]) for i in range(0, len(code) - 1, 2)]
    return [" ".join(said + ([NAMES[code[-1]]] if len(code) % 2 else []))]


def sound_alikes(code: str, draw: Random) -> list[str]:
    wrong = {"4": "for", "2": draw.choice(("to", "too")), "8": "ate", "1": "won"}
    at = [i for i, d in enumerate(code) if d in wrong]
    chosen = set(draw.sample(at, min(len(at), 2)))
    return [" ".join(wrong[d] if i in chosen else NAMES[d] for i, d in enumerate(code))]


def filled(code: str, draw: Random) -> list[str]:
    words = [NAMES[d] for d in code]
    words.insert(draw.randrange(1, len(words)), draw.choice(("um,", "uh,", "er,", "and", "then")))
    return [" ".join(words)]


def in_sentence(code: str, draw: Random) -> list[str]:
    frame = draw.choice(
        ("yeah it's, um, the number is {}, I think", "okay so the order number is {}.",
         "Let me see. It's {}.", "it says {} here", "that would be {} please",
         "sure, my number is {}", "I've got it here, it's {}, yeah")
    )  # fmt: skip
    return [frame.format(draw.choice((by_word, by_figure, any_groups, mixed))(code, draw)[0])]


def twice(code: str, draw: Random) -> list[str]:
    return [f"{by_word(code, draw)[0]}. {by_figure(code, draw)[0]}"]


def two_turns(code: str, draw: Random) -> list[str]:
    cut = draw.randrange(2, len(code) - 1)
    first, second = by_word(code[:cut], draw)[0], draw.choice((by_word, by_figure))
    return [draw.choice(("it's {}", "{}", "okay, {}")).format(first), second(code[cut:], draw)[0]]


def _wrong(code: str, at: int) -> str:
    return code[:at] + _CONFUSED[code[at]] + code[at + 1 :]


def restarted(code: str, draw: Random) -> list[str]:
    cut = draw.randrange(3, len(code) + 1)
    spoilt = _wrong(code, cut - 1)[:cut]
    mark = draw.choice(("no wait,", "sorry,", "no,", "I mean,", "no, sorry,", "oh wait,"))
    return [f"{by_word(spoilt, draw)[0]}, {mark} {by_word(code, draw)[0]}"]


def last_put_right(code: str, draw: Random) -> list[str]:
    at = draw.randrange(2, len(code))
    mark = draw.choice(("no,", "sorry,", "I mean", "no wait,", "make that"))
    rest = by_word(code[at:], draw)[0]
    return [f"{by_word(_wrong(code, at)[: at + 1], draw)[0]}, {mark} {rest}"]


def not_that(code: str, draw: Random) -> list[str]:
    at = _unique(code, draw)
    wrong = _wrong(code, at)
    was, now = NAMES[wrong[at]], NAMES[code[at]]
    frame = draw.choice(("sorry, that's {1} not {0}", "{1}, not {0}", "no it's {1} not {0}"))
    return [f"{by_word(wrong, draw)[0]}, {frame.format(was, now)}"]


def _unique(code: str, draw: Random) -> int:
    """Return a place whose wrong digit occurs nowhere else, so that "not nine" says which."""
    fit = [i for i, d in enumerate(code) if _CONFUSED[d] not in code]
    # Else the last one that it can mean.
    return draw.choice(fit) if fit else max(i for i in range(len(code)) if _means(code, i))


def _means(code: str, at: int) -> bool:
    """Whether "not nine" means this place, because none behind it has the wrong digit."""
    return _CONFUSED[code[at]] not in code[at + 1 :]


def place_named(code: str, draw: Random) -> list[str]:
    at = draw.randrange(len(code))
    place = "last" if at == len(code) - 1 else _PLACES[at]
    frame = draw.choice(("the {} digit is {}", "the {} one is {}", "sorry, the {} number is {}",
                         "the {} one should be {}"))  # fmt: skip
    now = draw.choice((NAMES[code[at]], code[at]))
    return [by_word(_wrong(code, at), draw)[0] + ", " + frame.format(place, now)]


def scratched(code: str, draw: Random) -> list[str]:
    cut = draw.randrange(2, len(code))
    mark = draw.choice(("scratch that.", "let me start again.", "forget that,"))
    return [f"{by_word(_wrong(code, cut - 1)[:cut], draw)[0]} {mark} {by_word(code, draw)[0]}"]


def put_right_later(code: str, draw: Random) -> list[str]:
    """The first turn is whole and wrong; the second says what."""
    at = draw.randrange(len(code))
    place = "last" if at == len(code) - 1 else _PLACES[at]
    frame = draw.choice(("no, the {} one is {}", "no, the {} digit should be {}"))
    return [by_figure(_wrong(code, at), draw)[0], frame.format(place, NAMES[code[at]])]


# Held out.


def thousands(code: str, draw: Random) -> list[str]:
    return [f"{int(code[:-3])},{code[-3:]}" if code[0] != "0" else code]


def plural(code: str, draw: Random) -> list[str]:
    said, at = [], 0
    while at < len(code):
        two = code[at : at + 2] == code[at] * 2
        name = NAMES[code[at]]
        said.append(f"two {name}{'es' if name == 'six' else 's'}" if two else name)
        at += 2 if two else 1
    return [" ".join(said)]


def question(code: str, draw: Random) -> list[str]:
    return [f"is it {' '.join(code[:2])} {by_word(code[2:], draw)[0]}?"]


def hedged(code: str, draw: Random) -> list[str]:
    cut = draw.randrange(1, len(code) - 1)
    return [
        f"so I'm looking at the email and it goes {by_word(code[:cut], draw)[0]} and then "
        f"there's a {by_word(code[cut : cut + 1], draw)[0]} {by_word(code[cut + 1 :], draw)[0]}"
    ]


def slashes(code: str, draw: Random) -> list[str]:
    return [f"#{code[:2]}/{code[2:]}"]


def three_turns(code: str, draw: Random) -> list[str]:
    return [f"first {by_word(code[:2], draw)[0]}", f"{' '.join(code[2:4])},",
            f"and {by_word(code[4:], draw)[0]}"]  # fmt: skip


def instead(code: str, draw: Random) -> list[str]:
    at = _unique(code, draw)
    wrong = _wrong(code, at)
    return [f"{' '.join(wrong)}. Oh no, I meant a {code[at]} instead of the {wrong[at]}."]


def ends_in(code: str, draw: Random) -> list[str]:
    wrong = _wrong(code, len(code) - 1)
    return [f"{by_word(wrong, draw)[0]}. Sorry, it ends in {' '.join(NAMES[d] for d in code[-2:])}"]


def changed(code: str, draw: Random) -> list[str]:
    at = _unique(code, draw)
    wrong = _wrong(code, at)
    return [by_word(wrong, draw)[0], f"no, the {NAMES[wrong[at]]} should be a {NAMES[code[at]]}"]


def misread(code: str, draw: Random) -> list[str]:
    cut = len(code) // 2
    wrong = _wrong(code, cut)
    return [f"{by_word(wrong[: cut + 1], draw)[0]} oops I misread it, "
            f"{by_word(code, draw)[0]}"]  # fmt: skip


# --- letters and digits --------------------------------------------------------------------------

_SOUNDS = {"A": "ay", "B": "bee", "C": "see", "D": "dee", "E": "ee", "F": "eff", "G": "gee",
           "H": "aitch", "I": "eye", "J": "jay", "K": "kay", "L": "el", "M": "em", "N": "en",
           "O": "oh", "P": "pee", "Q": "cue", "R": "are", "S": "ess", "T": "tee", "U": "you",
           "V": "vee", "W": "double u", "X": "ex", "Y": "why", "Z": "zee"}  # fmt: skip
_RADIO = {"A": "Alpha", "B": "Bravo", "C": "Charlie", "D": "Delta", "E": "Echo", "F": "Foxtrot",
          "G": "Golf", "H": "Hotel", "I": "India", "J": "Juliet", "K": "Kilo", "L": "Lima",
          "M": "Mike", "N": "November", "O": "Oscar", "P": "Papa", "Q": "Quebec", "R": "Romeo",
          "S": "Sierra", "T": "Tango", "U": "Uniform", "V": "Victor", "W": "Whiskey", "X": "X-ray",
          "Y": "Yankee", "Z": "Zulu"}  # fmt: skip
_WORDS = {"A": "apple", "B": "Bertie", "C": "cat", "D": "dog", "E": "Edward", "F": "Freddie",
          "G": "George", "H": "Harry", "I": "ice", "J": "John", "K": "king", "L": "London",
          "M": "Mary", "N": "Nancy", "O": "orange", "P": "Peter", "Q": "queen", "R": "Robert",
          "S": "Sam", "T": "Tom", "U": "umbrella", "V": "Victor", "W": "William", "X": "xylophone",
          "Y": "yellow", "Z": "zebra"}  # fmt: skip


def _characters(value: str) -> str:
    return "".join(c for c in value.upper() if c.isalnum())


def _each(value: str, letter: Callable[[str], str]) -> list[str]:
    return [NAMES[c] if c.isdigit() else letter(c) for c in _characters(value)]


def as_written(value: str, draw: Random) -> list[str]:
    return [value]


def spaced(value: str, draw: Random) -> list[str]:
    return [" ".join(_characters(value))]


def dotted(value: str, draw: Random) -> list[str]:
    return [" ".join(c if c.isdigit() else f"{c}." for c in _characters(value))]


def listed(value: str, draw: Random) -> list[str]:
    return [f"it's {', '.join(_characters(value))}."]


def letter_sounds(value: str, draw: Random) -> list[str]:
    return [" ".join(_each(value, lambda c: _SOUNDS[c]))]


def radio(value: str, draw: Random) -> list[str]:
    return [" ".join(_each(value, lambda c: _RADIO[c]))]


def as_in(value: str, draw: Random) -> list[str]:
    join = draw.choice(("as in", "for", "like"))
    return [", ".join(_each(value, lambda c: f"{c} {join} {_WORDS[c]}"))]


def lower_sounds(value: str, draw: Random) -> list[str]:
    return [" ".join(_each(value, lambda c: draw.choice((c.lower(), _SOUNDS[c]))))]


def letter_put_right(value: str, draw: Random) -> list[str]:
    plain = _characters(value)
    at = draw.choice([i for i, c in enumerate(plain) if c.isalpha()])
    other = {"B": "D", "D": "B", "M": "N", "N": "M", "S": "F", "F": "S"}.get(plain[at], "P")
    if other in plain:
        other = "K" if "K" not in plain else "J"
    wrong = plain[:at] + other + plain[at + 1 :]
    return [f"{' '.join(wrong)}, sorry, {plain[at]} not {other}"]


# Held out.


def half_radio(value: str, draw: Random) -> list[str]:
    said = [NAMES[c] if c.isdigit() else draw.choice((_RADIO[c], c, f"{c} as in {_WORDS[c]}"))
            for c in _characters(value)]  # fmt: skip
    return [f"the number is {', '.join(said)}, okay?"]


def letter_dash(value: str, draw: Random) -> list[str]:
    return ["-".join(_characters(value))]


def misheard_letter(value: str, draw: Random) -> list[str]:
    """The word after "as in" tells the letter that was heard wrongly."""
    near = {"B": "D", "D": "B", "M": "N", "N": "M", "S": "F", "F": "S", "P": "B", "T": "D"}
    return [" ".join(_each(value, lambda c: f"{near.get(c, c)} as in {_WORDS[c]}"))]


# --- other kinds ---------------------------------------------------------------------------------


def phone_groups(value: str, draw: Random) -> list[str]:
    return [f"{value[:3]}-{value[3:6]}-{value[6:]}"]


def phone_words(value: str, draw: Random) -> list[str]:
    parts = (value[:3], value[3:6], value[6:])
    return [", ".join(with_oh(part, draw)[0] for part in parts)]


def phone_country(value: str, draw: Random) -> list[str]:
    area, office, line = value[:3], value[3:6], value[6:]
    frames = (f"plus one {' '.join(value)}", f"+1 ({area}) {office}-{line}",
              f"one, {by_word(value, draw)[0]}")  # fmt: skip
    return [draw.choice(frames)]


def phone_area(value: str, draw: Random) -> list[str]:
    return [f"area code {value[:3]}, then {value[3:6]} {value[6:]}"]


_MONTHS = list(calendar.month_name)


def _ordinal_word(day: int) -> str:
    ordinals = {1: "first", 2: "second", 3: "third", 5: "fifth", 8: "eighth", 9: "ninth",
                12: "twelfth", 20: "twentieth", 30: "thirtieth"}  # fmt: skip
    if day in ordinals:
        return ordinals[day]
    if day < 10:
        return NAMES[str(day)] + "th"
    if day < 20:
        return _TEENS[day - 10] + "th"
    return f"{_TENS[day // 10]}-{_ordinal_word(day % 10)}"


def _suffix(day: int) -> str:
    if day in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


TODAY = date(2026, 3, 2)
"""The day on which dates are said, a Monday."""


def date_said(value: str, draw: Random) -> list[str]:
    day = date.fromisoformat(value)
    month, word = _MONTHS[day.month], _ordinal_word(day.day)
    frame = draw.choice(("the {w} of {m}", "{m} {w}", "{m} the {w}", "{m} {d}{s}", "{d} {m}",
                         "on {m} {d}", "it was the {d}{s} of {m}"))  # fmt: skip
    return [frame.format(w=word, m=month, d=day.day, s=_suffix(day.day))]


def date_with_year(value: str, draw: Random) -> list[str]:
    day = date.fromisoformat(value)
    year = draw.choice((str(day.year), f"twenty {_pair(str(day.year)[2:])}"))
    return [f"{_MONTHS[day.month]} {_ordinal_word(day.day)}, {year}"]


def date_relative(value: str, draw: Random) -> list[str]:
    day = date.fromisoformat(value)
    ahead = (day - TODAY).days
    name = calendar.day_name[day.weekday()]
    known = {0: "today", 1: "tomorrow", -1: "yesterday", 2: "the day after tomorrow",
             -2: "the day before yesterday"}  # fmt: skip
    if ahead in known:
        return [known[ahead]]
    if ahead % 7 == 0 and abs(ahead) <= 28:
        weeks = {1: "a week", 2: "two weeks", 3: "three weeks", 4: "4 weeks"}[abs(ahead) // 7]
        return [f"in {weeks}" if ahead > 0 else f"{weeks} ago"]
    if 2 < ahead < 7:
        return [draw.choice((f"this {name}", f"on {name}", f"in {NAMES[str(ahead)]} days"))]
    if -7 < ahead < -2:
        return [draw.choice((f"last {name}", f"{NAMES[str(-ahead)]} days ago"))]
    return [f"in {ahead} days" if ahead > 0 else f"{-ahead} days ago"]


def date_put_right(value: str, draw: Random) -> list[str]:
    day = date.fromisoformat(value)
    other = day + timedelta(draw.choice((-1, 1, 2)))
    return [f"the {_ordinal_word(other.day)} of {_MONTHS[other.month]}, no, sorry, "
            f"the {_ordinal_word(day.day)} of {_MONTHS[day.month]}"]  # fmt: skip


def _number_words(number: int) -> str:
    if number >= 1000:
        rest = f" {_number_words(number % 1000)}" if number % 1000 else ""
        return f"{_number_words(number // 1000)} thousand{rest}"
    if number >= 100:
        rest = f" and {_number_words(number % 100)}" if number % 100 else ""
        return f"{NAMES[str(number // 100)]} hundred{rest}"
    if number < 10:
        return NAMES[str(number)]
    return _TEENS[number - 10] if number < 20 else _pair(str(number))


def amount_short(value: str, draw: Random) -> list[str]:
    whole, cents = divmod(int(value), 100)
    if cents < 10 or whole >= 100:
        return amount_full(value, draw)
    return [f"{_number_words(whole)} {_pair(f'{cents:02d}')}"]


def amount_full(value: str, draw: Random) -> list[str]:
    whole, cents = divmod(int(value), 100)
    unit, small = draw.choice((("dollars", "cents"), ("euros", "cents"), ("pounds", "pence")))
    tail = f" and {_number_words(cents)} {small}" if cents else ""
    return [f"{_number_words(whole)} {unit}{tail}"]


def amount_unit_between(value: str, draw: Random) -> list[str]:
    whole, cents = divmod(int(value), 100)
    if not 10 <= cents:
        return amount_full(value, draw)
    return [f"it was {_number_words(whole)} {draw.choice(('euros', 'dollars'))} "
            f"{_number_words(cents)}"]  # fmt: skip


def amount_figures(value: str, draw: Random) -> list[str]:
    whole, cents = divmod(int(value), 100)
    pence = " ".join(NAMES[d] for d in f"{cents:02d}")
    frames = (f"${whole:,}.{cents:02d}", f"{whole}.{cents:02d} euros",
              f"it's {whole} dollars and {cents} cents", f"{whole} point {pence}")  # fmt: skip
    return [draw.choice(frames)]


def amount_put_right(value: str, draw: Random) -> list[str]:
    other = str(int(value) + 1000)
    return [f"{amount_full(other, draw)[0]}, I mean {amount_full(value, draw)[0]}"]


def zip_said(value: str, draw: Random) -> list[str]:
    return draw.choice((with_oh, by_figure, any_groups, pairs_late, doubles))(value, draw)


def email_said(value: str, draw: Random) -> list[str]:
    local, _, host = value.partition("@")
    words = " ".join(_email_words(local))
    host = host.replace(".", " dot ")
    return [draw.choice(("{} at {}", "it's {} at {}", "my email is {} at {}, all lower case"))
            .format(words, host)]  # fmt: skip


def _email_words(local: str) -> list[str]:
    said: list[str] = []
    signs = {".": "dot", "_": "underscore", "-": "dash"}
    word = ""
    for char in local + " ":
        if char.isalpha():
            word += char
            continue
        if word:
            said.append(word)
        word = ""
        if char in signs:
            said.append(signs[char])
        elif char.isdigit():
            said.append(NAMES[char])
    return said


def email_written(value: str, draw: Random) -> list[str]:
    return [draw.choice((value, f"It's {value}.", value.replace("@", " at ")))]


def email_spelled(value: str, draw: Random) -> list[str]:
    local, _, host = value.partition("@")
    signs = {".": "dot", "_": "underscore", "-": "hyphen"}
    sep = draw.choice((" ", ", ", "-"))
    parts: list[str] = []
    run: list[str] = []
    for char in local:
        if char in signs:
            parts += [sep.join(run), signs[char]]
            run = []
        else:
            run.append(char.upper() if sep == "-" else char)
    parts.append(sep.join(run))
    return [f"{' '.join(filter(None, parts))} at {host.replace('.', ' dot ')}"]


def email_two_turns(value: str, draw: Random) -> list[str]:
    local, _, host = value.partition("@")
    return [" ".join(_email_words(local)), f"at {host.replace('.', ' dot ')}"]


def email_put_right(value: str, draw: Random) -> list[str]:
    local, _, host = value.partition("@")
    other = "yahoo dot com" if host != "yahoo.com" else "gmail dot com"
    return [
        f"{' '.join(_email_words(local))} at {other}, no sorry, at {host.replace('.', ' dot ')}"
    ]


def name_spelled(value: str, draw: Random) -> list[str]:
    letters = _characters(value)
    return [draw.choice((" ".join(letters), "-".join(letters), ", ".join(letters)))]


def name_both(value: str, draw: Random) -> list[str]:
    mishearing = value.replace("y", "i").replace("ck", "k").replace("th", "t")
    return [f"{mishearing}, that's {' '.join(_characters(value))}"]


def name_radio(value: str, draw: Random) -> list[str]:
    return [" ".join(_RADIO[c] for c in _characters(value))]


def name_as_in(value: str, draw: Random) -> list[str]:
    said, letters, at = [], _characters(value), 0
    while at < len(letters):
        two = letters[at : at + 2] == letters[at] * 2
        c = letters[at]
        said.append(f"double {c}" if two else
                    f"{c} as in {_WORDS[c]}" if draw.random() < 0.5 else c)  # fmt: skip
        at += 2 if two else 1
    return [f"it's spelled {', '.join(said)}"]


def name_said(value: str, draw: Random) -> list[str]:
    return [draw.choice(("my last name is {}", "it's {}", "{}", "{} please")).format(value)]


# --- everything ----------------------------------------------------------------------------------

_DIGITS = (by_word, with_oh, by_figure, hyphens, commas, any_groups, mixed, doubles, pairs,
           pairs_late, sound_alikes, filled, in_sentence, twice, two_turns)  # fmt: skip
_PUT_RIGHT = (restarted, last_put_right, not_that, place_named, scratched, put_right_later)
_LETTERED = (as_written, spaced, dotted, listed, letter_sounds, radio, as_in, lower_sounds)
FORMS: Mapping[str, tuple[Form, ...]] = {
    "order number": (*_DIGITS, thousands, plural, question, hedged, slashes, three_turns),
    "order number, put right": (*_PUT_RIGHT, instead, ends_in, changed, misread),
    "MS-44117": (*_LETTERED, half_radio, letter_dash, misheard_letter),
    "A4B9": (*_LETTERED, half_radio, letter_dash, misheard_letter),
    "A4B9, put right": (letter_put_right,),
    "phone": (phone_groups, phone_words, phone_country, phone_area, by_figure, by_word,
              doubles, two_turns),
    "phone, put right": (place_named, restarted, put_right_later),
    "date": (date_said, date_with_year, date_relative),
    "date, put right": (date_put_right,),
    "amount": (amount_short, amount_full, amount_unit_between, amount_figures),
    "amount, put right": (amount_put_right,),
    "ZIP": (zip_said,),
    "UK postcode": (as_written, spaced, letter_sounds, radio, as_in, listed),
    "email": (email_said, email_written, email_spelled, email_two_turns),
    "email, put right": (email_put_right,),
    "name": (name_spelled, name_both, name_radio, name_as_in, name_said),
}  # fmt: skip
HELD_OUT = frozenset(
    form.__name__
    for form in (thousands, plural, question, hedged, slashes, three_turns, instead, ends_in,
                 changed, misread, half_radio, letter_dash, misheard_letter)
)  # fmt: skip

_FIRST = ["jane", "tom", "anna", "peter", "maria", "lucy", "karen", "omar"]
_LAST = ["Smith", "Kowalski", "Meyer", "Lopez", "Byrne", "Hackett", "Novak", "Whitty", "Schmidt",
         "Okafor", "Fitch", "Palmer", "Quigley", "Dunn", "Vickers"]  # fmt: skip
_HOSTS = ["gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "example.org", "aol.com"]


def value_of(kind: str, draw: Random) -> str:
    """Return a random value of a kind."""
    digits = "0123456789"
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    match kind.partition(",")[0]:
        case "order number" | "ZIP":
            return "".join(draw.choice(digits) for _ in range(5))
        case "MS-44117":
            return "MS-" + "".join(draw.choice(digits) for _ in range(5))
        case "A4B9":
            return "".join(draw.choice(pool) for pool in (letters, digits, letters, digits))
        case "phone":
            return "555" + "".join(draw.choice(digits) for _ in range(7))
        case "date":
            return (TODAY + timedelta(draw.randrange(-60, 61))).isoformat()
        case "amount":
            return str(draw.choice((draw.randrange(200, 9999), draw.randrange(100, 2000) * 100)))
        case "UK postcode":
            area = "".join(draw.choice(letters) for _ in range(draw.choice((1, 2))))
            inward = draw.choice(digits) + "".join(draw.choice(letters) for _ in range(2))
            return f"{area}{draw.randrange(1, 29)} {inward}"
        case "email":
            first, last = draw.choice(_FIRST), draw.choice(_LAST).lower()
            local = draw.choice((f"{first}.{last}", f"{first}_{last}", f"{first[0]}{last}",
                                 f"{last}{draw.randrange(10, 99)}", f"{first}-{last}",
                                 f"{first[0]}.{last}"))  # fmt: skip
            return f"{local}@{draw.choice(_HOSTS)}"
        case _:
            return draw.choice(_LAST)


def dictations(each: int, seed: int = 7) -> list[Dictation]:
    """Return `each` values of every kind in every form, always the same for a seed."""
    found: list[Dictation] = []
    for kind, forms in FORMS.items():
        for form in forms:
            draw = Random(f"{seed}/{kind}/{form.__name__}")
            for _ in range(each):
                value = value_of(kind, draw)
                turns = tuple(form(value, draw))
                held = form.__name__ in HELD_OUT
                found.append(
                    Dictation(kind, form.__name__, value, turns, held, "put right" in kind)
                )
    return found

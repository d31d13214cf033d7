"""Days as people name them: "the third of March", "next Tuesday", "two weeks ago", "3/4"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum

from dialogue.understanding.cardinals import below_hundred, cardinal
from dialogue.understanding.english import TENS
from dialogue.understanding.english_values import (
    A_FEW,
    AGO,
    AHEAD,
    DAY_UNITS,
    LAST,
    MONTHS,
    NEXT,
    ORDINAL_DAYS,
    RELATIVE_DAYS,
    WEEKDAYS,
)

_WORDS = re.compile(r"\d{4}-\d{2}-\d{2}|\d+(?:[/.]\d+){1,2}|\d+(?:st|nd|rd|th)\b|\d+|[a-z]+")
_FAR = 400
"""Days from today beyond which a year has to be said."""


class Tense(StrEnum):
    """Where a day lies that could be several."""

    ANY = "any"
    """The nearest one."""
    PAST = "past"
    FUTURE = "future"


def read_days(text: str, today: date | None, tense: Tense = Tense.ANY) -> list[tuple[date, float]]:
    """Return the days that a turn may name, with prices in nats, cheapest first.

    What was said last counts most: "on Monday, no, Tuesday".

    Args:
        text: The turn.
        today: What "tomorrow" and "the third" are counted from; None where that is not known, so
            that only days with a year can be read.
        tense: Which of several days is meant where the words leave it open.
    """
    plain = re.sub(r"[’']s\b", "", text.lower()).replace("-first", " first")
    plain = re.sub(r"\b(twenty|thirty)-(\w+)", r"\1 \2", plain)
    words = tuple(_WORDS.findall(plain))
    found: list[tuple[date, float, int, int]] = []
    i = 0
    while i < len(words):
        options = list(_at(words, i, today, tense))
        if not options:
            i += 1
            continue
        end = max(after for _, _, after in options)
        found += [(day, price, i, after) for day, price, after in options if after == end]
        i = end
    if not found:
        return []
    last = max(start for _, _, start, _ in found)
    prices: dict[date, float] = {}
    for day, price, start, _ in found:
        total = price + (0.0 if start == last else 2.0)
        prices[day] = min(total, prices.get(day, 99.0))
    return sorted(prices.items(), key=lambda item: item[1])


def _at(
    words: tuple[str, ...], i: int, today: date | None, tense: Tense
) -> Iterator[tuple[date, float, int]]:
    """Yield (day, price, next index) for what stands at `i`."""
    yield from _written(words[i], i, today, tense)
    yield from _with_month(words, i, today, tense)
    if today is None:
        return
    for phrase, offset in RELATIVE_DAYS:
        if _stands(words, i, phrase):
            yield today + timedelta(offset), 0.0, i + len(phrase.split())
            break
    yield from _counted(words, i, today)
    yield from _weekday(words, i, today, tense)
    yield from _day_alone(words, i, today, tense)


def _written(
    word: str, i: int, today: date | None, tense: Tense
) -> Iterator[tuple[date, float, int]]:
    """`2026-03-04`, `3/4/2026`, `3.4.`: month first is the American way."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", word):
        if day := _date(int(word[:4]), int(word[5:7]), int(word[8:])):
            yield day, 0.0, i + 1
        return
    if not re.fullmatch(r"\d+(?:[/.]\d+){1,2}", word):
        return
    first, second, *rest = (int(part) for part in re.split(r"[/.]", word))
    month_first = 0.0 if "/" in word else 1.0
    for month, day_of, price in ((first, second, month_first), (second, first, 1 - month_first)):
        if day := _in_year(rest[0] if rest else None, month, day_of, today, tense):
            yield day, price, i + 1


def _with_month(
    words: tuple[str, ...], i: int, today: date | None, tense: Tense
) -> Iterator[tuple[date, float, int]]:
    """Read "the third of March", "March the third", "3 March 2026", "March 3rd"."""
    start = i + 1 if words[i] in ("the", "on") else i
    at: int
    if start < len(words) and words[start] in MONTHS:
        month = MONTHS[words[start]]
        at = start + 1
        at += words[at : at + 1] == ("the",)
        named = _day_number(words, at)
        if named is None:
            return
        day_of, at = named
    else:
        named = _day_number(words, start)
        if named is None:
            return
        day_of, at = named
        at += words[at : at + 1] == ("day",)
        at += words[at : at + 1] == ("of",)
        if at >= len(words) or words[at] not in MONTHS:
            return
        month = MONTHS[words[at]]
        at += 1
    year, after = _year(words, at)
    if day := _in_year(year, month, day_of, today, tense):
        yield day, 0.0, after


def _counted(words: tuple[str, ...], i: int, today: date) -> Iterator[tuple[date, float, int]]:
    """Read "three days ago", "in two weeks", "a week from Monday"."""
    start = i + 1 if words[i] == "in" else i
    count: int | None = None
    at = start
    for phrase, value in sorted(A_FEW.items(), key=lambda item: -len(item[0])):
        if _stands(words, start, phrase):
            count, at = value, start + len(phrase.split())
            break
    if count is None and (number := cardinal(words, start)):
        count, at = number
    if count is None or at >= len(words) or words[at] not in DAY_UNITS or count > _FAR:
        return
    days, after = count * DAY_UNITS[words[at]], at + 1
    if words[after : after + 1] and words[after] in AGO:
        yield today - timedelta(days), 0.0, after + 1
        return
    if words[after : after + 1] == ("from",) and after + 1 < len(words):
        for base, price, end in _weekday(words, after + 1, today, Tense.FUTURE):
            yield base + timedelta(days), price, end
    for phrase in AHEAD:
        if _stands(words, after, phrase):
            yield today + timedelta(days), 0.0, after + len(phrase.split())
            return
    if start > i:
        yield today + timedelta(days), 0.0, after


def _weekday(
    words: tuple[str, ...], i: int, today: date, tense: Tense
) -> Iterator[tuple[date, float, int]]:
    """Read "Tuesday", "next Tuesday", "last Friday", "Tuesday last week", "Tuesday in a week"."""
    start, which = i, ""
    while start < len(words) and words[start] in ("on", "the", "this", *NEXT, *LAST):
        which = words[start] if words[start] not in ("on", "the") else which
        start += 1
    if start >= len(words):
        return
    if words[start] in ("week", "weeks") and which:
        # "next week" names no day.
        return
    if words[start] not in WEEKDAYS:
        return
    ahead = (WEEKDAYS[words[start]] - today.weekday()) % 7
    after = start + 1
    if words[after : after + 2] == ("next", "week") or words[after : after + 2] == ("in", "a"):
        yield today + timedelta(7 - today.weekday() + WEEKDAYS[words[start]]), 0.0, after + 2
        return
    if words[after : after + 2] == ("last", "week"):
        monday = today - timedelta(7 + today.weekday())
        yield monday + timedelta(WEEKDAYS[words[start]]), 0.0, after + 2
        return
    coming = today + timedelta(ahead or 7)
    gone = today - timedelta((7 - ahead) if ahead else 7)
    if which in NEXT:
        # The one of next week; also the coming one, for some people.
        following = today + timedelta(7 - today.weekday() + WEEKDAYS[words[start]])
        yield following, 0.0, after
        if coming != following:
            yield coming, 0.7, after
    elif which in LAST:
        yield gone, 0.0, after
    elif tense is Tense.PAST and which != "this":
        yield (today if not ahead else gone), 0.0, after
    else:
        yield (today if not ahead else coming), 0.0, after
        if tense is Tense.ANY and not which:
            yield gone, 1.5, after


def _day_alone(
    words: tuple[str, ...], i: int, today: date, tense: Tense
) -> Iterator[tuple[date, float, int]]:
    """Read "the fifteenth", "on the 3rd"."""
    if i and words[i - 1] in MONTHS:
        return
    start = i + 1 if words[i] == "the" else i
    if start >= len(words) or not (
        re.fullmatch(r"\d+(?:st|nd|rd|th)", words[start]) or _is_ordinal(words, start)
    ):
        return
    named = _day_number(words, start)
    if named is None or any(word in MONTHS for word in words[named[1] : named[1] + 2]):
        return
    days = []
    for offset in (-1, 0, 1):
        month = today.month - 1 + offset
        if day := _date(today.year + month // 12, month % 12 + 1, named[0]):
            days.append(day)
    if days:
        yield _nearest(days, today, tense), 0.3, named[1]


def _is_ordinal(words: tuple[str, ...], i: int) -> bool:
    if words[i] in ORDINAL_DAYS:
        return True
    return words[i] in TENS and words[i + 1 : i + 2] != () and words[i + 1] in ORDINAL_DAYS


def _day_number(words: tuple[str, ...], i: int) -> tuple[int, int] | None:
    """Read a day of the month at `i`: (day, next index)."""
    if i >= len(words) or (i and words[i - 1] in TENS and words[i] in ORDINAL_DAYS):
        return None
    if found := re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)?", words[i]):
        day, after = int(found[1]), i + 1
    elif words[i] in ORDINAL_DAYS:
        day, after = ORDINAL_DAYS[words[i]], i + 1
    elif words[i] in TENS and words[i + 1 : i + 2] and words[i + 1] in ORDINAL_DAYS:
        day, after = int(TENS[words[i]]) + ORDINAL_DAYS[words[i + 1]], i + 2
    elif number := below_hundred(words, i):
        day, after = number
    else:
        return None
    return (day, after) if 1 <= day <= 31 else None


def _year(words: tuple[str, ...], i: int) -> tuple[int | None, int]:
    """Read a year at `i`, if there is one: (year, next index)."""
    start = i + 1 if words[i : i + 1] in (("of",), ("in",)) else i
    if start >= len(words):
        return None, i
    # A recogniser writes "20th, 26th" for "twenty twenty-six" after a day.
    words = tuple(re.sub(r"(?<=\d)(?:st|nd|rd|th)$", "", word) for word in words)
    if re.fullmatch(r"(?:19|20)\d\d", words[start]):
        return int(words[start]), start + 1
    first = below_hundred(words, start)
    if first and first[0] in (19, 20):
        second = below_hundred(words, first[1])
        if second and (10 <= second[0] or words[first[1] : first[1] + 1] in (("oh",), ("o",))):
            if second[0] == 0 and (third := below_hundred(words, second[1])):
                return first[0] * 100 + third[0], third[1]
            return first[0] * 100 + second[0], second[1]
    if (number := cardinal(words, start)) and 1900 <= number[0] < 2100:
        return number
    return None, i


def _in_year(
    year: int | None, month: int, day: int, today: date | None, tense: Tense
) -> date | None:
    if year is not None:
        return _date(year + 2000 if year < 100 else year, month, day)
    if today is None:
        return None
    years = (today.year - 1, today.year, today.year + 1)
    days = [found for y in years if (found := _date(y, month, day))]
    return _nearest(days, today, tense) if days else None


def _nearest(days: Sequence[date], today: date, tense: Tense) -> date:
    fitting = [
        day
        for day in days
        if tense is Tense.ANY or (day <= today if tense is Tense.PAST else day >= today)
    ]
    return min(fitting or days, key=lambda day: abs((day - today).days))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _stands(words: tuple[str, ...], i: int, phrase: str) -> bool:
    parts = tuple(phrase.split())
    return words[i : i + len(parts)] == parts

"""Words for a German ear: days, money, lists.

Ordinals are written out, because "am 3. März" ends a sentence for whoever cuts text at full stops.
"""

from __future__ import annotations

from datetime import date, datetime, time

from dialogue.forms import Forms

DAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
    "November", "Dezember",
)  # fmt: skip
ORDINALS = (
    "ersten", "zweiten", "dritten", "vierten", "fünften", "sechsten", "siebten", "achten",
    "neunten", "zehnten", "elften", "zwölften", "dreizehnten", "vierzehnten", "fünfzehnten",
    "sechzehnten", "siebzehnten", "achtzehnten", "neunzehnten", "zwanzigsten",
    "einundzwanzigsten", "zweiundzwanzigsten", "dreiundzwanzigsten", "vierundzwanzigsten",
    "fünfundzwanzigsten", "sechsundzwanzigsten", "siebenundzwanzigsten", "achtundzwanzigsten",
    "neunundzwanzigsten", "dreißigsten", "einunddreißigsten",
)  # fmt: skip

_HOURS = (
    "null", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf",
    "zwölf",
)  # fmt: skip


def when(day: date, today: date) -> str:
    """`morgen`, `am Dienstag`, `am Dienstag, dem achten Dezember`."""
    ahead = (day - today).days
    name = DAYS[day.weekday()]
    match ahead:
        case -1:
            return "gestern"
        case 0:
            return "heute"
        case 1:
            return "morgen"
        case n if 1 < n < 7:
            return f"am {name}"
        case n if -7 < n < -1:
            return f"letzten {name}"
        case _:
            return f"am {name}, {calendar_day(day)}"


def calendar_day(day: date) -> str:
    """`dem achten Dezember`."""
    return f"dem {ORDINALS[day.day - 1]} {MONTHS[day.month - 1]}"


def clock(at: time) -> str:
    """`neun Uhr`, `halb zehn`, `14 Uhr 15`: figures where words would be long."""
    hour = _HOURS[at.hour] if at.hour < len(_HOURS) else str(at.hour)
    match at.minute:
        case 0:
            return f"{hour} Uhr"
        case 30 if at.hour < len(_HOURS) - 1:
            return f"halb {_HOURS[at.hour + 1].replace('ein', 'eins')}"
        case minute:
            return f"{at.hour} Uhr {minute}"


def moment(at: datetime, today: date) -> str:
    """`morgen um neun Uhr`."""
    return f"{when(at.date(), today)} um {clock(at.time())}"


def waiting(minutes: int) -> str:
    """`etwa zehn Minuten`."""
    return "etwa eine Minute" if minutes == 1 else f"etwa {minutes} Minuten"


def money(cents: int) -> str:
    """`4950` → `49 Dollar 50`; whole amounts without cents."""
    dollars, rest = divmod(cents, 100)
    if not dollars:
        return f"{rest} Cent"
    return f"{dollars} Dollar {rest}" if rest else f"{dollars} Dollar"


GERMAN_FORMS = Forms(
    when=when,
    calendar_day=calendar_day,
    money=money,
    conjunctions=("und", "oder"),
    mail_signs={".": "punkt", "_": "unterstrich", "-": "bindestrich", "+": "plus"},
    near=(
        *("heute", "morgen", "gestern"),
        *(f"am {day}" for day in DAYS),
        *(f"letzten {day}" for day in DAYS),
    ),
)

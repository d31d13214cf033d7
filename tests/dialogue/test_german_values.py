"""Values as Germans say them: days, amounts, counts, names, addresses, codes, and their repairs."""

from __future__ import annotations

from datetime import date

import pytest

from dialogue.flows import SlotKind
from dialogue.understanding.german import GERMAN
from dialogue.understanding.values import put_right, read_value
from tests.dialogue.test_dictation import slot

TODAY = date(2026, 3, 4)
"""A Wednesday."""


def read(said: str, kind: SlotKind, **fields: object) -> str:
    text = GERMAN.written(said)
    found = read_value(slot(kind, **fields), text, today=TODAY, language=GERMAN)
    return found.whole[0].value if found.whole else ""


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("am dritten März", "2026-03-03"),
        ("am 3. März", "2026-03-03"),
        ("den dreiundzwanzigsten Dezember zweitausendfünfundzwanzig", "2025-12-23"),
        ("am 3.4.", "2026-04-03"),
        ("3.4.2025", "2025-04-03"),
        ("der dritte vierte", "2026-04-03"),
        ("am ersten ersten zweitausendsiebenundzwanzig", "2027-01-01"),
        ("heute", "2026-03-04"),
        ("morgen Vormittag", "2026-03-05"),
        ("übermorgen früh", "2026-03-06"),
        ("gestern Abend", "2026-03-03"),
        ("vorgestern", "2026-03-02"),
        ("am Samstagmorgen", "2026-03-07"),
        ("kommenden Freitag", "2026-03-06"),
        ("nächsten Dienstag", "2026-03-10"),
        ("letzten Montag", "2026-03-02"),
        ("Montag letzter Woche", "2026-02-23"),
        ("nächste Woche Mittwoch", "2026-03-11"),
        ("am Freitag in einer Woche", "2026-03-13"),
        ("in zwei Wochen", "2026-03-18"),
        ("vor drei Tagen", "2026-03-01"),
        ("vor einer Woche", "2026-02-25"),
        ("am Montag, nein, am Dienstag", "2026-03-10"),
        ("am fünfzehnten", "2026-03-15"),
        ("am dreißigsten Februar", ""),
        ("irgendwann", ""),
    ],
)
def test_days(said: str, day: str) -> None:
    assert day == read(said, SlotKind.DATE)


@pytest.mark.parametrize(
    ("said", "cents"),
    [
        ("zwanzig Euro fünfzig", 2050),
        ("20,50 Euro", 2050),
        ("1.250 Euro", 125_000),
        ("1.250,50 €", 125_050),
        ("neunzehn neunundneunzig", 1999),
        ("zwei Komma fünf Euro", 250),
        ("ein Euro zwanzig", 120),
        ("dreitausendfünfhundert Dollar", 350_000),
        ("fünfzig Cent", 50),
        ("zehn Euro, nein, zwölf Euro", 1200),
    ],
)
def test_amounts(said: str, cents: int) -> None:
    assert str(cents) == read(said, SlotKind.AMOUNT)


@pytest.mark.parametrize(
    ("said", "count"),
    [("zwei", 2), ("ein paar", 2), ("einen", 1), ("ein Dutzend", 12), ("drei Stück", 3)],
)
def test_counts(said: str, count: int) -> None:
    assert str(count) == read(said, SlotKind.NUMBER)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("mein Name ist Schmidt", "Schmidt"),
        ("Hier spricht Erika Mustermann", "Erika Mustermann"),
        ("Ich heiße Kowalski, K O W A L S K I", "Kowalski"),
        ("Schmitt, S wie Siegfried, C, H, M, I, Doppel-T", "Schmitt"),
        ("Müller, M Ü L L E R", "Müller"),
        ("das wird buchstabiert G R Ö ß L", "Größl"),
        ("Kaufmann Otto Wilhelm Anton Ludwig", "Kowal"),
        ("Otto", "Otto"),
        ("Weiß mit scharfem S", "Weiß"),
    ],
)
def test_names(said: str, name: str) -> None:
    assert name == read(said, SlotKind.NAME)


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("erika punkt mustermann ät gmx punkt de", "erika.mustermann@gmx.de"),
        ("meine Adresse ist info Unterstrich zwei ät example punkt com", "info_2@example.com"),
        ("hans minus peter ät t-online punkt de", "hans-peter@t-online.de"),
    ],
)
def test_addresses(said: str, address: str) -> None:
    assert address == read(said, SlotKind.EMAIL)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("vierundvierzig eins siebzehn", "44117"),
        ("doppel vier eins eins sieben", "44117"),
        ("vier vier eins, nein warte, vier vier zwei eins sieben", "44217"),
    ],
)
def test_numbers(said: str, code: str) -> None:
    assert code == read(said, SlotKind.CODE, digits=5)


def test_codes_with_letters_and_postcodes() -> None:
    said = "M wie Martha, S wie Siegfried, vier vier eins eins sieben"
    assert "MS-44117" == read(said, SlotKind.CODE, pattern=r"MS-\d{5}")
    assert "10115" == read("zehn eins eins fünf", SlotKind.POSTCODE, country="de")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("die letzte Ziffer ist acht", "44118"),
        ("fünf, nicht sieben", "44115"),
        ("fünf statt sieben", "44115"),
        ("die zweite Ziffer ist eine neun", "49117"),
        ("danke", ""),
    ],
)
def test_a_number_is_put_right(said: str, code: str) -> None:
    assert code == put_right(slot(SlotKind.CODE, digits=5), GERMAN.written(said), "44117", GERMAN)

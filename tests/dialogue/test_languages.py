"""A language is data: German numbers, answers, spoken forms, and which language somebody speaks."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.errors import DomainError
from dialogue.languages import LANGUAGES, asked_for, spoken_in
from dialogue.loading import load_domain
from dialogue.spoken import LANGUAGE, Template
from dialogue.understanding.answers import Polarity, lacks, read_choice, read_polarity, refuses
from dialogue.understanding.german import GERMAN
from dialogue.understanding.german_numbers import value, written
from dialogue.understanding.numbers import read_code, tokens

_UNITS = ("", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun")
_TEENS = ("zehn", "elf", "zwölf", "dreizehn", "vierzehn", "fünfzehn", "sechzehn", "siebzehn")
_TENS = ("", "", "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig")


def named(number: int) -> str:
    """Name a number below a million in German, written apart from the code under test."""
    if number >= 1000:
        head = "" if number < 2000 else named(number // 1000)
        return f"{head}tausend{named(number % 1000) if number % 1000 else ''}"
    if number >= 100:
        return f"{_UNITS[number // 100]}hundert{named(number % 100) if number % 100 else ''}"
    if number >= 20:
        tens = (*_TENS, "neunzig")[number // 10]
        return f"{_UNITS[number % 10]}und{tens}" if number % 10 else tens
    if number >= 10:
        return (*_TEENS, "achtzehn", "neunzehn")[number - 10]
    return {0: "null", 1: "eins"}.get(number) or _UNITS[number]


@given(st.integers(0, 1_999) | st.integers(2_000, 999_999).filter(lambda n: n // 1000 % 100 != 1))
def test_every_number_is_read_in_one_word(number: int) -> None:
    assert number == value(named(number))


@pytest.mark.parametrize(
    "said",
    [
        "vier vier eins eins sieben",
        "Es ist die vier vier eins eins sieben.",
        "vierundvierzig eins siebzehn",
        "vierundvierzig einhundertsiebzehn",
        "Vierundvierzigtausendeinhundertsiebzehn",
        "doppel vier, eins, eins, sieben",
        "4 4 1 1 7",
        "vier vier zwo eins sieben, nein, warte, vier vier eins eins sieben",
        "vier vier eins eins acht, ich meine vier vier eins eins sieben",
    ],
)
def test_an_order_number_said_in_german_is_read(said: str) -> None:
    code = read_code(written(said), 5, expected=True)
    assert code is not None
    assert ("44117", True) == (code.digits, code.complete)


@pytest.mark.parametrize(
    "said", ["Ich habe eine Frage zu einer Bestellung", "ein Mensch bitte", "nein, warte", ""]
)
def test_words_that_are_no_numbers_stay_as_they_were_said(said: str) -> None:
    assert said == written(said)


@given(st.text(max_size=60))
def test_any_text_can_be_written(text: str) -> None:
    assert isinstance(written(text), str)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("ja", Polarity.YES),
        ("Ja, genau.", Polarity.YES),
        ("jo", Polarity.YES),
        ("ähm, ja bitte", Polarity.YES),
        ("Nee.", Polarity.NO),
        ("nein, auf keinen Fall", Polarity.NO),
        ("okay, nein danke", Polarity.NO),
        ("das stimmt nicht", Polarity.NO),
        ("Vielleicht.", Polarity.UNSURE),
        ("ja, wenn es kostenlos ist", Polarity.UNSURE),
        ("wo ist meine Bestellung", Polarity.NONE),
        ("yes", Polarity.NONE),
    ],
)
def test_yes_and_no_in_german(said: str, meant: Polarity) -> None:
    assert meant is read_polarity(said, GERMAN)[0]


def test_english_is_what_it_was_beside_it() -> None:
    assert Polarity.NONE is read_polarity("nein")[0]
    assert Polarity.YES is read_polarity("yes please")[0]


def test_picking_refusing_and_lacking_in_german() -> None:
    assert 1 == read_choice("die zweite bitte", [["verfolgen"], ["stornieren"]], GERMAN)
    assert refuses("bitte stornieren Sie es nicht", ["stornieren"], GERMAN)
    assert not refuses("bitte stornieren Sie es", ["stornieren"], GERMAN)
    assert not refuses("ich brauche sie nicht mehr, bitte stornieren", ["stornieren"], GERMAN)
    assert lacks("die habe ich nicht, die weiß ich nicht", GERMAN)


def test_days_and_money_are_said_in_german() -> None:
    facts = {"day": "2026-03-03", "far": "2026-12-08", "today": "2026-03-01", "cents": "4950"}
    said = Template("Sie kommt {day|when}, {far|when}, für {cents|money}.")
    assert (
        "Sie kommt am Dienstag, am Dienstag, dem achten Dezember, für 49 Dollar 50."
        == said.fill({**facts, LANGUAGE: "de"})
    )
    assert date(2026, 3, 3).weekday() == 1


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Guten Tag, wo ist meine Bestellung?", "de"),
        ("hallo, ich möchte etwas zurückgeben", "de"),
        ("Where is my order?", "en"),
        ("I'd like to return something", "en"),
        ("44117", ""),
        ("Maria Kowalski", ""),
        ("", ""),
    ],
)
def test_function_words_tell_the_language(said: str, code: str) -> None:
    assert code == spoken_in(said, LANGUAGES)


def test_every_example_of_a_hotline_is_in_its_language_or_tells_nothing() -> None:
    for name in ("retail", "retail_de"):
        domain = load_domain(name)
        told = [spoken_in(text, LANGUAGES) for text, _ in domain.examples()]
        wrong = [code for code in told if code not in ("", domain.language)]
        assert len(wrong) <= len(told) // 100


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Sprechen Sie Deutsch?", "de"),
        ("do you speak German", "de"),
        ("Can we speak English?", "en"),
        ("auf Englisch bitte", "en"),
        ("English please", "en"),
        ("Deutsch", "de"),
        ("Können wir lieber Englisch reden?", "en"),
        ("where is my order", ""),
        ("I ordered the German shepherd poster, where is it", ""),
        ("is there a manual in German", ""),
        ("do you speak German or English", ""),
        ("the German shepherd lamp that I bought from you came in pieces and I am really sad", ""),
    ],
)
def test_a_language_is_asked_for(said: str, code: str) -> None:
    assert code == asked_for(said, LANGUAGES)


def test_both_hotlines_do_the_same() -> None:
    english, german = load_domain("retail"), load_domain("retail_de")
    assert english.tools == german.tools or english.tools.keys() == german.tools.keys()
    for name, flow in english.flows.items():
        kinds = [type(step) for step in flow.steps]
        assert kinds == [type(step) for step in german.flows[name].steps]
        assert flow.title != german.flows[name].title
    assert english.articles.keys() == german.articles.keys()


def test_what_is_not_translated_is_told(tmp_path: Path) -> None:
    source = load_domain("retail_de").folder
    for path in source.rglob("*.*"):
        target = tmp_path / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    texts = (tmp_path / "texts.yaml").read_text()
    changed = texts.replace('"Shall I cancel this order?"', '"Shall I drop this order?"')
    (tmp_path / "texts.yaml").write_text(changed)
    line = changed[: changed.index("drop this order")].count("\n") + 1
    with pytest.raises(DomainError) as caught:
        load_domain(str(tmp_path))
    said = str(caught.value)
    assert "“Shall I cancel this order?” of flows/cancel_order.yaml, line" in said
    assert f"texts.yaml:{line}: nothing says “Shall I drop this order?” any more" in said


def test_a_hotline_that_is_extended_must_exist(tmp_path: Path) -> None:
    (tmp_path / "domain.toml").write_text('name = "x"\ntitle = "X"\nextends = "retial"\n')
    with pytest.raises(DomainError, match=r"domain.toml:3: `extends = \"retial\"`: there is no"):
        load_domain(str(tmp_path))


def test_signs_that_look_like_digits_are_no_numbers() -> None:
    assert ["m", "über", "4"] == tokens("m² über 4")
    assert read_code("²³¹44", 5, expected=False) is None

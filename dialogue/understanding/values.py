"""What a turn says of a value that a task needs: one reader for each kind of slot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import assert_never

from dialogue.flows import Slot, SlotKind
from dialogue.said import Alternative
from dialogue.understanding.addresses import read_address
from dialogue.understanding.amounts import read_amounts, read_counts
from dialogue.understanding.answers import Polarity, is_question, read_choice, read_polarity
from dialogue.understanding.checks import CHECKS, full_year
from dialogue.understanding.codes import Dictated, Hypothesis, read_characters
from dialogue.understanding.dates import read_days
from dialogue.understanding.edits import names_an_edit
from dialogue.understanding.emails import read_emails
from dialogue.understanding.english_language import ENGLISH
from dialogue.understanding.language import Language
from dialogue.understanding.names import read_names
from dialogue.understanding.numbers import tokens
from dialogue.understanding.shapes import POSTCODES, Digits, Pattern, Phone, Shape
from dialogue.understanding.symbols import readings, tokens_of
from dialogue.understanding.texts import read_text

_LONGEST_WINDOW = 16
"""Words that a code may take which nobody asked for."""
_UNASKED = 0.6
"""Price in nats up to which such a code counts."""
_WORDS_OF_AN_EDIT = 16
_LETTERS_OF_A_WORD = 4
"""Of a word that is free words by itself."""
_PER_ALTERNATIVE = 3
"""Readings of one alternative that are looked at."""
_UNHEARD = 5.0
"""Price up to which an alternative counts where no value was heard."""
_UNFINISHED = 3.0
"""The same where only the beginning of a value was."""
_OTHERWISE = math.exp(-3.0)
"""Weight of the belief that something else was said altogether."""


def shape_of(slot: Slot) -> Shape | None:
    """Return what the slot's values look like, where they are dictated by the character."""
    match slot.kind:
        case SlotKind.CODE:
            return Pattern(slot.pattern) if slot.pattern else Digits(slot.digits)
        case SlotKind.PHONE:
            return Phone(slot.digits)
        case SlotKind.POSTCODE:
            return Pattern(slot.pattern or POSTCODES[slot.country])
        case _:
            return None


def read_value(
    slot: Slot,
    text: str,
    *,
    before: str = "",
    today: date | None = None,
    language: Language = ENGLISH,
) -> Dictated:
    """Read the value that was asked for.

    Args:
        slot: What was asked for.
        text: A turn as recognised.
        before: The beginning of the value from earlier turns, or the value that is put right.
        today: What relative days are counted from.
    """
    shape = shape_of(slot)
    text = language.dictated(text, slot.kind.value)
    if shape is not None:
        dictated = read_characters(text, shape, before=before, check=CHECKS.get(slot.check))
        if slot.check == "year" and not before and (year := full_year(dictated.begun, today)):
            return _dictated([(year, 0.0)])
        return dictated
    match slot.kind:
        case SlotKind.DATE:
            days = read_days(text, today, slot.tense)
            return _dictated([(day.isoformat(), price) for day, price in days])
        case SlotKind.AMOUNT:
            return _dictated([(str(cents), price) for cents, price in read_amounts(text)])
        case SlotKind.NUMBER:
            return _dictated([(str(count), price) for count, price in read_counts(text)])
        case SlotKind.EMAIL:
            found, begun = read_emails(text, before)
            return _dictated(found, begun)
        case SlotKind.NAME:
            found, begun = read_names(text, before)
            return _dictated(found, begun)
        case SlotKind.CHOICE:
            index = read_choice(text, list(slot.options.values()), language)
            return _dictated([] if index is None else [(list(slot.options)[index], 0.0)])
        case SlotKind.ADDRESS if language is ENGLISH:
            earlier = read_address(before)
            address = read_address(text, earlier)
            told = address.street and address != earlier
            return _dictated([(str(address), 0.0)] if told else [])
        case SlotKind.TEXT | SlotKind.ADDRESS:
            said = read_text(text, language)
            one = slot.kind is SlotKind.TEXT and _tells_alone(said, language)
            return _dictated([(said, 0.0)] if len(tokens(said)) > 1 or one else [])
        case SlotKind.CODE | SlotKind.PHONE | SlotKind.POSTCODE:
            return Dictated()
        case _:
            assert_never(slot.kind)


def _tells_alone(word: str, language: Language) -> bool:
    """Whether a single word may be free words that were asked for: "large", "broken"."""
    empty = word.lower() in language.polite | language.openings | frozenset(("sorry", "pardon"))
    answers = read_polarity(word, language)[0] is not Polarity.NONE
    told = len(word) >= _LETTERS_OF_A_WORD and word.isalpha() and not empty
    return told and not answers and not is_question(word, language)


def read_among(
    slot: Slot,
    text: str,
    alternatives: Sequence[Alternative],
    *,
    before: str = "",
    today: date | None = None,
    language: Language = ENGLISH,
) -> Dictated:
    """Read the value that was asked for from what was heard and what else may have been said.

    What was heard counts for the values in it, and alternatives beside it at their price. Where
    nothing was heard, or the beginning of a value only, an alternative has to be nearly as likely.
    """
    heard = read_value(slot, text, before=before, today=today, language=language)
    if heard.voided or not alternatives:
        return heard
    prices: dict[str, float] = {}
    for one in (Alternative(text, 0.0), *alternatives):
        if not heard.whole and one.price > (_UNHEARD if not heard.begun else _UNFINISHED):
            continue
        read = heard if one.text == text else read_value(
            slot, one.text, before=before, today=today, language=language)  # fmt: skip
        for hypothesis in read.whole[:_PER_ALTERNATIVE]:
            price = one.price - math.log(max(hypothesis.share, 1e-9))
            prices[hypothesis.value] = min(price, prices.get(hypothesis.value, math.inf))
    if not prices:
        return heard
    likeliest = min(*prices.values(), 0.0)
    return _dictated([(value, price - likeliest) for value, price in prices.items()])


def read_unasked(slot: Slot, text: str, language: Language = ENGLISH) -> str:
    """Return a whole code of letters and digits that nobody asked for; empty for none."""
    shape = shape_of(slot)
    if shape is None or not shape.letters:
        return ""
    words = tokens_of(language.dictated(text, slot.kind.value))
    best: tuple[float, int, str] | None = None
    for start in range(len(words)):
        for end in range(start + 1, min(len(words), start + _LONGEST_WINDOW) + 1):
            for said, price in readings(words[start:end], shape):
                whole = shape.whole(said)
                # Letters must be said: without them it is a number like any other.
                if price > _UNASKED or whole is None or len(said) < len(whole) - 2:
                    continue
                if not any(char.isalpha() for char in said):
                    continue
                found = (price, -start, whole)
                best = found if best is None or found < best else best
    return best[2] if best else ""


def put_right(slot: Slot, text: str, value: str, language: Language = ENGLISH) -> str:
    """Return the value after a turn that says what of it is wrong; empty where none does."""
    shape = shape_of(slot)
    text = language.dictated(text, slot.kind.value)
    words = tokens_of(text)
    if shape is None or len(words) > _WORDS_OF_AN_EDIT or not names_an_edit(words):
        return ""
    whole = read_characters(text, shape, before=value, check=CHECKS.get(slot.check)).whole
    return whole[0].value if whole and whole[0].value != value else ""


def _dictated(found: Sequence[tuple[str, float]], begun: str = "") -> Dictated:
    prices: dict[str, float] = {}
    for value, price in found:
        prices[value] = min(price, prices.get(value, math.inf))
    total = sum(math.exp(-price) for price in prices.values()) + _OTHERWISE
    ranked = sorted(prices.items(), key=lambda item: item[1])
    return Dictated(tuple(Hypothesis(v, math.exp(-p) / total) for v, p in ranked), begun)

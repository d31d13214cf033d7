"""From phonemes to written words. What espeak makes of the words is quoted from it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.engines.alignment import Phone, estimated_phones, word_times

ALONE = {
    "Your": "jʊɹ",
    "order": "ˈɔːɹdɚ",
    "is": "ɪz",
    "the": "ðə",
    "of": "ʌv",
    "week.": "wˈiːk.",
    "€12.50": "jˈʊɹɹoʊz twˈɛlv pɔɪnt fˈaɪv zˈiəɹoʊ",
    "back.": "bˈæk.",
    "4": "fˈɔːɹ",
    "1": "wˈʌn",
    "7.": "sˈɛvən.",
    "approx.": "ɐpɹˈɑːks.",
    "e.g.": "ˌiːdʒˈiː.",
    "today.": "tədˈeɪ.",
}


def ends(clause: str, spoken: str) -> dict[str, str]:
    """Return each word with what was spoken up to its end; every symbol takes a second."""
    words = word_times(clause, [Phone(s, 1.0) for s in spoken], lambda word: list(ALONE[word]))
    found: dict[str, str] = {}
    begin = heard = 0
    for word in words:
        found[clause[begin : word.text_end].strip()] = spoken[heard : int(word.ended)].strip(" ,.")
        begin, heard = word.text_end, int(word.ended)
    return found


def test_a_word_ends_with_its_last_sound_and_not_with_the_pause_after_it() -> None:
    phones = [Phone("b", 0.1), Phone("æ", 0.1), Phone("k", 0.1), Phone(",", 0.5), Phone(" ", 0.5)]
    phones += [Phone("ɪ", 0.1), Phone("z", 0.1), Phone(".", 0.4)]
    words = word_times("back, is", phones, lambda word: {"back,": "bæk,", "is": "ɪz"}[word])

    assert [(5, 0.3), (8, 1.5)] == [(word.text_end, round(word.ended, 3)) for word in words]


def test_a_linking_sound_belongs_to_the_word_before_it() -> None:
    assert {"Your": "jʊɹ", "order": "ˈɔːɹdɚɹ", "is": "ɪz", "back.": "bˈæk"} == ends(
        "Your order is back.", "jʊɹ ˈɔːɹdɚɹ ɪz bˈæk."
    )


def test_words_that_are_spoken_as_one_are_told_apart() -> None:
    assert {"is": "ɪz", "of": "ʌv", "the": "ðə", "week.": "wˈiːk"} == ends(
        "is of the week.", "ɪz ʌvðə wˈiːk."
    )


def test_a_price_is_one_word_however_many_are_spoken() -> None:
    price = "jˈʊɹɹoʊz twˈɛlv pɔɪnt fˈaɪv zˈiəɹoʊ"

    assert {"€12.50": price, "is": "ɪz", "back.": "bˈæk"} == ends(
        "€12.50 is back.", f"{price} ɪz bˈæk."
    )


def test_equal_digits_each_have_their_own_end() -> None:
    spoken = "ɪz fˈɔːɹ, fˈɔːɹ, wˈʌn, wˈʌn, sˈɛvən."
    words = word_times(
        "is 4 4 1 1 7.", [Phone(s, 1.0) for s in spoken], lambda word: list(ALONE[word])
    )

    assert [2, 8, 15, 21, 27, 35] == [word.ended for word in words]
    assert [2, 4, 6, 8, 10, 13] == [word.text_end for word in words]


def test_an_abbreviation_that_is_read_out_in_full_ends_where_the_next_word_begins() -> None:
    assert {"approx.": "ɐpɹˈɑːks", "e.g.": "fˌɔːɹɛɡzˈæmpəl", "today.": "tədˈeɪ"} == ends(
        "approx. e.g. today.", "ɐpɹˈɑːks. fˌɔːɹɛɡzˈæmpəl tədˈeɪ."
    )


def test_a_clause_that_says_nothing_has_no_words() -> None:
    assert () == word_times("…", [Phone(".", 0.3)], list)
    assert () == word_times("word", [], list)


@pytest.mark.parametrize("count", [1, 5])
def test_a_comma_lasts_longer_than_a_sound(count: int) -> None:
    phones = estimated_phones(list("bæk, " * count), 4.0 * count)

    assert 4.0 * count == pytest.approx(sum(phone.seconds for phone in phones))
    assert phones[3].seconds == pytest.approx(3 * phones[0].seconds)


def test_no_symbols_take_no_time() -> None:
    assert [] == estimated_phones([], 1.0)


SYMBOLS = st.lists(st.sampled_from(["a", "b", "ɪ", "ˈ", "ː", " ", ",", ".", ""]), max_size=40)


@given(st.lists(SYMBOLS, min_size=1, max_size=8), SYMBOLS)
def test_whatever_is_spoken_every_word_has_an_end_and_none_is_before_the_last(
    alone: list[list[str]], spoken: list[str]
) -> None:
    clause = " ".join(f"w{at}" for at in range(len(alone)))
    phones = [Phone(symbol, 0.1) for symbol in spoken]
    words = word_times(clause, phones, lambda word: alone[int(word[1:])])

    if any(symbol in "abɪ" for symbol in spoken if symbol):
        assert [len(clause[:at].rstrip()) for at in _ends_of(clause)] == [
            word.text_end for word in words
        ]
    times = [word.ended for word in words]
    assert times == sorted(times)
    assert all(0 <= time <= 0.1 * len(phones) + 1e-9 for time in times)


def _ends_of(clause: str) -> list[int]:
    return [*(at for at, character in enumerate(clause) if character == " "), len(clause)]

"""The times of words, by ear: a clause cut where a word is said to end is heard up to that word."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from bench.word_times import Aligner, Spoken, aligned_errors, heard_cuts, rendered
from voicebot.engines.bundle import Engines
from voicebot.engines.models import locate_whisper
from voicebot.engines.synthesiser import LEAD_IN
from voicebot.settings import Settings
from voicebot.word_times import written_words

pytestmark = pytest.mark.models

TEXTS = (
    "I'm afraid I can't help with that.",
    "Please say the five digits one by one, or type them.",
    "It will be with you by the end of the week.",
    "If it breaks by itself within two years, we replace it.",
    "Your order is on its way to you and arrives tomorrow.",
    "We have refunded $12.50 to the card that you paid with.",
    "Your order 4 4 1 1 7 was delivered to Mr. Brown on 4 December.",
    "We're open from 9 a.m. to 5 p.m. – from Monday to Friday & on the 1st of May.",
)


@pytest.fixture(scope="module")
def clauses(engines: Engines) -> list[Spoken]:
    return asyncio.run(rendered(TEXTS, engines, Settings().models))


def test_every_written_word_has_its_end_within_the_sound(clauses: list[Spoken]) -> None:
    for text, speech in clauses:
        assert [end for _, end in written_words(text)] == [word.text_end for word in speech.words]
        assert all(before.ended < after.ended for before, after in pairwise(speech.words))
        assert LEAD_IN < speech.words[0].ended
        # After the last word comes the pause between clauses, and nothing else.
        assert 0.05 < speech.seconds - speech.words[-1].ended < 0.35


def test_words_end_where_whisper_hears_them_end(clauses: list[Spoken]) -> None:
    aligner = Aligner(locate_whisper(Settings().models).folder)
    by_durations, by_characters = aligned_errors(clauses, aligner)

    # Whisper itself is some 0.1 s early before pauses.
    assert by_durations.median < 0.1
    assert by_durations.p95 < 0.35
    assert by_durations.median < 0.6 * by_characters.median


async def test_a_clause_that_is_cut_at_the_end_of_a_word_is_heard_up_to_that_word(
    engines: Engines, clauses: list[Spoken]
) -> None:
    # Numbers are written in too many ways to be compared.
    plain = [(text, speech) for text, speech in clauses if not any(map(str.isdigit, text))]
    told = [speech.words for _, speech in plain]
    heard = await heard_cuts("durations", plain, told, engines)

    # Whisper finishes words that were cut off ("under" to "underway"): two in three come out right,
    # of cuts by the share of characters one in eight. The voice never speaks twice alike.
    assert 10 == heard.cuts
    assert 3 <= heard.right


async def test_slow_speech_has_later_ends(engines: Engines) -> None:
    clause = "Your order is on its way to you."
    plain, slow = [
        await engines.synthesiser.render(clause, slow=pace, timeout=60.0) for pace in (False, True)
    ]

    assert len(plain.words) == len(slow.words)
    assert slow.words[-1].ended > 1.1 * plain.words[-1].ended
    assert slow.words[3].ended > plain.words[3].ended


def test_control_signs_and_brackets_do_not_disturb_the_words(engines: Engines) -> None:
    async def speak() -> list[int]:
        clause = "They\x00wrote [[stop]] twice."
        return [word.text_end for word in (await engines.synthesiser.render(clause)).words]

    assert [4, 10, 19, 26] == asyncio.run(speak())

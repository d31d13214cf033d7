"""Clauses, and phrases that survive restarts."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.engines.clauses import LONGEST, clauses, is_speakable
from voicebot.engines.phrases import PhraseCache
from voicebot.ports import Rendered, SpokenWord

HELLO = Rendered(b"audio", (SpokenWord(6, 0.31), SpokenWord(12, 0.1 + 0.6)))


def test_a_phrase_survives_a_restart(tmp_path: Path) -> None:
    PhraseCache(tmp_path).keep("k", HELLO)

    assert HELLO == PhraseCache(tmp_path).recall("k")


def test_what_one_caller_is_told_stays_in_memory(tmp_path: Path) -> None:
    cache = PhraseCache(tmp_path)
    cache.keep("k", Rendered(b"order 44117"), on_disk=False)

    assert Rendered(b"order 44117") == cache.remembered("k")
    assert PhraseCache(tmp_path).recall("k") is None
    assert [] == list(tmp_path.rglob("*.ulaw"))


OLDER = b"voicebot phrase 1\n" + sha256(b"audio").digest() + b"audio"


@pytest.mark.parametrize(
    "damage",
    [b"", b"short", b"voicebot phrase 2\n" + b"x" * 40, OLDER],
    ids=["empty", "short", "nonsense", "older"],
)
def test_a_file_that_is_damaged_or_older_counts_as_none(tmp_path: Path, damage: bytes) -> None:
    PhraseCache(tmp_path).keep("k", HELLO)
    (file,) = tmp_path.rglob("*.ulaw")
    file.write_bytes(damage)

    assert PhraseCache(tmp_path).recall("k") is None
    assert not file.exists()


def test_memory_is_bounded_by_bytes_and_keeps_what_was_used_last(tmp_path: Path) -> None:
    cache = PhraseCache(tmp_path, memory_bytes=250)
    for name in "abc":
        cache.keep(name, Rendered(bytes(100)), on_disk=False)
        cache.remembered("a")

    assert [True, False, True] == [cache.remembered(name) is not None for name in "abc"]


def test_the_times_of_many_short_words_count_as_well(tmp_path: Path) -> None:
    cache = PhraseCache(tmp_path, memory_bytes=1_000)
    times = tuple(SpokenWord(end, end / 10) for end in range(1, 20))
    for name in "ab":
        cache.keep(name, Rendered(b"", times), on_disk=False)

    assert [False, True] == [cache.remembered(name) is not None for name in "ab"]


def test_a_cache_that_cannot_be_written_still_remembers(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    cache = PhraseCache(blocked / "phrases")
    cache.keep("k", HELLO)

    assert HELLO == cache.recall("k")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Thanks. Order 4 4 1 1 7 is on its way.", ("Thanks.", "Order 4 4 1 1 7 is on its way.")),
        ("It costs $4.90. All right?", ("It costs $4.90.", "All right?")),
        ("Ask for Mr. Brown.", ("Ask for Mr. Brown.",)),
        ("…", ()),
        ("", ()),
    ],
)
def test_a_clause_ends_with_its_sentence(text: str, expected: tuple[str, ...]) -> None:
    assert expected == clauses(text)


@given(st.text(max_size=600))
def test_no_word_is_lost_and_no_clause_is_too_long(text: str) -> None:
    found = clauses(text)

    assert all(is_speakable(clause) and len(clause) <= LONGEST for clause in found)
    kept = "".join("".join(found).split())
    assert [c for c in text if c.isalnum()] == [c for c in kept if c.isalnum()]

"""WebVTT: subtitles that players take, whatever was said."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.folds import stories
from tests.folds.stories import Story, journal
from voicebot.folds.transcript import transcript_of
from voicebot.folds.vtt import vtt_of
from voicebot.journal import CallerTurnEnded, SpeechHeard, SpeechQueued, SpeechStarted

TIMING = re.compile(
    r"(\d\d+):([0-5]\d):([0-5]\d)\.(\d{3}) --> (\d\d+):([0-5]\d):([0-5]\d)\.(\d{3})"
)
PAYLOAD = re.compile(
    r"<v (?:Caller|Assistant)>(?:<c\.unconfirmed>)?(?:[^<>&]|&amp;|&lt;|&gt;)+(?:</c>)?"
)

Cue = tuple[float, float, str]


def seconds(parts: tuple[str, ...]) -> float:
    hours, minutes, whole, milliseconds = (int(part) for part in parts)
    return hours * 3600 + minutes * 60 + whole + milliseconds / 1000


def cues_of(vtt: str) -> list[Cue]:
    """Parse a file as the W3C's grammar has it, and fail on what is not in it."""
    header, *blocks = vtt.rstrip("\n").split("\n\n")
    assert "WEBVTT" == header
    cues = []
    for number, block in enumerate(blocks, start=1):
        identifier, timing, payload = block.split("\n")
        assert str(number) == identifier
        match = TIMING.fullmatch(timing)
        assert match, timing
        start, end = seconds(match.groups()[:4]), seconds(match.groups()[4:])
        assert start < end
        assert PAYLOAD.fullmatch(payload), payload
        cues.append((start, end, payload))
    assert all(one[0] <= two[0] for one, two in pairwise(cues))
    return cues


def subtitles(story: Story) -> list[Cue]:
    return cues_of(vtt_of(transcript_of(journal(story))))


def test_subtitles_follow_what_was_heard() -> None:
    assert [
        (0.15, 1.75, "<v Assistant>Hello, this is the shop."),
        (1.55, 2.75, "<v Assistant>How can I help?"),
        (3.40, 5.00, "<v Caller>How do I return something?"),
        (5.42, 7.40, "<v Assistant>You can return anything within thirty days."),
        (7.42, 8.40, "<v Assistant>Keep the —"),
        (8.00, 9.00, "<v Caller>What about shoes?"),
        (9.50, 10.2, "<v Assistant>Shoes too."),
    ] == subtitles(stories.BARGE_IN)


def test_what_nobody_heard_is_no_subtitle() -> None:
    payloads = [cue[2] for cue in subtitles(stories.CLEARED)]
    assert not any("thirty days" in payload for payload in payloads)


def test_keys_are_shown() -> None:
    assert (5.80, 5.801, "<v Caller>[keys: 0]") in subtitles(stories.CLEARED)


def test_what_was_sent_without_confirmation_is_marked() -> None:
    *_, last = subtitles(stories.TRUNCATED)
    assert "<v Assistant><c.unconfirmed>Keep the box and the receipt.</c>" == last[2]


def test_an_empty_transcript_is_a_file_all_the_same() -> None:
    assert [] == cues_of(vtt_of(transcript_of([])))


def test_long_calls_have_hours() -> None:
    ((start, end, _),) = subtitles([(7_300.0, CallerTurnEnded(1, "Still here", 7_261.0, 7_263.5))])
    assert (7_261.0, 7_263.5) == (start, end)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("<v Assistant>Your refund is on its way", "&lt;v Assistant&gt;Your refund is on its way"),
        ("a\n\nNOTE b\r00:00:00.000 --> 00:00:01.000", "a NOTE b 00:00:00.000 --&gt; 00:00:01.000"),
        ("fish &amp; chips\u2028\0\x1b[31m", "fish &amp;amp; chips [31m"),
        ("\ud800", None),
    ],
)
def test_hostile_words_stay_words(said: str, shown: str | None) -> None:
    cues = subtitles([(2.0, CallerTurnEnded(1, said, 0.0, 1.0))])
    assert ([] if shown is None else [f"<v Caller>{shown}"]) == [payload for _, _, payload in cues]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    text=st.text(st.characters(exclude_categories=())),
    started=st.floats(0, 1e5),
    ended=st.floats(0, 1e5),
)
def test_no_text_and_no_time_break_the_file(text: str, started: float, ended: float) -> None:
    vtt = vtt_of(
        transcript_of(
            journal(
                [
                    (ended, CallerTurnEnded(1, text, started, ended)),
                    (ended, SpeechQueued("s1", text, 1)),
                    (ended, SpeechStarted("s1")),
                    (ended, SpeechHeard("s1")),
                ]
            )
        )
    )
    vtt.encode("utf-8")
    assert len(cues_of(vtt)) in {0, 2}

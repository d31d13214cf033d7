"""What a few words tell about who wants to speak; the lists are measured on real meetings."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dialogue.cues import USUAL, normalised
from dialogue.loading import load_domain

CUES = USUAL["en"]
ONSETS = Path(__file__).parents[3] / "shared" / "data" / "overlap" / "onsets.tsv"


@pytest.mark.parametrize(
    "text",
    [
        "Mm-hmm.", "Mhm", "Hmm", "Hmm.", "Uh-huh", "Yeah, yeah.", "Okay.", "OK", "Right.", "Wow",
        "Oh, I see.", "Got it.", "Sure.", "Really?", "Um, yeah.", "Oh, okay.", "That's right.",
        "All right.", "Mm-hmm, mm-hmm, mm-hmm.", "Makes sense.",
    ],
)  # fmt: skip
def test_backchannels_as_recognisers_write_them(text: str) -> None:
    assert CUES.is_backchannel(text)
    assert not CUES.is_command(text)
    assert not CUES.is_tic(text)


@pytest.mark.parametrize(
    "text",
    ["No.", "yeah but where is it", "okay stop", "What?", "", "…", "um", "44117", "wait",
     "yeah yeah yeah yeah yeah", "right, and the other order"],
)  # fmt: skip
def test_what_is_no_backchannel(text: str) -> None:
    assert not CUES.is_backchannel(text)


@pytest.mark.parametrize(
    "text", ["um", "Uh...", "[cough]", "(clears throat)", "*coughs*", "Er, um."]
)
def test_tics(text: str) -> None:
    assert CUES.is_tic(text)


@pytest.mark.parametrize("text", ["", "...", "um, no", "cough syrup"])
def test_what_is_no_tic(text: str) -> None:
    assert not CUES.is_tic(text)


@pytest.mark.parametrize(
    "text", ["Stop.", "wait", "Um, hold on", "okay stop", "Agent!", "operator please", "No, wait.",
             "wait, I meant the other one"],
)  # fmt: skip
def test_commands_count_from_their_first_words_on(text: str) -> None:
    assert CUES.is_command(text)


@pytest.mark.parametrize("text", ["", "yeah", "I'm waiting", "the stop sign", "no"])
def test_what_is_no_command(text: str) -> None:
    assert not CUES.is_command(text)


@pytest.mark.parametrize(
    "text", ["No.", "but", "um, actually", "where is it", "Sorry?", "yeah but no", "does it"]
)
def test_strong_words(text: str) -> None:
    assert CUES.is_strong(text)


@pytest.mark.parametrize("text", ["", "yeah", "mm-hmm", "the floor lamp"])
def test_what_is_not_strong(text: str) -> None:
    assert not CUES.is_strong(text)


@pytest.mark.parametrize(
    "text",
    [
        "Hold on a second.", "one moment", "Just a moment, please.", "let me get my card", "Wait.",
        "Okay, let me find the email.", "hang on while I get my glasses", "um, hold on",
        "one sec, I'm looking for it", "could you hold on please", "Bear with me.",
    ],
)  # fmt: skip
def test_a_moment_is_asked_for(text: str) -> None:
    assert CUES.is_hold(text)


@pytest.mark.parametrize(
    "text",
    [
        "hold on, I want to cancel my order", "wait, I meant the other one", "hold on, it's 44117",
        "let me find it, it's four four one one seven", "let me get my money back", "um", "",
        "I need to find my order", "one one seven",
    ],
)  # fmt: skip
def test_who_goes_on_asks_for_no_moment(text: str) -> None:
    assert not CUES.is_hold(text)


def test_being_back_and_having_heard_enough() -> None:
    assert CUES.is_return("Okay, I have it.")
    assert CUES.is_return("I'm back")
    assert not CUES.is_return("okay, it's 44117")
    assert not CUES.is_return("")
    assert CUES.is_dismissal("Yeah, I know that.")
    assert CUES.is_dismissal("stop stop")
    assert not CUES.is_dismissal("stop my order")


def test_phrases_are_compared_as_bare_words() -> None:
    assert "mm hmm" == normalised("Mm-hmm.")
    assert "let me find …" == normalised("Let me find...")
    assert "" == normalised("?!")


def test_every_phrase_is_one_that_can_be_said() -> None:
    for name in ("commands", "strong", "backchannels", "tics", "hold", "returns", "dismissals"):
        phrases = getattr(CUES, name)
        assert len(phrases) == len(set(phrases))
        assert all(phrases)
        assert [] == [p for p in phrases if len(p.split()) > 6]


def test_no_backchannel_is_a_command_or_a_dismissal() -> None:
    for cues in (CUES, load_domain("retail").cues):
        assert [] == [p for p in cues.backchannels if cues.is_command(p) or cues.is_dismissal(p)]


def test_the_hotlines_list_takes_the_place_of_the_languages() -> None:
    cues = load_domain("retail").cues
    assert cues.is_command("Customer service!")
    assert not CUES.is_command("Customer service!")
    assert cues.backchannels == CUES.backchannels


def overlaps(kind: str) -> Iterator[str]:
    """The words of onsets in every second meeting.

    No held-out data: nothing records which meetings the lists were written from. The shares below
    guard against a regression, and estimate nothing.
    """
    with ONSETS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    second = sorted({row["meeting"] for row in rows})[1::2]
    for row in rows:
        if row["class"] == kind and row["meeting"] in second:
            # ICSI's notation: `o_k` for okay, braces and brackets around quiet words.
            text = re.sub(r"[{}<>]|@\w*@|@@", "", row["text"]).replace("o_k", "okay")
            if text.strip():
                yield text


def share(kind: str) -> float:
    texts = list(overlaps(kind))
    assert len(texts) > 100
    return sum(map(CUES.is_backchannel, texts)) / len(texts)


@pytest.mark.shared_data
def test_real_backchannels_are_known_and_real_contributions_are_not_taken_for_them() -> None:
    if not ONSETS.is_file():
        pytest.skip("needs the development data in ../shared/data")
    assert share("backchannel") >= 0.97
    assert share("statement/other") <= 0.03
    assert share("question") <= 0.08

"""What a sound over the bot is taken for, by its evidence."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.cues import USUAL
from voicebot.journal import Glimpsed, SoundMeasured
from voicebot.turntaking.overlap import OverlapEvidence, OverlapKind, Surroundings, Verdict, judge
from voicebot.turntaking.policy import OVERLAP_MODES, OverlapPolicy

CUES = USUAL["en"]
POLICY = OverlapPolicy()
LOUD = SoundMeasured(0.0, 0.3, -20.0, 30.0, 0.9, 0.9, 120.0, 4.0, 0.0)


def seen(text: str, wants: float, *, sure: float = -0.3, noise: float = 0.0) -> Glimpsed:
    rest = (1.0 - wants - noise) / 2
    kinds = {"interruption": wants, "backchannel": rest, "tic": rest, "noise": noise}
    return Glimpsed(0.0, 0.3, text, sure, kinds)


def over(
    glimpse: Glimpsed | None,
    seconds: float = 0.35,
    *,
    ended: bool = False,
    blind: bool = False,
    sound: SoundMeasured | None = LOUD,
    around: Surroundings | None = None,
    policy: OverlapPolicy = POLICY,
) -> Verdict | None:
    evidence = OverlapEvidence(0.0, seconds, ended, blind, around or Surroundings(), glimpse, sound)
    return judge(evidence, policy, CUES)


def kind(verdict: Verdict | None) -> tuple[str, bool] | None:
    return None if verdict is None else (verdict.kind.value, verdict.yields)


def test_the_beginning_of_a_sentence_takes_the_floor() -> None:
    assert ("interruption", True) == kind(over(seen("Where is", 0.95)))


def test_what_is_not_certain_yet_is_waited_for_and_the_mark_falls_with_time() -> None:
    assert over(seen("Where", 0.6), 0.3) is None
    assert ("interruption", True) == kind(over(seen("Where is my", 0.6), 0.85))


def test_listening_is_ignored_once_it_is_over() -> None:
    for text in ("Mm-hm.", "Yeah.", "Okay.", "Right.", "Uh-huh."):
        assert over(seen(text, 0.3)) is None
        assert ("backchannel", False) == kind(over(seen(text, 0.3), ended=True))


def test_listening_has_to_sound_very_unlike_it_to_take_the_floor() -> None:
    assert over(seen("Yeah.", 0.9), 0.9) is None
    assert ("interruption", True) == kind(over(seen("Yeah.", 0.97), 0.9))


def test_a_tic_and_a_noise_are_ignored_and_called_by_their_name() -> None:
    assert ("tic", False) == kind(over(seen("Um.", 0.2), ended=True))
    assert ("noise", False) == kind(over(seen("", 0.05, noise=0.9), ended=True))
    assert ("noise", False) == kind(over(seen("", 0.05, noise=0.9), 1.5))


def test_a_yes_is_an_answer_only_where_a_question_is_open() -> None:
    asked = Surroundings(answers=True)

    assert ("backchannel", False) == kind(over(seen("Yes.", 0.2), ended=True))
    assert ("acknowledgement", True) == kind(over(seen("Yes.", 0.2), ended=True, around=asked))
    assert ("backchannel", False) == kind(over(seen("Mm-hm.", 0.2), ended=True, around=asked))


@pytest.mark.parametrize("text", ["Stop.", "Wait.", "Agent.", "Hold on."])
def test_a_command_takes_the_floor_at_once(text: str) -> None:
    assert ("interruption", True) == kind(over(seen(text, 0.1), 0.25))
    # A guess at a command is none.
    assert over(seen(text, 0.5, sure=-1.4), 0.25) is None


def test_no_is_evidence_and_no_proof() -> None:
    """ "No, leave it on the table" was not said to the bot."""
    assert over(seen("No.", 0.5), 0.3) is None


def test_what_must_be_heard_is_cut_off_by_a_command_only() -> None:
    must = Surroundings(interruptible=False)

    assert over(seen("Where is my order", 0.99), 1.0, around=must) is None
    assert ("interruption", True) == kind(over(seen("Stop.", 0.9), around=must))


def test_the_bots_own_voice_is_ignored_by_its_sound_and_by_its_words() -> None:
    echo = replace(LOUD, echo=0.8)
    said = Surroundings(spoken="Returns are free for thirty days. Print the label at home.")

    assert ("echo", False) == kind(over(seen("Returns are", 0.9), sound=echo))
    assert ("echo", False) == kind(over(seen("free for thirty days", 0.9), around=said))
    assert ("interruption", True) == kind(over(seen("I want to return it", 0.9), around=said))


def test_a_line_that_echoes_is_believed_less() -> None:
    weak = replace(LOUD, echo=0.4)

    assert ("interruption", True) == kind(over(seen("Where is", 0.95), sound=weak))
    echoes = Surroundings(echoes=True)
    assert ("echo", False) == kind(over(seen("Where is", 0.95), sound=weak, around=echoes))


def test_a_sound_that_is_far_too_quiet_is_nobody() -> None:
    faint = replace(LOUD, level=-45.0)
    known = Surroundings(usual_level=-20.0)

    assert ("interruption", True) == kind(over(seen("Where is", 0.95), sound=faint))
    assert over(seen("Where is", 0.95), sound=faint, around=known) is None
    assert ("noise", False) == kind(
        over(seen("Where is", 0.95), sound=faint, around=known, ended=True)
    )


def test_quiet_words_that_are_not_addressed_to_the_bot_are_side_speech() -> None:
    aside = replace(LOUD, level=-34.0)
    known = Surroundings(usual_level=-20.0)
    words = "dinner's in the oven"

    assert over(seen(words, 0.9), sound=aside, around=known) is None
    assert ("side_speech", False) == kind(
        over(seen(words, 0.9), sound=aside, around=known, ended=True)
    )
    assert ("interruption", True) == kind(
        over(seen("where is my order", 0.9), sound=aside, around=known)
    )


def test_speech_without_words_is_yielded_to_when_they_were_waited_for() -> None:
    assert over(None, 0.6) is None
    assert ("interruption", True) == kind(over(None, 0.6, blind=True))
    silent = replace(LOUD, speech=0.2)
    assert over(None, 0.6, blind=True, sound=silent) is None


def test_a_careful_bot_lets_people_finish_who_speak_to_somebody_else() -> None:
    careful = OVERLAP_MODES["careful"]
    aside = seen("Dinner is in the oven", 0.99)

    assert ("interruption", True) == kind(over(aside, 0.9))
    assert over(aside, 1.5, policy=careful) is None
    assert ("side_speech", False) == kind(over(aside, 1.5, ended=True, policy=careful))
    assert ("interruption", True) == kind(over(aside, 2.3, policy=careful))
    assert ("interruption", True) == kind(over(seen("Where is my order", 0.99), policy=careful))


def test_a_careful_bot_wants_more_evidence_and_a_vad_none() -> None:
    careful, vad = OVERLAP_MODES["careful"], OVERLAP_MODES["vad"]
    look = seen("You know", 0.85)

    assert ("interruption", True) == kind(over(look, 0.4))
    assert over(look, 0.4, policy=careful) is None
    assert ("interruption", True) == kind(over(seen("Mm-hm.", 0.0), 0.45, policy=vad))


@given(
    st.floats(0, 1),
    st.floats(0.0, 3.0),
    st.booleans(),
    st.sampled_from(["", "Mm-hm.", "Stop.", "No.", "Where is it", "um", "the oven honey"]),
    st.floats(-60, 0),
    st.floats(0, 1),
)
def test_a_sound_that_is_over_gets_a_verdict(
    wants: float, seconds: float, answers: bool, text: str, level: float, echo: float
) -> None:
    sound = replace(LOUD, level=level, echo=echo)
    around = Surroundings(answers=answers, usual_level=-20.0)

    verdict = over(seen(text, wants), seconds, ended=True, sound=sound, around=around)
    assert verdict is not None
    if verdict.yields:
        assert verdict.kind in (OverlapKind.INTERRUPTION, OverlapKind.ACKNOWLEDGEMENT)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.2, 2.0))
def test_more_reason_to_yield_never_makes_it_go_on(low: float, high: float, at: float) -> None:
    less, more = sorted((low, high))
    if (verdict := over(seen("You know", less), at)) is not None and verdict.yields:
        after = over(seen("You know", more), at)
        assert after is not None
        assert after.yields

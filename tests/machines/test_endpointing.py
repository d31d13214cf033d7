"""How long the hotline waits at a pause, told by what was said before it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.acts import Answer
from voicebot.turntaking.completeness import digits_in
from voicebot.turntaking.endpointing import (
    TurnEvidence,
    completion,
    explanation,
    features,
    patience,
    score,
    trained,
)
from voicebot.turntaking.policy import TurnPolicy

POLICY = TurnPolicy()
QUICK = 0.3
"""Seconds: the answer comes as from a person who listened."""
PATIENT = 0.9
"""Seconds: most pauses inside turns are shorter."""


def after(
    text: str,
    answer: Answer = Answer.OPEN,
    digits: int | None = None,
    probability: float | None = 0.8,
) -> float:
    """Return the patience after these words; by their sound the turn could well be over."""
    seconds = 0.35 * max(len(text.split()), digits_in(text))
    evidence = TurnEvidence(text, text, probability, -0.25, answer, digits, seconds)
    return patience(evidence, POLICY)


@pytest.mark.parametrize(
    "text", ["Yes.", "yes", "Yes, please.", "No, thank you.", "Yeah, that's right.", "Correct."]
)
@pytest.mark.parametrize("probability", [0.3, 0.8, None])
def test_a_complete_answer_to_a_yes_no_question_is_taken_at_once(
    text: str, probability: float | None
) -> None:
    assert after(text, Answer.YES_NO, probability=probability) <= QUICK


@pytest.mark.parametrize(
    "text",
    [
        "Four four one one seven.",
        "44117",
        "4-4-1-1-7",
        "It's double four, one, one, seven.",
        "My order number is 44117.",
        "four four two, no sorry, four four one one seven",
    ],
)
@pytest.mark.parametrize("probability", [0.02, 0.8, None])
def test_a_code_with_all_its_digits_is_taken_at_once(text: str, probability: float | None) -> None:
    assert after(text, Answer.CODE, 5, probability) <= QUICK


@pytest.mark.parametrize("text", ["four four", "44", "4, 4, 1, 1.", "It's four.", "double four"])
def test_a_code_is_not_cut_before_its_last_digit(text: str) -> None:
    assert after(text, Answer.CODE, 5, 0.95) >= PATIENT


@pytest.mark.parametrize("text", ["four one five", "415", "415-222", "zero four nine, one seven"])
def test_a_number_of_unknown_length_may_grow(text: str) -> None:
    assert after(text, Answer.CODE, None, 0.9) >= PATIENT


@pytest.mark.parametrize("text", ["M as in Mike,", "M as in mike. A as in Anna.", "S, M", "S-M-I"])
@pytest.mark.parametrize("answer", [Answer.CODE, Answer.TEXT])
def test_a_name_may_be_spelled_to_its_end(text: str, answer: Answer) -> None:
    assert after(text, answer) >= PATIENT


@pytest.mark.parametrize("text", ["Twelve", "12 Maple", "It's nineteen", "The address is 45"])
def test_an_address_is_not_cut_after_the_number_of_the_house(text: str) -> None:
    assert after(text, Answer.TEXT) >= PATIENT


@pytest.mark.parametrize("text", ["peter.miller", "Peter dot Miller at gmail", "anna underscore"])
def test_an_email_is_not_cut_before_its_domain(text: str) -> None:
    assert after(text, Answer.TEXT) >= PATIENT


@pytest.mark.parametrize("text", ["Um", "uh", "So", "I wanted to ask, um", "It's, uh,"])
@pytest.mark.parametrize("answer", [Answer.OPEN, Answer.YES_NO, Answer.CODE, Answer.TEXT])
def test_a_filler_keeps_the_turn(text: str, answer: Answer) -> None:
    assert after(text, answer) >= PATIENT


@pytest.mark.parametrize(
    "text",
    [
        "I ordered a lamp and",
        "I'd like to return the",
        "I'd like to return it because",
        "I bought it for my",
        "Do you have a store in",
        "I was wondering if",
        "How much does it cost to",
    ],
)
def test_a_word_that_needs_another_keeps_the_turn(text: str) -> None:
    assert after(text) >= PATIENT


@pytest.mark.parametrize(
    "text", ["My order number is", "The number is.", "My name is", "It's order number"]
)
def test_what_is_announced_is_waited_for(text: str) -> None:
    assert after(text) >= PATIENT


@pytest.mark.parametrize(
    "text", ["No, wait.", "Yes, no, wait.", "no, sorry", "I mean", "No, I mean"]
)
@pytest.mark.parametrize("answer", [Answer.OPEN, Answer.YES_NO, Answer.CHOICE])
def test_a_correction_stays_in_the_turn(text: str, answer: Answer) -> None:
    assert after(text, answer) >= PATIENT


def test_a_corrected_answer_is_as_good_as_any() -> None:
    assert after("Yes, no, wait, no.", Answer.YES_NO) <= QUICK


@pytest.mark.parametrize(
    "text",
    [
        "Hold on.",
        "Hang on,",
        "One moment.",
        "Just a second.",
        "Let me see",
        "Let me find the number",
    ],
)
@pytest.mark.parametrize("answer", [Answer.OPEN, Answer.CODE, Answer.YES_NO])
def test_a_caller_who_looks_for_something_is_given_time(text: str, answer: Answer) -> None:
    assert after(text, answer, 5 if answer is Answer.CODE else None) >= PATIENT


@pytest.mark.parametrize(
    "text", ["Where is my order?", "What are your opening hours?", "No, that's all. Thank you."]
)
def test_a_complete_sentence_that_sounds_so_is_answered_soon(text: str) -> None:
    assert after(text, probability=0.97) <= 0.45


def test_a_caller_who_paused_long_before_is_given_more_time() -> None:
    fluent = TurnEvidence("I ordered a lamp.", "I ordered a lamp.", 0.6, speech_seconds=3.0)
    halting = replace(fluent, pauses=1, longest_pause=1.2)

    assert patience(replace(fluent, pauses=1, longest_pause=0.3), POLICY) <= patience(
        halting, POLICY
    )


def test_sound_without_words_is_waited_on_for_words() -> None:
    nothing = TurnEvidence("", "", 0.99)

    assert 0.9 == patience(nothing, POLICY)
    assert 0.5 == patience(nothing, TurnPolicy(endpoint_longest=0.5))


def test_a_cut_that_costs_more_is_waited_for_longer() -> None:
    evidence = TurnEvidence("I ordered a lamp.", "I ordered a lamp.", 0.6, -0.3)

    costs = (1.0, 2.0, 4.0, 8.0)
    waits = [patience(evidence, TurnPolicy(cut_cost=cost)) for cost in costs]

    assert sorted(set(waits)) == waits


def test_the_journal_is_told_why() -> None:
    evidence = TurnEvidence("My order number is", "My order number is", 0.9, -0.2)

    why = explanation(evidence, POLICY)

    assert pytest.approx(patience(evidence, POLICY), abs=0.001) == why["patience"]
    assert pytest.approx(completion(evidence), abs=0.001) == why["completion"]
    assert {"probability": 0.9, "announcement": 1.0, "clear": -0.2}.items() <= why.items()


@pytest.mark.parametrize(
    ("cue", "evidence"),
    [
        ("announcement", TurnEvidence("My order number is", "My order number is")),
        ("function_word", TurnEvidence("I ordered it for", "I ordered it for")),
        ("repair", TurnEvidence("No, wait", "No, wait", answer=Answer.CHOICE)),
        ("holding", TurnEvidence("Hold on.", "Hold on.", answer=Answer.TEXT)),
        ("code_partial", TurnEvidence("44", "44", answer=Answer.CODE, digits=5)),
        ("code_complete", TurnEvidence("44117", "44117", answer=Answer.CODE, digits=5)),
        ("yes_no_answer", TurnEvidence("Yes.", "Yes.", answer=Answer.YES_NO)),
        ("sound_open", TurnEvidence("Hello", "Hello", 0.9)),
    ],
)
def test_every_cue_is_seen_and_counts(cue: str, evidence: TurnEvidence) -> None:
    assert cue in features(evidence)
    assert abs(trained().features[cue]) >= 0.2


WORDS = st.sampled_from(
    [
        "yes",
        "no",
        "um",
        "my",
        "order",
        "number",
        "is",
        "four",
        "44",
        "M",
        "street",
        "wait",
        "?",
        ".",
    ]
)
EVIDENCE = st.builds(
    TurnEvidence,
    text=st.lists(WORDS, min_size=1, max_size=12).map(" ".join),
    last=st.lists(WORDS, max_size=6).map(" ".join),
    probability=st.none() | st.floats(0, 1),
    avg_logprob=st.none() | st.floats(-10, 0),
    answer=st.sampled_from(Answer),
    digits=st.none() | st.integers(1, 16),
    speech_seconds=st.floats(0, 600),
    pauses=st.integers(0, 100),
    longest_pause=st.floats(0, 60),
)


@given(EVIDENCE)
def test_patience_is_bounded_whatever_is_said(evidence: TurnEvidence) -> None:
    assert POLICY.endpoint <= patience(evidence, POLICY) <= POLICY.endpoint_longest


@given(EVIDENCE, st.floats(0, 1), st.floats(0, 1))
def test_patience_never_grows_with_how_complete_the_turn_sounds(
    evidence: TurnEvidence, one: float, other: float
) -> None:
    low, high = (replace(evidence, probability=p) for p in sorted((one, other)))

    assert patience(high, POLICY) <= patience(low, POLICY)


@given(st.floats(-30, 30), st.floats(-30, 30))
def test_patience_falls_with_the_probability_that_the_turn_is_over(
    one: float, other: float
) -> None:
    evidence = TurnEvidence("Hello there", "Hello there", 0.5)
    low, high = (replace(trained(), bias=bias) for bias in sorted((one, other)))

    assert score(evidence, low) <= score(evidence, high)
    assert patience(evidence, POLICY, high) <= patience(evidence, POLICY, low)

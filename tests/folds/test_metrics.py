"""Latencies with their parts, interruptions and outcome."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.folds import stories
from tests.folds.stories import Story, journal
from voicebot.folds.metrics import CallMetrics, metrics_of, percentile
from voicebot.journal import (
    CallAnswered,
    CallEnded,
    CallerBridged,
    Entry,
    HandoffDecided,
    JournalEvent,
    SpeechQueued,
    TransferBegan,
    TransferEnded,
)


def measured(story: Story) -> CallMetrics:
    return metrics_of(journal(story))


@pytest.mark.parametrize(
    ("percent", "expected"), [(5, 1.0), (20, 1.0), (21, 2.0), (50, 3.0), (95, 5.0), (100, 5.0)]
)
def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed(
    percent: float, expected: float
) -> None:
    assert expected == percentile([5.0, 1.0, 4.0, 2.0, 3.0], percent)


def test_a_percentile_is_always_one_of_the_values() -> None:
    assert 1.0 == percentile([1.0, 2.0], 50), "no interpolation"
    assert 19.0 == percentile([float(n) for n in range(1, 21)], 95)


@pytest.mark.parametrize(("values", "percent"), [([], 50), ([1.0], 0), ([1.0], 100.5)])
def test_a_percentile_that_is_not_defined(values: list[float], percent: float) -> None:
    with pytest.raises(ValueError, match=r"percent"):
        percentile(values, percent)


def test_latency_and_its_waterfall() -> None:
    """The words came at 0.35 s and ended the turn; the decision took 30 ms, the voice 40 ms."""
    first, second = measured(stories.BARGE_IN).responses
    assert {
        "detect": 0.10,
        "transcribe": 0.25,
        "endpoint": 0.0,
        "understand": 0.03,
        "tools": 0.0,
        "speak": 0.04,
    } == pytest.approx(first.stages)
    assert 0.42 == pytest.approx(first.answered)
    assert first.answered == pytest.approx(sum(first.stages.values()))
    assert 0.50 == pytest.approx(second.answered)


def test_percentiles_of_a_call() -> None:
    metrics = measured(stories.BARGE_IN)
    assert (0.42, 0.50) == pytest.approx(metrics.latencies)
    assert 0.42 == pytest.approx(metrics.latency_p50)
    assert 0.50 == pytest.approx(metrics.latency_p95)


def test_a_tool_is_part_of_the_latency_and_its_filler_is_not_the_answer() -> None:
    (response,) = measured(stories.TOOL).responses
    assert {
        "detect": 0.10,
        "transcribe": 0.20,
        "endpoint": 0.0,
        "understand": 0.03,
        "tools": 1.79,
        "speak": 0.13,
    } == pytest.approx(response.stages)
    assert 2.25 == pytest.approx(response.answered)


def test_what_was_decided_after_the_answer_began_is_no_part_of_its_latency() -> None:
    """The answer comes first, and a tool afterwards: "I will cancel it now." """
    answer = [
        (at, replace(e, source="flow:order_status") if isinstance(e, SpeechQueued) else e)
        for at, e in stories.TOOL
    ]
    (response,) = measured(answer).responses
    assert (0.33, 0.33, 1.20) == pytest.approx(
        (response.understood, response.decided, response.answered)
    )


def test_a_turn_that_only_got_an_apology_is_unanswered() -> None:
    metrics = measured(stories.BROKEN)
    assert (1,) == metrics.unanswered
    assert (None, None) == (metrics.latency_p50, metrics.latency_p95)
    assert {} == metrics.responses[0].stages
    assert {"recogniser": 1} == metrics.engine_failures


def test_a_re_prompt_does_not_answer_the_turn_before_it() -> None:
    """The same call, in which the answer itself was never sent."""
    silent = [(at, e) for at, e in stories.TOOL if getattr(e, "segment", "") not in {"s3", "s4"}]
    metrics = measured(silent)
    assert (1,) == metrics.unanswered
    assert 1 == metrics.no_inputs


def test_keys_are_answered_too() -> None:
    *_, keyed = measured(stories.CLEARED).responses
    assert (0.0, None, None) == (keyed.turn_ended, keyed.voice_stopped, keyed.transcribed)
    assert 0.10 == pytest.approx(keyed.answered)


def test_a_turn_that_was_not_over_is_counted_and_not_expected_to_be_answered() -> None:
    metrics = measured(stories.TOO_EARLY)
    assert 1 == metrics.premature_ends
    assert [2] == [response.turn for response in metrics.responses]
    assert () == metrics.unanswered


def test_greeting_latency_counts_from_the_stream() -> None:
    assert 0.10 == pytest.approx(measured(stories.BARGE_IN).greeting_latency)
    assert measured(stories.GREETING[:5]).greeting_latency is None


def test_yield_latency_counts_from_the_first_voiced_sample_of_the_interruption() -> None:
    assert (0.40,) == pytest.approx(measured(stories.BARGE_IN).yield_latencies)
    assert () == measured(stories.CLEARED).yield_latencies, "a key has no onset"


def test_interruptions_and_overlaps_by_reason() -> None:
    assert {"words": 1} == measured(stories.BARGE_IN).interruptions
    assert {"digit": 1} == measured(stories.CLEARED).interruptions
    assert {"resumed": 1} == measured(stories.TOO_EARLY).interruptions
    assert {"backchannel": 1} == measured(stories.TOO_EARLY).overlaps_ignored


def test_decodes() -> None:
    metrics = measured(stories.TOO_EARLY)
    assert (0.25,) * 4 == metrics.decode_seconds
    assert (0.05,) * 4 == metrics.queued_seconds
    assert 6.0 == metrics.decoded_audio_seconds
    assert (0, 1) == (metrics.fallback_decodes, measured(stories.TOOL).fallback_decodes)


def test_tools() -> None:
    metrics = measured(stories.TOOL)
    assert (1, 0) == (metrics.tool_calls, metrics.tool_failures)


def test_contained_means_resolved_without_a_person() -> None:
    assert measured(stories.TOOL).contained
    assert not measured(stories.CLEARED).contained
    assert measured(stories.CLEARED).handed_off
    assert not measured(stories.BARGE_IN).contained, "the caller hung up"
    assert not measured(stories.TRUNCATED).contained


def test_a_call_that_breaks_off_is_not_ended() -> None:
    metrics = measured(stories.TRUNCATED)
    assert (False, 7.42, "") == (metrics.ended, metrics.duration, metrics.disposition)


def test_an_empty_journal() -> None:
    metrics = metrics_of([])
    assert (0.0, (), ()) == (metrics.duration, metrics.responses, metrics.latencies)


def test_who_rang_for_a_person_and_got_none_was_not_handed_off() -> None:
    decided = HandoffDecided("people", "asked", ())
    began: list[JournalEvent] = [
        CallAnswered("c", "phone", "retail", 0.0),
        decided,
        TransferBegan(1),
    ]
    missed = [*began, TransferEnded("returned", "no-answer"), CallEnded("resolved")]
    talked = [*began, CallerBridged(), TransferEnded("bridged", "talk-over", True)]

    def handed_off(events: list[JournalEvent]) -> bool:
        return metrics_of([Entry(n, float(n), e) for n, e in enumerate(events)]).handed_off

    assert not handed_off(missed)
    assert handed_off([*talked, CallEnded("resolved")])
    assert handed_off([*began, CallEnded("transferred")])
    # Left to the carrier's own `<Dial>`.
    assert handed_off([*began[:2], CallEnded("transferred")])

"""The transcript tells what each side said, and what of it the caller really heard."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.folds import stories
from tests.folds.stories import Story, journal
from voicebot.folds.exchanges import Fate
from voicebot.folds.metrics import metrics_of
from voicebot.folds.transcript import RemarkKind, Speaker, Transcript, Turn, transcript_of
from voicebot.journal import SpeechHeard, SpeechQueued, SpeechStarted

STORIES = [
    stories.BARGE_IN,
    stories.CLEARED,
    stories.TRUNCATED,
    stories.TOOL,
    stories.TOO_EARLY,
    stories.BROKEN,
]


def told(story: Story) -> Transcript:
    return transcript_of(journal(story))


def script(transcript: Transcript) -> list[tuple[str, str]]:
    return [(turn.speaker.value, turn.text) for turn in transcript.turns]


def reply(transcript: Transcript, number: int) -> Turn:
    """Return the bot's first turn in answer to a caller's turn."""
    return next(
        turn
        for turn in transcript.turns
        if turn.speaker is Speaker.ASSISTANT and turn.number == number
    )


def test_a_conversation_reads_in_order() -> None:
    assert [
        ("assistant", "Hello, this is the shop. How can I help?"),
        ("caller", "How do I return something?"),
        ("assistant", "You can return anything within thirty days. Keep the box and the receipt."),
        ("caller", "What about shoes?"),
        ("assistant", "Shoes too."),
    ] == script(told(stories.BARGE_IN))


def test_the_call_itself() -> None:
    call = told(stories.BARGE_IN).call
    assert ("4f1a", "CA77", "phone", "retail") == (
        call.call_id,
        call.carrier_call_id,
        call.channel,
        call.domain,
    )
    assert (11.0, 11.0, "caller_hung_up") == (call.ended, call.duration, call.disposition)


def test_the_clauses_of_an_answer_are_one_turn_from_first_audio_to_last_mark() -> None:
    greeting = reply(told(stories.BARGE_IN), 0)
    assert (0.15, 2.75) == (greeting.started, greeting.ended)
    assert ["s1", "s2"] == [segment.name for segment in greeting.segments]
    assert greeting.text == greeting.heard_text
    assert not greeting.interrupted
    assert greeting.latency is None, "a greeting answers nobody"


def test_a_barge_in_leaves_what_was_not_heard() -> None:
    answer = reply(told(stories.BARGE_IN), 1)
    assert answer.interrupted
    assert "You can return anything within thirty days. Keep the" == answer.heard_text
    assert "box and the receipt." == answer.unheard_text
    assert "" == answer.unconfirmed_text
    assert (5.42, 8.40) == (answer.started, answer.ended)


def test_latency_counts_from_the_last_voiced_sample_to_the_first_audio_of_the_answer() -> None:
    transcript = told(stories.BARGE_IN)
    assert 0.42 == pytest.approx(reply(transcript, 1).latency)
    assert 0.50 == pytest.approx(reply(transcript, 2).latency)


def test_what_was_understood_and_where_the_words_come_from() -> None:
    answer = reply(told(stories.BARGE_IN), 1)
    assert ("return_item", 0.9) == (answer.intent, answer.confidence)
    assert ("article:returns",) == answer.sources


def test_segments_that_were_cleared_before_a_word_was_played_were_not_heard() -> None:
    answer = reply(told(stories.CLEARED), 1)
    assert "" == answer.heard_text
    assert answer.text == answer.unheard_text
    assert [Fate.CUT, Fate.CUT] == [segment.fate for segment in answer.segments]


def test_keys_are_a_turn_of_the_caller() -> None:
    (turn,) = [t for t in told(stories.CLEARED).turns if t.digits]
    assert (Speaker.CALLER, "", "0", 5.80) == (turn.speaker, turn.text, turn.digits, turn.started)
    assert 0.10 == pytest.approx(reply(told(stories.CLEARED), 2).latency)


def test_a_journal_that_breaks_off_leaves_open_what_was_heard() -> None:
    """Sent and never confirmed is neither heard nor unheard."""
    transcript = told(stories.TRUNCATED)
    answer = reply(transcript, 1)
    assert "You can return anything within thirty days." == answer.heard_text
    assert "Keep the box and the receipt." == answer.unconfirmed_text
    assert "" == answer.unheard_text
    assert not answer.interrupted
    assert transcript.call.ended is None
    assert "" == transcript.call.disposition


def test_what_was_never_sent_was_not_heard() -> None:
    answer = reply(told(stories.TRUNCATED[:-2]), 1)
    assert [Fate.UNCONFIRMED, Fate.UNSENT] == [segment.fate for segment in answer.segments]
    assert "Keep the box and the receipt." == answer.unheard_text


def test_a_tool_belongs_to_the_turn_that_it_serves() -> None:
    answer = reply(told(stories.TOOL), 1)
    (use,) = answer.tools
    assert ("order_status", {"order": "4411"}, True, 1.77) == (
        use.tool,
        use.arguments,
        use.ok,
        use.seconds,
    )
    assert {"status": "shipped"} == use.value


def test_a_filler_is_said_but_answers_nothing() -> None:
    answer = reply(told(stories.TOOL), 1)
    assert "One moment. It left yesterday." == answer.text
    assert ("filler", "flow:order_status") == answer.sources
    assert 2.25 == pytest.approx(answer.latency), "to the answer, not to the filler"


def test_a_re_prompt_is_a_turn_of_its_own_and_has_no_latency() -> None:
    *_, last = told(stories.TOOL).turns
    assert ("Are you still there?", 1, None) == (last.text, last.number, last.latency)
    assert () == last.tools


def test_a_turn_that_was_taken_to_be_over_too_early_is_told_once_in_full() -> None:
    transcript = told(stories.TOO_EARLY)
    assert [
        ("assistant", "Hello, this is the shop. How can I help?"),
        ("caller", "My order number is 4411"),
        ("assistant", "Which order?"),
        ("assistant", "Order 4 4 1 1."),
        ("caller", "And also"),
    ] == script(transcript)
    assert "Which" == reply(transcript, 1).heard_text


def test_words_whose_turn_never_ended_are_kept_as_such() -> None:
    """A backchannel is no turn, and does not become one."""
    *earlier, last = told(stories.TOO_EARLY).turns
    assert (False, 9.00, 9.50) == (last.complete, last.started, last.ended)
    assert all(turn.complete for turn in earlier)


def test_between_the_lines() -> None:
    remarks = told(stories.TOO_EARLY).remarks + told(stories.BROKEN).remarks
    assert [
        (
            5.40,
            RemarkKind.BARGED_IN,
            "interruption (resumed) after 0.40 s: “4411”, 80% likely to want the floor",
        ),
        (
            7.00,
            RemarkKind.OVERLAP_IGNORED,
            "backchannel (words) after 0.20 s: “Mm-hm.”, 3% likely to want the floor",
        ),
        (9.80, RemarkKind.STREAM_ENDED, "dropped"),
        (9.00, RemarkKind.ENGINE_FAILED, "recogniser: StaleWork"),
    ] == [(remark.at, remark.kind, remark.detail) for remark in remarks]


def test_an_apology_is_said_but_answers_nothing() -> None:
    answer = reply(told(stories.BROKEN), 1)
    assert "Sorry, something went wrong." == answer.heard_text
    assert answer.latency is None


def test_a_tool_whose_call_ended_before_a_word_was_said_is_not_lost() -> None:
    called = next(n for n, (_, e) in enumerate(stories.TOOL) if type(e).__name__ == "ToolCalled")
    *_, last = told(stories.TOOL[: called + 1]).turns
    assert ("", None, 5.33) == (last.text, last.tools[0].ok, last.started)


def test_an_empty_journal_is_an_empty_transcript() -> None:
    assert ((), ()) == (transcript_of([]).turns, transcript_of([]).remarks)


@pytest.mark.parametrize("story", STORIES)
def test_a_journal_may_break_off_after_any_entry(story: Story) -> None:
    """What was certain then does not change when the story goes on."""
    whole = {turn.segments[0].name: turn for turn in told(story).turns if turn.segments}
    for length in range(len(story)):
        partial = told(story[:length])
        for turn in partial.turns:
            assert turn.started <= turn.ended
        for turn in [turn for turn in partial.turns if turn.segments]:
            parts = f"{turn.heard_text} {turn.unheard_text} {turn.unconfirmed_text}"
            assert sorted(turn.text.split()) == sorted(parts.split())
            assert whole[turn.segments[0].name].heard_text.startswith(turn.heard_text)


@pytest.mark.parametrize("story", STORIES)
@settings(max_examples=30, deadline=None, derandomize=True)
@given(data=st.data())
def test_any_entries_may_be_lost(story: Story, data: st.DataObject) -> None:
    """A full queue takes entries out of the middle: the folds make do with the rest."""
    kept = data.draw(st.lists(st.sampled_from(range(len(story))), unique=True))
    entries = [journal(story)[index] for index in sorted(kept)]
    transcript = transcript_of(entries)
    metrics = metrics_of(entries)
    queued = [e.event.text for e in entries if isinstance(e.event, SpeechQueued)]
    said = [s.text for t in transcript.turns for s in t.segments]
    assert sorted(queued) == sorted(said)
    for response in metrics.responses:
        assert response.answered is None or sum(response.stages.values()) == pytest.approx(
            max(response.answered, 0.0)
        )


def test_a_mark_without_its_segment_is_nothing() -> None:
    entries = journal([(0.0, SpeechStarted("s9")), (1.0, SpeechHeard("s9"))])
    assert () == transcript_of(entries).turns


def test_folding_leaves_the_journal_alone() -> None:
    entries = journal(stories.TOOL)
    copy = [replace(entry) for entry in entries]
    transcript_of(entries)
    assert copy == entries

"""What the caller really heard."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voicebot.call.playout import Playout
from voicebot.journal import SpeechCut, SpeechHeard
from voicebot.word_times import SpokenWord


def speaking() -> Playout:
    playout = Playout()
    playout.queued("s1", "Your card is blocked.", 2.0)
    playout.queued("s2", "A new one is on its way.", 2.0)
    playout.started("s1", 0.0)
    playout.started("s2", 1.9)
    return playout


def test_a_mark_means_that_the_segment_was_heard() -> None:
    playout = speaking()

    assert [SpeechHeard("s1")] == playout.mark_echoed("s1", 2.0)
    assert [SpeechHeard("s2")] == playout.mark_echoed("s2", 4.0)
    assert not playout.speaking


def test_marks_echoed_because_of_a_clear_do_not_count() -> None:
    playout = speaking()
    playout.mark_echoed("s1", 2.0)

    assert [SpeechCut("s2", "A new one is", "on its way.")] == playout.cleared(3.0)
    assert [] == playout.mark_echoed("s2", 3.1)


def test_what_was_sent_ahead_starts_at_the_ear_when_the_segment_before_has_ended() -> None:
    playout = speaking()
    playout.mark_echoed("s1", 2.5)

    assert [SpeechCut("s2", "", "A new one is on its way.")] == playout.cleared(2.5)


def test_a_segment_that_was_never_sent_was_not_heard() -> None:
    playout = Playout()
    playout.queued("s1", "Hello.", 1.0)

    assert [SpeechCut("s1", "", "Hello.")] == playout.cleared(9.0)


def test_a_lost_mark_is_made_up_by_the_next_one() -> None:
    assert [SpeechHeard("s1"), SpeechHeard("s2")] == speaking().mark_echoed("s2", 4.0)


def test_a_carrier_that_echoes_no_marks_does_not_hold_the_floor_for_ever() -> None:
    playout = speaking()

    assert 4.0 == playout.deadline
    assert [SpeechHeard("s1")] == playout.expire(4.0)
    assert 8.0 == playout.deadline
    assert [SpeechHeard("s2")] == playout.expire(8.0)
    assert playout.deadline is None


def test_a_word_counts_as_heard_when_the_voice_said_it_to_its_end() -> None:
    playout = Playout()
    words = (SpokenWord(4, 0.2), SpokenWord(10, 0.6), SpokenWord(12, 1.5), SpokenWord(15, 2.2))
    playout.queued("s1", "Your order 4 4.", 2.5, words)
    playout.started("s1", 10.0)

    assert [SpeechCut("s1", "Your order", "4 4.")] == playout.cleared(11.4)


def test_what_is_left_of_a_clause_after_its_last_word_is_only_silence() -> None:
    playout = Playout()
    playout.queued("s1", "Your order.", 2.0, (SpokenWord(4, 0.2), SpokenWord(11, 0.7)))
    playout.started("s1", 0.0)

    assert [SpeechCut("s1", "Your order.", "")] == playout.cleared(0.8)


@given(st.text(max_size=60), st.floats(0.0, 10.0), st.floats(0.0, 20.0))
def test_a_cut_loses_and_repeats_no_word(text: str, seconds: float, elapsed: float) -> None:
    playout = Playout()
    playout.queued("s1", text, seconds)
    playout.started("s1", 0.0)
    (cut,) = playout.cleared(elapsed)

    # A control character parts words as well as a space does.
    assert "".join(text.split()) == "".join((cut.heard + cut.unheard).split())


@given(st.floats(0.0, 5.0), st.floats(0.0, 5.0))
def test_more_time_never_means_less_heard(first: float, second: float) -> None:
    def heard(at: float) -> int:
        playout = Playout()
        playout.queued("s1", "Returns are free within thirty days of delivery.", 4.0)
        playout.started("s1", 0.0)
        return len(playout.cleared(at)[0].heard)

    assert heard(min(first, second)) <= heard(max(first, second))

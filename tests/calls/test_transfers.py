"""Calls in which a person is rung while the caller stays with the bot, on virtual time."""

from __future__ import annotations

from typing import Any

import pytest

from dialogue.acts import Ask, CancelHandoff, Connecting, Connection, EndCall, Handoff, Say
from tests.calls.story import (
    ScriptedDialogue,
    ScriptedPeople,
    ScriptedRecogniser,
    ScriptedSynthesiser,
    Story,
    hangs_up,
    says,
)
from voicebot.call.parts import SessionPolicy
from voicebot.folds.replay import replay_turns
from voicebot.journal import (
    BargedIn,
    CallEnded,
    CallerBridged,
    Glimpsed,
    HandoffDecided,
    NoInputNoticed,
    PersonMissed,
    PersonReady,
    SpeechHeard,
    SpeechQueued,
    StreamEnded,
    StreamStarted,
    TransferBegan,
    TransferEnded,
)

ANSWERS = {
    "A person please.": [Say("I'll call a colleague."), Handoff("people", "asked", ())],
    "Opening hours?": [Ask("Nine to five.")],
    "Never mind.": [CancelHandoff(), Ask("All right. Anything else?")],
    "Bye.": [Say("Goodbye."), EndCall("resolved")],
    Connection.MISSED: [Ask("Nobody is there. Shall they call you back?")],
    Connection.TALKED: [Ask("You're back. Anything else?")],
}
RENDERED = {
    "Hello.",
    "I'll call a colleague.",
    "I'm connecting you now.",
    "I'm still calling.",
    "I'll try another colleague.",
    "Nine to five.",
    "All right.",
    "Anything else?",
    "Goodbye.",
    "Nobody is there.",
    "Shall they call you back?",
    "You're back.",
}
ASKED = says(2.0, 3.0)
"""The caller asks for a person; the bot has said that it calls one by second 6."""


def story(script: list[tuple[float, Any]], *words: str, **cast: Any) -> Story:
    heard = [(text, 0.25) for text in ("A person please.", *words)]
    cast.setdefault("people", ScriptedPeople())
    return Story(
        script=[*ASKED, *script],
        dialogue=ScriptedDialogue(ANSWERS),
        recogniser=ScriptedRecogniser(heard),
        synthesiser=ScriptedSynthesiser(RENDERED),
        **cast,
    )


def said(told: Story) -> list[str]:
    return [event.text for event in told.found(SpeechQueued)]


def talked(ended: float, *, comes_back: bool = True) -> list[tuple[float, Any]]:
    """The person is ready at second 10, and the talk is over some time later."""
    return [
        (7.0, TransferBegan(1)),
        (10.0, PersonReady()),
        (14.0, CallerBridged()),
        (ended, TransferEnded("bridged", "talk-over", comes_back)),
    ]


def test_the_caller_is_moved_only_once_they_heard_that_they_are() -> None:
    told = story(talked(60.0, comes_back=False))
    told.play()

    (announced,) = [e for e in told.found(SpeechQueued) if e.source == "prompt:connecting"]
    heard = next(
        entry.at for entry in told.journal.entries if entry.event == SpeechHeard(announced.segment)
    )
    assert not announced.interruptible
    assert told.people is not None
    assert ["begin", "announced"] == told.people.words
    assert told.people.told[-1][0] == pytest.approx(heard, abs=0.02)
    assert heard > 10.0 + 2.0
    assert CallEnded("transferred") == told.journal.entries[-1].event


def test_nothing_is_said_and_nobody_is_asked_while_the_caller_is_with_a_person() -> None:
    told = story(talked(3_600.0, comes_back=False))
    told.play()

    assert [] == [at for at in told.when(NoInputNoticed) if at > 10]
    assert [] == [at for at in told.when(SpeechQueued) if at > 11]
    # Half an hour is the bot's limit, not the person's.
    assert [3_600.0] == told.when(CallEnded)


def test_the_call_goes_on_with_a_new_stream_where_it_was() -> None:
    told = story(
        [
            *talked(3_000.0),
            (3_000.5, StreamStarted("second")),
            *says(3_010.0, 3_011.0),
        ],
        "Bye.",
    )
    told.play()

    assert "You're back." in said(told)
    assert "Goodbye." == said(told)[-1]
    assert CallEnded("resolved") == told.journal.entries[-1].event
    assert 1 == len(told.found(HandoffDecided))
    assert ["begin", "announced", "returned"] == (told.people.words if told.people else [])
    # One journal, in order, on one clock.
    entries = told.journal.entries
    assert list(range(len(entries))) == [entry.seq for entry in entries]
    assert [0.0, 3_000.5] == told.when(StreamStarted)


def test_the_journal_of_a_transfer_replays_to_the_same_turns() -> None:
    told = story(
        [*talked(60.0), (60.5, StreamStarted("second")), *says(70.0, 71.0), *hangs_up(80.0)],
        "Opening hours?",
    )
    entries = told.play()

    assert [] == [str(one) for one in replay_turns(entries, told.policy.turns)]


def test_the_news_that_the_talk_is_over_may_come_after_the_stream() -> None:
    told = story(
        [
            *talked(70.0)[:-1],
            (60.0, StreamStarted("second")),
            (60.4, TransferEnded("bridged", "talk-over", True)),
            *hangs_up(80.0),
        ]
    )
    told.play()

    assert "You're back." in said(told)


def test_a_caller_who_does_not_come_back_is_not_waited_for_for_ever() -> None:
    told = story(talked(60.0))
    told.play()

    assert CallEnded("transferred", "did not come back") == told.journal.entries[-1].event
    assert [80.0] == told.when(CallEnded)


def test_questions_are_answered_while_a_person_is_rung() -> None:
    told = story([*says(8.0, 9.0), *hangs_up(21.0)], "Opening hours?")
    told.play()

    assert ["Nine to five."] == [text for text in said(told) if text.startswith("Nine")]


def test_a_caller_who_waits_is_told_so() -> None:
    told = story([(29.0, PersonMissed("busy")), *hangs_up(33.0)])
    told.play()

    assert 2 <= said(told).count("I'm still calling.")
    assert 1 == said(told).count("I'll try another colleague.")
    assert not any("there?" in text for text in said(told))


def test_the_caller_may_change_their_mind() -> None:
    told = story([*says(8.0, 9.0), *says(16.0, 17.0)], "Never mind.", "Bye.")
    told.play()

    assert told.people is not None
    assert ["begin", "withdrawn"] == told.people.words
    assert CallEnded("resolved") == told.journal.entries[-1].event


def test_a_caller_in_the_middle_of_a_turn_is_not_talked_over() -> None:
    told = story([*says(8.0, 12.0), *talked(60.0, comes_back=False)], "Opening hours?")
    told.play()
    queued = {
        event.text: at
        for event, at in zip(told.found(SpeechQueued), told.when(SpeechQueued), strict=True)
    }

    assert queued["I'm connecting you now."] > queued["Nine to five."] > 12.0


def test_an_announcement_that_is_cut_off_was_not_heard() -> None:
    """ "Stop" over it: first the caller is listened to."""
    told = story(
        [
            *talked(60.0)[:2],
            *says(10.5, 12.0),
            *says(24.0, 25.0),
        ],
        "Never mind.",
        "Bye.",
    )
    told.recogniser.glimpses = [("Stop", 0.99)]
    told.script.append((10.9, Glimpsed(10.5, 10.9, "Stop", -0.2, {"interruption": 0.99})))
    told.play()

    assert told.people is not None
    assert 1 == len(told.found(BargedIn))
    assert ["begin", "withdrawn"] == told.people.words


@pytest.mark.parametrize("at", [11.0, 13.0])
def test_a_person_who_leaves_while_the_caller_is_told_is_followed_by_the_next(at: float) -> None:
    people = ScriptedPeople()
    people.moves_after = None
    told = story(
        [(10.0, PersonReady()), (at, PersonMissed("left")), *says(18.0, 19.0), *hangs_up(30.0)],
        "Opening hours?",
        people=people,
    )
    told.play()

    assert "I'll try another colleague." in said(told)
    assert "Nine to five." in said(told)
    assert people.words.count("announced") == (1 if at > 12.4 else 0)


def test_a_caller_whom_nobody_takes_stays_with_the_bot() -> None:
    told = story([(12.0, TransferEnded("returned", "busy", True)), *says(20.0, 21.0)], "Bye.")
    told.play()

    assert "Nobody is there." in said(told)
    assert Connecting(Connection.MISSED) in told.dialogue.inputs
    assert CallEnded("resolved") == told.journal.entries[-1].event


def test_a_caller_whose_move_takes_long_is_told_to_wait() -> None:
    people = ScriptedPeople()
    people.moves_after = 12.0
    told = story(talked(60.0, comes_back=False), people=people)
    told.play()

    assert 1 <= said(told).count("One moment.")
    assert not any("there?" in text for text in said(told))


def test_a_caller_who_could_not_be_moved_stays_with_the_bot() -> None:
    people = ScriptedPeople()
    people.moves_after = None
    told = story(
        [(10.0, PersonReady()), (14.0, TransferEnded("returned", "failed", True)), *hangs_up(25.0)],
        people=people,
    )
    told.play()

    assert "Nobody is there." in said(told)
    assert CallEnded("caller_hung_up") == told.journal.entries[-1].event


@pytest.mark.parametrize("at", [5.0, 8.0, 9.9])
def test_a_caller_who_hangs_up_while_somebody_is_rung(at: float) -> None:
    told = story([*hangs_up(at), (10.0, PersonReady())])
    told.play()

    assert told.people is not None
    assert "gone" == told.people.words[-1]
    assert CallEnded("caller_hung_up") == told.journal.entries[-1].event


def test_a_caller_who_hangs_up_as_they_are_moved() -> None:
    told = story([(10.0, PersonReady()), *hangs_up(11.0), (12.0, TransferEnded("gone", "hung-up"))])
    told.play()

    assert CallEnded("caller_hung_up") == told.journal.entries[-1].event


def test_a_stream_that_breaks_off_for_good_ends_the_session_and_says_so() -> None:
    cut, back = StreamEnded("dropped"), StreamStarted("second")
    told = story([(8.0, cut), (9.0, back), (12.0, cut)])
    told.play()

    assert told.people is not None
    assert "lost" == told.people.words[-1]
    assert CallEnded("failed", "stream dropped") == told.journal.entries[-1].event


def test_a_goodbye_calls_the_ringing_off() -> None:
    told = story(says(8.0, 9.0), "Bye.")
    told.play()

    assert told.people is not None
    assert ["begin", "withdrawn"] == told.people.words


def test_where_nobody_can_be_rung_the_call_ends_with_the_handoff() -> None:
    for people in (None, ScriptedPeople(there=False)):
        told = story([], people=people)
        told.play()

        assert told.outcome is not None
        assert told.outcome.handoff is not None
        assert CallEnded("transferred") == told.journal.entries[-1].event


def test_the_bots_own_time_is_limited_still() -> None:
    told = story(
        [*talked(1_000.0), (1_000.5, StreamStarted("second"))],
        policy=SessionPolicy(call_seconds=40.0),
    )
    told.play()

    assert CallEnded("failed", "call_seconds") == told.journal.entries[-1].event
    assert 1_020 < told.when(CallEnded)[0] < 1_040


def test_who_waits_hears_music_until_they_speak_or_the_person_is_there() -> None:
    told = story(
        [
            (7.0, TransferBegan(1)),
            *says(8.4, 9.4),
            (16.0, PersonReady()),
            *talked(30.0, comes_back=False)[-2:],
        ],
        "Opening hours?",
    )
    told.play()

    begun = [at for at, plays in told.line.held if plays]
    ended = [at for at, plays in told.line.held if not plays]
    (called,) = [
        entry.at
        for entry in told.journal.entries
        if isinstance(entry.event, SpeechHeard) and 3.0 < entry.at < 8.0
    ]
    # Half a second after the last word; silent at once when the caller speaks, and for good when
    # the person is there.
    assert begun[0] == pytest.approx(called + 0.5, abs=0.02)
    assert [8.5, 16.0] == ended
    assert 2 == len(begun)
    assert 9.4 < begun[1] < 16.0


def test_nobody_hears_music_who_does_not_wait() -> None:
    told = story([*hangs_up(9.0)], people=ScriptedPeople(there=False))
    told.play()

    assert [] == told.line.held


NOT_MOVED = [
    (7.0, TransferBegan(1)),
    (10.0, PersonReady()),
    (14.0, TransferEnded("returned", "failed", True)),
]
"""The order to move the caller seemed to fail."""


def unmoved() -> ScriptedPeople:
    people = ScriptedPeople()
    people.moves_after = None
    return people


def test_a_move_that_is_carried_out_late_brings_the_caller_back_to_the_bot() -> None:
    told = story(
        [
            *NOT_MOVED,
            (20.0, StreamEnded("stop")),
            (21.0, StreamStarted("second")),
            *says(26.0, 27.0),
        ],
        "Bye.",
        people=unmoved(),
    )
    told.play()

    assert [CallEnded("resolved")] == told.found(CallEnded)


def test_who_hangs_up_after_a_move_that_failed_has_hung_up() -> None:
    told = story([*NOT_MOVED, (20.0, StreamEnded("stop"))], people=unmoved())
    told.play()

    assert [CallEnded("caller_hung_up")] == told.found(CallEnded)

"""Calls whose media stream breaks off while the caller still listens, on virtual time."""

from __future__ import annotations

from typing import Any

import pytest

from dialogue.acts import (
    Ask,
    CallTool,
    Connecting,
    Connection,
    EndCall,
    Handoff,
    Interrupted,
    Say,
    ToolReturned,
    UserTurn,
)
from tests.calls.story import (
    ScriptedDialogue,
    ScriptedPeople,
    ScriptedRecogniser,
    ScriptedSynthesiser,
    ScriptedTools,
    Story,
    hangs_up,
    says,
)
from voicebot.folds.replay import replay_turns
from voicebot.journal import (
    CallEnded,
    CallerTurnEnded,
    DigitPressed,
    NoInputNoticed,
    PersonReady,
    SpeechQueued,
    SpeechStarted,
    StreamEnded,
    StreamStarted,
    ToolCalled,
    TransferBegan,
    TransferEnded,
)

ANSWERS: dict[Any, Any] = {
    "Cancel it.": [Ask("Shall I cancel order 4 4 1 1?")],
    "Yes.": [CallTool("cancel", {}, "k1", side_effect=True, filler="Just a second.")],
    "tool ok": [Say("It is cancelled."), Ask("Anything else?")],
    "A person please.": [Say("I'll call a colleague."), Handoff("people", "asked", ())],
    "Bye.": [Say("Goodbye."), EndCall("resolved")],
    Connection.CUT_OFF: [Say("The line broke off."), Ask("Shall I cancel order 4 4 1 1?")],
}
RENDERED = {
    "Hello.",
    "Shall I cancel order 4 4 1 1?",
    "It is cancelled.",
    "Anything else?",
    "The line broke off.",
    "Goodbye.",
    "I'll call a colleague.",
    "I'm connecting you now.",
}
CUT = StreamEnded("dropped")
BACK = StreamStarted("second")


def story(script: list[tuple[float, Any]], *words: str, **cast: Any) -> Story:
    return Story(
        script=script,
        dialogue=ScriptedDialogue(ANSWERS),
        recogniser=ScriptedRecogniser([(text, 0.25) for text in words]),
        synthesiser=ScriptedSynthesiser(RENDERED),
        **cast,
    )


def said_after(told: Story, at: float) -> list[str]:
    return [
        entry.event.text
        for entry in told.journal.entries
        if isinstance(entry.event, SpeechQueued) and entry.at >= at
    ]


def test_the_call_goes_on_in_one_journal_and_the_question_is_asked_again() -> None:
    told = story(
        [*says(2.0, 3.0), (5.0, CUT), (9.0, BACK), *says(17.0, 18.0)], "Cancel it.", "Bye."
    )
    entries = told.play()

    assert ["The line broke off.", "Shall I cancel order 4 4 1 1?", "Goodbye."] == said_after(
        told, 5.0
    )
    assert 0.1 > next(at for at in told.when(SpeechStarted) if at > 5.0) - 9.0
    assert CallEnded("resolved") == entries[-1].event
    assert list(range(len(entries))) == [entry.seq for entry in entries]
    assert [] == [str(one) for one in replay_turns(entries, told.policy.turns)]


def test_words_that_the_loss_cut_off_are_known_to_be_unheard() -> None:
    """The question takes 2.9 s from second 3.6 on."""
    told = story([*says(2.0, 3.0), (5.0, CUT), (9.0, BACK), *hangs_up(12.0)], "Cancel it.")
    told.play()

    cut = next(given for given in told.dialogue.inputs if isinstance(given, Interrupted))
    assert cut.heard
    assert cut.unheard
    assert "Shall I cancel order 4 4 1 1?" == f"{cut.heard} {cut.unheard}"
    assert Connecting(Connection.CUT_OFF) == told.dialogue.inputs[-1]


@pytest.mark.parametrize("cut", [1.0, 2.5, 3.05, 3.2])
def test_a_turn_that_the_loss_cut_off_is_lost_and_nothing_happens_of_it(cut: float) -> None:
    told = story([*says(2.0, 3.0), (cut, CUT), (5.0, BACK), *hangs_up(12.0)], "Yes.")
    told.play()

    assert [] == told.tools.ran
    assert [] == told.found(CallerTurnEnded)
    assert 1 == len([i for i in told.dialogue.inputs if isinstance(i, Connecting)])


@pytest.mark.parametrize("cut", [4.0, 4.3, 6.0])
def test_an_action_under_way_goes_on_once_and_its_outcome_is_told_afterwards(cut: float) -> None:
    tools = ScriptedTools(seconds=3.0)
    told = story([*says(2.0, 3.0), (cut, CUT), (9.0, BACK), *hangs_up(20.0)], "Yes.", tools=tools)
    told.play()

    assert [("cancel", "k1")] == tools.ran
    assert [True] == [call.side_effect for call in told.found(ToolCalled)]
    assert 1 == len([i for i in told.dialogue.inputs if isinstance(i, ToolReturned)])
    missed = [i for i in told.dialogue.inputs if isinstance(i, Interrupted)]
    assert missed[-1].unheard.endswith("It is cancelled. Anything else?")
    assert [] == [at for at in told.when(SpeechStarted) if cut < at < 9.0]


def test_an_action_that_outlasts_the_loss_is_answered_as_ever() -> None:
    told = story(
        [*says(2.0, 3.0), (4.5, CUT), (6.0, BACK), *hangs_up(30.0)],
        "Yes.",
        tools=ScriptedTools(seconds=9.0),
    )
    told.play()

    assert [("cancel", "k1")] == told.tools.ran
    assert ["It is cancelled.", "Anything else?"] == said_after(told, 12.0)[:2]


def test_a_goodbye_that_nobody_heard_ends_nothing() -> None:
    """It is decided while there is no line: the turn had just ended."""
    told = story([*says(2.0, 3.0), (9.0, BACK), *hangs_up(20.0)], "Bye.")
    told.dialogue.seconds = 0.5
    told.script.append((3.7, CUT))
    told.play()

    assert 1 == len([i for i in told.dialogue.inputs if isinstance(i, UserTurn)])
    assert CallEnded("caller_hung_up") == told.journal.entries[-1].event


def test_a_line_lost_during_the_goodbye_ends_the_call() -> None:
    told = story([*says(2.0, 3.0), (5.0, CUT)], "Bye.")
    told.play()

    assert CallEnded("resolved") == told.journal.entries[-1].event


def test_nobody_is_waited_for_longer_than_is_set() -> None:
    told = story([*says(2.0, 3.0), (5.0, CUT)], "Cancel it.")
    told.play()

    assert CallEnded("failed", "no new stream") == told.journal.entries[-1].event
    assert [25.0] == told.when(CallEnded)
    assert [] == told.found(NoInputNoticed)


def test_a_line_that_breaks_off_again_ends_the_session() -> None:
    told = story([(5.0, CUT), (7.0, BACK), (12.0, CUT), (13.0, StreamStarted("third"))])
    told.play()

    assert CallEnded("failed", "stream dropped") == told.journal.entries[-1].event
    assert [12.0] == told.when(CallEnded)


def test_the_last_sounds_of_a_lost_line_are_nobodys_turn() -> None:
    told = story([(5.0, CUT), *says(5.0, 5.5), (6.0, DigitPressed("1")), (7.0, BACK)])
    told.script += hangs_up(15.0)
    told.play()

    assert [] == told.found(DigitPressed)


def test_a_person_is_rung_on_and_announced_once_the_caller_is_back() -> None:
    told = story(
        [
            *says(2.0, 3.0),
            (8.0, TransferBegan(1)),
            (9.0, CUT),
            (10.0, PersonReady()),
            (12.0, BACK),
            (40.0, TransferEnded("bridged", "talk-over")),
        ],
        "A person please.",
        people=ScriptedPeople(),
    )
    told.play()

    assert told.people is not None
    assert ["begin", "announced"] == told.people.words[:2]
    assert "I'm connecting you now." in said_after(told, 12.0)


def test_who_asked_for_a_person_before_the_loss_gets_one() -> None:
    """Where calls end with the handoff, nothing has to be said to them first."""
    told = story([*says(2.0, 3.0), (4.0, CUT)], "A person please.")
    told.dialogue.seconds = 0.5
    told.play()

    assert told.outcome is not None
    assert told.outcome.handoff is not None
    assert CallEnded("transferred") == told.journal.entries[-1].event

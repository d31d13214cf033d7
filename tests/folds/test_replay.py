"""A recorded call, decided anew: the same build decides the same, and a changed one shows where.

The journals come from whole calls on virtual time, through the real session.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from dialogue.acts import Act, Ask, CallTool, DialogueInput, Interrupted, UserTurn
from dialogue.state import DialogueState
from dialogue.step import Step
from tests.calls.story import (
    HASTY,
    ScriptedDialogue,
    ScriptedRecogniser,
    ScriptedSynthesiser,
    ScriptedTools,
    Story,
    hangs_up,
    presses,
    says,
)
from voicebot.folds.eventlog import Difference, compare_logs, event_log
from voicebot.folds.replay import replay_dialogue, replay_turns
from voicebot.journal import (
    BargedIn,
    CallerTurnEnded,
    Entry,
    JournalEvent,
    OverlapIgnored,
    ReplyDecided,
    ToolAnswered,
    Transcribed,
    VoiceStarted,
    VoiceStopped,
    entry_from_json,
    entry_to_json,
)
from voicebot.ports import EngineError
from voicebot.turntaking.policy import OverlapPolicy, TurnPolicy

LONG = "Returns are free for thirty days. Print the label at home. Then drop the box anywhere."


class EchoingDialogue(ScriptedDialogue):
    """Remembers what both said, and says it back: its answers depend on its state."""

    async def handle(self, state: DialogueState, given: DialogueInput) -> Step:
        match given:
            case UserTurn(text=text, digits=digits):
                words = (*state.words, text or digits)
            case Interrupted(unheard=unheard):
                words = (*state.words, f"not {len(unheard)}")
            case _:
                words = (*state.words, type(given).__name__)
        step = await super().handle(state, given)
        acts = [self._echo(act, words) for act in step.acts]
        words += tuple(act.text.split()[0] for act in step.acts if isinstance(act, Ask))
        return replace(step, state=replace(state, words=words), acts=tuple(acts))

    def _echo(self, act: Act, words: Sequence[str]) -> Act:
        return (
            replace(act, text=f"{act.text} [{', '.join(words)}]") if isinstance(act, Ask) else act
        )


def busy_call(dialogue: ScriptedDialogue | None = None) -> Story:
    """A call with everything: a turn answered too early, a barge-in, a backchannel, a tool, keys,
    and a silence."""
    lookup = CallTool("order_status", {"order": "44117"}, "call:1", False)
    answers: dict[str, Sequence[Act]] = {
        "Returns?": [Ask("Which?")],
        "Returns? For shoes.": [Ask(LONG)],
        "Where is it?": [lookup],
        "tool ok": [Ask("On its way, it will arrive tomorrow.")],
    }
    return Story(
        script=[
            *says(2.0, 3.0),
            *says(3.45, 4.5),
            *says(8.0, 9.0),
            *says(12.2, 12.4),
            *presses(18.0, "0"),
            *hangs_up(36.0),
        ],
        dialogue=dialogue or EchoingDialogue(answers),
        recogniser=ScriptedRecogniser(
            [("Returns?", 0.2), ("For shoes.", 0.2), ("Where is it?", 0.2)],
            glimpses=[("For", 0.95), ("Where is", 0.95), ("Mm-hm.", 0.05)],
        ),
        synthesiser=ScriptedSynthesiser({"Hello."}),
        tools=ScriptedTools(seconds=0.3),
    )


@pytest.fixture(scope="module")
def recorded() -> list[Entry]:
    """The journal of the busy call, as it comes back from storage."""
    return [entry_from_json(entry_to_json(entry)) for entry in busy_call().play()]


def redecided(entries: Sequence[Entry], dialogue: ScriptedDialogue) -> list[Difference]:
    return asyncio.run(replay_dialogue(entries, dialogue))


def test_the_recorded_call_has_what_is_to_be_replayed(recorded: list[Entry]) -> None:
    kinds = {type(entry.event) for entry in recorded}
    assert {BargedIn, OverlapIgnored, ToolAnswered} <= kinds
    inputs = [e.event.input for e in recorded if isinstance(e.event, ReplyDecided)]
    assert {"start", "user_turn", "interrupted", "tool_returned", "no_input"} == set(inputs)
    turns = [e.event for e in recorded if isinstance(e.event, CallerTurnEnded)]
    assert ["Returns?", "Returns? For shoes.", "Where is it?", ""] == [t.text for t in turns]
    assert ["", "", "", "0"] == [turn.digits for turn in turns]


def test_the_same_turn_taker_decides_the_same(recorded: list[Entry]) -> None:
    assert [] == replay_turns(recorded, HASTY, time_tolerance=0.01)


def test_the_same_dialogue_says_the_same(recorded: list[Entry]) -> None:
    assert [] == redecided(recorded, EchoingDialogue(busy_call().dialogue.answers))


def test_a_journal_may_break_off_anywhere(recorded: list[Entry]) -> None:
    """At every twentieth entry, to keep it quick."""
    for length in range(0, len(recorded), 20):
        assert [] == replay_turns(recorded[:length], HASTY, time_tolerance=0.01)
        fresh = EchoingDialogue(busy_call().dialogue.answers)
        assert [] == redecided(recorded[:length], fresh)


def test_less_patience_for_a_barge_in_shows_as_another_decision(recorded: list[Entry]) -> None:
    """A policy that lets 0.15 s of speech take the floor would have stopped at the backchannel."""
    hasty = replace(HASTY, overlap=OverlapPolicy(words=False, blind=0.15))
    found = [str(difference) for difference in replay_turns(recorded, hasty)]
    assert any("OverlapIgnored did not happen" in difference for difference in found)
    assert any(d.startswith("12.35 s: BargedIn was not expected") for d in found)


def test_more_patience_at_the_end_of_a_turn_shows_as_other_times(recorded: list[Entry]) -> None:
    patient = TurnPolicy(endpoint=0.6, endpoint_longest=0.6)
    found = [str(difference) for difference in replay_turns(recorded, patient)]
    assert any("CallerTurnEnded" in difference for difference in found)


def test_a_timer_that_fired_a_little_late_is_no_difference(recorded: list[Entry]) -> None:
    """A loop that was busy wakes late: its decisions are late too."""
    late = [
        replace(entry, at=entry.at + 0.03) if isinstance(entry.event, CallerTurnEnded) else entry
        for entry in recorded
    ]
    assert [] == replay_turns(late, HASTY, time_tolerance=0.05)


def test_a_fact_that_overtook_a_timer_overtakes_it_again() -> None:
    """The turn would have ended at 3.9 s; the caller was heard to go on at 3.92 s, and the busy
    loop took that first."""
    facts: list[JournalEvent] = [
        VoiceStarted(2.0),
        VoiceStopped(3.0),
        Transcribed(1, "I would like", -0.2, 1.0, 0.2, 0.0, "base"),
        VoiceStarted(3.85),
    ]
    times = [2.1, 3.1, 3.3, 3.92]
    entries = [Entry(n, at, fact) for n, (at, fact) in enumerate(zip(times, facts, strict=True))]
    policy = TurnPolicy(endpoint=0.9, endpoint_longest=0.9)
    assert [] == replay_turns(entries, policy)
    entries[-1] = Entry(3, 4.2, VoiceStarted(4.1))
    found = [difference.what for difference in replay_turns(entries, policy)]
    assert ["CallerTurnEnded"] == found[:1], "that late, the turn was over"


def test_another_answer_is_shown_once_and_the_rest_is_judged_by_itself(
    recorded: list[Entry],
) -> None:
    """The new words are in the state too; going on from the recorded state, they do not spread."""
    answers = dict(busy_call().dialogue.answers)
    answers["Returns? For shoes."] = [Ask("Shoes within sixty days.")]
    found = redecided(recorded, EchoingDialogue(answers))
    assert ["reply to user_turn 2, act 1"] == [difference.what for difference in found]
    assert "thirty days" in found[0].expected
    assert "sixty days" in found[0].actual


def test_an_act_too_many_and_one_too_few(recorded: list[Entry]) -> None:
    answers = dict(busy_call().dialogue.answers)
    answers["Returns?"] = []
    answers["tool ok"] = [*answers["tool ok"], Ask("Anything else?")]
    found = redecided(recorded, EchoingDialogue(answers))
    assert [("reply to user_turn 1, act 1", False), ("reply to tool_returned 3, act 2", True)] == [
        (difference.what, not difference.expected) for difference in found
    ]


def test_a_dialogue_that_fails_is_a_difference(recorded: list[Entry]) -> None:
    broken = EchoingDialogue(busy_call().dialogue.answers)
    broken.fails = True
    found = redecided(recorded, broken)
    replies = [e for e in recorded if isinstance(e.event, ReplyDecided)]
    assert len(replies) - 1 == len(found), "all but the greeting"
    assert f"failed: {EngineError('dialogue failed')}" == found[0].actual


def test_a_journal_that_lost_an_input_says_which(recorded: list[Entry]) -> None:
    lossy = [entry for entry in recorded if not isinstance(entry.event, ToolAnswered)]
    found = redecided(lossy, EchoingDialogue(busy_call().dialogue.answers))
    assert "failed: the journal lacks the input 'tool_returned'" == found[0].actual


def test_the_same_call_played_twice_is_the_same_event_log(recorded: list[Entry]) -> None:
    assert [] == compare_logs(event_log(recorded), event_log(busy_call().play()))

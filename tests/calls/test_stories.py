"""Whole calls on virtual time."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from dialogue.acts import (
    Answer,
    Ask,
    CallTool,
    DialogueInput,
    EndCall,
    Expectation,
    Handoff,
    NoInput,
    Say,
    UserTurn,
)
from dialogue.said import Alternative
from dialogue.state import DialogueState
from dialogue.step import Step, Trace
from dialogue.understanding.grammars import Spelled
from dialogue.understanding.shapes import Digits
from tests.calls.story import (
    HASTY,
    ScriptedDialogue,
    ScriptedRecogniser,
    ScriptedSynthesiser,
    ScriptedTools,
    ScriptedTurnDetector,
    Story,
    hangs_up,
    presses,
    says,
)
from voicebot.call.parts import SessionPolicy
from voicebot.folds.replay import replay_turns
from voicebot.journal import (
    AnswerForeseen,
    CallAnswered,
    CallEnded,
    CallerTurnEnded,
    EngineFailed,
    HandoffDecided,
    NoInputNoticed,
    PlayoutFinished,
    QuestionUnanswered,
    ReplyDecided,
    SpeechHeard,
    SpeechQueued,
    SpeechStarted,
    ToolAnswered,
    ToolCalled,
)
from voicebot.turntaking.policy import TurnPolicy

RETURNS = "Returns are free for thirty days. Print the label at home. Then drop the box anywhere."


def said(story: Story) -> list[str]:
    return [event.text for event in story.found(SpeechQueued)]


def test_a_question_is_answered_and_the_call_ends_when_the_goodbye_was_heard() -> None:
    story = Story(
        script=[*says(2.0, 3.0), *says(6.0, 7.0)],
        dialogue=ScriptedDialogue(
            {
                "Opening hours?": [Ask("Nine to five.")],
                "Bye.": [Say("Goodbye."), EndCall("resolved")],
            }
        ),
        recogniser=ScriptedRecogniser([("Opening hours?", 0.25), ("Bye.", 0.25)]),
        synthesiser=ScriptedSynthesiser({"Hello.", "Nine to five.", "Goodbye."}),
    )
    entries = story.play()

    assert ["Hello.", "Nine to five.", "Goodbye."] == said(story)
    assert isinstance(entries[0].event, CallAnswered)
    assert CallEnded("resolved") == entries[-1].event
    # The last word was heard in full before the line was closed.
    assert SpeechHeard("s3") in [entry.event for entry in entries]
    # A goodbye is foreseen as one, so that it can be waited with.
    assert [("Opening hours?", False), ("Bye.", True)] == [
        (seen.text, seen.ends) for seen in story.found(AnswerForeseen)
    ]
    assert list(range(len(entries))) == [entry.seq for entry in entries]
    assert entries == sorted(entries, key=lambda entry: entry.at)


def test_a_question_without_an_answer_is_noted_with_the_callers_words() -> None:
    class Ignorant(ScriptedDialogue):
        async def handle(self, state: DialogueState, given: DialogueInput) -> Step:
            step = await super().handle(state, given)
            return replace(step, trace=Trace(rule="unknown:1", articles=(("returns", 0.41),)))

    story = Story(
        script=[*says(2.0, 3.0), *hangs_up(8.0)],
        dialogue=Ignorant({"Do you sell tents?": [Ask("I don't know that.")]}),
        recogniser=ScriptedRecogniser([("Do you sell tents?", 0.25)]),
        synthesiser=ScriptedSynthesiser({"Hello.", "I don't know that."}),
    )
    story.play()

    (noted,) = story.found(QuestionUnanswered)
    assert ("Do you sell tents?", "unknown:1") == (noted.text, noted.rule)
    assert {"returns": 0.41} == noted.articles


def test_the_answer_is_decided_ahead_and_begins_with_the_last_evidence() -> None:
    story = Story(
        script=[*says(2.0, 3.0), *hangs_up(6.0)],
        dialogue=ScriptedDialogue({"Opening hours?": [Ask("Nine to five.")]}),
        recogniser=ScriptedRecogniser([("Opening hours?", 0.25)]),
        synthesiser=ScriptedSynthesiser({"Hello.", "Nine to five."}),
    )
    story.play()

    # Silence from 3.0, seen at 3.1, decoded at 3.35, understood at 3.36: the answer starts there.
    assert [3.36] == story.when(CallerTurnEnded)
    assert [0.0, 3.36] == story.when(SpeechStarted)
    assert [False, True] == [reply.speculative for reply in story.found(ReplyDecided)]


def test_an_unrendered_answer_is_rendered_while_the_turn_is_still_open() -> None:
    story = Story(
        script=[*says(2.0, 3.0), *hangs_up(6.0)],
        dialogue=ScriptedDialogue({"Where is it": [Ask("Order 4 4 1 1 7.")]}),
        recogniser=ScriptedRecogniser([("Where is it", 0.1)]),
        synthesiser=ScriptedSynthesiser({"Hello."}, render_seconds=0.3),
        detector=ScriptedTurnDetector(0.1),
        policy=SessionPolicy(turns=TurnPolicy(endpoint=0.9, endpoint_longest=0.9, understood=0.9)),
    )
    story.play()

    # The turn ends at 3.9 by patience; rendering began at 3.21 and is done by then.
    assert [3.9] == story.when(CallerTurnEnded)
    assert 3.9 == story.when(SpeechStarted)[1]


def test_silence_brings_a_reprompt_after_what_was_heard_not_after_what_was_sent() -> None:
    dialogue = ScriptedDialogue({}, greeting="A long greeting that takes some time to hear.")
    story = Story(script=hangs_up(20.0), dialogue=dialogue)
    story.play()

    greeting_heard = story.when(PlayoutFinished)[0]
    assert greeting_heard + story.policy.turns.no_input == story.when(NoInputNoticed)[0]
    assert [NoInput()] == dialogue.inputs[:1]


def test_a_tool_runs_once_and_its_result_is_told() -> None:
    act = CallTool("order_status", {"order": "44117"}, "k1", False, filler="One moment.")
    story = Story(
        script=[*says(2.0, 3.0), *hangs_up(8.0)],
        dialogue=ScriptedDialogue(
            {"Where is it?": [Say("Let me see."), act], "tool ok": [Ask("On its way.")]}
        ),
        recogniser=ScriptedRecogniser([("Where is it?", 0.2)]),
        tools=ScriptedTools(seconds=0.3),
    )
    story.play()

    assert [("order_status", "k1")] == story.tools.ran
    assert ["Hello.", "Let me see.", "On its way."] == said(story)
    assert [ToolCalled, ToolAnswered] == [
        type(event) for event in story.journal.durable if not isinstance(event, CallEnded)
    ]


def test_a_slow_tool_is_announced_once() -> None:
    act = CallTool("cancel_order", {"order": "44117"}, "k1", True, filler="One moment.")
    story = Story(
        script=[*says(2.0, 3.0), *hangs_up(12.0)],
        dialogue=ScriptedDialogue({"Cancel.": [act], "tool failed": [Ask("That failed.")]}),
        recogniser=ScriptedRecogniser([("Cancel.", 0.2)]),
        tools=ScriptedTools(seconds=3.0, fails=True),
    )
    story.play()

    assert ["Hello.", "One moment.", "That failed."] == said(story)


def test_only_an_action_with_a_side_effect_waits_until_the_journal_is_on_disk() -> None:
    def seconds(side_effect: bool) -> float:
        act = CallTool("cancel_order", {"order": "44117"}, "k1", side_effect)
        story = Story(
            script=[*says(2.0, 3.0), *hangs_up(12.0)],
            dialogue=ScriptedDialogue({"Cancel.": [act], "tool ok": [Ask("Done.")]}),
            recogniser=ScriptedRecogniser([("Cancel.", 0.2)]),
        )
        story.journal.flush_seconds = 0.5
        story.play()
        (answered,) = story.found(ToolAnswered)
        return round(answered.seconds, 3)

    assert (0.6, 0.1) == (seconds(True), seconds(False))


def test_an_answer_that_comes_after_the_hand_over_is_not_said() -> None:
    story = Story(
        script=[*says(2.0, 3.0), (4.0, EngineFailed("speech_detector", "RuntimeError"))],
        dialogue=ScriptedDialogue({"Opening hours?": [Ask("Nine to five.")]}),
        recogniser=ScriptedRecogniser([("Opening hours?", 0.2)]),
        synthesiser=ScriptedSynthesiser({"Hello.", "I will get you a person.", "Nine to five."}),
    )
    story.dialogue.seconds = 2.0
    story.play()

    assert ["Hello.", "I will get you a person."] == said(story)


def test_keys_work_like_words() -> None:
    story = Story(
        script=[*presses(2.0, "44117"), *hangs_up(8.0)],
        dialogue=ScriptedDialogue({"44117": [Ask("On its way.")]}),
    )
    story.dialogue.answers = {**story.dialogue.answers}
    story.play()

    # Nothing asked for a number yet, and a pause tells that it is complete.
    assert ["44117"] == [turn.digits for turn in story.found(CallerTurnEnded)]
    assert [pytest.approx(2.0 + 4 * 0.3 + 2.0)] == story.when(CallerTurnEnded)
    assert "On its way." in said(story)


def test_keys_asked_for_are_collected() -> None:
    dialogue = ScriptedDialogue({"44117": [Ask("On its way.")]}, greeting="Which order?")
    ask = Ask("Which order?", Expectation(Answer.CODE, digits=5))
    dialogue.answers = {"Order.": [ask], "44117": [Ask("On its way.")]}
    story = Story(
        script=[*says(2.0, 2.5), *presses(5.0, "44117"), *hangs_up(10.0)],
        dialogue=dialogue,
        recogniser=ScriptedRecogniser([("Order.", 0.1)]),
    )
    story.play()

    assert ["", "44117"] == [event.digits for event in story.found(CallerTurnEnded)]
    assert UserTurn("", "44117") in dialogue.inputs


def test_a_handoff_is_on_disk_before_the_line_is_given_up() -> None:
    story = Story(
        script=says(2.0, 3.0),
        dialogue=ScriptedDialogue(
            {"A person.": [Say("I will connect you."), Handoff("support", "asked", ("…",))]}
        ),
        recogniser=ScriptedRecogniser([("A person.", 0.2)]),
    )
    entries = story.play()

    assert HandoffDecided("support", "asked", ("…",)) in story.journal.durable
    assert CallEnded("transferred") == entries[-1].event
    assert story.outcome is not None
    assert "support" == (story.outcome.handoff and story.outcome.handoff.queue)
    assert SpeechHeard("s2") in [entry.event for entry in entries]


def test_a_caller_may_hang_up_at_any_moment() -> None:
    for tenth in range(1, 120, 3):
        story = Story(
            script=sorted(
                [*says(2.0, 3.0), *says(6.0, 7.0), *hangs_up(tenth / 10)], key=lambda item: item[0]
            ),
            dialogue=ScriptedDialogue({"Returns?": [Ask(RETURNS)]}),
            recogniser=ScriptedRecogniser([("Returns?", 0.25), ("Stop it now.", 0.25)]),
        )
        entries = story.play()

        assert CallEnded("caller_hung_up") == entries[-1].event


def test_calls_end_after_their_longest_time() -> None:
    story = Story(script=[], dialogue=ScriptedDialogue({}))
    story.policy = type(story.policy)(call_seconds=30.0)
    story.play()

    assert CallEnded("failed", "call_seconds") == story.journal.entries[-1].event


def test_the_end_is_the_last_entry_of_every_journal() -> None:
    for tenth in range(20, 60):
        story = Story(
            script=sorted(
                [*says(2.0, 3.0), *says(3.8, 4.6), *hangs_up(tenth / 10)], key=lambda item: item[0]
            ),
            dialogue=ScriptedDialogue({"Bye.": [Say("Goodbye."), EndCall("resolved")]}),
            recogniser=ScriptedRecogniser([("Bye.", 0.1), ("Stop it now.", 0.1)]),
        )
        entries = story.play()

        ends = [entry.seq for entry in entries if isinstance(entry.event, CallEnded)]
        assert [len(entries) - 1] == ends


def test_the_same_call_leaves_the_same_journal() -> None:
    def play() -> list[object]:
        return list(
            Story(
                script=[*says(2.0, 3.0), *says(6.0, 7.0), *hangs_up(12.0)],
                dialogue=ScriptedDialogue({"Returns?": [Ask(RETURNS)]}),
                recogniser=ScriptedRecogniser([("Returns?", 0.25), ("Stop it now.", 0.25)]),
            ).play()
        )

    assert all(a == b for a, b in itertools.pairwise([play(), play(), play()]))


def cancelling(script: list[tuple[float, object]], words: list[tuple[str, float]]) -> Story:
    """A call in which "Yes." has an order cancelled."""
    return Story(
        script=[*says(2.0, 3.0), *script, *hangs_up(12.0)],
        dialogue=ScriptedDialogue(
            {
                "Yes.": [CallTool("cancel_order", {}, "call:1", side_effect=True)],
                "Yes. No wait.": [Ask("What would you like?")],
                "No wait.": [Ask("Shall I put it back?")],
                "tool ok": [Ask("It's cancelled.")],
            }
        ),
        recogniser=ScriptedRecogniser([("Yes.", 0.2), *words]),
        tools=ScriptedTools(seconds=0.1),
        synthesiser=ScriptedSynthesiser(
            {"Hello.", "It's cancelled.", "What would you like?", "Shall I put it back?"}
        ),
    )


def test_a_change_waits_until_the_turn_is_past_retraction() -> None:
    story = cancelling([], [])
    story.play()

    (ended,), (called,) = story.when(CallerTurnEnded), story.when(ToolCalled)
    assert called == pytest.approx(ended + SessionPolicy().retractable, abs=0.02)
    assert "It's cancelled." in said(story)


def test_a_change_that_the_caller_takes_back_in_the_same_breath_is_not_made() -> None:
    story = cancelling([*says(3.5, 4.0)], [("No wait.", 0.2)])
    story.play()

    assert [] == story.found(ToolCalled)
    assert "What would you like?" in said(story)


def test_what_is_said_after_a_change_was_made_is_a_turn_of_its_own() -> None:
    story = cancelling([*says(4.3, 4.9)], [("No wait.", 0.2)])
    story.play()

    assert 1 == len(story.found(ToolCalled))
    assert "Shall I put it back?" in said(story)


def test_what_else_a_value_may_have_been_is_journalled_and_decided_on() -> None:
    others = (Alternative("four four one one seven", -1.5),)
    story = Story(
        script=[*says(2.0, 3.0), *hangs_up(9.0)],
        dialogue=ScriptedDialogue({}),
        recogniser=ScriptedRecogniser([("Far far one", 0.2)], alternatives=others),
        grammar=Spelled(Digits(5)),
    )
    journal = story.play()

    (ended,) = (e.event for e in journal if isinstance(e.event, CallerTurnEnded))
    assert (("four four one one seven", -1.5),) == ended.alternatives
    assert [UserTurn("Far far one", alternatives=others)] == story.dialogue.inputs
    assert [] == replay_turns(journal, HASTY)

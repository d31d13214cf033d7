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
    Interrupted,
    NoInput,
    Say,
    Step,
    Trace,
    UserTurn,
)
from dialogue.brief import Brief, Why
from dialogue.briefing import brief_of
from dialogue.domain import load_domain
from dialogue.state import DialogueState
from tests.calls.story import (
    GLIMPSE_SECONDS,
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
from voicebot.folds.transcript import transcript_of
from voicebot.journal import (
    BargedIn,
    CallAnswered,
    CallEnded,
    CallerTurnEnded,
    EngineFailed,
    HandoffDecided,
    NoInputNoticed,
    OverlapIgnored,
    OverlapNoticed,
    PlayoutFinished,
    QuestionUnanswered,
    ReplyDecided,
    SpeechCut,
    SpeechHeard,
    SpeechQueued,
    SpeechResumed,
    SpeechStarted,
    ToolAnswered,
    ToolCalled,
    TurnRetracted,
    VoiceStopped,
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


def test_an_interruption_silences_the_bot_and_is_remembered() -> None:
    dialogue = ScriptedDialogue(
        {"Returns?": [Ask(RETURNS)], "Stop, my order?": [Ask("Which order?")]}
    )
    story = Story(
        script=[*says(2.0, 3.0), *says(6.0, 7.0), *hangs_up(11.0)],
        dialogue=dialogue,
        recogniser=ScriptedRecogniser(
            [("Returns?", 0.25), ("Stop, my order?", 0.25)], glimpses=[("Stop", 0.95)]
        ),
        synthesiser=ScriptedSynthesiser(
            {"Hello.", "Returns are free for thirty days.", "Print the label at home."}
        ),
    )
    story.play()

    # Lowered with the first sound, silent with the first word.
    look = 6.0 + story.policy.turns.overlap.first_look
    assert [pytest.approx(6.1)] == story.when(OverlapNoticed)
    assert [(pytest.approx(6.1), "duck")] == story.line.levels
    assert [pytest.approx(look + GLIMPSE_SECONDS)] == story.when(BargedIn)
    [barged_in] = story.found(BargedIn)
    assert ("interruption", "command", "Stop") == (
        barged_in.kind,
        barged_in.reason,
        barged_in.text,
    )
    cuts = story.found(SpeechCut)
    assert "Returns are free for thirty" == cuts[0].heard
    assert ["", "", ""][1:] == [cut.heard for cut in cuts[1:]]
    # What was not heard is known to the dialogue, word for word.
    assert [
        Interrupted(
            "Returns are free for thirty", RETURNS.removeprefix("Returns are free for thirty ")
        ),
    ] == [given for given in dialogue.inputs if isinstance(given, Interrupted)]
    # Marks echoed because of the clear are not taken for hearing.
    played = [event.segment for event in story.found(SpeechHeard)]
    assert ["s1"] == played[:1]
    assert not {cut.segment for cut in cuts} & set(played)
    assert "Which order?" in said(story)


def test_a_backchannel_lowers_the_voice_and_changes_nothing() -> None:
    story = Story(
        script=[*says(2.0, 3.0), *says(6.0, 6.2), *hangs_up(20.0)],
        dialogue=ScriptedDialogue({"Returns?": [Ask(RETURNS)]}),
        recogniser=ScriptedRecogniser([("Returns?", 0.25)], glimpses=[("Mm-hm.", 0.05)]),
    )
    story.play()

    assert [] == story.found(BargedIn)
    assert [] == story.found(SpeechCut)
    assert [] == story.line.silenced
    assert ["duck", "restore"] == [change for _, change in story.line.levels]
    assert 1 == len(story.found(CallerTurnEnded))
    [ignored] = story.found(OverlapIgnored)
    assert ("backchannel", "Mm-hm.") == (ignored.kind, ignored.text)


def test_after_a_false_alarm_the_bot_goes_on_from_the_very_word() -> None:
    dialogue = ScriptedDialogue({"Returns?": [Ask(RETURNS)]})
    story = Story(
        script=[*says(2.0, 3.0), *says(6.0, 7.0), *hangs_up(16.0)],
        dialogue=dialogue,
        recogniser=ScriptedRecogniser(
            [("Returns?", 0.25), ("Yeah, yeah.", 0.2)], glimpses=[("You", 0.9)]
        ),
        synthesiser=ScriptedSynthesiser(
            {"Hello.", "Returns are free for thirty days.", "Print the label at home."}
        ),
    )
    story.play()

    assert [SpeechResumed("words", "backchannel")] == story.found(SpeechResumed)
    # Within half a second of the end of the sound; every word was heard once, in order.
    assert story.when(SpeechResumed)[0] <= 7.0 + 0.5
    heard = {event.segment for event in story.found(SpeechHeard)}
    cut = {event.segment: event.heard for event in story.found(SpeechCut)}
    words = [
        queued.text if queued.segment in heard else cut.get(queued.segment, "")
        for queued in story.found(SpeechQueued)
    ]
    assert f"Hello. {RETURNS}" == " ".join(text for text in words if text)
    # The dialogue knows that nothing is left unheard.
    assert ["", ""] != [i.unheard for i in dialogue.inputs if isinstance(i, Interrupted)]
    assert "" == [i.unheard for i in dialogue.inputs if isinstance(i, Interrupted)][-1]
    assert 1 == len(story.found(CallerTurnEnded))
    assert "interrupted" not in [turn.text for turn in transcript_of(story.journal.entries).turns]
    bot = [t for t in transcript_of(story.journal.entries).turns if t.speaker.value == "assistant"]
    assert RETURNS == bot[-1].heard_text
    assert not bot[-1].interrupted


def test_a_false_alarm_over_the_goodbye_does_not_keep_the_line_open() -> None:
    story = Story(
        script=[*says(2.0, 3.0), *says(4.0, 4.6), *hangs_up(40.0)],
        dialogue=ScriptedDialogue(
            {"Bye.": [Say("Thank you for calling us today. Goodbye."), EndCall("resolved")]}
        ),
        recogniser=ScriptedRecogniser([("Bye.", 0.25), ("Mm.", 0.2)], glimpses=[("You", 0.9)]),
    )
    story.play()

    assert CallEnded("resolved") == story.journal.entries[-1].event
    assert 15 > story.journal.entries[-1].at


def test_the_answer_to_a_dictation_that_was_listened_to_can_be_interrupted() -> None:
    """The bot's "mm-hm" is still playing when it is its turn to speak."""
    ask = Ask("Which order?", Expectation(Answer.CODE, digits=5))
    story = Story(
        script=[*says(2.0, 2.6), *says(5.0, 6.0), *says(9.0, 10.0), *hangs_up(14.0)],
        dialogue=ScriptedDialogue({"Order.": [ask], "four four": [Ask(RETURNS)]}),
        recogniser=ScriptedRecogniser(
            [("Order.", 0.1), ("four four", 0.1), ("Stop.", 0.1)], glimpses=[("Stop", 0.95)]
        ),
        synthesiser=ScriptedSynthesiser({"Hello.", "Mm-hm."}, render_seconds=0.01),
        policy=SessionPolicy(turns=TurnPolicy(endpoint=0.9, endpoint_longest=0.9)),
    )
    story.play()

    assert 1 == said(story).count("Mm-hm.")
    assert ["command"] == [event.reason for event in story.found(BargedIn)]
    assert [] == story.found(TurnRetracted)


def test_a_hundred_interruptions_in_a_row_leave_the_call_usable() -> None:
    spoken = [says(2.0 + 3 * i, 2.9 + 3 * i) for i in range(101)]
    story = Story(
        script=[*itertools.chain(*spoken), *hangs_up(320.0)],
        dialogue=ScriptedDialogue({"Returns?": [Ask(RETURNS)]}),
        recogniser=ScriptedRecogniser([("Returns?", 0.1)] * 101, glimpses=[("What", 0.95)]),
    )
    story.play()

    assert 95 <= len(story.found(BargedIn))
    assert 95 <= len(story.found(CallerTurnEnded))
    assert CallEnded("caller_hung_up") == story.journal.entries[-1].event


def test_a_turn_that_was_cut_too_early_is_put_together_again() -> None:
    dialogue = ScriptedDialogue({"Returns? For shoes.": [Ask("Shoes: thirty days.")]})
    story = Story(
        script=[*says(2.0, 3.0), *says(3.45, 4.5), *hangs_up(9.0)],
        dialogue=dialogue,
        recogniser=ScriptedRecogniser([("Returns?", 0.2), ("For shoes.", 0.2)]),
        synthesiser=ScriptedSynthesiser({"Hello.", "You said Returns?"}),
    )
    story.play()

    assert ["Returns?", "Returns? For shoes."] == [
        event.text for event in story.found(CallerTurnEnded)
    ]
    assert "Shoes: thirty days." in said(story)
    # The dialogue has seen one turn, not two: the answer that came too early was undone.
    assert 1 == story.found(ReplyDecided)[-1].state["turn"]


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


def test_a_recogniser_that_fails_once_is_apologised_for() -> None:
    story = Story(
        script=[*says(2.0, 3.0), *says(7.0, 8.0), *hangs_up(12.0)],
        dialogue=ScriptedDialogue({"Opening hours?": [Ask("Nine to five.")]}),
        recogniser=ScriptedRecogniser([("Opening hours?", 0.2)], failures=1),
    )
    story.play()

    assert ["Hello.", "Sorry, I had a problem.", "Nine to five."] == said(story)


def test_a_recogniser_that_keeps_failing_hands_the_caller_to_a_person() -> None:
    story = Story(
        script=[*says(2.0, 3.0), *says(7.0, 8.0)],
        dialogue=ScriptedDialogue({}),
        recogniser=ScriptedRecogniser([], failures=9),
        synthesiser=ScriptedSynthesiser({"I will get you a person."}),
    )
    story.play()

    assert ["Hello.", "Sorry, I had a problem.", "I will get you a person."] == said(story)
    assert story.outcome is not None
    assert story.outcome.handoff is not None
    assert CallEnded("failed") == story.journal.entries[-1].event


def test_a_breakdown_tells_the_person_what_is_known_of_the_call() -> None:
    domain = load_domain("retail")

    def brief(state: DialogueState | None, caller: str, reason: str) -> Brief:
        assert state is not None
        return brief_of(domain, state, Why.ENGINE, reason)

    story = Story(
        script=[*says(2.0, 3.0), *says(7.0, 8.0)],
        dialogue=ScriptedDialogue({}),
        recogniser=ScriptedRecogniser([], failures=9),
        synthesiser=ScriptedSynthesiser({"I will get you a person."}),
        brief=brief,
    )
    story.play()

    (handoff,) = story.found(HandoffDecided)
    assert "recogniser failed" == handoff.reason
    assert "orders" == handoff.queue
    told = Brief.from_json(handoff.brief)
    assert (Why.ENGINE, "recogniser failed") == (told.why, told.reason)
    assert "reason: recogniser failed" in handoff.summary


def test_a_recogniser_that_hangs_is_no_dead_air() -> None:
    story = Story(
        script=[*says(2.0, 3.0), *hangs_up(30.0)],
        dialogue=ScriptedDialogue({}),
        recogniser=ScriptedRecogniser([], hangs=True),
    )
    story.play()

    after = [at for at in story.when(SpeechStarted) if at > 3.0]
    assert after[0] - 3.0 < 5.0


def test_a_voice_that_fails_falls_back_to_what_was_rendered_ahead() -> None:
    story = Story(
        script=says(2.0, 3.0),
        dialogue=ScriptedDialogue({"Opening hours?": [Ask("Nine to five.")]}),
        recogniser=ScriptedRecogniser([("Opening hours?", 0.2)]),
        synthesiser=ScriptedSynthesiser({"Hello.", "I will get you a person."}, fails=True),
    )
    story.play()

    assert "I will get you a person." == said(story)[-1]
    assert [EngineFailed("synthesiser", "EngineError")] == story.found(EngineFailed)
    assert story.outcome is not None
    assert story.outcome.handoff is not None


def test_a_voice_that_fails_altogether_ends_the_stream_so_that_the_carrier_speaks() -> None:
    story = Story(
        script=[], dialogue=ScriptedDialogue({}), synthesiser=ScriptedSynthesiser(fails=True)
    )
    story.play()

    assert story.outcome is not None
    assert ("failed", True) == (story.outcome.disposition, story.outcome.handoff is not None)


def test_a_bot_that_has_gone_deaf_hands_the_caller_over_at_once() -> None:
    story = Story(
        script=[(2.0, EngineFailed("speech_detector", "RuntimeError"))],
        dialogue=ScriptedDialogue({}),
        synthesiser=ScriptedSynthesiser({"Hello.", "I will get you a person."}),
    )
    story.play()

    assert "I will get you a person." == said(story)[-1]
    assert story.outcome is not None
    assert story.outcome.handoff is not None


def test_a_dialogue_that_fails_is_apologised_for() -> None:
    dialogue = ScriptedDialogue({})
    dialogue.fails = True
    story = Story(
        script=[*says(2.0, 3.0), *hangs_up(9.0)],
        dialogue=dialogue,
        recogniser=ScriptedRecogniser([("Hello?", 0.2)]),
    )
    story.play()

    assert ["Hello.", "Sorry, I had a problem."] == said(story)


def test_a_carrier_that_echoes_no_marks_is_survived() -> None:
    story = Story(
        script=[*says(2.0, 3.0), *hangs_up(20.0)],
        dialogue=ScriptedDialogue({"Opening hours?": [Ask("Nine to five.")]}),
        recogniser=ScriptedRecogniser([("Opening hours?", 0.2)]),
        echoes=False,
    )
    story.play()

    assert 2 <= len(story.found(PlayoutFinished))
    assert 1 <= len(story.found(NoInputNoticed))


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


def test_a_defect_of_ours_ends_the_call_in_the_fallback_with_a_finished_journal() -> None:
    story = Story(script=says(2.0, 3.0), dialogue=ScriptedDialogue({}))
    story.journal.fails_on = VoiceStopped
    story.play()

    assert CallEnded("failed", "RuntimeError") == story.journal.entries[-1].event
    assert story.outcome is not None
    assert "failed" == story.outcome.disposition


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

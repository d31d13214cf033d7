"""Calls on virtual time in which something of ours breaks."""

from __future__ import annotations

from dialogue.acts import (
    Ask,
)
from dialogue.brief import Brief, Why
from dialogue.briefing import brief_of
from dialogue.loading import load_domain
from dialogue.state import DialogueState
from tests.calls.story import (
    HASTY,
    ScriptedDialogue,
    ScriptedRecogniser,
    ScriptedSynthesiser,
    Story,
    hangs_up,
    says,
)
from voicebot.call.parts import SessionPolicy
from voicebot.journal import (
    CallEnded,
    EngineFailed,
    HandoffDecided,
    NoInputNoticed,
    PlayoutFinished,
    SpeechQueued,
    SpeechStarted,
    VoiceStopped,
)


def said(story: Story) -> list[str]:
    return [event.text for event in story.found(SpeechQueued)]


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


def test_a_defect_of_ours_ends_the_call_in_the_fallback_with_a_finished_journal() -> None:
    story = Story(script=says(2.0, 3.0), dialogue=ScriptedDialogue({}))
    story.journal.fails_on = VoiceStopped
    story.play()

    assert CallEnded("failed", "RuntimeError") == story.journal.entries[-1].event
    assert story.outcome is not None
    assert "failed" == story.outcome.disposition


def test_a_caller_hears_that_the_time_is_nearly_over_and_then_gets_the_keypad() -> None:
    """In a pause, once; the session then fails, and whoever still listens may reach a person."""
    story = Story(
        script=says(58.0, 62.0),
        dialogue=ScriptedDialogue({"Opening hours?": [Ask("Nine to five.")]}),
        recogniser=ScriptedRecogniser([("Opening hours?", 0.2)]),
        synthesiser=ScriptedSynthesiser({"Hello.", "Nine to five.", "A minute is left."}),
        policy=SessionPolicy(turns=HASTY, call_seconds=120.0),
    )
    story.play()

    told = [
        e.at for e in story.journal.entries if getattr(e.event, "text", "") == "A minute is left."
    ]
    answered = [
        e.at for e in story.journal.entries if getattr(e.event, "text", "") == "Nine to five."
    ]
    assert 1 == len(told)
    assert answered[0] < told[0] < 66.0
    assert CallEnded("failed", "call_seconds") == story.journal.entries[-1].event
    assert [120.0] == story.when(CallEnded)

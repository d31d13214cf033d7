"""Calls on virtual time in which the caller speaks over the bot."""

from __future__ import annotations

import itertools

import pytest

from dialogue.acts import (
    Answer,
    Ask,
    EndCall,
    Expectation,
    Interrupted,
    Say,
)
from tests.calls.story import (
    GLIMPSE_SECONDS,
    ScriptedDialogue,
    ScriptedRecogniser,
    ScriptedSynthesiser,
    Story,
    hangs_up,
    says,
)
from voicebot.call.parts import SessionPolicy
from voicebot.folds.transcript import transcript_of
from voicebot.journal import (
    BargedIn,
    CallEnded,
    CallerTurnEnded,
    OverlapIgnored,
    OverlapNoticed,
    ReplyDecided,
    SpeechCut,
    SpeechHeard,
    SpeechQueued,
    SpeechResumed,
    TurnRetracted,
)
from voicebot.turntaking.policy import TurnPolicy

RETURNS = "Returns are free for thirty days. Print the label at home. Then drop the box anywhere."


def said(story: Story) -> list[str]:
    return [event.text for event in story.found(SpeechQueued)]


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
    assert ["", ""] == [cut.heard for cut in cuts[1:]]
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

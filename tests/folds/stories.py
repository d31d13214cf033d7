"""Calls written by hand: journals that tell a story, for the folds to read."""

from __future__ import annotations

from voicebot.journal import (
    BargedIn,
    CallAnswered,
    CallEnded,
    CallerTurnEnded,
    DecodeStarted,
    DigitPressed,
    EngineFailed,
    Entry,
    HandoffDecided,
    JournalEvent,
    NoInputNoticed,
    OverlapIgnored,
    PlayoutFinished,
    PlayoutStarted,
    ReplyDecided,
    SpeechCut,
    SpeechHeard,
    SpeechQueued,
    SpeechSilenced,
    SpeechStarted,
    StreamEnded,
    StreamStarted,
    ToolAnswered,
    ToolCalled,
    Transcribed,
    TurnEndJudged,
    VoiceStarted,
    VoiceStopped,
)

Story = list[tuple[float, JournalEvent]]

ANSWERED = CallAnswered(
    call_id="4f1a",
    channel="phone",
    domain="retail",
    answered_at=1_790_000_000.0,
    carrier_call_id="CA77",
    caller="+15550100",
    called="+15550199",
    versions={"voicebot": "0.1.0"},
)


def journal(story: Story) -> list[Entry]:
    """Number the events of a story."""
    return [Entry(seq, at, event) for seq, (at, event) in enumerate(story)]


def decided(turn: int, given: str = "user_turn", intent: str = "", **more: object) -> ReplyDecided:
    trace = {"intent": intent, "confidence": 0.9, **more} if intent else {}
    return ReplyDecided(given, turn, (), trace, decide_seconds=0.01)


def heard(utterance: int, text: str, *, fallback: bool = False) -> Transcribed:
    return Transcribed(utterance, text, -0.2, 1.5, 0.25, 0.05, "base", fallback)


GREETING: Story = [
    (0.00, ANSWERED),
    (0.05, StreamStarted("MZ1")),
    (0.06, decided(0, "start")),
    (0.06, SpeechQueued("s1", "Hello, this is the shop.", 0, "prompt:greeting")),
    (0.06, SpeechQueued("s2", "How can I help?", 0, "prompt:greeting")),
    (0.07, PlayoutStarted()),
    (0.15, SpeechStarted("s1", cached=True)),
    (1.55, SpeechStarted("s2", cached=True)),
    (1.75, SpeechHeard("s1")),
    (2.75, SpeechHeard("s2")),
    (2.75, PlayoutFinished()),
]
"""Greeted, and heard to the end."""

QUESTION: Story = [
    (3.60, VoiceStarted(3.40)),
    (5.10, VoiceStopped(5.00)),
    (5.10, DecodeStarted(1, 1.6)),
    (5.20, TurnEndJudged(1, 0.94)),
    (5.35, heard(1, "How do I return something?")),
    (
        5.35,
        CallerTurnEnded(1, "How do I return something?", 3.40, 5.00, evidence={"silence": 0.35}),
    ),
    (5.38, decided(1, intent="return_item")),
    (5.38, SpeechQueued("s3", "You can return anything within thirty days.", 1, "article:returns")),
    (5.38, SpeechQueued("s4", "Keep the box and the receipt.", 1, "article:returns")),
    (5.39, PlayoutStarted()),
    (5.42, SpeechStarted("s3")),
]
"""Asked at 3.4–5.0 s; the answer begins at 5.42 s."""

BARGE_IN: Story = [
    *GREETING,
    *QUESTION,
    (7.40, SpeechHeard("s3")),
    (7.42, SpeechStarted("s4")),
    (8.10, VoiceStarted(8.00)),
    (8.40, BargedIn(0.4, "words", text="Stop", evidence={"interruption": 0.97})),
    (8.40, SpeechSilenced()),
    (8.40, SpeechCut("s4", "Keep the", "box and the receipt.")),
    (8.40, PlayoutFinished()),
    (9.10, VoiceStopped(9.00)),
    (9.30, heard(2, "What about shoes?")),
    (9.30, CallerTurnEnded(2, "What about shoes?", 8.00, 9.00)),
    (9.33, decided(2, "interrupted")),
    (9.35, decided(2, intent="return_item")),
    (9.35, SpeechQueued("s5", "Shoes too.", 2, "article:returns")),
    (9.36, PlayoutStarted()),
    (9.50, SpeechStarted("s5")),
    (10.2, SpeechHeard("s5")),
    (10.2, PlayoutFinished()),
    (11.0, StreamEnded("stop")),
    (11.0, CallEnded("caller_hung_up")),
]
"""The caller cuts the answer in its second clause, asks on, and hangs up."""

CLEARED: Story = [
    *GREETING,
    *QUESTION,
    (5.80, DigitPressed("0")),
    (5.80, BargedIn(0.0, "digit")),
    (5.80, SpeechSilenced()),
    (5.80, SpeechCut("s3", "", "You can return anything within thirty days.")),
    (5.80, SpeechCut("s4", "", "Keep the box and the receipt.")),
    # The carrier echoes the marks that the clear flushed; a late one after the cut is no hearing,
    # and the session's playout does not journal it.
    (5.80, PlayoutFinished()),
    (5.80, CallerTurnEnded(2, "", 5.80, 5.80, digits="0")),
    (5.82, decided(2, intent="person")),
    (5.82, HandoffDecided("service", "asked for a person", ("wants to return something",))),
    (5.82, SpeechQueued("s5", "One moment, please.", 2, "prompt:handoff")),
    (5.83, PlayoutStarted()),
    (5.90, SpeechStarted("s5", cached=True)),
    (6.90, SpeechHeard("s5")),
    (6.90, PlayoutFinished()),
    (6.90, CallEnded("transferred")),
]
"""A key silences the answer before a word of it was heard, and leads to a person."""

TRUNCATED: Story = [
    *GREETING,
    *QUESTION,
    (7.40, SpeechHeard("s3")),
    (7.42, SpeechStarted("s4")),
]
"""The process died while the second clause was on its way."""

TOOL: Story = [
    *GREETING,
    (3.60, VoiceStarted(3.40)),
    (5.10, VoiceStopped(5.00)),
    (5.30, heard(1, "Where is order 4411?", fallback=True)),
    (5.30, CallerTurnEnded(1, "Where is order 4411?", 3.40, 5.00)),
    (5.33, decided(1, intent="order_status")),
    (5.33, ToolCalled("order_status", "4f1a:1", {"order": "4411"}, side_effect=False)),
    (6.15, SpeechQueued("s3", "One moment.", 1, "filler")),
    (6.15, PlayoutStarted()),
    (6.20, SpeechStarted("s3", cached=True)),
    (6.90, SpeechHeard("s3")),
    (6.90, PlayoutFinished()),
    (7.10, ToolAnswered("order_status", "4f1a:1", True, {"status": "shipped"}, "", 1.77)),
    (7.12, decided(1, "tool_returned")),
    (7.12, SpeechQueued("s4", "It left yesterday.", 1, "flow:order_status")),
    (7.13, PlayoutStarted()),
    (7.25, SpeechStarted("s4")),
    (8.40, SpeechHeard("s4")),
    (8.40, PlayoutFinished()),
    (14.4, NoInputNoticed(1)),
    (14.42, decided(1, "no_input")),
    (14.42, SpeechQueued("s5", "Are you still there?", 1, "prompt:no_input")),
    (14.43, PlayoutStarted()),
    (14.5, SpeechStarted("s5", cached=True)),
    (15.5, SpeechHeard("s5")),
    (15.5, PlayoutFinished()),
    (21.5, CallEnded("resolved")),
]
"""A slow tool with a filler, then silence and a re-prompt."""

TOO_EARLY: Story = [
    *GREETING,
    (3.60, VoiceStarted(3.40)),
    (4.60, VoiceStopped(4.50)),
    (4.80, heard(1, "My order number is")),
    (4.80, CallerTurnEnded(1, "My order number is", 3.40, 4.50)),
    (4.82, decided(1, intent="order_status")),
    (4.82, SpeechQueued("s3", "Which order?", 1, "flow:order_status")),
    (4.83, PlayoutStarted()),
    (4.90, SpeechStarted("s3")),
    (5.10, VoiceStarted(5.00)),
    (5.40, BargedIn(0.4, "resumed", text="4411", evidence={"interruption": 0.8})),
    (5.40, SpeechSilenced()),
    (5.40, SpeechCut("s3", "Which", "order?")),
    (5.40, PlayoutFinished()),
    (6.10, VoiceStopped(6.00)),
    (6.30, heard(2, "4411")),
    (6.30, CallerTurnEnded(2, "My order number is 4411", 3.40, 6.00)),
    (6.32, decided(2, intent="order_status")),
    (6.32, SpeechQueued("s4", "Order 4 4 1 1.", 2, "flow:order_status")),
    (6.33, PlayoutStarted()),
    (6.40, SpeechStarted("s4")),
    (6.70, VoiceStarted(6.65)),
    (6.90, VoiceStopped(6.85)),
    (7.00, heard(3, "mm-hm")),
    (7.00, OverlapIgnored(0.2, "words", "backchannel", "Mm-hm.", {"interruption": 0.03})),
    (8.00, SpeechHeard("s4")),
    (8.00, PlayoutFinished()),
    (9.10, VoiceStarted(9.00)),
    (9.60, VoiceStopped(9.50)),
    (9.70, heard(4, "And also")),
    (9.80, StreamEnded("dropped")),
    (9.80, CallEnded("failed", "stream dropped")),
]
"""The caller paused in mid-number, was answered too early, went on, and dropped out later."""

BROKEN: Story = [
    *GREETING,
    (3.60, VoiceStarted(3.40)),
    (5.10, VoiceStopped(5.00)),
    (9.00, EngineFailed("recogniser", "StaleWork")),
    (9.00, CallerTurnEnded(1, "", 3.40, 5.00, evidence={"late": 1.0})),
    (9.01, SpeechQueued("s3", "Sorry, something went wrong.", 1, "prompt:apology")),
    (9.02, PlayoutStarted()),
    (9.10, SpeechStarted("s3", cached=True)),
    (10.6, SpeechHeard("s3")),
    (10.6, PlayoutFinished()),
    (10.7, CallEnded("failed", "recogniser failed")),
]
"""The recogniser never answers; the caller hears an apology."""

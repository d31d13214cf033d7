"""The closed union of what can happen in a call, with its JSON form.

One journal per call: everything that happened, in and out, is appended as it happens, in order.
Transcript, latencies, exports, replay and golden tests are folds of it. Events are facts, so they
are named in the past tense; a decision is journalled as the fact that it was taken
(`CallerTurnEnded`, `BargedIn`). The `at` of an entry is in seconds on the call clock (0 = the call
was answered); wall time appears once, in `CallAnswered.answered_at`.

Knows nothing of storage. Events are grouped by what they are about, and stored under the name of
their class. To add one: add a dataclass to its module, and to `JournalEvent`.
"""

from voicebot.journal.call import (
    CallAnswered,
    CallEnded,
    CallId,
    EngineFailed,
    HandoffDecided,
    StreamEnded,
    StreamStarted,
)
from voicebot.journal.caller import (
    DecodeStarted,
    DigitPressed,
    Glimpsed,
    SoundMeasured,
    Transcribed,
    TurnEndJudged,
    VoiceStarted,
    VoiceStopped,
)
from voicebot.journal.dialogue import (
    AnswerForeseen,
    QuestionUnanswered,
    ReplyDecided,
    ToolAnswered,
    ToolCalled,
)
from voicebot.journal.entry import (
    Entry,
    JournalEvent,
    UnknownEvent,
    entry_from_json,
    entry_to_json,
    event_body,
    event_from,
    event_type,
)
from voicebot.journal.speech import (
    PlayoutFinished,
    PlayoutStarted,
    SpeechCut,
    SpeechHeard,
    SpeechQueued,
    SpeechSilenced,
    SpeechStarted,
)
from voicebot.journal.transfer import (
    CallerBridged,
    CallerQueued,
    PersonMissed,
    PersonReady,
    TransferBegan,
    TransferEnded,
)
from voicebot.journal.turn import (
    BargedIn,
    CallerTurnEnded,
    NoInputNoticed,
    OverlapIgnored,
    OverlapNoticed,
    SoundIgnored,
    SpeechResumed,
    TurnRetracted,
)

__all__ = [
    "AnswerForeseen",
    "BargedIn",
    "CallAnswered",
    "CallEnded",
    "CallId",
    "CallerBridged",
    "CallerQueued",
    "CallerTurnEnded",
    "DecodeStarted",
    "DigitPressed",
    "EngineFailed",
    "Entry",
    "Glimpsed",
    "HandoffDecided",
    "JournalEvent",
    "NoInputNoticed",
    "OverlapIgnored",
    "OverlapNoticed",
    "PersonMissed",
    "PersonReady",
    "PlayoutFinished",
    "PlayoutStarted",
    "QuestionUnanswered",
    "ReplyDecided",
    "SoundIgnored",
    "SoundMeasured",
    "SpeechCut",
    "SpeechHeard",
    "SpeechQueued",
    "SpeechResumed",
    "SpeechSilenced",
    "SpeechStarted",
    "StreamEnded",
    "StreamStarted",
    "ToolAnswered",
    "ToolCalled",
    "Transcribed",
    "TransferBegan",
    "TransferEnded",
    "TurnEndJudged",
    "TurnRetracted",
    "UnknownEvent",
    "VoiceStarted",
    "VoiceStopped",
    "entry_from_json",
    "entry_to_json",
    "event_body",
    "event_from",
    "event_type",
]
